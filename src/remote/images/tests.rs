//! Golden requests of every form, and answers of every shape.

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::task::{Attachment, ImageJob, ImageSize, ImageWork, PicturePlace, ReplyEvent, ReplyFrame, Task};
use mediary_core::{Blob, Failure, FailureKind, MediaFormat};
use serde_json::{Value, json};

use super::ImageForm;
use crate::golden::{call, media};
use crate::{Dialect, Frame, Gemini, HttpCall, OpenAi, Quirks};

/// A request as it goes out: a form with a border that is easy to read.
fn shown(written: Result<HttpCall, Failure>) -> String {
    let written = match written {
        Ok(written) => written,
        Err(failure) => return format!("{failure}\n"),
    };
    let left_out = match written.left_out.as_slice() {
        [] => String::new(),
        names => format!("left out: {}\n", names.join(", ")),
    };
    let body = match written.content_type.strip_prefix("multipart/form-data; boundary=") {
        Some(boundary) => {
            String::from_utf8_lossy(&written.body.read_all().unwrap()).replace(boundary, "BORDER").replace("\r\n", "\n")
        }
        None => format!("{:#}\n", serde_json::from_slice::<Value>(&written.body.read_all().unwrap()).unwrap()),
    };
    format!("POST {}\n{left_out}{body}", written.path)
}

