//! The rows of a benchmark as a table.

use super::{BenchRequest, BenchRow, clock};
use crate::device::hardware;
use tch::Device;

/// The rows as a table in Markdown, with what was timed above it.
#[must_use]
pub fn table(request: &BenchRequest, rows: &[BenchRow]) -> String {
    let device = Device::cuda_if_available();
    let config = &request.config;
    let architecture = &config.architecture;
    let mut text = format!(
        "`{}`: {} px, stem {} channels, at most {}, w_hpf {}, batch {}, {} domains; {}; shortest of {} steps\n\n\
         | switched on | {time}, of plain | speed-up | multiply-adds forward (G) | of plain | largest loss difference |\n\
         |---|---|---|---|---|---|\n",
        config.name,
        architecture.image_size,
        architecture.stem_channels,
        architecture.max_conv_dim,
        architecture.w_hpf,
        config.schedule.batch_size,
        config.attributes.domain_count(),
        hardware(device),
        request.rounds,
        time = clock::name(device),
    );
    let Some(plain) = rows.first() else {
        return text;
    };
    for row in rows {
        let time = row.step.as_secs_f64() / plain.step.as_secs_f64().max(1e-12);
        let count = row.multiply_adds as f64;
        text += &format!(
            "| {} | {time:.2} | {:.2} | {:.2} | {:.2} | {:.0e} |\n",
            row.name,
            time.recip(),
            count / 1e9,
            count / (plain.multiply_adds as f64).max(1.0),
            row.loss_difference
        );
    }
    text + &format!(
        "\nA plain step took {:.2} s of {}.\n",
        plain.step.as_secs_f64(),
        clock::name(device)
    )
}
