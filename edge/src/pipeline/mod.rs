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
pub(crate) mod controls;
pub(crate) mod copying;
mod edit;
pub(crate) mod opening;
#[cfg(test)]
#[cfg(feature = "schedules")]
mod schedules;
pub(crate) mod status;
pub(crate) mod stop;
mod track;

pub(crate) use capture::CaptureCounts;
pub(crate) use edit::EditCounts;

use crate::{
    capture::Source,
    edit::{Edit, EditOptions},
    error::EdgeError,
    handoff::{
        mailbox::{Receiver, mailbox},
        sync::thread::{self, JoinHandle},
    },
    picture::frame::Frame,
    pipeline::opening::Opening,
    timing::stage::Stages,
    track::{Pace, TrackOptions, tracked::Tracked},
};
use capture::CaptureThread;
use controls::Controls;
use edit::EditThread;
use status::Status;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use stop::Stop;
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
    /// What the threads are told.
    pub(crate) controls: Arc<Controls>,
    /// What they tell.
    pub(crate) status: Arc<Status>,
    /// Pictures after which capture ends.
    pub(crate) limit: Option<u64>,
    /// How faces are edited.
    pub(crate) options: EditOptions,
    /// A face to copy the style of.
    pub(crate) reference: Option<Tracked>,
    /// How frames come, and whether any may be left out.
    pub(crate) pace: Pace,
}

/// The running threads.
pub(crate) struct Pipeline {
    /// Newest tracked frame, for a display that does not wait for its edit. Not filled when lossless.
    pub(crate) frames: Receiver<Tracked>,
    /// Newest edit.
    pub(crate) edits: Receiver<Arc<Edit>>,
    /// What the threads are told.
    pub(crate) controls: Arc<Controls>,
    /// What they tell.
    pub(crate) status: Arc<Status>,
    stop: Stop,
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
        let (to_track, frames_to_track) = mailbox::<Arc<Frame>>();
        let (to_edit, frames_to_edit) = mailbox();
        let (to_display, frames) = mailbox();
        let (to_main, edits) = mailbox();
        let stop = Stop::new(&frames_to_track, &frames_to_edit, &frames, &edits);
        let mut pipeline = Self {
            frames,
            edits,
            controls: parts.controls,
            status: parts.status,
            stop,
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
            frames: frames_to_edit,
            edits: to_main,
            controls: Arc::clone(&pipeline.controls),
            status: Arc::clone(&pipeline.status),
            pace,
        };
        let track = TrackThread {
            frames: frames_to_track,
            to_edit,
            to_display,
            status: Arc::clone(&pipeline.status),
            options: parts.track,
            pace,
        };
        let capture = CaptureThread {
            source: parts.source,
            to_track,
            status: Arc::clone(&pipeline.status),
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

    /// Tells all threads to end, for whoever cannot call [`Pipeline::stop`].
    pub(crate) fn stopper(&self) -> Stop {
        self.stop.clone()
    }

    /// Ends edit, then track, then capture, and collects what they counted.
    ///
    /// # Errors
    /// The first error of a thread, in that order.
    pub(crate) fn stop(mut self) -> Result<Totals, EdgeError> {
        self.stop.edit();
        let edit = join("edit", self.edit.take());
        self.stop.track();
        let track = join("track", self.track.take());
        self.stop.capture();
        let capture = join("capture", self.capture.take());
        let (edit, mut stages) = edit?;
        let ((), track_stages) = track?;
        let (capture, capture_stages) = capture?;
        stages.merge(&track_stages);
        stages.merge(&capture_stages);
        Ok(Totals {
            capture,
            edit,
            dropped: self.stop.dropped(),
            stages,
        })
    }
}

impl Drop for Pipeline {
    /// On an early return of the main thread: the threads end by themselves.
    fn drop(&mut self) {
        self.stop.all();
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
