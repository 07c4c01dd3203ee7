//! What each shipped provider is sent, for each task and kind of model: a file per provider in `tests/golden/providers`.
//!
//! The requests are the same for all; what goes out is taken from a socket, so that paths, headers and bodies are those
//! that the vendor would see, with the key masked. Models that are sent the same, but for their names, stand together.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mediary_core::capability::{Abilities, Lifecycle, Structured, TaskKind};
use mediary_core::plan::{Demand, HealthSnapshot, Policy, Want, plan};
use mediary_core::provider::{Call, Provider as _, Timeouts};
use mediary_core::task::{
    Chat, Completion, Effort, Embed, EmbedInput, Extras, GenerateVideo, ImageJob, ImageWork, MediaPart, Message,
    Moderate, Part, PartPath, Prompt, Read, Reasoning, ReplyFormat, Rerank, Role, Sampling, SoundForm, Speak, Task,
    Tool, ToolCall, ToolChoice, Transcribe,
};
use mediary_core::{Blob, Media, MediaFormat, Raster};
use mediary_remote::{Endpoint, Remote, provider_client};
use serde_json::{Value, json};

use super::matrix::shipped;
use crate::providers::{ProviderSetup, Providers};

/// What the key is, and what is shown in its place.
const KEY: &str = "sk-golden-0123456789abcdef";
const MASKED: &str = "KEY";

/// The voices of Edge are spoken over a WebSocket, which has tests of its own (`tests/gateway/audio_edge.rs`).
const SPEAKS_OTHERWISE: [&str; 1] = ["edge"];

fn media(format: MediaFormat) -> Media {
    Media { format, blob: Blob::in_memory(format!("<{format}>").into_bytes()) }
}

/// A small table of everything that a chat may have in it.
fn chats(row: &Abilities) -> Vec<(&'static str, Task)> {
    let system = || Message::text(Role::System, "Be brief.");
    let user = |parts| Message { parts, ..Message::new(Role::User) };
    let sampling = Sampling {
        max_tokens: Some(100),
        temperature: Some(1.5),
        top_p: Some(0.9),
        stop: vec!["END".to_owned()],
        seed: Some(7),
        ..Sampling::default()
    };
    let texts = vec![Part::Text("Hello,".to_owned()), Part::Text("you.".to_owned())];
    let plain = Chat {
        messages: vec![system(), user(texts)],
        sampling,
        effort: row.reasoning.then_some(Effort::Low),
        stream: row.streaming,
        extras: fields(&json!({ "user": "u1" })),
        ..Chat::default()
    };
    let mut all = vec![("a chat that streams", plain)];
    let kinds = [MediaFormat::Png, MediaFormat::Pdf, MediaFormat::Mp3, MediaFormat::Wav, MediaFormat::Mp4];
    let taken = kinds.into_iter().filter(|format| row.acceptance(*format).is_some());
    let parts: Vec<Part> = taken.map(|format| Part::Media(MediaPart::new(media(format)))).collect();
    if !parts.is_empty() {
        let messages = vec![user(parts.into_iter().chain([Part::Text("What is this?".to_owned())]).collect())];
        all.push(("a chat with media", Chat { messages, ..Chat::default() }));
    }
    if row.tools {
        let choice = if row.tool_choice { ToolChoice::Required } else { ToolChoice::Auto };
        all.push(("a chat with a function that was called", called(choice)));
    }
    let schema = json!({ "type": "object", "properties": { "word": { "type": "string" } }, "required": ["word"],
        "additionalProperties": false });
    let format = match row.structured {
        Structured::None => None,
        Structured::Json => Some(ReplyFormat::Json),
        Structured::Schema => Some(ReplyFormat::Schema { name: "answer".into(), schema, strict: Some(true) }),
    };
    if let Some(format) = format {
        let messages = vec![Message::text(Role::User, "Which word?")];
        all.push(("a chat whose answer has a form", Chat { messages, format, ..Chat::default() }));
    }
    all.into_iter().map(|(what, chat)| (what, Task::Chat(chat))).collect()
}

