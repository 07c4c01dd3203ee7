//! The graph of a picture: a checkpoint, the words, an empty picture, the sampler, and what is kept of it.

use mediary_core::task::{ImageJob, ImageSize};
use serde_json::{Value, json};

use crate::HttpCall;
use crate::body;
use crate::images::ImageCall;

/// What the graph has a place for.
pub(super) const SOFT: &[&str] = &["seed", "steps", "cfg_scale", "negative_prompt", "sampler_name", "scheduler"];
/// The size of requests that name none: what most checkpoints are made for.
const USUAL_SIZE: ImageSize = ImageSize::new(1024, 1024);

/// Writes a request.
pub(super) fn encode(call: &ImageCall<'_>) -> HttpCall {
    let ImageJob { prompt, count, size, seed, extras, .. } = call.task;
    let size = size.unwrap_or(USUAL_SIZE);
    let wish = |name: &str, usual: Value| extras.get(name).filter(|_| call.sends(name)).cloned().unwrap_or(usual);
    // Without one it is 0, and the same words give the same picture.
    let seed = seed.filter(|_| call.sends("seed")).unwrap_or(0);
    let words = |text: Value| json!({ "class_type": "CLIPTextEncode", "inputs": { "text": text, "clip": ["1", 1] } });
    let graph = json!({
        "1": { "class_type": "CheckpointLoaderSimple", "inputs": { "ckpt_name": call.model() } },
        "2": words(prompt.as_str().into()),
        "3": words(wish("negative_prompt", "".into())),
        "4": { "class_type": "EmptyLatentImage",
               "inputs": { "width": size.width, "height": size.height, "batch_size": count } },
        "5": { "class_type": "KSampler", "inputs": {
            "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
            "seed": seed, "steps": wish("steps", 20.into()), "cfg": wish("cfg_scale", 7.into()),
            "sampler_name": wish("sampler_name", "euler".into()), "scheduler": wish("scheduler", "normal".into()),
            "denoise": 1,
        } },
        "6": { "class_type": "VAEDecode", "inputs": { "samples": ["5", 0], "vae": ["1", 2] } },
        // Kept until the server ends; saved pictures would stay.
        "7": { "class_type": "PreviewImage", "inputs": { "images": ["6", 0] } },
    });
    let mut out = Vec::with_capacity(prompt.len() + 2048);
    body::value(&mut out, &json!({ "prompt": graph }));
    HttpCall::json("/prompt", out).without(call)
}
