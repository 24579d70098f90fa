//! The height of the face over the ball of the head: brows, nose, cheeks, lips, chin, folds.

use crate::anatomy::landmarks::{EYE, nose_y};
use crate::anatomy::mouth::Mouth;
use crate::anatomy::parallax::Parallax;
use crate::math::bump::{Bump, Bumps};
use crate::math::curve::mix;
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;

/// All hills and hollows of a face with an expression, where they lie with the expression `place`.
pub(crate) fn relief(
    identity: &Identity,
    expression: &Expression,
    place: &Expression,
    parallax: &Parallax,
    mouth: &Mouth,
) -> Bumps<()> {
    let mut b = Bumps::new();
    let man = identity.masculinity;
    let (age, smile) = (identity.age, expression.smile);
    let moved = place.smile;
    let eye_x = EYE[0] * identity.eye_spacing;

    // Forehead, temples, brow ridge, eye sockets, eyeballs.
    b.push(Bump::new([0.0, -0.78], [0.52, 0.36], 0.04), ());
    b.push_pair(Bump::new([0.56, -0.58], [0.22, 0.30], -0.05), ());
    b.push_pair(
        Bump::turned([0.22, -0.475], [0.27, 0.12], 6.0, mix(0.022, 0.05, man)),
        (),
    );
    b.push_pair(Bump::new([eye_x - 0.01, -0.375], [0.22, 0.15], -0.050), ());
    b.push_pair(Bump::new([0.10, -0.36], [0.10, 0.13], -0.020), ());
    b.push_pair(Bump::new([eye_x, EYE[1]], [0.17, 0.105], 0.040), ());

    // Nose, from bridge to tip.
    let w = identity.nose_width;
    let ny = nose_y(identity);
    let bridge = [0.115 * w, 0.30 * identity.nose_length];
    b.push(
        Bump::new([0.0, ny - 0.28], bridge, 0.060).moved(parallax.shift(0.09)),
        (),
    );
    b.push(
        Bump::new([0.0, ny - 0.14], [0.13 * w, 0.22], 0.062).moved(parallax.shift(0.15)),
        (),
    );
    b.push(
        Bump::new([0.0, ny - 0.06], [0.135 * w, 0.12], 0.080).moved(parallax.shift(0.22)),
        (),
    );
    let flare = 1.0 + 0.10 * moved;
    b.push_pair_moved(
        Bump::new([0.098 * w * flare, ny - 0.035], [0.08, 0.08], 0.045),
        parallax.shift(0.13),
    );

    // Cheeks: bone, apple, hollow; they rise with a smile.
    b.push_pair(
        Bump::new([0.36, -0.16 - 0.03 * moved], [0.25, 0.20], 0.045),
        (),
    );
    b.push_pair(
        Bump::new(
            [0.28, -0.045 - 0.03 * moved],
            [0.20, 0.17],
            0.012 + 0.055 * smile,
        ),
        (),
    );
    b.push_pair(
        Bump::new(
            [0.40, 0.16],
            [0.20, 0.26],
            -0.02 - 0.03 * man + 0.01 * smile,
        ),
        (),
    );

    // Fold from the nose wing around the mouth corner, deeper with age and smile.
    let depth = -(0.004 + 0.012 * age + 0.012 * smile);
    let corner = mouth.corner();
    for i in 0..4 {
        let t = i as f32 / 3.0;
        let x = mix(0.135, corner[0] + 0.055, t) + 0.035 * moved * t * (1.0 - t) * 4.0;
        let y = mix(ny - 0.03, corner[1] - 0.01, t);
        b.push_pair(
            Bump::turned([x, y], [0.11, 0.065], 62.0 - 18.0 * t, depth),
            (),
        );
    }

    // Muzzle, groove under the nose, lips, chin.
    b.push(Bump::new([0.0, 0.17], [0.36, 0.28], 0.048), ());
    b.push(Bump::new([0.0, ny + 0.09], [0.04, 0.075], -0.010), ());
    let lip = identity.lip_fullness;
    let jaw = mouth.jaw_drop();
    b.push(
        Bump::new([0.0, mouth.y - 0.035], [0.20, 0.055], 0.016 * lip),
        (),
    );
    b.push(
        Bump::new([0.0, mouth.lower_y()], [0.17, 0.055], 0.026 * lip),
        (),
    );
    b.push(
        Bump::new([0.0, mouth.lower_y() + 0.075], [0.20, 0.06], -0.026),
        (),
    );
    b.push(
        Bump::new([0.0, 0.41 + jaw], [mix(0.17, 0.22, man), 0.14], 0.055),
        (),
    );
    b
}

impl Bumps<()> {
    fn push_pair_moved(&mut self, bump: Bump, offset: [f32; 2]) {
        self.push(bump.moved(offset), ());
        self.push(bump.mirrored().moved(offset), ());
    }
}
