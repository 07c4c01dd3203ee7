//! Signatures and the texts of rows. What jobs do is tested over HTTP, with providers that do as they are told.

use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::task::GenerateVideo;
use mediary_core::{Blob, Media, MediaFormat, ProviderId};

use super::super::answer_cache::CacheWish;
use super::super::routing::Bounds;
use super::record::{self, Asked, Remixed};
use super::webhooks::{WebhookSecret, signature, told};

#[test]
fn a_signature_is_that_of_the_specification() {
    // The example of the Standard Webhooks specification.
    let secret = WebhookSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_eq!(format!("{secret:?}"), "WebhookSecret");
    let plain = signature(&WebhookSecret::read("plain"), "a", 1, "b");
    assert_ne!(plain, signature(&WebhookSecret::read("other"), "a", 1, "b"));
}

#[test]
fn what_is_told_names_the_job_and_nothing_of_it() {
    let error = ("content_refused".to_owned(), "words".to_owned());
    let told: serde_json::Value = serde_json::from_str(&told("video_1", 5, Some(&error))).unwrap();
    assert_eq!((&told["type"], &told["created_at"]), (&"video.failed".into(), &5.into()));
    assert_eq!(told["data"]["error"]["code"], "content_refused");
}

#[test]
fn a_request_survives_being_written_down() {
    let picture = Media { format: MediaFormat::Png, blob: Blob::in_memory(vec![1, 2, 3]) };
    let video = GenerateVideo {
        prompt: "p".to_owned(),
        start: Some(picture),
        start_url: None,
        seconds: Some(8),
        size: "1280x720".parse().ok(),
        aspect: "16:9".parse().ok(),
        lines: Some(720),
        audio: Some(true),
        remixes: Some("theirs".to_owned()),
        extras: serde_json::from_str(r#"{"seed":1}"#).unwrap(),
    };
    let bounds = Bounds {
        strict: true,
        privacy: Privacy::Local,
        cost: CostPolicy::Free,
        allows_paid: true,
        providers: vec![ProviderId::new("xai")],
        // A job's answer is its file, which is not given again.
        cache: CacheWish::Off,
        ..Bounds::default()
    };
    let remixed = Remixed { id: "ours".to_owned(), key: Some("print".to_owned()) };
    let written = record::write(&Asked::of(&video, "m", &bounds, Some(remixed)));
    let read: Asked = record::read(&written).unwrap();
    assert_eq!((read.bounds(), read.model.as_str()), (bounds, "m"));
    let again = read.video(Some(vec![1, 2, 3]));
    assert_eq!(format!("{again:?}"), format!("{video:?}"));
    assert_eq!(read.key.as_deref(), Some("print"));
    assert_eq!(read.remixes, Some(("ours".to_owned(), "theirs".to_owned())));
}
