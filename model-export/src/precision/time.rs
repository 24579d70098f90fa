//! What a precision gains on the processor at hand.

use super::{chain::Chain, faces::Faces};
use crate::error::Result;
use std::time::{Duration, Instant};

/// Edits of each kind; the shortest counts.
const RUNS: usize = 8;

/// Shortest time of an edit through the `reduced` graphs in units of that through the `exact` ones, both
/// in turns, so that a busy machine disturbs them alike.
///
/// # Errors
/// [`crate::ExportError::Runtime`].
pub fn ratio(
    exact: &mut Chain,
    reduced: &mut Chain,
    attributes: usize,
    faces: &Faces,
) -> Result<f64> {
    let strengths = vec![1.0; attributes];
    let mut shortest = [Duration::MAX; 2];
    // The first edit sets up memory.
    for (run, image) in faces.images.iter().cycle().take(RUNS + 1).enumerate() {
        for (chain, shortest) in [&mut *exact, &mut *reduced].into_iter().zip(&mut shortest) {
            let start = Instant::now();
            chain.edit(image, 0, &strengths)?;
            if run > 0 {
                *shortest = start.elapsed().min(*shortest);
            }
        }
    }
    let [exact, reduced] = shortest.map(|time| time.as_secs_f64());
    Ok(reduced / exact)
}
