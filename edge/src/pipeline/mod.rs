//! The capture, track and edit threads, and how they end.
//!
//! ```text
//!  capture ──▶ [latest frame] ──▶ track ──▶ [latest tracked] ──▶ edit ──▶ [latest edit] ──▶ main
//!                                   └─────▶ [latest tracked] ──────────────────────────────▶ │
//! ```
//!
//! Mailboxes hold one value, the latest wins, and what was replaced is counted. Where nothing may be
//! left out (a folder, a replay) every thread waits for the empty slot instead. Shutdown runs against
//! the stream, main -> edit -> track -> capture: nobody ever waits for a thread that has ended.

mod capture;
mod edit;
pub(crate) mod opening;
mod shared;
mod track;

pub(crate) use capture::CaptureCounts;
pub(crate) use edit::EditCounts;
use shared::ReferenceRequest;
pub(crate) use shared::{Reference, Shared};

use crate::{
    capture::Source,
    edit::{Edit, EditOptions, reference::ReferencePicture},
    error::EdgeError,
    handoff::mailbox::{Closing, Mailbox},
    picture::frame::Frame,
    pipeline::opening::Opening,
    timing::stage::Stages,
    track::{Pace, TrackOptions, tracked::Tracked},
};
use capture::CaptureThread;
use edit::EditThread;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use track::TrackThread;

/// Longest wait of a thread before it looks whether it should end.
const PATIENCE: Duration = Duration::from_millis(100);

/// Edits in flight at most: being made, in the mailbox, on screen, and one that is just being replaced.
const EDITS_IN_FLIGHT: usize = 4;
/// Frames in flight at most: with every edit, being filled, tracked and edited, in three mailboxes, on
/// screen, and one that is just being replaced.
const FRAMES_IN_FLIGHT: usize = EDITS_IN_FLIGHT + 8;

/// All counts and times of a pipeline that ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    /// From the capture thread.
    pub(crate) capture: CaptureCounts,
    /// From the edit thread.
    pub(crate) edit: EditCounts,
    /// Frames and edits that were replaced by newer ones before their turn.
    pub(crate) dropped: u64,
    /// Times of both threads.
    pub(crate) stages: Stages,
}

/// What the threads work with.
pub(crate) struct Parts {
    /// Where pictures come from.
    pub(crate) source: Box<dyn Source>,
    /// The model, or what is going to be it.
    pub(crate) opening: Opening,
    /// What to follow.
    pub(crate) track: TrackOptions,
    /// Settings and news.
    pub(crate) shared: Arc<Shared>,
    /// Pictures after which capture ends.
    pub(crate) limit: Option<u64>,
    /// How faces are edited.
    pub(crate) options: EditOptions,
    /// A face to copy the style of.
    pub(crate) reference: Option<ReferencePicture>,
    /// How frames come, and whether any may be left out.
    pub(crate) pace: Pace,
}

/// The running threads.
pub(crate) struct Pipeline {
    to_track: Arc<Mailbox<Arc<Frame>>>,
    to_edit: Arc<Mailbox<Tracked>>,
    /// Newest tracked frame, for a display that does not wait for its edit. Not filled when lossless.
    pub(crate) frames: Arc<Mailbox<Tracked>>,
    /// Newest edit.
    pub(crate) edits: Arc<Mailbox<Arc<Edit>>>,
    /// Settings and news.
    pub(crate) shared: Arc<Shared>,
    failed: Arc<AtomicBool>,
    capture: Option<Thread<CaptureCounts>>,
    track: Option<Thread<()>>,
    edit: Option<Thread<EditCounts>>,
}

type Thread<T> = JoinHandle<Result<(T, Stages), EdgeError>>;

impl Pipeline {
    /// Starts all threads.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the system gives no thread.
    pub(crate) fn start(parts: Parts) -> Result<Self, EdgeError> {
        let mut pipeline = Self {
            to_track: Arc::default(),
            to_edit: Arc::default(),
            frames: Arc::default(),
            edits: Arc::default(),
            shared: parts.shared,
            failed: Arc::default(),
            capture: None,
            track: None,
            edit: None,
        };
        let pace = parts.pace;
        let edit = EditThread {
            opening: parts.opening,
            options: parts.options,
            reference: parts.reference,
            faces: parts.track.faces,
            frames: Arc::clone(&pipeline.to_edit),
            edits: Closing(Arc::clone(&pipeline.edits)),
            shared: Arc::clone(&pipeline.shared),
            pace,
        };
        let track = TrackThread {
            frames: Arc::clone(&pipeline.to_track),
            to_edit: Closing(Arc::clone(&pipeline.to_edit)),
            to_display: Closing(Arc::clone(&pipeline.frames)),
            shared: Arc::clone(&pipeline.shared),
            options: parts.track,
            pace,
        };
        let capture = CaptureThread {
            source: parts.source,
            to_track: Closing(Arc::clone(&pipeline.to_track)),
            shared: Arc::clone(&pipeline.shared),
            limit: parts.limit.unwrap_or(u64::MAX),
            pace,
        };
        pipeline.edit = Some(spawn("edit", &pipeline.failed, move || edit.run())?);
        pipeline.track = Some(spawn("track", &pipeline.failed, move || {
            Ok(((), track.run()?))
        })?);
        pipeline.capture = Some(spawn("capture", &pipeline.failed, move || capture.run())?);
        Ok(pipeline)
    }

    /// Whether a thread ended although nobody told it to and its source had more; [`Pipeline::stop`]
    /// then says why.
    #[must_use]
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Something that tells all threads to end, for whoever cannot call [`Pipeline::stop`].
    pub(crate) fn ender(&self) -> impl Fn() + Send + Sync + 'static {
        let (to_track, to_edit) = (Arc::clone(&self.to_track), Arc::clone(&self.to_edit));
        let (frames, edits) = (Arc::clone(&self.frames), Arc::clone(&self.edits));
        let shared = Arc::clone(&self.shared);
        move || {
            edits.close();
            to_edit.close();
            frames.close();
            shared.capture_ends.store(true, Ordering::Relaxed);
            to_track.close();
        }
    }

    /// Ends edit, then track, then capture, and collects what they counted.
    ///
    /// # Errors
    /// The first error of a thread, in that order.
    pub(crate) fn stop(mut self) -> Result<Totals, EdgeError> {
        self.edits.close();
        let edit = join("edit", self.edit.take());
        self.to_edit.close();
        self.frames.close();
        let track = join("track", self.track.take());
        self.shared.capture_ends.store(true, Ordering::Relaxed);
        self.to_track.close();
        let capture = join("capture", self.capture.take());
        let (edit, mut stages) = edit?;
        let ((), track_stages) = track?;
        let (capture, capture_stages) = capture?;
        stages.merge(&track_stages);
        stages.merge(&capture_stages);
        Ok(Totals {
            capture,
            edit,
            dropped: self.to_track.replaced() + self.to_edit.replaced() + self.edits.replaced(),
            stages,
        })
    }
}

impl Drop for Pipeline {
    /// On an early return of the main thread: the threads end by themselves.
    fn drop(&mut self) {
        self.ender()();
    }
}

/// Starts a thread that notes whether it failed.
fn spawn<T: Send + 'static>(
    name: &str,
    failed: &Arc<AtomicBool>,
    work: impl FnOnce() -> Result<(T, Stages), EdgeError> + Send + 'static,
) -> Result<Thread<T>, EdgeError> {
    let failed = Arc::clone(failed);
    thread::Builder::new()
        .name(name.into())
        .spawn(move || noting(&failed, work))
        .map_err(|error| EdgeError::Internal(format!("no thread: {error}")))
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
