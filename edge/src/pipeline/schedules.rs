//! The threads of the pipeline under schedules that a machine rarely takes: whenever and wherever they are told to
//! end, all of them do.

use super::*;
use crate::{
    capture::{Next, source_name::SourceName},
    handoff::{
        mailbox::Taken,
        shuttled::{Clock, priority_schedules, random_schedules},
        sync::mpsc,
    },
    inference::model::Model,
    picture::frame::Origin,
};
use model_spec::Framing;

/// What a source does when it is asked.
#[derive(Clone, Copy)]
enum Kind {
    /// So many pictures, then the end.
    Film(u64),
    /// Pictures without end.
    Camera,
    /// None, and no end: a camera that was pulled out.
    Silent,
    /// It fails after so many pictures.
    Failing(u64),
}

struct Pictures(Kind, u64);

impl Source for Pictures {
    fn name(&self) -> SourceName {
        SourceName::default()
    }

    fn is_video(&self) -> bool {
        true
    }

    fn next(&mut self, frame: &mut Frame) -> Result<Next, EdgeError> {
        match self.0 {
            Kind::Film(last) if self.1 == last => return Ok(Next::End),
            Kind::Failing(last) if self.1 == last => {
                return Err(EdgeError::Internal("the source fails".into()));
            }
            Kind::Silent => return Ok(Next::Waiting(None)),
            Kind::Film(_) | Kind::Camera | Kind::Failing(_) => {}
        }
        // Smaller than any face, so that looking for one costs nothing.
        frame.resize(8, 8);
        (frame.index, frame.seconds) = (self.1, self.1 as f64);
        frame.origin = Origin::Video;
        self.1 += 1;
        Ok(Next::Frame)
    }
}

fn tracking() -> TrackOptions {
    TrackOptions {
        framing: Framing {
            side_ratio: 1.0,
            centre_offset: [0.0; 2],
        },
        aligner: None,
        faces: 1,
        still_after: None,
    }
}

type Opened = Result<Model, EdgeError>;

/// A pipeline whose model is not there before the sender says what became of it.
fn pipeline(kind: Kind, pace: Pace) -> (Pipeline, mpsc::SyncSender<Opened>) {
    let (opened, result) = mpsc::sync_channel(1);
    let pipeline = Pipeline::start(Parts {
        source: Box::new(Pictures(kind, 0)),
        opening: Opening::of(result),
        track: tracking(),
        controls: Arc::new(Controls::new(&[1.0])),
        status: Arc::default(),
        limit: None,
        options: EditOptions::default(),
        reference: None,
        pace,
    });
    (pipeline.unwrap(), opened)
}

/// The numbers of the pictures that arrive as edits until the stream ends.
fn shown(pipeline: &Pipeline) -> Vec<u64> {
    let mut shown = Vec::new();
    loop {
        match pipeline.edits.take(PATIENCE) {
            Taken::Value(edit) => shown.push(edit.frame.index),
            Taken::Nothing => {}
            Taken::Closed => return shown,
        }
    }
}

#[test]
fn a_film_ends_the_threads_and_its_last_picture_is_shown() {
    random_schedules(100, Clock::Runs, || {
        let (pipeline, _opened) = pipeline(Kind::Film(4), Pace::Live);
        let shown = shown(&pipeline);
        assert!(shown.is_sorted() && shown.last() == Some(&3), "{shown:?}");
        assert!(!pipeline.has_failed());
        let totals = pipeline.stop().unwrap();
        assert_eq!(totals.capture.frames, 4);
        assert_eq!(totals.dropped + shown.len() as u64, 4);
    });
}

#[test]
fn the_threads_end_whenever_they_are_told_to() {
    for kind in [Kind::Camera, Kind::Silent] {
        for pace in [Pace::Live, Pace::Replay, Pace::Stills] {
            random_schedules(50, Clock::Runs, move || {
                let (pipeline, _opened) = pipeline(kind, pace);
                for _ in 0..3 {
                    pipeline.edits.take(Duration::ZERO);
                    pipeline.frames.take(Duration::ZERO);
                }
                pipeline.stop().unwrap();
            });
        }
    }
}

