//! Linear-light RGB and its square-root encoding.

use crate::math::curve::positive;

/// Linear RGB, each 0 (black) to 1 (white of the picture).
pub(crate) type Colour = [f32; 3];

/// Component-wise mix.
#[inline]
pub(crate) fn blend(a: Colour, b: Colour, t: f32) -> Colour {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t)
}

/// Every component times `k`.
#[inline]
pub(crate) fn scale(a: Colour, k: f32) -> Colour {
    a.map(|v| v * k)
}

/// Component-wise product.
#[inline]
pub(crate) fn tint(a: Colour, b: Colour) -> Colour {
    std::array::from_fn(|i| a[i] * b[i])
}

/// Linear value of an encoded byte.
#[inline]
pub(crate) fn linear_from_byte(byte: u8) -> f32 {
    let v = f32::from(byte) * (1.0 / 255.0);
    v * v
}

/// Encoded byte of a linear value, with `dither` in byte levels.
#[inline]
pub(crate) fn byte_from_linear(value: f32, dither: f32) -> u8 {
    // A float to integer cast saturates, which is the clamping wanted here.
    (positive(value).sqrt() * 255.0 + 0.5 + dither) as u8
}

/// Linear colour from encoded bytes, as one writes colours by eye.
pub(crate) const fn from_bytes(r: u8, g: u8, b: u8) -> Colour {
    const fn one(v: u8) -> f32 {
        let v = v as f32 / 255.0;
        v * v
    }
    [one(r), one(g), one(b)]
}
