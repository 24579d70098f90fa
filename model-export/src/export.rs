//! From a checkpoint folder to a bundle, end to end.

pub use crate::options::Options;
use crate::{
    bundle::{
        model_card,
        part::{self, Part},
        reduce::reduce,
        report::GraphReport,
        signing_key::SigningKey,
        writer::BundleWriter,
    },
    error::{ExportError, Result},
    network, onnx,
    precision::faces::Parity,
    rewrite::{self, Pass},
};
use model_spec::{
    CheckpointSpec, Fidelity, GraphKind, Graphs, Manifest, Precision,
    checkpoint::{self, ALIGNER_FILE, FACE_MASK_FILE, MODEL_FILE, MOUTH_FILE, SPEC_FILE},
    digest,
    manifest::{self, MODEL_CARD_FILE},
};
use std::{collections::BTreeMap, fs, path::Path};

/// Files of a checkpoint that go into the bundle as they are, where there are any.
const CARRIED: [&str; 2] = [ALIGNER_FILE, MOUTH_FILE];

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
    let graphs = network::build(from, &spec)?;
    let mut described = Graphs::expected(&spec.architecture, &spec.attributes);
    let has_face_mask = graphs.contains_key(&GraphKind::FaceMask);
    described.face_mask.take_if(|_| !has_face_mask);
    let mut parts = Vec::new();
    for (kind, graph) in graphs {
        parts.push(Part::rewritten(kind, graph, &described, &passes, options)?);
    }
    let parity = from.join(checkpoint::PARITY_FILE);
    let parity = Parity::new(
        &parity,
        fs::read(&parity).map_err(ExportError::io(&parity))?,
    );
    let reduction = reduce(&mut parts, &spec, &parity, options)?;
    let (fidelity, time_ratio) = reduction.map(|it| (it.fidelity, it.time_ratio)).unzip();

    let metadata = part::metadata(&spec);
    let mut files = BTreeMap::new();
    for part in &mut parts {
        let bytes = part.encode(&metadata)?;
        part.report.bytes = bytes.len();
        files.insert(part.spec.file.clone(), digest::of_bytes(&bytes));
        writer.write(&part.spec.file, &bytes)?;
    }
    let reports: Vec<_> = parts.into_iter().map(|part| part.report).collect();
    files.insert(
        manifest::PARITY_FILE.into(),
        digest::of_bytes(parity.bytes()),
    );
    writer.write(manifest::PARITY_FILE, parity.bytes())?;
    let carried = CARRIED.into_iter();
    for file in carried.filter(|file| spec.files.contains_key(*file)) {
        let path = from.join(file);
        let bytes = fs::read(&path).map_err(ExportError::io(&path))?;
        files.insert(file.into(), digest::of_bytes(&bytes));
        writer.write(file, &bytes)?;
    }

    let lacks_face_mask = spec.architecture.reads_masks() && !has_face_mask;
    let mut manifest = Manifest {
        format_version: Manifest::least_version(
            &spec.architecture,
            spec.light.as_ref(),
            options.release,
        ),
        name: spec.name,
        licence: spec.licence,
        release: options.release,
        domains: spec.attributes.domain_names(),
        architecture: spec.architecture,
        attributes: spec.attributes,
        framing: spec.framing,
        light: spec.light,
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
    for file in [FACE_MASK_FILE].into_iter().chain(CARRIED) {
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
