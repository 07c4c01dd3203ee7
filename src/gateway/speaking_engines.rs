//! The engines that speak: Piper's and Kokoro's voices, and espeak-ng for all other languages.

use mediary_core::Target;
use mediary_core::capability::{Abilities, TaskKind, USUAL_PRIORITY, Voice};
use mediary_core::engine::Engine;
use mediary_local::{Espeak, EspeakNg, ExecutionProvider, Kokoro, KokoroFiles, Piper, Runtime};

use super::engines::{Entry, called, only, state};
use super::installed;
use crate::models::Models;

/// The quick neural voices: the first choice for the languages that they speak.
pub(super) fn piper(models: &Models, provider: ExecutionProvider, espeak: Option<&EspeakNg>, threads: usize) -> Entry {
    let (models, espeak) = (models.clone(), installed::espeak_ng(espeak));
    let found = installed::piper_voices(&models);
    let voices: Vec<Voice> = found.iter().flatten().map(|voice| voice.voice.clone()).collect();
    let parts = [
        found.map(|_| "runs on cpu".to_owned()),
        installed::library(&models, provider).map(|_| String::new()),
        espeak.clone().map(|_| String::new()),
    ];
    let load = move || {
        // The network makes sound of every length; a library that compiles for each would be slower.
        let runtime = Runtime::load(&installed::library(&models, provider)?, ExecutionProvider::Cpu)?;
        let voices = installed::piper_voices(&models)?;
        Ok(Box::new(Piper::new(&runtime, espeak.clone()?, voices, threads)) as Box<dyn Engine>)
    };
    Entry {
        name: "piper",
        models: called(&[("piper", "neural voices of Piper: English, and every voice put into models/voices; quick")]),
        optional: true,
        state: state(parts),
        abilities: Box::new(move |target| speaks(target, 0, voices.clone(), Vec::new())),
        load: Box::new(load),
    }
}

/// The neural voices of several languages: better to hear than Piper's, and much slower.
pub(super) fn kokoro(models: &Models, provider: ExecutionProvider, espeak: Option<&EspeakNg>, threads: usize) -> Entry {
    let (models, espeak) = (models.clone(), installed::espeak_ng(espeak));
    let found = installed::kokoro_files(&models);
    let voices: Vec<Voice> = found.iter().flat_map(KokoroFiles::voices).collect();
    let parts = [
        found.map(|_| "runs on cpu".to_owned()),
        installed::library(&models, provider).map(|_| String::new()),
        espeak.clone().map(|_| String::new()),
    ];
    let load = move || {
        // OpenVINO has no kernel for a part of it.
        let runtime = Runtime::load(&installed::library(&models, provider)?, ExecutionProvider::Cpu)?;
        let files = installed::kokoro_files(&models)?;
        Ok(Box::new(Kokoro::load(&runtime, espeak.clone()?, &files, threads)?) as Box<dyn Engine>)
    };
    let languages = ["en", "es", "fr", "hi", "it", "pt"].map(str::to_owned);
    Entry {
        name: "kokoro",
        models: called(&[(
            "kokoro",
            "Kokoro-82M: 41 neural voices, English, Spanish, French, Hindi, Italian, Portuguese",
        )]),
        optional: true,
        state: state(parts),
        abilities: Box::new(move |target| speaks(target, 1, voices.clone(), languages.to_vec())),
        load: Box::new(load),
    }
}

/// espeak-ng: what is left for all other languages.
pub(super) fn speaks_anything(espeak: Option<&EspeakNg>) -> Entry {
    let espeak = installed::espeak_ng(espeak);
    let there = espeak.clone().map(|_| "a child process per text".to_owned());
    Entry {
        name: "espeak",
        models: called(&[("espeak", "espeak-ng: over 100 languages, in a plain voice")]),
        optional: true,
        state: state([there]),
        abilities: Box::new(|target| speaks(target, 2, Espeak::voices(), Espeak::languages())),
        load: Box::new(move || Ok(Box::new(Espeak::new(espeak.clone()?)) as Box<dyn Engine>)),
    }
}

/// An engine that speaks with these voices, and so many places behind the first of them. Without a list of its own, it
/// speaks the languages of its voices.
fn speaks(target: Target, behind: u32, voices: Vec<Voice>, languages: Vec<String>) -> Abilities {
    let mut languages = languages;
    if languages.is_empty() {
        // Voices whose files are not there yet speak English.
        let codes = voices.iter().filter_map(|voice| voice.language.split('-').next());
        languages = codes.map(str::to_lowercase).chain(voices.is_empty().then(|| "en".to_owned())).collect();
        languages.sort();
        languages.dedup();
    }
    let priority = USUAL_PRIORITY + behind;
    // None keeps to a pace exactly; it is made of their sound afterwards.
    Abilities { priority, voices, languages, soft: only(&[]), ..Abilities::of(target, TaskKind::Speech) }
}
