//! How an expression carries the skin: where every point of the resting face goes.

use crate::anatomy::eye::Eye;
use crate::anatomy::landmarks::{EYE, nose_y};
use crate::anatomy::mouth::Mouth;
use crate::anatomy::parallax::Parallax;
use crate::math::bump::Bump;
use crate::math::curve::{hill, mix, smooth_step};
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;
use crate::scene::style::Proportions;

/// Rounds in which [`Motion::posed`] looks for a point; each shrinks the error to 0.7 of itself or less.
const ROUNDS: usize = 48;
/// Largest error of a point that was found, in face heights: 0.01 pixels of a face of 200.
const EXACT: f32 = 5e-5;

/// The motion between a resting face and one with an expression, in frontal coordinates.
///
/// It is given from the posed face back to the resting one, `rest = posed - shift(posed)`, because that is
/// how a picture is painted; [`Motion::posed`] inverts it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    mouths: Option<[Mouth; 2]>,
    eyes: Option<[[Eye; 2]; 2]>,
    /// Cheeks, nose wings and brows: hills with the way each carries its middle.
    hills: [(Bump, [f32; 2]); 8],
    jaw: f32,
    mouth_reach: f32,
}

impl Motion {
    /// The motion of a person's skin from rest to an expression whose values are in range.
    pub(crate) fn new(identity: &Identity, expression: &Expression, parallax: &Parallax) -> Self {
        let rest = resting(expression);
        let smile = expression.smile;
        let raise = expression.brow_raise;
        let ny = nose_y(identity);
        let eye_x = EYE[0] * identity.eye_spacing;
        // Larger eyes leave the cheeks less room: what rises stays below the lower lids.
        let Proportions {
            eye_drop,
            eye_height,
            brow_rise,
            ..
        } = identity.proportions;
        let lower = eye_drop + 0.034 * identity.eye_size * (eye_height - 1.0);
        let cheek = Bump::new([0.36, -0.07 + lower], [0.23, 0.185], smile);
        let wing = Bump::new(
            [0.11 * identity.nose_width, ny - 0.035],
            [0.10, 0.085],
            smile,
        );
        let brow = Bump::new([eye_x + 0.01, -0.525 - brow_rise], [0.29, 0.10], 1.0);
        let inner = Bump::new(
            [eye_x - 0.11, -0.51 - brow_rise],
            [0.16, 0.09],
            -raise.min(0.0),
        );
        let carry = [0.02, -0.036 * raise - 0.006 * smile];
        let aside = parallax.shift(0.12);
        let sides = |bump: Bump, by: [f32; 2], aside: [f32; 2]| {
            [
                (bump.moved(aside), by),
                (bump.mirrored().moved(aside), [-by[0], by[1]]),
            ]
        };
        let [a, b] = sides(cheek, [0.012, -0.045], [0.0; 2]);
        let [c, d] = sides(wing, [0.010, -0.006], aside);
        let [e, f] = sides(brow, [carry[0] * raise.max(0.0) * 0.3, carry[1]], [0.0; 2]);
        let [g, h] = sides(inner, [-0.018, 0.020], [0.0; 2]);
        let moves_mouth =
            smile > 0.0 || expression.mouth_open > 0.0 || expression.mouth_round > 0.0;
        let moves_lids = smile > 0.0 || expression.blink > 0.0;
        let eyes = |expression: &Expression| {
            [-1.0, 1.0].map(|side| Eye::new(identity, expression, side, [0.0, 0.0, 1.0]))
        };
        let posed = Mouth::new(identity, expression);
        Self {
            mouths: moves_mouth.then(|| [Mouth::new(identity, &rest), posed]),
            eyes: moves_lids.then(|| [eyes(&rest), eyes(expression)]),
            hills: [a, b, c, d, e, f, g, h],
            jaw: posed.jaw_drop(),
            mouth_reach: identity.proportions.mouth_reach,
        }
    }

    /// How far the expression carried the skin that is now at a point.
    #[inline]
    pub(crate) fn shift(&self, x: f32, y: f32) -> [f32; 2] {
        let mut shift = [0.0; 2];
        for (bump, by) in &self.hills {
            if bump.amount != 0.0 {
                let k = bump.at(x, y);
                shift = [shift[0] + k * by[0], shift[1] + k * by[1]];
            }
        }
        if let Some([rest, posed]) = &self.mouths
            && y > self.mouth_reach
        {
            let by = self.lips(rest, posed, x, y);
            shift = [shift[0] + by[0], shift[1] + by[1]];
        }
        if let Some([rest, posed]) = &self.eyes {
            for (rest, posed) in rest.iter().zip(posed) {
                let by = lids(rest, posed, x, y);
                shift = [shift[0] + by[0], shift[1] + by[1]];
            }
        }
        shift
    }

