//! What is found and what is not, measured; names and the way back, however an answer is cut into pieces.

use std::collections::VecDeque;
use std::path::Path;
use std::task::{Context, Poll, Waker};

use mediary_core::Failure;
use mediary_core::provider::ReplyStream;
use mediary_core::task::{
    Chat, Finish, HostedTool, Message, Original, ReplyEvent, ReplyFormat, ReplyFrame, Role, Task, Tool, ToolCall,
};

use super::super::found::found;
use super::super::{Cover, Restored, SecretKind};
use crate::config::REDACTED_KINDS;

fn kinds_in(text: &str) -> Vec<&'static str> {
    found(text).into_iter().map(|(kind, _)| kind.name()).collect()
}

#[test]
fn the_configuration_knows_every_kind() {
    assert_eq!(SecretKind::ALL.map(SecretKind::name), REDACTED_KINDS);
}

/// What is real of each kind: numbers that pass their checks, none of which belongs to a person.
const REAL: [(&str, &str); 30] = [
    ("card", "4111 1111 1111 1111"),
    ("card", "4111111111111111"),
    ("card", "5555-5555-5555-4444"),
    ("card", "378282246310005"),
    ("card", "3782 822463 10005"),
    ("card", "6011000990139424"),
    ("card", "2223003122003222"),
    ("card", "30569309025904"),
    ("iban", "DE89370400440532013000"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("iban", "GB82 WEST 1234 5698 7654 32"),
    ("iban", "FR14 2004 1010 0505 0001 3M02 606"),
    ("iban", "ES9121000418450200051332"),
    ("iban", "NL91ABNA0417164300"),
    ("iban", "CH9300762011623852957"),
    ("email", "mina.brown@example.org"),
    ("email", "a+b_c%d@mail.sub.example.co.uk"),
    ("email", "x@y.io"),
    ("phone", "+49 30 901820"),
    ("phone", "+1 (415) 555-2671"),
    ("phone", "+442071838750"),
    ("phone", "+34-91-123-45-67"),
    ("phone", "(415) 555-2671"),
    ("phone", "212-555-0187"),
    ("key", "sk-proj-Ab3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW"),
    ("key", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    ("key", "AKIA2E0A8F3B244C9986"),
    ("key", "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"),
    ("key", "AIzaSyD4k9Zq2mNwXcVb7LtRyUeIo1PaSdFgHj8"),
    ("key", "glpat-Zx8Yw7Vu6Ts5Rq4Po3Nm"),
];

#[test]
fn what_is_real_is_found_wherever_it_stands() {
    let places: [fn(&str) -> String; 6] = [
        |value| format!("Take {value} for it."),
        |value| format!("({value})"),
        |value| format!("a: \"{value}\", b"),
        |value| format!("{value}\nand more"),
        |value| format!("Señor, escriba a {value}"),
        |value| format!("は {value} です"),
    ];
    for (kind, value) in REAL {
        for place in places {
            let text = place(value);
            let all = found(&text);
            let told: Vec<_> = all.iter().map(|(kind, range)| (kind.name(), &text[range.clone()])).collect();
            assert_eq!(told, [(kind, value)], "{text}");
        }
    }
}

#[test]
fn what_only_looks_like_it_is_left() {
    let rows = [
        "4111 1111 1111 1112",
        "1234567890123456",
        "invoice 2026-11-30-4111111111111111-7",
        "DE89370400440532013001",
        "XX89370400440532013000",
        "DE89 is a road",
        "user@localhost",
        "@handle and a@b",
        "+1 is positive, +12345 is short",
        "version 3.415.555.2671",
        "2026-11-30 18:45:00",
        "1,234,567,890,123,456.78",
        "9f82f99913c1a1e27b5b7d1f0c52d41d8cd98f00b204e9800998ecf8427e",
        "sk-learn is a library, and sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx shows what a key looks like",
        "018f3a5e-7c2b-7d4e-9a1b-3c5d7e9f1a2b",
        "ISBN 978-3-16-148410-0, EAN 4006381333931",
        "pi is 3.14159265358979323846264338327950288",
        "10.0.0.1:8001 and 192.168.100.200",
        "the range 1000-2000-3000, and 555-1234",
    ];
    for text in rows {
        assert_eq!(kinds_in(text), [""; 0], "{text}");
    }
}

#[test]
fn blanks_of_json_and_marks_of_markdown_are_around_values() {
    let rows = [
        (
            r#"{"text": "Hi\nmina@example.org\n+49 30 901820\n4111111111111111\tDE89370400440532013000"}"#,
            vec![
                ("email", "mina@example.org"),
                ("phone", "+49 30 901820"),
                ("card", "4111111111111111"),
                ("iban", "DE89370400440532013000"),
            ],
        ),
        (
            r"key:\nsk-proj-Ab3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW\n",
            vec![("key", "sk-proj-Ab3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW")],
        ),
        ("_mina@example.org_ **x@y.io**", vec![("email", "_mina@example.org"), ("email", "x@y.io")]),
        ("Ask...mina@example.org.", vec![("email", "mina@example.org")]),
        ("a@example.org-b@example.org", vec![("email", "a@example.org")]),
        ("sk-aaaaaaaaaaaaaaaaaaaaaa-212-555-0187", vec![("phone", "212-555-0187")]),
    ];
    for (text, expected) in rows {
        let all = found(text);
        let told: Vec<_> = all.iter().map(|(kind, range)| (kind.name(), &text[range.clone()])).collect();
        assert_eq!(told, expected, "{text}");
    }
}

/// Texts that begin like something again and again, or never end: of each a megabyte. What looks at the rest of the text for
/// every beginning is not through with any of them before this test is given up.
#[test]
fn hostile_texts_are_walked_through() {
    const BYTES: usize = 1 << 20;
    let rows = [
        ("a", ""),
        ("a.", "@example.invalid"),
        ("a..", "@example.org"),
        ("@", ""),
        ("a@", ""),
        ("a@a.", ""),
        ("x.+4930901820.", ""),
        ("a.DE89370400440532013000.", ""),
        ("sk-", ""),
        ("sk-xoxb-glpat-", ""),
        ("eyJaaaaaaaaaa-", ""),
        ("eyJaaaaaaaaaa.", ""),
        ("eyJaaaaaaaaaa-AKIA2E0A8F3B244C9986-", ""),
        ("-----BEGIN PRIVATE KEY-----", ""),
        ("-----BEGIN PRIVATE KEY-----\nAKIA2E0A8F3B244C9986 ", ""),
        ("-", ""),
        ("+1 ", ""),
        ("4111111111111112 ", ""),
        ("AB12 ", ""),
        ("[EMAIL_", ""),
        ("[", ""),
        ("\\n", ""),
    ];
    for (piece, end) in rows {
        let text = piece.repeat(BYTES / piece.len()) + end;
        let all = found(&text);
        assert!(all.windows(2).all(|pair| pair[0].1.end <= pair[1].1.start), "{piece}");
        assert!(all.iter().all(|(_, range)| text.get(range.clone()).is_some()), "{piece}");
    }
    // And what is real is found behind all of it.
    let text = "a.".repeat(BYTES / 2) + " mina@example.org";
    assert_eq!(kinds_in(&text), ["email"]);
    let text = "sk-".repeat(BYTES / 3) + " 4111 1111 1111 1111";
    assert_eq!(kinds_in(&text), ["card"]);
}

/// What the invoice among the samples has.
const AN_ACCOUNT: &str = "GB29 NWBK 6016 1331 9268 19";

#[test]
fn texts_without_any_are_left_as_they_are() {
    // All words of this project, and the lock file with its thousands of long numbers in hexadecimal: of all of which nothing
    // is anything of this but what stands as an example.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = vec![root.join("Cargo.lock"), root.join("README.md"), root.join("CHANGELOG.md")];
    for folder in ["docs", "models/providers", "benches", "samples"] {
        let files = std::fs::read_dir(root.join(folder)).unwrap().flatten().map(|file| file.path());
        texts.extend(files.filter(|path| {
            path.extension().is_some_and(|end| ["md", "toml", "txt"].iter().any(|known| end == *known))
        }));
    }
    let (mut bytes, mut wrong) = (0, Vec::new());
    for path in texts {
        let text = std::fs::read_to_string(&path).unwrap();
        bytes += text.len();
        for (kind, range) in found(&text) {
            let is_example = text[range.clone()].contains("example") || text[range.clone()] == *AN_ACCOUNT;
            if !is_example {
                wrong.push(format!("{}: {} {}", path.display(), kind.name(), &text[range]));
            }
        }
    }
    assert!(bytes > 400_000, "{bytes}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn chat(texts: &[&str]) -> Task {
    let messages = texts.iter().map(|text| Message::text(Role::User, *text)).collect();
    Task::Chat(Chat { messages, ..Chat::default() })
}

fn said(task: &Task) -> Vec<String> {
    let Task::Chat(chat) = task else { unreachable!() };
    chat.messages.iter().map(Message::joined_text).collect()
}

#[test]
fn the_same_value_has_one_name_and_the_next_turn_the_same_names() {
    let first = ["Write to a@example.org and b@example.org.", "a@example.org, card 4111111111111111"];
    let (covered, cover) = Cover::over(&chat(&first), &SecretKind::ALL).unwrap();
    let expected = ["Write to [EMAIL_1] and [EMAIL_2].", "[EMAIL_1], card [CARD_1]"];
    assert_eq!(said(&covered), expected);
    assert_eq!(cover.told(), "card=1;email=3");
    let next = [first[0], first[1], "And c@example.org?"];
    let (covered, _) = Cover::over(&chat(&next), &SecretKind::ALL).unwrap();
    assert_eq!(said(&covered), [expected[0], expected[1], "And [EMAIL_3]?"]);
    let (covered, _) = Cover::over(&chat(&first), &[SecretKind::Card]).unwrap();
    assert_eq!(said(&covered), [first[0], "a@example.org, card [CARD_1]"]);
    assert!(Cover::over(&chat(&["Nothing of this."]), &SecretKind::ALL).is_none());
    // A name that the client has written itself is its own.
    let (covered, cover) = Cover::over(&chat(&["[EMAIL_1] is what you call a@example.org"]), &SecretKind::ALL).unwrap();
    assert_eq!(said(&covered), ["[EMAIL_1] is what you call [EMAIL_2]"]);
    assert_eq!(cover.uncovered("[EMAIL_1] [email_2] [EMAIL_7]", false), "[EMAIL_1] a@example.org [EMAIL_7]");
}

#[test]
fn arguments_of_functions_stay_json() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\nVJTUt9Us8cKj\n-----END PRIVATE KEY-----";
    let mut message = Message::text(Role::Assistant, "");
    let arguments = serde_json::json!({ "key": key, "to": "a@example.org" }).to_string();
    message.tool_calls.push(ToolCall {
        id: "1".into(),
        name: "f".into(),
        arguments: arguments.clone(),
        signature: None,
    });
    let task = Task::Chat(Chat { messages: vec![message], ..Chat::default() });
    let (covered, cover) = Cover::over(&task, &SecretKind::ALL).unwrap();
    let Task::Chat(covered) = covered else { unreachable!() };
    let sent = &covered.messages[0].tool_calls[0].arguments;
    assert_eq!(sent, r#"{"key":"[KEY_1]","to":"[EMAIL_1]"}"#);
    assert_eq!(cover.uncovered(sent, true), arguments);
}

#[test]
fn a_number_in_arguments_becomes_a_text_and_escapes_stay_whole() {
    let mut message = Message::text(Role::Assistant, "");
    let arguments = r#"{"card": 4111111111111111, "other": 12.5, "say": "1\nmina@example.org"}"#;
    let call = ToolCall { id: "1".into(), name: "f".into(), arguments: arguments.into(), signature: None };
    message.tool_calls.push(call);
    let task = Task::Chat(Chat { messages: vec![message], ..Chat::default() });
    let (covered, cover) = Cover::over(&task, &SecretKind::ALL).unwrap();
    let Task::Chat(covered) = covered else { unreachable!() };
    let sent = &covered.messages[0].tool_calls[0].arguments;
    assert_eq!(sent, r#"{"card": "[CARD_1]", "other": 12.5, "say": "1\n[EMAIL_1]"}"#);
    let back: serde_json::Value = serde_json::from_str(&cover.uncovered(sent, true)).unwrap();
    assert_eq!(back["say"], "1\nmina@example.org");
    assert_eq!(back["card"], "4111111111111111");
}

#[test]
fn tools_are_covered_first_and_what_only_their_format_says_is_not_sent() {
    let tool = Tool {
        name: "write_mail".into(),
        description: Some("Writes to boss@example.org.".into()),
        parameters: Some(serde_json::json!({
            "type": "object", "properties": { "to": { "type": "string", "enum": ["boss@example.org", "x@y.io"] } },
        })),
        ..Tool::default()
    };
    let hosted = HostedTool {
        wire_format: "responses",
        kind: "mcp".into(),
        definition: serde_json::json!({
            "type": "mcp", "server_description": "of boss@example.org",
            "authorization": "sk-proj-Ab3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW",
        }),
    };
    let mut message = Message::text(Role::User, "Nothing.");
    let block = r#"{"type":"document","title":"of x@y.io","source":{"type":"base64","data":"x@y.io"}}"#;
    message.original = Some(Original {
        wire_format: "anthropic",
        pieces: vec![block.into()],
        names: vec!["messages.0.content.0.title".into()],
        ..Original::default()
    });
    let format = ReplyFormat::Schema {
        name: "mail".into(),
        schema: serde_json::json!({ "description": "as in x@y.io" }),
        strict: None,
    };
    let messages = vec![Message::text(Role::User, "To new@example.org"), message];
    let chat = Chat { messages, tools: vec![tool], hosted_tools: vec![hosted], format, ..Chat::default() };
    let (covered, _) = Cover::over(&Task::Chat(chat.clone()), &SecretKind::ALL).unwrap();
    let Task::Chat(covered) = covered else { unreachable!() };
    let tool = &covered.tools[0];
    assert_eq!(tool.description.as_deref(), Some("Writes to [EMAIL_1]."));
    let listed = &tool.parameters.as_ref().unwrap()["properties"]["to"]["enum"];
    assert_eq!(*listed, serde_json::json!(["[EMAIL_1]", "[EMAIL_2]"]));
    let hosted = &covered.hosted_tools[0].definition;
    assert_eq!(hosted["server_description"], "of [EMAIL_1]");
    assert_eq!(hosted["authorization"], chat.hosted_tools[0].definition["authorization"], "it opens a door there");
    let ReplyFormat::Schema { schema, .. } = &covered.format else { unreachable!() };
    assert_eq!(schema["description"], "as in [EMAIL_2]");
    assert_eq!(covered.messages[0].joined_text(), "To [EMAIL_3]");
    assert!(covered.messages[1].original.as_ref().unwrap().is_changed, "the title would go as it is");
    // What is no text is not looked into.
    let mut plain = chat;
    (plain.tools, plain.hosted_tools, plain.format) = (Vec::new(), Vec::new(), ReplyFormat::Text);
    let original = plain.messages[1].original.as_mut().unwrap();
    original.pieces = vec![block.replace("of x@y.io", "of x").into()];
    plain.messages.remove(0);
    assert!(Cover::over(&Task::Chat(plain), &SecretKind::ALL).is_none());
}

/// An answer that was cut into these frames.
#[derive(Debug)]
struct Frames(VecDeque<ReplyFrame>);

impl ReplyStream for Frames {
    fn poll_frame(&mut self, _context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }

    fn is_stream(&self) -> bool {
        true
    }
}

#[test]
fn an_answer_comes_back_with_the_values_wherever_it_is_cut() {
    let (_, cover) = Cover::over(&chat(&["a@example.org +49 30 901820"]), &SecretKind::ALL).unwrap();
    assert_eq!(cover.told(), "email=1;phone=1");
    let answer = "To [EMAIL_1], or [PHONE_1]; not [CARD_1] or a[0] or [e";
    let expected = "To a@example.org, or +49 30 901820; not [CARD_1] or a[0] or [e";
    for first in 0..answer.len() {
        for second in first..answer.len() {
            let (_, cover) = Cover::over(&chat(&["a@example.org +49 30 901820"]), &SecretKind::ALL).unwrap();
            let pieces = [&answer[..first], &answer[first..second], &answer[second..]];
            let frame = |events: Vec<ReplyEvent>| ReplyFrame { events, is_canonical: true, ..ReplyFrame::default() };
            let mut frames: VecDeque<ReplyFrame> = pieces
                .iter()
                .map(|text| frame(vec![ReplyEvent::Text { choice: 0, text: (*text).to_owned() }]))
                .collect();
            frames.push_back(frame(vec![ReplyEvent::Finish { choice: 0, finish: Finish::Stop }]));
            let mut restored = Restored::new(Box::new(Frames(frames)), cover, false);
            let mut text = String::new();
            let mut has_finished = false;
            while let Poll::Ready(Some(Ok(frame))) = restored.poll_frame(&mut Context::from_waker(Waker::noop())) {
                for event in frame.events {
                    match event {
                        ReplyEvent::Text { text: more, .. } => {
                            assert!(!has_finished, "nothing is said after the end");
                            text.push_str(&more);
                        }
                        ReplyEvent::Finish { .. } => has_finished = true,
                        other => unreachable!("{other:?}"),
                    }
                }
            }
            assert!(has_finished);
            assert_eq!(text, expected, "{first} {second}");
        }
    }
}
