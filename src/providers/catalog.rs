//! All catalogs: those embedded in the executable, with the operator's own in their place or beside them.
//!
//! Embedding is what lets an installed `mediary` work in any folder. Reading is done by the configuration's readers,
//! since a catalog and a `[[providers]]` have the same shape.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::BadCatalog;
use crate::config::providers::{self, ProviderEntry};
use crate::config::{Origin, Problem};

macro_rules! embedded {
    ($($file:literal),+ $(,)?) => {
        [$(($file, include_str!(concat!("../../models/providers/", $file)))),+]
    };
}

/// The catalogs this version of Mediary was built with.
pub(super) const EMBEDDED: [(&str, &str); 43] = embedded![
    "anthropic.toml",
    "azure.toml",
    "bedrock.toml",
    "cerebras.toml",
    "cloudflare.toml",
    "cohere-rerank.toml",
    "cohere.toml",
    "dashscope-images.toml",
    "dashscope-videos.toml",
    "dashscope.toml",
    "deepseek.toml",
    "edge.toml",
    "fireworks-audio.toml",
    "fireworks.toml",
    "gemini.toml",
    "github.toml",
    "groq.toml",
    "huggingface.toml",
    "kilo.toml",
    "llamacpp.toml",
    "llm7.toml",
    "lmstudio.toml",
    "localai.toml",
    "minimax.toml",
    "mistral.toml",
    "moonshot.toml",
    "nvidia-images.toml",
    "nvidia-rerank.toml",
    "nvidia.toml",
    "ollama-cloud.toml",
    "ollama.toml",
    "openai.toml",
    "openrouter.toml",
    "perplexity.toml",
    "pollinations.toml",
    "sambanova.toml",
    "siliconflow.toml",
    "together.toml",
    "vertex.toml",
    "vllm.toml",
    "xai.toml",
    "zai.toml",
    "zhipu.toml",
];

/// Reads all catalogs, sorted by id. A file in `models/providers` beside the configuration replaces the embedded
/// catalog of the same name, and adds one where there is none.
pub(super) fn load(config_dir: Option<&Path>) -> Result<Vec<ProviderEntry>, BadCatalog> {
    let mut catalogs: Vec<ProviderEntry> = Vec::new();
    let mut problems = Vec::new();
    let mut take = |place: &Path, text: &str| match parse(place, text) {
        Ok(catalog) => {
            catalogs.retain(|other| other.id != catalog.id);
            catalogs.push(catalog);
        }
        Err(found) => problems.extend(found),
    };
    for (file, text) in EMBEDDED {
        take(Path::new(file), text);
    }
    if let Some(dir) = config_dir.map(|dir| dir.join("models").join("providers")) {
        for place in files(&dir)? {
            let text = fs::read_to_string(&place).map_err(|error| unreadable(&place, &error))?;
            take(&place, &text);
        }
    }
    if !problems.is_empty() {
        return Err(BadCatalog { problems });
    }
    catalogs.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(catalogs)
}

fn parse(place: &Path, text: &str) -> Result<ProviderEntry, Vec<Problem>> {
    let catalog = providers::catalog(place, text)?;
    // Two files for one id would make it a matter of luck which of them counts.
    if place.file_stem().is_none_or(|stem| stem != catalog.id.as_str()) {
        let message = format!("the catalog is of `{0}`, so its file has to be `{0}.toml`", catalog.id.as_str());
        return Err(vec![Problem { origin: Origin::File(place.to_owned()), key: None, message }]);
    }
    Ok(catalog)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, BadCatalog> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(dir, &error)),
    };
    let mut places = Vec::new();
    for entry in entries {
        let place = entry.map_err(|error| unreadable(dir, &error))?.path();
        if place.extension().is_some_and(|extension| extension == "toml") {
            places.push(place);
        }
    }
    places.sort();
    Ok(places)
}

fn unreadable(place: &Path, error: &io::Error) -> BadCatalog {
    let problem = Problem { origin: Origin::File(place.to_owned()), key: None, message: error.to_string() };
    BadCatalog { problems: vec![problem] }
}
