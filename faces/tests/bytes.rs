use faces::{Expression, Identity, Scene, Take, training_face, training_scene};

#[test]
fn same_seed_gives_the_same_bytes() {
    assert_eq!(training_face(7, 0.6, 64), training_face(7, 0.6, 64));
    let identity = Identity::from_seed(5);
    assert_eq!(identity, Identity::from_seed(5));
}

#[test]
fn other_seeds_give_other_people() {
    for seed in 0..20 {
        assert_ne!(
            training_face(seed, 0.0, 32),
            training_face(seed + 1, 0.0, 32)
        );
        assert_ne!(Identity::from_seed(seed), Identity::from_seed(seed + 1));
    }
}

/// The digest is of x86-64; the same number on another machine shows that the arithmetic is exact.
#[test]
fn bytes_are_the_same_on_every_machine() {
    let mut digest = 0xCBF2_9CE4_8422_2325_u64;
    for seed in 0..8 {
        for byte in training_face(seed, seed as f32 / 7.0, 64).as_raw() {
            digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    assert_eq!(digest, DIGEST, "{digest:#018x}");
}

const DIGEST: u64 = 0x18AB_DC15_C05A_7649;

#[test]
fn any_size_and_any_pose_renders_without_panic() {
    for (width, height) in [(1, 1), (7, 5), (33, 64), (100, 31)] {
        for turn in [-180.0, -25.0, 0.0, 90.0] {
            let mut scene = training_scene(3, 1.0, 40);
            scene.pose.roll_degrees = turn;
            scene.pose.yaw_degrees = turn;
            scene.pose.pitch_degrees = turn;
            scene.pose.centre[0] += turn;
            assert_eq!(scene.render(width, height).dimensions(), (width, height));
        }
    }
}

#[test]
fn expression_outside_its_range_is_clamped() {
    let scene = training_scene(1, 1.0, 48);
    let wild = Scene {
        expression: Expression {
            smile: 9.0,
            ..scene.expression
        },
        ..scene
    };
    assert_eq!(scene.render(48, 48), wild.render(48, 48));
}

#[test]
fn the_take_repeats_and_equals_its_scenes() {
    let take = Take::new(0, 96, 72, 10.0);
    let (mut a, mut b) = (vec![0; 96 * 72 * 3], vec![1; 96 * 72 * 3]);
    take.render_into(13, &mut a);
    take.render_into(13 + take.loop_frames(), &mut b);
    assert_eq!(a, b);
    assert_eq!(take.scene(13).render(96, 72).into_raw(), a);
}

#[test]
fn the_take_moves_smoothly_also_where_it_repeats() {
    let take = Take::new(0, 640, 480, 30.0);
    for frame in 0..take.loop_frames() {
        let (now, next) = (take.truth(frame), take.truth(frame + 1));
        assert!((now.face.x - next.face.x).abs() < 6.0, "{now:?}");
        assert!((now.face.y - next.face.y).abs() < 6.0, "{now:?}");
        assert!(
            (now.roll_degrees - next.roll_degrees).abs() < 2.0,
            "{now:?}"
        );
        assert!((now.smile - next.smile).abs() < 0.1, "{now:?}");
    }
}

#[test]
fn the_take_shows_all_that_the_mirror_has_to_handle() {
    let take = Take::new(0, 640, 480, 30.0);
    let all: Vec<_> = (0..take.loop_frames()).map(|i| take.truth(i)).collect();
    let some = |test: &dyn Fn(&faces::GroundTruth) -> bool| all.iter().filter(|t| test(t)).count();
    assert!(
        some(&|t| t.smile < 0.05 && t.mouth_open < 0.05) > 60,
        "neutral"
    );
    assert!(some(&|t| t.smile > 0.95) > 25, "full smile");
    assert!(some(&|t| t.mouth_open > 0.3) > 10, "talking");
    assert!(some(&|t| t.blink > 0.8) > 3, "blinks");
    assert!(some(&|t| t.yaw_degrees.abs() > 12.0) > 10, "turn");
    assert!(some(&|t| t.roll_degrees.abs() > 8.0) > 10, "roll");
}
