//! Models of speech recognition that a user has put beside the weights, each with a card of a few lines. Of what is in
//! their files nothing is known here; the engine says whether it can use them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Models;
use super::card::is_bare_name;

/// A card in the folder `speech`: `NAME.toml` is the model `local/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HearingCard {
    /// By which it is asked for: that of its file.
    #[serde(skip)]
    pub name: String,
    /// What kind of model it is.
    pub family: Family,
    /// What it is for, in one line.
    pub purpose: String,
    /// `encoder_model.onnx`, as it is published for ONNX Runtime; as the other files, from the card's folder on.
    pub encoder: PathBuf,
    /// `decoder_model_merged.onnx`.
    pub decoder: PathBuf,
    /// `tokenizer.json`.
    pub tokenizer: PathBuf,
    /// `generation_config.json`, of a Whisper.
    pub settings: Option<PathBuf>,
    /// The languages that it is for, as ISO 639-1 codes; none: all of its family.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// Kinds of models that are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Whisper and what was distilled from it.
    Whisper,
    /// Moonshine, each of one language.
    Moonshine,
}

impl HearingCard {
    fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let card: Self = toml::from_str(&text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|name| is_bare_name(name));
        let name = name.ok_or("its name has to be letters, digits, dots and dashes")?.to_owned();
        if card.family == Family::Whisper && card.settings.is_none() {
            return Err("`settings` is missing: the `generation_config.json` of the model".to_owned());
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let at = |file: &Path| folder.join(file);
        let settings = card.settings.as_deref().map(at);
        let [encoder, decoder, tokenizer] = [&card.encoder, &card.decoder, &card.tokenizer].map(|file| at(file));
        let all = [&encoder, &decoder, &tokenizer].into_iter().chain(&settings);
        if let Some(absent) = all.into_iter().find(|file| !file.is_file()) {
            return Err(format!("there is no file {}", absent.display()));
        }
        Ok(Self { name, encoder, decoder, tokenizer, settings, ..card })
    }
}

impl Models {
    /// The user's own models of speech recognition, in the folder `speech` beside that of the weights, by name. One whose
    /// card or files are wrong costs only itself.
    #[must_use]
    pub fn hearing(&self) -> Vec<HearingCard> {
        let Some(beside) = self.dir.parent() else { return Vec::new() };
        let entries = std::fs::read_dir(beside.join("speech")).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        let read = |path: PathBuf| match HearingCard::read(&path) {
            Ok(card) => Some(card),
            Err(error) => {
                tracing::warn!(card = %path.display(), error.detail = error, "a model of speech recognition is left out");
                None
            }
        };
        paths.into_iter().filter_map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Locations;
    use super::*;

    #[test]
    fn a_card_names_the_files_beside_it_and_one_that_is_wrong_costs_itself() {
        let home = tempfile::tempdir().unwrap();
        let locations = Locations { home: Some(home.path().to_owned()), cwd: home.path().to_owned(), config_dir: None };
        let models = Models::open(&locations).unwrap();
        assert_eq!(models.hearing(), []);
        let folder = home.path().join("speech");
        std::fs::create_dir_all(folder.join("small")).unwrap();
        for name in ["encoder_model.onnx", "decoder_model_merged.onnx", "tokenizer.json", "generation_config.json"] {
            std::fs::write(folder.join("small").join(name), "").unwrap();
        }
        let card = "family = \"whisper\"\npurpose = \"Whisper small\"\nencoder = \"small/encoder_model.onnx\"\n\
                    decoder = \"small/decoder_model_merged.onnx\"\ntokenizer = \"small/tokenizer.json\"\n\
                    settings = \"small/generation_config.json\"\nlanguages = [\"en\"]\n";
        for (name, text) in [
            ("whisper-small.toml", card.to_owned()),
            ("absent.toml", card.replace("small/tokenizer", "large/tokenizer")),
            ("odd.toml", card.replace("family", "kind")),
            ("bare.toml", card.replace("settings = \"small/generation_config.json\"\n", "")),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let found = models.hearing();
        let [card] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((card.name.as_str(), card.family), ("whisper-small", Family::Whisper));
        assert_eq!(card.settings.as_deref(), Some(&*folder.join("small/generation_config.json")));
        assert_eq!(card.languages, ["en"]);
    }
}
