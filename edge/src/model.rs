//! The four graphs of a bundle, on one execution provider.

use crate::{
    error::EdgeError,
    provider::{Failure, Precision, Provider, Request},
    runtime::{Opener, Runtime},
};
use model_spec::{
    Bundle, Manifest,
    manifest::{Dimension, Graph as GraphSpec, TensorSpec},
    tensor,
};
use ort::{
    session::{Session, SessionOutputs},
    value::{Outlet, TensorElementType, TensorRef, ValueType},
};
use std::path::PathBuf;

/// Style encoder, style transformer, generator and classifier, ready to run.
///
/// All batches have `N` faces; images are `[N, C, S, S]` in [-1, 1].
pub struct Model {
    manifest: Manifest,
    provider: Provider,
    precision: Precision,
    failures: Vec<Failure>,
    style_encoder: Graph,
    style_transformer: Graph,
    generator: Graph,
    classifier: Graph,
}

/// A style code taken apart by the style transformer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StyleParts {
    /// `[N, d]`: `s_un`.
    pub unrelated: Vec<f32>,
    /// `[N, d]`: `s_re`.
    pub related: Vec<f32>,
    /// `[N, Y, d]`: `T_y(s_re)`.
    pub related_targets: Vec<f32>,
}

impl Model {
    /// Opens the graphs on the first provider of `request` that runs them all, and checks their
    /// inputs and outputs against the manifest. `progress` hears of steps that may take long.
    ///
    /// # Errors
    /// [`EdgeError::Provider`] with every reason, or [`EdgeError::Graph`].
    pub fn open(
        bundle: &Bundle,
        runtime: &Runtime,
        request: &Request,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, EdgeError> {
        let mut failures = Vec::new();
        for provider in request.choice.candidates() {
            let opened = request
                .suits(provider)
                .map_err(OpenError::Provider)
                .and_then(|()| open_all(bundle, runtime, request, provider, progress));
            match opened {
                Ok([style_encoder, style_transformer, generator, classifier]) => {
                    return Ok(Self {
                        manifest: bundle.manifest().clone(),
                        provider,
                        precision: request.precision,
                        failures,
                        style_encoder,
                        style_transformer,
                        generator,
                        classifier,
                    });
                }
                // Another provider would find the same.
                Err(OpenError::Contract(error)) => return Err(error),
                Err(OpenError::Provider(reason)) => {
                    log::info!("not {}: {reason}", provider.label());
                    failures.push(Failure { provider, reason });
                }
            }
        }
        let choice = request.choice;
        Err(EdgeError::Provider { choice, failures })
    }

    /// The bundle's manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The provider that runs.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// The arithmetic it was asked for.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Faster providers that were tried and do not run.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// `logits` becomes `[N, A]`: above 0 = the attribute is on.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn classify(&mut self, image: &[f32], logits: &mut Vec<f32>) -> Result<(), EdgeError> {
        let outputs = self.classifier.run(&[image])?;
        read(&outputs, tensor::LOGITS, logits)
    }

    /// `styles` becomes `[N, Y, d]`: the style code under every source domain.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn encode(&mut self, image: &[f32], styles: &mut Vec<f32>) -> Result<(), EdgeError> {
        let outputs = self.style_encoder.run(&[image])?;
        read(&outputs, tensor::STYLES, styles)
    }

    /// Takes style codes `[N, d]` apart.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn transform(&mut self, style: &[f32], parts: &mut StyleParts) -> Result<(), EdgeError> {
        let outputs = self.style_transformer.run(&[style])?;
        read(&outputs, tensor::STYLE_UNRELATED, &mut parts.unrelated)?;
        read(&outputs, tensor::STYLE_RELATED, &mut parts.related)?;
        read(
            &outputs,
            tensor::STYLE_RELATED_TARGETS,
            &mut parts.related_targets,
        )
    }

    /// `edited` becomes `[N, C, S, S]`: the faces with the given style codes `[N, d]`.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn generate(
        &mut self,
        image: &[f32],
        style: &[f32],
        edited: &mut Vec<f32>,
    ) -> Result<(), EdgeError> {
        let outputs = self.generator.run(&[image, style])?;
        read(&outputs, tensor::EDITED, edited)
    }

    /// `difference` becomes `[N, C, S, S]`: edited faces minus `image`; the generator's own output
    /// where it has one.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub fn difference(
        &mut self,
        image: &[f32],
        style: &[f32],
        difference: &mut Vec<f32>,
    ) -> Result<(), EdgeError> {
        let outputs = self.generator.run(&[image, style])?;
        if outputs.get(tensor::DIFFERENCE).is_some() {
            return read(&outputs, tensor::DIFFERENCE, difference);
        }
        read(&outputs, tensor::EDITED, difference)?;
        difference
            .iter_mut()
            .zip(image)
            .for_each(|(value, image)| *value -= image);
        Ok(())
    }
}

