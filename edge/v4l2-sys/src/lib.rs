//! Stands in for the crate of the same name, which generates these bindings at build time and needs
//! libclang for it.
//!
//! `bindings.rs` was written by bindgen 0.65.1 from `linux/videodev2.h` of Linux 6.1 (Debian 12), with
//! `allowlist_file(".*linux/(videodev2|v4l2-controls|v4l2-common)\\.h")` and `layout_tests(false)`.
//! The kernel keeps this interface stable, and it is the same on every 64-bit Linux.

#![allow(
    clippy::all,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    missing_docs
)]

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
compile_error!("these bindings are those of 64-bit Linux");

include!("bindings.rs");

/// From `time.h`, which the crate of the same name drags in and `v4l` uses.
pub type time_t = ::std::os::raw::c_long;
