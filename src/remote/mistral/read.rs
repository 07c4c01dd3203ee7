//! Reading a page with Mistral's `POST /ocr`.
//!
//! The text comes back as Markdown, with the confidence where the model gives one. Images and tables that the API can
//! cut out are left where they stand in the text.

use mediary_core::task::{PageText, Read, ReplyEvent};
use mediary_core::{Failure, FailureKind, MediaKind};
use serde::Deserialize;

use crate::body::{self, Object};
use crate::dialect::CallOf;
use crate::openai::inside_answer;
use crate::{HttpCall, Reader, unwritable, whole};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Read>) -> Result<HttpCall, Failure> {
    let picture = call.task.picture.as_ref().ok_or_else(unwritable::undrawn)?;
    let kind = match picture.kind() {
        MediaKind::Document => "document_url",
        MediaKind::Image => "image_url",
        MediaKind::Text | MediaKind::Audio | MediaKind::Video => {
            return Err(Failure::unsupported(format!("{} cannot be read as a document", picture.format)));
        }
    };
    let mut out = body::buffer_for([&picture.blob]);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.field("include_image_base64", &false);
    let mut document = Object::open(request.key("document"));
    document.field("type", kind);
    body::data_url(document.key(kind), picture.format.mime(), &picture.blob)?;
    document.close();
    request.close();
    Ok(HttpCall::json("/ocr", out))
}

#[derive(Deserialize)]
struct Answer {
    pages: Vec<AnsweredPage>,
}

#[derive(Deserialize)]
struct AnsweredPage {
    #[serde(default)]
    markdown: String,
    #[serde(default)]
    confidence_scores: Option<Confidence>,
}

#[derive(Deserialize)]
struct Confidence {
    #[serde(default)]
    average_page_confidence_score: Option<f32>,
}

/// A reader for the answer. What one picture holds is one page, even if the model found several in it.
pub(super) fn reader() -> Box<dyn Reader> {
    whole::reader(|body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| inside_answer(body))?;
        if answer.pages.is_empty() {
            return Err(Failure::new(FailureKind::EmptyAnswer, "the provider read no page"));
        }
        let sure = |page: &AnsweredPage| {
            let stated = page.confidence_scores.as_ref()?.average_page_confidence_score;
            stated.filter(|share| (0.0..=1.0).contains(share))
        };
        let confidence = answer.pages.iter().filter_map(sure).reduce(f32::min);
        let texts: Vec<&str> = answer.pages.iter().map(|page| page.markdown.as_str()).collect();
        events.push(ReplyEvent::Page(Box::new(PageText::Markdown { text: texts.join("\n\n"), confidence })));
        Ok(())
    })
}
