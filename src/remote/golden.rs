//! What the golden tests of the dialects share: the same chats for each, written out as text.
//!
//! A snapshot is read by eye, so bodies are indented JSON and events a line each. The dialects' tests call this.

use std::fmt::Write;
use std::time::Duration;

use http::header::HeaderMap;
use mediary_core::capability::{Abilities, Structured};
use mediary_core::provider::{Call, Timeouts};
use mediary_core::task::{
    Chat, Effort, Embed, EmbedInput, MediaPart, Message, Part, Reasoning, ReplyFormat, ReplyFrame, Role, Sampling,
    SoundForm, Speak, Task, Tool, ToolCall, Transcribe,
};
use mediary_core::{Blob, Failure, Media, MediaFormat};
use serde_json::{Value, json};

use crate::{Dialect, Frame, HttpCall, Quirks};

/// A target that can do everything.
pub(crate) fn able(target: &str) -> Abilities {
    Abilities {
        tools: true,
        tool_choice: true,
        media_in_tool_results: true,
        structured: Structured::Schema,
        reasoning: true,
        logprobs: true,
        many_replies: true,
        ..Abilities::chat(target.parse().unwrap())
    }
}

/// A call without a key, as far as it matters to a dialect.
pub(crate) fn call<'a>(task: &'a Task, abilities: &'a Abilities, dropped: &'a [String]) -> Call<'a> {
    let timeouts = Timeouts { first_byte: Duration::ZERO, stall: Duration::ZERO };
    Call { task, abilities, dropped, key: None, timeouts, reservation: None }
}

pub(crate) fn encode(dialect: &dyn Dialect, abilities: &Abilities, chat: &Chat) -> Result<HttpCall, Failure> {
    encode_task(dialect, abilities, &Task::Chat(chat.clone()))
}

pub(crate) fn encode_task(dialect: &dyn Dialect, abilities: &Abilities, task: &Task) -> Result<HttpCall, Failure> {
    dialect.encode(&call(task, abilities, &[]), &Quirks::default())
}

/// A chat as it goes out.
pub(crate) fn sent(dialect: &dyn Dialect, abilities: &Abilities, chat: &Chat) -> String {
    sent_task(dialect, abilities, &Task::Chat(chat.clone()))
}

/// A task as it goes out, in JSON.
pub(crate) fn sent_task(dialect: &dyn Dialect, abilities: &Abilities, task: &Task) -> String {
    match encode_task(dialect, abilities, task) {
        Ok(call) => {
            assert_eq!(call.content_type, "application/json");
            let body: Value = serde_json::from_slice(&call.body.read_all().unwrap()).unwrap();
            let headers = call.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
            format!("POST {}\n{}{body:#}\n", call.path, headers.collect::<String>())
        }
        Err(failure) => format!("{failure:?}\n"),
    }
}

/// A task about sound as it goes out: JSON, a form or the bytes of a file.
pub(crate) fn sent_sound(dialect: &dyn Dialect, target: &str, task: &Task) -> String {
    let call = match encode_task(dialect, &Abilities::of(target.parse().unwrap(), task.kind()), task) {
        Ok(call) => call,
        Err(failure) => return format!("{target}\n{failure:?}\n"),
    };
    let text = String::from_utf8(call.body.read_all().unwrap()).unwrap();
    let (kind, body) = match call.content_type.strip_prefix("multipart/form-data; boundary=") {
        Some(boundary) => ("a form", text.replace(boundary, "BOUNDARY").replace("\r\n", "\n")),
        None if call.content_type == "application/json" => {
            ("json", format!("{:#}\n", serde_json::from_str::<Value>(&text).unwrap()))
        }
        None => (&*call.content_type, format!("{text}\n")),
    };
    format!("{target}\nPOST {} {kind}, without {:?}\n{body}", call.path, call.left_out)
}

/// A recording to be transcribed, about which everything is asked.
pub(crate) fn recording(format: MediaFormat) -> Transcribe {
    Transcribe {
        language: Some("es".to_owned()),
        prompt: Some("Mediary".to_owned()),
        temperature: Some(0.5),
        ..Transcribe::of(media(format).media)
    }
}

