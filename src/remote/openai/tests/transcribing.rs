//! Recordings as they are sent, and their transcripts as they are read.

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::task::{Task, Times, Transcribe};
use mediary_core::{Blob, FailureKind, Media, MediaFormat};

use crate::golden::{call, encode_task, understood_as};
use crate::{Dialect as _, Mistral, OpenAi, Quirks};

fn sound() -> Media {
    Media { format: MediaFormat::Mp3, blob: Blob::in_memory(b"<sound>".to_vec()) }
}

fn recording(format: MediaFormat, language: Option<&str>) -> Task {
    let recording = Media { format, ..sound() };
    Task::Transcribe(Transcribe { language: language.map(str::to_owned), ..Transcribe::of(recording) })
}

fn row() -> Abilities {
    Abilities::of("p/whisper-1".parse().unwrap(), TaskKind::Transcription)
}

#[test]
fn a_recording_is_sent_as_a_form() {
    let rows: [(&dyn crate::Dialect, MediaFormat, Option<&str>); 4] = [
        (&OpenAi, MediaFormat::Mp3, None),
        (&OpenAi, MediaFormat::Opus, Some("es")),
        (&OpenAi, MediaFormat::Webm, None),
        (&Mistral, MediaFormat::Wav, Some("fr")),
    ];
    let sent = rows.map(|(dialect, format, language)| {
        let call = encode_task(dialect, &row(), &recording(format, language)).unwrap();
        let boundary = call.content_type.strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
        let body = String::from_utf8(call.body.read_all().unwrap()).unwrap();
        assert!(body.ends_with(&format!("\r\n--{boundary}--\r\n")) && boundary.len() <= 70, "{body}");
        let shown = body.replace(&boundary, "BOUNDARY").replace("\r\n", "\n");
        format!("{}: POST {}\n{shown}", dialect.name(), call.path)
    });
    insta::assert_snapshot!(sent.join("\n"));
}

#[test]
fn a_field_cannot_end_itself() {
    for language in ["en\r\n--x", "en\n", "\u{0}"] {
        let refused = encode_task(&OpenAi, &row(), &recording(MediaFormat::Mp3, Some(language))).unwrap_err();
        assert_eq!(refused.kind, FailureKind::Malformed, "{language:?}");
    }
}

#[test]
fn a_transcript_is_read_with_its_stretches_or_is_a_failure() {
    let bodies = [
        r#"{"text":" Hello there. ","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"audio_tokens":14},"output_tokens":4,"total_tokens":18}}"#,
        r#"{"task":"transcribe","language":"english","duration":3.1,"text":"Hi. Bye.","segments":[{"id":0,"start":0.0,"end":1.5,"text":" Hi.","avg_logprob":-0.2},{"id":1,"start":1.5,"end":3,"text":" Bye."}],"usage":{"type":"duration","seconds":4}}"#,
        r#"{"model":"voxtral-mini-2602","text":"hi","language":"en","segments":[],"usage":{"prompt_audio_seconds":4,"prompt_tokens":4,"total_tokens":30,"completion_tokens":2}}"#,
        r#"{"text":""}"#,
        r#"{"text":" \n","segments":null}"#,
        r#"{"text":null}"#,
        r#"{"duration":3}"#,
        r#"{"error":{"message":"Audio file might be corrupted or unsupported","type":"invalid_request_error","param":"file","code":"invalid_value"}}"#,
        r#"{"text":"half","error":{"message":"boom","code":502}}"#,
        "Hello there.",
        "",
    ];
    let task = recording(MediaFormat::Mp3, None);
    let told = bodies.map(|body| format!("{body}\n{}", understood_as(&OpenAi, &task, false, &[body])));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_recording_is_sent_inside_of_json_where_a_provider_wants_it_so() {
    let quirks = Quirks { recordings_in_json: true, ..Quirks::default() };
    let row = row();
    let times = Times { segments: true, words: true, speakers: false };
    let wishful =
        Transcribe { prompt: Some("Mediary".to_owned()), temperature: Some(0.5), times, ..Transcribe::of(sound()) };
    let tasks = [recording(MediaFormat::Opus, Some("es")), Task::Transcribe(wishful)];
    let sent = tasks.map(|task| {
        let call = OpenAi.encode(&call(&task, &row, &[]), &quirks).unwrap();
        assert_eq!(call.content_type, "application/json");
        format!(
            "POST {}\n{:#}",
            call.path,
            serde_json::from_slice::<serde_json::Value>(&call.body.read_all().unwrap()).unwrap()
        )
    });
    insta::assert_snapshot!(sent.join("\n"));
}
