//! The progress bar: step, losses, images per second, time left; and the log above it.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{sync::LazyLock, time::Instant};

/// The bars of the program, at the bottom of the terminal.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Writes log lines above the bars instead of into them.
#[derive(Debug)]
struct AboveBars(env_logger::Logger);

impl log::Log for AboveBars {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.0.matches(record) {
            BARS.suspend(|| self.0.log(record));
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// Makes `logger` the program's, its lines above the progress bars.
pub fn log_above_bars(logger: env_logger::Logger) {
    log::set_max_level(logger.filter());
    // The first logger of the process is always accepted.
    let _ = log::set_boxed_logger(Box::new(AboveBars(logger)));
}

/// Removes bars that an error left behind, so that its message starts on a line of its own.
pub fn clear_bars() {
    // A terminal that cannot be written to shows nothing either way.
    let _ = BARS.clear();
}

/// A bar on a terminal, log lines elsewhere.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    name: &'static str,
    first: u64,
    total: u64,
    images_per_step: usize,
    started: Instant,
}

impl Progress {
    /// Starts at step `first` of `total`.
    #[must_use]
    pub(crate) fn new(name: &'static str, first: u64, total: u64, images_per_step: usize) -> Self {
        let bar = BARS.add(ProgressBar::new(total).with_position(first));
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}, {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        Self {
            bar,
            name,
            first,
            total,
            images_per_step,
            started: Instant::now(),
        }
    }

    /// Shows the losses read at `step`.
    pub(crate) fn tick(&self, step: u64, losses: &[(&'static str, f64)]) {
        let steps_per_second =
            (step - self.first) as f64 / self.started.elapsed().as_secs_f64().max(1e-9);
        let losses: Vec<String> = losses
            .iter()
            .map(|(name, value)| format!("{name} {value:.3}"))
            .collect();
        let message = format!(
            "{}, {:.1} images/s",
            losses.join(", "),
            steps_per_second * self.images_per_step as f64
        );
        if self.bar.is_hidden() {
            let minutes_left =
                (self.total.saturating_sub(step)) as f64 / steps_per_second.max(1e-9) / 60.0;
            log::info!(
                "{} {step}/{}: {message}, {minutes_left:.1} min left",
                self.name,
                self.total
            );
        }
        self.bar.set_message(message);
        self.bar.set_position(step);
    }

    /// Shows what takes long before the first losses can be shown.
    pub(crate) fn announce(&self, what: String) {
        if self.bar.is_hidden() {
            log::info!("{}: {what}", self.name);
        }
        self.bar.set_message(what);
        self.bar.tick();
    }

    /// Shows what is wrong with the run before the bar's name; nothing is "".
    pub(crate) fn warn(&self, warning: &str) {
        let prefix = match warning {
            "" => self.name.to_owned(),
            _ => format!("{} [{warning}]", self.name),
        };
        self.bar.set_prefix(prefix);
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
