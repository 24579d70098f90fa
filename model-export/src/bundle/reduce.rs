//! Brings the graphs of a bundle to a precision below 32-bit floats.

use super::part::Part;
use crate::{
    error::Result,
    graph::Graph,
    options::Options,
    precision::{
        chain::Chain,
        emulated,
        faces::{Faces, Parity},
        fidelity, half, int8,
        runtime::{Arrays, Runtime},
        time,
    },
};
use model_spec::{AttributeSet, CheckpointSpec, Fidelity, GraphKind, Precision, tensor};

/// What a precision costs and gains.
#[derive(Debug)]
pub(crate) struct Reduction {
    /// What it costs.
    pub fidelity: Fidelity,
    /// Shortest time of an edit on this processor, in units of that in 32-bit floats.
    pub time_ratio: f64,
}

/// Brings the graphs to the wanted precision and measures what that costs and gains; `None` for 32-bit
/// floats, which the graphs are in already.
///
/// # Errors
/// [`crate::ExportError`]: no ONNX Runtime, faces that cannot be used, or a loss beyond the tolerance.
pub(crate) fn reduce(
    parts: &mut [Part],
    spec: &CheckpointSpec,
    parity: &Parity,
    options: &Options,
) -> Result<Option<Reduction>> {
    if options.precision == Precision::Fp32 {
        return Ok(None);
    }
    let runtime = Runtime::load(options.onnxruntime.as_deref())?;
    let faces = match &options.calibration {
        Some(folder) => Faces::of_folder(folder, &spec.architecture)?,
        None => Faces::of_parity(parity)?,
    };
    let mut exact = open(parts, &runtime)?;
    for Part {
        kind,
        graph,
        report,
        ..
    } in &mut *parts
    {
        if options.precision == Precision::Int8 {
            let samples = samples(*kind, &mut exact, &faces, spec)?;
            report.quantised = int8::apply(graph, &samples, &runtime)?;
        } else {
            half::apply(graph, options.precision)?;
        }
    }
    let attributes = &spec.attributes;
    let emulated: Vec<(GraphKind, Graph)> = parts
        .iter()
        .map(|part| (part.kind, emulated::of(&part.graph)))
        .collect();
    let emulated = emulated.iter().map(|(kind, graph)| (*kind, graph));
    let mut emulated = Chain::open(emulated, &runtime)?;
    let mut fidelity = fidelity::measure(&mut exact, &mut emulated, attributes, &faces, parity)?;
    fidelity::judge(&mut fidelity, options.precision, options.accept_loss)?;
    let mut reduced = open(parts, &runtime)?;
    let time_ratio = time::ratio(&mut exact, &mut reduced, attributes.len(), &faces)?;
    Ok(Some(Reduction {
        fidelity,
        time_ratio,
    }))
}

fn open(parts: &[Part], runtime: &Runtime) -> Result<Chain> {
    Chain::open(parts.iter().map(|part| (part.kind, &part.graph)), runtime)
}

/// Inputs of the graph `kind` for every face, edited towards each attribute's other value.
fn samples(
    kind: GraphKind,
    exact: &mut Chain,
    faces: &Faces,
    spec: &CheckpointSpec,
) -> Result<Vec<Arrays>> {
    let mut samples = Vec::new();
    for (n, image) in faces.images.iter().enumerate() {
        if kind != GraphKind::Generator {
            samples.push(Arrays::from([(tensor::IMAGE.into(), image.clone())]));
            continue;
        }
        let source = match faces.domains.get(n) {
            Some(&domain) => domain,
            None => AttributeSet::domain_from_logits(&exact.logits(image)?),
        };
        for attribute in 0..spec.attributes.len() {
            let strengths = spec.attributes.towards_other_value(attribute, source);
            samples.push(exact.generator_inputs(image, source, &strengths)?);
        }
    }
    Ok(samples)
}
