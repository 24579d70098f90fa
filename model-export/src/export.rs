//! The whole way from a checkpoint folder to a bundle.

use crate::{
    bundle::{model_card, report::GraphReport, signing_key::SigningKey, writer::BundleWriter},
    error::{ExportError, Result},
    graph::Graph,
    network, onnx,
    precision::{
        chain::{Chain, domain_of, towards_other},
        emulated,
        faces::{Faces, Parity},
        fidelity, half, int8, norms,
        runtime::{Arrays, Runtime},
        time,
    },
    rewrite::{self, PASSES, Pass},
};
use model_spec::{
    CheckpointSpec, Fidelity, GraphSpec, Graphs, Manifest, Norms, Precision,
    checkpoint::{self, ALIGNER_FILE, FACE_MASK_FILE, MODEL_FILE, SPEC_FILE},
    digest,
    graph::TensorSpec,
    manifest::{self, MODEL_CARD_FILE},
    tensor,
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// How to export.
#[derive(Debug, Clone)]
pub struct Options {
    /// Rewrites, in order.
    pub passes: Vec<Pass>,
    /// Form of instance norms.
    pub norms: Norms,
    /// Arithmetic.
    pub precision: Precision,
    /// Folder of faces, framed as the training images, to calibrate and measure on; without one the
    /// parity sample's are used.
    pub calibration: Option<PathBuf>,
    /// Whether to write a bundle that loses more than its precision's tolerance.
    pub accept_loss: bool,
    /// Ed25519 private key in PEM.
    pub sign: Option<PathBuf>,
    /// ONNX Runtime library; only needed for precisions below fp32.
    pub onnxruntime: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            passes: PASSES.into(),
            norms: Norms::Native,
            precision: Precision::Fp32,
            calibration: None,
            accept_loss: false,
            sign: None,
            onnxruntime: None,
        }
    }
}

/// What was written.
#[derive(Debug)]
pub struct Exported {
    /// One report per graph.
    pub graphs: Vec<GraphReport>,
    /// What the precision costs, below fp32.
    pub fidelity: Option<Fidelity>,
    /// What it gains, below fp32: shortest time of an edit through the whole chain on this processor, in
    /// units of the same in 32-bit floats.
    pub time_ratio: Option<f64>,
    /// Whether the generator reads masks that no network of the bundle makes.
    pub lacks_face_mask: bool,
}

/// Reads the checkpoint folder `from` and writes the bundle `to`, a folder or a `.tar`.
///
/// # Errors
/// Any [`ExportError`]; `to` is then what it was before.
pub fn export(from: &Path, to: &Path, options: &Options) -> Result<Exported> {
    let spec = load(from)?;
    let key = options.sign.as_deref().map(SigningKey::load).transpose()?;
    let writer = BundleWriter::create(to)?;
    let passes = suitable(options);
    let mut graphs = network::build(from, &spec)?;
    let mut described = Graphs::expected(&spec.architecture, &spec.attributes);
    let has_face_mask = graphs.iter().any(|graph| graph.name == "face_mask");
    described.face_mask.take_if(|_| !has_face_mask);
    let mut reports = Vec::new();
    for (graph, (_, expected)) in graphs.iter_mut().zip(described.iter()) {
        let (plain, plain_bytes) = (graph.cost()?, onnx::encoded_len(graph)?);
        let steps = rewrite::explain(graph, &passes)?;
        if options.norms == Norms::Arithmetic {
            norms::as_arithmetic(graph);
        }
        reports.push(GraphReport {
            file: expected.file.clone(),
            plain,
            plain_bytes,
            steps,
            rewritten: graph.cost()?,
            bytes: 0,
            quantised: 0,
        });
    }
    let parity = from.join(checkpoint::PARITY_FILE);
    let parity = Parity::new(
        &parity,
        fs::read(&parity).map_err(ExportError::io(&parity))?,
    );
    let (fidelity, time_ratio) =
        reduce(&mut graphs, &mut reports, &spec, &parity, options)?.unzip();

    let metadata = metadata(&spec);
    let mut files = BTreeMap::new();
    for ((graph, (_, expected)), report) in graphs.iter().zip(described.iter()).zip(&mut reports) {
        let bytes = encode(graph, expected, &metadata)?;
        report.bytes = bytes.len();
        files.insert(expected.file.clone(), digest::of_bytes(&bytes));
        writer.write(&expected.file, &bytes)?;
    }
    files.insert(
        manifest::PARITY_FILE.into(),
        digest::of_bytes(parity.bytes()),
    );
    writer.write(manifest::PARITY_FILE, parity.bytes())?;
    if spec.files.contains_key(ALIGNER_FILE) {
        let path = from.join(ALIGNER_FILE);
        let bytes = fs::read(&path).map_err(ExportError::io(&path))?;
        files.insert(ALIGNER_FILE.into(), digest::of_bytes(&bytes));
        writer.write(ALIGNER_FILE, &bytes)?;
    }

    let lacks_face_mask = spec.architecture.reads_masks() && !has_face_mask;
    let mut manifest = Manifest {
        format_version: manifest::FORMAT_VERSION,
        name: spec.name,
        licence: spec.licence,
        domains: spec.attributes.domain_names(),
        architecture: spec.architecture,
        attributes: spec.attributes,
        framing: spec.framing,
        provenance: spec.provenance,
        opset: onnx::OPSET,
        precision: options.precision,
        norms: options.norms,
        rewrites: passes.iter().map(|pass| pass.name.into()).collect(),
        fidelity,
        graphs: described,
        files,
    };
    let card = model_card::render(&manifest, &reports);
    writer.write(MODEL_CARD_FILE, card.as_bytes())?;
    let card_digest = digest::of_bytes(card.as_bytes());
    manifest.files.insert(MODEL_CARD_FILE.into(), card_digest);
    writer.finish(&manifest, key.as_ref())?;
    Ok(Exported {
        graphs: reports,
        fidelity: manifest.fidelity,
        time_ratio,
        lacks_face_mask,
    })
}

