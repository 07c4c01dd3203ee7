//! What becomes of connections: how long they are waited for, when they are closed, when they are used again.

use std::time::Duration;

use mediary_core::FailureKind;
use mediary_core::provider::Timeouts;
use mediary_core::task::ReplyEvent;

use super::site::{DONE, HELLO, PATIENT, SSE, Site, Step, chunk, next, say, text};

#[tokio::test]
async fn silence_is_timed_out() {
    let brief = Duration::from_millis(50);
    let to_begin = Timeouts { first_byte: brief, ..PATIENT };
    let between = Timeouts { stall: brief, ..PATIENT };
    let frame = format!("{}\n\n", HELLO.lines().next().unwrap());
    let begun = format!("{SSE}\r\n{frame}");
    let rows = [
        (vec![Step::Listen], to_begin, "did not begin"),
        (vec![say(format!("{SSE}\r\n")), Step::Listen], to_begin, "did not begin"),
        (vec![say(&*begun), Step::Listen], between, "fell silent"),
        // The deadline comes nearer once the answer has begun.
        (
            vec![say(format!("{SSE}\r\n")), Step::Wait(Duration::from_millis(2)), say(frame), Step::Listen],
            between,
            "fell silent",
        ),
    ];
    for (steps, timeouts, words) in rows {
        let provider = Site::new(steps).await;
        let failure = provider.failure(timeouts).await;
        assert_eq!(failure.kind, FailureKind::TimedOut);
        assert!(failure.detail.contains(words), "{} does not say: {words}", failure.detail);
    }
}

#[tokio::test]
async fn what_says_nothing_does_not_put_the_deadline_off() {
    let between = Timeouts { stall: Duration::from_millis(60), ..PATIENT };
    let pings =
        [": ping\n\n", "data: {\"choices\":[]}\n\n", "data: {\"choices\":[{\"index\":0,\"delta\":{}}]}\n\n", "\n"];
    for ping in pings {
        let first = format!("{SSE}\r\n{}\n\n", HELLO.lines().next().unwrap());
        let more = (0..400).flat_map(|_| [Step::Wait(Duration::from_millis(5)), say(ping)]);
        let provider = Site::new([say(first)].into_iter().chain(more).collect()).await;
        let failure = provider.failure(between).await;
        assert_eq!(failure.kind, FailureKind::TimedOut, "{ping}");
    }
}

#[tokio::test]
async fn a_complete_reply_ends_although_its_stream_stays_open() {
    let pings = (0..1000).flat_map(|_| [Step::Wait(Duration::from_millis(10)), say(": ping\n\n")]);
    let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n";
    let rows: [Vec<Step>; 3] = [
        vec![say(format!("{SSE}\r\n{HELLO}")), Step::Listen],
        [say(format!("{SSE}\r\n{HELLO}"))].into_iter().chain(pings).collect(),
        vec![say(format!("{SSE}\r\n{HELLO}")), Step::Wait(Duration::from_millis(20)), say(usage), Step::Listen],
    ];
    for (index, steps) in rows.into_iter().enumerate() {
        let frames = Site::new(steps).await.frames(PATIENT).await.unwrap();
        assert_eq!(text(&frames), "Hello", "row {index}");
        let has_usage =
            frames.iter().flat_map(|frame| &frame.events).any(|event| matches!(event, ReplyEvent::Usage(_)));
        assert_eq!(has_usage, index == 2, "what follows within two seconds belongs to it");
    }
}

#[tokio::test]
async fn a_dropped_call_or_reply_closes_the_connection() {
    // While nothing has come, and in the middle of a reply.
    let silent = Site::new(vec![Step::Listen]).await;
    tokio::select! {
        answered = silent.chat(PATIENT) => unreachable!("nothing was answered, but here is {answered:?}"),
        () = silent.arrived.notified() => {}
    }
    let heard = tokio::time::timeout(Duration::from_secs(10), silent.hung_up.notified()).await;
    heard.expect("the dropped call ends the connection");

    let begun = Site::new(vec![say(format!("{SSE}\r\n{HELLO}")), Step::Listen]).await;
    let mut reply = begun.chat(PATIENT).await.unwrap();
    next(&mut *reply).await.unwrap().unwrap();
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
        let provider = Site::new(steps).await;
        for _ in 0..3 {
            assert_eq!(text(&provider.frames(PATIENT).await.unwrap()), "Hello");
            // A task of the client's puts the connection back.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        }
        // On a busy machine the end may come too late once.
        assert!(*provider.connections.lock().unwrap() < 3);
    }
}

#[tokio::test]
async fn after_the_end_of_a_reply_the_connection_is_not_waited_for() {
    let provider = Site::new(vec![say(format!("{SSE}\r\n{HELLO}{DONE}")), Step::Listen]).await;
    let frames = tokio::time::timeout(Duration::from_secs(10), provider.frames(PATIENT)).await;
    assert_eq!(text(&frames.expect("the stream is over").unwrap()), "Hello");
}
