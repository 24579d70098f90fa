//! Sums and values over all ranks, by Gloo inside libtorch.

use super::{
    bridge::{
        GlooObject, c_text, milliseconds, ranks_gloo_broadcast, ranks_gloo_close, ranks_gloo_open,
        ranks_gloo_sum,
    },
    store::Store,
};
use crate::libtorch::checked;
use std::{ffi::c_int, marker::PhantomData, ptr, time::Duration};
use tch::Tensor;

/// The network over which ranks reach one another.
#[derive(Debug)]
pub(super) enum Interface {
    /// All ranks are on this machine.
    Loopback,
    /// The interface of this name.
    Named(String),
    /// The one that this machine's host name leads to.
    OfHostName,
}

impl Interface {
    /// The one in `GLOO_SOCKET_IFNAME`, libtorch's own variable, if it is set.
    pub(super) fn from_environment() -> Self {
        match std::env::var("GLOO_SOCKET_IFNAME") {
            Ok(name) if !name.is_empty() => Self::Named(name),
            _ => Self::OfHostName,
        }
    }
}

/// Gloo: collectives over the network, of tensors in main memory.
#[derive(Debug)]
pub(super) struct Gloo {
    object: *mut GlooObject,
    /// Collectives are called in one order, so by one thread.
    _one_thread: PhantomData<*const ()>,
}

impl Gloo {
    /// Connects all ranks with one another.
    pub(super) fn open(
        store: &Store,
        rank: usize,
        ranks: usize,
        interface: &Interface,
        timeout: Duration,
    ) -> Result<Self, String> {
        let number = |value: usize| c_int::try_from(value).map_err(|e| e.to_string());
        let (rank, ranks) = (number(rank)?, number(ranks)?);
        let (name, is_host) = match interface {
            Interface::Loopback => ("127.0.0.1", true),
            Interface::Named(name) => (name.as_str(), false),
            Interface::OfHostName => ("", true),
        };
        let name = c_text(name)?;
        let mut object = ptr::null_mut();
        // SAFETY: the store is open, the text outlives the call, which fills in `object` where it succeeds. Gloo keeps
        // its own counted reference to the store.
        #[allow(unsafe_code, reason = "calls C++")]
        checked(unsafe {
            ranks_gloo_open(
                store.0,
                rank,
                ranks,
                name.as_ptr(),
                is_host,
                milliseconds(timeout),
                &raw mut object,
            )
        })?;
        Ok(Self {
            object,
            _one_thread: PhantomData,
        })
    }

    /// Replaces `tensor` by the sum of all ranks' tensors. It must be contiguous and lie in main memory.
    pub(super) fn sum(&self, tensor: &mut Tensor) -> Result<(), String> {
        // SAFETY: open, and tch's pointer is to an `at::Tensor` that lives as long as `tensor`.
        #[allow(unsafe_code, reason = "calls C++")]
        checked(unsafe { ranks_gloo_sum(self.object, tensor.as_mut_ptr()) })
    }

    /// Replaces `tensor` by that of rank 0, likewise.
    pub(super) fn broadcast(&self, tensor: &mut Tensor) -> Result<(), String> {
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "calls C++")]
        checked(unsafe { ranks_gloo_broadcast(self.object, tensor.as_mut_ptr()) })
    }
}

impl Drop for Gloo {
    fn drop(&mut self) {
        // SAFETY: open until now, and not used again.
        #[allow(unsafe_code, reason = "calls C++")]
        unsafe {
            ranks_gloo_close(self.object);
        }
    }
}
