//! What the mirror tells the overlay.

use crate::{
    capture::{camera::trouble::Trouble, source_name::SourceName},
    inference::provider::{Failure, Provider},
    overlay::language::labels::Labels,
};

/// The mirror at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct MirrorState<'a> {
    /// Seconds since the window was opened.
    pub(crate) seconds: f64,
    pub(crate) readings: Readings,
    /// Whether the mirror picture is edited.
    pub(crate) edited: bool,
    /// Whether a face is in view, ...
    pub(crate) face: bool,
    /// ... and whether one of them is no picture on a wall.
    pub(crate) visitor: bool,
    /// Whether the clip has come to its end.
    pub(crate) ended: bool,
    /// Whether there has been a picture yet.
    pub(crate) has_picture: bool,
    /// Whether a copied expression is applied.
    pub(crate) copied: bool,
    /// Why there are no new pictures, if so.
    pub(crate) trouble: Option<&'a Trouble>,
    /// What the model is still doing before it can edit, if anything.
    pub(crate) preparing: Option<&'a str>,
}

/// Rate and latency of the pictures shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Readings {
    pub(crate) frames_per_second: u32,
    /// Mean time from the capture of a picture to its presentation.
    pub(crate) latency_millis: u32,
}

/// What rarely changes, for the status line and the help page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct About {
    /// Name of the bundle.
    pub(crate) model: String,
    /// The file without which the bundle cannot tell that a mouth is covered.
    pub(crate) blind_for_want_of: Option<&'static str>,
    /// The execution provider; none while the model is being opened.
    pub(crate) inference: Option<Inference>,
    /// The source and its mode.
    pub(crate) source: SourceName,
}

/// Where the model runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inference {
    pub(crate) provider: Provider,
    /// Providers that were tried before, and why they did not run.
    pub(crate) failures: Vec<Failure>,
    /// Whether the workload is reduced because of heat.
    pub(crate) reduced: bool,
}

impl About {
    /// The provider in words, e.g. `CUDA`; empty while the model is being opened.
    pub(super) fn provider(&self, labels: &Labels) -> String {
        match &self.inference {
            None => String::new(),
            Some(inference) if inference.reduced => {
                format!("{} ({})", inference.provider.label(), labels.spared)
            }
            Some(inference) => inference.provider.label().to_owned(),
        }
    }

    pub(super) fn failures(&self) -> &[Failure] {
        self.inference
            .as_ref()
            .map_or(&[], |inference| &inference.failures)
    }
}
