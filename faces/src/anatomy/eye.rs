//! Eyeball, iris, lids and lashes.

use crate::anatomy::landmarks::{EYE, eye_y};
use crate::math::colour::{Colour, blend, scale};
use crate::math::curve::{coverage, hill, mix, sine_cosine_degrees, smooth_step};
use crate::scene::expression::Expression;
use crate::scene::identity::Identity;

const HALF_WIDTH: f32 = 0.126;
const IRIS: f32 = 0.050;

/// One eye in frontal coordinates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Eye {
    centre: [f32; 2],
    /// 1 for the eye on the picture's right, -1 for the left one: outwards is positive.
    side: f32,
    tilt: (f32, f32),
    half_width: f32,
    upper: f32,
    lower: f32,
    /// Height of the upper lid's edge, 1 open to -1 on the lower lid.
    open: f32,
    gaze: [f32; 2],
    iris: Colour,
    lashes: f32,
    light: [f32; 2],
}

impl Eye {
    /// The eye of a person on one side (-1 or 1).
    pub(crate) fn new(
        identity: &Identity,
        expression: &Expression,
        side: f32,
        light: [f32; 3],
    ) -> Self {
        let size = identity.eye_size;
        let height = size * identity.proportions.eye_height;
        let narrow = 1.0 - 0.24 * expression.smile;
        let tilt = identity.eye_tilt_degrees;
        Self {
            centre: [side * EYE[0] * identity.eye_spacing, eye_y(identity)],
            side,
            tilt: sine_cosine_degrees(-tilt),
            half_width: HALF_WIDTH * mix(1.0, size, 0.5),
            upper: 0.056 * height * mix(1.0, narrow, 0.5) * (1.0 - 0.12 * identity.age),
            lower: 0.034 * height * narrow,
            open: 1.0 - expression.blink * 1.0,
            gaze: [expression.gaze[0] * 0.045, expression.gaze[1] * 0.022],
            iris: identity.iris,
            lashes: mix(0.85, 0.45, identity.masculinity),
            light: [light[0], light[1]],
        }
    }

    /// The rectangle that holds eye, lid crease and lashes.
    pub(crate) fn area(&self) -> [f32; 4] {
        let [x, y] = self.centre;
        [
            x - self.half_width * 1.25,
            y - self.upper * 1.9 - 0.02,
            x + self.half_width * 1.25,
            y + self.lower + 0.05,
        ]
    }

    /// Place in the eye's own axes, outwards and down, of a point of the face.
    #[inline]
    pub(crate) fn own(&self, x: f32, y: f32) -> [f32; 2] {
        let (dx, dy) = ((x - self.centre[0]) * self.side, y - self.centre[1]);
        let (s, c) = self.tilt;
        [dx * c + dy * s, dy * c - dx * s]
    }

    /// The point of the face at a place in the eye's own axes.
    pub(crate) fn face(&self, [ex, ey]: [f32; 2]) -> [f32; 2] {
        let (s, c) = self.tilt;
        let (dx, dy) = (ex * c - ey * s, ex * s + ey * c);
        [self.centre[0] + dx * self.side, self.centre[1] + dy]
    }

    /// Half the width between the corners.
    pub(crate) fn half_width(&self) -> f32 {
        self.half_width
    }

    /// Where the iris is, in the eye's own axes.
    pub(crate) fn iris_place(&self) -> [f32; 2] {
        [self.gaze[0] * self.side, self.gaze[1] - 0.006]
    }

    /// Heights of the lids at `t`, in half widths from the middle: upper one if it were open, upper, lower.
    #[inline]
    pub(crate) fn lids(&self, t: f32) -> [f32; 3] {
        let t2 = (t * t).min(1.0);
        let arc = (1.0 - t2).sqrt();
        let rest = 1.0 - t2;
        // The upper lid peaks a little inside the middle, the lower one outside.
        let top_open = -self.upper * mix(arc, rest, 0.35) * (1.0 - 0.10 * t);
        let low = self.lower * mix(arc, rest, 0.6) * (1.0 + 0.16 * t);
        [top_open, mix(low - 0.004, top_open, self.open), low]
    }

    /// How far above and below the eye's middle its motion may carry skin.
    pub(crate) fn reach(&self) -> f32 {
        self.upper.max(self.lower) + 0.09
    }

    /// How thick the lashes are, about 0.45 of a man to 0.85 of a woman.
    pub(crate) fn lashes(&self) -> f32 {
        self.lashes
    }

    /// 1 for the eye on the picture's right, -1 for the left one.
    pub(crate) fn side(&self) -> f32 {
        self.side
    }

