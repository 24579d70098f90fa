//! Finds and loads the ONNX Runtime library, and opens graphs with exactly one execution provider.

use crate::{
    engine_cache,
    error::EdgeError,
    provider::{Precision, Provider, Request},
};
use model_spec::{Bundle, manifest::Dimension};
use ort::{
    ep::{self, ExecutionProvider},
    session::{
        Session,
        builder::{GraphOptimizationLevel, SessionBuilder},
    },
};
use std::{
    env,
    error::Error,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A loaded ONNX Runtime.
pub struct Runtime {
    environment: ort::environment::Environment,
    library: PathBuf,
}

/// How graphs are opened: exactly one provider with its options.
pub struct Opener {
    provider: Provider,
    request: Request,
    /// Where TensorRT keeps the engines of this bundle on this machine.
    engines: Option<PathBuf>,
    /// Name of the free batch side in the graphs.
    batch: Option<String>,
}

/// File name of the library.
const LIBRARY: &str = "libonnxruntime.so";

impl Runtime {
    /// Loads the library at `explicit`, or the first usable one of: `ORT_DYLIB_PATH`, the program's
    /// folder and its `../lib`, `third_party/onnxruntime/<arch>` from the working folder (and from
    /// the program's) upwards, the system's loader.
    ///
    /// # Errors
    /// [`EdgeError::NoRuntime`] with the reason for every place. A named library (option or
    /// environment) that cannot be used is an error at once: another one would be a surprise.
    pub fn load(explicit: Option<&Path>) -> Result<Self, EdgeError> {
        let mut searched = Vec::new();
        for candidate in candidates(explicit) {
            match open(&candidate) {
                Ok(environment) => {
                    log::info!("ONNX Runtime: {}", candidate.display());
                    return Ok(Self {
                        environment,
                        library: candidate,
                    });
                }
                Err(reason) => searched.push((candidate, reason)),
            }
        }
        Err(EdgeError::NoRuntime { searched })
    }

    /// The library in use.
    #[must_use]
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// What it takes to open the graphs of `bundle` on `provider`.
    ///
    /// # Errors
    /// Why the engine cache cannot be used.
    pub fn opener(
        &self,
        bundle: &Bundle,
        request: &Request,
        provider: Provider,
    ) -> Result<Opener, String> {
        let engines = match provider {
            Provider::TensorRt => Some(engine_cache::folder(bundle, request, &self.library)?),
            _ => None,
        };
        let input = bundle.manifest().graphs.generator.inputs.first();
        let batch = input.and_then(|input| match input.shape.first() {
            Some(Dimension::Free(name)) => Some(name.clone()),
            _ => None,
        });
        Ok(Opener {
            provider,
            request: request.clone(),
            engines,
            batch,
        })
    }

    /// Whether `provider` loads with its libraries and finds a device; runs no graph.
    ///
    /// # Errors
    /// ONNX Runtime's reason.
    pub fn try_provider(&self, provider: Provider) -> Result<(), String> {
        let text = |error: ort::Error| error.message().trim().to_owned();
        let mut builder = self.session_builder().map_err(text)?;
        match provider {
            Provider::Cpu => Ok(()),
            Provider::Cuda => ep::CUDA::default().register(&mut builder).map_err(text),
            Provider::TensorRt => ep::TensorRT::default().register(&mut builder).map_err(text),
        }
    }

    fn session_builder(&self) -> ort::Result<SessionBuilder> {
        let builder = Session::builder(&self.environment)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(intra_threads())?
            .with_inter_threads(1)?
            // Spinning threads take the cores from capture and compositing.
            .with_intra_op_spinning(false)?;
        Ok(builder)
    }

    /// Opens the graph at `path` on the opener's provider, never on another one.
    ///
    /// # Errors
    /// ONNX Runtime's reason.
    pub fn open_graph(&self, path: &Path, opener: &Opener) -> Result<Session, String> {
        let text = |error: ort::Error| error.message().trim().to_owned();
        let failed = |error: ort::Error<SessionBuilder>| error.message().trim().to_owned();
        let mut builder = self.session_builder().map_err(text)?;
        if opener.provider != Provider::Cpu {
            // What a graphics provider leaves over would run on the processor without a word.
            builder = builder.with_disable_cpu_fallback().map_err(failed)?;
            // One face at a time: engines are built for one shape, and ahead of the first frame.
            if let Some(batch) = &opener.batch {
                builder = builder.with_dimension_override(batch, 1).map_err(failed)?;
            }
        }
        // TF32 would round the factors of convolutions to 10 bits.
        let cuda = || ep::CUDA::default().with_device_id(0).with_tf32(false);
        // One by one: a list of providers falls back to the processor without a word.
        match opener.provider {
            Provider::Cpu => {}
            Provider::Cuda => cuda().register(&mut builder).map_err(text)?,
            Provider::TensorRt => {
                opener.tensorrt().register(&mut builder).map_err(text)?;
                cuda().register(&mut builder).map_err(text)?;
            }
        }
        builder.commit_from_file(path).map_err(text)
    }
}

impl Opener {
    fn tensorrt(&self) -> ep::TensorRT {
        let request = &self.request;
        let mut tensorrt = ep::TensorRT::default()
            .with_device_id(0)
            .with_fp16(request.precision != Precision::Fp32)
            .with_int8(request.precision == Precision::Int8)
            .with_cuda_graph(request.cuda_graph);
        if let Some(level) = request.builder_level {
            tensorrt = tensorrt.with_builder_optimization_level(level);
        }
        if let Some(folder) = &self.engines {
            let folder = folder.display().to_string();
            tensorrt = tensorrt
                .with_engine_cache(true)
                .with_engine_cache_path(&folder)
                .with_timing_cache(true)
                .with_timing_cache_path(&folder);
        }
        tensorrt
    }
}

/// Two threads at most: the other stages need the rest of a small processor.
fn intra_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(2))
}

