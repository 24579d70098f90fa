//! Memory that a library takes and gives back for every picture, kept from one picture to the next.
//!
//! A JPEG decoder makes its line buffers anew for each picture, and has no way to be given them. What
//! it frees inside [`Recycler::within`] is kept, and handed out again when the same is asked for.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    ptr,
};

/// Blocks kept at most; a decoder needs about twenty.
const MOST: usize = 64;

thread_local! {
    /// The recycler at work on this thread, or null.
    static AT_WORK: Cell<*mut Recycler> = const { Cell::new(ptr::null_mut()) };
}

/// Blocks of memory that wait to be asked for again. A program that does not install
/// [`crate::allocations::Counting`] keeps none.
#[derive(Debug)]
pub struct Recycler {
    /// Has room for [`MOST`] from the beginning, because it cannot grow while it is at work.
    blocks: Vec<(Layout, *mut u8)>,
}

impl Default for Recycler {
    fn default() -> Self {
        let blocks = Vec::with_capacity(MOST);
        Self { blocks }
    }
}

#[allow(unsafe_code)]
// SAFETY: the blocks belong to nobody else, and the system's allocator takes them back on any thread.
unsafe impl Send for Recycler {}

impl Recycler {
    /// Runs `work`; what it frees and asks for again does not reach the system's allocator.
    pub fn within<T>(&mut self, work: impl FnOnce() -> T) -> T {
        struct Before(*mut Recycler);
        impl Drop for Before {
            fn drop(&mut self) {
                AT_WORK.with(|at_work| at_work.set(self.0));
            }
        }
        // Also when `work` panics, nothing points to this recycler afterwards.
        let _before = Before(AT_WORK.with(|at_work| at_work.replace(self)));
        work()
    }

    fn take(&mut self, layout: Layout) -> Option<*mut u8> {
        let mut blocks = self.blocks.iter();
        let fitting = blocks.position(|(of_block, _)| *of_block == layout)?;
        Some(self.blocks.swap_remove(fitting).1)
    }

    fn keep(&mut self, memory: *mut u8, layout: Layout) -> bool {
        let has_room = self.blocks.len() < MOST;
        if has_room {
            self.blocks.push((layout, memory));
        }
        has_room
    }
}

impl Drop for Recycler {
    fn drop(&mut self) {
        for (layout, memory) in self.blocks.drain(..) {
            #[allow(unsafe_code)]
            // SAFETY: only `keep` adds blocks, and it is given those of the system's allocator with
            // their layout, by whoever frees them.
            unsafe {
                System.dealloc(memory, layout);
            }
        }
    }
}

/// A kept block of just this layout, if one is at hand. Its bytes are those of its last use.
pub(crate) fn take(layout: Layout) -> Option<*mut u8> {
    at_work(|recycler| recycler.take(layout)).flatten()
}

/// Keeps a block of the system's allocator that is being freed. Returns false when it has to go.
pub(crate) fn keep(memory: *mut u8, layout: Layout) -> bool {
    at_work(|recycler| recycler.keep(memory, layout)).unwrap_or(false)
}

fn at_work<T>(use_it: impl FnOnce(&mut Recycler) -> T) -> Option<T> {
    let recycler = AT_WORK.with(Cell::get);
    #[allow(unsafe_code)]
    // SAFETY: `within` holds the recycler exclusively for as long as the pointer is there, its work
    // cannot reach it, and what is done here neither allocates nor runs other code.
    let recycler = unsafe { recycler.as_mut() };
    recycler.map(use_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_handed_out_again_for_the_same_layout_only_and_only_within() {
        let layout = |bytes| Layout::from_size_align(bytes, 8).unwrap();
        #[allow(unsafe_code)]
        // SAFETY: of no zero size.
        let memory = unsafe { System.alloc(layout(40)) };
        let mut recycler = Recycler::default();
        assert!(!keep(memory, layout(40)), "nobody is at work");
        recycler.within(|| {
            assert!(keep(memory, layout(40)));
            assert_eq!(take(layout(48)), None);
            assert_eq!(take(layout(40)), Some(memory));
            assert_eq!(take(layout(40)), None);
            assert!(keep(memory, layout(40)));
        });
        assert_eq!(take(layout(40)), None);
    }
}
