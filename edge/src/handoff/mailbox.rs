//! A mailbox with one slot: the newest value wins.
//!
//! | | `mpsc::channel` | `mpsc::sync_channel(1)` | mailbox |
//! |---|---|---|---|
//! | sending to a full one | queues | waits | replaces the value, or waits: [`Sender::put`], [`Sender::put_when_empty`] |
//! | what is received | the oldest value | the oldest value | the newest value |
//! | values lost | none | none | the replaced ones, counted: [`Handle::replaced`] |
//! | memory | grows | one value | one value |
//! | ends | senders clone | senders clone | one sender, one receiver |
//! | closed by | dropping an end | dropping an end | dropping or closing an end, or a [`Handle`] from outside |
//!
//! As with channels, a value that was sent before the mailbox closed can still be received. Nothing is
//! allocated after [`mailbox`].

use super::sync::{Condvar, Mutex, MutexGuard};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

/// A new, empty mailbox.
pub(crate) fn mailbox<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mailbox {
        contents: Mutex::new(Contents {
            slot: None,
            closed: false,
            replaced: 0,
        }),
        changed: Condvar::new(),
    });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

/// The end that puts values in. Dropping it closes the mailbox.
#[derive(Debug)]
pub(crate) struct Sender<T>(Arc<Mailbox<T>>);

/// The end that takes values out. Dropping it closes the mailbox, so that no sender waits in vain.
#[derive(Debug)]
pub(crate) struct Receiver<T>(Arc<Mailbox<T>>);

/// Closes a mailbox and reads its count without holding either end.
#[derive(Debug)]
pub(crate) struct Handle<T>(Arc<Mailbox<T>>);

/// What [`Receiver::take`] found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken<T> {
    Value(T),
    /// Nothing within the time given.
    Nothing,
    /// Nothing, and nothing will come.
    Closed,
}

#[derive(Debug)]
struct Mailbox<T> {
    contents: Mutex<Contents<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Contents<T> {
    slot: Option<T>,
    closed: bool,
    replaced: u64,
}

impl<T> Sender<T> {
    /// Puts `value` into the slot without waiting; an unread older value is dropped and counted.
    ///
    /// Returns false when the mailbox is closed.
    pub(crate) fn put(&self, value: T) -> bool {
        self.0.put(value, self.0.lock())
    }

    /// Waits until the slot is empty, then puts `value`: for sources of which nothing may be lost.
    ///
    /// Returns false when the mailbox is closed.
    pub(crate) fn put_when_empty(&self, value: T) -> bool {
        let full = |contents: &mut Contents<T>| contents.slot.is_some() && !contents.closed;
        let contents = self.0.changed.wait_while(self.0.lock(), full);
        let contents = contents.unwrap_or_else(PoisonError::into_inner);
        self.0.put(value, contents)
    }

    /// Whether nobody wants further values.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.lock().closed
    }

    /// No value will be put any more; one that lies in the slot can still be taken.
    pub(crate) fn close(&self) {
        self.0.close();
    }
}

impl<T> Receiver<T> {
    /// Takes the newest value, waiting up to `patience` for one.
    pub(crate) fn take(&self, patience: Duration) -> Taken<T> {
        let bare = |contents: &mut Contents<T>| contents.slot.is_none() && !contents.closed;
        let changed = &self.0.changed;
        let waited = changed.wait_timeout_while(self.0.lock(), patience, bare);
        let mut contents = waited.unwrap_or_else(PoisonError::into_inner).0;
        match contents.slot.take() {
            Some(value) => {
                drop(contents);
                changed.notify_all();
                Taken::Value(value)
            }
            None if contents.closed => Taken::Closed,
            None => Taken::Nothing,
        }
    }

    /// A handle on this mailbox.
    pub(crate) fn handle(&self) -> Handle<T> {
        Handle(Arc::clone(&self.0))
    }
}

impl<T> Handle<T> {
    /// No value will be put any more; one that lies in the slot can still be taken.
    pub(crate) fn close(&self) {
        self.0.close();
    }

    /// Values that were replaced before anybody took them.
    pub(crate) fn replaced(&self) -> u64 {
        self.0.lock().replaced
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl<T> Mailbox<T> {
    fn put(&self, value: T, mut contents: MutexGuard<'_, Contents<T>>) -> bool {
        if contents.closed {
            return false;
        }
        let before = contents.slot.replace(value);
        contents.replaced += u64::from(before.is_some());
        drop(contents);
        self.changed.notify_all();
        true
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// A thread that panicked while it held the lock cannot have left the slot half written.
    fn lock(&self) -> MutexGuard<'_, Contents<T>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn the_newest_value_wins_and_the_lost_ones_are_counted() {
        let (sender, receiver) = mailbox();
        for value in 0..5 {
            assert!(sender.put(value));
        }
        assert_eq!(receiver.take(Duration::ZERO), Taken::Value(4));
        assert_eq!(receiver.handle().replaced(), 4);
        assert_eq!(receiver.take(Duration::ZERO), Taken::Nothing);
    }

    #[test]
    fn a_closed_mailbox_still_gives_its_last_value() {
        let (sender, receiver) = mailbox();
        sender.put(1);
        receiver.handle().close();
        assert!(sender.is_closed() && !sender.put(2));
        assert_eq!(receiver.take(Duration::ZERO), Taken::Value(1));
        assert_eq!(receiver.take(Duration::from_secs(9)), Taken::Closed);
    }

    #[test]
    fn nothing_is_lost_when_the_sender_waits_for_the_empty_slot() {
        let (sender, receiver) = mailbox();
        let sender = thread::spawn(move || {
            for value in 0..100 {
                sender.put_when_empty(value);
            }
        });
        let mut seen = Vec::new();
        while let Taken::Value(value) = receiver.take(Duration::from_secs(9)) {
            seen.push(value);
        }
        sender.join().unwrap();
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
        assert_eq!(receiver.handle().replaced(), 0);
    }

    #[test]
    fn a_sender_that_waits_ends_when_the_receiver_is_dropped() {
        let (sender, receiver) = mailbox();
        assert!(sender.put(1));
        let waiting = thread::spawn(move || sender.put_when_empty(2));
        drop(receiver);
        assert!(!waiting.join().unwrap());
    }
}
