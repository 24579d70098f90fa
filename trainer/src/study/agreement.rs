//! How far raters agree.

use std::collections::BTreeMap;

/// Krippendorff's alpha for choices without an order: 1 is full agreement, 0 what chance gives. `units` holds for
/// every face the choices of those who rated it; faces with one choice say nothing. None where nothing can be said,
/// as with a single rater, or where all choices are the same.
///
/// Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section C.
pub(super) fn alpha<T: Ord>(units: &[Vec<T>]) -> Option<f64> {
    let paired: Vec<&Vec<T>> = units.iter().filter(|unit| unit.len() > 1).collect();
    let mut totals: BTreeMap<&T, f64> = BTreeMap::new();
    let mut agreeing = 0.0;
    for unit in &paired {
        let mut counts: BTreeMap<&T, f64> = BTreeMap::new();
        for choice in *unit {
            *counts.entry(choice).or_default() += 1.0;
            *totals.entry(choice).or_default() += 1.0;
        }
        let pairs: f64 = counts.values().map(|count| count * (count - 1.0)).sum();
        agreeing += pairs / (unit.len() as f64 - 1.0);
    }
    let all: f64 = totals.values().sum();
    let by_chance: f64 = totals.values().map(|total| total * (total - 1.0)).sum();
    let expected = all * (all - 1.0) - by_chance;
    (expected > 0.0).then(|| 1.0 - (all - 1.0) * (all - agreeing) / expected)
}

#[cfg(test)]
mod tests {
    use super::alpha;

    /// Data and result of the reference's section C.
    #[test]
    fn alpha_of_the_published_example_is_the_published_one() {
        const RATERS: [[u8; 12]; 4] = [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ];
        let unit = |at: usize| {
            let choices = RATERS.iter().map(|rater| rater[at]);
            choices.filter(|choice| *choice != 0).collect::<Vec<_>>()
        };
        let units: Vec<Vec<u8>> = (0..12).map(unit).collect();
        let found = alpha(&units).unwrap();
        assert!((found - 0.743).abs() < 5e-4, "{found}");
    }

    #[test]
    fn one_rater_or_one_choice_says_nothing() {
        assert_eq!(alpha(&[vec![1], vec![2]]), None);
        assert_eq!(alpha(&[vec![1, 1], vec![1, 1]]), None);
        assert_eq!(alpha(&[vec![1, 1], vec![2, 2]]), Some(1.0));
    }
}
