//! The capture and edit threads, and how they end.
//!
//! ```text
//!  capture ──▶ [latest frame] ──▶ edit ──▶ [latest edit] ──▶ main
//!     └──────▶ [latest frame] ────────────────────────────────┘
//! ```
//!
//! Mailboxes hold one value, the latest wins, and what was replaced is counted. A source that is no
//! video (a folder) waits for the empty slot instead, so that every picture is edited. Shutdown runs
//! against the stream, main -> edit -> capture: nobody ever waits for a thread that has ended.

mod capture;
mod edit;

pub use capture::CaptureCounts;
pub use edit::EditCounts;

use crate::{
    edit::Edit, error::EdgeError, frame::Frame, mailbox::Mailbox, model::Model, source::Source,
    stage::Stages,
};
use capture::CaptureThread;
use edit::EditThread;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Longest wait of a thread before it looks whether it should end.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the main thread tells the others, and hears from them besides pictures.
#[derive(Debug)]
pub struct Shared {
    strengths: Vec<AtomicU32>,
    capture_ends: AtomicBool,
    trouble: Mutex<Option<String>>,
}

impl Shared {
    /// With these strengths, one per attribute.
    #[must_use]
    pub fn new(strengths: &[f32]) -> Self {
        Self {
            strengths: strengths
                .iter()
                .map(|strength| AtomicU32::new(strength.to_bits()))
                .collect(),
            capture_ends: AtomicBool::new(false),
            trouble: Mutex::new(None),
        }
    }

    /// Sets the strength of an attribute from the next frame on.
    pub fn set_strength(&self, attribute: usize, strength: f32) {
        if let Some(slot) = self.strengths.get(attribute) {
            slot.store(strength.to_bits(), Ordering::Relaxed);
        }
    }

    /// The strengths now, one per attribute.
    pub fn strengths(&self) -> impl Iterator<Item = f32> {
        self.strengths
            .iter()
            .map(|slot| f32::from_bits(slot.load(Ordering::Relaxed)))
    }

    /// Why there are no pictures at the moment, if so.
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.clone()
    }

    fn set_trouble(&self, reason: Option<String>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *trouble != reason {
            if let Some(reason) = &reason {
                log::warn!("camera: {reason}; trying again");
            }
            *trouble = reason;
        }
    }
}

/// All counts and times of a pipeline that ended.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// From the capture thread.
    pub capture: CaptureCounts,
    /// From the edit thread.
    pub edit: EditCounts,
    /// Frames and edits that were replaced by newer ones before their turn.
    pub dropped: u64,
    /// Times of both threads.
    pub stages: Stages,
}

/// The running threads.
pub struct Pipeline {
    to_edit: Arc<Mailbox<Arc<Frame>>>,
    /// Newest frame, for a display that does not wait for its edit. Only filled for video.
    pub frames: Arc<Mailbox<Arc<Frame>>>,
    /// Newest edit.
    pub edits: Arc<Mailbox<Arc<Edit>>>,
    /// Settings and trouble.
    pub shared: Arc<Shared>,
    failed: Arc<AtomicBool>,
    capture: Option<JoinHandle<Result<(CaptureCounts, Stages), EdgeError>>>,
    edit: Option<JoinHandle<Result<(EditCounts, Stages), EdgeError>>>,
}

impl Pipeline {
    /// Starts both threads; capture ends after `limit` pictures.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the system gives no thread.
    pub fn start(
        source: Box<dyn Source>,
        model: Model,
        shared: Arc<Shared>,
        limit: Option<u64>,
    ) -> Result<Self, EdgeError> {
        let no_thread = |error| EdgeError::Internal(format!("no thread: {error}"));
        let mut pipeline = Self {
            to_edit: Arc::default(),
            frames: Arc::default(),
            edits: Arc::default(),
            shared,
            failed: Arc::default(),
            capture: None,
            edit: None,
        };
        let lossless = !source.is_video();
        let edit = EditThread {
            model,
            frames: Arc::clone(&pipeline.to_edit),
            edits: Closing(Arc::clone(&pipeline.edits)),
            shared: Arc::clone(&pipeline.shared),
            lossless,
        };
        let capture = CaptureThread {
            source,
            to_edit: Closing(Arc::clone(&pipeline.to_edit)),
            frames: Closing(Arc::clone(&pipeline.frames)),
            shared: Arc::clone(&pipeline.shared),
            limit: limit.unwrap_or(u64::MAX),
        };
        let thread = |name: &str| thread::Builder::new().name(name.into());
        let failed = Arc::clone(&pipeline.failed);
        let edit = move || noting(&failed, || edit.run());
        pipeline.edit = Some(thread("edit").spawn(edit).map_err(no_thread)?);
        let failed = Arc::clone(&pipeline.failed);
        let capture = move || noting(&failed, || capture.run());
        pipeline.capture = Some(thread("capture").spawn(capture).map_err(no_thread)?);
        Ok(pipeline)
    }

    /// Whether a thread ended although nobody told it to and its source had more; [`Pipeline::stop`]
    /// then says why.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Ends edit, then capture, and collects what they counted.
    ///
    /// # Errors
    /// The first error of a thread, that of edit before that of capture.
    pub fn stop(mut self) -> Result<Totals, EdgeError> {
        self.edits.close();
        let edit = join("edit", self.edit.take());
        self.shared.capture_ends.store(true, Ordering::Relaxed);
        self.to_edit.close();
        self.frames.close();
        let capture = join("capture", self.capture.take());
        let (edit, mut stages) = edit?;
        let (capture, capture_stages) = capture?;
        stages.merge(&capture_stages);
        Ok(Totals {
            capture,
            edit,
            dropped: self.to_edit.replaced() + self.edits.replaced(),
            stages,
        })
    }
}

impl Drop for Pipeline {
    /// On an early return of the main thread: the threads end by themselves.
    fn drop(&mut self) {
        self.edits.close();
        self.shared.capture_ends.store(true, Ordering::Relaxed);
        self.to_edit.close();
        self.frames.close();
    }
}

/// Runs a thread's work and notes whether it failed, by error or panic.
fn noting<T>(
    failed: &AtomicBool,
    work: impl FnOnce() -> Result<T, EdgeError>,
) -> Result<T, EdgeError> {
    struct Unless<'a>(&'a AtomicBool, bool);
    impl Drop for Unless<'_> {
        fn drop(&mut self) {
            if !self.1 {
                self.0.store(true, Ordering::Relaxed);
            }
        }
    }
    let mut well = Unless(failed, false);
    let result = work();
    well.1 = result.is_ok();
    result
}

fn join<T>(name: &str, handle: Option<JoinHandle<Result<T, EdgeError>>>) -> Result<T, EdgeError> {
    let ended = handle.map(JoinHandle::join);
    match ended {
        Some(Ok(result)) => result,
        Some(Err(panic)) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let text = text.unwrap_or("no message");
            Err(EdgeError::Internal(format!("thread {name}: {text}")))
        }
        None => Err(EdgeError::Internal(format!(
            "thread {name} was not started"
        ))),
    }
}

/// Closes its mailbox when the thread ends, however it ends.
struct Closing<T>(Arc<Mailbox<T>>);

impl<T> Drop for Closing<T> {
    fn drop(&mut self) {
        self.0.close();
    }
}
