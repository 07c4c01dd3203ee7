//! All cards: those embedded in the executable, with the operator's own in their place or beside them.
//!
//! Embedding is what lets an installed `mediary` work in any folder. Called once, when the models are opened.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Card, OpenFailed};

/// The cards this version of Mediary was built and tested with.
const EMBEDDED: &[(&str, &str)] = &[
    ("all-minilm-l6-v2.toml", include_str!("../../models/local/all-minilm-l6-v2.toml")),
    ("e5-small.toml", include_str!("../../models/local/e5-small.toml")),
    ("kokoro.toml", include_str!("../../models/local/kokoro.toml")),
    ("kokoro-2.toml", include_str!("../../models/local/kokoro-2.toml")),
    ("kokoro-3.toml", include_str!("../../models/local/kokoro-3.toml")),
    ("kokoro-4.toml", include_str!("../../models/local/kokoro-4.toml")),
    ("kokoro-voices.toml", include_str!("../../models/local/kokoro-voices.toml")),
    ("moonshine.toml", include_str!("../../models/local/moonshine.toml")),
    ("onnxruntime.toml", include_str!("../../models/local/onnxruntime.toml")),
    ("openvino.toml", include_str!("../../models/local/openvino.toml")),
    ("paddleocr.toml", include_str!("../../models/local/paddleocr.toml")),
    ("pdfium.toml", include_str!("../../models/local/pdfium.toml")),
    ("picture-safety.toml", include_str!("../../models/local/picture-safety.toml")),
    ("piper-joe.toml", include_str!("../../models/local/piper-joe.toml")),
    ("silero-vad.toml", include_str!("../../models/local/silero-vad.toml")),
    ("whisper-base.toml", include_str!("../../models/local/whisper-base.toml")),
    ("whisper-base-2.toml", include_str!("../../models/local/whisper-base-2.toml")),
];

/// Reads all cards, sorted by name. A file in `models/local` beside the configuration replaces the embedded card of
/// the same name, and adds one where there is none.
pub(super) fn load(config_dir: Option<&Path>) -> Result<Vec<Card>, OpenFailed> {
    let mut cards = Vec::new();
    for &(file, text) in EMBEDDED {
        cards.push(parse(Path::new(file), text)?);
    }
    if let Some(config_dir) = config_dir {
        for path in card_files(&config_dir.join("models").join("local"))? {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            let card = parse(&path, &text)?;
            cards.retain(|embedded: &Card| embedded.name != card.name);
            cards.push(card);
        }
    }
    cards.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cards)
}

fn card_files(dir: &Path) -> Result<Vec<PathBuf>, OpenFailed> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(dir, &error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(dir, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn parse(path: &Path, text: &str) -> Result<Card, OpenFailed> {
    let broken = |detail: String| OpenFailed::Card { path: path.to_owned(), detail };
    let card = Card::parse(text).map_err(broken)?;
    // Two files for one name would make it a matter of luck which of them counts.
    if path.file_stem().is_none_or(|stem| stem != card.name.as_str()) {
        return Err(broken(format!("the card is called `{0}`, so its file has to be `{0}.toml`", card.name)));
    }
    Ok(card)
}

fn unreadable(path: &Path, error: &io::Error) -> OpenFailed {
    OpenFailed::Card { path: path.to_owned(), detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Form, Platform};

    #[test]
    fn every_embedded_card_is_sound_and_reaches_the_machines_the_readme_promises() {
        let cards = load(None).unwrap();
        let names: Vec<&str> =
            cards.iter().map(|card| card.name.as_str()).filter(|name| !name.starts_with("kokoro")).collect();
        let expected = [
            "all-minilm-l6-v2",
            "e5-small",
            "moonshine",
            "onnxruntime",
            "openvino",
            "paddleocr",
            "pdfium",
            "picture-safety",
            "piper-joe",
            "silero-vad",
            "whisper-base",
            "whisper-base-2",
        ];
        assert_eq!(names, expected);
        for card in &cards {
            let package = card.package(&Platform::named("linux-x86_64")).unwrap();
            let compressed = package.archive_bytes > 1_000_000 && package.installed_bytes() > 1_000_000;
            assert!(compressed, "{}: sizes are given in bytes", card.name);
            let needs_backend = card.source.form == Form::Sdist;
            assert_eq!(card.source.build_backend.is_some(), needs_backend, "{}", card.name);
            let everywhere = ["linux-aarch64", "macos-aarch64"];
            let reached = everywhere.iter().all(|name| card.package(&Platform::named(name)).is_ok());
            assert!(reached || card.optional, "{} is needed, but not on {everywhere:?}", card.name);
        }
    }

    #[test]
    fn a_card_beside_the_configuration_replaces_the_embedded_one_and_may_add_one() {
        let config = tempfile::tempdir().unwrap();
        let dir = config.path().join("models/local");
        fs::create_dir_all(&dir).unwrap();
        let pdfium = include_str!("../../models/local/pdfium.toml");
        fs::write(dir.join("pdfium.toml"), pdfium.replace("5.15.2", "6.0.0")).unwrap();
        fs::write(dir.join("mine.toml"), pdfium.replace("name = \"pdfium\"", "name = \"mine\"")).unwrap();
        fs::write(dir.join("notes.txt"), "not a card").unwrap();
        let cards = load(Some(config.path())).unwrap();
        assert_eq!(cards.len(), EMBEDDED.len() + 1);
        let version = |name: &str| cards.iter().find(|card| card.name == name).unwrap().source.version.as_str();
        assert_eq!((version("pdfium"), version("mine")), ("6.0.0", "5.15.2"));
    }

    #[test]
    fn a_broken_card_is_named_by_its_file() {
        let config = tempfile::tempdir().unwrap();
        let dir = config.path().join("models/local");
        fs::create_dir_all(&dir).unwrap();
        for (file, text, expected) in [
            ("odd.toml", "name = 3", "invalid type"),
            ("other.toml", include_str!("../../models/local/pdfium.toml"), "its file has to be `pdfium.toml`"),
        ] {
            fs::write(dir.join(file), text).unwrap();
            let problem = load(Some(config.path())).unwrap_err().to_string();
            assert!(problem.contains(file) && problem.contains(expected), "{problem}");
            fs::remove_file(dir.join(file)).unwrap();
        }
    }
}