/// A text to be spoken, about which nothing is asked.
pub(crate) fn speech(format: MediaFormat) -> Speak {
    Speak { form: SoundForm::File(format), ..Speak::of("Hello \"there\".") }
}

/// A text to be spoken, about which everything is asked.
pub(crate) fn wishful_speech(format: MediaFormat) -> Speak {
    Speak {
        voice: Some("leo".to_owned()),
        language: Some("es".to_owned()),
        instructions: Some("calm".to_owned()),
        speed: 1.5,
        ..speech(format)
    }
}

/// The answer to a chat as it is understood, frame by frame and to its end.
pub(crate) fn understood(dialect: &dyn Dialect, stream: bool, frames: &[&str]) -> String {
    understood_as(dialect, &Task::Chat(Chat::default()), stream, frames)
}

/// The answer to any task.
pub(crate) fn understood_as(dialect: &dyn Dialect, task: &Task, stream: bool, frames: &[&str]) -> String {
    let mut reader = dialect.reader(task, stream);
    let mut told = String::new();
    for data in frames {
        let mut frame = ReplyFrame::default();
        let outcome = reader.read(&Frame { event: None, data: data.as_bytes() }, &mut frame);
        assert!(frame.raw.is_empty(), "raw frames are the caller's, and copied nowhere");
        writeln!(told, "frame").unwrap();
        frame.events.iter().for_each(|event| writeln!(told, "  {event:?}").unwrap());
        if let Err(failure) = outcome {
            writeln!(told, "  {failure:?}").unwrap();
            return told;
        }
    }
    match reader.end(&mut ReplyFrame::default()) {
        Ok(()) => told.push_str("end\n"),
        Err(failure) => writeln!(told, "end\n  {failure:?}").unwrap(),
    }
    told
}

/// Refusals as they are understood: a status, a `Retry-After` if there is one, a body.
pub(crate) fn refusals(dialect: &dyn Dialect, rows: &[(u16, &str, &str)]) -> String {
    let mut told = String::new();
    for (status, retry_after, body) in rows {
        let mut headers = HeaderMap::new();
        if !retry_after.is_empty() {
            headers.insert("retry-after", retry_after.parse().unwrap());
        }
        let failure = dialect.failure(*status, &headers, body.as_bytes());
        let short: String = body.chars().take(150).collect();
        writeln!(told, "{status} {short}\n  {:?}: {}", failure.kind, failure.detail).unwrap();
    }
    told
}

pub(crate) fn media(format: MediaFormat) -> MediaPart {
    let bytes = format!("<{format}>").into_bytes();
    MediaPart::new(Media { format, blob: Blob::in_memory(bytes) })
}

/// Texts to embed.
pub(crate) fn embed(texts: &[&str]) -> Embed {
    let inputs = texts.iter().map(|text| EmbedInput::Text((*text).to_owned()));
    Embed { inputs: inputs.collect(), ..Embed::default() }
}

pub(crate) fn of(messages: Vec<Message>) -> Chat {
    Chat { messages, ..Chat::default() }
}

fn user(parts: Vec<Part>) -> Message {
    Message { parts, ..Message::new(Role::User) }
}

/// Turns of one speaker in a row, empty texts, and every wish there is.
pub(crate) fn conversation() -> Chat {
    let mut named = media(MediaFormat::Png);
    named.name = Some("photo.png".to_owned());
    Chat {
        messages: vec![
            Message::text(Role::System, "Be brief."),
            user(vec![Part::Text("Look at this:".to_owned()), Part::Media(named)]),
            Message::text(Role::User, "What is it?"),
            Message::text(Role::Assistant, "A cat.\n"),
            Message::text(Role::System, "Speak Spanish."),
            user(vec![Part::Text(String::new()), Part::Text("¿Seguro?".to_owned())]),
        ],
        sampling: Sampling {
            max_tokens: Some(1000),
            temperature: Some(1.5),
            top_p: Some(0.9),
            top_k: Some(40),
            stop: vec!["END".to_owned()],
            seed: Some(7),
            presence_penalty: Some(0.5),
            frequency_penalty: Some(-0.5),
            ..Sampling::default()
        },
        stream: true,
        extras: extras(&json!({ "user": "u1", "store": true })),
        ..Chat::default()
    }
}

