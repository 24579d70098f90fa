//! Masks from heat maps.

use crate::{
    graph::op::{Op, Reduction, Sides},
    network::layers::Layers,
};
use model_spec::{
    network::face_mask::{HEAT_SIZE, INNER, LEAST_HEAT, OUTER, Part, RANGE_EPSILON},
    tensor::{MASK_FIRST, MASK_SECOND, MASK_SIZE},
};
use ndarray::Array;

/// `mask_first, mask_second [1,256,256]` of heat maps `[98,64,64]`.
pub(super) fn from_heat_maps(layers: &mut Layers<'_>, heat_maps: &str) -> [String; 2] {
    let resized = Op::Bilinear {
        from: HEAT_SIZE,
        side: MASK_SIZE,
        align_corners: true,
    };
    let heat = layers.op("heat.resized", resized, &[heat_maps]);
    // The operator keeps what is above its bound; the least heat itself is kept.
    let above = f32::from_bits(LEAST_HEAT.to_bits() - 1);
    let heat = layers.op("heat.kept", Op::Threshold { above }, &[&heat]);
    let reduce = |how| Op::Reduce {
        how,
        over: Sides::Image,
    };
    let low = layers.op("heat.low", reduce(Reduction::Min), &[&heat]);
    let high = layers.op("heat.high", reduce(Reduction::Max), &[&heat]);
    let range = layers.op("heat.range", Op::Subtract, &[&high, &low]);
    let value = Array::from_elem(vec![1, 1, 1], RANGE_EPSILON);
    let range = layers.op("heat.divisor", Op::AddConstant { value }, &[&range]);
    let heat = layers.op("heat.above_low", Op::Subtract, &[&heat, &low]);
    let heat = layers.op("heat", Op::Divide, &[&heat, &range]);
    let inner = sum(layers, "inner", &heat, &INNER);
    let outer = sum(layers, "outer", &heat, &OUTER);
    let whole = layers.op("whole", Op::Add, &[&inner, &outer]);
    let clip = Op::Clip {
        low: 0.0,
        high: 1.0,
    };
    [
        layers.op(MASK_FIRST, clip.clone(), &[&whole]),
        layers.op(MASK_SECOND, clip, &[&inner]),
    ]
}

fn sum(layers: &mut Layers<'_>, name: &str, heat: &str, parts: &[Part]) -> String {
    let mut total: Option<String> = None;
    for part in parts {
        let step = |step: &str| format!("{}.{step}", part.name);
        let maps = Op::channels(part.landmarks.start, part.landmarks.end);
        let mut h = layers.op(&step("maps"), maps, &[heat]);
        if part.rows_up != 0 {
            // Row `first` comes to the top.
            let first = part.rows_up.rem_euclid(MASK_SIZE as isize) as usize;
            let rows = |start, end| Op::Slice {
                axis: 1,
                start,
                end,
            };
            let above = layers.op(&step("above"), rows(first, MASK_SIZE), &[&h]);
            let below = layers.op(&step("below"), rows(0, first), &[&h]);
            h = layers.op(&step("moved"), Op::Concat { axis: 1 }, &[&above, &below]);
        }
        if part.power != 1 {
            let exponent = part.power as f32;
            h = layers.op(&step("power"), Op::Power { exponent }, &[&h]);
        }
        let op = Op::Reduce {
            how: Reduction::Sum,
            over: Sides::Channels,
        };
        let all = layers.op(&step("sum"), op, &[&h]);
        total = Some(match total {
            Some(before) => layers.op(&format!("{name}.{}", part.name), Op::Add, &[&before, &all]),
            None => all,
        });
    }
    total.unwrap_or_default()
}
