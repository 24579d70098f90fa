//! Curves over the steps of a run, as SVG.

use super::readings::Curve;
use crate::error::TrainError;
use plotters::prelude::{
    BLACK, ChartBuilder, Circle, Color, IntoDrawingArea, IntoFont, LineSeries, Palette, Palette99,
    PathElement, SVGBackend, SeriesLabelPosition, WHITE,
};
use std::collections::BTreeMap;

/// Size in SVG units; the page scales it to its width.
const SIZE: (u32, u32) = (560, 300);
/// Lines that have a legend; more are drawn without.
const NAMED: usize = 8;
/// Values up to which a curve's are dotted: a single evaluation draws no line.
const DOTTED: usize = 30;
/// Share of the values' range that is left free above and below.
const MARGIN: f64 = 0.05;

/// Draws curves into one chart.
///
/// # Errors
/// [`TrainError::Data`] with the reason of the drawing library.
pub(super) fn chart(title: &str, curves: &BTreeMap<String, Curve>) -> Result<String, TrainError> {
    let mut svg = String::new();
    draw(&mut svg, title, curves).map_err(|reason| TrainError::Data {
        path: title.into(),
        reason,
    })?;
    Ok(svg)
}

fn draw(svg: &mut String, title: &str, curves: &BTreeMap<String, Curve>) -> Result<(), String> {
    let points = || curves.values().flatten();
    let range = |of: fn(&(f64, f64)) -> f64| {
        let low = points().map(of).fold(f64::INFINITY, f64::min);
        let high = points().map(of).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    };
    let ((_, last), (low, high)) = (range(|point| point.0), range(|point| point.1));
    let free = ((high - low) * MARGIN).max(1e-6 * high.abs()).max(1e-9);
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let told = |error: &dyn std::fmt::Display| error.to_string();
    area.fill(&WHITE).map_err(|error| told(&error))?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18).into_font())
        .margin(8)
        .x_label_area_size(28)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..last.max(1.0), low - free..high + free)
        .map_err(|error| told(&error))?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("step")
        .x_labels(6)
        .x_label_formatter(&|step| format!("{step:.0}"))
        .y_labels(6)
        .draw()
        .map_err(|error| told(&error))?;
    let named = (2..=NAMED).contains(&curves.len());
    for (index, (name, curve)) in curves.iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        let line = LineSeries::new(curve.iter().copied(), colour.stroke_width(2));
        let drawn = chart.draw_series(line).map_err(|error| told(&error))?;
        if named {
            drawn.label(name).legend(move |(x, y)| {
                PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(3))
            });
        }
        if curve.len() <= DOTTED {
            let dots = curve
                .iter()
                .map(|point| Circle::new(*point, 3, colour.filled()));
            chart.draw_series(dots).map_err(|error| told(&error))?;
        }
    }
    if named {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.2))
            .draw()
            .map_err(|error| told(&error))?;
    }
    area.present().map_err(|error| told(&error))
}
