//! How well an aligner finds faces that it was not fitted to.

use super::{
    Figures,
    portrait::Portraits,
    regression::{MOVES, random_move},
};
use aligner::{Aligner, Correction};
use rand::Rng;

/// Starts per face.
const STARTS: usize = 6;

/// Root mean square errors of the crop in per cent of its side and in degrees, under `aligner.…`.
///
/// `error` compares with the pose where that is known, and with the framing of the image where it is
/// not: it then holds how unevenly the images are framed. `spread` is how far the answers from
/// several starts on the same face lie from their own mean.
pub(crate) fn measure(
    name: &str,
    aligner: &Aligner,
    set: &Portraits,
    rng: &mut impl Rng,
    figures: &mut Figures,
) {
    let (mut errors, mut spreads) = (Vec::new(), Vec::new());
    let mut lost = 0_usize;
    for face in &set.faces {
        let crop = face.window.unframed(&aligner.window);
        let starts = (0..STARTS).map(|_| {
            let window = face.window.corrected(random_move(rng, MOVES));
            window.unframed(&aligner.window)
        });
        let found: Vec<_> = starts
            .filter_map(|start| aligner.align(&face.grey, start))
            .map(|found| crop.correction_to(found.crop).to_array())
            .collect();
        lost += STARTS - found.len();
        let mean = [0, 1, 2, 3]
            .map(|i| found.iter().map(|error| error[i]).sum::<f32>() / found.len().max(1) as f32);
        spreads.extend(
            found
                .iter()
                .map(|error| [0, 1, 2, 3].map(|i| error[i] - mean[i])),
        );
        errors.extend(found);
    }
    let mut insert = |figure: &str, value: f64| {
        figures.insert(format!("aligner.{name}_{figure}"), value);
    };
    for (kind, samples) in [("error", &errors), ("spread", &spreads)] {
        let [x, y, growth, roll] = root_mean_squares(samples);
        insert(&format!("{kind}_x_percent"), 100.0 * x);
        insert(&format!("{kind}_y_percent"), 100.0 * y);
        insert(&format!("{kind}_side_percent"), 100.0 * growth);
        insert(&format!("{kind}_roll_degrees"), roll.to_degrees());
    }
    insert(
        "lost_share",
        lost as f64 / (STARTS * set.faces.len()).max(1) as f64,
    );
}

fn root_mean_squares(samples: &[[f32; Correction::LEN]]) -> [f64; Correction::LEN] {
    [0, 1, 2, 3].map(|i| {
        let squares = samples.iter().map(|sample| f64::from(sample[i]).powi(2));
        (squares.sum::<f64>() / samples.len().max(1) as f64).sqrt()
    })
}
