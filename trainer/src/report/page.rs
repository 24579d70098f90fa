//! The page of a run.

use super::{curves::chart, readings::Readings};
use crate::{data::picture, error::TrainError};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::{collections::BTreeMap, path::Path};

/// By which a report is known again.
pub(super) const GENERATOR: &str = "trainer report";

/// Quality of the pictures, 1 to 100.
const QUALITY: u8 = 85;

const STYLE: &str = "
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: #fff; color: #14161c; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
.charts svg { width: 100%; height: auto; }
.wide { overflow-x: auto; } img { max-width: 100%; image-rendering: auto; border-radius: .4rem; }
table { border-collapse: collapse; } th, td { padding: .3rem .7rem; border-bottom: 1px solid #d5d8e0; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #f3f4f8; padding: .8rem; overflow-x: auto; border-radius: .4rem; } figure { margin: 1rem 0; }
nav a { margin-right: 1rem; }
";

/// A picture that goes into the page.
pub(super) struct Picture {
    name: String,
    url: String,
}

impl Picture {
    /// Reads a picture and makes it smaller for the page, as a JPEG.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming a picture that cannot be read.
    pub(super) fn read(path: &Path) -> Result<Self, TrainError> {
        let wrong = |error: image::ImageError| TrainError::Data {
            path: path.into(),
            reason: error.to_string(),
        };
        let picture = image::open(path).map_err(wrong)?.into_rgb8();
        let name = path.file_stem().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            url: picture::data_url(&picture, QUALITY).map_err(wrong)?,
        })
    }
}

/// What is on the page.
pub(super) struct Page<'a> {
    /// Name of the run.
    pub title: String,
    pub readings: &'a Readings,
    /// Sample grids, oldest first.
    pub grids: Vec<Picture>,
    /// Sheets of the best, median and worst edits.
    pub sheets: Vec<Picture>,
    /// `compare.json`.
    pub compared: Option<String>,
    /// `config.toml`.
    pub settings: String,
    /// `run.json`.
    pub facts: String,
}

impl Page<'_> {
    /// The whole page.
    ///
    /// # Errors
    /// [`TrainError::Data`] where a chart cannot be drawn or the figures of a comparison cannot be read.
    pub(super) fn html(&self) -> Result<String, TrainError> {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="generator" content=(GENERATOR);
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    h1 { (self.title) }
                    nav {
                        a href="#metrics" { "Metrics" } a href="#losses" { "Losses" } a href="#samples" { "Samples" }
                        @if !self.sheets.is_empty() { a href="#sheets" { "Best to worst" } }
                        a href="#settings" { "Settings" }
                    }
                    (self.newest())
                    (self.leakage())
                    div.charts id="metrics" { @for chart in self.metrics()? { (PreEscaped(chart)) } }
                    h2 id="losses" { "Losses" }
                    div.charts { @for chart in self.losses()? { (PreEscaped(chart)) } }
                    h2 id="samples" { "Samples" }
                    p { "Test faces and their edits by rising strength, from the first grid of the run to the last." }
                    (pictures(&self.grids))
                    @if !self.sheets.is_empty() {
                        h2 id="sheets" { "The best, median and worst edits" }
                        p { "In the judge's eyes; the untouched picture on the left of each pair." }
                        (pictures(&self.sheets))
                    }
                    @if let Some(text) = &self.compared { (comparison(text)?) }
                    h2 id="settings" { "Settings" }
                    details open { summary { "config.toml" } pre { (self.settings) } }
                    details { summary { "run.json" } pre { (self.facts) } }
                }
            }
        };
        Ok(page.into_string())
    }

    /// The newest metrics as a table.
    fn newest(&self) -> Markup {
        html! {
            @if self.readings.metrics.is_empty() { p { "This run was not evaluated yet." } }
            @else {
                h2 { "Newest evaluation" }
                div.wide { table {
                    tr { th { "figure" } th { "direction" } th { "value" } }
                    @for kind in self.readings.metrics.keys() {
                        @for (direction, value) in self.readings.newest(kind) {
                            tr { td { (kind) } td { (direction.replace('_', " ")) } td.number { (format!("{value:.4}")) } }
                        }
                    }
                } }
            }
        }
    }

    /// How much of an edit of one attribute shows in the others.
    fn leakage(&self) -> Markup {
        let cells: BTreeMap<(&str, &str), f64> = self
            .readings
            .newest("leakage")
            .into_iter()
            .filter_map(|(pair, value)| Some((pair.split_once("_into_")?, value)))
            .collect();
        let mut names: Vec<&str> = cells.keys().flat_map(|(a, b)| [*a, *b]).collect();
        names.sort_unstable();
        names.dedup();
        html! {
            @if !names.is_empty() {
                h2 { "Leakage" }
                p { "Share of edits of the row's attribute after which the judge sees another value of the column's." }
                div.wide { table {
                    tr { th {} @for name in &names { th { (name) } } }
                    @for edited in &names {
                        tr {
                            th { (edited) }
                            @for other in &names {
                                td.number {
                                    @match cells.get(&(*edited, *other)) {
                                        Some(share) => (format!("{:.1} %", 100.0 * share)),
                                        None => "",
                                    }
                                }
                            }
                        }
                    }
                } }
            }
        }
    }

    fn metrics(&self) -> Result<Vec<String>, TrainError> {
        let kinds = self.readings.metrics.iter();
        kinds.map(|(kind, curves)| chart(kind, curves)).collect()
    }

    fn losses(&self) -> Result<Vec<String>, TrainError> {
        let losses = self.readings.losses.iter();
        let chart = |(name, curve): (&String, &Vec<(f64, f64)>)| {
            chart(name, &BTreeMap::from([(name.clone(), curve.clone())]))
        };
        losses.map(chart).collect()
    }
}

fn pictures(pictures: &[Picture]) -> Markup {
    html! {
        @for picture in pictures {
            figure { figcaption { (picture.name) } div.wide { img src=(picture.url) alt=(picture.name); } }
        }
    }
}

/// `compare.json`: name to value, low and high.
fn comparison(text: &str) -> Result<Markup, TrainError> {
    let figures: BTreeMap<String, [Option<f64>; 3]> =
        serde_json::from_str(text).map_err(|error| TrainError::Data {
            path: "compare.json".into(),
            reason: error.to_string(),
        })?;
    let number = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
    Ok(html! {
        h2 { "Judged as pictures" }
        div.wide { table {
            tr { th { "figure" } th { "value" } th { "95 % from" } th { "to" } }
            @for (name, parts) in &figures {
                tr { td { (name) } @for part in parts { td.number { (number(*part)) } } }
            }
        } }
    })
}
