//! What is sent to Hugging Face's router, and how its answers are understood.

use mediary_core::FailureKind;
use mediary_core::MediaFormat::{Flac, Mp3, Opus};
use mediary_core::task::{Task, Times, Transcribe};

use super::HuggingFace;
use crate::golden::{
    able, conversation, encode, recording, refusals, sent_sound, speech, understood_as, wishful_speech,
};
use crate::{Dialect as _, OpenAi};

#[test]
fn chats_are_openais_and_pass_as_they_come() {
    let able = able("huggingface/m");
    let (ours, openais) = (encode(&HuggingFace, &able, &conversation()), encode(&OpenAi, &able, &conversation()));
    let (ours, openais) = (ours.unwrap(), openais.unwrap());
    assert_eq!(
        (ours.path.as_str(), ours.body.read_all().unwrap()),
        ("/v1/chat/completions", openais.body.read_all().unwrap())
    );
    assert_eq!(HuggingFace.wire_format(), OpenAi.name());
}

const WHISPER: &str = "huggingface/openai/whisper-large-v3";

#[test]
fn sound_goes_to_the_place_of_its_model() {
    let segments = Times { segments: true, ..Times::default() };
    let sent = [
        sent_sound(&HuggingFace, WHISPER, &Task::Transcribe(recording(Opus))),
        sent_sound(&HuggingFace, WHISPER, &Task::Transcribe(Transcribe { times: segments, ..recording(Flac) })),
        sent_sound(&HuggingFace, WHISPER, &Task::Transcribe(Transcribe { into_english: true, ..recording(Mp3) })),
        sent_sound(&HuggingFace, "huggingface/facebook/mms-tts-eng", &Task::Speak(speech(Mp3))),
        sent_sound(&HuggingFace, "huggingface/facebook/mms-tts-eng", &Task::Speak(wishful_speech(Flac))),
    ];
    insta::assert_snapshot!(sent.join("\n"));
}

#[test]
fn words_come_back_with_their_stretches_or_a_failure_does() {
    let transcripts = [
        r#"{"text":" Hi there."}"#,
        r#"{"text":" Hi there. Bye.","chunks":[{"text":" Hi there.","timestamp":[0.0,1.5]},{"text":" Bye.","timestamp":[1.5,null]}]}"#,
        r#"{"text":""}"#,
        r#"{"error":"Model is overloaded"}"#,
        r#"[{"generated_text":"no"}]"#,
        "",
    ];
    let task = Task::Transcribe(recording(Mp3));
    let heard = transcripts.map(|body| format!("{body}\n{}", understood_as(&HuggingFace, &task, false, &[body])));
    let spoken = understood_as(&HuggingFace, &Task::Speak(speech(Flac)), true, &["fLaC"]);
    insta::assert_snapshot!(format!("{}\n{spoken}", heard.join("\n")));
}

#[test]
fn a_model_that_is_being_loaded_is_waited_for_as_long_as_it_says() {
    let rows = [
        (503, "", r#"{"error":"Model openai/whisper-large-v3 is currently loading","estimated_time":20.5}"#),
        (503, "7", r#"{"error":"Service unavailable","estimated_time":20.5}"#),
        (402, "", r#"{"error":"You have exceeded your monthly included credits"}"#),
        (404, "", "Not Found"),
    ];
    insta::assert_snapshot!(refusals(&HuggingFace, &rows));
    let body = r#"{"error":"loading","estimated_time":-1}"#;
    let failure = HuggingFace.failure(503, &http::HeaderMap::new(), body.as_bytes());
    assert_eq!(failure.kind, FailureKind::Overloaded { retry_after: None });
}
