//! `manifest.json`: what a bundle holds and how to run it.

use crate::{
    architecture::{Architecture, OutputForm},
    attribute::AttributeSet,
    checkpoint,
    error::{Mismatch, SpecError},
    fidelity::Fidelity,
    framing::Framing,
    graph::{GraphKind, GraphSpec, Graphs},
    json,
    light::Light,
    precision::{Norms, Precision},
    provenance::Provenance,
    tensor,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path};

/// Newest bundle format this library reads and the one it writes.
///
/// Version 2 brought masks, precisions and signatures; version 3 the displacement output and the light
/// correction; version 4 releases. Older versions are read as before.
pub const FORMAT_VERSION: u32 = 4;
/// Name of the manifest inside a bundle.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Most characters of a bundle's name.
const LONGEST_NAME: usize = 100;
/// Name of the parity sample inside a bundle.
pub const PARITY_FILE: &str = "parity.safetensors";
/// Name of the model card inside a bundle.
pub const MODEL_CARD_FILE: &str = "MODEL_CARD.md";
/// Name of the aligner inside a bundle that has one: it finds the framing on live faces.
pub const ALIGNER_FILE: &str = checkpoint::ALIGNER_FILE;
/// Name of the weights that tell whether a mouth is covered, inside a bundle that has them.
pub const MOUTH_FILE: &str = checkpoint::MOUTH_FILE;

/// Contents of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// See [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Name of the model, e.g. `smile-64`.
    pub name: String,
    /// Terms of the weights.
    pub licence: String,
    /// Number that grows from release to release, so that a mirror can refuse one from before the newest it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<u64>,
    /// Network shapes.
    pub architecture: Architecture,
    /// Attributes with labels and strength ranges, in the order of the domain bits.
    pub attributes: AttributeSet,
    /// Names of the domains, in order.
    pub domains: Vec<String>,
    /// Framing of the training images.
    pub framing: Framing,
    /// Brightness and contrast of the training images; without it crops are used as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// Where the weights come from.
    pub provenance: Provenance,
    /// ONNX operator set of the graphs.
    pub opset: u32,
    /// Arithmetic of the graphs.
    pub precision: Precision,
    /// How instance norms are written.
    #[serde(default)]
    pub norms: Norms,
    /// Exact rewrites that were applied to the graphs, in order.
    #[serde(default)]
    pub rewrites: Vec<String>,
    /// What the precision costs; present where it is below 32-bit floats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fidelity: Option<Fidelity>,
    /// The graphs.
    pub graphs: Graphs,
    /// SHA-256 of every other file of the bundle, by file name.
    pub files: BTreeMap<String, String>,
}

/// Checks a model's name, which screens and terminals show.
///
/// # Errors
/// A [`Mismatch`] of `name`: too long, empty, or with control characters.
pub fn check_name(name: &str) -> Result<(), Mismatch> {
    let characters = name.chars().count();
    if (1..=LONGEST_NAME).contains(&characters) && !name.contains(char::is_control) {
        return Ok(());
    }
    let found: String = name.chars().take(LONGEST_NAME).collect();
    let expected = format!("1 to {LONGEST_NAME} characters without control characters");
    Err(Mismatch::new("name", format!("{found:?}"), expected))
}

impl Manifest {
    /// Reads `folder/manifest.json` and validates it; digests are [`crate::Bundle::open`]'s work.
    ///
    /// # Errors
    /// [`SpecError`] naming file, field, found and expected.
    pub fn load(folder: &Path) -> Result<Self, SpecError> {
        let path = folder.join(MANIFEST_FILE);
        let bytes = fs::read(&path).map_err(|reason| SpecError::Io {
            path: path.clone(),
            reason,
        })?;
        Self::parse(&bytes, &path)
    }

    /// As [`Manifest::load`], of `bytes` that come from `path`.
    ///
    /// # Errors
    /// As [`Manifest::load`].
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, SpecError> {
        let manifest: Self = json::parse_versioned(bytes, path, "bundle manifest", FORMAT_VERSION)?;
        manifest
            .validate()
            .map_err(|mismatch| mismatch.in_file(path))?;
        Ok(manifest)
    }

