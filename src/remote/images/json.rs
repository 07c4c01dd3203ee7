//! Forms of JSON of their own, below OpenAI's paths or paths like them.
//!
//! What a form has no place for is noted as left out.

use mediary_core::task::{ImageJob, ImageSize};
use mediary_core::{Failure, Media};

use super::{ImageCall, prompt, sent};
use crate::HttpCall;
use crate::body::{self, Buffer, Object, array, data_url};

/// A body that is written field by field.
pub(crate) fn written(
    call: &ImageCall<'_>,
    path: &str,
    write: impl FnOnce(&mut Object<'_>) -> Result<(), Failure>,
) -> Result<HttpCall, Failure> {
    let mut out = body::buffer_for(call.task.work.sources().iter().map(|source| &source.blob));
    let mut request = Object::open(&mut out);
    write(&mut request)?;
    request.close();
    Ok(HttpCall::json(path, out))
}

/// Notes what was asked for and has no place in a form.
pub(crate) fn without(call: &ImageCall<'_>, places: &[&str]) {
    let ImageJob { quality, style, background, compression, seed, extras, .. } = call.task;
    let asked = [
        ("quality", quality.is_some()),
        ("style", style.is_some()),
        ("background", background.is_some()),
        ("output_compression", compression.is_some()),
        ("seed", seed.is_some()),
    ];
    for (name, _) in asked.into_iter().filter(|(name, is_asked)| *is_asked && !places.contains(name)) {
        call.leave_out(name);
    }
    extras.keys().filter(|name| !places.contains(&name.as_str())).for_each(|name| call.leave_out(name.clone()));
}

/// Writes fields that are passed as they came, where the form has a place for them.
fn extras(request: &mut Object<'_>, call: &ImageCall<'_>, names: &[&str]) {
    for (name, value) in call.task.extras.iter().filter(|(name, _)| names.contains(&name.as_str()) && call.sends(name))
    {
        request.field(name, value);
    }
}

/// A picture as a data URL.
pub(super) fn picture(out: &mut Buffer, media: &Media) -> Result<(), Failure> {
    data_url(out, media.format.mime(), &media.blob)
}

/// How many pixels a side has, in the words of vendors that name them by the thousand.
pub(crate) fn resolution(size: ImageSize) -> &'static str {
    match size.width.max(size.height) {
        0..=768 => "512",
        769..=1536 => "1K",
        1537..=2560 => "2K",
        _ => "4K",
    }
}

/// OpenRouter: `POST /images`.
pub(super) fn openrouter(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    const PLACES: [&str; 7] = ["quality", "background", "seed", "aspect_ratio", "resolution", "user", "provider"];
    let ImageJob { work, count, size, ratio, quality, background, format, seed, .. } = call.task;
    without(call, &PLACES);
    written(call, "/images", |request| {
        request.field("model", call.model());
        request.field("prompt", prompt(call));
        request.some("n", Some(count).filter(|count| **count > 1));
        match (size, ratio) {
            (_, Some(ratio)) => {
                request.field("aspect_ratio", &format!("{}:{}", ratio.width, ratio.height));
                request.some("resolution", size.map(resolution));
            }
            (size, None) => request.some("size", size.as_ref().map(ToString::to_string)),
        }
        request.some("quality", sent(call, "quality", quality));
        request.some("background", sent(call, "background", background));
        request.some("output_format", sent(call, "output_format", format).map(|format| format.name()));
        request.some("seed", sent(call, "seed", seed));
        if !work.sources().is_empty() {
            array(request.key("input_references"), work.sources(), |out, source| {
                let mut reference = Object::open(out);
                reference.field("type", "image_url");
                let mut url = Object::open(reference.key("image_url"));
                picture(url.key("url"), source)?;
                url.close();
                reference.close();
                Ok(())
            })?;
        }
        extras(request, call, &["user", "provider"]);
        Ok(())
    })
}

/// Together: sides instead of a size.
pub(super) fn together(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    const PLACES: [&str; 5] = ["seed", "steps", "guidance_scale", "negative_prompt", "disable_safety_checker"];
    let ImageJob { work, count, size, format, seed, .. } = call.task;
    without(call, &PLACES);
    written(call, "/images/generations", |request| {
        request.field("model", call.model());
        request.field("prompt", prompt(call));
        request.some("n", Some(count).filter(|count| **count > 1));
        request.some("width", size.map(|size| size.width));
        request.some("height", size.map(|size| size.height));
        request.some("seed", sent(call, "seed", seed));
        request.some("output_format", sent(call, "output_format", format).map(|format| format.name()));
        request.field("response_format", "base64");
        if let Some(source) = work.sources().first() {
            picture(request.key("image_url"), source)?;
        }
        extras(request, call, &PLACES[1..]);
        Ok(())
    })
}

