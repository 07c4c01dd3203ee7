//! The wire of each form: what is sent, and what is made of the answers.

use std::fmt::Write;

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::task::{GenerateVideo, Task};
use mediary_core::{Blob, Media, MediaFormat};
use serde_json::{Value, json};

use crate::golden::{call, understood_as};
use crate::{Dialect, OpenAi, Quirks, VideoForm};

fn quirks(videos: VideoForm) -> Quirks {
    Quirks { videos, ..Quirks::default() }
}

fn asked() -> GenerateVideo {
    GenerateVideo {
        prompt: "A cat, 2 s".to_owned(),
        start: Some(Media { format: MediaFormat::Png, blob: Blob::in_memory(b"<png>".to_vec()) }),
        seconds: Some(8),
        size: "1280x720".parse().ok(),
        audio: Some(true),
        extras: serde_json::from_value(json!({ "seed": 7 })).unwrap(),
        ..GenerateVideo::default()
    }
}

fn sent(form: VideoForm, video: &GenerateVideo) -> String {
    let abilities = Abilities::of("far/maker-1".parse().unwrap(), TaskKind::VideoGeneration);
    let task = Task::GenerateVideo(video.clone());
    match OpenAi.encode(&call(&task, &abilities, &[]), &quirks(form)) {
        Ok(call) => {
            let body: Value = serde_json::from_slice(&call.body.read_all().unwrap()).unwrap_or_default();
            let headers: String = call.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
            format!("{} {}\n{headers}{body:#}\nleft out: {:?}\n", call.method, call.path, call.left_out)
        }
        Err(failure) => format!("{failure:?}\n"),
    }
}

/// How a job is asked about and ended, and what answers about it mean.
fn followed(form: VideoForm, answers: &[Value]) -> String {
    let quirks = quirks(form);
    let mut told = String::new();
    for (does, call) in [("asked", OpenAi.job_state("j-1", &quirks)), ("ended", OpenAi.job_end("j-1", &quirks))] {
        let shown = call.map(|call| format!("{} {} {:?}", call.method, call.path, call.body));
        writeln!(told, "{does}: {}", shown.unwrap_or_else(|| "not at all".to_owned())).unwrap();
    }
    for answer in answers {
        let report = OpenAi.job_report("j-1", answer.to_string().as_bytes(), &quirks);
        writeln!(told, "{answer}\n  {report:?}").unwrap();
    }
    told
}

#[test]
fn each_form_writes_a_submission() {
    let forms = [
        VideoForm::OpenAi,
        VideoForm::OpenRouter,
        VideoForm::Xai,
        VideoForm::Zai,
        VideoForm::SiliconFlow,
        VideoForm::MiniMax,
        VideoForm::HuggingFace,
        VideoForm::DashScope,
    ];
    let mut told = String::new();
    for form in forms {
        writeln!(told, "=== {form:?}\n{}", sent(form, &asked())).unwrap();
        let plain = GenerateVideo { prompt: "p".to_owned(), aspect: "9:16".parse().ok(), ..GenerateVideo::default() };
        writeln!(told, "--- plain\n{}", sent(form, &plain)).unwrap();
    }
    let without = GenerateVideo { start: None, ..asked() };
    let extras = json!({ "negative_prompt": "dogs", "shot_type": "multi", "seed": 7 });
    let own = GenerateVideo { extras: serde_json::from_value(extras).unwrap(), audio: Some(false), ..without.clone() };
    writeln!(told, "=== DashScope, without a picture\n{}", sent(VideoForm::DashScope, &own)).unwrap();
    writeln!(told, "=== Pollinations\n{}", sent(VideoForm::Pollinations, &without)).unwrap();
    writeln!(told, "--- with a picture\n{}", sent(VideoForm::Pollinations, &asked())).unwrap();
    let start_url = Some("https://a.example/content/t".to_owned());
    let named = GenerateVideo { start_url, ..asked() };
    assert!(sent(VideoForm::Pollinations, &named).contains("&image=https%3A%2F%2Fa%2Eexample%2Fcontent%2Ft"));
    let remix = GenerateVideo { remixes: Some("theirs".to_owned()), ..GenerateVideo::default() };
    writeln!(told, "=== a remix\n{}", sent(VideoForm::OpenAi, &remix)).unwrap();
    insta::assert_snapshot!(told);
}

