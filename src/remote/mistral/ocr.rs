//! Reading documents with Mistral's `POST /ocr`.
//!
//! Pages come back as Markdown, with the confidence where the model gives one. Pictures and tables that the API can cut
//! out are left where they stand in the text. The gateway's document recipe calls this.

use http::Method;
use mediary_core::{Failure, FailureKind, Media, MediaKind};
use serde::Deserialize;

use super::NAME;
use crate::body::{self, Object};
use crate::{Remote, Timeouts};

/// The longest answer that is read: a thousand dense pages.
const MOST_BYTES: usize = 64 << 20;

/// A page as Mistral read it.
#[derive(Debug, Clone, PartialEq)]
pub struct OcrPage {
    /// Which page, from 0.
    pub index: u32,
    /// Its text.
    pub markdown: String,
    /// How sure the model is of the page, from 0 to 1, if it says.
    pub confidence: Option<f32>,
}

#[derive(Deserialize)]
struct Answer {
    pages: Vec<AnsweredPage>,
}

#[derive(Deserialize)]
struct AnsweredPage {
    index: u32,
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

impl Remote {
    /// Reads a document or a picture. `pages` are counted from 0; `None` reads all.
    ///
    /// # Errors
    /// Unknown when this provider does not read documents so; unsupported for other media; else as
    /// [`Remote::json`], and empty answer when no page came back.
    pub async fn ocr(
        &self,
        model: &str,
        media: &Media,
        pages: Option<&[u32]>,
        key: Option<&str>,
        timeouts: Timeouts,
    ) -> Result<Vec<OcrPage>, Failure> {
        if self.dialect().name() != NAME {
            return Err(Failure::new(FailureKind::Unknown, "this provider does not read documents"));
        }
        let body = encode(model, media, pages)?;
        let answer = self.json(Method::POST, "/ocr", Some(body), key, timeouts, MOST_BYTES).await?;
        decode(&answer)
    }
}

pub(super) fn encode(model: &str, media: &Media, pages: Option<&[u32]>) -> Result<Vec<u8>, Failure> {
    let kind = match media.kind() {
        MediaKind::Document => "document_url",
        MediaKind::Image => "image_url",
        MediaKind::Text | MediaKind::Audio | MediaKind::Video => {
            return Err(Failure::unsupported(format!("{} cannot be read as a document", media.format)));
        }
    };
    let mut out = body::buffer_for(&media.blob);
    let mut request = Object::open(&mut out);
    request.field("model", model);
    request.some("pages", pages);
    request.field("include_image_base64", &false);
    let mut document = Object::open(request.key("document"));
    document.field("type", kind);
    body::data_url(document.key(kind), media.format.mime(), &media.blob)?;
    document.close();
    request.close();
    Ok(out)
}

pub(super) fn decode(body: &[u8]) -> Result<Vec<OcrPage>, Failure> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|_| Failure::new(FailureKind::Garbled, "the provider's pages cannot be understood"))?;
    if answer.pages.is_empty() {
        return Err(Failure::new(FailureKind::EmptyAnswer, "the provider read no page"));
    }
    let page = |page: AnsweredPage| OcrPage {
        index: page.index,
        markdown: page.markdown,
        confidence: page.confidence_scores.and_then(|scores| scores.average_page_confidence_score),
    };
    Ok(answer.pages.into_iter().map(page).collect())
}
