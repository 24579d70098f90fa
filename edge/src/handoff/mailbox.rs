//! A mailbox with one slot: the newest value wins.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Hands values from one thread to another without ever queueing.
#[derive(Debug)]
pub(crate) struct Mailbox<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    slot: Option<T>,
    closed: bool,
    replaced: u64,
}

/// What [`Mailbox::take`] found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken<T> {
    Value(T),
    /// Nothing within the time given.
    Nothing,
    /// Nothing, and nothing will come.
    Closed,
}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                slot: None,
                closed: false,
                replaced: 0,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<T> Mailbox<T> {
    /// Puts `value` into the slot; an unread older value is dropped and counted.
    ///
    /// Returns false when the mailbox is closed.
    pub(crate) fn put(&self, value: T) -> bool {
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        if state.slot.replace(value).is_some() {
            state.replaced += 1;
        }
        drop(state);
        self.changed.notify_all();
        true
    }

    /// Waits until the slot is empty, then puts `value`: for sources of which nothing may be lost.
    ///
    /// Returns false when the mailbox is closed.
    pub(crate) fn put_when_empty(&self, value: T) -> bool {
        let mut state = self.lock();
        while state.slot.is_some() && !state.closed {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        self.put(value)
    }

    /// Takes the newest value, waiting up to `patience` for one.
    pub(crate) fn take(&self, patience: Duration) -> Taken<T> {
        let deadline = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            if let Some(value) = state.slot.take() {
                drop(state);
                self.changed.notify_all();
                return Taken::Value(value);
            }
            if state.closed {
                return Taken::Closed;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Taken::Nothing;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// No value will be put any more; one that lies in the slot can still be taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Whether [`Mailbox::close`] was called.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Values that were replaced before anybody took them.
    pub(crate) fn replaced(&self) -> u64 {
        self.lock().replaced
    }

    /// A thread that panicked while it held the lock cannot have left the slot half written.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A mailbox of a thread: it is closed when the thread ends, however it ends.
#[derive(Debug)]
pub(crate) struct Closing<T>(pub(crate) Arc<Mailbox<T>>);

impl<T> Drop for Closing<T> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn the_newest_value_wins_and_the_lost_ones_are_counted() {
        let mailbox = Mailbox::default();
        for value in 0..5 {
            assert!(mailbox.put(value));
        }
        assert_eq!(mailbox.take(Duration::ZERO), Taken::Value(4));
        assert_eq!(mailbox.replaced(), 4);
        assert_eq!(mailbox.take(Duration::ZERO), Taken::Nothing);
    }

    #[test]
    fn a_closed_mailbox_still_gives_its_last_value() {
        let mailbox = Mailbox::default();
        mailbox.put(1);
        mailbox.close();
        assert!(!mailbox.put(2));
        assert_eq!(mailbox.take(Duration::ZERO), Taken::Value(1));
        assert_eq!(mailbox.take(Duration::from_secs(9)), Taken::Closed);
    }

    #[test]
    fn nothing_is_lost_when_the_sender_waits_for_the_empty_slot() {
        let mailbox = Arc::new(Mailbox::default());
        let sender = {
            let mailbox = Arc::clone(&mailbox);
            thread::spawn(move || {
                for value in 0..100 {
                    mailbox.put_when_empty(value);
                }
                mailbox.close();
            })
        };
        let mut seen = Vec::new();
        while let Taken::Value(value) = mailbox.take(Duration::from_secs(9)) {
            seen.push(value);
        }
        sender.join().unwrap();
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
        assert_eq!(mailbox.replaced(), 0);
    }
}
