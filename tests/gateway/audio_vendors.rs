//! Speech and transcripts by vendors with forms of their own, each as its shipped catalog has it: what it is sent, what
//! comes of its answers, and what of its faults.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::MediaFormat;
use serde_json::{Value, json};

use super::audio_speech::{SAMPLES, format_of, mouth, speaks, spoken, wave};
use super::audio_transcriptions::{ear, hears, transcribed};
use super::chat_talk::with_providers;
use super::chat_words::{answers, fails};
use super::upstream::{Act, Upstream};

/// A vendor's entry: its shipped catalog, at an address of the test's.
fn vendor(up: &Upstream, id: &str) -> Value {
    json!({ "id": id, "base_url": format!("http://{}", up.address), "api_keys": [Upstream::key_of(id)] })
}

fn sound() -> String {
    wave(SAMPLES, true)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// MiniMax's answer with this sound.
fn in_digits(sound: &str) -> Act {
    let data = json!({ "audio": digits(sound.as_bytes()), "status": 2 });
    answers(200, &json!({ "data": data, "base_resp": { "status_code": 0, "status_msg": "success" } }))
}

/// Provider, model, what it answers with this sound, the path it is called at, and the voice that `alloy` becomes.
type Mouth = (&'static str, &'static str, fn(String) -> Act, &'static str, Value);

fn mouths() -> Vec<Mouth> {
    let file: fn(String) -> Act = |sound| speaks("audio/mpeg", sound);
    let in_envelope: fn(String) -> Act =
        |sound| answers(200, &json!({ "result": { "audio": STANDARD.encode(sound) }, "success": true, "errors": [] }));
    vec![
        ("xai", "grok-tts", file, "/tts", json!({ "voice_id": "eve" })),
        ("minimax", "speech-2.8-hd", |sound| in_digits(&sound), "/t2a_v2", json!({ "language_boost": "auto" })),
        ("cloudflare", "@cf/deepgram/aura-1", file, "/run/@cf/deepgram/aura-1", json!({ "speaker": "asteria" })),
        ("cloudflare", "@cf/myshell-ai/melotts", in_envelope, "/run/@cf/myshell-ai/melotts", json!({ "lang": "en" })),
        (
            "huggingface",
            "facebook/mms-tts-eng",
            file,
            "/hf-inference/models/facebook/mms-tts-eng",
            json!({ "inputs": "Hello there." }),
        ),
        ("pollinations", "openai-audio", file, "/audio/speech", json!({ "voice": "alloy" })),
        (
            "siliconflow",
            "FunAudioLLM/CosyVoice2-0.5B",
            file,
            "/audio/speech",
            json!({ "voice": "FunAudioLLM/CosyVoice2-0.5B:anna" }),
        ),
        ("together", "hexgrad/Kokoro-82M", file, "/audio/speech", json!({ "voice": "af_heart" })),
        ("openrouter", "openai/gpt-4o-mini-tts-2025-12-15", file, "/audio/speech", json!({ "response_format": "mp3" })),
    ]
}

#[test]
fn every_vendor_is_asked_in_its_own_words_and_heard_in_the_clients() {
    for (id, model, answer, path, fields) in mouths() {
        let up = Upstream::doing([answer(sound())]);
        let server = with_providers(&[vendor(&up, id)]);
        let answer = spoken(&server, json!({ "model": format!("{id}/{model}"), "response_format": "flac" }));
        assert_eq!(answer.status, 200, "{id}: {answer}");
        assert_eq!(format_of(&answer.body), MediaFormat::Flac, "{id}");
        let seen = up.last();
        assert_eq!((seen.path.as_str(), seen.key()), (path, Upstream::key_of(id).as_str()));
        let sent = seen.json();
        for (name, value) in fields.as_object().unwrap() {
            assert_eq!(&sent[name], value, "{id}: {sent}");
        }
    }
}

#[test]
fn a_vendor_that_fails_is_followed_by_the_next() {
    let complaint = json!({ "error": { "message": "boom" }, "success": false, "errors": [{ "code": 3040 }] });
    for (id, model, answer, _, _) in mouths() {
        let faults = [
            fails(401, "no such key", Some("invalid_api_key")),
            fails(429, "slow down", None),
            fails(503, "no", None),
            answers(200, &complaint),
            answers(200, &json!({})),
            answer(String::new()),
            answer(wave(SAMPLES, false)),
            Act::Half(sound()),
            Act::Close,
        ];
        for fault in faults {
            let told = format!("{id}/{model}: {fault:?}");
            let (first, second) = (Upstream::doing([fault]), Upstream::doing([speaks("audio/wav", sound())]));
            let second_entry = mouth(&second, "second", json!({}));
            let server = with_providers(&[vendor(&first, id), second_entry]);
            // Other models of the vendor fail alike.
            let answer = spoken(&server, json!({ "model": "tts-1", "response_format": "wav" }));
            let told: String = told.chars().take(300).collect();
            assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("second/m")), "{told}\n{answer}");
            assert!(first.calls() > 0, "{told}");
        }
    }
}

