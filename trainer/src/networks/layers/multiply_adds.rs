//! Counts the multiply-adds of forward passes, per thread.

use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Adds to this thread's count: the layers call it.
pub(super) fn add(count: i64) {
    COUNT.with(|total| total.set(total.get() + count as u64));
}

/// The multiply-adds of this thread's forward passes since the last call.
#[must_use]
pub fn take() -> u64 {
    COUNT.with(|total| total.replace(0))
}