    /// Where a point of the resting face is now, searched from `start`; none where no skin comes from there.
    pub(crate) fn posed(&self, rest: [f32; 2], start: [f32; 2]) -> Option<[f32; 2]> {
        let mut at = start;
        for _ in 0..ROUNDS {
            let by = self.shift(at[0], at[1]);
            let error = [rest[0] + by[0] - at[0], rest[1] + by[1] - at[1]];
            if error[0].abs() + error[1].abs() < 0.1 * EXACT {
                return Some(at);
            }
            // Half a step: the lips fold back on themselves otherwise.
            at = [at[0] + 0.7 * error[0], at[1] + 0.7 * error[1]];
        }
        let by = self.shift(at[0], at[1]);
        let error = [rest[0] + by[0] - at[0], rest[1] + by[1] - at[1]];
        (error[0].abs() + error[1].abs() < EXACT).then_some(at)
    }

    /// Lips, and the skin they pull along: to the nose, over the cheeks, and down to the chin.
    #[inline]
    fn lips(&self, rest: &Mouth, posed: &Mouth, x: f32, y: f32) -> [f32; 2] {
        let (half, before) = (posed.half_width(), rest.half_width());
        let t = x / half;
        let now = posed.edges(t);
        let then = rest.edges(t);
        let by: [f32; 4] = std::array::from_fn(|i| now[i] - then[i]);
        let beside = if t.abs() > 1.0 {
            hill((x.abs() - half) / 0.26)
        } else {
            1.0
        };
        // The chin follows the jaw, the skin above it only in part.
        let jaw = self.jaw * smooth_step(0.10, 0.52, y) * smooth_step(0.95, 0.5, x.abs());
        let [upper, top, bottom, lower] = now;
        let down = if y < upper {
            by[0] * hill((upper - y) / 0.15)
        } else if y < top {
            mix(by[0], by[1], (y - upper) / (top - upper))
        } else if y < bottom {
            mix(by[1], by[2], (y - top) / (bottom - top))
        } else if y < lower {
            mix(by[2], by[3], (y - bottom) / (lower - bottom))
        } else {
            mix(jaw, by[3], hill((y - lower) / 0.24))
        };
        // Beside the mouth the jaw takes over from below.
        let low = jaw * smooth_step(0.0, 0.2, y - lower);
        let widened = (x.clamp(-half, half)) * (1.0 - before / half);
        let near = if y < upper {
            hill((upper - y) / 0.22)
        } else if y > lower {
            hill((y - lower) / 0.24)
        } else {
            1.0
        };
        [widened * beside * near, mix(low, down, beside)]
    }
}

/// The expression without what moves skin.
pub(crate) fn resting(expression: &Expression) -> Expression {
    Expression {
        gaze: expression.gaze,
        ..Expression::default()
    }
}

/// Lids and the thin skin around them.
#[inline]
fn lids(rest: &Eye, posed: &Eye, x: f32, y: f32) -> [f32; 2] {
    let [ex, ey] = posed.own(x, y);
    let t = ex / posed.half_width();
    if t.abs() > 1.25 || ey.abs() > posed.reach() {
        return [0.0; 2];
    }
    let reach = smooth_step(1.25, 0.9, t.abs());
    let ([open_now, top_now, low_now], [open_then, top_then, low_then]) =
        (posed.lids(t), rest.lids(t));
    let (crease_now, crease_then) = (Eye::crease(open_now, t), Eye::crease(open_then, t));
    let (crease, top, low) = (
        crease_now - crease_then,
        top_now - top_then,
        low_now - low_then,
    );
    let down = if ey < crease_now {
        crease * hill((crease_now - ey) / 0.05)
    } else if ey < top_now {
        mix(crease, top, (ey - crease_now) / (top_now - crease_now))
    } else if ey < low_now {
        mix(top, low, (ey - top_now) / (low_now - top_now))
    } else {
        low * hill((ey - low_now) / 0.06)
    };
    let [ax, ay] = posed.face([0.0, down * reach]);
    let [bx, by] = posed.face([0.0, 0.0]);
    [ax - bx, ay - by]
}