struct Graph {
    path: PathBuf,
    session: Session,
    /// Shapes of one face's inputs, in the graph's order, without the batch.
    inputs: Vec<Vec<usize>>,
}

enum OpenError {
    Provider(String),
    Contract(EdgeError),
}

fn open_all(
    bundle: &Bundle,
    runtime: &Runtime,
    request: &Request,
    provider: Provider,
    progress: &mut dyn FnMut(&str),
) -> Result<[Graph; 4], OpenError> {
    let graphs = &bundle.manifest().graphs;
    let opener = runtime
        .opener(bundle, request, provider)
        .map_err(OpenError::Provider)?;
    let mut open = |number: u32, name: &str, spec| {
        if provider == Provider::TensorRt {
            progress(&format!("preparing the {name} for TensorRT, {number} of 4"));
        }
        Graph::open(bundle, runtime, &opener, spec)
    };
    Ok([
        open(1, "style encoder", &graphs.style_encoder)?,
        open(2, "style transformer", &graphs.style_transformer)?,
        open(3, "generator", &graphs.generator)?,
        open(4, "classifier", &graphs.classifier)?,
    ])
}

impl Graph {
    fn open(
        bundle: &Bundle,
        runtime: &Runtime,
        opener: &Opener,
        spec: &GraphSpec,
    ) -> Result<Self, OpenError> {
        let path = bundle.graph_path(spec);
        let session = runtime
            .open_graph(&path, opener)
            .map_err(|reason| OpenError::Provider(format!("{}: {reason}", spec.file)))?;
        for (what, outlets, specs) in [
            ("inputs", session.inputs(), &spec.inputs),
            ("outputs", session.outputs(), &spec.outputs),
        ] {
            let (found, expected) = (described(outlets), expected(specs));
            if found != expected {
                return Err(OpenError::Contract(EdgeError::Graph {
                    path,
                    field: what.into(),
                    found,
                    expected,
                }));
            }
        }
        let inputs = spec.inputs.iter().map(fixed_sides).collect();
        Ok(Self {
            path,
            session,
            inputs,
        })
    }

    /// Runs `N` faces; every slice holds whole faces of its input's shape.
    fn run(&mut self, inputs: &[&[f32]]) -> Result<SessionOutputs<'_>, EdgeError> {
        let path = &self.path;
        let failed = |error: ort::Error| EdgeError::runtime(path.display().to_string(), error);
        let mut values = Vec::with_capacity(inputs.len());
        for (data, sides) in inputs.iter().zip(&self.inputs) {
            let face: usize = sides.iter().product();
            let batch = data.len() / face;
            let shape: Vec<usize> = std::iter::once(batch)
                .chain(sides.iter().copied())
                .collect();
            let value = TensorRef::from_array_view((shape, *data)).map_err(failed)?;
            values.push(ort::session::SessionInputValue::from(value));
        }
        self.session.run(&values[..]).map_err(failed)
    }
}

fn read(outputs: &SessionOutputs<'_>, name: &str, into: &mut Vec<f32>) -> Result<(), EdgeError> {
    let output = outputs
        .get(name)
        .ok_or_else(|| EdgeError::Internal(format!("no output {name}")))?;
    let (_, data) = output
        .try_extract_tensor::<f32>()
        .map_err(|error| EdgeError::runtime(format!("output {name}"), error))?;
    into.clear();
    into.extend_from_slice(data);
    Ok(())
}

fn fixed_sides(spec: &TensorSpec) -> Vec<usize> {
    let sides = spec.shape.iter().filter_map(|side| match side {
        Dimension::Fixed(side) => Some(*side),
        Dimension::Free(_) => None,
    });
    sides.collect()
}

/// `image float32 [?, 1, 64, 64], style float32 [?, 64]`
fn expected(specs: &[TensorSpec]) -> String {
    let tensors = specs.iter().map(|spec| {
        let sides = spec.shape.iter().map(|side| match side {
            Dimension::Fixed(side) => side.to_string(),
            Dimension::Free(_) => "?".into(),
        });
        let sides: Vec<_> = sides.collect();
        format!("{} float32 [{}]", spec.name, sides.join(", "))
    });
    tensors.collect::<Vec<_>>().join(", ")
}

fn described(outlets: &[Outlet]) -> String {
    let tensors = outlets.iter().map(|outlet| match outlet.dtype() {
        ValueType::Tensor { ty, shape, .. } => {
            let sides = shape.iter().enumerate().map(|(i, &side)| match side {
                -1 => "?".to_owned(),
                // The batch, where a provider was told that it is always one face.
                1 if i == 0 => "?".to_owned(),
                side => side.to_string(),
            });
            let element = match ty {
                TensorElementType::Float32 => "float32".to_owned(),
                other => format!("{other:?}").to_lowercase(),
            };
            let sides: Vec<_> = sides.collect();
            format!("{} {element} [{}]", outlet.name(), sides.join(", "))
        }
        other => format!("{} {other:?}", outlet.name()),
    });
    tensors.collect::<Vec<_>>().join(", ")
}
