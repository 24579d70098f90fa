//! Sums of the taps of 3x3 kernels, as the forms with nine products need them.

use ndarray::{Array2, Array4, ArrayView4, Axis};

/// In one direction, the weights of the three products: the first tap, all three, the last.
fn first_all_last(weight: ArrayView4<'_, f64>, axis: Axis) -> [Array4<f64>; 3] {
    let tap = |i: usize| weight.slice_axis(axis, (i..=i).into());
    let all = &(&tap(0) + &tap(1)) + &tap(2);
    [tap(0).to_owned(), all, tap(2).to_owned()]
}

/// The nine matrices `[C',C]` of a 3x3 kernel times `factor`, row by row: rows first, all, last, and
/// within each of them columns first, all, last.
pub(super) fn nine_matrices(weight: &Array4<f32>, factor: f64) -> Vec<Array2<f32>> {
    let weight = weight.mapv(|w| f64::from(w) * factor);
    let rows = first_all_last(weight.view(), Axis(2));
    let columns = rows
        .iter()
        .flat_map(|part| first_all_last(part.view(), Axis(3)));
    columns
        .map(|part| {
            let one = part.index_axis(Axis(3), 0);
            one.index_axis(Axis(2), 0).mapv(|w| w as f32)
        })
        .collect()
}
