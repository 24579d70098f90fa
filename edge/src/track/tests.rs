//! Tests of [`super::Tracker`] on the demo face.

use super::*;
use aligner::Aligner;
use faces::Take;
use model_spec::{Framing, manifest::ALIGNER_FILE};
use std::{thread, time::Duration};

const FRAMING: Framing = Framing {
    side_ratio: 0.81,
    centre_offset: [0.0, 0.078],
};

fn demo(take: &Take, index: u64) -> Frame {
    let mut frame = Frame::default();
    frame.resize(640, 480);
    take.render_into(index, &mut frame.rgb);
    frame
}

/// The shipped model's aligner, and none.
pub(super) fn aligners() -> [Option<Aligner>; 2] {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/smile-64");
    let path = folder.join(ALIGNER_FILE);
    [Some(Aligner::read(&path).unwrap()), None]
}

fn tracker(pace: Pace, aligner: Option<Aligner>, most: usize) -> Tracker {
    tracker_with(pace, aligner, most, None)
}

pub(super) fn tracker_with(
    pace: Pace,
    aligner: Option<Aligner>,
    most: usize,
    still_after: Option<f64>,
) -> Tracker {
    let options = TrackOptions {
        framing: FRAMING,
        aligner,
        faces: most,
        still_after,
    };
    Tracker::new(pace, &options).unwrap()
}

#[test]
fn the_demo_face_is_acquired_at_once_and_followed_without_jumps() {
    for aligner in aligners() {
        let take = Take::new(0, 640, 480, 30.0);
        let mut tracker = tracker(Pace::Replay, aligner, 1);
        let mut last: Option<Face> = None;
        for index in 0..60 {
            let face = *tracker.track(&demo(&take, index)).first().expect("a face");
            if let Some(last) = last {
                assert_eq!(face.id, last.id);
                let step = last.crop.correction_to(face.crop).motion();
                assert!(step < 0.05, "frame {index}: {step}");
            }
            last = Some(face);
        }
    }
}

#[test]
fn roll_place_and_size_of_the_demo_face_are_those_it_was_drawn_with() {
    let [aligner, _] = aligners();
    let take = Take::new(0, 640, 480, 30.0);
    let mut tracker = tracker(Pace::Replay, aligner, 1);
    // The second smile, with the head tilted by up to 13 degrees.
    for index in 280..350 {
        let truth = take.truth(index);
        let crop = tracker
            .track(&demo(&take, index))
            .first()
            .expect("a face")
            .crop;
        let half = truth.face.side * 0.5;
        let drawn = Square {
            roll: truth.roll_degrees.to_radians(),
            ..Square::upright([truth.face.x + half, truth.face.y + half], truth.face.side)
        };
        let error = drawn.correction_to(crop).to_array();
        let most = [0.03, 0.03, 0.06, 0.06];
        let within = error
            .iter()
            .zip(most)
            .all(|(error, most)| error.abs() < most);
        assert!(within || index < 285, "frame {index}: {error:?}");
    }
}

#[test]
fn a_face_that_leaves_is_given_up_and_an_empty_frame_has_none() {
    for aligner in aligners() {
        let take = Take::new(0, 640, 480, 30.0);
        let mut tracker = tracker(Pace::Replay, aligner, 1);
        assert!(!tracker.track(&demo(&take, 0)).is_empty());
        let mut empty = Frame::default();
        empty.resize(640, 480);
        let still = (0..30).take_while(|_| !tracker.track(&empty).is_empty());
        assert!(still.count() <= followed::MISSES as usize);
        let mut tiny = Frame::default();
        tiny.resize(8, 8);
        assert!(tracker.track(&tiny).is_empty());
    }
}

#[test]
fn a_live_face_is_acquired_and_dropped_without_waiting_for_the_detector() {
    let [aligner, _] = aligners();
    let mut tracker = tracker(Pace::Live, aligner, 1);
    let face = demo(&Take::new(0, 640, 480, 30.0), 0);
    let mut empty = Frame::default();
    empty.resize(640, 480);
    // The answer comes on a later frame, so the first one has no face yet.
    assert!(tracker.track(&face).is_empty());
    for (frame, wanted) in [(&face, 1), (&empty, 0), (&face, 1)] {
        let mut frames = 0..500;
        let changed = frames.any(|_| {
            thread::sleep(Duration::from_millis(10));
            tracker.track(frame).len() == wanted
        });
        assert!(changed, "{wanted} wanted");
    }
}

#[test]
fn as_many_faces_as_asked_for_are_followed_and_the_largest_comes_first() {
    let [aligner, _] = aligners();
    let takes = [Take::new(0, 320, 240, 30.0), Take::new(5, 640, 480, 30.0)];
    // Side by side on one frame of 960 pixels.
    let frame = |index| {
        let mut frame = Frame::default();
        frame.resize(960, 480);
        frame.rgb.fill(90);
        for (take, [left, width, height]) in takes.iter().zip([[0, 320, 240], [320, 640, 480]]) {
            let mut rgb = vec![0; 3 * width * height];
            take.render_into(index, &mut rgb);
            for (y, row) in rgb.chunks_exact(3 * width).enumerate() {
                frame.rgb[3 * (y * 960 + left)..][..3 * width].copy_from_slice(row);
            }
        }
        frame
    };
    for (most, wanted) in [(1, 1), (4, 2)] {
        let mut tracker = tracker(Pace::Replay, aligner.clone(), most);
        let mut ids = Vec::new();
        for index in 0..40 {
            let faces = tracker.track(&frame(index));
            assert!(
                faces
                    .windows(2)
                    .all(|pair| pair[0].crop.side >= pair[1].crop.side)
            );
            ids = faces.iter().map(|face| face.id).collect();
        }
        assert_eq!(ids.len(), wanted, "of at most {most}");
        assert!(tracker.faces[0].crop.centre[0] > 320.0);
        let again: Vec<u64> = tracker
            .track(&frame(40))
            .iter()
            .map(|face| face.id)
            .collect();
        assert_eq!(again, ids);
    }
}
