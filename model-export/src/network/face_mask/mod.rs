//! The face masks behind `w_hpf > 0`: a 98-landmark heat-map network and what is made of its maps.
//!
//! One hourglass (Newell et al. 2016) with coordinate channels (Liu et al. 2018), trained with the
//! adaptive wing loss (Wang et al. 2019); tensors are named as in `wing.ckpt`.

mod masks;
mod network;

use crate::{
    graph::{Graph, op::Op},
    network::{layers::Layers, weights::Weights},
};
use model_spec::{
    Architecture, ColourMode, GraphKind,
    network::face_mask::{HEAT_SIZE, LANDMARKS},
    tensor,
};
use ndarray::Array;

/// The plain graph `image [C,S,S] -> mask_first [1,256,256], mask_second [1,256,256]`.
pub fn build(architecture: &Architecture, weights: &mut Weights) -> Graph {
    let doc = "Masks of the generator's high-pass skips: the whole face, and the face without chin, \
               lips and brows. 1 lets through.";
    let mut layers = Layers::unprefixed(GraphKind::FaceMask.name(), doc, weights);
    let (size, channels) = (architecture.image_size, architecture.colour.channels());
    let image = layers.graph.input(tensor::IMAGE, &[channels, size, size]);
    let rgb = match architecture.colour {
        ColourMode::Rgb => image,
        ColourMode::Luma => layers.op("rgb", Op::Concat { axis: 0 }, &[image.as_str(); 3]),
    };
    let half = layers.op("half", Op::Scale { factor: 0.5 }, &[&rgb]);
    let value = Array::from_elem(vec![1, 1, 1], 0.5);
    let mut unit = layers.op("unit", Op::AddConstant { value }, &[&half]);
    if size != tensor::MASK_SIZE {
        let resized = Op::Bilinear {
            from: size,
            side: tensor::MASK_SIZE,
            align_corners: false,
        };
        unit = layers.op("resized", resized, &[&unit]);
    }
    let heat_maps = network::heat_maps(&mut layers, &unit);
    let network = layers.graph.nodes.len();
    let [mask_first, mask_second] = masks::from_heat_maps(&mut layers, &heat_maps);
    // A bound on heat tells the same pixels apart only if the heat is the same.
    for node in &mut layers.graph.nodes[network..] {
        node.precise = true;
    }
    layers.graph.output(&mask_first, tensor::MASK_FIRST);
    layers.graph.output(&mask_second, tensor::MASK_SECOND);
    layers.graph
}

/// The plain graph `heat_maps [98,64,64] -> mask_first, mask_second [1,256,256]`: the second half alone.
#[must_use]
pub fn masks_graph() -> Graph {
    let mut none = Weights::none();
    let mut layers = Layers::unprefixed("masks", "Face masks from heat maps.", &mut none);
    let sides = [LANDMARKS, HEAT_SIZE, HEAT_SIZE];
    let heat_maps = layers.graph.input("heat_maps", &sides);
    let [mask_first, mask_second] = masks::from_heat_maps(&mut layers, &heat_maps);
    layers.graph.output(&mask_first, tensor::MASK_FIRST);
    layers.graph.output(&mask_second, tensor::MASK_SECOND);
    layers.graph
}
