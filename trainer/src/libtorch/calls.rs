//! How many operators a piece of work calls.
//!
//! On a GPU an operator is a kernel or a few, each of which the processor has to start: where kernels are short, their
//! number is what a step takes.

use super::bridge::{libtorch_start_counting, libtorch_stop_counting};
use std::{
    collections::BTreeMap,
    ffi::{CStr, c_char, c_void},
    sync::{Mutex, PoisonError},
};

/// Calls of one operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OperatorCalls {
    /// All.
    pub all: u64,
    /// Those not made from within another operator.
    pub outermost: u64,
}

/// Calls of operators by name, e.g. `aten::lerp_`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls(pub BTreeMap<String, OperatorCalls>);

impl Calls {
    /// Calls not made from within another operator: what this program and the backward passes ask for.
    #[must_use]
    pub fn outermost(&self) -> u64 {
        self.0.values().map(|calls| calls.outermost).sum()
    }

    /// All calls of an operator.
    #[must_use]
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).map_or(0, |calls| calls.all)
    }
}

/// Counts the operators that `work` calls on this thread, its backward passes included. One count at a time.
pub fn count<T>(work: impl FnOnce() -> T) -> (T, Calls) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut counting = Counting {
        handle: start(),
        calls: Calls::default(),
    };
    let result = work();
    counting.stop();
    (result, std::mem::take(&mut counting.calls))
}

#[allow(unsafe_code, reason = "calls C++")]
fn start() -> u64 {
    // SAFETY: registers two functions of the bridge for this thread.
    unsafe { libtorch_start_counting() }
}

/// Stops counting when dropped, also by a panic.
struct Counting {
    /// 0 once it has stopped.
    handle: u64,
    calls: Calls,
}

impl Counting {
    fn stop(&mut self) {
        let handle = std::mem::take(&mut self.handle);
        if handle == 0 {
            return;
        }
        let receiver: *mut Calls = &raw mut self.calls;
        // SAFETY: `receive` gets the receiver back, which lives during the call and is borrowed by nobody else.
        #[allow(unsafe_code, reason = "calls C++")]
        unsafe {
            libtorch_stop_counting(handle, receive, receiver.cast());
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.stop();
    }
}

#[allow(unsafe_code, reason = "is called by C++")]
unsafe extern "C" fn receive(calls: *mut c_void, name: *const c_char, all: i64, outermost: i64) {
    // SAFETY: `Counting::stop` passes its own calls; the name ends in a zero and lives during the call.
    let (calls, name) = unsafe { (&mut *calls.cast::<Calls>(), CStr::from_ptr(name)) };
    let counted = OperatorCalls {
        all: all.unsigned_abs(),
        outermost: outermost.unsigned_abs(),
    };
    calls.0.insert(name.to_string_lossy().into_owned(), counted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Kind, Tensor};

    #[test]
    fn operators_inside_operators_and_backward_passes_are_counted() {
        let x = Tensor::ones([2, 2], tch::kind::FLOAT_CPU).set_requires_grad(true);
        let (_, forward) = count(|| x.square());
        // `square` is a power.
        assert_eq!(
            (forward.of("aten::square"), forward.of("aten::pow")),
            (1, 1)
        );
        assert_eq!(forward.outermost(), 1);
        let sum = x.square().sum(Kind::Float);
        let ((), backward) = count(|| sum.backward());
        assert!(backward.outermost() > 1, "{backward:?}");
        assert_eq!(count(|| ()).1, Calls::default());
    }
}