fn load(from: &Path) -> Result<CheckpointSpec> {
    let none = |found: &str| {
        Err(ExportError::NoCheckpoint {
            path: from.into(),
            found: found.into(),
        })
    };
    if from.is_file() {
        return none("a file");
    }
    if from.is_dir() && !from.join(SPEC_FILE).exists() {
        return none(&format!("a folder without {SPEC_FILE}"));
    }
    let spec = CheckpointSpec::load(from, &[MODEL_FILE, checkpoint::PARITY_FILE])?;
    for file in [FACE_MASK_FILE, ALIGNER_FILE] {
        if spec.files.contains_key(file) {
            digest::check(from, file, &spec.files, &from.join(SPEC_FILE))?;
        }
    }
    Ok(spec)
}

/// The rewrites that suit the precision: sums before and behind products would each be rounded to
/// integers anew.
fn suitable(options: &Options) -> Vec<Pass> {
    let products = [
        rewrite::pooled_products::PASS.name,
        rewrite::upsampled_products::PASS.name,
        rewrite::winograd::PASS.name,
    ];
    let suits =
        |pass: &&Pass| options.precision != Precision::Int8 || !products.contains(&pass.name);
    options.passes.iter().filter(suits).copied().collect()
}

/// Brings the graphs to the wanted precision and measures what that costs, and the time it takes in units
/// of that in 32-bit floats.
fn reduce(
    graphs: &mut [Graph],
    reports: &mut [GraphReport],
    spec: &CheckpointSpec,
    parity: &Parity,
    options: &Options,
) -> Result<Option<(Fidelity, f64)>> {
    if options.precision == Precision::Fp32 {
        return Ok(None);
    }
    let runtime = Runtime::load(options.onnxruntime.as_deref())?;
    let faces = match &options.calibration {
        Some(folder) => Faces::of_folder(folder, &spec.architecture)?,
        None => Faces::of_parity(parity)?,
    };
    let mut exact = Chain::open(graphs, &runtime)?;
    for (graph, report) in graphs.iter_mut().zip(reports) {
        if options.precision == Precision::Int8 {
            let samples = samples(graph, &mut exact, &faces, spec)?;
            report.quantised = int8::apply(graph, &samples, &runtime)?;
        } else {
            half::apply(graph, options.precision)?;
        }
    }
    let attributes = &spec.attributes;
    let acted: Vec<Graph> = graphs.iter().map(emulated::of).collect();
    let mut reduced = Chain::open(&acted, &runtime)?;
    let mut fidelity = fidelity::measure(&mut exact, &mut reduced, attributes, &faces, parity)?;
    fidelity::judge(&mut fidelity, options.precision, options.accept_loss)?;
    let mut reduced = Chain::open(graphs, &runtime)?;
    let time = time::ratio(&mut exact, &mut reduced, attributes.len(), &faces)?;
    Ok(Some((fidelity, time)))
}

/// Inputs of `graph` for every face, edited towards each attribute's other value.
fn samples(
    graph: &Graph,
    exact: &mut Chain,
    faces: &Faces,
    spec: &CheckpointSpec,
) -> Result<Vec<Arrays>> {
    let mut samples = Vec::new();
    for (n, image) in faces.images.iter().enumerate() {
        if graph.name != "generator" {
            samples.push(Arrays::from([(tensor::IMAGE.into(), image.clone())]));
            continue;
        }
        let source = match faces.domains.get(n) {
            Some(&domain) => domain,
            None => domain_of(&exact.logits(image)?),
        };
        for attribute in 0..spec.attributes.len() {
            let strengths = towards_other(&spec.attributes, attribute, source);
            samples.push(exact.generator_inputs(image, source, &strengths)?);
        }
    }
    Ok(samples)
}

/// What every graph says about itself to whoever opens it without the manifest.
fn metadata(spec: &CheckpointSpec) -> Vec<(&'static str, String)> {
    vec![
        ("model", spec.name.clone()),
        ("licence", spec.licence.clone()),
        ("image_size", spec.architecture.image_size.to_string()),
        ("pixel_range", "[-1, 1]".into()),
        (
            "channels",
            match spec.architecture.colour {
                model_spec::ColourMode::Luma => "luma".into(),
                model_spec::ColourMode::Rgb => "red, green, blue".into(),
            },
        ),
        ("domains", spec.attributes.domain_names().join(", ")),
        ("attributes", spec.attributes.names().join(", ")),
    ]
}

/// The graph's bytes, once its inputs and outputs are those that the manifest promises.
fn encode(graph: &Graph, described: &GraphSpec, metadata: &[(&str, String)]) -> Result<Vec<u8>> {
    let shapes = graph.shapes()?;
    let spec = |name: &str, shape: &[usize]| TensorSpec::batched(name, shape);
    let inputs: Vec<_> = graph
        .inputs
        .iter()
        .map(|(name, shape)| spec(name, shape))
        .collect();
    let outputs: Vec<_> = graph
        .outputs
        .iter()
        .map(|port| spec(&port.name, &shapes[&port.value]))
        .collect();
    if inputs != described.inputs || outputs != described.outputs {
        return Err(ExportError::Graph {
            graph: graph.name.clone(),
            node: "inputs and outputs".into(),
            reason: format!("found {inputs:?} -> {outputs:?}, expected {described:?}"),
        });
    }
    onnx::encode(graph, metadata)
}
