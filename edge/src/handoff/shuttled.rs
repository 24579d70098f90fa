//! Shuttle's likenesses where they need a sense of time, and how threads are run under many schedules.
//!
//! Shuttle's waits never time out. That is the sharper check wherever a notification has to come: one that
//! is lost is a deadlock. Where code counts on looking again after a while, its test says so with
//! [`Clock::Runs`]. Running out at once is every timeout there can be: what other threads do during the wait,
//! they can as well do before it, while the waiting thread asks for the lock.

use shuttle::{
    Config, MaxSteps, Runner,
    scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler},
    sync::MutexGuard,
};
use std::{
    cell::Cell,
    sync::{LockResult, PoisonError},
    time::Duration,
};

/// Whether waits end without a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Never, unless there was no patience at all.
    Stands,
    /// As soon as they begin.
    Runs,
}

thread_local! {
    // All threads under a schedule are coroutines of one.
    static CLOCK: Cell<Clock> = const { Cell::new(Clock::Stands) };
    static DEAF: Cell<bool> = const { Cell::new(false) };
}

/// Whether a wait of `patience` is over before it begins.
fn is_over(patience: Duration) -> bool {
    patience.is_zero() || CLOCK.get() == Clock::Runs
}

/// Has the next notification go astray, to show that it is noticed.
pub(crate) fn lose_a_notification() {
    DEAF.set(true);
}

/// Like [`std::sync::Condvar`].
#[derive(Debug, Default)]
pub(crate) struct Condvar(shuttle::sync::Condvar);

impl Condvar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn wait_while<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait_while(guard, condition)
    }

    /// Also whether `condition` still holds.
    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        patience: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        if is_over(patience) {
            let holds = condition(&mut guard);
            return Ok((guard, holds));
        }
        let waited = self.0.wait_while(guard, condition);
        waited
            .map(|guard| (guard, false))
            .map_err(|poisoned| PoisonError::new((poisoned.into_inner(), false)))
    }

    pub(crate) fn notify_all(&self) {
        if !DEAF.take() {
            self.0.notify_all();
        }
    }
}

/// Like [`std::sync::mpsc`].
pub(crate) mod mpsc {
    pub(crate) use shuttle::sync::mpsc::{RecvTimeoutError, Sender, SyncSender};

    use shuttle::sync::mpsc::{self, RecvError, TryRecvError};
    use std::time::Duration;

    /// Like [`std::sync::mpsc::Receiver`].
    #[derive(Debug)]
    pub(crate) struct Receiver<T>(mpsc::Receiver<T>);

    pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = mpsc::channel();
        (sender, Receiver(receiver))
    }

    pub(crate) fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
        let (sender, receiver) = mpsc::sync_channel(bound);
        (sender, Receiver(receiver))
    }

    impl<T> Receiver<T> {
        pub(crate) fn recv(&self) -> Result<T, RecvError> {
            self.0.recv()
        }

        pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
            self.0.try_recv()
        }

        pub(crate) fn recv_timeout(&self, patience: Duration) -> Result<T, RecvTimeoutError> {
            if super::is_over(patience) {
                return self.try_recv().map_err(|error| match error {
                    TryRecvError::Empty => RecvTimeoutError::Timeout,
                    TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
                });
            }
            self.0.recv_timeout(patience)
        }
    }
}

/// Room for the detector's and the aligner's frames on the stacks of the threads.
const STACK: usize = 1 << 20;
/// Steps of one run after which it is taken for one that never ends; the longest need some thousands.
const STEPS: usize = 200_000;
/// Changes of priority in one schedule: most faults of threads need one or two.
const CHANGES: usize = 3;

fn run(
    scheduler: impl Scheduler + 'static,
    clock: Clock,
    work: impl Fn() + Send + Sync + 'static,
) -> usize {
    CLOCK.set(clock);
    let mut config = Config::new();
    config.stack_size = STACK;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    Runner::new(scheduler, config).run(work)
}

/// Runs `work` under every schedule that there is; returns how many those are.
pub(crate) fn all_schedules(work: impl Fn() + Send + Sync + 'static) -> usize {
    run(DfsScheduler::new(None, false), Clock::Stands, work)
}

/// So many as `SCHEDULES` says (`make test-schedules`), or else `few`.
fn count(few: usize) -> usize {
    let text = std::env::var("SCHEDULES");
    text.map_or(few, |text| text.parse().expect("SCHEDULES: a number"))
}

/// Runs `work` under schedules at random: at every step, any thread that can may go on. `SHUTTLE_RANDOM_SEED` asks for
/// other ones.
pub(crate) fn random_schedules(few: usize, clock: Clock, work: impl Fn() + Send + Sync + 'static) {
    run(RandomScheduler::new_from_seed(0, count(few)), clock, work);
}

/// Runs `work`, which has to end by itself, under schedules at random in which threads have priorities that change a
/// few times: what needs one thread to stand still for long comes up sooner in these.
pub(crate) fn priority_schedules(few: usize, work: impl Fn() + Send + Sync + 'static) {
    let scheduler = PctScheduler::new_from_seed(0, CHANGES, count(few));
    run(scheduler, Clock::Stands, work);
}
