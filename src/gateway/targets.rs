//! What can answer in this process, and whether it is ready to.

use mediary_core::{MediaFormat, MediaKind};
use mediary_local::ExecutionProvider;

use super::documents::Engine;
use super::{Gateway, installed};
use crate::models::Models;

/// One target as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetInfo {
    /// `provider/model`, with its level.
    pub id: String,
    /// What it does.
    pub tasks: Vec<&'static str>,
    /// Which media it takes.
    pub accepts: Vec<MediaKind>,
    /// Which formats.
    pub formats: Vec<MediaFormat>,
    /// Whether everything it needs is on this machine.
    pub installed: bool,
    /// Whether everything else works without it.
    pub optional: bool,
    /// What is missing, or how it runs.
    pub note: Option<String>,
    /// What it is, in a sentence.
    pub description: &'static str,
}

/// Whether requests can be served, and what stands in the way.
#[derive(Debug, Clone)]
pub struct Readiness {
    /// Whether everything is in place.
    pub ready: bool,
    /// Each check by name: how it stands, or what to do.
    pub checks: Vec<(String, Result<String, String>)>,
}

/// The targets that this process itself has.
pub(super) fn local(models: &Models, provider: ExecutionProvider) -> Vec<TargetInfo> {
    let accepts = vec![MediaKind::Image, MediaKind::Document];
    let formats: Vec<MediaFormat> =
        MediaFormat::ALL.iter().copied().filter(|format| accepts.contains(&format.kind())).collect();
    let target = |engine: Engine| {
        let state = state(engine, models, provider);
        TargetInfo {
            id: engine.name().to_owned(),
            tasks: vec!["ocr"],
            formats: formats.clone(),
            accepts: accepts.clone(),
            installed: state.is_ok(),
            optional: engine == Engine::Ocrs,
            note: Some(state.unwrap_or_else(|missing| missing)),
            description: engine.description(),
        }
    };
    Engine::ALL.into_iter().map(target).collect()
}

/// How an engine runs, or what is missing for it.
fn state(engine: Engine, models: &Models, provider: ExecutionProvider) -> Result<String, String> {
    let (files, library, runs) = match engine {
        Engine::PaddleOcr(_) => (
            installed::ocr_files(models).err(),
            installed::library(models, provider).err(),
            format!("runs on {}", provider.name()),
        ),
        Engine::Ocrs => match installed::ocrs_files(models) {
            Ok(files) => (None, None, files.recogniser.description().to_owned()),
            Err(missing) => (Some(missing), None, String::new()),
        },
    };
    let pdfium = models.library("pdfium").err().map(|error| installed::not_installed(&error));
    let missing: Vec<String> = [files, library, pdfium].into_iter().flatten().map(|failure| failure.detail).collect();
    if missing.is_empty() { Ok(runs) } else { Err(missing.join("; ")) }
}

impl Gateway {
    /// Everything that can answer.
    #[must_use]
    pub fn targets(&self) -> &[TargetInfo] {
        &self.targets
    }

    /// Whether requests can be served.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let checks: Vec<(String, Result<String, String>)> = self
            .targets
            .iter()
            .filter(|target| target.installed || !target.optional)
            .map(|target| {
                let note = target.note.clone().unwrap_or_default();
                (target.id.clone(), if target.installed { Ok(note) } else { Err(note) })
            })
            .collect();
        Readiness { ready: checks.iter().all(|(_, check)| check.is_ok()), checks }
    }

    /// How many documents wait for the OCR engine or are being read by it.
    #[must_use]
    pub fn ocr_depth(&self) -> usize {
        self.ocr.depth()
    }

    /// How many PDF workers have died or been killed with a document open.
    #[must_use]
    pub fn workers_lost(&self) -> u64 {
        self.pdf.lost()
    }
}
