//! What a server has: the answer of `GET /tags`.
//!
//! Servers of an older kind do not say what a model can do; what little their details tell is taken then.

use mediary_core::Failure;
use mediary_core::provider::ListedModel;
use serde::Deserialize;

use super::show;
use crate::blame;
use crate::dialect::Question;

#[derive(Debug, Deserialize)]
struct Tags {
    models: Option<Vec<Tag>>,
}

#[derive(Debug, Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    digest: String,
    capabilities: Option<Vec<String>>,
    details: Option<Details>,
}

#[derive(Debug, Deserialize)]
struct Details {
    families: Option<Vec<String>>,
    context_length: Option<u32>,
}

/// Reads the body of `GET /tags`.
///
/// # Errors
/// Garbled when it is no such body.
pub(super) fn models(body: &[u8]) -> Result<Vec<ListedModel>, Failure> {
    let tags: Tags = serde_json::from_slice(body).map_err(blame::shapeless)?;
    Ok(tags.models.unwrap_or_default().into_iter().map(model).collect())
}

/// What to ask of those models of that list of which it says less than what they can and how much they hold.
pub(super) fn questions(body: &[u8]) -> Vec<Question> {
    let tags: Option<Tags> = serde_json::from_slice(body).ok();
    let all = tags.and_then(|tags| tags.models).unwrap_or_default().into_iter();
    let is_silent = |tag: &Tag| {
        tag.capabilities.is_none() || tag.details.as_ref().is_none_or(|details| details.context_length.is_none())
    };
    all.filter(is_silent).map(|tag| show::question(&tag.name, tag.digest)).collect()
}

fn model(tag: Tag) -> ListedModel {
    let context_tokens = tag.details.as_ref().and_then(|details| details.context_length);
    let families = tag.details.and_then(|details| details.families).unwrap_or_default();
    let is_of = |names: &[&str]| families.iter().any(|family| names.contains(&family.as_str()));
    match tag.capabilities {
        Some(capabilities) => {
            let mut model = ListedModel { name: tag.name, context_tokens, ..ListedModel::default() };
            show::able(capabilities, &mut model);
            model
        }
        None => ListedModel {
            vision: Some(is_of(&["clip", "mllama"])),
            tools: None,
            thinking: None,
            embedding: Some(is_of(&["bert", "nomic-bert"]) || tag.name.contains("embed")),
            name: tag.name,
            context_tokens,
            ..ListedModel::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_has_is_read_with_what_it_can() {
        let body = br#"{"models":[
            {"name":"qwen3-vl:8b","model":"qwen3-vl:8b","size":1,"capabilities":["completion","vision","tools","thinking"]},
            {"name":"bge-m3:latest","capabilities":["embedding"],"details":{"families":["bert"]}},
            {"name":"llava:7b","details":{"family":"llama","families":["llama","clip"]}},
            {"name":"nomic-embed-text:latest","details":{"families":null}}]}"#;
        let models = models(body).unwrap();
        let told: Vec<_> = models
            .iter()
            .map(|model| (model.name.as_str(), model.vision, model.tools, model.thinking, model.embedding))
            .collect();
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(
            told,
            [
                ("qwen3-vl:8b", yes, yes, yes, no),
                ("bge-m3:latest", no, no, no, yes),
                ("llava:7b", yes, None, None, no),
                ("nomic-embed-text:latest", no, None, None, yes),
            ]
        );
    }

    #[test]
    fn only_models_are_asked_about_of_which_the_list_is_silent() {
        let body = br#"{"models":[
            {"name":"a","digest":"d1","capabilities":["completion"],"details":{"context_length":4096}},
            {"name":"b","digest":"d2","capabilities":["completion"]},
            {"name":"c","details":{"context_length":4096}}]}"#;
        let asked = questions(body);
        let asked: Vec<_> = asked.iter().map(|one| (one.model.as_str(), one.version.as_str(), &one.body[..])).collect();
        assert_eq!(asked, [("b", "d2", &br#"{"model":"b"}"#[..]), ("c", "", &br#"{"model":"c"}"#[..])]);
        assert_eq!(models(body).unwrap()[0].context_tokens, Some(4096));
        assert_eq!(questions(b"Ollama is running"), []);
    }

    #[test]
    fn an_empty_server_has_no_models_and_a_page_is_no_answer() {
        assert_eq!(models(br#"{"models":null}"#).unwrap(), []);
        assert!(models(b"Ollama is running").is_err());
    }
}
