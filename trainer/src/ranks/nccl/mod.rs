//! Sums and values over all ranks on GPUs, by NCCL, on the stream that libtorch computes on.

mod library;

pub(super) use library::{LIBRARY, Library};

use crate::libtorch;
use library::{Elements, Handle, Stream, UniqueId, data_type};
use std::{
    ffi::c_int,
    ptr,
    sync::{Arc, Mutex, PoisonError, TryLockError},
};
use tch::{Cuda, Device, Tensor};

/// The ranks of a group as NCCL knows them.
#[derive(Debug)]
pub(super) struct Nccl {
    device: Device,
    communicator: Arc<Communicator>,
}

/// NCCL's object for it, until it is ended.
#[derive(Debug)]
pub(super) struct Communicator {
    library: Library,
    handle: Mutex<Open>,
}

/// None once it was ended.
#[derive(Debug)]
struct Open(Option<Handle>);

// SAFETY: NCCL's communicators are not bound to a thread; the mutex allows one call at a time.
#[allow(unsafe_code, reason = "the pointer's object is not bound to a thread")]
unsafe impl Send for Open {}

/// By which the ranks of one communicator find one another.
pub(super) fn unique_id(library: &Library) -> Result<Vec<u8>, String> {
    Ok(library.unique_id()?.0.to_vec())
}

impl Nccl {
    /// Meets all ranks, which have the same `id`. Each computes on a device of its own.
    pub(super) fn join(
        library: Library,
        id: &[u8],
        rank: usize,
        ranks: usize,
        device: Device,
    ) -> Result<Self, String> {
        let number = |value: usize| c_int::try_from(value).map_err(|e| e.to_string());
        let id = id
            .try_into()
            .map_err(|_| format!("found an id of {} bytes, expected 128", id.len()))?;
        // NCCL takes the device that is current.
        stream(device)?;
        let handle = library.join(UniqueId(id), number(rank)?, number(ranks)?)?;
        let communicator = Communicator {
            library,
            handle: Mutex::new(Open(Some(handle))),
        };
        Ok(Self {
            device,
            communicator: Arc::new(communicator),
        })
    }

    /// Whether it reaches tensors there.
    pub(super) fn reaches(&self, device: Device) -> bool {
        self.device == device
    }

    pub(super) fn communicator(&self) -> Arc<Communicator> {
        Arc::clone(&self.communicator)
    }

    /// Replaces `tensor`, which is contiguous, by the sum of all ranks' tensors.
    pub(super) fn sum(&self, tensor: &mut Tensor) -> Result<(), String> {
        self.queue(tensor, |library, elements, handle, stream| {
            // SAFETY: `queue` checked where the elements lie. Memory that libtorch frees is not given out again to work
            // on another stream, so that it stays until this one has passed.
            #[allow(unsafe_code, reason = "a function of NCCL")]
            unsafe {
                library.sum(elements, handle, stream)
            }
        })
    }

    /// Replaces `tensor` by that of rank 0, likewise.
    pub(super) fn broadcast(&self, tensor: &mut Tensor) -> Result<(), String> {
        self.queue(tensor, |library, elements, handle, stream| {
            // SAFETY: as above.
            #[allow(unsafe_code, reason = "a function of NCCL")]
            unsafe {
                library.share(elements, handle, stream)
            }
        })
    }

    fn queue(
        &self,
        tensor: &mut Tensor,
        work: impl FnOnce(&Library, Elements, Handle, Stream) -> Result<(), String>,
    ) -> Result<(), String> {
        if !self.reaches(tensor.device()) || !tensor.is_contiguous() {
            return Err(format!(
                "found a tensor on {:?} with strides {:?}, expected a contiguous one on {:?}",
                tensor.device(),
                tensor.stride(),
                self.device
            ));
        }
        let elements = Elements {
            start: tensor.data_ptr(),
            count: tensor.numel(),
            kind: data_type(tensor.kind())?,
        };
        let stream = stream(self.device)?;
        let open = &self.communicator.handle;
        let open = open.lock().unwrap_or_else(PoisonError::into_inner);
        let handle = open.0.ok_or("the ranks have parted")?;
        work(&self.communicator.library, elements, handle, stream)
    }

    /// Waits for what is queued, which others need to end theirs.
    pub(super) fn finish(&self) {
        if let Device::Cuda(number) = self.device {
            Cuda::synchronize(number as i64);
        }
    }

    /// # Errors
    /// What went wrong on the device, in NCCL's words.
    pub(super) fn check(&self) -> Result<(), String> {
        let open = &self.communicator.handle;
        let open = open.lock().unwrap_or_else(PoisonError::into_inner);
        open.0
            .map_or(Ok(()), |handle| self.communicator.library.fault(handle))
    }
}

impl Drop for Nccl {
    fn drop(&mut self) {
        let open = &self.communicator.handle;
        let handle = open.lock().unwrap_or_else(PoisonError::into_inner).0.take();
        if let Some(handle) = handle {
            self.communicator.library.abort(handle);
        }
    }
}

impl Communicator {
    /// Ends it from another thread, so that the device no longer waits for a rank that is lost. Does nothing while a call
    /// of NCCL is under way.
    pub(super) fn abort(&self) {
        let mut open = match self.handle.try_lock() {
            Ok(open) => open,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if let Some(handle) = open.0.take() {
            self.library.abort(handle);
        }
    }
}

/// libtorch's stream of a GPU, which becomes the current device; none for tensors in main memory.
fn stream(device: Device) -> Result<Stream, String> {
    match device {
        Device::Cuda(number) => libtorch::cuda_stream(number),
        _ => Ok(ptr::null_mut()),
    }
}
