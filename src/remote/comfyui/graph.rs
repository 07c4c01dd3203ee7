//! The graph of a picture: a checkpoint, the words, what it begins with, the sampler, and what is kept of it.
//!
//! It begins with an empty picture or with one of the client's, of which all is changed a little, or only what a mask shows.

use mediary_core::task::{ImageJob, ImageSize};
use mediary_core::{Failure, Media};
use serde_json::{Value, json};

use crate::HttpCall;
use crate::body;
use crate::form::Form;
use crate::images::{ImageCall, prompt};

/// What the graph has a place for.
pub(super) const SOFT: &[&str] =
    &["seed", "steps", "cfg_scale", "negative_prompt", "sampler_name", "scheduler", "denoise"];
/// The size of requests that name none: what most checkpoints are made for.
const USUAL_SIZE: ImageSize = ImageSize::new(1024, 1024);
/// How much of a picture is changed, of 1, where the request does not say.
const USUAL_CHANGE: f64 = 0.75;

/// Writes a request, and the uploads before it.
///
/// # Errors
/// When a picture cannot be read.
pub(super) fn encode(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    let ImageJob { work, count, size, seed, extras, .. } = call.task;
    let wish = |name: &str, usual: Value| extras.get(name).filter(|_| call.sends(name)).cloned().unwrap_or(usual);
    // Without one it is 0, and the same words give the same picture.
    let seed = seed.filter(|_| call.sends("seed")).unwrap_or(0);
    let words = |text: Value| json!({ "class_type": "CLIPTextEncode", "inputs": { "text": text, "clip": ["1", 1] } });
    let source = work.sources().first();
    let empty_size = size.unwrap_or(USUAL_SIZE);
    let start = match source {
        None => json!({ "class_type": "EmptyLatentImage",
            "inputs": { "width": empty_size.width, "height": empty_size.height, "batch_size": count } }),
        Some(_) => json!({ "class_type": "RepeatLatentBatch", "inputs": {
            "samples": [if work.mask().is_some() { "12" } else { "10" }, 0], "amount": count } }),
    };
    let usual_change = if source.is_some() { json!(USUAL_CHANGE) } else { json!(1) };
    let mut graph = json!({
        "1": { "class_type": "CheckpointLoaderSimple", "inputs": { "ckpt_name": call.model() } },
        "2": words(prompt(call).into()),
        "3": words(wish("negative_prompt", "".into())),
        "4": start,
        "5": { "class_type": "KSampler", "inputs": {
            "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
            "seed": seed, "steps": wish("steps", 20.into()), "cfg": wish("cfg_scale", 7.into()),
            "sampler_name": wish("sampler_name", "euler".into()), "scheduler": wish("scheduler", "normal".into()),
            "denoise": wish("denoise", usual_change),
        } },
        "6": { "class_type": "VAEDecode", "inputs": { "samples": ["5", 0], "vae": ["1", 2] } },
        // Kept until the server ends; saved pictures would stay.
        "7": { "class_type": "PreviewImage", "inputs": { "images": ["6", 0] } },
    });
    let mut before = Vec::new();
    if let Some(source) = source {
        graph["8"] = json!({ "class_type": "LoadImage", "inputs": { "image": uploaded(source, &mut before)? } });
        let pixels = size.map_or("8", |size| {
            graph["9"] = json!({ "class_type": "ImageScale", "inputs": { "image": ["8", 0], "upscale_method": "lanczos",
                "width": size.width, "height": size.height, "crop": "center" } });
            "9"
        });
        graph["10"] = json!({ "class_type": "VAEEncode", "inputs": { "pixels": [pixels, 0], "vae": ["1", 2] } });
    }
    if let Some(mask) = work.mask() {
        // White is where it is changed.
        graph["11"] = json!({ "class_type": "LoadImageMask",
            "inputs": { "image": uploaded(mask, &mut before)?, "channel": "red" } });
        graph["12"] =
            json!({ "class_type": "SetLatentNoiseMask", "inputs": { "samples": ["10", 0], "mask": ["11", 0] } });
    }
    let mut out = body::buffer_for_text(&call.task.prompt);
    body::value(&mut out, &json!({ "prompt": graph }));
    Ok(HttpCall { before, ..HttpCall::json("/prompt", out).without(call) })
}

/// The name under which a picture is uploaded: the same picture has the same.
fn uploaded(media: &Media, before: &mut Vec<HttpCall>) -> Result<String, Failure> {
    let name = format!("mediary-{}.{}", media.blob.hash(), media.format.name());
    let mut form = Form::new();
    form.file("image", &name, media.format.mime(), &media.blob)?;
    form.field("overwrite", "true")?;
    before.push(form.end("/upload/image"));
    Ok(name)
}
