//! The store of libtorch that all ranks share.

use super::bridge::{
    StoreObject, c_text, milliseconds, ranks_free_bytes, ranks_store_add, ranks_store_close,
    ranks_store_get, ranks_store_has, ranks_store_open, ranks_store_set,
};
use crate::libtorch::checked;
use std::{ptr, time::Duration};

/// A connection to the store that all ranks share: small values by name, on the machine of rank 0.
#[derive(Debug)]
pub(super) struct Store(pub(super) *mut StoreObject);

// SAFETY: c10d's stores may be used from any thread, one call at a time: this type is not `Sync`.
#[allow(unsafe_code, reason = "the pointer's object is not bound to a thread")]
unsafe impl Send for Store {}

/// Where a store is served.
#[derive(Debug, Clone)]
pub(super) struct StoreAddress {
    pub host: String,
    pub port: u16,
    /// Prefix of all names.
    pub prefix: String,
    /// How long to wait for it to be there.
    pub timeout: Duration,
}

impl Store {
    /// Connects to the store; `serves` starts it in this process first.
    pub(super) fn open(address: &StoreAddress, serves: bool) -> Result<Self, String> {
        let (host, prefix) = (c_text(&address.host)?, c_text(&address.prefix)?);
        let mut store = ptr::null_mut();
        // SAFETY: the texts outlive the call, which fills in `store` where it succeeds.
        #[allow(unsafe_code, reason = "calls C++")]
        checked(unsafe {
            ranks_store_open(
                host.as_ptr(),
                address.port,
                serves,
                prefix.as_ptr(),
                milliseconds(address.timeout),
                &raw mut store,
            )
        })?;
        Ok(Self(store))
    }

    pub(super) fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        let key = c_text(key)?;
        // SAFETY: the store is open; key and bytes outlive the call.
        #[allow(unsafe_code, reason = "calls C++")]
        checked(unsafe { ranks_store_set(self.0, key.as_ptr(), value.as_ptr(), value.len()) })
    }

    /// Adds to a number that starts at 0; returns the sum.
    pub(super) fn add(&self, key: &str, amount: i64) -> Result<i64, String> {
        let key = c_text(key)?;
        let mut sum = 0;
        // SAFETY: the store is open; key and number outlive the call.
        #[allow(unsafe_code, reason = "calls C++")]
        checked(unsafe { ranks_store_add(self.0, key.as_ptr(), amount, &raw mut sum) })?;
        Ok(sum)
    }

    /// The value of `key`, if it has been set.
    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let key = c_text(key)?;
        let (mut there, mut bytes, mut count) = (false, ptr::null_mut(), 0);
        // SAFETY: the store is open; the key and the places for the answers outlive the calls. `bytes` has `count`
        // bytes that malloc made, and nobody else has them.
        #[allow(unsafe_code, reason = "calls C++")]
        unsafe {
            checked(ranks_store_has(self.0, key.as_ptr(), &raw mut there))?;
            if !there {
                return Ok(None);
            }
            checked(ranks_store_get(
                self.0,
                key.as_ptr(),
                &raw mut bytes,
                &raw mut count,
            ))?;
            let value = std::slice::from_raw_parts(bytes, count).to_vec();
            ranks_free_bytes(bytes);
            Ok(Some(value))
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: open until now, and not used again.
        #[allow(unsafe_code, reason = "calls C++")]
        unsafe {
            ranks_store_close(self.0);
        }
    }
}
