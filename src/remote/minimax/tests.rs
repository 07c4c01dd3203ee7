//! What is sent to MiniMax, and how its answers are understood.

use mediary_core::MediaFormat::{Flac, Mp3};
use mediary_core::task::{Speak, Task};

use super::MiniMax;
use crate::golden::{able, conversation, encode, sent_sound, speech, understood_as, wishful_speech};
use crate::{Dialect as _, OpenAi};

#[test]
fn chats_are_openais_and_pass_as_they_come() {
    let able = able("minimax/m");
    let (ours, openais) = (encode(&MiniMax, &able, &conversation()), encode(&OpenAi, &able, &conversation()));
    let (ours, openais) = (ours.unwrap(), openais.unwrap());
    assert_eq!(
        (ours.path.as_str(), ours.body.read_all().unwrap()),
        ("/chat/completions", openais.body.read_all().unwrap())
    );
    assert_eq!(MiniMax.wire_format(), OpenAi.name());
}

#[test]
fn speech_is_sent_in_a_form_of_its_own() {
    let quick = Speak { speed: 3.0, ..speech(Mp3) };
    let tasks = [speech(Mp3), wishful_speech(Flac), quick].map(Task::Speak);
    insta::assert_snapshot!(tasks.map(|task| sent_sound(&MiniMax, "minimax/speech-2.8-hd", &task)).join("\n"));
}

#[test]
fn a_sound_in_digits_is_read_and_a_refusal_in_a_success_is_a_failure() {
    let bodies = [
        r#"{"data":{"audio":"494433FF00","status":2},"extra_info":{"audio_format":"mp3"},"base_resp":{"status_code":0,"status_msg":"success"}}"#,
        r#"{"data":{"audio":"49443"},"base_resp":{"status_code":0}}"#,
        r#"{"data":{"audio":"4x"},"base_resp":{"status_code":0}}"#,
        r#"{"data":{"audio":"é"},"base_resp":{"status_code":0}}"#,
        r#"{"data":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#,
        r#"{"data":null,"base_resp":{"status_code":1004,"status_msg":"login fail"}}"#,
        r#"{"data":null,"base_resp":{"status_code":1002,"status_msg":"rate limit"}}"#,
        r#"{"data":null,"base_resp":{"status_code":1026,"status_msg":"sensitive"}}"#,
        r#"{"data":null,"base_resp":{"status_code":1001,"status_msg":"timeout"}}"#,
        r#"{"data":null,"base_resp":{"status_code":2013,"status_msg":"invalid params, voice_id"}}"#,
        r#"{"base_resp":{"status_code":0,"status_msg":"success"}}"#,
        "ID3",
        "",
    ];
    let task = Task::Speak(speech(Mp3));
    let told = bodies.map(|body| format!("{body}\n{}", understood_as(&MiniMax, &task, false, &[body])));
    insta::assert_snapshot!(told.join("\n"));
}
