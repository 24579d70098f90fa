//! Shared libraries that are opened while the program runs, if they are there.

use std::ffi::{CStr, c_void};

/// A library opened for the rest of the process: those of NVIDIA do not like to be closed.
#[derive(Debug, Clone)]
pub(crate) struct SharedLibrary {
    name: String,
    handle: *mut c_void,
}

// SAFETY: the handle is only given to `dlsym`, which any thread may call; the library stays open.
#[allow(unsafe_code, reason = "the pointer is not bound to a thread")]
unsafe impl Send for SharedLibrary {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "the pointer is not bound to a thread")]
unsafe impl Sync for SharedLibrary {}

impl SharedLibrary {
    /// Opens a library by its file's name, which the loader searches, or its path.
    ///
    /// # Errors
    /// The loader's reason.
    pub(crate) fn open(name: &CStr) -> Result<Self, String> {
        // SAFETY: loading a shared library runs its initialisers; libtorch's only register its CUDA backend, those of
        // the driver and of NCCL only set up their own state.
        #[allow(unsafe_code, reason = "the standard library cannot load a library")]
        let (handle, reason) = unsafe {
            let handle = libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL);
            let reason = libc::dlerror();
            let reason = (handle.is_null() && !reason.is_null())
                .then(|| CStr::from_ptr(reason).to_string_lossy().into_owned());
            (handle, reason)
        };
        if handle.is_null() {
            return Err(reason.unwrap_or_else(|| "the loader gives no reason".into()));
        }
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            handle,
        })
    }

    /// The address of a function, whose type the caller knows from the library's header.
    ///
    /// # Errors
    /// Names library and function where there is none.
    pub(crate) fn function(&self, name: &CStr) -> Result<*mut c_void, String> {
        // SAFETY: the handle is that of a library that stays open, the name ends in a zero.
        #[allow(unsafe_code, reason = "the standard library looks up no symbols")]
        let address = unsafe { libc::dlsym(self.handle, name.as_ptr()) };
        if address.is_null() {
            return Err(format!("{} has no {}", self.name, name.to_string_lossy()));
        }
        Ok(address)
    }
}