    /// Height of the crease above the lid at `t`.
    #[inline]
    pub(crate) fn crease(top_open: f32, t: f32) -> f32 {
        let rest = 1.0 - (t * t).min(1.0);
        top_open - 0.020 - 0.014 * rest
    }

    /// Coverage of a pixel by what shows between the lids.
    pub(crate) fn coverage(&self, x: f32, y: f32, unit: f32) -> f32 {
        let [ex, ey] = self.own(x, y);
        let t = ex / self.half_width;
        let [_, top, low] = self.lids(t);
        if low - top <= 0.001 {
            return 0.0;
        }
        coverage((top - ey) * unit).min(coverage((ey - low) * unit))
            * smooth_step(1.02, 0.93, t.abs())
    }

    /// Paints the eye over the skin.
    #[inline]
    pub(crate) fn paint(&self, x: f32, y: f32, skin: Colour, shade: f32, unit: f32) -> Colour {
        let (dx, dy) = ((x - self.centre[0]) * self.side, y - self.centre[1]);
        let (s, c) = self.tilt;
        let (ex, ey) = (dx * c + dy * s, dy * c - dx * s);
        let t = ex / self.half_width;
        let rest = 1.0 - (t * t).min(1.0);
        let [top_open, top, low] = self.lids(t);

        let mut colour = skin;
        // Crease above the lid.
        let reach = smooth_step(1.25, 0.7, t.abs());
        let crease = top_open - 0.020 - 0.014 * rest;
        let fold = hill((ey - crease) / 0.014) * reach;
        colour = scale(colour, 1.0 - 0.38 * fold);
        // Lid skin between crease and lashes is a little darker towards the lashes.
        let lid = smooth_step(crease, top, ey) * coverage((ey - top) * unit) * reach;
        colour = scale(colour, 1.0 - 0.15 * lid);

        let gap = low - top;
        let ball = coverage((top - ey) * unit).min(coverage((ey - low) * unit))
            * smooth_step(1.02, 0.93, t.abs());
        if ball > 0.0 && gap > 0.001 {
            colour = blend(colour, self.ball(ex, ey, top, t, shade, unit), ball);
        }
        // Lashes: a soft dark band on the upper edge, a faint one on the lower.
        let width = 0.013 + 0.007 * smooth_step(-0.6, 0.9, t);
        let upper_lash = hill((ey - top + 0.003) / width) * smooth_step(1.10, 0.95, t.abs());
        colour = blend(colour, [0.018, 0.012, 0.010], self.lashes * upper_lash);
        let lower_lash = hill((ey - low - 0.002) / 0.009) * smooth_step(1.02, 0.6, t.abs());
        colour = blend(
            colour,
            scale(skin, 0.28),
            0.55 * lower_lash * self.lashes.max(0.5),
        );
        colour
    }

    fn ball(&self, ex: f32, ey: f32, top: f32, t: f32, shade: f32, unit: f32) -> Colour {
        let lid_shadow = smooth_step(-0.002, 0.036, ey - top);
        let round = 1.0 - 0.30 * t * t;
        let light = (0.30 + 0.62 * shade) * (0.50 + 0.50 * lid_shadow) * round;
        let mut colour = scale([0.60, 0.575, 0.55], light);
        let pink = smooth_step(-0.72, -0.98, t);
        colour = blend(colour, scale([0.52, 0.24, 0.21], light), 0.8 * pink);

        let (ix, iy) = (ex - self.gaze[0] * self.side, ey - self.gaze[1] + 0.006);
        let r = (ix * ix + iy * iy).sqrt();
        let iris = coverage((r - IRIS) * unit * 0.8);
        if iris > 0.0 {
            let ring = smooth_step(0.032, 0.050, r);
            let lower = smooth_step(-0.03, 0.05, iy);
            let glow = (0.75 + 0.75 * lower) * (1.0 - 0.62 * ring);
            let mut body = scale(self.iris, glow * (0.35 + 0.85 * light));
            let pupil = coverage((r - 0.0195) * unit * 0.8);
            body = blend(body, [0.004, 0.004, 0.005], pupil);
            colour = blend(colour, body, iris);
        }
        // The window mirrored in the cornea, at the light's side.
        let (hx, hy) = (
            (ix - self.light[0] * self.side * 0.034) / 0.0135,
            (iy - self.light[1] * 0.034) / 0.0135,
        );
        let spark = hill((hx * hx + hy * hy).sqrt().min(1.0)) * lid_shadow.max(0.4);
        blend(
            colour,
            [0.95, 0.96, 1.0],
            0.95 * spark * smooth_step(0.0, 0.02, ey - top),
        )
    }
}