/// SiliconFlow: other names for size and number.
pub(super) fn siliconflow(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    const PLACES: [&str; 4] = ["seed", "num_inference_steps", "guidance_scale", "negative_prompt"];
    let ImageJob { work, count, size, seed, .. } = call.task;
    without(call, &PLACES);
    written(call, "/images/generations", |request| {
        request.field("model", call.model());
        request.field("prompt", prompt(call));
        request.some("image_size", size.as_ref().map(ToString::to_string));
        request.some("batch_size", Some(count).filter(|count| **count > 1));
        request.some("seed", sent(call, "seed", seed));
        if let Some(source) = work.sources().first() {
            picture(request.key("image"), source)?;
        }
        extras(request, call, &PLACES[1..]);
        Ok(())
    })
}

/// xAI: ratios instead of sizes, and edits as JSON.
pub(super) fn xai(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    let ImageJob { work, count, size, ratio, quality, format, .. } = call.task;
    without(call, &["quality", "user"]);
    let path = if work.sources().is_empty() { "/images/generations" } else { "/images/edits" };
    written(call, path, |request| {
        request.field("model", call.model());
        request.field("prompt", prompt(call));
        request.some("n", Some(count).filter(|count| **count > 1));
        request.some("aspect_ratio", ratio.map(|ratio| format!("{}:{}", ratio.width, ratio.height)));
        request.some(
            "resolution",
            size.filter(|_| ratio.is_some()).map(|size| match resolution(size) {
                "2K" | "4K" => "2k",
                _ => "1k",
            }),
        );
        request.some("quality", sent(call, "quality", quality));
        request.some("output_format", sent(call, "output_format", format).map(|format| format.name()));
        request.field("response_format", "b64_json");
        let reference = |out: &mut Buffer, source: &Media| -> Result<(), Failure> {
            let mut reference = Object::open(out);
            picture(reference.key("url"), source)?;
            reference.field("type", "image_url");
            reference.close();
            Ok(())
        };
        match work.sources() {
            [] => {}
            [source] => reference(request.key("image"), source)?,
            sources => array(request.key("images"), sources, reference)?,
        }
        extras(request, call, &["user"]);
        Ok(())
    })
}

/// MiniMax: `POST /image_generation`.
pub(super) fn minimax(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    const PLACES: [&str; 3] = ["seed", "prompt_optimizer", "aigc_watermark"];
    let ImageJob { work, count, ratio, seed, .. } = call.task;
    without(call, &PLACES);
    written(call, "/image_generation", |request| {
        request.field("model", call.model());
        request.field("prompt", prompt(call));
        request.some("aspect_ratio", ratio.map(|ratio| format!("{}:{}", ratio.width, ratio.height)));
        request.some("n", Some(count).filter(|count| **count > 1));
        request.some("seed", sent(call, "seed", seed));
        request.field("response_format", "base64");
        if let Some(source) = work.sources().first() {
            array(request.key("subject_reference"), [source], |out, source| {
                let mut reference = Object::open(out);
                reference.field("type", "character");
                picture(reference.key("image_file"), source)?;
                reference.close();
                Ok(())
            })?;
        }
        extras(request, call, &PLACES[1..]);
        Ok(())
    })
}

/// DashScope: `POST /services/aigc/multimodal-generation/generation`, below `…/api/v1`.
pub(super) fn dashscope(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    const PLACES: [&str; 4] = ["seed", "negative_prompt", "prompt_extend", "watermark"];
    let ImageJob { work, count, seed, .. } = call.task;
    without(call, &PLACES);
    written(call, "/services/aigc/multimodal-generation/generation", |request| {
        request.field("model", call.model());
        let mut input = Object::open(request.key("input"));
        array(input.key("messages"), [()], |out, ()| {
            let mut message = Object::open(out);
            message.field("role", "user");
            // The pictures, and what is to be made of them.
            let parts = work.sources().iter().map(Some).chain([None]);
            array(message.key("content"), parts, |out, source| {
                let mut part = Object::open(out);
                match source {
                    Some(source) => picture(part.key("image"), source)?,
                    None => part.field("text", prompt(call)),
                }
                part.close();
                Ok(())
            })?;
            message.close();
            Ok(())
        })?;
        input.close();
        let mut parameters = Object::open(request.key("parameters"));
        parameters.some("size", super::size(call).map(|size| format!("{}*{}", size.width, size.height)));
        parameters.some("n", Some(count).filter(|count| **count > 1));
        parameters.some("seed", sent(call, "seed", seed));
        extras(&mut parameters, call, &PLACES[1..]);
        parameters.close();
        Ok(())
    })
}
