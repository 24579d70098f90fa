//! What a precision gains on the processor at hand.

use super::{chain::Chain, faces::Faces};
use crate::error::Result;
use std::time::{Duration, Instant};

/// Edits of each kind, at least; the shortest counts.
const RUNS: usize = 5;
/// Small models are edited with for this long: their times vary most.
const LEAST_TIME: Duration = Duration::from_secs(1);

/// Shortest time of an edit through the `reduced` graphs in units of that through the `exact` ones, both
/// in turns, so that a busy machine disturbs them alike.
///
/// # Errors
/// [`crate::ExportError::Runtime`].
pub(crate) fn ratio(
    exact: &mut Chain,
    reduced: &mut Chain,
    attributes: usize,
    faces: &Faces,
) -> Result<f64> {
    let strengths = vec![1.0; attributes];
    let mut shortest = [Duration::MAX; 2];
    let begin = Instant::now();
    for (run, image) in faces.images.iter().cycle().enumerate() {
        if run > RUNS && begin.elapsed() > LEAST_TIME {
            break;
        }
        for (chain, shortest) in [&mut *exact, &mut *reduced].into_iter().zip(&mut shortest) {
            let start = Instant::now();
            chain.edit(image, 0, &strengths)?;
            // The first edit sets up memory.
            if run > 0 {
                *shortest = start.elapsed().min(*shortest);
            }
        }
    }
    let [exact, reduced] = shortest.map(|time| time.as_secs_f64());
    Ok(reduced / exact)
}
