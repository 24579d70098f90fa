//! Living faces and pictures of faces, told apart; `cargo test -p edge --lib life -- --nocapture` prints by how
//! much.

use super::{
    tests::{aligners, tracker_with},
    *,
};
use faces::{Pose, Scene, Take};

const SIZE: [usize; 2] = [320, 240];
const RATE: f64 = 30.0;
const STILL_AFTER: f64 = 6.0;

/// Numbers that look random, -1 to 1.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// What a camera makes of a picture that hangs on a wall.
#[derive(Clone, Copy)]
struct Camera {
    /// Half the range of the noise of a byte.
    noise: f32,
    /// Part by which the light rises and falls.
    flicker: f32,
    /// Part by which one side becomes brighter than the other.
    drift: f32,
    /// Pixels by which the camera shakes.
    shake: f32,
}

const STEADY: Camera = Camera {
    noise: 5.0,
    flicker: 0.0,
    drift: 0.0,
    shake: 0.0,
};

fn poster(seed: u64, height: f32) -> Frame {
    let mut scene = faces::training_scene(seed, 0.0, 64);
    scene.pose = Pose::frontal([0.5 * SIZE[0] as f32, 0.52 * SIZE[1] as f32], height);
    rendered(&scene)
}

fn rendered(scene: &Scene) -> Frame {
    let mut frame = Frame::default();
    frame.resize(SIZE[0], SIZE[1]);
    let picture = scene.render(SIZE[0] as u32, SIZE[1] as u32);
    frame.rgb.copy_from_slice(picture.as_raw());
    frame
}

impl Camera {
    fn seen(self, poster: &Frame, index: u64, random: &mut Noise) -> Frame {
        let mut frame = poster.clone();
        frame.seconds = index as f64 / RATE;
        let time = frame.seconds as f32;
        let shake = [
            self.shake * (9.0 * time).sin(),
            self.shake * (7.3 * time).cos(),
        ];
        let light = 1.0 - self.flicker * (0.5 + 0.5 * (1.7 * time).sin());
        for y in 0..frame.height {
            for x in 0..frame.width {
                let drift =
                    1.0 - self.drift * (0.4 * time).sin().max(0.0) * x as f32 / frame.width as f32;
                let at = [x as f32 + shake[0], y as f32 + shake[1]];
                let at = [
                    at[0].clamp(0.0, frame.width as f32 - 1.01),
                    at[1].clamp(0.0, frame.height as f32 - 1.01),
                ];
                let (left, top) = (at[0] as usize, at[1] as usize);
                let (right, lower) = (at[0] - left as f32, at[1] - top as f32);
                for c in 0..3 {
                    let byte = |x: usize, y: usize| {
                        f32::from(
                            poster.rgb[3
                                * (y.min(frame.height - 1) * frame.width + x.min(frame.width - 1))
                                + c],
                        )
                    };
                    let upper = byte(left, top) * (1.0 - right) + byte(left + 1, top) * right;
                    let below =
                        byte(left, top + 1) * (1.0 - right) + byte(left + 1, top + 1) * right;
                    let value = (upper * (1.0 - lower) + below * lower) * light * drift;
                    frame.rgb[3 * (y * frame.width + x) + c] =
                        (value + self.noise * random.next() + 0.5) as u8;
                }
            }
        }
        frame
    }
}

/// Largest change of a face of these frames once it has settled, and the longest time without a stir.
fn watched(frames: impl Iterator<Item = Frame>) -> (f32, f64, bool) {
    let [aligner, _] = aligners();
    let mut tracker = tracker_with(Pace::Replay, aligner, 1, Some(STILL_AFTER));
    let (mut most, mut longest, mut picture) = (0.0_f32, 0.0_f64, false);
    for (index, frame) in frames.enumerate() {
        tracker.track(&frame);
        let Some(face) = tracker.followed.first() else {
            continue;
        };
        if index > 15 {
            most = most.max(face.life.change);
            longest = longest.max(frame.seconds - face.life.stirred);
        }
        picture = face.life.is_picture();
    }
    (most, longest, picture)
}

#[test]
fn a_face_on_a_poster_becomes_a_picture_in_noise_light_and_a_shaking_camera() {
    let cameras = [
        ("steady", STEADY),
        (
            "flicker",
            Camera {
                flicker: 0.25,
                ..STEADY
            },
        ),
        (
            "drift",
            Camera {
                drift: 0.4,
                ..STEADY
            },
        ),
        (
            "shake",
            Camera {
                shake: 2.5,
                ..STEADY
            },
        ),
        (
            "dark noise",
            Camera {
                noise: 12.0,
                flicker: 0.3,
                ..STEADY
            },
        ),
    ];
    for (name, camera) in cameras {
        for (seed, height) in [(3, 60.0), (4, 120.0)] {
            let poster = poster(seed, height);
            let mut random = Noise(7);
            let frames = (0..210).map(|index| camera.seen(&poster, index, &mut random));
            let (most, longest, picture) = watched(frames);
            println!(
                "{name:<12} {height:4} px: change {most:.2} at most, still for {longest:.1} s"
            );
            assert!(picture, "{name} {height}");
        }
    }
}

#[test]
fn a_living_face_stirs_every_few_seconds() {
    for seed in 0..2 {
        let take = Take::new(seed, 320, 240, RATE as f32);
        let frames = (0..take.loop_frames()).map(|index| {
            let mut frame = Frame::default();
            frame.resize(SIZE[0], SIZE[1]);
            frame.seconds = index as f64 / RATE;
            take.render_into(index, &mut frame.rgb);
            frame
        });
        let (most, longest, picture) = watched(frames);
        println!("take {seed}: change {most:.2} at most, still for {longest:.1} s at most");
        assert!(!picture && longest < 6.0, "{seed}: {longest}");
    }
}

#[test]
fn somebody_who_stands_still_and_blinks_is_no_picture() {
    for (seed, height) in [(3, 60.0), (4, 120.0)] {
        let mut scene = faces::training_scene(seed, 0.0, 64);
        scene.pose = Pose::frontal([0.5 * SIZE[0] as f32, 0.52 * SIZE[1] as f32], height);
        scene.expression.blink = 0.0;
        let open = rendered(&scene);
        scene.expression.blink = 1.0;
        let closed = rendered(&scene);
        let mut random = Noise(7);
        // A blink of 0.2 s every 4 s.
        let frames = (0..300).map(|index| {
            let eyes = if index % 120 >= 114 { &closed } else { &open };
            STEADY.seen(eyes, index, &mut random)
        });
        let (most, longest, picture) = watched(frames);
        println!(
            "blinks {height:4} px: change {most:.2} at most, still for {longest:.1} s at most"
        );
        assert!(!picture && longest < STILL_AFTER, "{height}: {longest}");
    }
}
