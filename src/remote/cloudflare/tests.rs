//! What is sent to Cloudflare's Workers AI, and how its answers are understood.

use mediary_core::FailureKind;
use mediary_core::MediaFormat::{Mp3, Opus, Wav};
use mediary_core::task::{Task, Transcribe};

use super::Cloudflare;
use crate::golden::{
    able, conversation, encode, encode_task, recording, refusals, sent_sound, speech, understood_as, wishful_speech,
};
use crate::{Dialect as _, OpenAi};

#[test]
fn chats_are_openais_and_pass_as_they_come() {
    let able = able("cloudflare/m");
    let (ours, openais) = (encode(&Cloudflare, &able, &conversation()), encode(&OpenAi, &able, &conversation()));
    let (ours, openais) = (ours.unwrap(), openais.unwrap());
    assert_eq!(
        (ours.path.as_str(), ours.body.read_all().unwrap()),
        ("/v1/chat/completions", openais.body.read_all().unwrap())
    );
    assert_eq!(Cloudflare.wire_format(), OpenAi.name());
}

const TURBO: &str = "cloudflare/@cf/openai/whisper-large-v3-turbo";
const WHISPER: &str = "cloudflare/@cf/openai/whisper";
const MELO: &str = "cloudflare/@cf/myshell-ai/melotts";
const AURA: &str = "cloudflare/@cf/deepgram/aura-1";

#[test]
fn each_family_of_models_has_an_input_of_its_own() {
    let english = Transcribe { into_english: true, ..recording(Mp3) };
    let sent = [
        sent_sound(&Cloudflare, TURBO, &Task::Transcribe(recording(Mp3))),
        sent_sound(&Cloudflare, TURBO, &Task::Transcribe(english.clone())),
        sent_sound(&Cloudflare, WHISPER, &Task::Transcribe(recording(Opus))),
        sent_sound(&Cloudflare, WHISPER, &Task::Transcribe(english)),
        sent_sound(&Cloudflare, MELO, &Task::Speak(wishful_speech(Mp3))),
        sent_sound(&Cloudflare, AURA, &Task::Speak(speech(Mp3))),
        sent_sound(&Cloudflare, AURA, &Task::Speak(wishful_speech(Opus))),
        sent_sound(&Cloudflare, AURA, &Task::Speak(speech(Wav))),
    ];
    insta::assert_snapshot!(sent.join("\n"));
}

#[test]
fn answers_are_taken_out_of_their_envelope() {
    let transcripts = [
        r#"{"result":{"text":"Hi there. Bye.","transcription_info":{"language":"en","language_probability":0.98,"duration":3.1},"segments":[{"start":0,"end":1.5,"text":" Hi there.","avg_logprob":-0.2,"no_speech_prob":0.01,"words":[{"word":" Hi","start":0,"end":0.5},{"word":" there.","start":0.6,"end":1.5}]},{"start":1.5,"end":3,"text":" Bye."}],"vtt":"WEBVTT"},"success":true,"errors":[],"messages":[]}"#,
        r#"{"result":{"text":"Hi there","word_count":2,"words":[{"word":"Hi","start":0,"end":0.5},{"word":"there","start":0.6,"end":1.5}]},"success":true,"errors":[]}"#,
        r#"{"result":{"text":""},"success":true,"errors":[]}"#,
        r#"{"result":{},"success":false,"errors":[{"code":3036,"message":"you have used up your daily free allocation"}]}"#,
        r#"{"result":null,"success":false,"errors":[{"code":3006,"message":"Request is too large"}]}"#,
        "{}",
        "",
    ];
    let task = Task::Transcribe(recording(Mp3));
    let heard = transcripts.map(|body| format!("{body}\n{}", understood_as(&Cloudflare, &task, false, &[body])));
    let task = Task::Speak(speech(Mp3));
    let sounds = [
        (false, r#"{"result":{"audio":"SUQz"},"success":true,"errors":[]}"#),
        (false, r#"{"result":{"audio":""},"success":true,"errors":[]}"#),
        (false, r#"{"result":{"audio":"?"},"success":true,"errors":[]}"#),
        (false, r#"{"success":false,"errors":[{"code":5007,"message":"No such model"}]}"#),
        (true, "ID3"),
    ];
    let spoken = sounds.map(|(stream, body)| format!("{body}\n{}", understood_as(&Cloudflare, &task, stream, &[body])));
    insta::assert_snapshot!(format!("{}\n{}", heard.join("\n"), spoken.join("\n")));
}

#[test]
fn refusals_are_told_by_their_codes() {
    let rows = [
        (401, "", r#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#),
        (429, "", r#"{"success":false,"errors":[{"code":3036,"message":"daily free allocation used"}]}"#),
        (429, "", r#"{"success":false,"errors":[{"code":3040,"message":"Capacity temporarily exceeded"}]}"#),
        (413, "", r#"{"success":false,"errors":[{"code":3006,"message":"Request is too large"}]}"#),
        (400, "", r#"{"success":false,"errors":[{"code":5007,"message":"No such model"}]}"#),
    ];
    insta::assert_snapshot!(refusals(&Cloudflare, &rows));
}

#[test]
fn a_model_cannot_lead_to_another_place() {
    let able = able("cloudflare/../../user/tokens");
    let refused = encode_task(&Cloudflare, &able, &Task::Speak(speech(Mp3))).unwrap_err();
    assert_eq!(refused.kind, FailureKind::Malformed);
}