/// A conversation in which a model has thought, called a function without a word, and got its result.
fn called(tool_choice: ToolChoice) -> Chat {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"],
        "additionalProperties": false });
    let tool = Tool {
        name: "weather".into(),
        description: Some("How it is.".into()),
        parameters: Some(parameters),
        ..Tool::default()
    };
    let call = ToolCall {
        id: "call_1".into(),
        name: "weather".into(),
        arguments: r#"{"city":"Oslo"}"#.into(),
        signature: None,
    };
    let calling = Message {
        tool_calls: vec![call],
        reasoning: Some(Reasoning { text: "Oslo, then.".into(), ..Reasoning::default() }),
        extras: fields(&json!({ "annotations": [] })),
        ..Message::new(Role::Assistant)
    };
    let result = Message { tool_call_id: Some("call_1".into()), ..Message::text(Role::Tool, "Rain") };
    let messages = vec![Message::text(Role::User, "How is Oslo?"), calling, result];
    Chat { messages, tools: vec![tool], tool_choice, ..Chat::default() }
}

fn fields(value: &Value) -> Extras {
    serde_json::from_value(value.clone()).expect("an object")
}

/// What a target is asked for by each kind of work.
fn tasks(kind: TaskKind, row: &Abilities) -> Vec<(&'static str, Task)> {
    let heard = || Transcribe {
        language: Some("en".to_owned()),
        prompt: Some("Mediary".to_owned()),
        ..Transcribe::of(media(recording_format(row)))
    };
    match kind {
        TaskKind::Chat => chats(row),
        TaskKind::Completion => {
            let completion = Completion {
                prompts: vec![Prompt::Text("Once".into())],
                suffix: Some("end".into()),
                ..Completion::default()
            };
            let messages = vec![Message::text(Role::User, "Once")];
            let chat = Chat { messages, completion: Some(Box::new(completion)), ..Chat::default() };
            vec![("a prompt", Task::Chat(chat))]
        }
        TaskKind::Embedding => {
            let inputs = ["a fox", "a vixen"].map(|text| EmbedInput::Text(text.to_owned())).into();
            let dimensions = Some(7).filter(|wanted| row.vectors.as_ref().is_some_and(|its| its.can_have(*wanted)));
            vec![("texts to embed", Task::Embed(Embed { inputs, dimensions, ..Embed::default() }))]
        }
        TaskKind::Ocr => {
            let raster = Arc::new(Raster::filled(1, 1, [255; 3]));
            let read = Read { raster, picture: Some(media(MediaFormat::Png)), words: false };
            vec![("a page to read", Task::Read(read))]
        }
        TaskKind::Transcription => vec![("a recording", Task::Transcribe(heard()))],
        TaskKind::Translation => {
            vec![("a recording to put into English", Task::Transcribe(Transcribe { into_english: true, ..heard() }))]
        }
        TaskKind::Speech => {
            let form = row.gives.first().copied().unwrap_or(MediaFormat::Mp3);
            let voice = row.voices.first().map(|voice| voice.name.clone());
            let speak = Speak { voice, form: SoundForm::File(form), ..Speak::of("Good morning.") };
            vec![("a text to speak", Task::Speak(speak))]
        }
        TaskKind::ImageGeneration => vec![("a picture of words", Task::Image(drawn(row, ImageWork::Generation)))],
        TaskKind::ImageEdit => {
            let edit = ImageWork::Edit { sources: vec![media(MediaFormat::Png)], mask: None };
            vec![("a picture to change", Task::Image(drawn(row, edit)))]
        }
        TaskKind::ImageVariation => {
            let variation =
                ImageJob { prompt: String::new(), ..drawn(row, ImageWork::Variation(media(MediaFormat::Png))) };
            vec![("a variation of a picture", Task::Image(variation))]
        }
        TaskKind::VideoGeneration => {
            let start = row.video.as_ref().is_some_and(|video| video.needs_picture).then(|| media(MediaFormat::Png));
            let start_url = start.as_ref().map(|_| "https://media.example/fox.png".to_owned());
            let video = GenerateVideo { prompt: "A fox".into(), start, start_url, ..GenerateVideo::default() };
            vec![("a video", Task::GenerateVideo(video))]
        }
        TaskKind::Moderation => {
            let inputs = vec![vec![Part::Text("a fox".to_owned())]];
            vec![("a text to judge", Task::Moderate(Moderate { inputs, is_list: true, ..Moderate::default() }))]
        }
        TaskKind::Rerank => {
            let documents = ["a fox", "the sea"].map(str::to_owned).into();
            let rerank = Rerank { query: "Which is red?".into(), documents, top: Some(1), extras: Extras::new() };
            vec![("documents to rank", Task::Rerank(rerank))]
        }
    }
}

