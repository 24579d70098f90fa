//! Smooth scalar curves built from exact IEEE operations only.

/// The value where it is positive, else 0. One instruction, unlike `f32::max`, which must mind NaN.
#[inline]
pub(crate) fn positive(value: f32) -> f32 {
    if value > 0.0 { value } else { 0.0 }
}

/// Straight mix: `a` at `t = 0`, `b` at `t = 1`.
#[inline]
pub(crate) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// `0` below `from`, `1` above `to`, cubic between. `from > to` gives a falling curve.
#[inline]
pub(crate) fn smooth_step(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// `1` at `0`, falling smoothly to `0` at `±1`.
#[inline]
pub(crate) fn hill(value: f32) -> f32 {
    let k = positive(1.0 - value * value);
    k * k
}

/// Coverage of a pixel by a shape whose signed distance is given in pixels (negative inside).
#[inline]
pub(crate) fn coverage(distance_pixels: f32) -> f32 {
    (0.5 - distance_pixels).clamp(0.0, 1.0)
}

/// Sine of `turns` full turns. Error below 0.0002; periodic with exactly 1.
pub(crate) fn sine(turns: f32) -> f32 {
    let t = turns - (turns + 0.5).floor();
    // Folded to a quarter turn, where four terms of the series are enough.
    let folded = if t > 0.25 {
        0.5 - t
    } else if t < -0.25 {
        -0.5 - t
    } else {
        t
    };
    let a = folded * std::f32::consts::TAU;
    let q = a * a;
    a * (1.0 - q / 6.0 * (1.0 - q / 20.0 * (1.0 - q / 42.0)))
}

/// Cosine of `turns` full turns, as [`sine`].
pub(crate) fn cosine(turns: f32) -> f32 {
    sine(turns + 0.25)
}

/// Sine and cosine of an angle in degrees.
pub(crate) fn sine_cosine_degrees(degrees: f32) -> (f32, f32) {
    (sine(degrees / 360.0), cosine(degrees / 360.0))
}
