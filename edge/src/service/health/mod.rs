//! Staying alive: the machine's heat decides how hard the mirror works.

pub(crate) mod effort;
pub(crate) mod heat;

use crate::{error::EdgeError, machine::system::System};
use effort::{Effort, Governor};
use heat::Heat;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The effort that is due now, shared between the threads.
#[derive(Debug, Default)]
pub(crate) struct Due {
    effort: AtomicU8,
    reduced: AtomicU32,
}

impl Due {
    /// The effort now.
    #[must_use]
    pub(crate) fn effort(&self) -> Effort {
        Effort::from_step(self.effort.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, effort: Effort) {
        let before = self.effort.swap(effort.step(), Ordering::Relaxed);
        if effort.step() > before {
            self.reduced.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Times that it was reduced.
    #[must_use]
    pub(crate) fn reductions(&self) -> u32 {
        self.reduced.load(Ordering::Relaxed)
    }
}

/// The thread that looks; it ends with the value.
pub(crate) struct Monitor {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Monitor {
    /// Starts looking at `system`.
    ///
    /// # Errors
    /// [`EdgeError::Internal`] when the system gives no thread.
    pub(crate) fn start(system: System, due: Arc<Due>) -> Result<Self, EdgeError> {
        let ends = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ends);
        let work = move || {
            let mut governor = Governor::new();
            while !told.load(Ordering::Relaxed) {
                look(&system, &mut governor, &due);
                thread::park_timeout(LOOK_EVERY);
            }
        };
        let thread = thread::Builder::new()
            .name("health".into())
            .spawn(work)
            .map_err(|error| EdgeError::Internal(format!("no thread: {error}")))?;
        Ok(Self {
            ends,
            thread: Some(thread),
        })
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic of this thread has been printed already and harms nothing else.
            let _ = thread.join();
        }
    }
}

fn look(system: &System, governor: &mut Governor, due: &Due) {
    let heat = Heat::read(system);
    let (before, effort) = (due.effort(), governor.look(&heat, Instant::now()));
    due.set(effort);
    if effort == before {
        return;
    }
    let zone = heat.zone.as_ref().map_or_else(String::new, |zone| {
        let (name, celsius, limit) = (&zone.name, zone.celsius, zone.limit_celsius);
        format!("{name} at {celsius:.0} °C, limit {limit:.0} °C; ")
    });
    let slowed = match heat.throttled.as_slice() {
        [] => String::new(),
        names => format!("slowed down: {}; ", names.join(", ")),
    };
    let what = effort.description();
    if effort > before {
        log::warn!("{zone}{slowed}{what}");
    } else {
        log::info!("{zone}{slowed}{what}");
    }
}
