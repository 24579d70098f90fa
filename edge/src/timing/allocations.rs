//! Counts the allocations of every thread: a warm mirror shall make none per frame.

use crate::handoff::recycler;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counted; a [`recycler::Recycler`] at work may serve a call in its place, which
/// counts for nothing. A program that does not install it counts 0.
#[derive(Debug)]
pub struct Counting;

#[allow(unsafe_code)]
// SAFETY: every call is passed on unchanged to the system's allocator, except that a recycler may keep
// a block instead of freeing it, and give it out for the same layout, when it belongs to nobody else.
// The counter is a constant without destructor, so counting neither allocates nor runs after the
// thread's end.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        recycler::take(layout).unwrap_or_else(|| {
            count();
            unsafe { System.alloc(layout) }
        })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let Some(memory) = recycler::take(layout) else {
            count();
            return unsafe { System.alloc_zeroed(layout) };
        };
        unsafe { memory.write_bytes(0, layout.size()) };
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if let Some((layout, memory)) = recycler::keep(memory, layout) {
            unsafe { System.dealloc(memory, layout) }
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !recycler::is_at_work() {
            count();
            return unsafe { System.realloc(memory, layout, size) };
        }
        unsafe {
            let larger = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !larger.is_null() {
                larger.copy_from_nonoverlapping(memory, layout.size().min(size));
                self.dealloc(memory, layout);
            }
            larger
        }
    }
}

fn count() {
    COUNT.with(|count| count.set(count.get() + 1));
}

/// Allocations and reallocations of this thread so far.
#[must_use]
pub(crate) fn on_this_thread() -> u64 {
    COUNT.with(Cell::get)
}
