//! The matrix is honest: what a shipped row claims can be written in its provider's dialect, byte for byte, and what it
//! does not claim is never planned for it.
//!
//! Each row that chats is asked for everything there is. The planner says whether the row is to have it; the dialect
//! then has to write it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use mediary_core::capability::{Abilities, Acceptance, CapabilityMatrix, Lifecycle, PartShape, Structured, TaskKind};
use mediary_core::plan::{Demand, HealthSnapshot, Policy, Want, plan};
use mediary_core::provider::{Call, Timeouts};
use mediary_core::task::{
    Chat, Effort, MediaPart, Message, Part, PartPath, ReplyFormat, Role, Sampling, Task, Tool, ToolCall, ToolChoice,
};
use mediary_core::{Blob, Claim, Failure, Media, MediaFormat, MediaKind, classify};
use serde_json::{Value, json};

use super::ALL_KEYS;
use super::containers::{compound, zipped};
use crate::config::{Config, Environment};
use crate::providers::{DialectName, ProviderSetup, Providers};

const URL: &str = "https://media.example/a-file";

/// Everything that is shipped.
pub(super) fn shipped() -> Providers {
    let mut environment = Environment::default();
    for (name, value) in ALL_KEYS.lines().filter_map(|line| line.split_once('=')) {
        environment.set(name, value);
    }
    Providers::assemble(&Config::default(), &environment, None).unwrap()
}

/// Every row that chats, with its provider; a server that lists its models itself has one that can do all it may say.
fn rows(all: &Providers) -> Vec<(&ProviderSetup, Abilities)> {
    let chats = all.matrix.rows().iter().filter(|row| row.does(TaskKind::Chat));
    let mut rows: Vec<_> = chats.map(|row| (all.get(&row.target.provider).unwrap(), row.clone())).collect();
    for setup in all.enabled.iter().filter(|setup| setup.discovers) {
        let pictures = setup.dialect.formats(MediaKind::Image).iter().copied().map(Acceptance::of).collect();
        let row = setup.discovered("some-model:8b", &[]);
        rows.push((setup, Abilities { tools: true, reasoning: true, accepts: pictures, ..row }));
    }
    assert!(rows.len() > 40, "only {} rows", rows.len());
    rows
}

