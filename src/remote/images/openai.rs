//! OpenAI's form: JSON for generations, forms with files for edits and variations.

use mediary_core::task::{Extra, ImageJob, ImageWork};
use mediary_core::{Failure, Media};
use serde_json::Value;

use super::{ImageCall, prompt, sent, size};
use crate::HttpCall;
use crate::body::{self, Object};
use crate::form::Form;

/// Fields of a request that are written from elsewhere; extras of these names would be doubles.
const OWN: [&str; 18] = [
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "style",
    "background",
    "output_format",
    "output_compression",
    "response_format",
    "seed",
    "stream",
    "partial_images",
    "image",
    "image[]",
    "images",
    "mask",
    "aspect_ratio",
];

pub(super) fn encode(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    match &call.task.work {
        ImageWork::Generation => Ok(generation(call)),
        ImageWork::Edit { sources, mask } => edit(call, sources, mask.as_ref()),
        ImageWork::Variation(source) if call.abilities.tasks.contains(&call.task.kind()) => variation(call, source),
        ImageWork::Variation(source) => edit(call, std::slice::from_ref(source), None),
    }
}

/// The scalar fields that both forms have, as texts; `true` where a text is a number or a truth in JSON.
fn fields(call: &ImageCall<'_>) -> Vec<(&'static str, String, bool)> {
    let ImageJob { count, quality, style, background, format, compression, seed, partial_images, .. } = call.task;
    let mut fields = vec![("model", call.model().to_owned(), false)];
    let mut add = |name, value: Option<String>, is_bare| fields.extend(value.map(|value| (name, value, is_bare)));
    add("n", Some(count.to_string()).filter(|_| *count > 1), true);
    add("size", size(call).as_ref().map(ToString::to_string), false);
    add("quality", sent(call, "quality", quality).cloned(), false);
    add("style", sent(call, "style", style).cloned(), false);
    add("background", sent(call, "background", background).cloned(), false);
    add("output_format", sent(call, "output_format", format).map(|format| format.name().to_owned()), false);
    add("output_compression", sent(call, "output_compression", compression).map(ToString::to_string), true);
    add("seed", sent(call, "seed", seed).map(ToString::to_string), true);
    // A file is better than a link, which others could read too.
    let in_base64 = call.abilities.takes_soft("response_format") && call.sends("response_format");
    add("response_format", in_base64.then(|| "b64_json".to_owned()), false);
    add("stream", partial_images.map(|_| "true".to_owned()), true);
    add("partial_images", partial_images.map(|count| count.to_string()), true);
    fields
}

/// Fields that are not known here.
fn extras<'a>(call: &ImageCall<'a>) -> impl Iterator<Item = (&'a String, &'a Extra)> {
    let job: &'a ImageJob = call.task;
    let is_sent = |name: &str| call.sends(name) && !OWN.contains(&name);
    let kept: Vec<_> = job.extras.iter().filter(|(name, _)| is_sent(name)).collect();
    kept.into_iter()
}

fn generation(call: &ImageCall<'_>) -> HttpCall {
    let mut out = body::buffer_for_text(&call.task.prompt);
    let mut request = Object::open(&mut out);
    request.field("prompt", prompt(call));
    for (name, value, is_bare) in fields(call) {
        match is_bare {
            true => request.key(name).extend_from_slice(value.as_bytes()),
            false => request.field(name, &value),
        }
    }
    extras(call).for_each(|(name, value)| request.field(name, value));
    request.close();
    HttpCall::json("/images/generations", out)
}

fn edit(call: &ImageCall<'_>, sources: &[Media], mask: Option<&Media>) -> Result<HttpCall, Failure> {
    let mut form = Form::new();
    form.field_of_words("prompt", prompt(call));
    let field = if sources.len() > 1 { "image[]" } else { "image" };
    for (index, source) in sources.iter().enumerate() {
        file(&mut form, field, &format!("image-{index}"), source)?;
    }
    if let Some(mask) = mask {
        file(&mut form, "mask", "mask", mask)?;
    }
    rest(form, call, "/images/edits")
}

fn variation(call: &ImageCall<'_>, source: &Media) -> Result<HttpCall, Failure> {
    let mut form = Form::new();
    file(&mut form, "image", "image", source)?;
    rest(form, call, "/images/variations")
}

fn file(form: &mut Form, field: &str, name: &str, media: &Media) -> Result<(), Failure> {
    let name = format!("{name}.{}", media.format.name());
    form.file(field, &name, media.format.mime(), &media.blob)
}

fn rest(mut form: Form, call: &ImageCall<'_>, path: &str) -> Result<HttpCall, Failure> {
    for (name, value, _) in fields(call) {
        form.field(name, &value)?;
    }
    for (name, value) in extras(call) {
        match value.value() {
            // A field that came several times.
            Value::Array(all) => all.iter().for_each(|one| form.field_of_words(name, &text_of(one))),
            one => form.field_of_words(name, &text_of(one)),
        }
    }
    for attachment in &call.task.attachments {
        let name = attachment.file_name.as_deref().unwrap_or("file");
        let mime = attachment.media_type.as_deref().unwrap_or("application/octet-stream");
        form.file(&attachment.field, name, mime, &attachment.blob)?;
    }
    Ok(form.end(path))
}

/// A value as a field has it: text as it is, all else as JSON.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
