//! What the other threads tell the main thread, besides pictures.

use crate::{
    capture::{camera::trouble::Trouble, source_name::SourceName},
    inference::provider_report::ProviderReport,
    service::watchdog::Beats,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How source, model and threads are doing.
#[derive(Debug, Default)]
pub(crate) struct Status {
    trouble: Mutex<Option<Trouble>>,
    preparing: Mutex<Option<String>>,
    source: Mutex<SourceName>,
    provider: Mutex<Option<ProviderReport>>,
    /// Rounds of the threads, for the watchdog.
    pub(crate) beats: Arc<Beats>,
}

impl Status {
    /// Why there are no pictures at the moment, if so.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        lock(&self.trouble).clone()
    }

    /// What the mirror still has to do before it can edit, if anything: until then it shows the
    /// camera's picture as it is.
    pub(crate) fn preparing(&self) -> Option<String> {
        lock(&self.preparing).clone()
    }

    /// The source and its mode now.
    pub(crate) fn source(&self) -> SourceName {
        lock(&self.source).clone()
    }

    /// The execution provider that runs; none while the model is being opened.
    pub(crate) fn provider(&self) -> Option<ProviderReport> {
        lock(&self.provider).clone()
    }

    pub(super) fn set_source(&self, name: SourceName) {
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
    pub(super) fn set_trouble(&self, trouble: Option<Trouble>) {
        let mut now = lock(&self.trouble);
        if *now != trouble {
            if let Some(trouble) = &trouble {
                log::warn!("camera: {trouble}; trying again");
            }
            *now = trouble;
        }
    }
}

/// A thread that panicked while it held a lock cannot have left a value half written.
fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
