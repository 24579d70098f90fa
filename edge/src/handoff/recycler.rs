//! Memory that a library takes and gives back for every picture, kept from one picture to the next.
//!
//! A JPEG decoder makes its line buffers anew for each picture, a rasteriser its paths, and there is no
//! way to give them the ones of before. What they free inside [`Recycler::within`] is kept, and handed out
//! again when the same is asked for.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    ptr,
};

/// Blocks kept at most: a decoder needs about twenty, a panel of sliders and buttons some more.
const MOST: usize = 256;

thread_local! {
    /// The recycler at work on this thread, or null.
    static AT_WORK: Cell<*mut Recycler> = const { Cell::new(ptr::null_mut()) };
}

/// Blocks of memory that wait to be asked for again. A program that does not install
/// [`crate::timing::allocations::Counting`] keeps none.
#[derive(Debug, Default)]
pub(crate) struct Recycler {
    /// Has room for [`MOST`] when it is at work, because it cannot grow then.
    blocks: Vec<(Layout, *mut u8)>,
}

#[allow(unsafe_code)]
// SAFETY: the blocks belong to nobody else, and the system's allocator takes them back on any thread.
unsafe impl Send for Recycler {}

impl Recycler {
    /// Runs `work`; what it frees and asks for again does not reach the system's allocator.
    pub(crate) fn within<T>(&mut self, work: impl FnOnce() -> T) -> T {
        struct Before(*mut Recycler);
        impl Drop for Before {
            fn drop(&mut self) {
                AT_WORK.with(|at_work| at_work.set(self.0));
            }
        }
        self.blocks.reserve_exact(MOST - self.blocks.len());
        // Also when `work` panics, nothing points to this recycler afterwards.
        let _before = Before(AT_WORK.with(|at_work| at_work.replace(self)));
        work()
    }

    fn take(&mut self, layout: Layout) -> Option<*mut u8> {
        let mut blocks = self.blocks.iter();
        let fitting = blocks.position(|(of_block, _)| *of_block == layout)?;
        Some(self.blocks.remove(fitting).1)
    }

    /// Keeps a block; returns the one that has waited longest when there are too many.
    fn keep(&mut self, memory: *mut u8, layout: Layout) -> Option<(Layout, *mut u8)> {
        let oldest = (self.blocks.len() == MOST).then(|| self.blocks.remove(0));
        self.blocks.push((layout, memory));
        oldest
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

/// Keeps a block of the system's allocator that is being freed. Returns what has to be freed instead:
/// another one, nothing, or, where no recycler is at work, the block itself.
pub(crate) fn keep(memory: *mut u8, layout: Layout) -> Option<(Layout, *mut u8)> {
    let mut refused = Some((layout, memory));
    at_work(|recycler| refused = recycler.keep(memory, layout));
    refused
}

/// Whether there is a recycler at work on this thread.
pub(crate) fn is_at_work() -> bool {
    !AT_WORK.with(Cell::get).is_null()
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
        let block = Some((layout(40), memory));
        assert_eq!(keep(memory, layout(40)), block, "nobody is at work");
        recycler.within(|| {
            assert_eq!(keep(memory, layout(40)), None);
            assert_eq!(take(layout(48)), None);
            assert_eq!(take(layout(40)), Some(memory));
            assert_eq!(take(layout(40)), None);
            assert_eq!(keep(memory, layout(40)), None);
        });
        assert_eq!(take(layout(40)), None);
    }
}
