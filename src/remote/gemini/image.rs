//! Google's image models: words and pictures go to `generateContent`, a picture comes back among words.

use mediary_core::task::ImageJob;
use mediary_core::{Failure, Media};
use serde_json::json;

use super::encode::model_path;
use crate::HttpCall;
use crate::body::{self, Base64, Object, array};
use crate::images::{ImageCall, prompt, resolution, without, written};

pub(super) fn encode(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    let ImageJob { work, size, ratio, attachments, .. } = call.task;
    attachments.iter().for_each(|attachment| call.leave_out(attachment.field.clone()));
    without(call, &[]);
    let path = format!("{}:generateContent", model_path(call.model()));
    let written = written(call, &path, |request| {
        array(request.key("contents"), [work.sources()], |out, sources| {
            let mut content = Object::open(out);
            content.field("role", "user");
            // Pictures first, what is to be done with them after that.
            let parts = sources.iter().map(Some).chain([None]);
            array(content.key("parts"), parts, |out, source| part(out, source, prompt(call)))?;
            content.close();
            Ok(())
        })?;
        let mut image = serde_json::Map::new();
        if let Some(ratio) = ratio {
            image.insert("aspectRatio".to_owned(), format!("{}:{}", ratio.width, ratio.height).into());
        }
        // The smallest of them is known to some only, and what is larger is made smaller here.
        let large = size.map(resolution).filter(|name| matches!(*name, "2K" | "4K"));
        if let Some(large) = large {
            image.insert("imageSize".to_owned(), large.into());
        }
        let mut generation = json!({ "responseModalities": ["TEXT", "IMAGE"] });
        if !image.is_empty() {
            generation["imageConfig"] = image.into();
        }
        request.field("generationConfig", &generation);
        Ok(())
    })?;
    Ok(written.without(call))
}

/// A picture, or the words.
fn part(out: &mut body::Buffer, source: Option<&Media>, words: &str) -> Result<(), Failure> {
    let mut part = Object::open(out);
    match source {
        Some(source) => {
            let mut data = Object::open(part.key("inlineData"));
            data.field("mimeType", source.format.mime());
            body::write(data.key("data"), &Base64(&source.blob))?;
            data.close();
        }
        None => part.field("text", words),
    }
    part.close();
    Ok(())
}
