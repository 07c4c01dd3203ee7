//! ONNX Runtime: one library for the whole process, and sessions with the settings that suit a server.
//!
//! Which library is loaded (the plain one or the one built with OpenVINO) is decided before the first
//! session, because a process can hold only one. Sessions do not spin: idle threads that burn a core
//! would be taken from the HTTP server.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use ort::environment::Environment;
use ort::ep::{ArbitrarilyConfigurableExecutionProvider, CPU, ExecutionProviderDispatch, OpenVINO};
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{RunOptions, Session, SessionInputs, SessionOutputs};
use thiserror::Error;

/// OpenVINO keeps what it has compiled for each shape it met, without end unless it is told one. Engines give it fewer;
/// this is the net below them.
const COMPILED_SHAPES: u32 = 64;

/// The code that computes a model's layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExecutionProvider {
    /// ONNX Runtime's own kernels.
    #[default]
    Cpu,
    /// OpenVINO's CPU kernels in 32-bit floats.
    OpenVino,
    /// OpenVINO's CPU kernels in bfloat16, for processors that have it.
    OpenVinoBf16,
}

impl ExecutionProvider {
    /// Whether it needs the library that was built with OpenVINO.
    #[must_use]
    pub fn is_openvino(self) -> bool {
        match self {
            Self::Cpu => false,
            Self::OpenVino | Self::OpenVinoBf16 => true,
        }
    }

    /// The name in configuration and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::OpenVino => "openvino",
            Self::OpenVinoBf16 => "openvino-bf16",
        }
    }

    fn dispatch(self, threads: usize) -> ExecutionProviderDispatch {
        let hint = match self {
            // Without the arena every run maps and unmaps its activations: a fifth slower, and no smaller.
            Self::Cpu => return CPU::default().with_arena_allocator(true).build(),
            Self::OpenVino => "f32",
            Self::OpenVinoBf16 => "bf16",
        };
        OpenVINO::default()
            .with_device_type("CPU")
            .with_num_threads(threads)
            .with_dynamic_shapes(true)
            // Pinned, two one-thread sessions would both sit on the first core.
            .with_arbitrary_config(
                "load_config",
                format!(
                    r#"{{"CPU":{{"INFERENCE_PRECISION_HINT":"{hint}","ENABLE_CPU_PINNING":false,"CPU_RUNTIME_CACHE_CAPACITY":"{COMPILED_SHAPES}"}}}}"#
                ),
            )
            .build()
            .error_on_failure()
    }
}

/// ONNX Runtime could not be loaded, or a model could not be opened with it.
#[derive(Debug, Error)]
#[error("{what}: {reason}")]
pub struct RuntimeError {
    what: String,
    reason: String,
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        Self::broken(error.to_string())
    }
}

/// The library that this process has loaded, with its one environment. A standard mutex: it is held only
/// while the library loads, on an engine's own thread.
static LOADED: Mutex<Option<(PathBuf, Arc<Environment>)>> = Mutex::new(None);

/// The loaded library. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Runtime {
    environment: Arc<Environment>,
    provider: ExecutionProvider,
}