fn jobs() -> [(&'static str, ImageJob); 3] {
    let base = ImageJob {
        count: 2,
        size: Some(ImageSize::new(1536, 1024)),
        ratio: Some(ImageSize::new(3, 2)),
        quality: Some("high".to_owned()),
        seed: Some(7),
        extras: [("user".to_owned(), json!("u")), ("steps".to_owned(), json!(4))].into_iter().collect(),
        ..ImageJob::of("a \"red\"\nfox")
    };
    let source = || media(MediaFormat::Png).media;
    let edit = ImageWork::Edit { sources: vec![source(), source()], mask: Some(source()) };
    let variation = ImageJob { work: ImageWork::Variation(source()), ..ImageJob::of("") };
    [("generation", base.clone()), ("edit", ImageJob { work: edit, ..base }), ("variation", variation)]
}

fn written(form: ImageForm, model: &str, job: ImageJob) -> Result<HttpCall, Failure> {
    let row = Abilities::of(format!("far/{model}").parse().unwrap(), TaskKind::ImageEdit);
    let quirks = Quirks { images: form, ..Quirks::default() };
    OpenAi.encode(&call(&Task::Image(job), &row, &[]), &quirks)
}

#[test]
fn every_form_has_its_requests() {
    let forms = [
        (ImageForm::OpenAi, "gpt-image-1"),
        (ImageForm::OpenRouter, "google/gemini-image"),
        (ImageForm::Together, "flux"),
        (ImageForm::SiliconFlow, "kolors"),
        (ImageForm::Nvidia, "black-forest-labs/flux.1-schnell"),
        (ImageForm::Xai, "grok-imagine-image"),
        (ImageForm::MiniMax, "image-01"),
        (ImageForm::DashScope, "qwen-image-edit"),
        (ImageForm::HuggingFace, "black-forest-labs/FLUX.1-schnell"),
        (ImageForm::Cloudflare, "@cf/stable-diffusion-xl"),
    ];
    for (form, model) in forms {
        let requests = jobs().map(|(name, job)| format!("# {name}\n{}", shown(written(form, model, job))));
        insta::assert_snapshot!(format!("{form:?}").to_lowercase(), requests.join("\n"));
    }
    let [(_, words), (_, edit), _] = jobs();
    let flux_2 = [words, edit].map(|job| shown(written(ImageForm::Cloudflare, "@cf/flux-2-dev", job)));
    insta::assert_snapshot!("cloudflare_forms", flux_2.join("\n"));
    let [_, (_, edit), _] = jobs();
    let extras = [("strength".to_owned(), json!(0.4))].into_iter().collect();
    let weak = written(ImageForm::Cloudflare, "@cf/dreamshaper-8-lcm", ImageJob { extras, ..edit }).unwrap();
    let body: Value = serde_json::from_slice(&weak.body.read_all().unwrap()).unwrap();
    assert_eq!((&body["strength"], body["image_b64"].is_string()), (&json!(0.4), true));
    assert!(!weak.left_out.contains(&"strength".to_owned()), "{:?}", weak.left_out);
}

/// Vendors whose form is OpenAI's, with what they refuse left out.
#[test]
fn vendors_of_openais_form_are_spared_what_they_refuse() {
    let refused = ["response_format", "style", "background", "output_format", "output_compression", "seed"];
    let vendors = [("zai", "cogview-4-250304", &refused[..]), ("pollinations", "flux", &[])];
    for (vendor, model, refuses) in vendors {
        let mut row = Abilities::of(format!("{vendor}/{model}").parse().unwrap(), TaskKind::ImageGeneration);
        row.soft =
            mediary_core::capability::SoftSupport::AllBut(refuses.iter().map(|name| (*name).to_owned()).collect());
        let dropped: Vec<String> =
            ["seed", "steps"].into_iter().filter(|name| refuses.contains(name)).map(str::to_owned).collect();
        let [(_, job), ..] = jobs();
        let written = OpenAi.encode(&call(&Task::Image(job), &row, &dropped), &Quirks::default());
        insta::assert_snapshot!(vendor, shown(written));
    }
}

#[test]
fn googles_models_are_asked_by_ratio() {
    let row = Abilities::of("gemini/gemini-3-pro-image".parse().unwrap(), TaskKind::ImageEdit);
    let requests = jobs().map(|(name, job)| {
        let written = Gemini.encode(&call(&Task::Image(job), &row, &[]), &Quirks::default());
        format!("# {name}\n{}", shown(written))
    });
    insta::assert_snapshot!(requests.join("\n"));
}

#[test]
fn refused_parameters_and_unknown_files_of_openais_form() {
    let mut row = Abilities::of("openai/gpt-image-1".parse().unwrap(), TaskKind::ImageEdit);
    row.soft = mediary_core::capability::SoftSupport::AllBut(vec!["response_format".to_owned()]);
    row.tasks = vec![TaskKind::ImageVariation];
    let blob = Blob::in_memory(b"weights".to_vec());
    let attachment =
        Attachment { field: "lora".to_owned(), file_name: Some("a.bin".to_owned()), media_type: None, blob };
    let work = ImageWork::Variation(media(MediaFormat::Png).media);
    let job = ImageJob { work, attachments: vec![attachment], partial_images: Some(2), ..ImageJob::of("") };
    let dropped = ["seed".to_owned()];
    let task = Task::Image(ImageJob { seed: Some(1), ..job });
    insta::assert_snapshot!(shown(OpenAi.encode(&call(&task, &row, &dropped), &Quirks::default())));
}

/// What an answer is read as: its pictures, or the kind of its failure.
fn read(answer: &Value, stream: bool) -> Result<Vec<String>, FailureKind> {
    let mut reader = super::reader(stream);
    reader.takes(vec![Some(Blob::in_memory(b"lifted".to_vec())), None]);
    let mut frame = ReplyFrame::default();
    let body = answer.to_string();
    reader.read(&Frame { event: None, data: body.as_bytes() }, &mut frame).map_err(|failure| failure.kind)?;
    let told = |event: ReplyEvent| match event {
        ReplyEvent::Picture(picture) => {
            let place = match picture.place {
                PicturePlace::Here(blob) => String::from_utf8(blob.read_all().unwrap()).unwrap(),
                PicturePlace::Address(url) => url,
            };
            let stage = picture.stage.map_or(String::new(), |stage| format!(" stage {stage}"));
            let revised = picture.revised_prompt.map_or(String::new(), |prompt| format!(" of {prompt}"));
            Some(format!("{place}{stage}{revised}"))
        }
        ReplyEvent::Usage(usage) => Some(format!("{}+{} tokens", usage.prompt_tokens, usage.completion_tokens)),
        _ => None,
    };
    Ok(frame.events.into_iter().filter_map(told).collect())
}

#[test]
fn pictures_are_found_wherever_a_vendor_puts_them() {
    let lifted = "mediary-file:0";
    let rows: Vec<(Value, &[&str])> = vec![
        (
            json!({ "data": [{ "b64_json": lifted, "revised_prompt": "p" }],
                 "usage": { "input_tokens": 5, "output_tokens": 7 } }),
            &["lifted of p", "5+7 tokens"],
        ),
        (
            json!({ "data": [{ "url": "https://h/a.png", "b64_json": null }, { "url": "https://h/b.png" }] }),
            &["https://h/a.png", "https://h/b.png"],
        ),
        (json!({ "data": [{ "url": "data:image/png;base64,YWJj" }] }), &["abc"]),
        (json!({ "images": [{ "url": "https://h/a" }], "data": [{ "url": "https://h/a" }] }), &["https://h/a"]),
        (json!({ "images": [lifted], "parameters": {}, "info": "{}" }), &["lifted"]),
        (json!({ "artifacts": [{ "base64": lifted, "finishReason": "SUCCESS", "seed": 1 }] }), &["lifted"]),
        (json!({ "result": { "image": lifted }, "success": true, "errors": [], "messages": [] }), &["lifted"]),
        (json!({ "predictions": [{ "mimeType": "image/png", "bytesBase64Encoded": lifted }] }), &["lifted"]),
        (json!({ "data": { "image_base64": [lifted] }, "base_resp": { "status_code": 0 } }), &["lifted"]),
        (json!({ "data": { "image_urls": ["https://h/a"] }, "base_resp": { "status_code": 0 } }), &["https://h/a"]),
        (
            json!({ "candidates": [{ "content": { "parts": [
            { "text": "Here it is" }, { "thought": true, "inlineData": { "data": "YWJj" } },
            { "inlineData": { "mimeType": "image/jpeg", "data": lifted } } ] }, "finishReason": "STOP" }],
            "usageMetadata": { "promptTokenCount": 3, "candidatesTokenCount": 1290 } }),
            &["lifted", "3+1290 tokens"],
        ),
        (json!({ "choices": [{ "message": { "images": [{ "image_url": { "url": lifted } }] } }] }), &["lifted"]),
        (
            json!({ "output": { "choices": [{ "message": { "content": [{ "image": "https://h/a" }, { "image": "https://h/b" }] } }] } }),
            &["https://h/a", "https://h/b"],
        ),
        (json!(lifted), &["lifted"]),
    ];
    for (answer, expected) in rows {
        assert_eq!(read(&answer, false).unwrap(), expected, "{answer}");
    }
}

#[test]
fn answers_without_a_picture_are_told_apart() {
    let rows = [
        (json!({ "data": [] }), FailureKind::EmptyAnswer),
        (json!({ "created": 1 }), FailureKind::EmptyAnswer),
        (
            json!({ "artifacts": [{ "base64": "mediary-file:0", "finishReason": "CONTENT_FILTERED" }] }),
            FailureKind::ContentRefused,
        ),
        (json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } }), FailureKind::ContentRefused),
        (json!({ "candidates": [{ "finishReason": "IMAGE_SAFETY" }] }), FailureKind::ContentRefused),
        (
            json!({ "candidates": [{ "content": { "parts": [{ "text": "no" }] }, "finishReason": "STOP" }] }),
            FailureKind::EmptyAnswer,
        ),
        (json!({ "predictions": [{ "raiFilteredReason": "violence" }] }), FailureKind::ContentRefused),
        (json!({ "data": [{ "respect_moderation": false }] }), FailureKind::ContentRefused),
        (json!({ "base_resp": { "status_code": 1026, "status_msg": "sensitive" } }), FailureKind::ContentRefused),
        (json!({ "base_resp": { "status_code": 1004 } }), FailureKind::BadKey),
        (json!({ "data": [{ "b64_json": "mediary-file:1" }] }), FailureKind::Garbled),
        (json!({ "data": [{ "b64_json": "not base64!" }] }), FailureKind::Garbled),
    ];
    for (answer, expected) in rows {
        assert_eq!(read(&answer, false).unwrap_err(), expected, "{answer}");
    }
    let moderated = json!({ "error": { "code": "moderation_blocked", "message": "Your request was rejected by the safety system",
                            "type": "image_generation_user_error" } });
    assert_eq!(read(&moderated, false).unwrap_err(), FailureKind::ContentRefused);
}

