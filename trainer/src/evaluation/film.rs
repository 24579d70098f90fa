//! Does an edit stay calm while a face moves?
//!
//! The films are drawn: a person whose head turns and whose eyes blink as in the demo's take, held in the picture as the
//! mirror's tracker holds faces, before a camera with noise. So the calmest edit there could be is known, too: the same
//! film drawn with the attribute's other value.

use super::{Estimate, Estimates, direction::Direction};
use crate::{data::picture, editing::BatchEditor, networks::layers::reduced};
use faces::{Attribute, Portrait, Take, portrait};
use model_spec::{Architecture, AttributeSet, Framing};
use std::collections::BTreeMap;
use tch::{Kind, Tensor};

/// So that they are none of the training's.
const FIRST_PERSON: u64 = 9_000_000;
const FRAMES: u64 = 36;
const FRAMES_PER_SECOND: f32 = 30.0;
/// Where the take begins to turn its head.
const FIRST_FRAME: u64 = 196;
/// How much of an attribute the drawn people have or lack; the ends are rarely met with.
const AMOUNTS: [f32; 2] = [0.05, 0.95];
/// Standard deviation of the camera's noise, in bytes: that of a webcam in a lit room.
const NOISE: f32 = 2.0;
/// Pixels a side that are averaged before films are compared.
const GRAIN: i64 = 4;
/// An edit smaller than this, in units of the pixel range, flickers as one of this size.
const SMALLEST: f64 = 1e-4;

/// What a film's edits are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Films<'a> {
    pub architecture: &'a Architecture,
    pub attributes: &'a AttributeSet,
    /// Where a face is in the pictures of the model.
    pub framing: Framing,
    /// How many people, each in one film of every domain; without any, nothing is measured.
    pub people: usize,
}

impl Films<'_> {
    /// The flicker of edits from every domain, for attributes that can be drawn:
    ///
    /// - `flicker.FROM_to_TO`: see [`flicker`];
    /// - `flicker_drawn.FROM_to_TO`: that of the film drawn with the other value.
    pub(super) fn measure(self, model: &BatchEditor<'_>) -> Estimates {
        let attributes = self.attributes;
        let directions: Vec<Direction<'_>> = (0..attributes.domain_count())
            .flat_map(|source| {
                (0..attributes.len()).map(move |it| Direction::new(attributes, source, it))
            })
            .filter(|direction| Attribute::named(direction.name).is_some())
            .collect();
        if directions.is_empty() {
            return Estimates::new();
        }
        let mut flickers = BTreeMap::<String, Vec<f64>>::new();
        for person in 0..self.people {
            // Each is where some edits begin, and what others should come to.
            let films: Vec<Tensor> = (0..attributes.domain_count())
                .map(|domain| self.film(person, domain))
                .collect();
            for direction in &directions {
                let (before, drawn) = (&films[direction.source], &films[direction.target]);
                let mut strengths = vec![0.0; attributes.len()];
                strengths[direction.attribute] = direction.sign;
                let edited = model.edit(before, direction.source, &strengths);
                for (name, after) in [("flicker", &edited), ("flicker_drawn", drawn)] {
                    let name = format!("{name}.{}", direction.path);
                    flickers
                        .entry(name)
                        .or_default()
                        .push(flicker(before, after));
                }
            }
        }
        let figures = flickers.into_iter();
        figures
            .map(|(name, of_people)| (name, Estimate::mean(&of_people)))
            .collect()
    }

    /// Person `person` of [`Self::people`] with the values of `domain`: `[FRAMES,C,S,S]` in [-1, 1].
    fn film(self, person: usize, domain: usize) -> Tensor {
        let side = self.architecture.image_size as u32;
        let mut still = portrait(FIRST_PERSON + person as u64, side);
        // So few people would not be of all skins by chance.
        still.person.skin_depth = (person as f32 + 0.5) / self.people as f32;
        for (bit, name) in self.attributes.names().into_iter().enumerate() {
            if let Some(attribute) = Attribute::named(name) {
                let amount = AMOUNTS[usize::from(AttributeSet::is_on(domain, bit))];
                attribute.set(&mut still.attributes, amount);
            }
        }
        let take = Take::new(1, side, side, FRAMES_PER_SECOND);
        let frames: Vec<Tensor> = (FIRST_FRAME..FIRST_FRAME + FRAMES)
            .map(|frame| {
                let shown = self.at(&still, &take, frame);
                picture::to_tensor(&shown.render(), self.architecture.colour)
            })
            .collect();
        Tensor::cat(&frames, 0)
    }

    /// `still` as it moves in a frame of `take`.
    fn at(self, still: &Portrait, take: &Take, frame: u64) -> Portrait {
        let scene = take.scene(frame);
        let mut shown = *still;
        shown.cover = None;
        // What the face does, but for speech: a mouth that opens would move every edit of a mouth.
        shown.expression.blink = scene.expression.blink;
        shown.expression.gaze = scene.expression.gaze;
        shown.expression.brow_raise = scene.expression.brow_raise;
        (shown.expression.mouth_open, shown.expression.mouth_round) = (0.0, 0.0);
        let mut pose = scene.pose;
        pose.roll_degrees = 0.0;
        let side = still.side as f32;
        let found = pose.face_box();
        let box_side = side / self.framing.side_ratio;
        let scale = box_side / found.side;
        let [x, y] = self.framing.centre_offset.map(|offset| offset * box_side);
        let centre = [found.x + found.side / 2.0, found.y + found.side / 2.0];
        pose.centre = [
            side / 2.0 - x + (pose.centre[0] - centre[0]) * scale,
            side / 2.0 - y + (pose.centre[1] - centre[1]) * scale,
        ];
        pose.face_height *= scale;
        shown.pose = pose;
        shown.camera.noise = NOISE;
        shown.camera.seed = frame as u32;
        shown
    }
}

