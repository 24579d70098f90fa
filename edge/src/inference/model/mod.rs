//! The graphs of a bundle, on one execution provider.

mod drawing;
mod graph;

pub(crate) use drawing::Drawing;

use crate::{
    error::EdgeError,
    inference::{
        provider::{Failure, Precision, Provider, ProviderRequest},
        runtime::Runtime,
    },
    track::{TrackOptions, mouth::Mouth},
};
use graph::{Graph, OpenError, read};
use model_spec::{AttributeSet, Bundle, GraphKind, Manifest, OutputForm, SpecError, tensor};

/// Style encoder, style transformer, generator and, where the bundle has them, classifier and face-mask
/// network, ready to run.
///
/// All batches have `N` faces; images are `[N, C, S, S]` in [-1, 1].
pub(crate) struct Model {
    manifest: Manifest,
    track: TrackOptions,
    mouth: Option<Mouth>,
    provider: Provider,
    precision: Precision,
    failures: Vec<Failure>,
    style_encoder: Graph,
    style_transformer: Graph,
    generator: Graph,
    classifier: Option<Graph>,
    face_mask: Option<Graph>,
    /// A source domain that was named stands for the classifier's verdict.
    source_domain: Option<usize>,
    masks: Masks,
}

/// Where the generator's high-pass skips are let through; used where `w_hpf > 0`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Masks {
    /// `[N, 1, 256, 256]`: the whole face.
    pub(crate) mask_first: Vec<f32>,
    /// `[N, 1, 256, 256]`: without chin, lips and brows.
    pub(crate) mask_second: Vec<f32>,
}

/// Logit of a source domain that was named: as sure as a classifier can be.
const NAMED_LOGIT: f32 = 20.0;

/// A style code taken apart by the style transformer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct StyleParts {
    /// `[N, d]`: `s_un`.
    pub(crate) unrelated: Vec<f32>,
    /// `[N, d]`: `s_re`.
    pub(crate) related: Vec<f32>,
    /// `[N, Y, d]`: `T_y(s_re)`.
    pub(crate) related_targets: Vec<f32>,
}

/// Position of the domain called `name`.
fn domain_named(name: &str, domains: &[String]) -> Result<usize, SpecError> {
    let position = domains.iter().position(|domain| domain == name);
    position.ok_or_else(|| SpecError::Request {
        field: "source domain",
        found: format!("{name:?}"),
        expected: format!("one of: {}", domains.join(", ")),
    })
}

