//! Fades an edit while the mouth of its face is covered: nothing is painted on masks and hands.

use crate::edit::smooth::Average;

/// Seconds over which the judgement of the mouth is averaged.
const JUDGE_SECONDS: f64 = 0.2;
/// Seconds in which an edit fades, and comes back.
const FADE_SECONDS: f64 = 0.3;
/// Probability that the mouth is seen below which it counts as covered, ...
const COVERED: f32 = 0.3;
/// ... and above which it counts as seen again.
const SEEN: f32 = 0.6;

/// Of one face.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    average: Average,
    covered: bool,
    /// Share of the edit that is shown, 0 to 1; none before the first judgement.
    shown: Option<f32>,
}

impl Cover {
    pub(super) fn new() -> Self {
        Self {
            average: Average::new(JUDGE_SECONDS),
            covered: false,
            shown: None,
        }
    }

    /// Takes note of how likely the mouth is seen, `seconds` after the judgement before.
    pub(super) fn judge(&mut self, seen: f32, seconds: f64) {
        let seen = self.average.follow(&[seen], seconds)[0];
        self.covered = seen < if self.covered { SEEN } else { COVERED };
    }

    /// The share of the edit to show, 0 to 1, `seconds` after the frame before. A face that is new starts
    /// where it belongs.
    pub(super) fn share(&mut self, seconds: f64) -> f32 {
        let wanted = if self.covered { 0.0 } else { 1.0 };
        let step = (seconds.max(0.0) / FADE_SECONDS) as f32;
        let before = self.shown.unwrap_or(wanted);
        let now = before + (wanted - before).clamp(-step, step);
        self.shown = Some(now);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: f64 = 1.0 / 30.0;

    fn shares(cover: &mut Cover, seen: impl Iterator<Item = f32>) -> Vec<f32> {
        let share = |seen| {
            cover.judge(seen, FRAME);
            cover.share(FRAME)
        };
        seen.map(share).collect()
    }

    fn largest_step(shares: &[f32]) -> f32 {
        let steps = shares.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        steps.fold(0.0, f32::max)
    }

    #[test]
    fn a_covered_mouth_fades_the_edit_and_an_uncovered_one_brings_it_back() {
        let mut cover = Cover::new();
        let seen = [0.99; 10].into_iter().chain([0.01; 30]).chain([0.99; 30]);
        let shares = shares(&mut cover, seen);
        assert_eq!((shares[9], shares[39], shares[69]), (1.0, 0.0, 1.0));
        assert!(largest_step(&shares) < 0.12, "{shares:?}");
    }

    #[test]
    fn a_judgement_that_wavers_does_not_flicker() {
        let mut cover = Cover::new();
        let wavering = |i: usize| if i.is_multiple_of(2) { 0.2 } else { 0.75 };
        let shown = shares(
            &mut cover,
            (0..60).map(|i| if i == 0 { 0.9 } else { wavering(i) }),
        );
        assert!(shown.iter().all(|&share| share == 1.0), "{shown:?}");
        shares(&mut cover, [0.01; 30].into_iter());
        let hidden = shares(&mut cover, (0..60).map(wavering));
        assert!(hidden.iter().all(|&share| share == 0.0), "{hidden:?}");
    }

    #[test]
    fn one_frame_of_doubt_fades_nothing() {
        let mut cover = Cover::new();
        let doubt = (0..30).map(|i| if i == 15 { 0.0 } else { 0.95 });
        assert!(shares(&mut cover, doubt).iter().all(|&share| share == 1.0));
    }

    #[test]
    fn a_face_that_comes_with_a_mask_is_left_alone_from_its_first_frame() {
        let mut cover = Cover::new();
        cover.judge(0.05, 0.0);
        assert_eq!(cover.share(0.0), 0.0);
    }
}
