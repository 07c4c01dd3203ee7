//! Answers, and what is none: how they are cut, judged and shown.

use std::task::Poll;
use std::time::Duration;

use mediary_core::provider::{ListedModel, Provider};
use mediary_core::{Failure, FailureKind};
use tokio::net::TcpListener;

use super::site::{DONE, HELLO, KEY, PATIENT, SSE, Site, Step, next, ready, say, text, with_length};
use crate::{Auth, Endpoint, OpenAi, Quirks, Remote, provider_client};

#[tokio::test]
async fn a_stream_is_handed_out_frame_by_frame() {
    let provider = Site::new(vec![say(format!("{SSE}\r\n{HELLO}{DONE}"))]).await;
    let frames = provider.frames(PATIENT).await.unwrap();
    assert_eq!(text(&frames), "Hello");
    assert_eq!(frames.len(), 2);
    assert!(frames[0].raw.starts_with(b"{\"id\":\"1\""), "the frame's data as it came");
}

#[tokio::test]
async fn frames_that_came_together_are_handed_out_without_waiting() {
    let provider = Site::new(vec![say(format!("{SSE}\r\n{HELLO}")), Step::Listen]).await;
    let mut reply = provider.chat(PATIENT).await.unwrap();
    assert!(reply.is_stream());
    let first = next(&mut *reply).await.unwrap().unwrap();
    let Poll::Ready(Some(Ok(second))) = ready(&mut *reply) else { panic!("the second frame came with the first") };
    assert_eq!(text(&[first, second]), "Hello");
    assert!(ready(&mut *reply).is_pending());
}

#[tokio::test]
async fn a_whole_body_is_one_frame() {
    let body =
        r#"{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let provider = Site::new(vec![say(with_length(head, body))]).await;
    let frames = provider.frames(PATIENT).await.unwrap();
    assert_eq!((text(&frames).as_str(), frames.len()), ("Hello", 1));
    assert_eq!((frames[0].raw.as_ref(), frames[0].is_canonical), (body.as_bytes(), true));
}

#[tokio::test]
async fn media_types_are_compared_without_case() {
    let stream = SSE.replace("text/event-stream; charset=utf-8", "Text/Event-Stream;Charset=UTF-8");
    let provider = Site::new(vec![say(format!("{stream}\r\n{HELLO}{DONE}"))]).await;
    assert_eq!(text(&provider.frames(PATIENT).await.unwrap()), "Hello");
    let page = with_length("HTTP/1.1 200 OK\r\ncontent-type: Text/HTML\r\n", "<html>Log in</html>");
    let failure = Site::new(vec![say(page)]).await.failure(PATIENT).await;
    assert!(failure.detail.contains("web page"), "{failure}");
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
        let provider = Site::speaking(&OpenAi, auth, vec![step.clone()]).await;
        provider.frames(PATIENT).await.unwrap();
        let head = provider.requests.lock().unwrap()[0].clone();
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
            FailureKind::Unacceptable,
            "the provider does not take something in the request (400): no field … in messages",
        ),
        (
            error("200 OK", "content-type: text/html\r\n", "<html>Log in</html>"),
            FailureKind::Garbled,
            "the provider answered with a web page; its base_url is probably wrong",
        ),
        (
            error("404 Not Found", "content-type: text/plain\r\n", "default backend - 404"),
            FailureKind::Overloaded { retry_after: None },
            "the provider is overloaded or broke down (404)",
        ),
        (
            error("403 Forbidden", "content-type: text/html\r\n", "<html>Your API key was blocked</html>"),
            FailureKind::Overloaded { retry_after: None },
            "the provider is overloaded or broke down (403)",
        ),
        (
            error("401 Unauthorized", "content-type: text/HTML\r\n", "<html>Log in</html>"),
            FailureKind::Overloaded { retry_after: None },
            "the provider is overloaded or broke down (401)",
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
            FailureKind::Lost,
            "the connection to the provider was lost before it answered: the connection was closed",
        ),
    ];
    for (answer, kind, detail) in rows {
        let provider = Site::new(vec![say(&*answer), Step::HangUp]).await;
        assert_eq!(provider.failure(PATIENT).await, Failure::new(kind, detail), "{answer}");
    }
}

#[tokio::test]
async fn an_address_where_nothing_listens_is_a_failure_that_says_so() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let endpoint = Endpoint { base_url, auth: Auth::Bearer, headers: Vec::new(), quirks: Quirks::default() };
    let remote = Remote::new(&provider_client(Duration::from_secs(5)), &OpenAi, endpoint);
    let failure = remote.models(Some(KEY)).await.unwrap_err();
    assert_eq!(
        failure,
        Failure::new(FailureKind::Unreachable, "the provider cannot be reached: nothing listens there")
    );
}

#[tokio::test]
async fn models_are_listed_in_either_shape() {
    for body in [r#"{"object":"list","data":[{"id":"a"},{"id":"b","x":1}]}"#, r#"[{"id":"a"},{"id":"b"}]"#] {
        let provider = Site::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", body))]).await;
        let listed = provider.remote.models(Some(KEY)).await.unwrap();
        let named = |name: &str| ListedModel { name: name.to_owned(), ..ListedModel::default() };
        assert_eq!(listed, [named("a"), named("b")]);
        assert!(provider.requests.lock().unwrap()[0].starts_with("GET /v1/models HTTP/1.1\r\n"));
    }
    let provider = Site::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", "{}"))]).await;
    assert_eq!(provider.remote.models(None).await.unwrap_err().kind, FailureKind::Garbled);
}
