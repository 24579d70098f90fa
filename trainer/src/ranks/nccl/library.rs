//! NCCL's library, opened where ranks compute on GPUs. Types and numbers are those of `nccl.h`, NCCL 2.

use crate::shared_library::SharedLibrary;
use std::ffi::{CStr, c_char, c_int, c_void};
use tch::Kind;

/// Its file's name, which the loader looks for in `LD_LIBRARY_PATH`; a CUDA build of libtorch has it loaded already.
pub(in crate::ranks) const LIBRARY: &CStr = c"libnccl.so.2";

/// `ncclUniqueId`: by it the ranks of one communicator find one another.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(super) struct UniqueId(pub(super) [u8; 128]);

/// `ncclComm_t`
pub(super) type Handle = *mut c_void;
/// `cudaStream_t`
pub(super) type Stream = *mut c_void;
/// `ncclResult_t`
type Code = c_int;
/// `ncclSuccess`
const SUCCESS: Code = 0;
/// `ncclInProgress`
const IN_PROGRESS: Code = 7;
/// `ncclSum`
const SUM: c_int = 0;

type GetUniqueId = unsafe extern "C" fn(*mut UniqueId) -> Code;
type CommInitRank = unsafe extern "C" fn(*mut Handle, c_int, UniqueId, c_int) -> Code;
type AllReduce =
    unsafe extern "C" fn(*const c_void, *mut c_void, usize, c_int, c_int, Handle, Stream) -> Code;
type Broadcast =
    unsafe extern "C" fn(*const c_void, *mut c_void, usize, c_int, c_int, Handle, Stream) -> Code;
type CommGetAsyncError = unsafe extern "C" fn(Handle, *mut Code) -> Code;
type CommAbort = unsafe extern "C" fn(Handle) -> Code;
type GetErrorString = unsafe extern "C" fn(Code) -> *const c_char;

/// What this program uses of NCCL.
#[derive(Debug, Clone, Copy)]
pub(in crate::ranks) struct Library {
    get_unique_id: GetUniqueId,
    comm_init_rank: CommInitRank,
    all_reduce: AllReduce,
    broadcast: Broadcast,
    comm_get_async_error: CommGetAsyncError,
    comm_abort: CommAbort,
    get_error_string: GetErrorString,
}

/// Elements in memory that NCCL can reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elements {
    pub(super) start: *mut c_void,
    pub(super) count: usize,
    /// `ncclDataType_t`
    pub(super) kind: c_int,
}

/// `ncclDataType_t` of the kinds that ranks share.
pub(super) fn data_type(kind: Kind) -> Result<c_int, String> {
    match kind {
        Kind::Int64 => Ok(4),
        Kind::Float => Ok(7),
        Kind::Double => Ok(8),
        Kind::BFloat16 => Ok(9),
        other => Err(format!(
            "found a tensor of {other:?}, expected Float, Double, BFloat16 or Int64"
        )),
    }
}

impl Library {
    /// Opens it and looks up its functions.
    ///
    /// # Errors
    /// The loader's reason, or the function that it lacks.
    pub(in crate::ranks) fn open(name: &CStr) -> Result<Self, String> {
        let library = SharedLibrary::open(name)?;
        // SAFETY: the types are those of the functions of these names in `nccl.h`; the library stays open.
        #[allow(unsafe_code, reason = "functions of NCCL")]
        unsafe {
            use std::mem::transmute;
            let of = |name| library.function(name);
            Ok(Self {
                get_unique_id: transmute::<*mut c_void, GetUniqueId>(of(c"ncclGetUniqueId")?),
                comm_init_rank: transmute::<*mut c_void, CommInitRank>(of(c"ncclCommInitRank")?),
                all_reduce: transmute::<*mut c_void, AllReduce>(of(c"ncclAllReduce")?),
                broadcast: transmute::<*mut c_void, Broadcast>(of(c"ncclBroadcast")?),
                comm_get_async_error: transmute::<*mut c_void, CommGetAsyncError>(of(
                    c"ncclCommGetAsyncError",
                )?),
                comm_abort: transmute::<*mut c_void, CommAbort>(of(c"ncclCommAbort")?),
                get_error_string: transmute::<*mut c_void, GetErrorString>(of(
                    c"ncclGetErrorString",
                )?),
            })
        }
    }

