//! How pictures are told, as OpenAI has it: as base64, as links, or as events while they grow.
//!
//! Answers are pieces of text with files between them, so that no picture has to be in memory: `http` writes the files as
//! base64 while it sends them.

use mediary_core::task::{ImageJob, ImageSize, ImageWork, Usage};
use mediary_core::{Blob, MediaFormat};
use serde_json::{Value, json};

/// A piece of an answer's body.
#[derive(Debug, Clone)]
pub enum BodyPiece {
    /// As it is.
    Text(String),
    /// A file's bytes, to be written as base64.
    Base64(Blob),
}

/// How a picture is told.
#[derive(Debug, Clone)]
pub enum Told {
    /// As base64.
    Here(Blob),
    /// By its address.
    Link(String),
}

/// A picture as an answer tells it.
#[derive(Debug, Clone)]
pub struct ToldPicture {
    /// The picture.
    pub told: Told,
    /// What it is.
    pub format: MediaFormat,
    /// Its sides; `None`: not known yet.
    pub size: Option<ImageSize>,
    /// What the target made of the prompt.
    pub revised_prompt: Option<String>,
}

/// What a whole answer says beside its pictures.
#[derive(Debug, Clone)]
pub struct AnswerFacts<'a> {
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// What was asked for.
    pub job: &'a ImageJob,
    /// What it cost.
    pub usage: Usage,
    /// What was made to fit here, where no header tells it any more: the field, and what came of it.
    pub changed: Vec<(String, String)>,
}

/// A whole answer.
#[must_use]
pub fn images_answer(facts: &AnswerFacts<'_>, pictures: Vec<ToldPicture>) -> Vec<BodyPiece> {
    let mut head = json!({ "created": facts.created });
    if let Some(first) = pictures.first() {
        describe(&mut head, facts.job, first);
    }
    head["usage"] = usage(facts.usage, pictures.len());
    let mut pieces = vec![BodyPiece::Text(format!("{},\"data\":[", open_object(&head)))];
    for (index, picture) in pictures.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let revised = picture.revised_prompt.map(|prompt| format!(",\"revised_prompt\":{}", Value::from(prompt)));
        let revised = revised.unwrap_or_default();
        match picture.told {
            Told::Link(url) => {
                pieces.push(BodyPiece::Text(format!("{comma}{{\"url\":{}{revised}}}", Value::from(url))));
            }
            Told::Here(blob) => {
                pieces.push(BodyPiece::Text(format!("{comma}{{\"b64_json\":\"")));
                pieces.push(BodyPiece::Base64(blob));
                pieces.push(BodyPiece::Text(format!("\"{revised}}}")));
            }
        }
    }
    pieces.push(BodyPiece::Text("]}".to_owned()));
    pieces
}

/// What is common to all pictures of an answer.
fn describe(into: &mut Value, job: &ImageJob, picture: &ToldPicture) {
    if let Some(background) = &job.background {
        into["background"] = background.as_str().into();
    }
    into["output_format"] = picture.format.name().into();
    into["size"] = picture.size.map_or_else(|| "auto".to_owned(), |size| size.to_string()).into();
    if let Some(quality) = &job.quality {
        into["quality"] = quality.as_str().into();
    }
}

/// What it cost, in OpenAI's words; what the target did not say is counted here, and says so.
fn usage(usage: Usage, pictures: usize) -> Value {
    let Usage { prompt_tokens, completion_tokens, estimated, .. } = usage;
    let mut told = json!({
        "input_tokens": prompt_tokens, "output_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "input_tokens_details": { "text_tokens": prompt_tokens, "image_tokens": 0 },
        "images": pictures,
    });
    if estimated {
        told["estimated"] = true.into();
    }
    told
}

/// An object without its closing brace.
fn open_object(object: &Value) -> String {
    let mut text = object.to_string();
    text.pop();
    text
}