/// A small file of each format, as classification finds it.
fn sample(format: MediaFormat) -> Media {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let shipped = |name: &str| fs::read(folder.join(name)).unwrap();
    let boxed =
        |brand: &[u8; 4]| [&[0, 0, 0, 24], b"ftyp".as_slice(), brand, &[0, 0, 2, 0], b"isommp42", &[0; 64]].concat();
    let element = |id: &[u8], inside: &[u8]| [id, &[0x80 | u8::try_from(inside.len()).unwrap()], inside].concat();
    let ebml = |kind: &[u8]| {
        let track = element(&[0xae], &element(&[0x86], b"V_VP9"));
        let segment = element(&[0x18, 0x53, 0x80, 0x67], &element(&[0x16, 0x54, 0xae, 0x6b], &track));
        [element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], kind)), segment].concat()
    };
    let wma = || {
        let header = *b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
        let stream = *b"\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65";
        let audio = *b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";
        let properties = [stream.as_slice(), &78_u64.to_le_bytes(), &audio, &[0; 38]].concat();
        [header.as_slice(), &108_u64.to_le_bytes(), &1_u32.to_le_bytes(), &[1, 2], &properties, &[0; 64]].concat()
    };
    let ogg = |codec: &[u8]| [b"OggS".as_slice(), &[0, 2], &[0; 20], &[1, 30], codec, &[0; 32]].concat();
    let riff = |kind: &[u8; 4]| [b"RIFF".as_slice(), &[36, 0, 0, 0], kind, b"fmt ", &[0; 32]].concat();
    let ooxml = |part: &str| zipped(&[("[Content_Types].xml", ""), (part, "")]);
    let odf = |kind: &str| zipped(&[("mimetype", kind)]);
    let bytes = match format {
        MediaFormat::Docx => ooxml("word/document.xml"),
        MediaFormat::Xlsx => ooxml("xl/workbook.xml"),
        MediaFormat::Xlsb => ooxml("xl/workbook.bin"),
        MediaFormat::Pptx => ooxml("ppt/presentation.xml"),
        MediaFormat::Odt | MediaFormat::Ods | MediaFormat::Odp | MediaFormat::Epub => odf(format.mime()),
        MediaFormat::Doc => compound("WordDocument"),
        MediaFormat::Xls => compound("Workbook"),
        MediaFormat::Ppt => compound("PowerPoint Document"),
        MediaFormat::Msg => compound("__properties_version1.0"),
        MediaFormat::Rtf => b"{\\rtf1 hi}".to_vec(),
        MediaFormat::Eml => b"Message-ID: <a@b.example>\r\nSubject: hi\r\n\r\nhi".to_vec(),
        MediaFormat::Zip => zipped(&[("a.txt", "hi")]),
        MediaFormat::Tsv => b"a\tb\n1\t2\n".to_vec(),
        MediaFormat::Png => shipped("sign.png"),
        MediaFormat::Jpeg => shipped("receipt.jpg"),
        MediaFormat::Webp => shipped("sign.webp"),
        MediaFormat::Gif => shipped("sign.gif"),
        MediaFormat::Tiff => shipped("letter.tiff"),
        MediaFormat::Bmp => shipped("sign.bmp"),
        MediaFormat::Avif => boxed(b"avif"),
        MediaFormat::Heic => boxed(b"heic"),
        MediaFormat::Svg => b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
        MediaFormat::Pdf => shipped("invoice.pdf"),
        MediaFormat::Wav => riff(b"WAVE"),
        MediaFormat::Mp3 => [b"\xff\xfb\x90\x64".as_slice(), &[0; 60]].concat(),
        MediaFormat::Flac => b"fLaC\0\0\0\x22".to_vec(),
        MediaFormat::Opus => ogg(b"OpusHead\x01"),
        MediaFormat::Vorbis => ogg(b"\x01vorbis"),
        MediaFormat::M4a => boxed(b"M4A "),
        MediaFormat::Aac => [b"\xff\xf1\x50\x80".as_slice(), &[0; 60]].concat(),
        MediaFormat::Aiff => [b"FORM\0\0\0\x20AIFFCOMM".as_slice(), &[0; 32]].concat(),
        MediaFormat::Caf => [b"caff\0\x01\0\0desc".as_slice(), &[0; 32]].concat(),
        MediaFormat::Amr => [b"#!AMR\n\x3c".as_slice(), &[0; 32]].concat(),
        MediaFormat::Wma => wma(),
        MediaFormat::Mp2 => [b"\xff\xfd\x84\x00".as_slice(), &[0; 60]].concat(),
        MediaFormat::Ac3 => [b"\x0b\x77\x12\x34".as_slice(), &[0; 60]].concat(),
        MediaFormat::Au => [b".snd\0\0\0\x18\0\0\0\x20".as_slice(), &[0; 60]].concat(),
        MediaFormat::Mp4 => boxed(b"isom"),
        MediaFormat::Mov => boxed(b"qt  "),
        MediaFormat::Webm => ebml(b"webm"),
        MediaFormat::Mkv => ebml(b"matroska"),
        MediaFormat::Avi => riff(b"AVI "),
        MediaFormat::Mpeg => [b"\0\0\x01\xba".as_slice(), &[0x44; 40]].concat(),
        MediaFormat::Ts => (0..800).map(|at| if at % 188 == 0 { 0x47 } else { 0 }).collect(),
        MediaFormat::Flv => [b"FLV\x01\x05\0\0\0\x09".as_slice(), &[0; 40]].concat(),
        MediaFormat::Wmv => asf_video(),
        MediaFormat::Ogv => ogg(b"\x80theora"),
        MediaFormat::Csv => shipped("table.csv"),
        MediaFormat::Text => shipped("note.txt"),
        MediaFormat::Markdown => b"# A title\n\nSome \"words\".\n".to_vec(),
        MediaFormat::Json => b"{\"a\": [1, 2]}\n".to_vec(),
        MediaFormat::Xml => b"<?xml version=\"1.0\"?><a/>".to_vec(),
        MediaFormat::Html => b"<!DOCTYPE html><html><body>hi</body></html>".to_vec(),
    };
    let mime = Some(format.mime()).filter(|_| format.kind() == MediaKind::Text);
    let media = classify(Blob::in_memory(bytes), Claim { mime, file_name: None }).unwrap();
    assert_eq!(media.format, format, "the sample is none of its format");
    media
}

