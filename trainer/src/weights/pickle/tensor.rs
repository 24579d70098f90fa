//! The numbers of one tensor, whatever their order in memory.

use super::{Place, names::Element, object::TensorRecord};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};
use tch::Tensor;

impl Element {
    /// Whether its numbers are fractions.
    pub(crate) fn is_fraction(self) -> bool {
        !matches!(self, Self::Integer(_))
    }

    /// The first of `bytes`, of which there are [`Element::bytes`].
    fn number(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Double, &[a, b, c, d, e, f, g, h, ..]) => {
                f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32
            }
            (Self::Float, &[a, b, c, d, ..]) => f32::from_le_bytes([a, b, c, d]),
            (Self::Half, &[a, b, ..]) => half(u16::from_le_bytes([a, b])),
            // The upper half of a 32-bit float.
            (Self::BFloat16, &[a, b, ..]) => f32::from_le_bytes([0, 0, a, b]),
            _ => f32::NAN,
        }
    }
}

/// A 16-bit float: a sign, five bits of exponent and ten of fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

/// Reads a tensor cut from the storage at `place`.
///
/// # Errors
/// What was found and what was expected.
pub(super) fn read(mut file: &File, place: Place, tensor: &TensorRecord) -> Result<Tensor, String> {
    let element = tensor.storage.element;
    let size = element.bytes();
    let steps = tensor.sides.iter().zip(&tensor.strides);
    let elements: u64 = tensor.sides.iter().product();
    let last = steps
        .clone()
        .try_fold(tensor.offset, |last, (&side, &stride)| {
            last.checked_add(side.saturating_sub(1).checked_mul(stride)?)
        });
    let available = place.bytes / size;
    let span = match last {
        _ if elements == 0 => 0,
        Some(last) if last < available => last - tensor.offset + 1,
        _ => {
            return Err(format!(
                "found sides {:?} and strides {:?} from element {}, expected no more than the {available} elements \
                 of storage {}",
                tensor.sides, tensor.strides, tensor.offset, tensor.storage.key
            ));
        }
    };
    let start = place.start
        + if elements == 0 {
            0
        } else {
            tensor.offset * size
        };
    file.seek(SeekFrom::Start(start))
        .map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    // Grows with what is really there, whatever the sides say.
    let read = file.take(span * size).read_to_end(&mut bytes);
    if read.map_err(|e| e.to_string())? as u64 != span * size {
        return Err("found the file's end before its numbers: it was cut off".into());
    }
    let at = |index: u64| {
        let from = (index * size) as usize;
        element.number(&bytes[from..])
    };
    let mut numbers = Vec::with_capacity(elements as usize);
    let mut position = vec![0_u64; tensor.sides.len()];
    let mut index = 0_u64;
    for _ in 0..elements {
        numbers.push(at(index));
        // The next position in row-major order, as the digits of a number go on.
        for side in (0..position.len()).rev() {
            position[side] += 1;
            // Wrapping, as a side of one may have any stride: the position is then taken back at once.
            index = index.wrapping_add(tensor.strides[side]);
            if position[side] < tensor.sides[side] {
                break;
            }
            index = index.wrapping_sub(tensor.strides[side].wrapping_mul(position[side]));
            position[side] = 0;
        }
    }
    let shape: Vec<i64> = tensor.sides.iter().map(|&side| side as i64).collect();
    Tensor::from_slice(&numbers)
        .f_reshape(shape)
        .map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_16_bits_are_read_exactly() {
        let half = |bits: u16| Element::Half.number(&bits.to_le_bytes());
        for (bits, expected) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x7bff, 65504.0),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(half(bits), expected, "{bits:04x}");
        }
        assert!(half(0x7e00).is_nan());
        let brain = |bits: u16| Element::BFloat16.number(&bits.to_le_bytes());
        assert_eq!([brain(0x3f80), brain(0xc040)], [1.0, -3.0]);
    }
}