#[test]
fn a_vendor_whose_account_is_empty_says_so_in_a_success() {
    let spent = json!({ "data": null, "base_resp": { "status_code": 1008, "status_msg": "insufficient balance" } });
    let (first, second) = (Upstream::doing([answers(200, &spent)]), Upstream::doing([speaks("audio/wav", sound())]));
    let server = with_providers(&[vendor(&first, "minimax"), mouth(&second, "second", json!({}))]);
    for _ in 0..2 {
        assert_eq!(spoken(&server, json!({ "response_format": "wav" })).header("x-routed-via"), Some("second/m"));
    }
    // Each model once; after that they rest.
    assert_eq!(first.calls(), 2);
}

/// Provider, model, its answer, the path it is called at, and what its request holds.
type Ear = (&'static str, &'static str, Value, &'static str, &'static [&'static str]);

fn ears() -> Vec<Ear> {
    let in_envelope = json!({ "result": { "text": "Hello there.", "transcription_info": { "language": "en" },
        "segments": [{ "start": 0, "end": 1.5, "text": "Hello there." }] }, "success": true, "errors": [] });
    let in_words = json!({ "text": "Hello there.", "language": "en", "duration": 1.5, "words": [
        { "text": "Hello", "start": 0.0, "end": 0.5 }, { "text": "there.", "start": 0.6, "end": 1.5 }] });
    let in_chunks =
        json!({ "text": " Hello there.", "chunks": [{ "text": " Hello there.", "timestamp": [0.0, 1.5] }] });
    let plain = json!({ "text": "Hello there." });
    vec![
        (
            "cloudflare",
            "@cf/openai/whisper-large-v3-turbo",
            in_envelope,
            "/run/@cf/openai/whisper-large-v3-turbo",
            &["\"audio\":\"", "\"task\":\"transcribe\""],
        ),
        ("xai", "grok-stt", in_words, "/stt", &["filename=\"recording.wav\""]),
        (
            "huggingface",
            "openai/whisper-large-v3",
            in_chunks,
            "/hf-inference/models/openai/whisper-large-v3",
            &["\"inputs\":\"", "\"return_timestamps\":true"],
        ),
        ("pollinations", "whisper-large-v3", plain.clone(), "/audio/transcriptions", &["filename=\"recording.wav\""]),
        ("siliconflow", "FunAudioLLM/SenseVoiceSmall", plain.clone(), "/audio/transcriptions", &["SenseVoiceSmall"]),
        ("together", "openai/whisper-large-v3", plain.clone(), "/audio/transcriptions", &["verbose_json"]),
        ("fireworks-audio", "whisper-v3", plain.clone(), "/audio/transcriptions", &["verbose_json"]),
        ("sambanova", "Whisper-Large-v3", plain.clone(), "/audio/transcriptions", &["\r\n\r\njson\r\n"]),
        ("zai", "glm-asr-2512", plain.clone(), "/audio/transcriptions", &["glm-asr-2512"]),
        (
            "openrouter",
            "openai/whisper-1",
            plain,
            "/audio/transcriptions",
            &["\"input_audio\":{\"data\":\"", "\"format\":\"wav\""],
        ),
    ]
}

#[test]
fn every_vendor_is_given_a_recording_as_it_takes_one() {
    for (id, model, answer, path, parts) in ears() {
        let up = Upstream::doing([answers(200, &answer)]);
        let server = with_providers(&[vendor(&up, id)]);
        let model = format!("{id}/{model}");
        let answer = transcribed(&server, &[("model", &model), ("response_format", "verbose_json")]);
        let told = answer.ok();
        assert_eq!(told["text"], "Hello there.", "{id}: {told}");
        assert_eq!(told["segments"][0]["text"], "Hello there.", "{id}: {told}");
        let seen = up.last();
        assert_eq!(seen.path, path);
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        for part in parts {
            assert!(body.contains(part), "{id} is not sent {part}");
        }
    }
}

#[test]
fn a_vendor_that_hears_nothing_or_fails_is_followed_by_the_next() {
    for (id, ..) in ears() {
        // A model that is named alone answers for nothing else.
        if id == "sambanova" {
            continue;
        }
        for fault in [
            fails(401, "no such key", Some("invalid_api_key")),
            fails(429, "slow down", None),
            fails(500, "no", None),
            answers(200, &json!({ "text": "", "result": { "text": "" } })),
            answers(200, &json!({ "error": "boom", "success": false })),
            Act::Half(json!({ "text": "Hello there.", "result": { "text": "Hello there." } }).to_string()),
        ] {
            let told = format!("{id}: {fault:?}");
            let (first, second) = (Upstream::doing([fault]), Upstream::doing([hears("A word.")]));
            let server = with_providers(&[vendor(&first, id), ear(&second, "second", json!({}))]);
            let answer = transcribed(&server, &[("model", "whisper-1")]);
            assert_eq!(
                (answer.ok()["text"].as_str(), answer.header("x-routed-via")),
                (Some("A word."), Some("second/m")),
                "{told}"
            );
            assert!(first.calls() > 0, "{told}");
        }
    }
}

#[test]
fn a_model_that_chats_about_what_it_hears_transcribes_when_it_is_named() {
    let gemini =
        json!({ "candidates": [{ "content": { "parts": [{ "text": "Hello there." }] }, "finishReason": "STOP" }] });
    let openai = super::chat_words::saying("Hello there.");
    for (id, model, answer, path, part) in [
        ("gemini", "gemini-2.5-flash", gemini, "/models/gemini-2.5-flash:generateContent", "\"inlineData\":{"),
        ("openai", "gpt-audio", openai, "/chat/completions", "\"input_audio\":{\"format\":\"wav\""),
    ] {
        let up = Upstream::doing([answers(200, &answer)]);
        let server = with_providers(&[vendor(&up, id)]);
        let heard = transcribed(&server, &[("model", &format!("{id}/{model}")), ("language", "en")]);
        assert_eq!(heard.ok()["text"], "Hello there.", "{id}");
        let seen = up.last();
        assert_eq!(seen.path, path);
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        assert!(body.contains(part) && body.contains("english"), "{id}: {}", &body[..body.len().min(800)]);
    }
}

#[test]
fn a_translation_goes_to_the_vendors_that_translate() {
    let up = Upstream::doing([answers(200, &json!({ "result": { "text": "Hello." }, "success": true }))]);
    let server = with_providers(&[vendor(&up, "cloudflare")]);
    let form = super::audio_transcriptions::form(&super::craft::wav(), &[("model", "auto")]);
    let answer = form.request_to("/v1/audio/translations").send(&server);
    assert_eq!(answer.ok()["text"], "Hello.");
    assert_eq!(up.last().json()["task"], "translate");
}

#[test]
fn a_recording_is_written_anew_in_the_smallest_form_that_a_vendor_takes() {
    let up = Upstream::doing([hears("Hello there.")]);
    let server = with_providers(&[vendor(&up, "zai")]);
    let flac = spoken_flac();
    let form = super::client::Multipart::default().file("speech.flac", "audio/flac", &flac);
    let form = form.field("model", "zai/glm-asr-2512");
    let answer = form.request_to("/v1/audio/transcriptions").send(&server);
    assert_eq!(answer.ok()["text"], "Hello there.");
    let body = up.last().body;
    assert!(String::from_utf8_lossy(&body).contains("filename=\"recording.mp3\""));
    assert!(body.len() < flac.len(), "{} for {}", body.len(), flac.len());
}

/// Speech-like sound that does not compress well, as FLAC.
fn spoken_flac() -> Vec<u8> {
    use mediary_convert::audio::{Encoder, Encoding};
    use mediary_core::task::SoundForm;
    let encoding = Encoding { form: SoundForm::File(MediaFormat::Flac), rate_hz: Some(16_000), bitrate_kbps: 0 };
    let mut encoder = Encoder::new(&encoding, 16_000, None).expect("FLAC is written here");
    let mut seed = 1_u32;
    let noise = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / (1 << 24) as f32 - 0.5
    });
    let samples: Vec<f32> = noise.take(48_000).collect();
    let mut file = encoder.push(&samples).expect("FLAC is written here");
    file.append(&mut encoder.finish().expect("FLAC is written here"));
    file
}
