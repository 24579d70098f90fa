//! What the threads tell each other besides pictures.

use crate::{
    inference::provider_report::ProviderReport,
    service::{health::Due, watchdog::Beats},
};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

/// Settings from the main thread to the others, and news from them.
#[derive(Debug)]
pub struct Shared {
    strengths: Vec<AtomicU32>,
    reference_strength: AtomicU32,
    reference_wish: Mutex<ReferenceWish>,
    reference: Mutex<Reference>,
    pub(super) capture_ends: AtomicBool,
    trouble: Mutex<Option<String>>,
    preparing: Mutex<Option<String>>,
    source: Mutex<String>,
    provider: Mutex<Option<ProviderReport>>,
    edit_micros: AtomicU64,
    /// How hard the threads should work.
    pub due: Arc<Due>,
    /// Rounds of the threads, for the watchdog.
    pub beats: Arc<Beats>,
}

/// What was asked for about the reference, until the edit thread has done it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferenceWish {
    /// Nothing.
    #[default]
    Nothing,
    /// Copy the style of the face now in view.
    FaceInView,
    /// Forget the reference.
    Clear,
}

/// The reference now: a face whose related style code is given to the face in view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reference {
    /// There is none.
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
    pub fn new(strengths: &[f32]) -> Self {
        Self {
            strengths: strengths
                .iter()
                .map(|strength| AtomicU32::new(strength.to_bits()))
                .collect(),
            reference_strength: AtomicU32::new(1.0_f32.to_bits()),
            reference_wish: Mutex::default(),
            reference: Mutex::default(),
            capture_ends: AtomicBool::new(false),
            trouble: Mutex::default(),
            preparing: Mutex::default(),
            source: Mutex::default(),
            provider: Mutex::default(),
            edit_micros: AtomicU64::new(0),
            due: Arc::default(),
            beats: Arc::default(),
        }
    }

    /// Sets the strength of an attribute from the next frame on.
    pub fn set_strength(&self, attribute: usize, strength: f32) {
        if let Some(slot) = self.strengths.get(attribute) {
            slot.store(strength.to_bits(), Ordering::Relaxed);
        }
    }

    /// The strengths now, one per attribute.
    pub fn strengths(&self) -> impl Iterator<Item = f32> {
        self.strengths
            .iter()
            .map(|slot| f32::from_bits(slot.load(Ordering::Relaxed)))
    }

    /// Copies the style of the face in view, or of the next one that comes into view.
    pub fn capture_reference(&self) {
        *lock(&self.reference_wish) = ReferenceWish::FaceInView;
    }

    /// Forgets the reference.
    pub fn clear_reference(&self) {
        *lock(&self.reference_wish) = ReferenceWish::Clear;
    }

    /// How much of the reference is shown: 0 nothing, 1 all of it, more extrapolates.
    pub fn set_reference_strength(&self, strength: f32) {
        self.reference_strength
            .store(strength.to_bits(), Ordering::Relaxed);
    }

    /// What [`Shared::set_reference_strength`] set; 1 at the start.
    pub fn reference_strength(&self) -> f32 {
        f32::from_bits(self.reference_strength.load(Ordering::Relaxed))
    }

    /// The reference now.
    pub fn reference(&self) -> Reference {
        lock(&self.reference).clone()
    }

    /// Why there are no pictures at the moment, if so.
    pub fn trouble(&self) -> Option<String> {
        lock(&self.trouble).clone()
    }

    /// What the mirror still has to do before it can edit, if anything: until then it shows the
    /// camera's picture as it is.
    pub fn preparing(&self) -> Option<String> {
        lock(&self.preparing).clone()
    }

    /// Name of the source with its mode, e.g. `camera:/dev/video0 (1280x720 MJPG at 30)`.
    pub fn source(&self) -> String {
        lock(&self.source).clone()
    }

    /// The execution provider that runs; none while the model is being opened.
    pub fn provider(&self) -> Option<ProviderReport> {
        lock(&self.provider).clone()
    }

    /// Milliseconds from the begin of a frame's capture to its finished edit, the latest one.
    pub fn edit_latency_ms(&self) -> f64 {
        self.edit_micros.load(Ordering::Relaxed) as f64 / 1000.0
    }

    pub(super) fn take_reference_wish(&self) -> ReferenceWish {
        std::mem::take(&mut *lock(&self.reference_wish))
    }

    pub(super) fn wish_again(&self, wish: ReferenceWish) {
        let mut slot = lock(&self.reference_wish);
        // Whoever asked for something else meanwhile is right.
        if *slot == ReferenceWish::Nothing {
            *slot = wish;
        }
    }

    pub(super) fn set_reference(&self, reference: Reference) {
        let mut slot = lock(&self.reference);
        if *slot != reference {
            *slot = reference;
        }
    }

    pub(super) fn set_source(&self, name: String) {
        *lock(&self.source) = name;
    }

    pub(super) fn set_edit_latency(&self, latency: std::time::Duration) {
        self.edit_micros
            .store(latency.as_micros() as u64, Ordering::Relaxed);
    }

    /// Says which provider runs.
    pub fn set_provider(&self, provider: ProviderReport) {
        *lock(&self.provider) = Some(provider);
    }

    /// Says what is being prepared; none when the mirror is ready.
    pub fn set_preparing(&self, step: Option<String>) {
        if let Some(step) = &step {
            log::info!("{step}");
        }
        *lock(&self.preparing) = step;
    }

    pub(super) fn set_trouble(&self, reason: Option<String>) {
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
