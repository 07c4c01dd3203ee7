//! Which ONNX Runtime library and execution provider the engines of this machine run on.
//!
//! A process can hold one ONNX Runtime library only, so the choice is made once at set-up: each
//! candidate is timed in a process of its own (`mediary models tune`) and the fastest is written beside
//! the weights, where every start finds it. The configuration can overrule it.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use mediary_core::{Failure, Raster};
use mediary_local::{BoxSettings, DetectorSettings, ExecutionProvider, OcrSettings, PaddleOcr, Runtime};
use serde::{Deserialize, Serialize};

use super::installed::{library, ocr_files, ocr_shapes};
use crate::config::ProviderChoice;
use crate::models::Models;

/// Where the decision is kept, in the folder of the weights.
const DECISION_FILE: &str = "execution.toml";
/// Another provider costs memory and start-up time; it has to be this much faster to be chosen.
const WORTHWHILE: f64 = 0.9;
/// Counted rounds of a measurement; the first ones, in which kernels are compiled, are not counted.
const ROUNDS: usize = 5;
const WARM_UP_ROUNDS: usize = 2;

/// What was decided at set-up.
#[derive(Debug, Serialize, Deserialize)]
struct Decision {
    /// The name of the execution provider.
    provider: String,
}

const ALL: [ExecutionProvider; 3] =
    [ExecutionProvider::Cpu, ExecutionProvider::OpenVino, ExecutionProvider::OpenVinoBf16];

/// The parameters of level `fast`: PP-OCRv6's own for the map, and a page of at most 1 280 pixels for
/// the detector (measured: 1 600 finds no more words at half again the time, 1 024 loses small print).
pub(super) fn ocr_settings(models: &Models, workers: usize, warm: bool) -> Result<OcrSettings, Failure> {
    let boxes = BoxSettings { pixel_threshold: 0.2, box_threshold: 0.4, unclip_ratio: 1.4, max_boxes: 3_000 };
    let detector = DetectorSettings { longest_side: 1_280, boxes };
    Ok(OcrSettings { workers, detector, read_again_below: 0.7, shapes: ocr_shapes(models)?, warm })
}

/// The provider to use: the configured one, else the one decided at set-up, else the plain one.
pub(super) fn chosen(configured: ProviderChoice, weights: &Path) -> ExecutionProvider {
    match configured {
        ProviderChoice::Cpu => ExecutionProvider::Cpu,
        ProviderChoice::Openvino if has_bf16() => ExecutionProvider::OpenVinoBf16,
        ProviderChoice::Openvino => ExecutionProvider::OpenVino,
        ProviderChoice::Auto => decided(weights).unwrap_or_default(),
    }
}

fn decided(weights: &Path) -> Option<ExecutionProvider> {
    let text = std::fs::read_to_string(weights.join(DECISION_FILE)).ok()?;
    let decision: Decision = toml::from_str(&text).ok()?;
    by_name(&decision.provider)
}

fn by_name(name: &str) -> Option<ExecutionProvider> {
    ALL.into_iter().find(|provider| provider.name() == name)
}

/// Whether the processor computes in bfloat16; elsewhere it would be emulated, slowly.
fn has_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512bf16")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// `mediary models tune`: times every provider that can run here and keeps the fastest. With `once` an
/// earlier decision stands as long as its library is installed.
pub fn tune(models: &Models, program: &Path, once: bool) -> ExitCode {
    if once && decided(models.dir()).is_some_and(|provider| library(models, provider).is_ok()) {
        return ExitCode::SUCCESS;
    }
    let mut fastest: Option<(ExecutionProvider, f64)> = None;
    for provider in ALL.into_iter().filter(|&provider| provider != ExecutionProvider::OpenVinoBf16 || has_bf16()) {
        if library(models, provider).is_err() {
            continue;
        }
        let Some(measured_ms) = measure_in_child(program, provider) else {
            say(&format!("{}: does not run here", provider.name()));
            continue;
        };
        say(&format!("{}: {measured_ms:.0} ms for a page", provider.name()));
        if fastest.is_none_or(|(_, best_ms)| measured_ms < best_ms * WORTHWHILE) {
            fastest = Some((provider, measured_ms));
        }
    }
    let Some((provider, _)) = fastest else {
        say("no ONNX Runtime library runs here; run `mediary models pull` first");
        return ExitCode::FAILURE;
    };
    let decision = Decision { provider: provider.name().to_owned() };
    let written = toml::to_string(&decision)
        .map_err(io::Error::other)
        .and_then(|text| std::fs::write(models.dir().join(DECISION_FILE), text));
    match written {
        Ok(()) => {
            say(&format!("the engines will use {}", provider.name()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("cannot keep the decision in {}: {error}", models.dir().display()));
            ExitCode::FAILURE
        }
    }
}

/// Progress of a set-up step. If it is not read, the step goes on all the same.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "tune: {line}");
}

fn measure_in_child(program: &Path, provider: ExecutionProvider) -> Option<f64> {
    let output = Command::new(program)
        .args(["worker", "measure", provider.name()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// The child's side of [`tune`]: the median time, in milliseconds, to read a page of drawn lines.
///
/// # Errors
/// When the provider is unknown or does not run here.
pub fn measure(models: &Models, provider: &str) -> Result<f64, Failure> {
    let provider = by_name(provider)
        .ok_or_else(|| Failure::malformed(format!("there is no execution provider called `{provider}`")))?;
    let runtime = Runtime::load(&library(models, provider)?, provider)?;
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
    let mut engine = PaddleOcr::load(&runtime, &ocr_files(models)?, &ocr_settings(models, threads, false)?)?;
    let page = Raster::filled(1_654, 2_339, [255; 3]);
    let mut times_ms = Vec::with_capacity(ROUNDS);
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        let started = Instant::now();
        engine.exercise(&page)?;
        if round >= WARM_UP_ROUNDS {
            times_ms.push(started.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    times_ms.sort_by(f64::total_cmp);
    Ok(times_ms[times_ms.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_overrules_what_was_decided() {
        let weights = tempfile::tempdir().unwrap();
        assert_eq!(chosen(ProviderChoice::Auto, weights.path()), ExecutionProvider::Cpu);
        std::fs::write(weights.path().join(DECISION_FILE), "provider = \"openvino\"\n").unwrap();
        assert_eq!(chosen(ProviderChoice::Auto, weights.path()), ExecutionProvider::OpenVino);
        assert_eq!(chosen(ProviderChoice::Cpu, weights.path()), ExecutionProvider::Cpu);
    }

    #[test]
    fn a_damaged_decision_is_none() {
        let weights = tempfile::tempdir().unwrap();
        for text in ["", "provider = 1", "provider = \"abacus\""] {
            std::fs::write(weights.path().join(DECISION_FILE), text).unwrap();
            assert_eq!(chosen(ProviderChoice::Auto, weights.path()), ExecutionProvider::Cpu, "{text}");
        }
    }

    #[test]
    fn every_provider_is_found_by_its_name() {
        for provider in ALL {
            assert_eq!(by_name(provider.name()), Some(provider));
        }
    }
}
