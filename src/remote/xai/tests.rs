//! What is sent to xAI, and how its answers are understood.

use mediary_core::MediaFormat::{Mp3, Opus, Wav};
use mediary_core::task::{Speak, Task, Times, Transcribe};

use super::Xai;
use crate::golden::{able, conversation, encode, recording, sent_sound, speech, understood_as, wishful_speech};
use crate::{Dialect as _, OpenAi};

#[test]
fn chats_are_openais_and_pass_as_they_come() {
    let able = able("xai/m");
    let (ours, openais) = (encode(&Xai, &able, &conversation()), encode(&OpenAi, &able, &conversation()));
    let (ours, openais) = (ours.unwrap(), openais.unwrap());
    assert_eq!(
        (ours.path.as_str(), ours.body.read_all().unwrap()),
        ("/chat/completions", openais.body.read_all().unwrap())
    );
    assert_eq!(Xai.wire_format(), OpenAi.name());
}

#[test]
fn sound_is_sent_in_forms_of_its_own() {
    let speakers = Times { speakers: true, ..Times::default() };
    let tasks = [
        Task::Speak(speech(Mp3)),
        Task::Speak(wishful_speech(Wav)),
        Task::Transcribe(recording(Opus)),
        Task::Transcribe(Transcribe { language: None, times: speakers, ..recording(Mp3) }),
        Task::Transcribe(Transcribe { into_english: true, ..recording(Mp3) }),
    ];
    insta::assert_snapshot!(tasks.map(|task| sent_sound(&Xai, "xai/grok", &task)).join("\n"));
}

#[test]
fn sound_and_words_come_back_or_a_failure_does() {
    let transcripts = [
        r#"{"text":"Ask not. What your country","language":"en","duration":4.2,"words":[{"text":"Ask","start":0.1,"end":0.4},{"text":"not.","start":0.5,"end":0.9},{"text":"What","start":1.8,"end":2.0},{"text":"your","start":2.1,"end":2.2},{"text":"country","start":2.3,"end":2.9}]}"#,
        r#"{"text":"","duration":2.0,"words":[]}"#,
        r#"{"code":"invalid-argument","error":"The audio could not be decoded"}"#,
        r#"{"error":"text"}"#,
        "RIFF",
        "",
    ];
    let task = Task::Transcribe(recording(Mp3));
    let heard = transcripts.map(|body| format!("{body}\n{}", understood_as(&Xai, &task, false, &[body])));
    let task = Task::Speak(Speak::of("Hello"));
    let spoken = [
        understood_as(&Xai, &task, true, &["ID3", "more"]),
        understood_as(&Xai, &task, true, &[]),
        understood_as(&Xai, &task, false, &[r#"{"error":"unknown voice"}"#]),
    ];
    insta::assert_snapshot!(format!("{}\n{}", heard.join("\n"), spoken.join("\n")));
}
