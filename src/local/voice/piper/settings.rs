//! The settings of a voice: the JSON file that Piper publishes beside its model.

use std::collections::HashMap;
use std::path::Path;

use mediary_core::Failure;
use mediary_core::capability::{Gender, Voice};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// The highest rate that a voice may have; what claims more is damaged.
const MOST_RATE_HZ: u32 = 192_000;

/// What the file says, as far as it is needed.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The voice of espeak-ng that gives the phonemes.
    pub(super) espeak_voice: String,
    pub(super) noise_scale: f32,
    pub(super) length_scale: f32,
    pub(super) noise_w: f32,
    /// How many speakers are in the model.
    pub(super) speakers: u32,
    language: String,
    rate_hz: u32,
    ids: HashMap<char, Vec<i64>>,
    begin: i64,
    end: i64,
    pad: i64,
}

impl Settings {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let failed =
            |what: String| Failure::broken(format!("{} cannot be used: {what}; fetch the voice anew", path.display()));
        let text = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let file: SettingsFile = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
        Self::of(file).map_err(|what| failed(what.to_owned()))
    }

    fn of(file: SettingsFile) -> Result<Self, &'static str> {
        let SettingsFile { audio, espeak, inference, phoneme_type, phoneme_id_map, num_speakers, language } = file;
        if phoneme_type.is_some_and(|kind| kind != "espeak") {
            return Err("its phonemes are not those of espeak-ng");
        }
        // It becomes an argument of espeak-ng.
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-+_".contains(letter);
        if espeak.voice.is_empty() || espeak.voice.starts_with('-') || !espeak.voice.chars().all(is_name) {
            return Err("it names no voice of espeak-ng");
        }
        if audio.sample_rate == 0 || audio.sample_rate > MOST_RATE_HZ {
            return Err("its sample rate is none");
        }
        let one = |name: &str| phoneme_id_map.get(name).and_then(|ids| ids.first()).copied();
        let (Some(pad), Some(begin), Some(end)) = (one("_"), one("^"), one("$")) else {
            return Err("its phonemes lack a mark for begin, end or pause");
        };
        let ids = phoneme_id_map.into_iter().filter_map(|(name, ids)| {
            let mut letters = name.chars();
            let letter = letters.next()?;
            letters.next().is_none().then_some((letter, ids))
        });
        let tag = language.map(|language| language.code.replace('_', "-"));
        Ok(Self {
            language: tag.unwrap_or_else(|| espeak.voice.clone()),
            espeak_voice: espeak.voice,
            noise_scale: inference.noise_scale,
            length_scale: inference.length_scale,
            noise_w: inference.noise_w,
            speakers: num_speakers,
            rate_hz: audio.sample_rate,
            ids: ids.collect(),
            begin,
            end,
            pad,
        })
    }

    /// The voice as it is listed. The files do not say how it sounds, except for the one that we know.
    pub(super) fn voice(&self, name: &str) -> Voice {
        let gender = (name == "joe").then_some(Gender::Male);
        Voice { name: name.to_owned(), language: self.language.clone(), gender, rate_hz: self.rate_hz }
    }

    /// The numbers of phonemes and marks, between those of begin and end and with a pause behind each, as the networks
    /// were trained. What has no number is left out.
    pub(super) fn ids(&self, phonemes: &str) -> Vec<i64> {
        let mut ids = vec![self.begin, self.pad];
        for phoneme in phonemes.nfd().filter_map(|letter| self.ids.get(&letter)) {
            ids.extend(phoneme);
            ids.push(self.pad);
        }
        ids.push(self.end);
        ids
    }
}

#[derive(Debug, Deserialize)]
struct SettingsFile {
    audio: Audio,
    espeak: Espeak,
    #[serde(default)]
    inference: Inference,
    phoneme_type: Option<String>,
    phoneme_id_map: HashMap<String, Vec<i64>>,
    #[serde(default)]
    num_speakers: u32,
    language: Option<Language>,
}

#[derive(Debug, Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Debug, Deserialize)]
struct Espeak {
    voice: String,
}

#[derive(Debug, Deserialize)]
struct Language {
    code: String,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Default for Inference {
    fn default() -> Self {
        Self { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}
