//! Whether CUDA can be used and, if not, which of its parts is missing.

use super::{
    driver::{self, CudaVersion, Driver, DriverProblem},
    library,
};
use std::{
    env,
    fmt::{self, Display},
};
use tch::Cuda;

/// What this machine has of CUDA.
#[derive(Debug)]
struct Machine<'a> {
    /// How loading `libtorch_cuda.so` went.
    build: Result<(), String>,
    driver: &'a Result<Driver, DriverProblem>,
    /// The CUDA version that libtorch was built for, once it is loaded.
    built_for: Option<CudaVersion>,
    /// Cards that libtorch can use.
    usable: usize,
    /// `CUDA_VISIBLE_DEVICES`, if it is set.
    visible: Option<String>,
}

/// Why CUDA cannot be used; the text ends with what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Absence {
    MissingBuild,
    UnusableBuild(String),
    MissingDriver(String),
    DriverNotLoaded,
    DriverMismatch,
    DriverTooOld {
        supports: CudaVersion,
        needed: CudaVersion,
    },
    DriverFailed(i32),
    NoCard(Option<String>),
    NoSuchCard {
        wanted: usize,
        found: Vec<String>,
        visible: Option<String>,
    },
    Refused,
}

impl Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingBuild => write!(
                f,
                "missing build: no libtorch_cuda.so was found; put the lib/ of a CUDA build of libtorch 2.11 into \
                 LD_LIBRARY_PATH"
            ),
            Self::UnusableBuild(reason) => write!(
                f,
                "wrong version: libtorch_cuda.so cannot be loaded ({reason}); it has to be of libtorch 2.11, with \
                 the CUDA libraries it was built for beside it or in LD_LIBRARY_PATH"
            ),
            Self::MissingDriver(reason) => write!(
                f,
                "missing driver: the NVIDIA driver is not installed ({reason}); install it, or start the container \
                 with access to the GPU"
            ),
            Self::DriverNotLoaded => write!(
                f,
                "missing driver: libcuda.so.1 is there, but the kernel has not loaded the NVIDIA driver \
                 (no /proc/driver/nvidia); load it (modprobe nvidia), or start the container with access to the GPU"
            ),
            Self::DriverMismatch => write!(
                f,
                "wrong version: libcuda.so.1 and the kernel's NVIDIA driver are of different versions; restart the \
                 machine after an update"
            ),
            Self::DriverTooOld { supports, needed } => write!(
                f,
                "wrong version: the driver supports CUDA {supports}, libtorch was built for CUDA {needed}; install \
                 a newer driver, or a libtorch for CUDA {supports}"
            ),
            Self::DriverFailed(code) => {
                write!(
                    f,
                    "the driver does not start (CUresult {code}); see `nvidia-smi` and `dmesg`"
                )
            }
            Self::NoCard(visible) => {
                write!(f, "missing card: the driver finds no GPU")?;
                hidden(f, visible.as_deref())
            }
            Self::NoSuchCard {
                wanted,
                found,
                visible,
            } => {
                let (count, found) = (found.len(), found.join(", "));
                write!(
                    f,
                    "missing card: found {count}, numbered from 0 ({found}), expected cuda:{wanted}"
                )?;
                hidden(f, visible.as_deref())
            }
            Self::Refused => write!(
                f,
                "libtorch finds no GPU although the driver has one; it may be too old for this build, or of another \
                 kind"
            ),
        }
    }
}

/// Adds what hides cards.
fn hidden(f: &mut fmt::Formatter<'_>, visible: Option<&str>) -> fmt::Result {
    match visible {
        Some(value) => write!(f, "; CUDA_VISIBLE_DEVICES is {value:?} and hides others"),
        None => Ok(()),
    }
}

/// Whether card `wanted` can be used here.
///
/// # Errors
/// What is missing.
pub(super) fn check(wanted: usize) -> Result<(), Absence> {
    let build = library::cuda();
    let driver = driver::ask();
    // A libtorch without CUDA answers this question with an error.
    let built_for = (build.is_ok() && tch::utils::has_cudart()).then(tch::utils::version_cudart);
    let usable = match (&build, driver) {
        (Ok(()), Ok(_)) if Cuda::is_available() => Cuda::device_count(),
        _ => 0,
    };
    Machine {
        build,
        driver,
        built_for: built_for.filter(|&version| version > 0).map(CudaVersion),
        usable: usize::try_from(usable).unwrap_or(0),
        visible: env::var("CUDA_VISIBLE_DEVICES").ok(),
    }
    .check(wanted)
}

