//! Sliders and buttons under a finger, on windows of all sizes.

use super::*;
use crate::overlay::widget::extent::Extent;
use model_spec::Attribute;

fn panel(count: usize) -> Panel {
    let attributes = (0..count).map(|index| Attribute {
        name: format!("smile{index}"),
        label: "Smile".into(),
        off: "neutral".into(),
        on: "smiling".into(),
        strength_range: [-1.0, 1.5],
    });
    let attributes = AttributeSet::new(attributes.collect()).unwrap();
    let mut panel = Panel::new(&attributes, &vec![1.0; count]);
    panel.arrange(Extent::new([960, 720]));
    panel
}

fn middle(panel: &Panel, area: Area) -> [f32; 2] {
    area.moved([panel.area.x, panel.area.y]).middle()
}

fn touch(panel: &mut Panel, at: [f32; 2], down: bool) -> Option<Button> {
    panel.point(Pointer { at, down })
}

fn strengths(panel: &Panel) -> Vec<f32> {
    panel.strengths().collect()
}

#[test]
fn a_drag_may_leave_the_slider_but_has_to_begin_on_it() {
    let mut panel = panel(1);
    let at = middle(&panel, panel.sliders[0].area);
    touch(&mut panel, at, true);
    assert_eq!(strengths(&panel), [0.25]);
    touch(&mut panel, [-500.0, 0.0], true);
    assert_eq!(strengths(&panel), [-1.0]);
    touch(&mut panel, at, false);
    touch(&mut panel, [5.0, 5.0], true);
    touch(&mut panel, at, true);
    assert_eq!(strengths(&panel), [-1.0]);
}

#[test]
fn compare_acts_while_held_and_other_buttons_when_released_on_them() {
    let mut panel = panel(1);
    let at = middle(&panel, panel.buttons[0]);
    touch(&mut panel, at, true);
    assert!(panel.is_comparing());
    touch(&mut panel, at, false);
    assert!(!panel.is_comparing());
    let at = middle(&panel, panel.buttons[5]);
    assert_eq!(touch(&mut panel, at, true), None);
    assert_eq!(touch(&mut panel, at, false), Some(Button::Reset));
    touch(&mut panel, at, true);
    assert_eq!(touch(&mut panel, [0.0, 0.0], false), None);
}

#[test]
fn arrow_steps_are_whole_and_pass_through_zero() {
    let mut panel = panel(1);
    for _ in 0..21 {
        panel.step(-0.05);
    }
    let strength = strengths(&panel)[0];
    assert!((strength + 0.05).abs() < 1e-6, "{strength}");
}

#[test]
fn on_every_window_nothing_overlaps_and_targets_fit_a_finger() {
    for size in [
        [640, 480],
        [800, 600],
        [960, 720],
        [1280, 720],
        [1080, 1920],
        [1920, 1080],
    ] {
        for count in 1..=6 {
            let mut panel = panel(count);
            panel.arrange(Extent::new(size));
            let [width, height] = size.map(|side| side as f32);
            let inside = Area::sized([width, height]);
            let Area {
                x,
                y,
                width,
                height,
            } = panel.area;
            assert!(inside.contains([x, y], 0.0), "{size:?} {count}");
            assert!(
                inside.contains([x + width, y + height], 0.0),
                "{size:?} {count}"
            );
            let sliders = panel.sliders.iter().map(|slider| slider.area);
            let areas: Vec<Area> = panel.buttons.into_iter().chain(sliders).collect();
            let within = Area::sized([width, height]);
            for (index, area) in areas.iter().enumerate() {
                // 9 mm on a 24 inch 1080p screen are 33 pixels.
                assert!(
                    area.width >= 44.0 && area.height >= 44.0,
                    "{size:?} {count} {area:?}"
                );
                let corner = [area.x + area.width, area.y + area.height];
                assert!(
                    within.contains([area.x, area.y], 0.1),
                    "{size:?} {count} {area:?}"
                );
                assert!(within.contains(corner, 0.1), "{size:?} {count} {area:?}");
                for other in &areas[..index] {
                    let apart = area.x >= other.x + other.width - 0.1
                        || other.x >= corner[0] - 0.1
                        || area.y >= other.y + other.height - 0.1
                        || other.y >= corner[1] - 0.1;
                    assert!(apart, "{size:?} {count}: {area:?} on {other:?}");
                }
            }
        }
    }
}
