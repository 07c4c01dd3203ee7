//! Reading a page with Z.ai's `POST /layout_parsing`, which no other provider of this dialect has: the text comes back as
//! Markdown. Its blocks and their places are left where they stand in the text.
//!
//! Sources: Z.ai's documentation and the clients of it that are public, of 2026.

use mediary_core::task::{PageText, Read, ReplyEvent};
use mediary_core::{Failure, FailureKind, MediaKind};
use serde::Deserialize;

use super::failure;
use crate::body::{self, Object};
use crate::dialect::CallOf;
use crate::{HttpCall, Reader, unwritable, whole};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Read>) -> Result<HttpCall, Failure> {
    let picture = call.task.picture.as_ref().ok_or_else(unwritable::undrawn)?;
    if !matches!(picture.kind(), MediaKind::Image | MediaKind::Document) {
        return Err(Failure::unsupported(format!("{} cannot be read as a document", picture.format)));
    }
    let mut out = body::buffer_for([&picture.blob]);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    body::data_url(request.key("file"), picture.format.mime(), &picture.blob)?;
    request.close();
    Ok(HttpCall::json("/layout_parsing", out))
}

#[derive(Deserialize)]
struct Answer {
    md_results: String,
}

/// A reader for the answer.
pub(super) fn reader() -> Box<dyn Reader> {
    whole::reader(|body, events| {
        let Answer { md_results: text } = serde_json::from_slice(body).map_err(|_| failure::unreadable(body))?;
        if text.trim().is_empty() {
            return Err(Failure::new(FailureKind::EmptyAnswer, "the provider read nothing"));
        }
        events.push(ReplyEvent::Page(Box::new(PageText::Markdown { text, confidence: None })));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mediary_core::task::{ReplyFrame, Task};
    use mediary_core::{MediaFormat, Raster};
    use serde_json::{Value, json};

    use super::*;
    use crate::golden::{able, call, media};
    use crate::{Dialect, Frame, OpenAi, Quirks};

    fn page(format: MediaFormat) -> Task {
        let raster = Arc::new(Raster::filled(1, 1, [255; 3]));
        Task::Read(Read { raster, picture: Some(media(format).media), words: false })
    }

    #[test]
    fn a_page_goes_as_a_data_url_where_it_can_be_read() {
        let quirks = Quirks { layout_parsing: true, ..Quirks::default() };
        let row = able("zai/glm-ocr");
        let sent = OpenAi.encode(&call(&page(MediaFormat::Png), &row, &[]), &quirks).unwrap();
        let body: Value = serde_json::from_slice(&sent.body.read_all().unwrap()).unwrap();
        assert_eq!((sent.path.as_str(), &body["model"]), ("/layout_parsing", &json!("glm-ocr")));
        assert!(body["file"].as_str().unwrap().starts_with("data:image/png;base64,"), "{body}");
        let refused = OpenAi.encode(&call(&page(MediaFormat::Mp3), &row, &[]), &quirks).unwrap_err();
        assert_eq!(refused.kind, FailureKind::UnsupportedMedium);
        // Others of the dialect have nothing of the kind.
        let broken = OpenAi.encode(&call(&page(MediaFormat::Png), &row, &[]), &Quirks::default()).unwrap_err();
        assert_eq!(broken.kind, FailureKind::Broken);
    }

    #[test]
    fn its_text_comes_back_or_it_is_a_failure() {
        let read = |body: &str| {
            let mut frame = ReplyFrame::default();
            let mut reader = OpenAi.reader(&page(MediaFormat::Png), false);
            let read = reader.read(&Frame { event: None, data: body.as_bytes() }, &mut frame);
            read.map(|()| format!("{:?}", frame.events)).map_err(|failure| failure.kind)
        };
        let good =
            read(r##"{"id":"1","md_results":"# Title","layout_details":[[]],"usage":{"total_tokens":9}}"##).unwrap();
        assert!(good.contains("# Title"), "{good}");
        assert_eq!(read(r#"{"md_results":" "}"#), Err(FailureKind::EmptyAnswer));
        assert_eq!(read("<html>"), Err(FailureKind::Garbled));
        let spent = read(r#"{"error":{"code":"1113","message":"Insufficient balance"}}"#);
        assert!(matches!(spent, Err(FailureKind::QuotaSpent { .. })), "{spent:?}");
    }
}