/// The head of an ASF file that says that there are moving pictures in it.
fn asf_video() -> Vec<u8> {
    const HEADER: [u8; 16] = *b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
    const STREAM: [u8; 16] = *b"\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65";
    const VIDEO: [u8; 16] = *b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";
    let stream = [STREAM.as_slice(), &78_u64.to_le_bytes(), &VIDEO, &[0; 38]].concat();
    [HEADER.as_slice(), &108_u64.to_le_bytes(), &1_u32.to_le_bytes(), &[1, 2], &stream, &[0; 40]].concat()
}

fn user(parts: Vec<Part>) -> Message {
    Message { parts, ..Message::new(Role::User) }
}

/// A plain chat, to which tests add what they ask for.
fn plain() -> Chat {
    Chat { messages: vec![Message::text(Role::User, "Hello.")], ..Chat::default() }
}

fn with_tools(tool_choice: ToolChoice) -> Chat {
    let parameters = json!({ "type": "object", "properties": { "zebra": {}, "apple": { "type": "string" } } });
    let tool = Tool {
        name: "look_it_up".into(),
        description: Some("Finds things.".into()),
        parameters: Some(parameters),
        ..Tool::default()
    };
    Chat { tools: vec![tool], tool_choice, ..plain() }
}

/// A conversation in which a tool has answered with this.
fn with_result(part: Part) -> Chat {
    let call = ToolCall { id: "call_1".into(), name: "look_it_up".into(), arguments: "{}".into(), signature: None };
    let calling = Message { tool_calls: vec![call], ..Message::new(Role::Assistant) };
    let result = Message { parts: vec![part], tool_call_id: Some("call_1".into()), ..Message::new(Role::Tool) };
    let mut chat = with_tools(ToolChoice::Auto);
    chat.messages.extend([calling, result]);
    chat
}

/// What the planner says: whether this row is to have this chat as it is.
fn is_planned(row: &Abilities, chat: &Chat) -> bool {
    let mut parts = Vec::new();
    for (message, said) in chat.messages.iter().enumerate() {
        for (part, its) in said.parts.iter().enumerate() {
            let Part::Media(media) = its else { continue };
            let place = PartPath::Content { message, part };
            let shape = PartShape::of(place, media.media.format, media.media.blob.len_bytes());
            parts.push(PartShape { in_tool_result: said.role == Role::Tool, ..shape });
        }
    }
    let matrix = CapabilityMatrix::new([row.clone()]);
    let policy = Policy::wanting(Want::Targets(vec![row.target.clone()]));
    plan(&Demand::of(&Task::Chat(chat.clone()), parts), &matrix, &HealthSnapshot::default(), &[], &policy).is_ok()
}

fn written(setup: &ProviderSetup, row: &Abilities, chat: &Chat, dropped: &[String]) -> Result<Value, Failure> {
    let task = Task::Chat(chat.clone());
    let timeouts = Timeouts { first_byte: Duration::ZERO, stall: Duration::ZERO };
    let call = Call { task: &task, abilities: row, dropped, key: None, timeouts, reservation: None };
    let call = setup.dialect.dialect().encode(&call, &setup.endpoint.quirks)?;
    Ok(serde_json::from_slice(&call.body.read_all().expect("it is in memory")).expect("a body is JSON"))
}