fn recording_format(row: &Abilities) -> MediaFormat {
    let usual = [MediaFormat::Mp3, MediaFormat::Wav];
    usual.into_iter().find(|format| row.acceptance(*format).is_some()).unwrap_or(MediaFormat::Mp3)
}

fn drawn(row: &Abilities, work: ImageWork) -> ImageJob {
    let size = row.images.nearest("1024x1024".parse().expect("it is a size"));
    ImageJob { work, size: size.asked, seed: Some(7), ..ImageJob::of("a red fox") }
}

/// A vendor that writes down what it is sent and refuses it.
struct Vendor {
    address: SocketAddr,
    seen: Mutex<Receiver<String>>,
}

impl Vendor {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (tell, seen) = channel();
        // It ends with the process; what it was told is taken from it request by request.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if tell.send(request(stream)).is_err() {
                    return;
                }
            }
        });
        Self { address, seen: Mutex::new(seen) }
    }

    fn last(&self) -> Option<String> {
        let seen = self.seen.lock().expect("no test panics while it holds it");
        seen.recv_timeout(Duration::from_secs(20)).ok()
    }
}

/// Reads a request, answers it with a refusal, and gives it as text.
fn request(stream: TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut first, mut headers) = (String::new(), BTreeMap::new());
    reader.read_line(&mut first).expect("a request has a first line");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a request has headers");
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.remove("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a request is as long as it says");
    let refusal = "HTTP/1.1 418 I'm a teapot\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let _left = reader.into_inner().write_all(refusal.as_bytes());
    let boundary =
        headers.get("content-type").and_then(|kind| kind.split_once("boundary=")).map(|(_, name)| name.to_owned());
    let mut text = format!("{}\n", first.trim_end().trim_end_matches(" HTTP/1.1"));
    for (name, value) in headers.iter().filter(|(name, _)| !matches!(name.as_str(), "host" | "connection")) {
        writeln!(text, "{name}: {value}").expect("texts take more");
    }
    let body = String::from_utf8_lossy(&body).replace("\r\n", "\n");
    match serde_json::from_str::<Value>(&body) {
        Ok(json) => writeln!(text, "{json:#}").expect("texts take more"),
        Err(_) => text.push_str(body.trim_end_matches('\n')),
    }
    let text = boundary.map_or(text.clone(), |boundary| text.replace(&boundary, "BOUNDARY"));
    text.trim_end().replace(KEY, MASKED).replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// What a target is sent for a task.