impl Machine<'_> {
    /// From the program outwards: its build, the driver, its version, the card.
    fn check(self, wanted: usize) -> Result<(), Absence> {
        if let Err(reason) = self.build {
            // The loader names the file it did not find first: this one, or one that it needs.
            let absent = reason
                .starts_with("libtorch_cuda.so: cannot open shared object file: No such file");
            return Err(match absent {
                true => Absence::MissingBuild,
                false => Absence::UnusableBuild(reason),
            });
        }
        let driver = match self.driver {
            Ok(driver) => driver,
            Err(DriverProblem::Missing(reason)) => {
                return Err(Absence::MissingDriver(reason.clone()));
            }
            Err(DriverProblem::NotLoaded) => return Err(Absence::DriverNotLoaded),
            Err(DriverProblem::Mismatch) => return Err(Absence::DriverMismatch),
            Err(DriverProblem::NoCard) => return Err(Absence::NoCard(self.visible)),
            Err(DriverProblem::Failed(code)) => return Err(Absence::DriverFailed(*code)),
        };
        // Of one major version, older drivers run newer minor ones.
        if let Some(needed) = self
            .built_for
            .filter(|it| it.major() > driver.supports.major())
        {
            let supports = driver.supports;
            return Err(Absence::DriverTooOld { supports, needed });
        }
        if driver.cards.is_empty() {
            return Err(Absence::NoCard(self.visible));
        }
        if wanted >= driver.cards.len() {
            return Err(Absence::NoSuchCard {
                wanted,
                found: driver.cards.iter().map(ToString::to_string).collect(),
                visible: self.visible,
            });
        }
        if wanted >= self.usable {
            return Err(Absence::Refused);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::driver::Card, *};

    fn checked(
        build: Result<(), String>,
        driver: &Result<Driver, DriverProblem>,
        wanted: usize,
    ) -> Result<(), String> {
        let machine = Machine {
            build,
            driver,
            built_for: Some(CudaVersion(13000)),
            usable: 1,
            visible: Some("0".into()),
        };
        machine.check(wanted).map_err(|absence| absence.to_string())
    }

    fn driver(supports: i64, cards: usize) -> Driver {
        let card = Card {
            name: "NVIDIA H200".into(),
            memory: 150 << 30,
        };
        Driver {
            supports: CudaVersion(supports),
            cards: vec![card; cards],
        }
    }

    #[test]
    fn what_is_missing_of_cuda_is_told_apart() {
        let absent = "libtorch_cuda.so: cannot open shared object file: No such file or directory";
        let needs = "libcudnn.so.9: cannot open shared object file: No such file or directory";
        let symbol = "libtorch_cuda.so: undefined symbol: _ZN2at3foo";
        let fine = &Ok(driver(13000, 1));
        let build = |reason: &str| checked(Err(reason.into()), fine, 0).unwrap_err();
        assert!(build(absent).starts_with("missing build"));
        for reason in [needs, symbol] {
            let text = build(reason);
            assert!(
                text.starts_with("wrong version") && text.contains(reason),
                "{text}"
            );
        }
        let with = |driver: &Result<Driver, DriverProblem>, wanted| checked(Ok(()), driver, wanted);
        let problem = |problem| with(&Err(problem), 0).unwrap_err();
        let missing = problem(DriverProblem::Missing("libcuda.so.1: no".into()));
        assert!(missing.starts_with("missing driver") && missing.contains("libcuda.so.1: no"));
        assert!(problem(DriverProblem::NotLoaded).contains("modprobe"));
        assert!(problem(DriverProblem::Mismatch).contains("restart"));
        assert!(problem(DriverProblem::Failed(999)).contains("999"));
        let none = problem(DriverProblem::NoCard);
        assert!(none.starts_with("missing card") && none.contains("CUDA_VISIBLE_DEVICES is \"0\""));
        let old = with(&Ok(driver(12040, 1)), 0).unwrap_err();
        assert!(
            old.contains("supports CUDA 12.4, libtorch was built for CUDA 13.0"),
            "{old}"
        );
        let second = with(fine, 1).unwrap_err();
        assert!(
            second.contains("found 1, numbered from 0 (NVIDIA H200 (150.0 GiB)), expected cuda:1"),
            "{second}"
        );
        let refused = with(&Ok(driver(13000, 2)), 1).unwrap_err();
        assert!(refused.contains("although the driver has one"), "{refused}");
        assert_eq!(with(fine, 0), Ok(()));
        assert_eq!(with(&Ok(driver(13020, 1)), 0), Ok(()));
    }
}
