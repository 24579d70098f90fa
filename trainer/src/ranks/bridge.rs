//! What `bridge.cpp` offers of c10d, the part of libtorch that connects processes.

use std::{
    ffi::{CString, c_char, c_int},
    time::Duration,
};

/// Opaque, of C++.
#[repr(C)]
#[derive(Debug)]
pub(super) struct StoreObject {
    _private: [u8; 0],
}

/// Opaque, of C++.
#[repr(C)]
#[derive(Debug)]
pub(super) struct GlooObject {
    _private: [u8; 0],
}

// SAFETY: the declarations are those of `bridge.cpp`, which is compiled with this crate.
#[allow(unsafe_code, reason = "declares the functions of bridge.cpp")]
unsafe extern "C" {
    pub(super) fn ranks_free_bytes(bytes: *mut u8);
    pub(super) fn ranks_silence_log();
    pub(super) fn ranks_store_open(
        host: *const c_char,
        port: u16,
        serves: bool,
        prefix: *const c_char,
        milliseconds: i64,
        store: *mut *mut StoreObject,
    ) -> *mut c_char;
    pub(super) fn ranks_store_close(store: *mut StoreObject);
    pub(super) fn ranks_store_set(
        store: *mut StoreObject,
        key: *const c_char,
        bytes: *const u8,
        count: usize,
    ) -> *mut c_char;
    pub(super) fn ranks_store_add(
        store: *mut StoreObject,
        key: *const c_char,
        amount: i64,
        sum: *mut i64,
    ) -> *mut c_char;
    pub(super) fn ranks_store_has(
        store: *mut StoreObject,
        key: *const c_char,
        there: *mut bool,
    ) -> *mut c_char;
    pub(super) fn ranks_store_get(
        store: *mut StoreObject,
        key: *const c_char,
        bytes: *mut *mut u8,
        count: *mut usize,
    ) -> *mut c_char;
    pub(super) fn ranks_gloo_open(
        store: *mut StoreObject,
        rank: c_int,
        size: c_int,
        name: *const c_char,
        is_host: bool,
        milliseconds: i64,
        gloo: *mut *mut GlooObject,
    ) -> *mut c_char;
    pub(super) fn ranks_gloo_close(gloo: *mut GlooObject);
    pub(super) fn ranks_gloo_sum(
        gloo: *mut GlooObject,
        tensor: *mut torch_sys::C_tensor,
    ) -> *mut c_char;
    pub(super) fn ranks_gloo_broadcast(
        gloo: *mut GlooObject,
        tensor: *mut torch_sys::C_tensor,
    ) -> *mut c_char;
}

/// Leaves it to this program to say what goes wrong, unless `TORCH_CPP_LOG_LEVEL` asks for libtorch's own words.
pub(super) fn silence_log() {
    // SAFETY: sets a number of libtorch's, which it reads before it writes a line.
    #[allow(unsafe_code, reason = "calls C++")]
    unsafe {
        ranks_silence_log();
    }
}

pub(super) fn c_text(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| format!("{text:?} has a zero byte in it"))
}

pub(super) fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