#[test]
fn each_form_reads_how_a_job_stands() {
    let mut told = String::new();
    let rows: [(VideoForm, Vec<Value>); 7] = [
        (
            VideoForm::OpenAi,
            vec![
                json!({ "id": "j-1", "status": "queued", "progress": 0 }),
                json!({ "id": "j-1", "status": "in_progress", "progress": 42.5 }),
                json!({ "id": "j-1", "status": "completed", "progress": 100 }),
                json!({ "id": "j-1", "status": "completed", "data": [{ "b64_json": "AAAA" }] }),
                json!({ "id": "j-1", "status": "completed", "url": "https://a.example/v.mp4" }),
                json!({ "id": "j-1", "status": "failed", "error": { "code": "moderation_blocked", "message": "no" } }),
                json!({ "id": "j-1", "status": "failed", "error": { "code": "server_error", "message": "oops" } }),
                json!({ "id": "j-1", "status": "failed", "error": null }),
                json!({ "nothing": 1 }),
            ],
        ),
        (
            VideoForm::OpenRouter,
            vec![
                json!({ "status": "pending" }),
                json!({ "status": "completed", "unsigned_urls": ["https://a.example/v.mp4"] }),
                json!({ "status": "completed" }),
                json!({ "status": "expired" }),
            ],
        ),
        (
            VideoForm::Xai,
            vec![
                json!({ "status": "pending" }),
                json!({ "status": "done", "video": { "url": "https://a.example/v.mp4", "duration": 8 } }),
                json!({ "video": { "url": "https://a.example/v.mp4" } }),
                json!({ "status": "done", "video": { "url": "", "respect_moderation": false } }),
                json!({ "status": "expired" }),
                json!({ "status": "done" }),
            ],
        ),
        (
            VideoForm::Zai,
            vec![
                json!({ "task_status": "PROCESSING" }),
                json!({ "task_status": "SUCCESS", "video_result": [{ "url": "https://a.example/v.mp4" }] }),
                json!({ "task_status": "FAIL", "error": { "code": "1301", "message": "sensitive" } }),
                json!({ "task_status": "SUCCESS", "video_result": [] }),
            ],
        ),
        (
            VideoForm::SiliconFlow,
            vec![
                json!({ "status": "InQueue" }),
                json!({ "status": "Succeed", "results": { "videos": [{ "url": "https://a.example/v.mp4" }] } }),
                json!({ "status": "Failed", "reason": "broke" }),
            ],
        ),
        (
            VideoForm::MiniMax,
            vec![
                json!({ "status": "Processing", "base_resp": { "status_code": 0 } }),
                json!({ "status": "Success", "file_id": 123, "base_resp": { "status_code": 0 } }),
                json!({ "file": { "download_url": "https://a.example/v.mp4" }, "base_resp": { "status_code": 0 } }),
                json!({ "status": "Fail", "base_resp": { "status_code": 0, "status_msg": "broke" } }),
                json!({ "base_resp": { "status_code": 1004, "status_msg": "bad key" } }),
            ],
        ),
        (
            VideoForm::DashScope,
            vec![
                json!({ "request_id": "r", "output": { "task_id": "j-1", "task_status": "PENDING" } }),
                json!({ "request_id": "r", "output": { "task_id": "j-1", "task_status": "RUNNING" } }),
                json!({ "output": { "task_status": "SUCCEEDED", "video_url": "https://a.example/v.mp4" },
                    "usage": { "duration": 5, "video_count": 1 } }),
                json!({ "output": { "task_status": "SUCCEEDED" } }),
                json!({ "output": { "task_status": "FAILED", "code": "DataInspectionFailed", "message": "Input data may \
                    contain inappropriate content." } }),
                json!({ "output": { "task_status": "FAILED", "code": "InternalError.Timeout", "message": "slow" } }),
                json!({ "output": { "task_status": "CANCELED" } }),
                json!({ "output": { "task_status": "UNKNOWN" } }),
                json!({ "code": "Throttling", "message": "Requests throttling triggered." }),
            ],
        ),
    ];
    for (form, answers) in rows {
        writeln!(told, "=== {form:?}\n{}", followed(form, &answers)).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_submission_is_answered_with_a_name_or_with_the_file() {
    let task = Task::GenerateVideo(GenerateVideo::default());
    let rows = [
        r#"{"id":"video_1","object":"video","status":"queued"}"#,
        r#"{"request_id":"r-1"}"#,
        r#"{"model":"m","id":"t-1","request_id":"ours","task_status":"PROCESSING"}"#,
        r#"{"requestId":"s-1"}"#,
        r#"{"request_id":"ours","output":{"task_id":"0385dc79-5ff8","task_status":"PENDING"}}"#,
        r#"{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"ours"}"#,
        r#"{"task_id":"106916112212032","base_resp":{"status_code":0,"status_msg":"success"}}"#,
        r#"{"task_id":"","base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#,
        r#"{"error":{"code":"moderation_blocked","message":"no"}}"#,
        r#"{"id":"../../etc"}"#,
        r#"{}"#,
        "<html>",
    ];
    let told: String =
        rows.iter().map(|row| format!("{row}\n{}", understood_as(&OpenAi, &task, false, &[row]))).collect();
    insta::assert_snapshot!(format!("{told}a file\n{}", understood_as(&OpenAi, &task, true, &["<mp4", ">"])));
}
