//! What comes back is understood: streams, whole bodies, lists, forms, refusals and silence.

use std::time::Duration;

use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat};

use super::provider::{DONE, HELLO, KEY, PATIENT, Provider, SSE, Step, say, text, with_length};
use crate::{Auth, Timeouts};

#[tokio::test]
async fn a_stream_is_handed_out_frame_by_frame() {
    let provider = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}{DONE}"))]).await;
    let frames = provider.frames(PATIENT).await.unwrap();
    assert_eq!(text(&frames), "Hello");
    assert_eq!(frames.len(), 2);
    assert!(frames[0].raw.starts_with(b"{\"id\":\"1\""), "the frame's data as it came");
}

#[tokio::test]
async fn a_whole_body_is_one_frame() {
    let body = r#"{"id":"1","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let provider = Provider::new(vec![say(with_length(head, body))]).await;
    let frames = provider.frames(PATIENT).await.unwrap();
    assert_eq!((text(&frames).as_str(), frames.len()), ("Hello", 1));
    assert_eq!(frames[0].raw, body);
}

#[tokio::test]
async fn the_key_travels_in_its_header_and_nowhere_else() {
    let body = r#"{"choices":[{"message":{"content":"Hello"}}]}"#;
    let step = say(with_length("HTTP/1.1 200 OK\r\n", body));
    let rows = [
        (Auth::Bearer, Some(format!("authorization: Bearer {KEY}\r\n"))),
        (Auth::Header("api-key".to_owned()), Some(format!("api-key: {KEY}\r\n"))),
        (Auth::None, None),
    ];
    for (auth, expected) in rows {
        let provider = Provider::with_auth(vec![step.clone()], auth).await;
        provider.frames(PATIENT).await.unwrap();
        let head = provider.heads.lock().unwrap()[0].clone();
        assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("x-title: mediary\r\n") && head.contains("content-type: application/json\r\n"), "{head}");
        assert_eq!(head.matches(KEY).count(), usize::from(expected.is_some()), "{head}");
        assert!(expected.is_none_or(|header| head.contains(&header)), "{head}");
    }
}

