//! Who is still there: every rank gives signs of life through the store, rank 0 counts them.
//!
//! A collective waits for ever for a machine that was switched off, and says of a process that was killed only that a
//! connection was closed. So each rank has a thread for this, which goes on while the rank trains, evaluates or saves.

use super::{
    ending::{Cause, Loss},
    nccl::Communicator,
    pulses::Pulses,
    store::Store,
};
use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Time between two signs of life.
const BEAT: Duration = Duration::from_millis(500);
/// Silence after which a rank counts as lost.
pub(super) const SILENCE: Duration = Duration::from_secs(5);
/// How long ranks wait for one another to start.
pub(super) const JOINING: Duration = Duration::from_mins(5);
/// How long a rank has to end by itself once another is lost.
const GRACE: Duration = Duration::from_secs(3);

/// Names in the store.
pub(super) mod key {
    /// Counts the signs of life of a rank.
    pub(crate) fn pulse(rank: usize) -> String {
        format!("pulse/{rank}")
    }
    /// How a rank ended.
    pub(crate) fn ending(rank: usize) -> String {
        format!("ending/{rank}")
    }
    /// Set once a rank was asked to stop.
    pub(crate) const STOP: &str = "stop";
    /// The rank that was lost, and why.
    pub(crate) const LOST: &str = "lost";
    /// How many ranks have left.
    pub(crate) const LEFT: &str = "left";
    /// By which the ranks' NCCL finds one another.
    pub(crate) const NCCL: &str = "nccl";
}

/// What main thread and watching thread share.
#[derive(Debug)]
struct Shared {
    rank: usize,
    ranks: usize,
    lost: Mutex<Option<Loss>>,
    /// Waits on the device for ranks, which one that is lost does not end.
    communicator: OnceLock<Arc<Communicator>>,
    /// Set when this rank leaves.
    done: AtomicBool,
    /// The program's own: set by a signal here or at another rank, and when a rank is lost.
    stop: Arc<AtomicBool>,
}

/// The watching thread of one rank.
#[derive(Debug)]
pub(super) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts over a connection of its own: a call that waits blocks its connection.
    pub(super) fn start(
        store: Store,
        rank: usize,
        ranks: usize,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, String> {
        let shared = Arc::new(Shared {
            rank,
            ranks,
            lost: Mutex::new(None),
            communicator: OnceLock::new(),
            done: AtomicBool::new(false),
            stop,
        });
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("ranks".into())
            .spawn(move || of_thread.watch(&store))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Ends this communicator when a rank is lost.
    pub(super) fn abort_on_loss(&self, communicator: Arc<Communicator>) {
        // There is one communicator of a group.
        let _ = self.shared.communicator.set(communicator);
    }

    /// Who was lost.
    pub(super) fn lost(&self) -> Option<Loss> {
        self.shared.lost()
    }

    /// Who was lost, given the time that it takes to notice.
    pub(super) fn lost_soon(&self) -> Option<Loss> {
        let started = Instant::now();
        while started.elapsed() < SILENCE + 3 * BEAT {
            if let Some(loss) = self.lost() {
                return Some(loss);
            }
            thread::sleep(BEAT / 10);
        }
        None
    }

    /// Ends the thread.
    pub(super) fn end(&mut self) {
        self.shared.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It does not panic; if it did, there is nothing left for it to do.
            let _ = thread.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn lost(&self) -> Option<Loss> {
        let lost = self.lost.lock();
        lost.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn done(&self) -> bool {
        self.done.load(Ordering::Relaxed)
    }

    fn watch(&self, store: &Store) {
        let mut pulses = Pulses::new(self.rank, self.ranks);
        let mut told = false;
        while !self.done() {
            let beaten = pulses.beat(store).and_then(|loss| {
                self.pass_on_stop(store, &mut told)?;
                Ok(loss)
            });
            let loss = match beaten {
                Ok(loss) => loss,
                // The store is gone with the process that served it.
                Err(_) if self.done() => return,
                Err(reason) => Some(Loss {
                    rank: 0,
                    cause: Cause::StoreGone(reason),
                }),
            };
            if let Some(loss) = loss {
                return self.give_up(store, loss);
            }
            thread::park_timeout(BEAT);
        }
    }

    /// A rank that was asked to stop asks all others.
    fn pass_on_stop(&self, store: &Store, told: &mut bool) -> Result<(), String> {
        if self.stop.load(Ordering::Relaxed) {
            if !*told {
                store.set(key::STOP, b"")?;
                *told = true;
            }
        } else if store.get(key::STOP)?.is_some() {
            self.stop.store(true, Ordering::Relaxed);
            *told = true;
        }
        Ok(())
    }

    /// Lets the main thread end with an error of its own; ends the process where that waits for what cannot come.
    fn give_up(&self, store: &Store, loss: Loss) {
        if let (0, Ok(text)) = (self.rank, serde_json::to_vec(&loss)) {
            // Where rank 0 cannot reach its own store, the others notice by themselves.
            let _ = store.set(key::LOST, &text);
        }
        let error = loss.error(self.ranks);
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(loss);
        self.stop.store(true, Ordering::Relaxed);
        if let Some(communicator) = self.communicator.get() {
            communicator.abort();
        }
        let started = Instant::now();
        while started.elapsed() < GRACE {
            if self.done() {
                return;
            }
            thread::park_timeout(BEAT / 10);
        }
        log::error!("rank {}: {error}", self.rank);
        std::process::exit(error.exit_code().into());
    }
}
