//! What the threads tell each other besides pictures.

use crate::{
    capture::{source_name::SourceName, trouble::Trouble},
    inference::provider_report::ProviderReport,
    service::{health::Due, watchdog::Beats},
};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

/// Settings from the main thread to the others, and news from them.
#[derive(Debug)]
pub(crate) struct Shared {
    strengths: Vec<AtomicU32>,
    reference_wish: Mutex<ReferenceRequest>,
    reference: Mutex<Reference>,
    pub(super) capture_ends: AtomicBool,
    trouble: Mutex<Option<Trouble>>,
    preparing: Mutex<Option<String>>,
    source: Mutex<SourceName>,
    provider: Mutex<Option<ProviderReport>>,
    /// How hard the threads should work.
    pub(crate) due: Arc<Due>,
    /// Rounds of the threads, for the watchdog.
    pub(crate) beats: Arc<Beats>,
}

/// What was asked for about the reference, until the edit thread has done it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ReferenceRequest {
    #[default]
    Nothing,
    /// Copy the style of the face now in view.
    FaceInView,
    Clear,
}

/// The reference now: a face whose related style code is given to the face in view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Reference {
    #[default]
    None,
    /// One was asked for, but no face is in view yet.
    Waiting,
    /// Taken from a face in view.
    FromView,
    /// Taken from a picture: its name.
    FromPicture(String),
}

impl Shared {
    /// With these strengths, one per attribute.
    #[must_use]
    pub(crate) fn new(strengths: &[f32]) -> Self {
        Self {
            strengths: strengths
                .iter()
                .map(|strength| AtomicU32::new(strength.to_bits()))
                .collect(),
            reference_wish: Mutex::default(),
            reference: Mutex::default(),
            capture_ends: AtomicBool::new(false),
            trouble: Mutex::default(),
            preparing: Mutex::default(),
            source: Mutex::default(),
            provider: Mutex::default(),
            due: Arc::default(),
            beats: Arc::default(),
        }
    }

    /// Sets the strength of an attribute from the next frame on.
    pub(crate) fn set_strength(&self, attribute: usize, strength: f32) {
        if let Some(slot) = self.strengths.get(attribute) {
            slot.store(strength.to_bits(), Ordering::Relaxed);
        }
    }

    /// The strengths now, one per attribute.
    pub(crate) fn strengths(&self) -> impl Iterator<Item = f32> {
        self.strengths
            .iter()
            .map(|slot| f32::from_bits(slot.load(Ordering::Relaxed)))
    }

    /// Copies the style of the face in view, or of the next one that comes into view.
    pub(crate) fn capture_reference(&self) {
        *lock(&self.reference_wish) = ReferenceRequest::FaceInView;
    }

    pub(crate) fn clear_reference(&self) {
        *lock(&self.reference_wish) = ReferenceRequest::Clear;
    }

    /// The reference now.
    pub(crate) fn reference(&self) -> Reference {
        lock(&self.reference).clone()
    }

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

    pub(super) fn take_reference_wish(&self) -> ReferenceRequest {
        std::mem::take(&mut *lock(&self.reference_wish))
    }

    pub(super) fn wish_again(&self, wish: ReferenceRequest) {
        let mut slot = lock(&self.reference_wish);
        // Whoever asked for something else meanwhile is right.
        if *slot == ReferenceRequest::Nothing {
            *slot = wish;
        }
    }

    pub(super) fn set_reference(&self, reference: Reference) {
        let mut slot = lock(&self.reference);
        if *slot != reference {
            *slot = reference;
        }
    }

    pub(super) fn set_source(&self, name: SourceName) {
        *lock(&self.source) = name;
    }

    /// Says which provider runs.
    pub(crate) fn set_provider(&self, provider: ProviderReport) {
        *lock(&self.provider) = Some(provider);
    }

    /// Says what is being prepared; none when the mirror is ready.
    pub(crate) fn set_preparing(&self, step: Option<String>) {
        if let Some(step) = &step {
            log::info!("{step}");
        }
        *lock(&self.preparing) = step;
    }

    pub(super) fn set_trouble(&self, reason: Option<Trouble>) {
        let mut trouble = lock(&self.trouble);
        if *trouble != reason {
            if let Some(reason) = &reason {
                log::warn!("camera: {reason}; trying again");
            }
            *trouble = reason;
        }
    }
}

/// A thread that panicked while it held a lock cannot have left a value half written.
fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