async fn sent(vendor: &Vendor, setup: &ProviderSetup, row: &Abilities, task: &Task) -> String {
    let rest = setup.endpoint.base_url.split_once("://").map_or("", |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let endpoint = Endpoint { base_url: format!("http://{}{path}", vendor.address), ..setup.endpoint.clone() };
    let remote = Remote::new(&provider_client(Duration::from_secs(5)), setup.dialect.dialect(), endpoint);
    let dropped = dropped(row, task);
    let patience = Duration::from_secs(20);
    let timeouts = Timeouts { first_byte: patience, stall: patience };
    let key = (!setup.keys.is_empty()).then_some(KEY);
    let call = Call { task, abilities: row, dropped: &dropped, key, timeouts, reservation: None };
    match remote.call(call).await {
        Ok(_) => "it answered".to_owned(),
        Err(failure) if failure.kind == mediary_core::FailureKind::Broken => format!("not sent: {failure}"),
        Err(_) => {
            let seen = vendor.last().unwrap_or_else(|| panic!("{} was sent nothing", row.target));
            let seen = seen.replace(row.target.model.as_str(), "MODEL");
            seen.replace(&vendor.address.to_string(), host)
        }
    }
}

/// The soft parameters that the planner leaves out for a row.
fn dropped(row: &Abilities, task: &Task) -> Vec<String> {
    let place = |message, part| PartPath::Content { message, part };
    let mut parts = Vec::new();
    if let Task::Chat(chat) = task {
        for (message, said) in chat.messages.iter().enumerate() {
            for (part, its) in said.parts.iter().enumerate() {
                let Part::Media(media) = its else { continue };
                let (format, bytes) = (media.media.format, media.media.blob.len_bytes());
                parts.push(mediary_core::capability::PartShape::of(place(message, part), format, bytes));
            }
        }
    }
    let matrix = mediary_core::capability::CapabilityMatrix::new([row.clone()]);
    let policy = Policy::wanting(Want::Targets(vec![row.target.clone()]));
    let planned = plan(&Demand::of(task, parts), &matrix, &HealthSnapshot::default(), &[], &policy);
    planned.map(|plan| plan.candidates.into_iter().flat_map(|one| one.dropped).collect()).unwrap_or_default()
}

/// The rows of a provider that can be called; where the catalog names no model, what is said of any of them.
fn rows(all: &Providers, setup: &ProviderSetup) -> Vec<Abilities> {
    let known = all.matrix.rows().iter().filter(|row| row.target.provider == setup.id);
    let mut rows: Vec<Abilities> = known.cloned().collect();
    if rows.is_empty() {
        rows.extend([setup.discovered("some-model:8b", &[]), setup.discovered("some-vectors", &[TaskKind::Embedding])]);
    }
    rows.retain(|row| row.lifecycle != Lifecycle::Retired);
    rows
}

#[tokio::test]
async fn every_provider_is_sent_what_its_golden_file_shows() {
    let all = shipped();
    let vendor = Vendor::start();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../tests/golden/providers");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut silent = Vec::new();
    for setup in all.enabled.iter().filter(|setup| !SPEAKS_OTHERWISE.contains(&setup.id.as_str())) {
        // What is sent, by what was asked for, with the models that are sent just that.
        let mut requests: BTreeMap<(&'static str, &'static str, String), Vec<String>> = BTreeMap::new();
        for row in rows(&all, setup) {
            for kind in TaskKind::ALL.into_iter().filter(|kind| row.tasks.contains(kind)) {
                for (what, task) in tasks(kind, &row) {
                    let sent = sent(&vendor, setup, &row, &task).await;
                    assert!(!sent.contains(KEY), "the key of {} is shown", setup.id.as_str());
                    requests.entry((kind.name(), what, sent)).or_default().push(row.target.model.as_str().to_owned());
                }
            }
        }
        let mut text = String::new();
        for ((_, what, sent), models) in &requests {
            writeln!(text, "## {what}: {}\n{sent}\n", models.join(", ")).expect("texts take more");
        }
        if text.is_empty() {
            silent.push(setup.id.as_str());
        } else {
            settings.bind(|| insta::assert_snapshot!(setup.id.as_str(), text.trim_end()));
        }
    }
    assert_eq!(silent, ["perplexity"], "all of its models are retired; every other provider has one to call");
}