pub(crate) fn extras(value: &Value) -> mediary_core::task::Extras {
    serde_json::from_value(value.clone()).unwrap()
}

/// Two calls at once, one of them with broken arguments, their results, one of them with an image, and a question.
pub(crate) fn tools() -> Chat {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": { "q": { "type": "string" } },
        "required": ["q"],
    });
    let tool = |name: &str, parameters| Tool {
        name: name.to_owned(),
        description: Some(format!("Does {name}.")),
        parameters,
        strict: Some(true),
        ..Tool::default()
    };
    let call = |id: &str, name: &str, arguments: &str| ToolCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        signature: None,
    };
    let result = |id: &str, parts| Message { parts, tool_call_id: Some(id.to_owned()), ..Message::new(Role::Tool) };
    let mut calling = Message::text(Role::Assistant, "Let me look.");
    calling.tool_calls = vec![call("call.1", "lookup", r#"{"q":"x"}"#), call("call_2", "screenshot", "{oops")];
    Chat {
        messages: vec![
            Message::text(Role::User, "Look x up."),
            calling,
            result("call.1", vec![Part::Text("42".to_owned())]),
            result("call_2", vec![Part::Text(r#"{"taken":true}"#.to_owned()), Part::Media(media(MediaFormat::Png))]),
        ],
        tools: vec![tool("lookup", Some(schema)), tool("screenshot", None)],
        ..Chat::default()
    }
}

/// An answer that was thought about, and a call, both signed.
pub(crate) fn thoughts(effort: Effort) -> Chat {
    let mut answer = Message::text(Role::Assistant, "Four.");
    answer.reasoning =
        Some(Reasoning { text: "2+2".to_owned(), signature: Some("U0lHMQ==".to_owned()), ..Reasoning::default() });
    let mut calling = Message::new(Role::Assistant);
    calling.reasoning =
        Some(Reasoning { text: "Hm".to_owned(), signature: Some("U0lHMg==".to_owned()), ..Reasoning::default() });
    calling.tool_calls = vec![ToolCall {
        id: "c1".to_owned(),
        name: "add".to_owned(),
        arguments: String::new(),
        signature: Some("U0lHMw==".to_owned()),
    }];
    let mut result = Message::text(Role::Tool, "5");
    result.tool_call_id = Some("c1".to_owned());
    Chat {
        messages: vec![
            Message::text(Role::User, "2+2?"),
            answer,
            Message::text(Role::User, "And one?"),
            calling,
            result,
        ],
        tools: vec![Tool { name: "add".to_owned(), description: None, ..Tool::default() }],
        effort: Some(effort),
        ..Chat::default()
    }
}

/// A reply of a certain form.
pub(crate) fn form(format: ReplyFormat) -> Chat {
    Chat { format, ..of(vec![Message::text(Role::User, "Name one.")]) }
}

pub(crate) fn schema() -> ReplyFormat {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": { "name": { "type": "string" } },
        "required": ["name"],
        "additionalProperties": false,
    });
    ReplyFormat::Schema { name: "thing".to_owned(), schema, strict: Some(true) }
}

/// Every format by its bytes and by its address: what it is written as, or why not.
pub(crate) fn every_medium(dialect: &dyn Dialect, abilities: &Abilities, at: &str) -> String {
    let mut told = String::new();
    for format in MediaFormat::ALL {
        for url in [None, Some("https://example.org/file")] {
            let mut part = media(*format);
            part.name = Some(format!("a.{format}"));
            part.url = url.map(str::to_owned);
            let outcome = encode(dialect, abilities, &of(vec![user(vec![Part::Media(part)])]));
            let written = outcome.map(|call| {
                let body: Value = serde_json::from_slice(&call.body.read_all().unwrap()).unwrap();
                body.pointer(at).expect("a medium is never left out").to_string()
            });
            let written = written.unwrap_or_else(|failure| format!("{failure:?}"));
            writeln!(told, "{format}{}: {written}", if url.is_some() { " by address" } else { "" }).unwrap();
        }
    }
    told
}

/// A medium that was only named must never get this far.
pub(crate) fn unfetched() -> Chat {
    of(vec![user(vec![Part::Remote { url: "https://example.org/a.png".to_owned(), name: None, detail: None }])])
}
