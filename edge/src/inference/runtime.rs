//! Opens graphs in ONNX Runtime, each with exactly one execution provider.

use crate::{
    error::EdgeError,
    inference::{
        engine_cache, probe,
        provider::{Precision, Provider, ProviderRequest},
    },
};
use model_spec::{Bundle, graph::Dimension};
use onnx_runtime::Library;
use ort::{
    ep::{self, ExecutionProvider},
    session::{
        Session,
        builder::{GraphOptimizationLevel, SessionBuilder},
    },
};
use std::path::{Path, PathBuf};

/// A loaded ONNX Runtime.
pub(crate) struct Runtime {
    library: Library,
}

/// How graphs are opened: exactly one provider with its options.
pub(crate) struct Opener {
    provider: Provider,
    request: ProviderRequest,
    /// Where TensorRT keeps the engines of this bundle on this machine.
    engines: Option<PathBuf>,
    /// Name of the free batch side in the graphs.
    batch: Option<String>,
}

impl Runtime {
    /// Loads the library at `explicit`, or the first usable one of
    /// [`onnx_runtime::search::candidates`].
    ///
    /// # Errors
    /// [`EdgeError::NoRuntime`] with the reason for every place.
    pub(crate) fn load(explicit: Option<&Path>) -> Result<Self, EdgeError> {
        let library = Library::load(explicit, env!("CARGO_PKG_NAME"))?;
        Ok(Self { library })
    }

    /// The library in use.
    #[must_use]
    pub(crate) fn library(&self) -> &Path {
        self.library.path()
    }

    /// What it takes to open the graphs of `bundle` on `provider`.
    ///
    /// # Errors
    /// Why the engine cache cannot be used.
    pub(crate) fn opener(
        &self,
        bundle: &Bundle,
        request: &ProviderRequest,
        provider: Provider,
    ) -> Result<Opener, String> {
        let engines = match provider {
            // A build without TensorRT has nothing to keep, and makes no folder.
            Provider::TensorRt if ep::TensorRT::is_available().unwrap_or(true) => {
                Some(engine_cache::folder(bundle, request, self.library.path())?)
            }
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

    /// Whether `provider` loads with its libraries and finds a device. CUDA also computes a tiny graph: a library
    /// without kernels for this GPU loads like any other. With TensorRT that would take its builder seconds; the
    /// parity sample runs on it later.
    ///
    /// # Errors
    /// ONNX Runtime's reason.
    pub(crate) fn try_provider(&self, provider: Provider) -> Result<(), String> {
        let text = |error: ort::Error| error.message().trim().to_owned();
        let mut builder = self.session_builder().map_err(text)?;
        let registered = match provider {
            Provider::Cpu => Ok(()),
            Provider::Cuda => ep::CUDA::default().register(&mut builder),
            Provider::TensorRt => ep::TensorRT::default().register(&mut builder),
        };
        let explained = |reason: &str| explained(reason.trim(), self.library.path());
        registered.map_err(|error| explained(error.message()))?;
        match provider {
            Provider::Cuda => probe::compute(builder).map_err(|reason| explained(&reason)),
            Provider::Cpu | Provider::TensorRt => Ok(()),
        }
    }

    fn session_builder(&self) -> ort::Result<SessionBuilder> {
        let builder = Session::builder(self.library.environment())?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(intra_threads())?
            .with_inter_threads(1)?
            // Spinning threads take the cores from capture and compositing.
            .with_intra_op_spinning(false)?;
        Ok(builder)
    }

    /// Opens the ONNX model `bytes` of that name on the opener's provider, never on another one.
    ///
    /// # Errors
    /// ONNX Runtime's reason.
    pub(crate) fn open_graph(
        &self,
        name: &str,
        bytes: &[u8],
        opener: &Opener,
    ) -> Result<Session, String> {
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
                opener.tensorrt(name).register(&mut builder).map_err(text)?;
                cuda().register(&mut builder).map_err(text)?;
            }
        }
        builder.commit_from_memory(bytes).map_err(text)
    }
}

impl Opener {
    fn tensorrt(&self, graph: &str) -> ep::TensorRT {
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
                // The graphs of a bundle share the folder.
                .with_engine_cache_prefix(graph)
                .with_engine_cache_path(&folder)
                .with_timing_cache(true)
                .with_timing_cache_path(&folder);
        }
        tensorrt
    }
}

/// Whether that is the reason of a library that was not built for the machine's GPU.
pub(crate) fn lacks_kernels(reason: &str) -> bool {
    let signs = ["no kernel image", "NoKernelImage"];
    signs.iter().any(|sign| reason.contains(sign))
}

/// ONNX Runtime's reason, with the places it speaks of.
fn explained(reason: &str, library: &Path) -> String {
    let place = library.display();
    // Before it stands where in ONNX Runtime's source that happened.
    let reason = reason.rsplit(" : FAIL : ").next().unwrap_or(reason);
    if reason.contains("not enabled in this build") {
        return format!(
            "{reason} The ONNX Runtime in use, {place}, was built without it; name one that has it \
             with --onnxruntime PATH"
        );
    }
    if lacks_kernels(reason) {
        return format!(
            "{reason}; the ONNX Runtime in use, {place}, has CUDA but no kernels for this GPU: name one that was \
             built for it (a Jetson Orin is sm_87) with --onnxruntime PATH"
        );
    }
    if reason.contains(".so") {
        let named = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
        let named = if named.is_empty() { "not set" } else { &named };
        let beside = library.parent().unwrap_or(library).display();
        return format!(
            "{reason}; searched: {beside}, LD_LIBRARY_PATH ({named}), the system's folders (ldconfig -p)"
        );
    }
    reason.into()
}

/// Two threads at most: the other stages need the rest of a small processor.
fn intra_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_the_library_and_where_it_was_searched() {
        let library = Path::new("/opt/ort/libonnxruntime.so");
        let missing = "/src/provider_bridge_ort.cc:1844 Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load \
                       library libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open \
                       shared object file: No such file or directory";
        let reason = explained(missing, library);
        assert!(reason.starts_with("Failed to load library"), "{reason}");
        assert!(reason.contains("libcudnn.so.9"), "{reason}");
        assert!(
            reason.contains("searched: /opt/ort, LD_LIBRARY_PATH"),
            "{reason}"
        );
        let kernels = explained(
            "Non-zero status code returned while running Add node. CUDA error cudaErrorNoKernelImageForDevice:no \
             kernel image is available for execution on the device",
            library,
        );
        assert!(
            kernels.contains("/opt/ort/libonnxruntime.so, has CUDA but no kernels for this GPU"),
            "{kernels}"
        );
        let absent = explained(
            "CUDA execution provider is not enabled in this build.",
            library,
        );
        assert!(
            absent.contains("/opt/ort/libonnxruntime.so, was built without it"),
            "{absent}"
        );
    }
}
