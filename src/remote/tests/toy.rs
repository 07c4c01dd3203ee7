//! A toy dialect, to show all that a new one has to bring: it speaks plain lines, chats and embeds, and is called through
//! [`Remote`](crate::Remote) as every other.

use std::borrow::Cow;

use http::header::HeaderMap;
use mediary_core::provider::Call;
use mediary_core::task::{Chat, Finish, Message, ReplyEvent, ReplyFrame, Role, Task};
use mediary_core::{Failure, FailureKind, MediaFormat, MediaKind};

use crate::golden::embed;
use crate::remote::tests::site::{PATIENT, Site, Step, all, say, text, with_length};
use crate::vectors::Expected;
use crate::{Auth, Dialect, Frame, HttpCall, Quirks, Reader, blame, unwritable, whole};

const NAME: &str = "toy";

#[derive(Debug)]
struct Toy;

impl Dialect for Toy {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>, _quirks: &Quirks) -> Result<HttpCall, Failure> {
        let lines: String = match call.task {
            Task::Chat(chat) => chat.messages.iter().map(|message| message.joined_text() + "\n").collect(),
            Task::Embed(embed) => embed.inputs.iter().map(|input| format!("{input:?}\n")).collect(),
            Task::Read(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::Image(_)
            | Task::GenerateVideo(_)
            | Task::Rerank(_)
            | Task::Moderate(_) => {
                return Err(unwritable::task(NAME, call.task.kind()));
            }
        };
        let path = format!("/{}", call.task.kind().name());
        let content_type = Cow::Borrowed("text/plain");
        Ok(HttpCall {
            method: http::Method::POST,
            path,
            headers: vec![("toy-version", "1".to_owned())],
            content_type,
            body: lines.into(),
            left_out: Vec::new(),
            before: Vec::new(),
        })
    }

    fn reader(&self, task: &Task, _stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Chat(_) => Box::new(Words { is_over: false }),
            Task::Embed(embed) => {
                let expected = Expected::of(embed);
                whole::reader(move |body, events| {
                    let numbers =
                        |line: &str| line.split(' ').map(|number| number.parse().unwrap_or(f32::NAN)).collect();
                    expected.give(String::from_utf8_lossy(body).lines().map(numbers).enumerate(), events)
                })
            }
            Task::Read(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::Image(_)
            | Task::GenerateVideo(_)
            | Task::Rerank(_)
            | Task::Moderate(_) => unwritable::reader(NAME, task.kind()),
        }
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        let words = String::from_utf8_lossy(body);
        blame::failure(blame::kind_of_status(status, headers, &words), Some(status), &words)
    }

    fn formats(&self, _kind: MediaKind) -> &'static [MediaFormat] {
        &[]
    }

    fn carries(&self, _format: MediaFormat) -> bool {
        false
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(&[])
    }
}

/// Reads a line for each word, and a dot at the end.
struct Words {
    is_over: bool,
}

impl Reader for Words {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        for line in String::from_utf8_lossy(frame.data).lines() {
            self.is_over = line == ".";
            into.events.push(match self.is_over {
                true => ReplyEvent::Finish { choice: 0, finish: Finish::Stop },
                false => ReplyEvent::Text { choice: 0, text: line.to_owned() },
            });
        }
        Ok(())
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.is_over { Ok(()) } else { Err(blame::broken_off()) }
    }

    fn is_complete(&self) -> bool {
        self.is_over
    }
}

async fn site(steps: Vec<Step>) -> Site {
    Site::speaking(&Toy, Auth::Bearer, steps).await
}

fn chat() -> Task {
    Task::Chat(Chat { messages: vec![Message::text(Role::User, "hi")], ..Chat::default() })
}

#[tokio::test]
async fn a_toy_chats_whole_and_line_by_line() {
    let lines = "application/jsonl";
    for (content_type, frames) in [("text/plain", 1), (lines, 3)] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\n");
        let site = site(vec![say(with_length(&head, "Hel\nlo\n.\n"))]).await;
        let reply = site.call(&chat(), PATIENT).await.unwrap();
        assert_eq!(reply.is_stream(), content_type == lines);
        let said = all(reply).await.unwrap();
        assert_eq!((text(&said).as_str(), said.len()), ("Hello", frames));
        let request = site.requests.lock().unwrap()[0].clone();
        assert!(request.starts_with("POST /v1/chat HTTP/1.1\r\n") && request.ends_with("\r\n\r\nhi\n"), "{request}");
        assert!(
            request.contains("content-type: text/plain\r\n") && request.contains("toy-version: 1\r\n"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn a_toy_embeds_and_its_failures_are_failures() {
    let two = Task::Embed(embed(&["a", "b"]));
    let head = "HTTP/1.1 200 OK\r\n";
    let vectors = site(vec![say(with_length(head, "1 0\n0.6 0.8\n"))]).await.call(&two, PATIENT).await.unwrap();
    let vector = |index, vector: [f32; 2]| ReplyEvent::Vector { index, vector: vector.to_vec() };
    assert_eq!(all(vectors).await.unwrap()[0].events, [vector(0, [1.0, 0.0]), vector(1, [0.6, 0.8])]);

    let rows = [
        (two, with_length(head, "1 0\n"), FailureKind::Garbled),
        (chat(), with_length(head, "Hel"), FailureKind::Garbled),
        (chat(), with_length("HTTP/1.1 503 Busy\r\n", "busy"), FailureKind::Overloaded { retry_after: None }),
    ];
    for (task, answer, kind) in rows {
        let failed = match site(vec![say(answer)]).await.call(&task, PATIENT).await {
            Ok(reply) => all(reply).await.map(drop),
            Err(failure) => Err(failure),
        };
        assert_eq!(failed.unwrap_err().kind, kind);
    }
}
