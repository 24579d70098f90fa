//! The price of colour fringes: what an edit adds changes its colour no more often than it has to.

use super::absolute::total_variation;
use tch::{Kind, Tensor};

/// The mean absolute difference of neighbouring colours, over both directions; a colour is the channels' distance from
/// their mean, so that light alone costs nothing.
///
/// Eyes see colour less finely than light, and neither judge nor discriminator minds teeth with red and blue edges as much
/// as a person does.
///
/// # Shapes
/// What is added `[N,C,S,S]` -> scalar; 0 for one channel.
///
/// # Deviations
/// Not in Yang et al. 2021.
pub(crate) fn fringes(added: &Tensor) -> Tensor {
    let colour = added - added.mean_dim([1].as_slice(), true, Kind::Float);
    total_variation(&colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(channels: [[f32; 2]; 3]) -> Tensor {
        Tensor::from_slice(channels.as_flattened())
            .reshape([1, 3, 1, 2])
            .repeat([1, 1, 2, 1])
    }

    #[test]
    fn light_and_an_even_colour_cost_nothing_and_an_edge_of_colour_its_height() {
        let cost = |channels| fringes(&picture(channels)).double_value(&[]);
        assert!(cost([[0.1, 0.9]; 3]).abs() < 1e-6);
        assert!(cost([[0.3, 0.3], [0.0, 0.0], [0.0, 0.0]]).abs() < 1e-6);
        // Red by 0.3: 0.2 above the mean, the others 0.1 below it.
        let edge = cost([[0.0, 0.3], [0.0, 0.0], [0.0, 0.0]]);
        assert!((edge - 0.4 / 3.0).abs() < 1e-6, "{edge}");
    }
}
