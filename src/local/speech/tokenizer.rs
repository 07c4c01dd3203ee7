//! The tokens of a published model: what of its `tokenizer.json` is needed to read them, which is not how a text is cut.

use std::collections::HashMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Tokenizer {
    model: Model,
    #[serde(default)]
    added_tokens: Vec<Added>,
}

#[derive(Debug, Deserialize)]
struct Model {
    vocab: HashMap<String, usize>,
}

#[derive(Debug, Deserialize)]
struct Added {
    id: usize,
    content: String,
}

/// No model has more tokens.
const MOST: usize = 1 << 20;

/// All tokens, each at its number; where there is none, an empty one.
///
/// # Errors
/// When it is no such file.
pub(super) fn tokens(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let Tokenizer { model, added_tokens } = serde_json::from_str(text)?;
    let added = added_tokens.into_iter().map(|Added { id, content }| (content, id));
    let mut tokens = Vec::new();
    for (token, id) in model.vocab.into_iter().chain(added).filter(|(_, id)| *id < MOST) {
        if id >= tokens.len() {
            tokens.resize(id + 1, String::new());
        }
        tokens[id] = token;
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stand_at_their_numbers() {
        let text = r#"{"model": {"type": "BPE", "vocab": {"a": 1, "b": 0}, "merges": []},
            "added_tokens": [{"id": 3, "content": "<|end|>", "special": true}]}"#;
        assert_eq!(tokens(text).unwrap(), ["b", "a", "", "<|end|>"]);
        assert!(tokens("{}").is_err());
    }
}
