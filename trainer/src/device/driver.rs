//! The NVIDIA driver's own word on its version and its cards, asked through its library `libcuda.so.1`.

use crate::shared_library::SharedLibrary;
use std::{
    ffi::{CStr, c_char, c_int, c_uint, c_void},
    fmt::{self, Display},
    path::Path,
    sync::LazyLock,
};

/// A working driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Driver {
    /// Newest CUDA version it supports.
    pub supports: CudaVersion,
    /// Its cards, in the order of their numbers; those that `CUDA_VISIBLE_DEVICES` hides are not among them.
    pub cards: Vec<Card>,
}

/// A GPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub name: String,
    /// Bytes.
    pub memory: u64,
}

impl Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gibibytes = self.memory as f64 / f64::from(1 << 30);
        write!(f, "{} ({gibibytes:.1} GiB)", self.name)
    }
}

/// 13000 is 13.0, as in `cuda.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CudaVersion(pub i64);

impl CudaVersion {
    pub(super) fn major(self) -> i64 {
        self.0 / 1000
    }
}

impl Display for CudaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.0 % 1000 / 10)
    }
}

/// Why the driver tells nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DriverProblem {
    /// Its library is not there; the loader's reason.
    Missing(String),
    /// The library is there, the kernel's module is not loaded.
    NotLoaded,
    /// It works, and has no card.
    NoCard,
    /// Library and kernel module are of different versions: the machine was updated and not restarted.
    Mismatch,
    /// Another `CUresult`.
    Failed(c_int),
}

/// What the driver says; asked once, as its cards do not change while the program runs.
pub(super) fn ask() -> &'static Result<Driver, DriverProblem> {
    static ANSWER: LazyLock<Result<Driver, DriverProblem>> = LazyLock::new(query);
    &ANSWER
}

/// Whether the kernel's module is loaded.
fn module_is_loaded() -> bool {
    Path::new("/proc/driver/nvidia/version").exists() || Path::new("/dev/nvidiactl").exists()
        // In Windows's Linux, the driver is Windows's.
        || Path::new("/dev/dxg").exists()
}

fn problem(result: c_int) -> DriverProblem {
    /// `CUDA_ERROR_NO_DEVICE`.
    const NO_DEVICE: c_int = 100;
    /// `CUDA_ERROR_SYSTEM_DRIVER_MISMATCH`.
    const MISMATCH: c_int = 803;
    match result {
        NO_DEVICE if module_is_loaded() => DriverProblem::NoCard,
        NO_DEVICE => DriverProblem::NotLoaded,
        MISMATCH => DriverProblem::Mismatch,
        other => DriverProblem::Failed(other),
    }
}

/// The address of a function of the driver, whose type the caller knows from `cuda.h`.
fn function(library: &SharedLibrary, name: &CStr) -> Result<*mut c_void, DriverProblem> {
    library.function(name).map_err(DriverProblem::Missing)
}

fn query() -> Result<Driver, DriverProblem> {
    type Init = unsafe extern "C" fn(c_uint) -> c_int;
    type Number = unsafe extern "C" fn(*mut c_int) -> c_int;
    type DeviceOf = unsafe extern "C" fn(*mut c_int, c_int) -> c_int;
    type NameOf = unsafe extern "C" fn(*mut c_char, c_int, c_int) -> c_int;
    type MemoryOf = unsafe extern "C" fn(*mut usize, c_int) -> c_int;
    const NAME_LENGTH: usize = 256;
    let library = SharedLibrary::open(c"libcuda.so.1").map_err(DriverProblem::Missing)?;
    let ok = |result: c_int| {
        if result == 0 {
            Ok(())
        } else {
            Err(problem(result))
        }
    };
    // SAFETY: the types are those of the functions of these names in `cuda.h`, and every pointer is to a local
    // of the type and, for the name, of the length that is passed.
    #[allow(unsafe_code, reason = "functions of the driver")]
    unsafe {
        let init = std::mem::transmute::<*mut c_void, Init>(function(&library, c"cuInit")?);
        let number = |name| {
            let number = std::mem::transmute::<*mut c_void, Number>(function(&library, name)?);
            let mut value = 0;
            ok(number(&raw mut value))?;
            Ok(value)
        };
        let device_of =
            std::mem::transmute::<*mut c_void, DeviceOf>(function(&library, c"cuDeviceGet")?);
        let name_of =
            std::mem::transmute::<*mut c_void, NameOf>(function(&library, c"cuDeviceGetName")?);
        let memory_of = std::mem::transmute::<*mut c_void, MemoryOf>(function(
            &library,
            c"cuDeviceTotalMem_v2",
        )?);
        ok(init(0))?;
        let supports = CudaVersion(i64::from(number(c"cuDriverGetVersion")?));
        let mut cards = Vec::new();
        for ordinal in 0..number(c"cuDeviceGetCount")? {
            let (mut device, mut memory) = (0, 0);
            let mut name: [c_char; NAME_LENGTH] = [0; NAME_LENGTH];
            ok(device_of(&raw mut device, ordinal))?;
            ok(name_of(name.as_mut_ptr(), NAME_LENGTH as c_int, device))?;
            ok(memory_of(&raw mut memory, device))?;
            name[NAME_LENGTH - 1] = 0;
            cards.push(Card {
                name: CStr::from_ptr(name.as_ptr()).to_string_lossy().into_owned(),
                memory: memory as u64,
            });
        }
        Ok(Driver { supports, cards })
    }
}

/// Bytes in use of the card that this thread last computed on.
pub(super) fn memory_in_use() -> Option<u64> {
    type Information = unsafe extern "C" fn(*mut usize, *mut usize) -> c_int;
    ask().as_ref().ok()?;
    let library = SharedLibrary::open(c"libcuda.so.1").ok()?;
    let function = library.function(c"cuMemGetInfo_v2").ok()?;
    let (mut free, mut total) = (0, 0);
    // SAFETY: the type is that of the function of this name in `cuda.h`; both pointers are to locals of theirs.
    #[allow(unsafe_code, reason = "a function of the driver")]
    let result = unsafe {
        let function = std::mem::transmute::<*mut c_void, Information>(function);
        function(&raw mut free, &raw mut total)
    };
    (result == 0).then(|| (total - free) as u64)
}
