//! What came of the rows.

use super::Row;
use crate::{
    error::TrainError,
    evaluation::{self, Estimates},
};
use model_spec::AttributeSet;
use output::write_own;
use serde::Serialize;
use std::path::Path;

/// One judged model. All figures but the distance and the share are means over every direction of every domain.
#[derive(Debug, Serialize)]
struct Result {
    row: &'static str,
    seed: u64,
    /// Share of edits in which the judge sees the other value.
    edit_success: f64,
    /// The same where the attributes come from another face.
    reference_success: f64,
    /// Mean absolute change of the rows that an edit should keep, in units of the pixel range.
    change_to_keep: f64,
    /// Share of edits after which the judge sees another value of an attribute that was not edited; none for a single
    /// attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    leakage: Option<f64>,
    /// Fréchet distance of the edits to real faces of the target domain.
    frechet_distance: f64,
    /// Whose features that is measured on.
    frechet_features: &'static str,
    /// Share of the style codes that is unrelated to the attributes.
    unrelated_share: f64,
}

/// The rows judged so far.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    /// How long, and on how many faces a step, each was trained.
    trained: String,
    #[serde(skip)]
    rows: Vec<Row>,
    results: Vec<Result>,
}

/// A column: its heading, and the figure of a result.
type Column = (&'static str, fn(&Result) -> Option<f64>);

const COLUMNS: [Column; 6] = [
    ("edit success (%)", |it| Some(it.edit_success * 100.0)),
    ("reference success (%)", |it| {
        Some(it.reference_success * 100.0)
    }),
    ("change to keep (%)", |it| Some(it.change_to_keep * 100.0)),
    ("leakage (%)", |it| it.leakage.map(|share| share * 100.0)),
    ("Fréchet distance", |it| Some(it.frechet_distance)),
    ("unrelated share (%)", |it| Some(it.unrelated_share * 100.0)),
];

impl Table {
    pub fn new(rows: &[Row], trained: String) -> Self {
        Self {
            trained,
            rows: rows.to_vec(),
            results: Vec::new(),
        }
    }

    pub fn add(&mut self, row: Row, seed: u64, attributes: &AttributeSet, figures: &Estimates) {
        let paths = evaluation::paths(attributes);
        let mean = |names: &[&str]| {
            let found = names.iter().flat_map(|name| {
                let names = paths.iter().map(move |path| format!("{name}.{path}"));
                names.filter_map(|name| figures.get(&name))
            });
            mean(found.map(|figure| figure.value))
        };
        let is_inception = figures
            .keys()
            .any(|name| name.starts_with("frechet_inception_distance"));
        let leaks = figures
            .iter()
            .filter(|(name, _)| name.starts_with("leakage."))
            .map(|(_, share)| share.value);
        self.results.push(Result {
            row: row.name(),
            seed,
            edit_success: mean(&["edit_success"]),
            reference_success: mean(&["reference_success"]),
            change_to_keep: mean(&["change_above_eyes", "change_kept_rows"]),
            leakage: (attributes.len() > 1).then(|| self::mean(leaks)),
            frechet_distance: mean(&["frechet_inception_distance", "frechet_judge_distance"]),
            frechet_features: if is_inception {
                "Inception v3"
            } else {
                "the judge"
            },
            unrelated_share: figures
                .get(evaluation::UNRELATED_SHARE)
                .map_or(f64::NAN, |figure| figure.value),
        });
    }

    /// Writes every figure of every seed.
    ///
    /// # Errors
    /// [`TrainError::Output`].
    pub fn write(&self, path: &Path) -> std::result::Result<(), TrainError> {
        let json =
            serde_json::to_string_pretty(self).unwrap_or_else(|_| unreachable!("plain data"));
        Ok(write_own(path, format!("{json}\n").as_bytes())?)
    }

    /// A row in Markdown, of the seeds judged so far; none before the first.
    pub fn line(&self, row: Row) -> Option<String> {
        let of_row = || self.results.iter().filter(|it| it.row == row.name());
        let seeds = of_row().count();
        if seeds == 0 {
            return None;
        }
        let cells =
            COLUMNS.map(|(_, figure)| cell(&of_row().filter_map(figure).collect::<Vec<_>>()));
        let cells = cells.join(" | ");
        Some(format!("| {} | {seeds} | {cells} |", row.title()))
    }

    /// The table in Markdown: of several seeds the mean, with the least and the largest.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.trained.clone(), String::new()];
        let features = self.results.first().map_or("", |it| it.frechet_features);
        let headings = COLUMNS.map(|(heading, _)| heading).join(" | ");
        lines.push(format!("| losses | seeds | {headings} |"));
        lines.push(format!("|---|---|{}", "---|".repeat(COLUMNS.len())));
        lines.extend(self.rows.iter().filter_map(|&row| self.line(row)));
        lines.push(String::new());
        lines.push(format!(
            "The Fréchet distance is that of the features of {features}."
        ));
        lines
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    sum / f64::from(count)
}

fn cell(values: &[f64]) -> String {
    match values {
        [] => "-".into(),
        [value] => format!("{value:.1}"),
        several => {
            let least = several.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = several.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            format!(
                "{:.1} ({least:.1} to {largest:.1})",
                mean(several.iter().copied())
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(row: Row, seed: u64, success: f64) -> Result {
        Result {
            row: row.name(),
            seed,
            edit_success: success,
            reference_success: 0.5,
            change_to_keep: 0.015,
            leakage: None,
            frechet_distance: 2.0,
            frechet_features: "the judge",
            unrelated_share: 0.25,
        }
    }

    #[test]
    fn a_row_of_several_seeds_has_their_mean_and_range() {
        let mut table = Table::new(&[Row::Full, Row::Bl], "Two steps.".into());
        table.results = vec![
            result(Row::Full, 1, 0.8),
            result(Row::Bl, 1, 0.4),
            result(Row::Full, 2, 0.9),
        ];
        let lines = table.lines();
        let full = "| full | 2 | 85.0 (80.0 to 90.0) | 50.0 (50.0 to 50.0) | 1.5 (1.5 to 1.5) | - | \
                    2.0 (2.0 to 2.0) | 25.0 (25.0 to 25.0) |";
        assert_eq!(lines[4], full);
        assert_eq!(lines[5], "| BL | 1 | 40.0 | 50.0 | 1.5 | - | 2.0 | 25.0 |");
    }
}
