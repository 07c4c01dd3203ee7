//! Veo's wire: what is sent, and what is made of an operation.

use std::fmt::Write;

use mediary_core::task::{GenerateVideo, Task};
use mediary_core::{Blob, Media, MediaFormat};
use serde_json::json;

use super::Gemini;
use crate::golden::{able, encode_task, sent_task, understood_as};
use crate::{Dialect, Quirks};

#[test]
fn a_video_is_asked_for_as_veo_wants_it() {
    let video = GenerateVideo {
        prompt: "A cat".to_owned(),
        start: Some(Media { format: MediaFormat::Jpeg, blob: Blob::in_memory(b"<jpeg>".to_vec()) }),
        seconds: Some(8),
        size: "1920x1080".parse().ok(),
        audio: Some(true),
        extras: serde_json::from_value(json!({ "negative_prompt": "dogs", "personGeneration": "allow_all", "x": 1 }))
            .unwrap(),
        ..GenerateVideo::default()
    };
    let task = Task::GenerateVideo(video);
    let target = able("gemini/veo-3.1-generate-preview");
    let mut told = sent_task(&Gemini, &target, &task);
    writeln!(told, "left out: {:?}", encode_task(&Gemini, &target, &task).unwrap().left_out).unwrap();
    insta::assert_snapshot!(told);
}

#[test]
fn an_operation_is_followed_to_its_file() {
    let quirks = Quirks::default();
    let job = "models/veo-3.1/operations/op1";
    let mut told = String::new();
    for body in [
        json!({ "name": job }),
        json!({ "name": job, "metadata": { "progressPercent": 30 } }),
        json!({ "name": job, "done": true, "response": { "generateVideoResponse": { "generatedSamples": [
            { "video": { "uri": "https://host.example/v1beta/files/xyz:download?alt=media" } }] } } }),
        json!({ "done": true, "response": { "generatedVideos": [{ "video": { "bytesBase64Encoded": "AAAA" } }] } }),
        json!({ "done": true, "response": { "generateVideoResponse": { "raiMediaFilteredCount": 1 } } }),
        json!({ "done": true, "response": {} }),
        json!({ "name": job, "error": { "code": 3, "message": "it may violate the usage guidelines" } }),
        json!({ "name": job, "error": { "code": 13, "message": "internal" } }),
        json!({ "other": 1 }),
    ] {
        let report = Gemini.job_report(job, body.to_string().as_bytes(), &quirks);
        writeln!(told, "{body}\n  {report:?}").unwrap();
    }
    let asked = Gemini.job_state(job, &quirks).unwrap();
    writeln!(told, "{} {}", asked.method, asked.path).unwrap();
    let task = Task::GenerateVideo(GenerateVideo::default());
    for body in [r#"{"name":"models/veo-3.1/operations/op1"}"#, r#"{"error":{"code":429,"message":"slow"}}"#, "{}"] {
        writeln!(told, "{body}\n{}", understood_as(&Gemini, &task, false, &[body])).unwrap();
    }
    insta::assert_snapshot!(told);
}