impl Runtime {
    /// Loads the library. A process can hold one: later calls must name the same, and share it. The
    /// provider must be one that the library has.
    ///
    /// # Errors
    /// When the file is no ONNX Runtime library, one that is too old, or not the one that is loaded.
    pub fn load(library: &Path, provider: ExecutionProvider) -> Result<Self, RuntimeError> {
        let failed = |reason: String| RuntimeError { what: format!("cannot load {}", library.display()), reason };
        // One file may be reached by several paths.
        let library = &library.canonicalize().map_err(|error| failed(error.to_string()))?;
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, environment)) = loaded.as_ref() {
            if path != library {
                return Err(failed(format!("this process has loaded {} already", path.display())));
            }
            return Ok(Self { environment: environment.clone(), provider });
        }
        let builder = ort::init_from(library).map_err(|error| failed(error.to_string()))?;
        let environment = builder.with_telemetry(false).build().map_err(|error| failed(error.to_string()))?;
        let (_, environment) = loaded.insert((library.to_path_buf(), Arc::new(environment)));
        Ok(Self { environment: environment.clone(), provider })
    }

    /// Whether the provider compiles kernels for every shape that a model is given.
    #[must_use]
    pub fn compiles_shapes(&self) -> bool {
        self.provider.is_openvino()
    }

    /// What computes the layers of models that are opened.
    #[must_use]
    pub fn provider(&self) -> ExecutionProvider {
        self.provider
    }

    /// Opens a model with a number of threads of its own.
    ///
    /// # Errors
    /// When the file is missing, damaged or holds operators that the provider lacks.
    pub fn open(&self, model: &Path, threads: usize) -> Result<Session, RuntimeError> {
        let opened = self
            .builder(threads, self.provider)
            .and_then(|mut builder| builder.commit_from_file(model).map_err(|error| error.to_string()));
        opened.map_err(|reason| self.unopened(model, reason))
    }

    /// Opens a model that lies in parts, in order, with a number of threads of its own.
    ///
    /// # Errors
    /// When a part is missing, the whole is damaged or holds operators that the provider lacks.
    pub fn open_parts(&self, parts: &[PathBuf], threads: usize) -> Result<Session, RuntimeError> {
        let mut model = Vec::new();
        for part in parts {
            let read = std::fs::read(part).map_err(|error| self.unopened(part, error.to_string()))?;
            model.extend(read);
        }
        self.open_bytes(parts.first().map_or(Path::new(""), PathBuf::as_path), &model, threads, self.provider)
    }

    /// Opens a model that is in memory, with a number of threads of its own, on a provider that the library has. `from` is
    /// the file that it was made from.
    ///
    /// # Errors
    /// When it is damaged or holds operators that the provider lacks.
    pub fn open_bytes(
        &self,
        from: &Path,
        model: &[u8],
        threads: usize,
        provider: ExecutionProvider,
    ) -> Result<Session, RuntimeError> {
        let opened = self
            .builder(threads, provider)
            .and_then(|mut builder| builder.commit_from_memory(model).map_err(|error| error.to_string()));
        opened.map_err(|reason| self.unopened(from, reason))
    }

    fn unopened(&self, model: &Path, reason: String) -> RuntimeError {
        RuntimeError { what: format!("cannot open {} with {}", model.display(), self.provider.name()), reason }
    }

    fn builder(&self, threads: usize, provider: ExecutionProvider) -> Result<SessionBuilder, String> {
        let text = |error: ort::Error<SessionBuilder>| error.to_string();
        let builder = Session::builder(&self.environment).map_err(|error| error.to_string())?;
        builder
            .with_optimization_level(GraphOptimizationLevel::Level3)
            .map_err(text)?
            .with_intra_threads(threads)
            .map_err(text)?
            .with_intra_op_spinning(false)
            .map_err(text)?
            // A pattern is remembered per input shape; pages and lines come in every shape.
            .with_memory_pattern(false)
            .map_err(text)?
            .with_execution_providers([provider.dispatch(threads)])
            .map_err(text)
    }
}

/// Options of a run whose memory is given back when it ends, and would stay with its session until the next otherwise.
pub(crate) fn giving_back() -> Result<RunOptions, ort::Error> {
    let mut options = RunOptions::new()?;
    options.set("memory.enable_memory_arena_shrinkage", "cpu:0")?;
    Ok(options)
}

/// Runs a session that may take longer than a client who left should be worked for: it ends between two of its nodes once
/// `cancel` is set. `take` gets what it gives; `model` is what it is called in a failure.
///
/// # Errors
/// [`Failure::client_gone`] when it was stopped; broken when it failed.
pub(crate) fn run_until<'i, 'v: 'i, T, const N: usize>(
    session: &mut Session,
    inputs: impl Into<SessionInputs<'i, 'v, N>>,
    cancel: &Cancel,
    model: &str,
    take: impl FnOnce(SessionOutputs<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failed = |error: ort::Error| Failure::broken(format!("{model} failed: {error}"));
    // A long run takes hundreds of megabytes.
    let options = Arc::new(giving_back().map_err(failed)?);
    let stopped = options.clone();
    // A run that cannot be told to stop comes to its end by itself.
    let stop = Arc::new(move || drop(stopped.terminate()));
    let outputs = cancel.stopping(stop, || session.run_with_options(inputs, &*options));
    cancel.check()?;
    take(outputs.map_err(failed)?)
}
