//! A small tileable table of smooth noise: skin mottling, hair strands, cloth.

const SIDE: usize = 64;

/// Even random values in -1..1, computed when the crate is compiled.
static TABLE: [f32; SIDE * SIDE] = table();

const fn table() -> [f32; SIDE * SIDE] {
    let mut values = [0.0; SIDE * SIDE];
    let mut i = 0;
    while i < SIDE * SIDE {
        values[i] = (hash(i as u32) >> 8) as f32 * (2.0 / 16_777_216.0) - 1.0;
        i += 1;
    }
    values
}

/// Scrambles 32 bits.
#[inline]
pub(crate) const fn hash(value: u32) -> u32 {
    let mut v = value.wrapping_mul(0x9E37_79B1) ^ 0x85EB_CA6B;
    v ^= v >> 15;
    v = v.wrapping_mul(0x2C1B_3C6D);
    v ^= v >> 12;
    v = v.wrapping_mul(0x297A_2D39);
    v ^ (v >> 15)
}

/// Smooth noise in -1..1 with cells of size 1.
#[inline]
pub(crate) fn noise(x: f32, y: f32) -> f32 {
    // The shift keeps the argument positive, so that cutting off is rounding down, without a call.
    let (x, y) = (x + 8192.0, y + 8192.0);
    let (ix, iy) = (x as i32, y as i32);
    let (tx, ty) = (x - ix as f32, y - iy as f32);
    let (ix, iy) = (ix as usize, iy as usize);
    let at = |dx: usize, dy: usize| {
        let (cx, cy) = (ix.wrapping_add(dx) % SIDE, iy.wrapping_add(dy) % SIDE);
        TABLE[cy * SIDE + cx]
    };
    let sx = tx * tx * (3.0 - 2.0 * tx);
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * sx;
    let low = at(0, 1) + (at(1, 1) - at(0, 1)) * sx;
    top + (low - top) * (ty * ty * (3.0 - 2.0 * ty))
}
