//! The end of a camera's stream. `v4l` panics when a driver refuses to stop or to take its buffers back, as some do
//! while the camera is being pulled out; a mirror goes on then.

use std::{
    cell::Cell,
    io,
    ops::{Deref, DerefMut},
    panic::{self, AssertUnwindSafe},
    sync::Once,
};
use v4l::io::{mmap::Stream, traits::Stream as StreamTrait};

thread_local! {
    /// Whether a panic of this thread is `v4l`'s way to say what became of a call.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// A stream that ends without a panic.
pub(super) struct Ending(Option<Stream<'static>>);

impl Ending {
    /// What `open` opens.
    ///
    /// # Errors
    /// Its own, also where `v4l` cannot take back what it did before.
    pub(super) fn new(open: impl FnOnce() -> io::Result<Stream<'static>>) -> io::Result<Self> {
        Ok(Self(Some(without_panic(open)??)))
    }
}

impl Deref for Ending {
    type Target = Stream<'static>;

    fn deref(&self) -> &Self::Target {
        // Taken out by `drop` alone.
        self.0.as_ref().expect("a stream until it is dropped")
    }
}

impl DerefMut for Ending {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.as_mut().expect("a stream until it is dropped")
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        const NO_DEVICE: i32 = 19;
        let Some(mut stream) = self.0.take() else {
            return;
        };
        match StreamTrait::stop(&mut stream) {
            Err(error) if error.raw_os_error() != Some(NO_DEVICE) => {
                log::debug!("the camera's stream does not stop: {error}");
                // Its few buffers are left to the end of the program.
                std::mem::forget(stream);
            }
            _ => {
                if let Err(error) = without_panic(|| drop(stream)) {
                    log::debug!("the camera does not take its buffers back: {error}");
                }
            }
        }
    }
}

/// Runs `work`; a panic is an error, and nothing is printed about it.
fn without_panic<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                others(panic);
            }
        }));
    });
    EXPECTED.set(true);
    let ended = panic::catch_unwind(AssertUnwindSafe(work));
    EXPECTED.set(false);
    ended.map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        io::Error::other(said.unwrap_or("no message").to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_library_is_an_error() {
        assert_eq!(without_panic(|| 7).unwrap(), 7);
        let code = io::Error::from_raw_os_error(28);
        let error = without_panic(|| panic!("{code:?}")).unwrap_err();
        assert!(error.to_string().contains("28"), "{error}");
        assert!(!EXPECTED.get());
    }
}
