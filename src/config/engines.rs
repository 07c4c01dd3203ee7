//! The `[engines]` sections: how many workers each local engine has, and what they may use.
//!
//! Only numbers and choices; pools and worker processes live in the engines' own crates, and the gateway hands these
//! values to them.

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[engines]` sections.
#[derive(Debug, Clone)]
pub struct Engines {
    /// Reading of images.
    pub paddleocr: Paddleocr,
    /// Reading and rendering of PDFs.
    pub pdfium: Pdfium,
}

impl Default for Engines {
    fn default() -> Self {
        super::Config::default().engines
    }
}

/// The checked `[engines.paddleocr]` section.
#[derive(Debug, Clone)]
pub struct Paddleocr {
    /// Recogniser sessions, a thread each; at least 1.
    pub workers: usize,
    /// Jobs that may wait; at least 1. When it is full, new ones are refused.
    pub queue: usize,
    /// The execution provider asked for.
    pub provider: ProviderChoice,
    /// Whether all shapes are tried when the engine is loaded.
    pub warm: bool,
}

/// Which ONNX Runtime execution provider an engine is to run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderChoice {
    /// What was measured as the best at set-up.
    Auto,
    /// The plain CPU kernels.
    Cpu,
    /// OpenVINO's kernels.
    Openvino,
}

impl ProviderChoice {
    /// The name as the file spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Openvino => "openvino",
        }
    }
}

/// The checked `[engines.pdfium]` section.
#[derive(Debug, Clone)]
pub struct Pdfium {
    /// Worker processes; at least 1.
    pub workers: usize,
    /// A worker is replaced after so many pages; at least 1.
    pub pages_per_worker: u32,
    /// The address space each worker may use.
    pub memory_bytes: Bytes,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawEngines {
    paddleocr: RawPaddleocr,
    pdfium: RawPdfium,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawPaddleocr {
    workers: u16,
    queue: u32,
    provider: ProviderChoice,
    warm: bool,
}

impl Default for RawPaddleocr {
    fn default() -> Self {
        Self { workers: 2, queue: 64, provider: ProviderChoice::Auto, warm: true }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawPdfium {
    workers: u16,
    pages_per_worker: u32,
    memory_bytes: Bytes,
}

impl Default for RawPdfium {
    fn default() -> Self {
        Self { workers: 2, pages_per_worker: 500, memory_bytes: Bytes::mega(2000) }
    }
}

/// More threads or processes than this is a slip of the keyboard.
const MOST_WORKERS: u16 = 256;
/// Queues are allocated at once, so their length has a bound too.
const LONGEST_QUEUE: u32 = 100_000;
/// Below this the worker could not even load its library.
const LEAST_WORKER_MEMORY: Bytes = Bytes::mega(64);

const WORKERS: &str = "a whole number from 1 to 256";

pub(super) const KEYS: &[Key] = &[
    Key::new("engines.paddleocr.workers", WORKERS, "recogniser sessions, a thread each"),
    Key::new(
        "engines.paddleocr.queue",
        "a whole number from 1 to 100000",
        "jobs that may wait; when full: 503 with `Retry-After`",
    ),
    Key::new(
        "engines.paddleocr.provider",
        "one of \"auto\", \"cpu\", \"openvino\"",
        "execution provider; `auto`: the best one measured at set-up",
    ),
    Key::new(
        "engines.paddleocr.warm",
        "true or false",
        "under OpenVINO, compile for all shapes of pages and lines when the engine is loaded; `mediary ocr` never does",
    ),
    Key::new("engines.pdfium.workers", WORKERS, "PDF worker processes"),
    Key::new(
        "engines.pdfium.pages_per_worker",
        "a whole number, 1 or more",
        "pages after which a worker is replaced by a new one",
    ),
    Key::new(
        "engines.pdfium.memory_bytes",
        "a size of at least \"64 MB\", such as \"2 GB\"",
        "address space each worker may use",
    ),
];

impl RawEngines {
    pub(super) fn check(self, check: &mut Check<'_>) -> Engines {
        let Self { paddleocr, pdfium } = self;
        let workers = 1..=MOST_WORKERS;
        check.require("engines.paddleocr.workers", workers.contains(&paddleocr.workers));
        check.require("engines.paddleocr.queue", (1..=LONGEST_QUEUE).contains(&paddleocr.queue));
        check.require("engines.pdfium.workers", workers.contains(&pdfium.workers));
        check.require("engines.pdfium.pages_per_worker", pdfium.pages_per_worker > 0);
        check.require("engines.pdfium.memory_bytes", pdfium.memory_bytes >= LEAST_WORKER_MEMORY);
        Engines {
            paddleocr: Paddleocr {
                workers: paddleocr.workers.into(),
                queue: usize::try_from(paddleocr.queue).unwrap_or(usize::MAX),
                provider: paddleocr.provider,
                warm: paddleocr.warm,
            },
            pdfium: Pdfium {
                workers: pdfium.workers.into(),
                pages_per_worker: pdfium.pages_per_worker,
                memory_bytes: pdfium.memory_bytes,
            },
        }
    }
}
