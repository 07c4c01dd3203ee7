//! Connections: kept, taken again, closed by either side, and what is had of them without waiting.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use tokio::net::TcpListener;

use super::provider::{DONE, HELLO, KEY, PATIENT, Provider, SSE, Step, chunk, say, text, with_length};
use crate::remote::Remote;
use crate::{Auth, Endpoint, OpenAi, Quirks, provider_client};

#[tokio::test]
async fn frames_that_came_together_are_handed_out_without_waiting() {
    let provider = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}")), Step::Listen]).await;
    let mut reply = provider.call(PATIENT).await.unwrap();
    assert!(reply.is_stream());
    assert!(reply.next_ready().is_none(), "nothing is here before somebody waited for it");
    let first = reply.next().await.unwrap().unwrap();
    let second = reply.next_ready().expect("the second frame came with the first").unwrap();
    assert_eq!(text(&[first, second]), "Hello");
    assert!(reply.next_ready().is_none());
}

#[tokio::test]
async fn nobody_listening_is_a_failure_that_says_so() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let endpoint = Endpoint { base_url, auth: Auth::Bearer, headers: Vec::new(), quirks: Quirks::default() };
    let remote = Remote::new(&provider_client(Duration::from_secs(5)), Arc::new(OpenAi), endpoint);
    let failure = remote.list_models(Some(KEY)).await.unwrap_err();
    assert_eq!(failure, Failure::new(FailureKind::Unreachable, "the provider cannot be reached: nobody listens there"));
}

#[tokio::test]
async fn whoever_goes_away_hangs_up() {
    // While nothing has come, and in the middle of a reply.
    let silent = Provider::new(vec![Step::Listen]).await;
    tokio::select! {
        answered = silent.call(PATIENT) => unreachable!("nobody answers, but here is {answered:?}"),
        () = silent.arrived.notified() => {}
    }
    let heard = tokio::time::timeout(Duration::from_secs(10), silent.hung_up.notified()).await;
    heard.expect("the dropped call ends the connection");

    let begun = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}")), Step::Listen]).await;
    let mut reply = begun.call(PATIENT).await.unwrap();
    reply.next().await.unwrap().unwrap();
    drop(reply);
    let heard = tokio::time::timeout(Duration::from_secs(10), begun.hung_up.notified()).await;
    heard.expect("the dropped reply ends the connection");
}

#[tokio::test]
async fn a_connection_that_was_read_to_its_end_is_used_again() {
    let chunked = format!("{SSE}transfer-encoding: chunked\r\n\r\n");
    let end = say("0\r\n\r\n");
    let rows = [
        vec![say(format!("{chunked}{}0\r\n\r\n", chunk(&format!("{HELLO}{DONE}"))))],
        // The end comes a little after the last event.
        vec![say(format!("{chunked}{}", chunk(&format!("{HELLO}{DONE}")))), Step::Wait(Duration::from_millis(2)), end],
    ];
    for steps in rows {
        let provider = Provider::new(steps).await;
        for _ in 0..3 {
            assert_eq!(text(&provider.frames(PATIENT).await.unwrap()), "Hello");
        }
        assert_eq!(*provider.connections.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_costs_nobody_an_answer() {
    // It says how long its answer is, so the connection could be used again; then it hangs up.
    let body = r#"{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}"#;
    let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", body)), Step::HangUp]).await;
    for calls in 1..=3 {
        assert_eq!(text(&provider.frames(PATIENT).await.unwrap()), "Hello");
        // The end of the connection arrives.
        tokio::task::yield_now().await;
        assert_eq!(*provider.connections.lock().unwrap(), calls);
    }
}

#[tokio::test]
async fn what_has_arrived_is_had_without_waiting_and_nothing_else() {
    let chunked = format!("{SSE}transfer-encoding: chunked\r\n\r\n");
    let (one, other) = HELLO.split_once("\n\n").unwrap();
    let pieces = format!("{chunked}{}{}", chunk(&format!("{one}\n\n")), chunk(other));
    let provider = Provider::new(vec![say(pieces), Step::Listen]).await;
    let mut reply = provider.call(PATIENT).await.unwrap();
    let first = reply.next().await.unwrap().unwrap();
    assert!(reply.next_ready().is_none(), "the second piece is with the connection still");
    let second = reply.next_soon().await.expect("it has arrived").unwrap();
    assert_eq!(text(&[first, second]), "Hello");
    assert!(reply.next_soon().await.is_none());
}

#[tokio::test]
async fn credentials_in_an_address_are_sent_unless_there_is_a_key() {
    let step = say(with_length("HTTP/1.1 200 OK\r\n", r#"{"data":[]}"#));
    for (key, expected) in [(None, "Basic YW5uOnAgdw=="), (Some(KEY), &*format!("Bearer {KEY}"))] {
        let provider = Provider::new(vec![step.clone()]).await;
        let base_url = provider.remote.endpoint().base_url.replace("http://", "http://ann:p%20w@");
        let endpoint = Endpoint { base_url, ..provider.remote.endpoint().clone() };
        let remote = Remote::new(&provider_client(Duration::from_secs(5)), Arc::new(OpenAi), endpoint);
        remote.list_models(key).await.unwrap();
        let head = provider.heads.lock().unwrap()[0].to_ascii_lowercase();
        assert!(head.contains(&format!("authorization: {}\r\n", expected.to_ascii_lowercase())), "{head}");
        assert!(head.starts_with("get /v1/models ") && !head.contains("ann:"), "{head}");
    }
}

#[tokio::test]
async fn after_the_end_was_said_nobody_waits_for_the_connection() {
    let provider = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}{DONE}")), Step::Listen]).await;
    let frames = tokio::time::timeout(Duration::from_secs(10), provider.frames(PATIENT)).await;
    assert_eq!(text(&frames.expect("the stream is over").unwrap()), "Hello");
}