/// How much more the edited film trembles than the untouched one, as a share of the edit: with the mean
/// `T(x) = |x(t-1) - 2 x(t) + x(t+1)|`, `(T(after) - T(before)) / 4 |after - before|`. 0 for an edit that stays or changes
/// steadily, 1 for one that turns into its opposite from frame to frame; below 0 for one that calms a film. Pixels are
/// averaged four by four first: the noise of single ones is the camera's, and moving them smooths it.
///
/// # Shapes
/// `before`, `after [T,C,S,S]` in [-1, 1], `T` at least 3, `S` at least 4.
pub(super) fn flicker(before: &Tensor, after: &Tensor) -> f64 {
    let [before, after] = [before, after].map(|film| reduced(film, film.size()[2] / GRAIN));
    let mean = |t: &Tensor| 0.5 * t.abs().mean(Kind::Double).double_value(&[]);
    let trembling = |film: &Tensor| {
        let from = |start: i64| film.narrow(0, start, film.size()[0] - 2);
        mean(&(from(0) - from(1) * 2.0 + from(2)))
    };
    let edit = mean(&(&after - &before)).max(SMALLEST);
    (trembling(&after) - trembling(&before)) / (4.0 * edit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_spec::ColourMode;
    use tch::Device;

    #[test]
    fn steady_edits_do_not_flicker_and_alternating_ones_do() {
        let kind = (Kind::Float, Device::Cpu);
        let before = Tensor::zeros([6, 1, 4, 4], kind);
        let edits = |of: [f32; 6]| Tensor::from_slice(&of).reshape([6, 1, 1, 1]);
        let of = |edits: &Tensor| flicker(&before, &(&before + edits));
        let held = of(&edits([0.5; 6]));
        let rising = of(&edits([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]));
        assert!(held < 1e-6 && rising < 1e-6, "{held} {rising}");
        let turning = of(&edits([0.5, -0.5, 0.5, -0.5, 0.5, -0.5]));
        assert!((turning - 1.0).abs() < 1e-6, "{turning}");
        // Noise that an edit moves remains as much noise.
        let noise = Tensor::from_slice(&[1_f32, -1.0, 1.0, -1.0, 1.0, -1.0]) * 0.1;
        let noisy = noise.reshape([6, 1, 1, 1]) + &before;
        let moved = flicker(&noisy, &(0.5 - &noisy));
        assert!(moved.abs() < 1e-6, "{moved}");
        // Nothing but rounding is no edit that could flicker.
        assert!(of(&edits([1e-7, 0.0, 1e-7, 0.0, 1e-7, 0.0])) < 1e-2);
    }

    #[test]
    fn films_show_the_person_of_every_domain_where_the_framing_says_and_alike_but_for_the_attribute()
     {
        let architecture = crate::data::pictures_of(64, ColourMode::Luma);
        let attributes = crate::config::attributes::parse("smile:neutral/smiling").unwrap();
        let films = Films {
            architecture: &architecture,
            attributes: &attributes,
            framing: Framing {
                side_ratio: 1.5,
                centre_offset: [0.0, 0.1],
            },
            people: 2,
        };
        let [neutral, smiling] = [0, 1].map(|domain| films.film(1, domain));
        assert_eq!(neutral.size(), [FRAMES as i64, 1, 64, 64]);
        let mouth = |film: &Tensor| film.narrow(2, 38, 16).narrow(3, 16, 32);
        let change = |a: &Tensor, b: &Tensor| (a - b).abs().mean(Kind::Double).double_value(&[]);
        assert!(change(&mouth(&neutral), &mouth(&smiling)) > 0.03);
        // The top of the picture is hair and room.
        let top = |film: &Tensor| film.narrow(2, 0, 8);
        assert!(change(&top(&neutral), &top(&smiling)) < 1e-3);
        let shown = films.at(&portrait(1, 64), &Take::new(1, 64, 64, 30.0), 200);
        let found = shown.pose.face_box();
        let close = |a: f32, b: f32| (a - b).abs() < 0.01;
        assert!(close(found.side, 64.0 / 1.5), "{found:?}");
        assert!(close(found.x + found.side / 2.0, 32.0), "{found:?}");
        let below = 32.0 - 0.1 * found.side;
        assert!(close(found.y + found.side / 2.0, below), "{found:?}");
    }
}