#[tokio::test]
async fn answers_that_are_no_answers_are_failures() {
    let error = |status: &str, more: &str, body: &str| with_length(&format!("HTTP/1.1 {status}\r\n{more}"), body);
    let cut = format!("{SSE}content-length: 5000\r\n\r\n{HELLO}");
    let rows = [
        (
            error("429 Too Many Requests", "retry-after: 7\r\n", r#"{"error":{"message":"slow down"}}"#),
            FailureKind::RateLimited { retry_after: Some(Duration::from_secs(7)) },
            "the provider's key has asked too often (429)",
        ),
        (
            error("401 Unauthorized", "", &format!(r#"{{"error":{{"message":"wrong key {KEY}"}}}}"#)),
            FailureKind::BadKey,
            "the provider refused the key (401)",
        ),
        (
            error("400 Bad Request", "", &format!(r#"{{"error":{{"message":"no field {KEY} in messages"}}}}"#)),
            FailureKind::Malformed,
            "the provider finds the request malformed (400): no field … in messages",
        ),
        (
            error("200 OK", "content-type: text/html\r\n", "<html>Log in</html>"),
            FailureKind::Garbled,
            "the provider answered with a web page; its base_url is probably wrong",
        ),
        (
            error("307 Temporary Redirect", "location: http://127.0.0.1:1/?key=1\r\n", ""),
            FailureKind::Unreachable,
            "the provider sends its callers elsewhere (307); its base_url is probably wrong",
        ),
        (cut, FailureKind::Garbled, "the provider's answer broke off"),
        (
            format!("{SSE}\r\n{}", &HELLO[..HELLO.len() - 20]),
            FailureKind::Garbled,
            "the provider's answer cannot be understood: it is no JSON of the shape it should have",
        ),
        (
            format!("{SSE}\r\n{}\n\n{DONE}", HELLO.lines().next().unwrap()),
            FailureKind::Garbled,
            "the provider's stream ended in the middle of the reply",
        ),
        (
            error("200 OK", "content-type: application/json\r\n", "{\"choices\":["),
            FailureKind::Garbled,
            "the provider's answer cannot be understood: it is no JSON of the shape it should have",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 100\r\n\r\ncut".to_owned(),
            FailureKind::Overloaded { retry_after: None },
            "the provider is overloaded or broke down (503)",
        ),
        (
            String::new(),
            FailureKind::Unreachable,
            "the connection to the provider was lost before it answered: the connection was closed",
        ),
    ];
    for (answer, kind, detail) in rows {
        let provider = Provider::new(vec![say(&*answer), Step::HangUp]).await;
        assert_eq!(provider.failure(PATIENT).await, Failure::new(kind, detail), "{answer}");
    }
}

#[tokio::test]
async fn silence_is_timed_out() {
    let brief = Duration::from_millis(50);
    let to_begin = Timeouts { first_byte: brief, ..PATIENT };
    let between = Timeouts { stall: brief, ..PATIENT };
    let begun = format!("{SSE}\r\n{}\n\n", HELLO.lines().next().unwrap());
    let rows = [
        (vec![Step::Listen], to_begin, "did not begin"),
        (vec![say(format!("{SSE}\r\n")), Step::Listen], to_begin, "did not begin"),
        (vec![say(begun), Step::Listen], between, "fell silent"),
    ];
    for (steps, timeouts, words) in rows {
        let provider = Provider::new(steps).await;
        let failure = provider.failure(timeouts).await;
        assert_eq!(failure.kind, FailureKind::TimedOut);
        assert!(failure.detail.contains(words), "{} does not say: {words}", failure.detail);
    }
}

#[tokio::test]
async fn a_recording_goes_out_as_a_form_and_its_text_comes_back() {
    let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", r#"{"text":" Hello there. "}"#))]).await;
    let media = Media { format: MediaFormat::Opus, blob: Blob::in_memory(b"OggS sound".to_vec()) };
    let said = provider.remote.transcribe("whisper", &media, Some(KEY), PATIENT).await.unwrap();
    assert_eq!(said, "Hello there.");
    let sent = provider.heads.lock().unwrap()[0].clone();
    let (head, form) = sent.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/audio/transcriptions "), "{head}");
    let boundary = head.split_once("multipart/form-data; boundary=").unwrap().1.lines().next().unwrap();
    let file = "name=\"file\"; filename=\"recording.ogg\"\r\nContent-Type: audio/ogg\r\n\r\nOggS sound\r\n";
    let fields = ["name=\"model\"\r\n\r\nwhisper\r\n", "name=\"response_format\"\r\n\r\njson\r\n", file];
    let parts = fields.map(|field| format!("--{boundary}\r\nContent-Disposition: form-data; {field}"));
    assert_eq!(form, format!("{}--{boundary}--\r\n", parts.concat()));
}

#[tokio::test]
async fn models_are_listed_in_either_shape() {
    for body in [r#"{"object":"list","data":[{"id":"a"},{"id":"b","x":1}]}"#, r#"[{"id":"a"},{"id":"b"}]"#] {
        let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", body))]).await;
        assert_eq!(provider.remote.list_models(Some(KEY)).await.unwrap(), ["a", "b"]);
        assert!(provider.heads.lock().unwrap()[0].starts_with("GET /v1/models HTTP/1.1\r\n"));
    }
    let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", "{}"))]).await;
    assert_eq!(provider.remote.list_models(None).await.unwrap_err().kind, FailureKind::Garbled);
}

#[tokio::test]
async fn bodies_are_read_to_their_limit() {
    let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", "0123456789"))]).await;
    let get = |most| provider.remote.json(http::Method::GET, "/x", None, None, PATIENT, most);
    assert_eq!(get(10).await.unwrap(), "0123456789");
    assert_eq!(get(9).await.unwrap_err().kind, FailureKind::Garbled);
}
