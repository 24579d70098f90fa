//! What a GPU can do at most, as its maker's data sheet says.

use crate::device::Speed;

/// Dense arithmetic in TFLOP/s (a multiply-add counts two).
#[derive(Debug, Clone, Copy)]
struct Peak {
    /// Part of the card's name; the first that fits counts.
    name: &'static str,
    float32: f64,
    tf32: f64,
    bfloat16: f64,
}

const fn peak(name: &'static str, float32: f64, tf32: f64, bfloat16: f64) -> Peak {
    Peak {
        name,
        float32,
        tf32,
        bfloat16,
    }
}

/// NVIDIA's data sheets, without sparsity.
const PEAKS: [Peak; 10] = [
    peak("H100 PCIe", 51.0, 378.0, 756.0),
    peak("H100", 67.0, 494.0, 989.0),
    peak("H200", 67.0, 494.0, 989.0),
    peak("A100", 19.5, 156.0, 312.0),
    peak("A10G", 31.5, 35.0, 70.0),
    peak("A10", 31.2, 62.5, 125.0),
    peak("L40S", 91.6, 183.0, 362.0),
    peak("L4", 30.3, 60.0, 121.0),
    peak("RTX 4090", 82.6, 82.6, 165.2),
    peak("RTX 3090", 35.6, 35.6, 71.0),
];

/// Peak of a card in the arithmetic that `speed` computes most in; none for a card that is not known.
pub(super) fn of(card: &str, speed: Speed) -> Option<f64> {
    // A laptop's card of the same name is another chip.
    if card.contains("Laptop") {
        return None;
    }
    let names_it = |peak: &&Peak| {
        card.match_indices(peak.name).any(|(at, name)| {
            // "L4" is not "L40".
            let next = card[at + name.len()..].chars().next();
            !next.is_some_and(char::is_alphanumeric)
        })
    };
    let peak = PEAKS.iter().find(names_it)?;
    Some(match speed {
        Speed { bf16: true, .. } => peak.bfloat16,
        Speed { tf32: true, .. } => peak.tf32,
        _ => peak.float32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_that_of_the_card_and_of_the_arithmetic() {
        let mixed = Speed {
            bf16: true,
            ..Speed::default()
        };
        assert_eq!(of("NVIDIA H200", mixed), Some(989.0));
        assert_eq!(of("NVIDIA H100 80GB HBM3", Speed::default()), Some(494.0));
        assert_eq!(of("NVIDIA H100 PCIe", Speed::PLAIN), Some(51.0));
        assert_eq!(of("NVIDIA A100-SXM4-80GB", Speed::PLAIN), Some(19.5));
        assert_eq!(of("NVIDIA L4", mixed), Some(121.0));
        assert_eq!(of("NVIDIA L40", mixed), None);
        assert_eq!(of("NVIDIA GeForce RTX 4090", mixed), Some(165.2));
        assert_eq!(of("NVIDIA GeForce RTX 4090 Laptop GPU", mixed), None);
        assert_eq!(of("Somebody's card", mixed), None);
    }
}