#[test]
fn stages_come_before_the_picture() {
    let mut reader = super::reader(true);
    let events = [
        json!({ "type": "image_generation.partial_image", "b64_json": "YWJj", "partial_image_index": 0 }),
        json!({ "type": "image_generation.partial_image", "b64_json": "ZGVm", "partial_image_index": 1 }),
        json!({ "type": "image_generation.completed", "b64_json": "Z2hp", "usage": { "input_tokens": 1 } }),
    ];
    let mut stages = Vec::new();
    for event in &events {
        assert!(!reader.is_complete());
        let (mut frame, body) = (ReplyFrame::default(), event.to_string());
        reader.read(&Frame { event: None, data: body.as_bytes() }, &mut frame).unwrap();
        let pictures = frame.events.iter().filter_map(|event| match event {
            ReplyEvent::Picture(picture) => Some(picture.stage),
            _ => None,
        });
        stages.extend(pictures);
    }
    assert!(reader.is_complete());
    assert_eq!(stages, [Some(0), Some(1), None]);
    let mut cut_off = super::reader(true);
    cut_off.read(&Frame { event: None, data: events[0].to_string().as_bytes() }, &mut ReplyFrame::default()).unwrap();
    assert!(cut_off.end(&mut ReplyFrame::default()).is_err());
}
