//! Conversations with the service, as they begin and as they end.

use std::time::{Duration, UNIX_EPOCH};

use mediary_core::MediaFormat::Mp3;
use mediary_core::task::{ReplyFrame, Speak, Task};
use mediary_core::{FailureKind, capability::Abilities};

use super::Edge;
use crate::golden::{call, speech, wishful_speech};
use crate::talk::{Said, Talk, Turn};
use crate::{Dialect as _, Quirks};

fn talk(speak: Speak, quirks: &Quirks) -> Box<dyn Talk> {
    let task = Task::Speak(speak);
    let row = Abilities::of("edge/read-aloud".parse().unwrap(), task.kind());
    Edge.talk(&call(&task, &row, &[]), quirks).unwrap()
}

#[test]
fn a_conversation_begins_as_the_browser_begins_it() {
    let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let mut usual = talk(speech(Mp3), &Quirks::default());
    let quirks = Quirks { client_version: Some("1-150.1.2.3".to_owned()), ..Quirks::default() };
    let wishful = Speak { voice: Some("es-ES-ElviraNeural".to_owned()), ..wishful_speech(Mp3) };
    let mut wishful = talk(wishful, &quirks);
    let told = [&mut usual, &mut wishful].map(|talk| {
        let opening = talk.opening(now, [1, 2, 0xabc]).unwrap();
        let headers: Vec<String> = opening.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let messages = opening.messages.join("\n\n").replace("\r\n", "\n");
        format!("GET {}\n{}\n{messages}\nwithout {:?}", opening.path, headers.join("\n"), talk.left_out())
    });
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn a_long_text_is_several_conversations_and_one_sound() {
    let long = Speak { text: "word ".repeat(1_000), ..speech(Mp3) };
    let mut talk = talk(long, &Quirks::default());
    let now = UNIX_EPOCH;
    let sound = [b"\0\x0cPath:audio\r\n".as_slice(), b"ID3"].concat();
    let mut told = Vec::new();
    while talk.opening(now, [0; 3]).is_some() {
        let mut frame = ReplyFrame::default();
        assert_eq!(talk.hear(Said::Text("Path:turn.start\r\n\r\n{}"), &mut frame).unwrap(), Turn::Theirs);
        assert_eq!(talk.hear(Said::Bytes(&sound), &mut frame).unwrap(), Turn::Theirs);
        assert_eq!(talk.hear(Said::Text("Path:turn.end\r\n\r\n{}"), &mut frame).unwrap(), Turn::Over);
        told.push(format!("{:?}", frame.events));
    }
    let expected = ["[Sound(File(Mp3)), Bytes(b\"ID3\")]", "[Bytes(b\"ID3\"), Finish { choice: 0, finish: Stop }]"];
    assert_eq!(told, expected);
}

#[test]
fn a_turn_without_sound_is_a_complaint_and_a_refusal_names_the_version() {
    let mut silent = talk(speech(Mp3), &Quirks::default());
    let failure = silent.hear(Said::Text("Path:turn.end\r\n\r\n{}"), &mut ReplyFrame::default()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unacceptable);
    let refused = Edge.failure(403, &http::HeaderMap::new(), b"");
    assert_eq!(refused.kind, FailureKind::ModelGone);
    assert!(refused.detail.contains("client_version"), "{refused}");
    assert!(matches!(Edge.failure(503, &http::HeaderMap::new(), b"").kind, FailureKind::Overloaded { .. }));
}