    /// NCCL's own word for what it returned.
    fn checked(&self, function: &str, code: Code) -> Result<(), String> {
        if code == SUCCESS || code == IN_PROGRESS {
            return Ok(());
        }
        // SAFETY: returns a constant text of the library, which stays open, or null.
        #[allow(unsafe_code, reason = "a function of NCCL")]
        let word = unsafe {
            let text = (self.get_error_string)(code);
            if text.is_null() {
                "unknown".into()
            } else {
                CStr::from_ptr(text).to_string_lossy()
            }
        };
        Err(format!(
            "{function}: {word} (ncclResult_t {code}); NCCL_DEBUG=WARN tells more"
        ))
    }

    pub(super) fn unique_id(&self) -> Result<UniqueId, String> {
        let mut id = UniqueId([0; 128]);
        // SAFETY: fills in the local.
        #[allow(unsafe_code, reason = "a function of NCCL")]
        let code = unsafe { (self.get_unique_id)(&raw mut id) };
        self.checked("ncclGetUniqueId", code)?;
        Ok(id)
    }

    /// Waits for all ranks.
    pub(super) fn join(&self, id: UniqueId, rank: c_int, ranks: c_int) -> Result<Handle, String> {
        let mut handle = std::ptr::null_mut();
        // SAFETY: fills in the local where it succeeds.
        #[allow(unsafe_code, reason = "a function of NCCL")]
        let code = unsafe { (self.comm_init_rank)(&raw mut handle, ranks, id, rank) };
        self.checked("ncclCommInitRank", code)?;
        Ok(handle)
    }

    /// Queues a sum over all ranks, in place.
    ///
    /// # Safety
    /// `of` lies in memory of the communicator's device, which is the current one, and stays until `stream` has passed.
    #[allow(unsafe_code, reason = "a function of NCCL")]
    pub(super) unsafe fn sum(
        &self,
        of: Elements,
        handle: Handle,
        stream: Stream,
    ) -> Result<(), String> {
        // SAFETY: the caller's.
        let code = unsafe {
            (self.all_reduce)(of.start, of.start, of.count, of.kind, SUM, handle, stream)
        };
        self.checked("ncclAllReduce", code)
    }

    /// Queues a copy from rank 0 to all, in place.
    ///
    /// # Safety
    /// As of [`Library::sum`].
    #[allow(unsafe_code, reason = "a function of NCCL")]
    pub(super) unsafe fn share(
        &self,
        of: Elements,
        handle: Handle,
        stream: Stream,
    ) -> Result<(), String> {
        const ROOT: c_int = 0;
        // SAFETY: the caller's.
        let code = unsafe {
            (self.broadcast)(of.start, of.start, of.count, of.kind, ROOT, handle, stream)
        };
        self.checked("ncclBroadcast", code)
    }

    /// What went wrong on the device since the last call.
    pub(super) fn fault(&self, handle: Handle) -> Result<(), String> {
        let mut code = SUCCESS;
        // SAFETY: the handle is open; fills in the local.
        #[allow(unsafe_code, reason = "a function of NCCL")]
        let asked = unsafe { (self.comm_get_async_error)(handle, &raw mut code) };
        self.checked("ncclCommGetAsyncError", asked)?;
        self.checked("NCCL", code)
    }

    /// Ends a communicator without waiting for others; kernels that wait for them end, too.
    pub(super) fn abort(&self, handle: Handle) {
        // SAFETY: the handle is open and, as the caller gives it away, not used again.
        #[allow(unsafe_code, reason = "a function of NCCL")]
        unsafe {
            // There is nothing left to do about an error.
            let _ = (self.comm_abort)(handle);
        }
    }
}
