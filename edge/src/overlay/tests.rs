//! What visitors, keys and the mirror's state do to the overlay as a whole.

use super::{
    settings::{Motion, StatusChoice},
    state::{Inference, MirrorState},
    view::Content,
    visitor::action::Action,
    widget::{button::Button, pointer::Pointer},
    *,
};
use crate::inference::provider::{Failure, Provider};
use model_spec::Attribute;

const SIZE: [usize; 2] = [960, 720];

fn overlay(motion: Motion, text_scale: f32) -> Overlay {
    let attributes = AttributeSet::new(vec![Attribute {
        name: "smile".into(),
        label: "Smile".into(),
        off: "neutral".into(),
        on: "smiling".into(),
        strength_range: [-1.0, 1.5],
    }]);
    let settings = OverlaySettings {
        strengths: vec![0.5],
        flipped: true,
        leave_after: 10.0,
        fade_after: 6.0,
        status: StatusChoice::On,
        text_scale,
        motion,
        away: false,
        recording: false,
    };
    let languages = Languages::new(Labels::shipped().unwrap(), 0);
    Overlay::new(
        Text::new().unwrap(),
        &attributes.unwrap(),
        languages,
        settings,
    )
}

fn at(seconds: f64) -> MirrorState<'static> {
    MirrorState {
        seconds,
        face: true,
        visitor: true,
        has_picture: true,
        ..MirrorState::default()
    }
}

fn drawn(motion: Motion) -> Overlay {
    let mut overlay = overlay(motion, 1.0);
    overlay.draw(&at(0.0), SIZE);
    overlay
}

fn touch(overlay: &mut Overlay, at: [f32; 2], down: bool) {
    overlay.point(Pointer { at, down });
}

/// Places in a window of 960x720.
const HELP: [f32; 2] = [864.0, 655.0];

fn pixels(overlay: &Overlay) -> Vec<u32> {
    let mut pixels = vec![0x0080_8080; SIZE[0] * SIZE[1]];
    overlay.blend(&mut pixels, SIZE);
    pixels
}

#[test]
fn a_picture_on_the_wall_is_a_face_in_view_but_nobody_to_stay_for() {
    let mut overlay = drawn(Motion::Full);
    let poster = |seconds| MirrorState {
        visitor: false,
        ..at(seconds)
    };
    overlay.draw(&poster(9.0), SIZE);
    assert!(!overlay.is_away());
    overlay.draw(&poster(11.0), SIZE);
    assert!(overlay.is_away());
    overlay.draw(&at(12.0), SIZE);
    assert!(!overlay.is_away());
}

#[test]
fn tab_reaches_every_slider_and_button_and_enter_presses_the_one_with_the_ring() {
    let mut overlay = drawn(Motion::Full);
    let before = pixels(&overlay);
    overlay.perform(Action::FocusNext);
    overlay.draw(&at(0.1), SIZE);
    assert_ne!(pixels(&overlay), before, "the ring can be seen");
    overlay.perform(Action::Raise);
    assert!(overlay.strengths().next().unwrap() > 0.5);
    for button in Button::ALL {
        overlay.perform(Action::FocusNext);
        assert_eq!(overlay.layers.panel.focused(), Some(button));
    }
    overlay.perform(Action::Confirm);
    assert!(overlay.layers.dialog.is_open(), "help is the last button");
    // Past the last language the focus is on close.
    overlay.perform(Action::FocusPrevious);
    overlay.perform(Action::Confirm);
    assert!(!overlay.layers.dialog.is_open());
    for _ in 0..5 {
        overlay.perform(Action::FocusPrevious);
    }
    assert_eq!(overlay.layers.panel.focused(), Some(Button::Split));
    overlay.perform(Action::Confirm);
    assert_eq!(overlay.view().content, Content::Split);
    touch(&mut overlay, [480.0, 300.0], false);
    touch(&mut overlay, [300.0, 300.0], true);
    assert_eq!(
        overlay.layers.panel.focused(),
        None,
        "a finger needs no ring"
    );
}

#[test]
fn the_dividing_line_follows_a_finger_that_began_on_it_and_goes_back_with_reset() {
    let mut overlay = drawn(Motion::Full);
    overlay.perform(Action::Press(Button::Split));
    touch(&mut overlay, [200.0, 300.0], false);
    touch(&mut overlay, [200.0, 300.0], true);
    touch(&mut overlay, [300.0, 300.0], true);
    assert_eq!(overlay.view().split_at, 0.5, "beside the line");
    touch(&mut overlay, [300.0, 300.0], false);
    touch(&mut overlay, [470.0, 300.0], true);
    touch(&mut overlay, [240.0, 300.0], true);
    assert_eq!(overlay.view().split_at, 0.25);
    touch(&mut overlay, [-50.0, 300.0], true);
    assert!(overlay.view().split_at > 0.0);
    touch(&mut overlay, [-50.0, 300.0], false);
    overlay.perform(Action::Press(Button::Reset));
    assert_eq!(overlay.view().split_at, 0.5);
}

