//! What other gateways call the providers that have a catalog here.

use crate::providers::catalog_ids;

/// Names elsewhere, and the id of the catalog. What is called the same needs no row.
const NAMES: [(&str, &str); 24] = [
    ("google", "gemini"),
    ("grok", "xai"),
    ("qwen", "dashscope"),
    ("alibaba", "dashscope"),
    ("together_ai", "together"),
    ("fireworks_ai", "fireworks"),
    ("cohere_chat", "cohere"),
    ("nvidia_nim", "nvidia"),
    ("vertex_ai", "vertex"),
    ("ollama_chat", "ollama"),
    ("text-completion-openai", "openai"),
    ("hosted_vllm", "vllm"),
    ("lm_studio", "lmstudio"),
    ("llamafile", "llamacpp"),
    ("zai", "zai"),
    ("z-ai", "zai"),
    ("bigmodel", "zhipu"),
    ("github_models", "github"),
    ("hf", "huggingface"),
    ("kimi", "moonshot"),
    ("azure_ai", "azure"),
    ("bedrock_converse", "bedrock"),
    ("codestral", "mistral"),
    ("ollama-local", "ollama"),
];

/// The id of the catalog that is meant by a name; `None` where there is none.
pub(super) fn known(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let id = NAMES.iter().find(|(theirs, _)| *theirs == name).map_or(name.as_str(), |(_, ours)| ours);
    is_known(id).then(|| id.to_owned())
}

/// Whether a catalog has this id.
pub(super) fn is_known(id: &str) -> bool {
    catalog_ids().iter().any(|known| known == id)
}

/// A name as an id: lower-case letters, digits and dashes.
pub(super) fn as_id(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let id: String = name.trim().chars().map(plain).collect();
    match id.trim_matches('-') {
        "" | "local" => "imported".to_owned(),
        id => id.to_owned(),
    }
}

/// A variable for the key of a provider.
pub(super) fn key_variable(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = id.chars().map(plain).collect();
    // A name does not begin with a digit.
    let first = if name.starts_with(|c: char| c.is_ascii_digit()) { "HOST_" } else { "" };
    format!("{first}{name}_API_KEY")
}
