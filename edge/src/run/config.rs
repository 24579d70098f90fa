//! What `edge run` is asked to do.

use crate::{
    capture::{SourceChoice, mode::Wish},
    edit::EditOptions,
    inference::provider::Request,
    machine::system::System,
    present::display::DisplayChoice,
    window::options::ScreenOptions,
};
use std::path::PathBuf;

/// Options of `edge run`.
#[derive(Debug, Clone)]
pub struct Config {
    /// Bundle folder or `.tar`; none looks for the one that ships.
    pub bundle: Option<PathBuf>,
    /// Where pictures come from.
    pub source: SourceChoice,
    /// Mode a camera has to take.
    pub camera_mode: Wish,
    /// Where they go.
    pub display: DisplayChoice,
    /// Pictures after which to end.
    pub frames: Option<u64>,
    /// Strengths, e.g. `smile=1.0`; none starts with the first attribute at 1.
    pub attr: Option<String>,
    /// Where to write the JSON report.
    pub report: Option<PathBuf>,
    /// Where to write the contact sheet.
    pub contact_sheet: Option<PathBuf>,
    /// Execution provider and its options.
    pub model: Request,
    /// Whether the display waits for the edit of the frame it shows.
    pub sync: bool,
    /// Picture whose style is copied.
    pub reference: Option<PathBuf>,
    /// How faces are edited.
    pub edit: EditOptions,
    /// Most faces that are edited at once, the largest; 1 to [`crate::track::tracked::MOST_FACES`].
    pub faces: usize,
    /// ONNX Runtime library.
    pub onnxruntime: Option<PathBuf>,
    /// Where temperatures are read.
    pub system: System,
    /// Public key that must have signed the bundle.
    pub public_key: Option<PathBuf>,
    /// How the screen looks and behaves.
    pub screen: ScreenOptions,
}
