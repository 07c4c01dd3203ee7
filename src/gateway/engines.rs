//! The engines of this process: their rows in the matrix, their worker pools, and what there is to say about each.
//!
//! An engine is an entry in [`all`]: its models, what they accept, which files it needs and how it is loaded. Nothing is
//! loaded here; a pool does that when its first job comes.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::capability::{Abilities, Acceptance, Price, SoftSupport, TaskKind, USUAL_PRIORITY, VectorSpace};
use mediary_core::engine::Engine;
use mediary_core::{Failure, MediaFormat, MediaKind, ModelName, Target};
use mediary_local::{
    E5, EspeakNg, ExecutionProvider, Listener, Local, MiniLm, Ocrs, PaddleOcr, Pool, PoolSettings, Runtime,
    WHISPER_LANGUAGES,
};

use super::speaking_engines::{kokoro, piper, speaks_anything};
use super::{execution, installed};
use crate::config::{Engines as Settings, Paddleocr};
use crate::models::{Family, HearingCard, Models};

/// What a refused caller is told to wait.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(5);
/// Targets of providers that were set up come before those of this process, where a request names neither.
const PRIORITY: u32 = 100;

/// The multilingual embedding's name.
const E5_SMALL: &str = "e5-small";
/// So many texts are embedded before the next request has its turn.
const INPUTS_AT_ONCE: u32 = 256;

/// What there is to say about a local target beside its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// Its target.
    pub target: Target,
    /// How it runs, or what is missing.
    pub note: String,
    /// Whether everything it needs is on this machine.
    pub installed: bool,
    /// Whether everything else works without it.
    pub optional: bool,
    /// What it is, in a sentence.
    pub description: String,
}

/// The engines of this process.
#[derive(Debug)]
pub(super) struct Engines {
    /// All of them as one provider.
    pub(super) local: Arc<Local>,
    /// Their rows in the matrix.
    pub(super) rows: Vec<Abilities>,
    /// What there is to say about each row, in the same order.
    pub(super) infos: Arc<[EngineInfo]>,
}

/// The parameter that asks for times.
const TIMES: &str = "timestamp_granularities";
/// That an engine of this process tells those of each word.
pub(super) const WORD_TIMES: &str = "timestamp_granularities.word";

const MOONSHINE: &str = "moonshine";
const WHISPER: &str = "whisper-base";

pub(super) type Load = Box<dyn FnMut() -> Result<Box<dyn Engine>, Failure> + Send>;

/// One engine.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// Its models, each with a sentence about it.
    pub(super) models: Vec<(String, String)>,
    pub(super) optional: bool,
    /// How it runs, or what is missing for it.
    pub(super) state: Result<String, String>,
    /// What all of its models do.
    pub(super) abilities: Box<dyn Fn(Target) -> Abilities>,
    pub(super) load: Load,
}

impl Engines {
    /// Starts the pools.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub(super) fn start(
        settings: &Settings,
        models: &Models,
        provider: ExecutionProvider,
        espeak: Option<&EspeakNg>,
    ) -> std::io::Result<Self> {
        let (mut local, mut rows, mut infos) = (Local::default(), Vec::new(), Vec::new());
        for Entry { name, models, optional, state, abilities, load } in all(settings, models, provider, espeak) {
            let queue = settings.paddleocr.queue;
            let pool = Pool::start(PoolSettings { name: name.to_owned(), queue, retry_after: RETRY_AFTER }, load)?;
            local = local.with(models.iter().map(|(model, _)| ModelName::new(model)), pool);
            for (model, description) in models {
                let target = Target::local(&model);
                let row = abilities(target.clone());
                let missing = state.as_ref().err().cloned().or(row.missing.clone());
                rows.push(Abilities {
                    // Of several engines for the same work some come behind others.
                    priority: PRIORITY + row.priority.saturating_sub(USUAL_PRIORITY),
                    is_local: true,
                    price: Price::Free,
                    missing: missing.clone(),
                    ..row
                });
                infos.push(EngineInfo {
                    target,
                    installed: missing.is_none(),
                    optional,
                    note: missing.or(state.clone().ok()).unwrap_or_default(),
                    description,
                });
            }
        }
        Ok(Self { local: Arc::new(local), rows, infos: infos.into() })
    }
}

/// Models with a sentence about each.
pub(super) fn called(models: &[(&str, &str)]) -> Vec<(String, String)> {
    models.iter().map(|&(name, about)| (name.to_owned(), about.to_owned())).collect()
}

