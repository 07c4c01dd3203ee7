//! What a server says of one model: the answer of `POST /show`, asked for where the list is silent.

use bytes::Bytes;
use mediary_core::provider::ListedModel;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::dialect::Question;

/// What stands in the template of a model that calls functions.
const CALLS: &str = ".Tools";

#[derive(Debug, Default, Deserialize)]
struct Shown {
    #[serde(default)]
    capabilities: Option<Vec<String>>,
    #[serde(default)]
    model_info: Option<Map<String, Value>>,
    #[serde(default)]
    template: Option<String>,
}

/// The question for a model of the list, whose files are these.
pub(super) fn question(model: &str, digest: String) -> Question {
    let body = Bytes::from(json!({ "model": model }).to_string());
    Question { model: model.to_owned(), version: digest, path: "/show", body }
}

/// Lays what is told of a model over what the list says. What cannot be read tells nothing.
pub(super) fn told(body: &[u8], model: &mut ListedModel) {
    let shown: Shown = serde_json::from_slice(body).unwrap_or_default();
    match shown.capabilities {
        Some(capabilities) => able(capabilities, model),
        // Servers of an older kind.
        None => model.tools = model.tools.or_else(|| Some(shown.template?.contains(CALLS))),
    }
    let info = shown.model_info.unwrap_or_default();
    let architecture = info.get("general.architecture").and_then(Value::as_str).unwrap_or_default();
    let context = info.get(&format!("{architecture}.context_length")).and_then(Value::as_u64);
    model.context_tokens = context.and_then(|tokens| u32::try_from(tokens).ok()).or(model.context_tokens);
}

/// What a model can do by the words that a server has for it.
pub(super) fn able(capabilities: Vec<String>, model: &mut ListedModel) {
    let can = |ability: &str| capabilities.iter().any(|its| its == ability);
    model.vision = Some(can("vision"));
    model.tools = Some(can("tools"));
    model.thinking = Some(can("thinking"));
    model.embedding = Some(can("embedding") && !can("completion"));
    model.capabilities = capabilities;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &Value) -> ListedModel {
        let mut model = ListedModel { name: "m".into(), vision: Some(false), ..ListedModel::default() };
        told(body.to_string().as_bytes(), &mut model);
        model
    }

    #[test]
    fn what_a_model_can_and_how_much_it_holds_is_read() {
        let told = of(
            &json!({ "capabilities": ["completion", "tools", "thinking", "insert"], "template": "{{ .Prompt }}",
            "model_info": { "general.architecture": "qwen3", "qwen3.context_length": 40_960, "llama.context_length": 1 } }),
        );
        assert_eq!((told.tools, told.thinking, told.vision), (Some(true), Some(true), Some(false)));
        assert_eq!((told.embedding, told.context_tokens), (Some(false), Some(40_960)));
        assert_eq!(told.capabilities, ["completion", "tools", "thinking", "insert"]);
        assert_eq!(of(&json!({ "capabilities": ["embedding"] })).embedding, Some(true));
        assert_eq!(of(&json!({ "template": "{{ if .Tools }}…{{ end }}" })).tools, Some(true));
        assert_eq!(of(&json!({ "template": "{{ .Prompt }}" })).tools, Some(false));
    }

    #[test]
    fn what_is_no_answer_tells_nothing() {
        let silent = ListedModel { name: "m".into(), vision: Some(false), ..ListedModel::default() };
        for body in [json!([]), json!({}), json!({ "capabilities": null, "model_info": { "x": 1 } })] {
            assert_eq!(of(&body), silent, "{body}");
        }
    }
}