/// A stage of a picture, or a finished one, as an event.
#[must_use]
pub fn image_event(facts: &AnswerFacts<'_>, stage: Option<u32>, picture: ToldPicture) -> Vec<BodyPiece> {
    let family = match &facts.job.work {
        ImageWork::Generation => "image_generation",
        ImageWork::Edit { .. } | ImageWork::Variation(_) => "image_edit",
    };
    let kind = if stage.is_some() { "partial_image" } else { "completed" };
    let mut head = json!({ "type": format!("{family}.{kind}"), "created_at": facts.created });
    // Events have these in any case.
    (head["background"], head["quality"]) = ("auto".into(), "auto".into());
    describe(&mut head, facts.job, &picture);
    match stage {
        Some(stage) => head["partial_image_index"] = stage.into(),
        None => head["usage"] = usage(facts.usage, 1),
    }
    if !facts.changed.is_empty() {
        let notes = facts.changed.iter().map(|(place, by)| json!({ "place": place, "do": "transcode", "by": by }));
        head["mediary"] = json!({ "treatments": notes.collect::<Vec<_>>() });
    }
    let mut pieces = vec![BodyPiece::Text(format!("event: {family}.{kind}\ndata: {}", open_object(&head)))];
    match picture.told {
        Told::Link(url) => pieces.push(BodyPiece::Text(format!(",\"url\":{}", Value::from(url)))),
        Told::Here(blob) => {
            pieces.push(BodyPiece::Text(",\"b64_json\":\"".to_owned()));
            pieces.push(BodyPiece::Base64(blob));
            pieces.push(BodyPiece::Text("\"".to_owned()));
        }
    }
    pieces.push(BodyPiece::Text("}\n\n".to_owned()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(pieces: Vec<BodyPiece>) -> String {
        let text = |piece| match piece {
            BodyPiece::Text(text) => text,
            BodyPiece::Base64(blob) => String::from_utf8(blob.base64().unwrap().to_vec()).unwrap(),
        };
        pieces.into_iter().map(text).collect()
    }

    fn picture(told: Told) -> ToldPicture {
        let revised_prompt = Some("a \"red\" fox".to_owned());
        ToldPicture { told, format: MediaFormat::Png, size: Some(ImageSize::new(8, 4)), revised_prompt }
    }

    #[test]
    fn answers_are_openais() {
        let job = ImageJob { quality: Some("low".into()), ..ImageJob::of("a fox") };
        let usage = Usage { prompt_tokens: 2, estimated: true, ..Usage::default() };
        let mut facts = AnswerFacts { created: 7, job: &job, usage, changed: Vec::new() };
        let here = || picture(Told::Here(Blob::in_memory(b"abc".to_vec())));
        let link = picture(Told::Link("http://h/content/t".into()));
        let answer: Value = serde_json::from_str(&joined(images_answer(&facts, vec![here(), link]))).unwrap();
        assert_eq!(
            answer,
            json!({
                "created": 7, "output_format": "png", "size": "8x4", "quality": "low",
                "usage": { "input_tokens": 2, "output_tokens": 0, "total_tokens": 2, "images": 2, "estimated": true,
                           "input_tokens_details": { "text_tokens": 2, "image_tokens": 0 } },
                "data": [{ "b64_json": "YWJj", "revised_prompt": "a \"red\" fox" },
                         { "url": "http://h/content/t", "revised_prompt": "a \"red\" fox" }],
            })
        );
        let event = joined(image_event(&facts, Some(1), here()));
        let (name, data) = event.trim_end().split_once("\ndata: ").unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!(
            (name, &data["type"]),
            ("event: image_generation.partial_image", &json!("image_generation.partial_image"))
        );
        assert_eq!((&data["b64_json"], &data["partial_image_index"]), (&json!("YWJj"), &json!(1)));
        facts.changed = vec![("size".into(), "9x9".into())];
        let last = joined(image_event(&facts, None, here()));
        assert!(last.starts_with("event: image_generation.completed\n") && last.contains("\"usage\""), "{last}");
        let data: Value = serde_json::from_str(last.trim_end().split_once("\ndata: ").unwrap().1).unwrap();
        assert_eq!(data["mediary"]["treatments"], json!([{ "place": "size", "do": "transcode", "by": "9x9" }]));
    }
}