/// All engines, in the order in which they are listed.
fn all(settings: &Settings, models: &Models, provider: ExecutionProvider, espeak: Option<&EspeakNg>) -> Vec<Entry> {
    let runs = || installed::library(models, provider).map(|_| format!("runs on {}", provider.name()));
    let Paddleocr { workers, warm, .. } = settings.paddleocr;
    let (for_ocr, for_ocrs) = (models.clone(), models.clone());
    let load_paddleocr = move || {
        let runtime = Runtime::load(&installed::library(&for_ocr, provider)?, provider)?;
        let settings = execution::ocr_settings(&for_ocr, workers, warm)?;
        let engine = PaddleOcr::load(&runtime, &installed::ocr_files(&for_ocr)?, &settings)?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    let load_ocrs = move || Ok(Box::new(Ocrs::load(&installed::ocrs_files(&for_ocrs)?)?) as Box<dyn Engine>);
    let for_minilm = models.clone();
    let load_minilm = move || {
        // The library is the process's one; its own kernels are the quickest for this model.
        let runtime = Runtime::load(&installed::library(&for_minilm, provider)?, ExecutionProvider::Cpu)?;
        Ok(Box::new(MiniLm::load(&runtime, &installed::minilm_files(&for_minilm)?, workers)?) as Box<dyn Engine>)
    };
    let mut engines = vec![
        Entry {
            name: "paddleocr",
            models: called(&[
                ("paddleocr", "PP-OCRv6 tiny, doubtful lines again with small: Latin script, Chinese, Japanese"),
                ("paddleocr:fast", "PP-OCRv6 tiny: reads Latin script and Chinese, quickest"),
                ("paddleocr:accurate", "PP-OCRv6 small for every line: reads best"),
            ]),
            optional: false,
            state: state([installed::ocr_files(models).map(|_| String::new()), runs(), pdfium(models)]),
            abilities: Box::new(reads_pages),
            load: Box::new(load_paddleocr),
        },
        Entry {
            name: "ocrs",
            models: called(&[(
                "ocrs",
                "ocrs: detector and layout of its own; slow, and a second opinion where others are not sure",
            )]),
            optional: true,
            state: state([
                installed::ocrs_files(models).map(|files| files.recogniser.description().to_owned()),
                pdfium(models),
            ]),
            abilities: Box::new(reads_pages),
            load: Box::new(load_ocrs),
        },
        Entry {
            name: "all-minilm-l6-v2",
            models: called(&[(
                "all-minilm-l6-v2",
                "sentence embeddings of 384 dimensions, English, up to 512 tokens a text",
            )]),
            optional: true,
            state: state([
                installed::minilm_files(models).map(|_| "runs on cpu".to_owned()),
                installed::library(models, provider).map(|_| String::new()),
            ]),
            abilities: Box::new(embeds_sentences),
            load: Box::new(load_minilm),
        },
        embeds_any_language(models, provider, workers),
        piper(models, provider, espeak, workers),
        kokoro(models, provider, espeak, workers),
        speaks_anything(espeak),
    ];
    let taken: Vec<String> = engines.iter().flat_map(|engine| &engine.models).map(|(name, _)| name.clone()).collect();
    engines.insert(engines.len() - 3, listens(models, provider, workers, &taken));
    engines
}

/// The multilingual embedding.
fn embeds_any_language(models: &Models, provider: ExecutionProvider, threads: usize) -> Entry {
    let for_e5 = models.clone();
    let load = move || {
        // The library is the process's one; its own kernels are the quickest for this model.
        let runtime = Runtime::load(&installed::library(&for_e5, provider)?, ExecutionProvider::Cpu)?;
        Ok(Box::new(E5::load(&runtime, &installed::e5_files(&for_e5)?, threads)?) as Box<dyn Engine>)
    };
    Entry {
        name: E5_SMALL,
        models: called(&[(
            E5_SMALL,
            "sentence embeddings of 384 dimensions, some hundred languages, up to 512 tokens a text",
        )]),
        optional: true,
        state: state([
            installed::e5_files(models).map(|_| "runs on cpu".to_owned()),
            installed::library(models, provider).map(|_| String::new()),
        ]),
        // Behind the English one, whose vectors were there before: `auto` gives the same as ever.
        abilities: Box::new(|target| Abilities {
            priority: USUAL_PRIORITY + 1,
            ..embeds(target, "multilingual-e5-small")
        }),
        load: Box::new(load),
    }
}

/// What writes down speech. Both models are in one engine, because the second tells the language for the first.
/// A user's own are beside them, unless they are called as another engine is.
fn listens(models: &Models, provider: ExecutionProvider, threads: usize, taken: &[String]) -> Entry {
    let (for_rows, models) = (models.clone(), models.clone());
    let is_free =
        |card: &HearingCard| !taken.contains(&card.name) && ![MOONSHINE, WHISPER].contains(&card.name.as_str());
    let further = models.hearing().into_iter().filter(is_free);
    let further: Vec<HearingCard> = further.collect();
    let parts = [
        installed::speech_files(&models).map(|_| "runs on cpu".to_owned()),
        installed::library(&models, provider).map(|_| String::new()),
    ];
    let load = move || {
        // Moonshine's files open with the library's own kernels alone.
        let runtime = Runtime::load(&installed::library(&models, provider)?, ExecutionProvider::Cpu)?;
        Ok(Box::new(Listener::load(&runtime, installed::speech_files(&models)?, threads)?) as Box<dyn Engine>)
    };
    let mut own = called(&[
        (MOONSHINE, "Moonshine tiny: transcribes English, quickest"),
        (WHISPER, "Whisper base: transcribes 99 languages, translates into English"),
    ]);
    own.extend(further.iter().map(|card| (card.name.clone(), card.purpose.clone())));
    Entry {
        name: "speech",
        models: own,
        optional: true,
        state: state(parts),
        abilities: Box::new(move |target| transcribes(target, &for_rows, &further)),
        load: Box::new(load),
    }
}

/// A model that writes down speech.
fn transcribes(target: Target, models: &Models, further: &[HearingCard]) -> Abilities {
    let has_sound = |format: &&MediaFormat| matches!(format.kind(), MediaKind::Audio | MediaKind::Video);
    let accepts = MediaFormat::ALL.iter().filter(has_sound).copied().map(Acceptance::of).collect();
    let own = further.iter().find(|card| card.name == target.model.as_str());
    let (family, files) = match (own, target.model.as_str()) {
        (Some(card), _) => (card.family, Ok(())),
        (None, MOONSHINE) => (Family::Moonshine, installed::moonshine_files(models).map(drop)),
        (None, _) => (Family::Whisper, installed::whisper_files(models).map(drop)),
    };
    // English comes from the quicker one; what a user has added, after both.
    let (tasks, known, behind, heeds) = match family {
        Family::Moonshine => (vec![TaskKind::Transcription], &["en"][..], 0, &[TIMES][..]),
        Family::Whisper => {
            let tasks = vec![TaskKind::Transcription, TaskKind::Translation];
            (tasks, WHISPER_LANGUAGES, 1, &[TIMES, WORD_TIMES, "prompt", "temperature"][..])
        }
    };
    let known = known.iter().map(|&code| code.to_owned()).collect();
    let (languages, behind) = match own {
        Some(card) if !card.languages.is_empty() => (card.languages.clone(), behind + 2),
        Some(_) => (known, behind + 2),
        None => (known, behind),
    };
    let missing = files.err().map(|failure| failure.detail);
    let (streaming, priority) = (true, USUAL_PRIORITY + behind);
    let row = Abilities::of(target, TaskKind::Transcription);
    Abilities { tasks, accepts, languages, missing, streaming, priority, soft: only(heeds), ..row }
}

/// These soft parameters, and no others.
pub(super) fn only(names: &[&str]) -> SoftSupport {
    SoftSupport::Only(names.iter().map(|&name| name.to_owned()).collect())
}

/// An engine that reads pictures of pages, and documents page by page.
fn reads_pages(target: Target) -> Abilities {
    let is_page = |format: &&MediaFormat| matches!(format.kind(), MediaKind::Image | MediaKind::Document);
    let accepts = MediaFormat::ALL.iter().filter(is_page).copied().map(Acceptance::of);
    Abilities { accepts: accepts.collect(), ..Abilities::of(target, TaskKind::Ocr) }
}

/// The engine of sentence embeddings.
fn embeds_sentences(target: Target) -> Abilities {
    embeds(target, "all-minilm-l6-v2")
}

/// An engine of embeddings of a family; both models have the same measures.
fn embeds(target: Target, family: &str) -> Abilities {
    let dimensions = u32::try_from(MiniLm::DIMENSIONS).ok();
    let vectors = VectorSpace { dimensions, inputs: Some(INPUTS_AT_ONCE), ..VectorSpace::of(family) };
    let context_tokens = u32::try_from(MiniLm::LONGEST).ok();
    Abilities { vectors: Some(vectors), context_tokens, ..Abilities::of(target, TaskKind::Embedding) }
}

fn pdfium(models: &Models) -> Result<String, Failure> {
    models.library("pdfium").map(|_| String::new()).map_err(|error| installed::not_installed(&error))
}

/// What is said of the parts that an engine needs, or everything that is missing.
pub(super) fn state(parts: impl IntoIterator<Item = Result<String, Failure>>) -> Result<String, String> {
    let (there, missing): (Vec<_>, Vec<_>) = parts.into_iter().partition(Result::is_ok);
    let missing: Vec<String> = missing.into_iter().filter_map(Result::err).map(|failure| failure.detail).collect();
    if !missing.is_empty() {
        return Err(missing.join("; "));
    }
    Ok(there.into_iter().filter_map(Result::ok).find(|note| !note.is_empty()).unwrap_or_default())
}
