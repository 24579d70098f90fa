//! What `edge run` is asked to do.

use crate::{
    capture::{SourceChoice, camera::mode::ModeRequest, turned::Turn},
    edit::EditOptions,
    inference::provider::ProviderRequest,
    machine::system::System,
    present::display::DisplayChoice,
    run::strengths::Strengths,
    window::options::ScreenOptions,
};
use std::path::PathBuf;

/// Options of `edge run`.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Bundle folder or `.tar`; none looks for the one that ships.
    pub(crate) bundle: Option<PathBuf>,
    /// Where pictures come from.
    pub(crate) source: SourceChoice,
    /// Mode a camera has to take.
    pub(crate) camera_mode: ModeRequest,
    /// How far pictures are turned.
    pub(crate) turn: Turn,
    /// Where they go.
    pub(crate) display: DisplayChoice,
    /// Pictures after which to end.
    pub(crate) frames: Option<u64>,
    /// Strengths at the start; none starts with the first attribute at 1.
    pub(crate) strengths: Option<Strengths>,
    /// Where to write the JSON report.
    pub(crate) report: Option<PathBuf>,
    /// Where to write the contact sheet.
    pub(crate) contact_sheet: Option<PathBuf>,
    /// Execution provider and its options.
    pub(crate) model: ProviderRequest,
    /// Whether the display waits for the edit of the frame it shows.
    pub(crate) sync: bool,
    /// Picture whose style is copied.
    pub(crate) reference: Option<PathBuf>,
    /// How faces are edited.
    pub(crate) edit: EditOptions,
    /// Most faces that are edited at once, the largest; 1 to [`crate::track::tracked::MOST_FACES`].
    pub(crate) faces: usize,
    /// ONNX Runtime library.
    pub(crate) onnxruntime: Option<PathBuf>,
    /// Where temperatures are read.
    pub(crate) system: System,
    /// Public key that must have signed the bundle.
    pub(crate) public_key: Option<PathBuf>,
    /// File with the number of the newest release that has run.
    pub(crate) release_record: Option<PathBuf>,
    /// How the screen looks and behaves.
    pub(crate) screen: ScreenOptions,
}