/// Whether any value below holds true for `test`.
fn any(value: &Value, test: &impl Fn(&Value) -> bool) -> bool {
    let below = match value {
        Value::Array(items) => items.iter().any(|item| any(item, test)),
        Value::Object(fields) => fields.values().any(|field| any(field, test)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    below || test(value)
}

fn has(body: &Value, part: &Value) -> bool {
    any(body, &|value| value == part)
}

/// The planner and the row have to agree, and then the dialect has to write it.
fn hold(setup: &ProviderSetup, row: &Abilities, chat: &Chat, claims: bool, what: &str) -> Option<Value> {
    let target = &row.target;
    let is_gone = row.lifecycle == Lifecycle::Retired;
    assert_eq!(is_planned(row, chat), claims && !is_gone, "{target} and the planner disagree over {what}");
    claims.then(|| written(setup, row, chat, &[]).unwrap_or_else(|failure| panic!("{target}, {what}: {failure}")))
}

fn holds_media(body: &Value, media: &Media) -> bool {
    let base64 = media.blob.base64().unwrap();
    let characters = (media.kind() == MediaKind::Text)
        .then(|| mediary_core::media::decode_text(&media.blob.read_all().unwrap()).text);
    any(body, &|value| {
        let text = value.as_str().unwrap_or_default();
        text.strip_prefix("data:").and_then(|url| url.split_once(";base64,")).map_or(text, |(_, data)| data) == base64
            || Some(text) == characters.as_deref()
    })
}

#[test]
fn every_format_that_is_claimed_is_written_and_no_other_is_planned() {
    let all = shipped();
    for (setup, row) in rows(&all) {
        for format in MediaFormat::ALL.iter().copied() {
            let media = sample(format);
            let acceptance = row.acceptance(format);
            let part = MediaPart { name: Some(format!("a file.{format}")), ..MediaPart::new(media.clone()) };
            let said = Chat { messages: vec![user(vec![Part::Media(part.clone())])], ..Chat::default() };
            if let Some(body) = hold(setup, &row, &said, acceptance.is_some(), format.name()) {
                assert!(holds_media(&body, &media), "{} loses {format}: {body:.300}", row.target);
            }
            let result = with_result(Part::Media(part.clone()));
            let claims = acceptance.is_some() && row.media_in_tool_results && row.tools;
            if let Some(body) = hold(setup, &row, &result, claims, &format!("{format} in a result")) {
                assert!(holds_media(&body, &media), "{} loses {format} in a result", row.target);
            }
            if acceptance.is_some_and(|acceptance| acceptance.by_url) {
                let named = MediaPart { url: Some(URL.to_owned()), ..part };
                let chat = Chat { messages: vec![user(vec![Part::Media(named)])], ..Chat::default() };
                let body = written(setup, &row, &chat, &[]).unwrap();
                assert!(has(&body, &json!(URL)), "{} does not name {format} by its address", row.target);
            }
        }
    }
}

#[test]
fn every_hard_parameter_that_is_claimed_is_written_and_no_other_is_planned() {
    let all = shipped();
    let sampled = |sampling: Sampling| Chat { sampling, ..plain() };
    for (setup, row) in rows(&all) {
        let target = &row.target;
        let choices = [
            (ToolChoice::Auto, row.tools),
            (ToolChoice::None, row.tools),
            (ToolChoice::Required, row.tools && row.tool_choice),
            (ToolChoice::Named("look_it_up".into()), row.tools && row.tool_choice),
        ];
        for (choice, claims) in choices {
            let offered = choice != ToolChoice::None || setup.dialect != DialectName::Ollama;
            let Some(body) = hold(setup, &row, &with_tools(choice.clone()), claims, &format!("{choice:?}")) else {
                continue;
            };
            assert_eq!(has(&body, &json!("look_it_up")), offered, "{target} loses the tool");
            // The order in which a model writes its arguments is the schema's.
            let text = body.to_string();
            let order = text.find("zebra").zip(text.find("apple")).is_none_or(|(zebra, apple)| zebra < apple);
            assert!(order, "{target} reorders a schema: {text}");
        }

        let schema = json!({
            "type": "object",
            "properties": { "zebra": { "type": "string" }, "apple": { "type": "string" } },
            "required": ["zebra", "apple"],
            "additionalProperties": false,
        });
        let format = ReplyFormat::Schema { name: "thing".into(), schema: schema.clone(), strict: Some(true) };
        let claims = row.structured >= Structured::Schema;
        if let Some(body) = hold(setup, &row, &Chat { format, ..plain() }, claims, "a schema") {
            assert!(has(&body, &schema) && body.to_string().contains(&schema.to_string()), "{target}: {body}");
        }
        let claims = row.structured >= Structured::Json;
        if let Some(body) = hold(setup, &row, &Chat { format: ReplyFormat::Json, ..plain() }, claims, "any object") {
            let asked = any(&body, &|value| value.as_str().is_some_and(|text| text.to_lowercase().contains("json")));
            assert!(asked, "{target} does not ask for an object: {body}");
        }

        let many = sampled(Sampling { n: 3, ..Sampling::default() });
        if let Some(body) = hold(setup, &row, &many, row.many_replies, "n") {
            assert!(has(&body, &json!(3)), "{target}: {body}");
        }
        let probable = sampled(Sampling { logprobs: Some(7), ..Sampling::default() });
        if let Some(body) = hold(setup, &row, &probable, row.logprobs, "logprobs") {
            assert!(has(&body, &json!(7)), "{target}: {body}");
        }
        let extras = json!({ "modalities": ["text", "audio"], "audio": { "voice": "alloy", "format": "wav" } });
        let sounding = Chat { extras: serde_json::from_value(extras).unwrap(), ..plain() };
        if let Some(body) = hold(setup, &row, &sounding, row.audio_output, "sound") {
            assert!(has(&body, &json!("alloy")) && has(&body, &json!(["text", "audio"])), "{target}: {body}");
        }
        if row.reasoning {
            for effort in Effort::ALL {
                let chat = Chat { effort: Some(effort), ..plain() };
                let body = hold(setup, &row, &chat, true, effort.name()).unwrap();
                assert_ne!(
                    body,
                    written(setup, &row, &plain(), &[]).unwrap(),
                    "{target} loses the effort {}",
                    effort.name()
                );
            }
        }
    }
}

/// Soft parameters where any would be taken.
const SOME_SOFT: [&str; 10] = [
    "user",
    "store",
    "metadata",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "top_k",
    "logit_bias",
    "prompt_cache_key",
    "a_field_of_tomorrow",
];

/// Asks for a soft parameter; gives what has to stand in the body then.
fn wish(chat: &mut Chat, name: &str) -> Value {
    let sampling = &mut chat.sampling;
    match name {
        "seed" => json!(*sampling.seed.insert(424_242)),
        "presence_penalty" => json!(*sampling.presence_penalty.insert(0.375)),
        "frequency_penalty" => json!(*sampling.frequency_penalty.insert(0.625)),
        "temperature" => json!(*sampling.temperature.insert(0.875)),
        "top_p" => json!(*sampling.top_p.insert(0.125)),
        "top_k" => json!(*sampling.top_k.insert(77)),
        "max_tokens" | "max_completion_tokens" => json!(*sampling.max_tokens.insert(777)),
        "stop" => {
            sampling.stop = vec!["the end".into()];
            json!("the end")
        }
        "parallel_tool_calls" => {
            *chat = with_tools(ToolChoice::Auto);
            json!(*chat.parallel_tool_calls.insert(false))
        }
        "reasoning_effort" => json!(chat.effort.insert(Effort::High).name()),
        "modalities" => {
            chat.extras.insert(name, json!(["text"]));
            json!(["TEXT"])
        }
        "options" => {
            chat.extras.insert(name, json!({ "num_gpu": 77 }));
            json!(77)
        }
        "metadata" => {
            chat.extras.insert(name, json!({ "wish": "granted" }));
            json!("granted")
        }
        _ => {
            chat.extras.insert(name, json!(format!("a wish for {name}")));
            json!(format!("a wish for {name}"))
        }
    }
}

#[test]
fn every_soft_parameter_is_written_if_it_is_taken_and_not_if_it_is_dropped() {
    let all = shipped();
    for (setup, row) in rows(&all) {
        let known = setup.dialect.dialect().soft_parameters();
        for name in known.unwrap_or(&SOME_SOFT) {
            let mut chat = plain();
            let wished = wish(&mut chat, name);
            // Anthropic's word for it says what is not to be.
            let is_negated = setup.dialect == DialectName::Anthropic && *name == "parallel_tool_calls";
            let wanted = if is_negated { json!(true) } else { wished };
            let taken = row.soft.takes(name);
            let dropped: Vec<String> = if taken { Vec::new() } else { vec![(*name).to_owned()] };
            let body = written(setup, &row, &chat, &dropped).unwrap();
            assert_eq!(has(&body, &wanted), taken, "{}: `{name}`: {body}", row.target);
            let body = written(setup, &row, &chat, &[(*name).to_owned()]).unwrap();
            assert!(!has(&body, &wanted), "{} sends `{name}` although it was dropped: {body}", row.target);
        }
    }
}
