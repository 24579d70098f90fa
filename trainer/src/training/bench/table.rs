//! A benchmark as a table in Markdown, line by line.

use super::{BenchRequest, BenchRow, clock, peak};
use crate::device::{card_name, hardware};
use tch::Device;

/// Floating-point operations of a step for each multiply-add of its forward passes: two forward, and twice that
/// for the gradients of inputs and weights. R1's second derivative comes on top and is not counted, and the gradients
/// that frozen networks do not need are.
const OPERATIONS: f64 = 6.0;

/// Lines above the rows: what is timed, and the columns.
pub(super) fn heading(request: &BenchRequest, device: Device) -> Vec<String> {
    let config = &request.config;
    let architecture = &config.architecture;
    let time = clock::name(device);
    vec![
        format!(
            "`{}`: {} px, stem {} channels, at most {}, w_hpf {}, batch {}, {} domains; {}; shortest of {} steps",
            config.name,
            architecture.image_size,
            architecture.stem_channels,
            architecture.max_conv_dim,
            architecture.w_hpf,
            config.schedule.batch_size,
            config.attributes.domain_count(),
            hardware(device),
            request.rounds,
        ),
        String::new(),
        format!(
            "| switched on | {time} of a step (ms) | of plain | speed-up | images per s | TFLOP/s | of peak | memory \
             (MiB) | operator calls | multiply-adds forward (G) | of plain | largest loss difference |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|---|".into(),
    ]
}

/// A measured row; `plain` is the row that shares are of.
pub(super) fn row(
    request: &BenchRequest,
    device: Device,
    row: &BenchRow,
    plain: Option<&BenchRow>,
) -> String {
    let seconds = row.step.as_secs_f64().max(1e-12);
    let share = |value: f64| format!("{value:.2}");
    let unknown = || String::from("-");
    // The first row is its own.
    let plain = plain.or_else(|| (row.speed == crate::device::Speed::PLAIN).then_some(row));
    let of_plain = plain.map(|plain| seconds / plain.step.as_secs_f64().max(1e-12));
    let count = row.multiply_adds as f64;
    let count_of_plain = plain.map(|plain| count / (plain.multiply_adds as f64).max(1.0));
    let teraflops = OPERATIONS * count / seconds / 1e12;
    let peak = card_name(device).and_then(|card| peak::of(card, row.speed));
    let name = if row.rounds < request.rounds {
        format!("{} ({} steps)", row.name, row.rounds)
    } else {
        row.name.clone()
    };
    let cells = [
        name,
        format!("{:.1}", seconds * 1e3),
        of_plain.map_or_else(unknown, share),
        of_plain.map_or_else(unknown, |it| share(it.recip())),
        format!("{:.1}", request.config.schedule.batch_size as f64 / seconds),
        format!("{teraflops:.2}"),
        peak.map_or_else(unknown, |peak| format!("{:.1} %", 100.0 * teraflops / peak)),
        row.memory
            .map_or_else(unknown, |bytes| (bytes >> 20).to_string()),
        row.operator_calls.to_string(),
        share(count / 1e9),
        count_of_plain.map_or_else(unknown, share),
        format!("{:.0e}", row.loss_difference),
    ];
    format!("| {} |", cells.join(" | "))
}

/// The row of a variant for which no time was left.
pub(super) fn not_measured(name: &str) -> String {
    format!(
        "| {name} | not measured: the time of --minutes was over |{}",
        " |".repeat(10)
    )
}