#[test]
fn the_threads_end_with_a_main_thread_that_returns_early() {
    for pace in [Pace::Live, Pace::Replay] {
        random_schedules(50, Clock::Runs, move || {
            // Shuttle reports threads that are left over and wait.
            drop(pipeline(Kind::Camera, pace));
        });
    }
}

#[test]
fn the_threads_end_when_the_display_is_lost() {
    for pace in [Pace::Live, Pace::Replay] {
        random_schedules(50, Clock::Runs, move || {
            let (pipeline, _opened) = pipeline(Kind::Camera, pace);
            let stopper = pipeline.stopper();
            let lost = thread::spawn(move || stopper.all());
            shown(&pipeline);
            lost.join().unwrap();
            pipeline.stop().unwrap();
        });
    }
}

#[test]
fn a_source_that_fails_ends_the_threads_and_is_named() {
    random_schedules(100, Clock::Runs, || {
        let (pipeline, _opened) = pipeline(Kind::Failing(2), Pace::Live);
        shown(&pipeline);
        let failed = pipeline.stop().unwrap_err().to_string();
        assert!(failed.contains("the source fails"), "{failed}");
    });
}

#[test]
fn a_model_that_cannot_be_opened_ends_the_threads_without_a_wait_that_times_out() {
    for pace in [Pace::Live, Pace::Replay] {
        random_schedules(50, Clock::Stands, move || {
            let (pipeline, opened) = pipeline(Kind::Camera, pace);
            let opening = thread::spawn(move || {
                let _ = opened.send(Err(EdgeError::Internal("the model is damaged".into())));
            });
            shown(&pipeline);
            opening.join().unwrap();
            let failed = pipeline.stop().unwrap_err().to_string();
            assert!(failed.contains("the model is damaged"), "{failed}");
        });
    }
}

/// Capture and track alone, without loss, and the mailbox behind them.
fn capture_and_track(
    kind: Kind,
) -> (
    Thread<CaptureCounts>,
    JoinHandle<Result<Stages, EdgeError>>,
    Receiver<Tracked>,
) {
    let (to_track, frames) = mailbox();
    let (to_edit, tracked) = mailbox();
    let (to_display, _) = mailbox();
    let (status, pace) = (Arc::<Status>::default(), Pace::Replay);
    let track = TrackThread {
        frames,
        to_edit,
        to_display,
        status: Arc::clone(&status),
        options: tracking(),
        pace,
    };
    let capture = CaptureThread {
        source: Box::new(Pictures(kind, 0)),
        to_track,
        status,
        limit: u64::MAX,
        pace,
    };
    (
        thread::spawn(|| capture.run()),
        thread::spawn(|| track.run()),
        tracked,
    )
}

#[test]
fn without_loss_every_picture_arrives_and_no_wait_times_out() {
    let work = || {
        let (capture, track, tracked) = capture_and_track(Kind::Film(5));
        let take = || match tracked.take(PATIENCE) {
            Taken::Value(tracked) => Some(tracked.frame.index),
            Taken::Nothing => unreachable!("the clock stands"),
            Taken::Closed => None,
        };
        let arrived: Vec<_> = std::iter::from_fn(take).collect();
        assert_eq!(arrived, [0, 1, 2, 3, 4]);
        capture.join().unwrap().unwrap();
        track.join().unwrap().unwrap();
    };
    random_schedules(100, Clock::Stands, work);
    priority_schedules(100, work);
}

/// The check itself: whoever waits for a thread before it has been told to end, or does not tell it, is found out.
#[test]
#[should_panic(expected = "deadlock")]
fn waiting_for_a_thread_that_was_not_told_to_end_is_noticed() {
    random_schedules(100, Clock::Stands, || {
        let (capture, _track, _tracked) = capture_and_track(Kind::Camera);
        let _ = capture.join();
    });
}