    /// Format version that a bundle of this kind is written in: the oldest that can hold it, so that older
    /// mirrors read it where they can.
    #[must_use]
    pub fn least_version(
        architecture: &Architecture,
        light: Option<&Light>,
        release: Option<u64>,
    ) -> u32 {
        if release.is_some() {
            4
        } else if architecture.output == OutputForm::Displacement || light.is_some() {
            3
        } else {
            2
        }
    }

    /// Largest difference between an output of one graph and the trainer's, in units of the largest
    /// expected value, or of 1 where that is less.
    #[must_use]
    pub fn parity_tolerance(&self) -> f32 {
        let measured = self.fidelity.as_ref().map(|it| it.parity_tolerance);
        measured.unwrap_or(tensor::PARITY_TOLERANCE)
    }

    /// Checks that all fields agree with each other.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn validate(&self) -> Result<(), Mismatch> {
        check_name(&self.name)?;
        self.architecture.validate()?;
        self.attributes.validate()?;
        self.framing.validate()?;
        if let Some(light) = &self.light {
            light.validate()?;
        }
        let least = Self::least_version(&self.architecture, self.light.as_ref(), self.release);
        if least > 2 && self.format_version < least {
            let expected = format!("{least}, which brought what this bundle has");
            return Err(Mismatch::new(
                "format_version",
                self.format_version,
                expected,
            ));
        }
        let domains = self.attributes.domain_names();
        if self.domains != domains {
            return Err(Mismatch::new(
                "domains",
                format!("{:?}", self.domains),
                format!("{domains:?}"),
            ));
        }
        if self.opset < 17 {
            return Err(Mismatch::new("opset", self.opset, "17 or newer"));
        }
        match (self.precision, &self.fidelity) {
            (Precision::Fp32, Some(_)) => {
                return Err(Mismatch::new("fidelity", "one", "none for fp32"));
            }
            (Precision::Fp32, None) => {}
            (precision, None) => {
                let expected = format!("what {precision} costs");
                return Err(Mismatch::new("fidelity", "nothing", expected));
            }
            (_, Some(fidelity)) => fidelity.validate()?,
        }
        self.check_graphs()?;
        let required = self
            .graphs
            .iter()
            .map(|(_, graph)| graph.file.as_str())
            .chain([PARITY_FILE, MODEL_CARD_FILE]);
        for file in required {
            if !self.files.contains_key(file) {
                return Err(Mismatch::new(
                    format!("files.{file}"),
                    "nothing",
                    "a SHA-256 digest",
                ));
            }
        }
        for file in self.files.keys() {
            // A manifest from elsewhere must not be able to point outside its own folder.
            if file.contains(['/', '\\']) || file.starts_with('.') {
                return Err(Mismatch::new(
                    "files",
                    format!("{file:?}"),
                    "plain file names",
                ));
            }
        }
        Ok(())
    }

    fn check_graphs(&self) -> Result<(), Mismatch> {
        let mut expected = Graphs::expected(&self.architecture, &self.attributes);
        if self.graphs.face_mask.is_none() {
            expected.face_mask = None;
        }
        for kind in GraphKind::ALL {
            let (found, expected) = (self.graphs.get(kind), expected.get(kind));
            if found != expected {
                let text =
                    |graph: Option<&GraphSpec>| graph.map_or("nothing".into(), ToString::to_string);
                return Err(Mismatch::new(
                    format!("graphs.{kind}"),
                    text(found),
                    text(expected),
                ));
            }
        }
        Ok(())
    }

    /// Whether the bundle has an aligner.
    #[must_use]
    pub fn has_aligner(&self) -> bool {
        self.files.contains_key(ALIGNER_FILE)
    }

    /// Whether the bundle can tell that a mouth is covered.
    #[must_use]
    pub fn has_mouth(&self) -> bool {
        self.files.contains_key(MOUTH_FILE)
    }

    /// Writes `folder/manifest.json` atomically.
    ///
    /// # Errors
    /// [`SpecError::Io`].
    pub fn save(&self, folder: &Path) -> Result<(), SpecError> {
        json::write_atomically(&folder.join(MANIFEST_FILE), self)
    }
}
