//! libFuzzer as the one that calls the target.
//!
//! It is a library of C++ that wants to be a program's `main`. Here it is started from inside a test, so that the
//! targets, their seeds and what they build once are written once.

use libfuzzer_sys as _;
use std::{
    cell::Cell,
    env,
    ffi::{CString, c_char, c_int},
    fs, panic,
    path::Path,
    process, ptr, slice,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

type Target<'a> = &'a dyn Fn(&[u8]);
type Callback = extern "C" fn(*const u8, usize) -> c_int;

// SAFETY: as declared in libFuzzer's FuzzerInterface.h.
#[allow(unsafe_code)]
unsafe extern "C" {
    fn LLVMFuzzerRunDriver(
        count: *mut c_int,
        words: *mut *mut *mut c_char,
        callback: Callback,
    ) -> c_int;
}

thread_local! {
    static TARGET: Cell<Option<Target<'static>>> = const { Cell::new(None) };
}

/// Inputs begun and ended: odd while one runs.
static BEGUN_AND_ENDED: AtomicU64 = AtomicU64::new(0);

/// Time for one input. libFuzzer's own alarm only looks at the thread that a test is not run on.
const LONGEST: Duration = Duration::from_secs(10);

extern "C" fn call(bytes: *const u8, count: usize) -> c_int {
    let input = match count {
        0 => &[],
        // SAFETY: libFuzzer lends `count` bytes for the time of the call.
        #[allow(unsafe_code)]
        _ => unsafe { slice::from_raw_parts(bytes, count) },
    };
    BEGUN_AND_ENDED.fetch_add(1, Ordering::Relaxed);
    if let Some(target) = TARGET.get() {
        target(input);
    }
    BEGUN_AND_ENDED.fetch_add(1, Ordering::Relaxed);
    0
}

/// Hands the process to libFuzzer, with the words in the variable `FUZZ_OPTIONS`; a folder named NAME/seeds below the
/// one in `FUZZ_WORK` gets the seeds. `FUZZ_AGAIN` is what starts this very target again, which merging does.
pub(crate) fn search(name: &str, seeds: Vec<Vec<u8>>, target: Target<'_>) -> ! {
    let variable = |name| env::var(name).unwrap_or_else(|e| panic!("{name}: {e}; see fuzz/run.sh"));
    println!("fuzz target: {name}");
    let folder = Path::new(&variable("FUZZ_WORK")).join(name).join("seeds");
    fs::create_dir_all(&folder).expect("a folder for the seeds");
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed{number:02}")), seed).expect("a seed is written");
    }
    // libFuzzer keeps the input that aborts; a panic that the target's thread survives would go by unseen.
    let printed = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        printed(panic);
        process::abort();
    }));
    thread::spawn(watch);
    // SAFETY: the reference is used by `call` alone, on this thread, which does not leave this function.
    #[allow(unsafe_code)]
    let target = unsafe { std::mem::transmute::<Target<'_>, Target<'static>>(target) };
    TARGET.set(Some(target));
    let words = [variable("FUZZ_AGAIN"), variable("FUZZ_OPTIONS")].join(" ");
    let words = words.split_whitespace().map(CString::new);
    let words = words.collect::<Result<Vec<_>, _>>();
    let words = words.expect("no zero in words");
    let mut pointers: Vec<*mut c_char> = words.iter().map(|it| it.as_ptr().cast_mut()).collect();
    pointers.push(ptr::null_mut());
    let mut count = words.len() as c_int;
    let mut pointers = pointers.as_mut_ptr();
    // SAFETY: `main`'s arguments, which live until the process ends.
    #[allow(unsafe_code)]
    let code = unsafe { LLVMFuzzerRunDriver(&raw mut count, &raw mut pointers, call) };
    process::exit(code)
}

/// Ends a process that has been at one input for too long, so that libFuzzer keeps it.
fn watch() {
    let mut last = 0;
    loop {
        thread::sleep(LONGEST);
        let now = BEGUN_AND_ENDED.load(Ordering::Relaxed);
        if now == last && now % 2 == 1 {
            eprintln!("error: one input took more than {} s", LONGEST.as_secs());
            process::abort();
        }
        last = now;
    }
}