fn open(library: &Path) -> Result<ort::environment::Environment, String> {
    // The loader's own message for a missing file hides which of several files is missing.
    if library.components().count() > 1 && !library.exists() {
        return Err("no such file".into());
    }
    let builder = ort::init_from(library).map_err(|error| match &error {
        ort::LoadDynamicError::Dlopen { error, .. } => match error.source() {
            Some(source) => source.to_string(),
            None => error.to_string(),
        },
        ort::LoadDynamicError::MissingApi { .. } => "not an ONNX Runtime library".into(),
        ort::LoadDynamicError::BadVersion { version_str, .. } => {
            format!("wrong version: found {version_str}, expected 1.18 or newer")
        }
        ort::LoadDynamicError::InvalidVersionString => error.to_string(),
    })?;
    let logger = Arc::new(
        |level: ort::logging::LogLevel, _: &str, _: &str, _: &str, message: &str| {
            use ort::logging::LogLevel;
            let level = match level {
                LogLevel::Fatal | LogLevel::Error => log::Level::Debug, // also returned as an error
                LogLevel::Warning => log::Level::Debug,
                LogLevel::Info | LogLevel::Verbose => log::Level::Trace,
            };
            log::log!(target: "onnxruntime", level, "{message}");
        },
    );
    builder
        .with_name("edge")
        .with_telemetry(false)
        .with_logger(logger)
        .build()
        .map_err(|error| error.message().to_owned())
}

fn candidates(explicit: Option<&Path>) -> Vec<PathBuf> {
    if let Some(path) = explicit {
        return vec![inside(path)];
    }
    if let Some(path) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        return vec![inside(Path::new(&path))];
    }
    let program = env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let mut folders = Vec::new();
    if let Some(folder) = beside {
        folders.push(folder.to_owned());
        if let Some(parent) = folder.parent() {
            folders.push(parent.join("lib"));
        }
    }
    let third_party = Path::new("third_party/onnxruntime").join(env::consts::ARCH);
    let working = env::current_dir().ok();
    for start in [working.as_deref(), beside].into_iter().flatten() {
        // One line per place a person would look at, not one per ancestor that has no such folder.
        let existing = start
            .ancestors()
            .map(|folder| folder.join(&third_party))
            .find(|folder| folder.is_dir());
        let folder = existing.unwrap_or_else(|| start.join(&third_party));
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    let mut candidates: Vec<PathBuf> = folders
        .iter()
        .map(|folder| match folder.is_dir() {
            true => inside(folder),
            false => folder.join(LIBRARY),
        })
        .collect();
    candidates.push(LIBRARY.into());
    candidates
}

/// The library inside a folder, also one that only has its versioned name; a file is itself.
fn inside(path: &Path) -> PathBuf {
    // ort resolves relative paths against the program's folder; a user means the working folder.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !path.is_dir() {
        return path;
    }
    let plain = path.join(LIBRARY);
    if plain.exists() {
        return plain;
    }
    let is_versioned = |name: &OsStr| {
        let name = name.to_string_lossy();
        name.strip_prefix(LIBRARY)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut versioned: Vec<PathBuf> = entries
        .filter(|entry| is_versioned(&entry.file_name()))
        .map(|entry| entry.path())
        .collect();
    versioned.sort();
    versioned.pop().unwrap_or(plain)
}
