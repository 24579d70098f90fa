//! What the other threads tell the main thread, besides pictures.

use crate::{
    capture::interruption::Interruption, inference::provider_report::ProviderReport,
    service::watchdog::Beats,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How source, model and threads are doing.
#[derive(Debug, Default)]
pub(crate) struct Status {
    interruption: Mutex<Option<Interruption>>,
    preparing: Mutex<Option<String>>,
    source: Mutex<String>,
    provider: Mutex<Option<ProviderReport>>,
    /// Rounds of the threads, for the watchdog.
    pub(crate) beats: Arc<Beats>,
}

impl Status {
    /// Why there are no pictures at the moment, if so.
    pub(crate) fn interruption(&self) -> Option<Interruption> {
        lock(&self.interruption).clone()
    }

    /// What the mirror still has to do before it can edit, if anything: until then it shows the
    /// camera's picture as it is.
    pub(crate) fn preparing(&self) -> Option<String> {
        lock(&self.preparing).clone()
    }

    /// Name of the source with its mode, e.g. `camera:/dev/video0 (1280x720 MJPG at 30)`.
    pub(crate) fn source(&self) -> String {
        lock(&self.source).clone()
    }

    /// The execution provider that runs; none while the model is being opened.
    pub(crate) fn provider(&self) -> Option<ProviderReport> {
        lock(&self.provider).clone()
    }

    pub(super) fn set_source(&self, name: String) {
        *lock(&self.source) = name;
    }

    pub(super) fn set_provider(&self, provider: ProviderReport) {
        *lock(&self.provider) = Some(provider);
    }

    /// None when the mirror is ready.
    pub(super) fn set_preparing(&self, step: Option<String>) {
        if let Some(step) = &step {
            log::info!("{step}");
        }
        *lock(&self.preparing) = step;
    }

    /// None when pictures come again.
    pub(super) fn set_interruption(&self, interruption: Option<Interruption>) {
        let mut now = lock(&self.interruption);
        if *now != interruption {
            if let Some(interruption) = &interruption {
                log::warn!("camera: {interruption}; trying again");
            }
            *now = interruption;
        }
    }
}

/// A thread that panicked while it held a lock cannot have left a value half written.
fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
