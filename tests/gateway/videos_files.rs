//! Files that providers give for videos: held against what was asked for, and not taken for one where they are none.

use std::process::Command;

use mediary_convert::av::Ffmpeg;
use serde_json::{Value, json};

use super::chat_talk::configure;
use super::server::TestServer;
use super::videos_studio::{Reply, Studio, filming, keep_jobs, mp4};

/// Two seconds of 320 × 240 pixels.
fn two_seconds() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let out = folder.path().join("out.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=2", "-pix_fmt", "yuv420p"])
        .arg(&out)
        .status();
    assert!(made.expect("these tests need ffmpeg").success());
    std::fs::read(out).expect("ffmpeg wrote it")
}

/// A provider that makes this file of every job at once.
fn giving(file: Vec<u8>) -> Studio {
    Studio::new(move |seen, _| match (seen.method.as_str(), seen.path.ends_with("/content")) {
        ("POST", _) => Reply::Json(200, json!({ "id": "job-1", "status": "queued" })),
        (_, true) => Reply::File("video/mp4", file.clone()),
        _ => Reply::Json(200, json!({ "id": "job-1", "status": "completed" })),
    })
}

/// The job of eight seconds that this provider ended, where ffmpeg looks at files.
fn ended(studio: &Studio) -> Value {
    let ffmpeg = Ffmpeg::find(Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref())).expect("tests need ffmpeg");
    let folder = tempfile::tempdir().expect("a folder of its own");
    let server = TestServer::with_ffmpeg(ffmpeg, |config| {
        configure(config, &[studio.entry("far", "openai", json!({ "seconds": [4, 8] }))]);
        keep_jobs(config, folder.path());
    });
    server.ended(&server.filmed(json!({ "seconds": 8 })))
}

#[test]
fn a_video_is_held_against_what_was_asked_for() {
    let job = ended(&giving(two_seconds()));
    assert_eq!((&job["status"], &job["seconds"], &job["size"]), (&json!("completed"), &json!("2"), &json!("320x240")));
    let changed = job["mediary"]["changed"].as_array().expect("what differs is named").clone();
    assert!(changed.contains(&json!("seconds")), "{job}");
}

#[test]
fn a_video_that_was_cut_off_is_none() {
    let whole = two_seconds();
    // The index stands at its end.
    for file in [whole[..whole.len() / 2].to_vec(), mp4()] {
        let studio = giving(file);
        let job = ended(&studio);
        assert_eq!((&job["status"], &job["error"]["code"]), (&json!("failed"), &json!("garbled")), "{job}");
        let told = job["error"]["message"].as_str().expect("it says why");
        assert!(told.contains("has made the video") && told.contains("cut off on its way"), "{told}");
        // It was paid for, and its provider may still give it.
        assert_eq!(studio.count("DELETE", "/v1/videos/job-1"), 0);
    }
}

#[test]
fn a_video_that_cannot_be_fetched_in_time_says_what_is_wrong() {
    let studio = giving(b"<html><body>Bad gateway</body></html>".to_vec());
    let folder = tempfile::tempdir().expect("a folder of its own");
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |config| {
        config.jobs.give_up = std::time::Duration::ZERO;
    });
    let job = server.ended(&server.filmed(json!({})));
    let told = job["error"]["message"].as_str().expect("it says why");
    assert!(told.contains("cannot be fetched") && !told.contains("has not made"), "{told}");
    assert_eq!(studio.count("DELETE", "/v1/videos/job-1"), 0);
}

#[test]
fn a_job_that_its_provider_forgot_is_no_missing_model() {
    let studio = Studio::new(|seen, _| match seen.method.as_str() {
        "POST" => Reply::Json(200, json!({ "id": "job-1", "status": "queued" })),
        _ => Reply::Json(404, json!({ "detail": "Not Found" })),
    });
    let folder = tempfile::tempdir().expect("a folder of its own");
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |_| ());
    let job = server.ended(&server.filmed(json!({})));
    let told = job["error"]["message"].as_str().expect("it says why");
    assert!(told.contains("does not know the job any more"), "{told}");
}
