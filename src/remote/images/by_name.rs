//! Forms whose path holds the model's name, or that go to a server with one model at a time.

use mediary_core::Failure;
use mediary_core::task::ImageJob;

use super::json::{picture, without, written};
use super::{ImageCall, prompt, sent, size};
use crate::HttpCall;
use crate::body::{self, Base64, Object, array};
use crate::form::Form;

fn sides(request: &mut Object<'_>, call: &ImageCall<'_>) {
    let size = size(call);
    request.some("width", size.map(|size| size.width));
    request.some("height", size.map(|size| size.height));
}

/// The fields of these forms that go by numbers of their own, as they came.
const KNOBS: [&str; 7] =
    ["steps", "num_inference_steps", "num_steps", "guidance", "guidance_scale", "cfg_scale", "negative_prompt"];

fn knobs(request: &mut Object<'_>, call: &ImageCall<'_>) {
    for (name, value) in &call.task.extras {
        if KNOBS.contains(&name.as_str()) && call.sends(name) {
            request.field(name, value);
        }
    }
}

/// What has a place in all of these forms.
fn places() -> Vec<&'static str> {
    KNOBS.into_iter().chain(["seed"]).collect()
}

/// NVIDIA: `POST /MODEL`, below `…/v1/genai`.
pub(super) fn nvidia(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    let ImageJob { work, seed, .. } = call.task;
    without(call, &places());
    written(call, &format!("/{}", call.model()), |request| {
        request.field("prompt", prompt(call));
        sides(request, call);
        request.some("seed", sent(call, "seed", seed));
        if let Some(source) = work.sources().first() {
            picture(request.key("image"), source)?;
        }
        knobs(request, call);
        Ok(())
    })
}

/// Hugging Face: `POST /hf-inference/models/MODEL`, which answers with the picture's bytes.
pub(super) fn huggingface(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    let ImageJob { work, seed, .. } = call.task;
    without(call, &places());
    let path = format!("/hf-inference/models/{}", call.model());
    written(call, &path, |request| {
        let source = work.sources().first();
        match source {
            None => request.field("inputs", prompt(call)),
            Some(source) => body::write(request.key("inputs"), &Base64(&source.blob))?,
        }
        let mut parameters = Object::open(request.key("parameters"));
        if source.is_some() {
            parameters.field("prompt", prompt(call));
        }
        sides(&mut parameters, call);
        parameters.some("seed", sent(call, "seed", seed));
        knobs(&mut parameters, call);
        parameters.close();
        Ok(())
    })
}

/// Cloudflare: `POST /run/MODEL`, as a form for the models of the FLUX.2 family, else as JSON.
pub(super) fn cloudflare(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    let ImageJob { work, seed, extras, .. } = call.task;
    let path = format!("/run/{}", call.model());
    let is_flux = call.model().contains("flux-2");
    let mut known = places();
    // How much of the picture that it begins with may change.
    if !is_flux {
        known.push("strength");
    }
    without(call, &known);
    if is_flux {
        let mut form = Form::new();
        form.field_of_words("prompt", prompt(call));
        if let Some(size) = size(call) {
            form.field("width", &size.width.to_string())?;
            form.field("height", &size.height.to_string())?;
        }
        if let Some(seed) = sent(call, "seed", seed) {
            form.field("seed", &seed.to_string())?;
        }
        for (index, source) in work.sources().iter().enumerate() {
            let (field, name) = (format!("input_image_{index}"), format!("image-{index}.{}", source.format.name()));
            form.file(&field, &name, source.format.mime(), &source.blob)?;
        }
        return Ok(form.end(&path));
    }
    written(call, &path, |request| {
        request.field("prompt", prompt(call));
        sides(request, call);
        request.some("seed", sent(call, "seed", seed));
        if let Some(source) = work.sources().first() {
            body::write(request.key("image_b64"), &Base64(&source.blob))?;
        }
        if let Some(mask) = work.mask() {
            body::write(request.key("mask_b64"), &Base64(&mask.blob))?;
        }
        request.some("strength", extras.get("strength").filter(|_| call.sends("strength")));
        knobs(request, call);
        Ok(())
    })
}

/// AUTOMATIC1111: `POST /sdapi/v1/txt2img` and `/img2img`. A model of the name `default` is the one that is loaded.
pub(super) fn automatic1111(call: &ImageCall<'_>) -> Result<HttpCall, Failure> {
    let ImageJob { work, count, seed, .. } = call.task;
    without(call, &places());
    let path = if work.sources().is_empty() { "/sdapi/v1/txt2img" } else { "/sdapi/v1/img2img" };
    written(call, path, |request| {
        request.field("prompt", prompt(call));
        sides(request, call);
        request.field("batch_size", count);
        request.some("seed", sent(call, "seed", seed));
        if call.model() != "default" {
            request.field("override_settings", &serde_json::json!({ "sd_model_checkpoint": call.model() }));
        }
        if !work.sources().is_empty() {
            array(request.key("init_images"), work.sources(), |out, source| body::write(out, &Base64(&source.blob)))?;
        }
        if let Some(mask) = work.mask() {
            // White is where it is changed; what is there already is what the change begins with.
            body::write(request.key("mask"), &Base64(&mask.blob))?;
            request.field("inpainting_fill", &1);
        }
        knobs(request, call);
        Ok(())
    })
}
