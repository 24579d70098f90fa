//! The mailbox under schedules that a machine rarely takes. No wait times out in these: whatever wakes a thread has to
//! be a notification.

use super::{
    mailbox::{Receiver, Sender, Taken, mailbox},
    shuttled::{Clock, all_schedules, lose_a_notification, priority_schedules, random_schedules},
    sync::thread,
};
use std::time::Duration;

/// Longer than any of these takes, which is to say for ever.
const EVER: Duration = Duration::from_secs(1);

fn received(receiver: &Receiver<u32>) -> Vec<u32> {
    let take = || match receiver.take(EVER) {
        Taken::Value(value) => Some(value),
        Taken::Closed => None,
        Taken::Nothing => unreachable!("the clock stands"),
    };
    std::iter::from_fn(take).collect()
}

/// Sends `values` from a thread of its own.
fn sending(
    values: std::ops::Range<u32>,
    send: impl Fn(&Sender<u32>, u32) -> bool + Send + 'static,
) -> (thread::JoinHandle<bool>, Receiver<u32>) {
    let (sender, receiver) = mailbox();
    let work = move || values.into_iter().all(|value| send(&sender, value));
    (thread::spawn(work), receiver)
}

fn nothing_is_lost(values: u32) {
    let (sender, receiver) = sending(0..values, Sender::put_when_empty);
    assert_eq!(received(&receiver), (0..values).collect::<Vec<_>>());
    assert!(sender.join().unwrap());
    assert_eq!(receiver.handle().replaced(), 0);
}

fn the_newest_value_wins(values: u32) {
    let (sender, receiver) = sending(0..values, Sender::put);
    let seen = received(&receiver);
    assert!(sender.join().unwrap());
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&(values - 1)), "{seen:?}");
    let replaced = receiver.handle().replaced();
    assert_eq!(seen.len() as u64 + replaced, u64::from(values));
}

/// The receiver goes, the sender ends; nobody is left waiting.
fn a_sender_ends_with_its_receiver() {
    let (sender, receiver) = sending(0..3, Sender::put_when_empty);
    let first = receiver.take(EVER);
    assert_eq!(first, Taken::Value(0));
    drop(receiver);
    // Whether the second value got in before the mailbox closed is a matter of luck; the third cannot have.
    assert!(!sender.join().unwrap());
}

/// A handle closes from outside while both ends may wait.
fn both_ends_end_with_a_handle() {
    let (sender, receiver) = sending(0..20, Sender::put_when_empty);
    let handle = receiver.handle();
    let taking = thread::spawn(move || received(&receiver));
    handle.close();
    let sent_all = sender.join().unwrap();
    let seen = taking.join().unwrap();
    assert_eq!(seen, (0..seen.len() as u32).collect::<Vec<_>>());
    assert_eq!(sent_all, seen.len() == 20);
}

#[test]
fn every_schedule_of_a_short_exchange() {
    let exchanges: [(&str, fn()); 4] = [
        ("nothing is lost", || nothing_is_lost(2)),
        ("the newest value wins", || the_newest_value_wins(2)),
        (
            "a sender ends with its receiver",
            a_sender_ends_with_its_receiver,
        ),
        ("closed while the receiver waits", || {
            let (sender, receiver) = mailbox::<u32>();
            let handle = receiver.handle();
            let taking = thread::spawn(move || received(&receiver));
            handle.close();
            assert!(taking.join().unwrap().is_empty() && sender.is_closed());
        }),
    ];
    for (name, exchange) in exchanges {
        let schedules = all_schedules(exchange);
        println!("{name}: {schedules} schedules");
        assert!(schedules > 10, "{name}: {schedules} schedules");
    }
}

#[test]
fn nothing_is_lost_in_long_exchanges() {
    random_schedules(1000, Clock::Stands, || nothing_is_lost(20));
    priority_schedules(1000, || nothing_is_lost(20));
}

#[test]
fn the_newest_value_wins_in_long_exchanges() {
    random_schedules(1000, Clock::Stands, || the_newest_value_wins(20));
    priority_schedules(1000, || the_newest_value_wins(20));
}

#[test]
fn both_ends_end_whenever_a_handle_closes() {
    random_schedules(1000, Clock::Stands, both_ends_end_with_a_handle);
    priority_schedules(1000, both_ends_end_with_a_handle);
}

/// The check itself: a mailbox that keeps quiet once is found out.
#[test]
#[should_panic(expected = "deadlock")]
fn a_lost_notification_is_noticed() {
    all_schedules(|| {
        lose_a_notification();
        nothing_is_lost(2);
    });
}

/// The check itself: sending without waiting loses values.
#[test]
#[should_panic(expected = "left == right")]
fn a_lost_value_is_noticed() {
    all_schedules(|| {
        let (sender, receiver) = sending(0..3, Sender::put);
        let seen = received(&receiver);
        sender.join().unwrap();
        assert_eq!(seen, [0, 1, 2], "left == right");
    });
}