#[test]
fn a_tap_on_help_is_for_visitors_and_holding_it_for_the_installer() {
    let mut overlay = drawn(Motion::Full);
    touch(&mut overlay, HELP, false);
    touch(&mut overlay, HELP, true);
    overlay.draw(&at(0.3), SIZE);
    assert!(!overlay.layers.dialog.is_open());
    overlay.draw(&at(1.2), SIZE);
    assert!(overlay.layers.dialog.is_open());
    touch(&mut overlay, HELP, false);
    assert!(
        overlay.layers.dialog.is_open(),
        "lifting the finger changes nothing"
    );
    overlay.perform(Action::Close);
    touch(&mut overlay, HELP, true);
    touch(&mut overlay, HELP, false);
    assert!(overlay.layers.dialog.is_open());
}

#[test]
fn a_finger_on_the_amber_dot_is_told_what_it_means() {
    let mut overlay = drawn(Motion::Full);
    let about = |failures| About {
        inference: Some(Inference {
            provider: Provider::Cpu,
            failures,
            reduced: false,
        }),
        ..About::default()
    };
    for (failures, said) in [
        (vec![], false),
        (
            vec![Failure {
                provider: Provider::Cuda,
                reason: "no".into(),
            }],
            true,
        ),
    ] {
        overlay.set_about(&about(failures));
        overlay.draw(&at(0.1), SIZE);
        touch(&mut overlay, [60.0, 36.0], false);
        touch(&mut overlay, [60.0, 36.0], true);
        let note = overlay.note.as_ref().map(|note| note.text.clone());
        assert_eq!(note, said.then(|| overlay.labels().fallback.clone()));
        touch(&mut overlay, [60.0, 36.0], false);
    }
}

#[test]
fn with_reduced_motion_pages_come_and_go_at_once() {
    for (motion, opacity) in [(Motion::Full, false), (Motion::Reduced, true)] {
        let mut overlay = drawn(motion);
        overlay.perform(Action::Press(Button::Help));
        overlay.draw(&at(0.016), SIZE);
        assert_eq!(
            overlay.layers.dialog.opacity() == 256,
            opacity,
            "{motion:?}"
        );
    }
}

#[test]
fn larger_text_makes_larger_targets_that_still_fit_the_window() {
    for size in [[640, 480], [960, 720], [1280, 720], [1080, 1920]] {
        let unit = |scale| {
            let mut overlay = overlay(Motion::Full, scale);
            overlay.draw(&at(0.0), size);
            overlay.layers.extent.unit
        };
        assert!(unit(1.5) >= unit(1.0) && unit(0.8) < unit(1.0), "{size:?}");
    }
    let mut large = overlay(Motion::Full, 1.3);
    large.draw(&at(0.0), [1280, 960]);
    assert!(large.layers.extent.unit > 1.25);
}

#[test]
fn a_clip_that_has_ended_says_so() {
    let mut overlay = drawn(Motion::Full);
    let before = pixels(&overlay);
    overlay.draw(
        &MirrorState {
            ended: true,
            ..at(0.0)
        },
        SIZE,
    );
    assert_ne!(pixels(&overlay), before);
}

#[test]
fn no_page_touches_the_mark_of_an_edited_picture() {
    let photo = || {
        let grey = vec![90; 3 * 640 * 480];
        Photo::new(&grey, &grey, [640, 480], false)
    };
    let open: [fn(&mut Overlay, Photo); 3] = [
        |overlay, _| overlay.perform(Action::Press(Button::Help)),
        |overlay, _| overlay.perform(Action::Details),
        Overlay::ask_about,
    ];
    for size in [
        [320, 240],
        [640, 480],
        [800, 480],
        [960, 720],
        [1280, 720],
        [720, 1280],
        [1920, 480],
    ] {
        for scale in [0.75, 1.0, 2.0] {
            for open in open {
                let mut overlay = overlay(Motion::Reduced, scale);
                overlay.settings.status = StatusChoice::Off;
                let state = MirrorState {
                    edited: true,
                    ..at(0.0)
                };
                overlay.draw(&state, size);
                // Where the mark is: what changes when there is one.
                let blended = |overlay: &Overlay| {
                    let mut pixels = vec![0x0080_8080; size[0] * size[1]];
                    overlay.blend(&mut pixels, size);
                    pixels
                };
                let marked = blended(&overlay);
                open(&mut overlay, photo());
                overlay.draw(&state, size);
                let covered = blended(&overlay);
                let unit = overlay.layers.extent.unit;
                let bottom = (62.0 * unit) as usize;
                for y in 0..bottom {
                    let right = y * size[0] + size[0] / 2..(y + 1) * size[0];
                    assert_eq!(
                        marked[right.clone()],
                        covered[right],
                        "{size:?} at {scale}, row {y}"
                    );
                }
                assert_ne!(marked, covered);
            }
        }
    }
}
