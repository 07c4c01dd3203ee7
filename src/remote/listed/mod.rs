//! Lists of models: what a provider says it has.
//!
//! Lists in OpenAI's shape hold names, and with many vendors more: how long contexts are, what is taken and made, prices.
//! What is said is read wherever it stands; a dialect whose list has another shape reads it in its own folder.
//! [`crate::Remote`] asks for lists; the gateway makes rows of what comes back.

mod facts;
mod kind;

use mediary_core::provider::ListedModel;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

/// Reads a list in OpenAI's shape, or a bare one.
///
/// # Errors
/// Garbled when it is no list.
pub(crate) fn names(body: &[u8]) -> Result<Vec<ListedModel>, Failure> {
    let garbled = || Failure::new(FailureKind::Garbled, "the provider's list of models cannot be understood");
    let list: Value = serde_json::from_slice(body).map_err(|_| garbled())?;
    let items = match &list {
        Value::Array(items) => items,
        Value::Object(object) => object.get("data").and_then(Value::as_array).ok_or_else(garbled)?,
        _ => return Err(garbled()),
    };
    // What is no model costs itself only, unless it is all there is.
    let models: Vec<ListedModel> = items.iter().filter_map(facts::of).collect();
    if models.is_empty() && !items.is_empty() { Err(garbled()) } else { Ok(models) }
}

#[cfg(test)]
mod tests {
    use mediary_core::capability::TaskKind;

    use super::names;

    #[test]
    fn of_a_model_whose_name_says_so_it_is_known_that_it_embeds() {
        let body =
            br#"{"data":[{"id":"qwen3-8b"},{"id":"text-embedding-nomic-embed-text-v1.5"},{"id":"BAAI/Embedder"}]}"#;
        let told: Vec<_> = names(body).unwrap().into_iter().map(|model| model.embedding).collect();
        assert_eq!(told, [None, Some(true), Some(true)]);
    }

    #[test]
    fn what_lists_say_of_their_models_is_read_wherever_it_stands() {
        // One item of each vendor's shape: name, context, reply, tasks, sees, tools, dollars in and out.
        let rows = [
            (
                r#"{"id":"a/b:free","context_length":131072,"architecture":{"input_modalities":["text","image"],"output_modalities":["text"]},
                   "pricing":{"prompt":"0","completion":"0"},"supported_parameters":["tools","reasoning"],"top_provider":{"max_completion_tokens":8192}}"#,
                "a/b:free 131072 8192 [Chat] Some(true) Some(true) Some(0.0) Some(0.0)",
            ),
            (
                r#"{"id":"paid","context_length":8000,"pricing":{"prompt":"0.00000015","completion":"0.0000006"},"supported_parameters":[]}"#,
                "paid 8000 0 [] None Some(false) Some(0.15) Some(0.6)",
            ),
            (r#"{"id":"varies","pricing":{"prompt":"-1","completion":"-1"}}"#, "varies 0 0 [] None None None None"),
            (
                r#"{"id":"openai/gpt-4.1","limits":{"max_input_tokens":8000,"max_output_tokens":4000},"capabilities":["tool-calling"],
                   "supported_input_modalities":["text","image"],"supported_output_modalities":["text"]}"#,
                "openai/gpt-4.1 8000 4000 [Chat] Some(true) Some(true) None None",
            ),
            (
                r#"{"id":"m","max_context_length":32768,"capabilities":{"completion_chat":true,"function_calling":true,"vision":false}}"#,
                "m 32768 0 [Chat] Some(false) Some(true) None None",
            ),
            (
                r#"{"id":"g","context_window":131072,"max_completion_tokens":65536,"active":true}"#,
                "g 131072 65536 [] None None None None",
            ),
            (
                r#"{"id":"l","context_window":{"tokens":4096,"chars":9},"tools_calling":true}"#,
                "l 4096 0 [] None Some(true) None None",
            ),
            (r#"{"id":"v","max_model_len":40960}"#, "v 40960 0 [] None None None None"),
            (r#"{"id":"c","meta":{"n_ctx_train":2048},"owned_by":"llamacpp"}"#, "c 2048 0 [] None None None None"),
            (r#"{"id":"t","type":"image"}"#, "t 0 0 [ImageGeneration] None None None None"),
            (
                r#"{"id":"e","architecture":{"output_modalities":["embeddings"]}}"#,
                "e 0 0 [Embedding] None None None None",
            ),
        ];
        for (item, expected) in rows {
            let model = names(format!("[{item}]").as_bytes()).unwrap().remove(0);
            let told = format!(
                "{} {} {} {:?} {:?} {:?} {:?} {:?}",
                model.name,
                model.context_tokens.unwrap_or_default(),
                model.output_tokens.unwrap_or_default(),
                model.tasks,
                model.vision,
                model.tools,
                model.input_usd,
                model.output_usd
            );
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn what_is_no_model_costs_itself_only() {
        let list =
            br#"{"data":[{"id":"a"},{"name":7},null,{"id":"off","active":false},{"id":"b","context_length":"long"}]}"#;
        let models = names(list).unwrap();
        assert_eq!(models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        for body in [&b"{}"[..], b"<html>", br#"{"data":"none"}"#, b"[7]"] {
            assert!(names(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
        assert!(names(br#"{"data":[]}"#).unwrap().is_empty());
    }

    #[test]
    fn a_model_is_told_by_its_name_where_nothing_else_tells() {
        use TaskKind::{Embedding, ImageGeneration, Moderation, Rerank, Speech, Transcription, VideoGeneration};
        let rows: [(&str, &[TaskKind]); 12] = [
            ("whisper-large-v3-turbo", &[Transcription]),
            ("openai/gpt-4o-transcribe", &[Transcription]),
            ("canopylabs/orpheus-v1-english", &[Speech]),
            ("gpt-4o-mini-tts", &[Speech]),
            ("BAAI/bge-reranker-v2-m3", &[Rerank]),
            ("meta-llama/llama-guard-4-12b", &[Moderation]),
            ("black-forest-labs/FLUX.1-schnell", &[ImageGeneration]),
            ("text-embedding-3-small", &[Embedding]),
            ("google/veo-3.1", &[VideoGeneration]),
            ("llama-3.3-70b-versatile", &[]),
            ("fluxional-chat", &[]),
            ("safeguard-7b-chat", &[]),
        ];
        for (name, tasks) in rows {
            let model = names(format!(r#"[{{"id":"{name}"}}]"#).as_bytes()).unwrap().remove(0);
            assert_eq!(model.tasks, tasks, "{name}");
        }
    }
}