impl Model {
    /// Opens the graphs on the first provider of `request` that runs them all, and checks their
    /// inputs and outputs against the manifest. `progress` hears of steps that may take long.
    ///
    /// # Errors
    /// [`EdgeError::Provider`] with every reason, [`EdgeError::Graph`], or [`EdgeError::Spec`] for a source domain that the
    /// bundle does not have.
    pub(crate) fn open(
        bundle: &Bundle,
        runtime: &Runtime,
        request: &ProviderRequest,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, EdgeError> {
        if let Some(name) = &request.source_domain {
            domain_named(name, &bundle.manifest().domains)?;
        }
        let mut failures = Vec::new();
        for provider in request.choice.candidates() {
            let opened = request
                .suits(provider)
                .map_err(OpenError::Provider)
                .and_then(|()| open_all(bundle, runtime, request, provider, progress));
            match opened {
                Ok(graphs) => {
                    return Ok(Self {
                        manifest: bundle.manifest().clone(),
                        track: TrackOptions::of_bundle(bundle)?,
                        mouth: Mouth::of_bundle(bundle)?,
                        provider,
                        precision: request.precision,
                        failures,
                        style_encoder: graphs.style_encoder,
                        style_transformer: graphs.style_transformer,
                        generator: graphs.generator,
                        classifier: graphs.classifier,
                        face_mask: graphs.face_mask,
                        source_domain: None,
                        masks: Masks::default(),
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
        Err(EdgeError::Provider {
            choice: request.choice.to_string(),
            failures: failures.iter().map(Failure::line).collect(),
        })
    }

    /// The same model, for faces that are all of the domain `named`; without one, the classifier
    /// tells each face's.
    ///
    /// # Errors
    /// [`EdgeError::Spec`] for an unknown name, and for a bundle that cannot edit live faces: without a
    /// classifier and a name, or with high-pass skips and without a face-mask network.
    pub(crate) fn for_live_faces(mut self, named: Option<&str>) -> Result<Self, EdgeError> {
        let domains = &self.manifest.domains;
        let request = |field, found: String, expected: String| SpecError::Request {
            field,
            found,
            expected,
        };
        if let Some(name) = named {
            self.source_domain = Some(domain_named(name, domains)?);
        } else if self.classifier.is_none() {
            let expected = format!(
                "a classifier, or --source-domain with one of: {}",
                domains.join(", ")
            );
            return Err(request("graphs.classifier", "nothing".into(), expected).into());
        }
        if self.manifest.architecture.reads_masks() && self.face_mask.is_none() {
            let expected = "a face-mask network, which the generator's high-pass skips need: import \
                            the weights with it and export them again";
            return Err(request("graphs.face_mask", "nothing".into(), expected.into()).into());
        }
        Ok(self)
    }

    /// Whether the bundle has a classifier.
    #[must_use]
    pub(crate) fn has_classifier(&self) -> bool {
        self.classifier.is_some()
    }

    /// Whether the bundle has a face-mask network.
    #[must_use]
    pub(crate) fn has_face_mask(&self) -> bool {
        self.face_mask.is_some()
    }

    /// The bundle's manifest.
    #[must_use]
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How to follow the faces that it edits.
    #[must_use]
    pub(crate) fn track(&self) -> &TrackOptions {
        &self.track
    }

    /// What tells whether mouths are covered, where the bundle can.
    #[must_use]
    pub(crate) fn mouth(&self) -> Option<&Mouth> {
        self.mouth.as_ref()
    }

    /// The provider that runs.
    #[must_use]
    pub(crate) fn provider(&self) -> Provider {
        self.provider
    }

    /// The arithmetic it was asked for.
    #[must_use]
    pub(crate) fn precision(&self) -> Precision {
        self.precision
    }

    /// Faster providers that were tried and do not run.
    #[must_use]
    pub(crate) fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// `logits` becomes `[N, A]`: above 0 = the attribute is on.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn classify(
        &mut self,
        image: &[f32],
        logits: &mut Vec<f32>,
    ) -> Result<(), EdgeError> {
        if let Some(domain) = self.source_domain {
            let attributes = 0..self.manifest.attributes.len();
            let logit = |attribute| match AttributeSet::is_on(domain, attribute) {
                true => NAMED_LOGIT,
                false => -NAMED_LOGIT,
            };
            logits.clear();
            logits.extend(attributes.map(logit));
            return Ok(());
        }
        let classifier = self.classifier.as_mut();
        let classifier = classifier
            .ok_or_else(|| EdgeError::Internal("no classifier and no source domain".into()))?;
        let outputs = classifier.run(&[image])?;
        read(&outputs, tensor::LOGITS, logits)
    }

    /// `masks` becomes those of the faces.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn mask(&mut self, image: &[f32], masks: &mut Masks) -> Result<(), EdgeError> {
        let face_mask = self.face_mask.as_mut();
        let face_mask =
            face_mask.ok_or_else(|| EdgeError::Internal("no face-mask network".into()))?;
        let outputs = face_mask.run(&[image])?;
        read(&outputs, tensor::MASK_FIRST, &mut masks.mask_first)?;
        read(&outputs, tensor::MASK_SECOND, &mut masks.mask_second)
    }

    /// `styles` becomes `[N, Y, d]`: the style code under every source domain.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn encode(&mut self, image: &[f32], styles: &mut Vec<f32>) -> Result<(), EdgeError> {
        let outputs = self.style_encoder.run(&[image])?;
        read(&outputs, tensor::STYLES, styles)
    }

    /// Takes style codes `[N, d]` apart.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn transform(
        &mut self,
        style: &[f32],
        parts: &mut StyleParts,
    ) -> Result<(), EdgeError> {
        let outputs = self.style_transformer.run(&[style])?;
        read(&outputs, tensor::STYLE_UNRELATED, &mut parts.unrelated)?;
        read(&outputs, tensor::STYLE_RELATED, &mut parts.related)?;
        read(
            &outputs,
            tensor::STYLE_RELATED_TARGETS,
            &mut parts.related_targets,
        )
    }

    /// The generator's outputs called `names`, for the faces with the given style codes `[N, d]`, and with
    /// masks `[N, 1, 256, 256]` where the generator has high-pass skips.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`].
    pub(crate) fn generate(
        &mut self,
        image: &[f32],
        style: &[f32],
        masks: &Masks,
        names: &[&str],
    ) -> Result<Vec<Vec<f32>>, EdgeError> {
        let outputs = self
            .generator
            .run(&[image, style, &masks.mask_first, &masks.mask_second])?;
        let values = names.iter().map(|name| {
            let mut values = Vec::new();
            read(&outputs, name, &mut values).map(|()| values)
        });
        values.collect()
    }

    /// `drawing` becomes what an edit of the face adds to it and, where the generator says so, how it moves;
    /// of generators that draw the whole face, their picture minus `image`.
    ///
    /// # Errors
    /// [`EdgeError::Runtime`], or [`EdgeError::Graph`] for a displacement beyond the manifest's bound.
    pub(crate) fn draw(
        &mut self,
        image: &[f32],
        style: &[f32],
        drawing: &mut Drawing,
    ) -> Result<(), EdgeError> {
        if self.face_mask.is_some() {
            let mut masks = std::mem::take(&mut self.masks);
            let masked = self.mask(image, &mut masks);
            self.masks = masks;
            masked?;
        }
        let Masks {
            mask_first,
            mask_second,
        } = &self.masks;
        let outputs = self
            .generator
            .run(&[image, style, mask_first, mask_second])?;
        let Drawing {
            difference,
            displacement,
        } = drawing;
        match self.manifest.architecture.output {
            OutputForm::Image => {
                read(&outputs, tensor::EDITED, difference)?;
                let pairs = difference.iter_mut().zip(image);
                pairs.for_each(|(value, image)| *value -= image);
            }
            OutputForm::Difference => read(&outputs, tensor::DIFFERENCE, difference)?,
            OutputForm::Displacement => {
                read(&outputs, tensor::DIFFERENCE, difference)?;
                read(&outputs, tensor::DISPLACEMENT, displacement)?;
            }
        }
        drop(outputs);
        drawing
            .check(&self.manifest)
            .map_err(|(field, found, expected)| EdgeError::Graph {
                path: self.manifest.graphs.generator.file.clone().into(),
                field: format!("output {field}"),
                found,
                expected,
            })
    }
}

struct Graphs {
    style_encoder: Graph,
    style_transformer: Graph,
    generator: Graph,
    classifier: Option<Graph>,
    face_mask: Option<Graph>,
}

fn open_all(
    bundle: &Bundle,
    runtime: &Runtime,
    request: &ProviderRequest,
    provider: Provider,
    progress: &mut dyn FnMut(&str),
) -> Result<Graphs, OpenError> {
    let graphs = &bundle.manifest().graphs;
    runtime
        .try_provider(provider)
        .map_err(OpenError::Provider)?;
    let opener = runtime
        .opener(bundle, request, provider)
        .map_err(OpenError::Provider)?;
    let (mut number, count) = (0, graphs.iter().count());
    let mut open = |kind: GraphKind, spec| {
        number += 1;
        if provider == Provider::TensorRt {
            let name = kind.label();
            progress(&format!(
                "preparing the {name} for TensorRT, {number} of {count}"
            ));
        }
        Graph::open(bundle, runtime, &opener, spec)
    };
    let classifier = graphs.classifier.as_ref();
    let face_mask = graphs.face_mask.as_ref();
    Ok(Graphs {
        style_encoder: open(GraphKind::StyleEncoder, &graphs.style_encoder)?,
        style_transformer: open(GraphKind::StyleTransformer, &graphs.style_transformer)?,
        generator: open(GraphKind::Generator, &graphs.generator)?,
        classifier: classifier
            .map(|spec| open(GraphKind::Classifier, spec))
            .transpose()?,
        face_mask: face_mask
            .map(|spec| open(GraphKind::FaceMask, spec))
            .transpose()?,
    })
}
