//! The engine on its real weights and real speech. `make dev-models` fetches both.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mediary_core::engine::{Cancel, Engine, Job};
use mediary_core::sound::{SampleSource, Samples};
use mediary_core::task::{ReplyEvent, Segment, Task, Transcribe};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat, ModelName};

use super::*;
use crate::graph::{Attribute, Dim, Element, Graph, Initializer};
use crate::{ExecutionProvider, Runtime};

fn weights(card: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights").join(card)
}

fn listener() -> Listener {
    listener_with(Vec::new())
}

fn listener_with(further: Vec<FurtherModel>) -> Listener {
    let folder = weights("onnxruntime").read_dir().expect("`make models` fetches ONNX Runtime");
    let mut files = folder.map(|entry| entry.unwrap().path());
    let library = files.find(|path| path.to_string_lossy().contains("libonnxruntime")).expect("a library");
    let runtime = Runtime::load(&library, ExecutionProvider::Cpu).unwrap();
    let (moonshine, whisper) = (weights("moonshine"), weights("whisper-base"));
    let files = SpeechFiles {
        vad: weights("silero-vad").join("silero_vad_16k_sequence.onnx"),
        moonshine: Some(MoonshineFiles {
            encoder: moonshine.join("encoder_model.ort"),
            decoder: moonshine.join("decoder_model_merged.ort"),
            tokenizer: moonshine.join("tokenizer.bin"),
        }),
        whisper: Some(WhisperFiles {
            encoder: whisper.join("encoder.onnx"),
            decoder: whisper.join("decoder.onnx"),
            vocabulary: whisper.join("vocabulary.txt"),
            config: whisper.join("config.json"),
        }),
        further,
    };
    Listener::load(&runtime, files, 2).expect("`make models` fetches the models")
}

/// Samples at hand, given piece by piece.
#[derive(Debug)]
struct Given(Vec<f32>);

impl SampleSource for Given {
    fn open(&self) -> Result<Box<dyn Samples>, Failure> {
        let pieces: Vec<Vec<f32>> = self.0.chunks(7_001).rev().map(<[f32]>::to_vec).collect();
        Ok(Box::new(Pieces(pieces)))
    }
}

struct Pieces(Vec<Vec<f32>>);

impl Samples for Pieces {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        Ok(self.0.pop())
    }
}

/// One of the recordings that come with Moonshine; 48,000 samples a second become 16,000 by their means.
fn clip(name: &str) -> Vec<f32> {
    let file = std::fs::read(weights("moonshine").join(name)).expect("`make models` fetches the recordings");
    let rate = u32::from_le_bytes(file[24..28].try_into().unwrap());
    let data = file.windows(4).position(|bytes| bytes == b"data").unwrap() + 8;
    let samples: Vec<f32> =
        file[data..].as_chunks().0.iter().map(|sample| f32::from(i16::from_le_bytes(*sample)) / 32_768.0).collect();
    let every = (rate / 16_000) as usize;
    samples.chunks_exact(every).map(|few| few.iter().sum::<f32>() / every as f32).collect()
}

struct Told {
    text: String,
    segments: Vec<Segment>,
    language: Option<String>,
    seconds: f64,
}

fn job(model: &str, samples: Vec<f32>, change: impl FnOnce(&mut Transcribe)) -> Job {
    let recording = Media { format: MediaFormat::Wav, blob: Blob::in_memory(Vec::new()) };
    let mut transcribe = Transcribe { samples: Some(Arc::new(Given(samples))), ..Transcribe::of(recording) };
    change(&mut transcribe);
    Job { model: ModelName::new(model), task: Task::Transcribe(transcribe), cancel: Cancel::default() }
}

fn heard(listener: &mut Listener, job: &Job) -> Result<Told, Failure> {
    let mut told = Told { text: String::new(), segments: Vec::new(), language: None, seconds: 0.0 };
    let mut emit = |event| {
        match event {
            ReplyEvent::Text { text, .. } => told.text.push_str(&text),
            ReplyEvent::Segment(segment) => told.segments.push(segment),
            ReplyEvent::Heard { language, seconds } => {
                (told.language, told.seconds) = (language, seconds.unwrap());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    };
    listener.run(job, &mut emit)?;
    Ok(told)
}

/// The words of a text in lower case, without marks.
fn words(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().replace(|letter: char| !letter.is_alphanumeric() && letter != ' ', "");
    plain.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A tone, noise and a beat: what is heard where nobody speaks.
fn unspoken() -> [Vec<f32>; 3] {
    let mut state = 1_u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let tone = |hz: f32| move |at: usize| (at as f32 * std::f32::consts::TAU * hz / 16_000.0).sin() * 0.3;
    let (hum, low) = (tone(110.0), tone(330.0));
    [
        vec![0.0; 16_000 * 8],
        (0..16_000 * 8).map(|at| hum(at) + low(at)).collect(),
        (0..16_000 * 8).map(|_| noise() * 0.2).collect(),
    ]
}

#[test]
fn real_speech_is_written_down_by_both_models() {
    let mut listener = listener();
    let said = "ever tried ever failed no matter try again fail again fail better";
    for model in ["moonshine", "whisper-base"] {
        let told = heard(&mut listener, &job(model, clip("beckett.wav"), |task| task.times.words = true)).unwrap();
        let right = words(&told.text).iter().filter(|word| said.contains(word.as_str())).count();
        assert!(right >= 10, "{model}: {}", told.text);
        assert_eq!(told.language.as_deref(), Some("en"), "{model}");
        assert!((told.seconds - 9.97).abs() < 0.1, "{model}: {}", told.seconds);
        let joined: Vec<&str> = told.segments.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(told.text, joined.join(" "), "{model}");
        for segment in &told.segments {
            let mut last = segment.start_seconds;
            assert!(segment.end_seconds > last && segment.end_seconds <= told.seconds);
            for word in &segment.words {
                assert!(
                    word.start_seconds >= last - 1e-9 && word.end_seconds <= segment.end_seconds + 1e-9,
                    "{word:?}"
                );
                last = word.end_seconds;
            }
            assert_eq!(segment.words.is_empty(), model == "moonshine");
            let certainty = segment.certainty;
            assert!(certainty.mean_logprob.is_some_and(|logprob| (-1.0..0.0).contains(&logprob)), "{certainty:?}");
            assert!(
                certainty.compression.is_some_and(|compression| (0.5..2.4).contains(&compression)),
                "{certainty:?}"
            );
        }
    }
}

#[test]
fn long_speech_is_written_down_without_gaps() {
    let mut listener = listener();
    for model in ["moonshine", "whisper-base"] {
        let told = heard(&mut listener, &job(model, clip("two_cities.wav"), |_| {})).unwrap();
        let text = words(&told.text).join(" ");
        // The end of the third phrase is not heard on every processor: eight bits are not the same everywhere.
        for phrase in
            ["it was the best of times", "season of light", "we had nothing", "all going direct the other way"]
        {
            assert!(text.contains(phrase), "{model}: {text}");
        }
    }
}

#[test]
fn where_nobody_speaks_there_is_no_text() {
    let mut listener = listener();
    for model in ["moonshine", "whisper-base"] {
        for (index, samples) in unspoken().into_iter().enumerate() {
            let told = heard(&mut listener, &job(model, samples, |_| {})).unwrap();
            assert!(told.text.is_empty() && told.segments.is_empty(), "{model} {index}: {}", told.text);
            assert_eq!((told.language, told.seconds), (None, 8.0));
        }
        let told = heard(&mut listener, &job(model, Vec::new(), |_| {})).unwrap();
        assert_eq!((told.text.as_str(), told.seconds), ("", 0.0));
    }
}

/// Three hours of zeros, made as they are read.
#[derive(Debug)]
struct Hours;

impl SampleSource for Hours {
    fn open(&self) -> Result<Box<dyn Samples>, Failure> {
        Ok(Box::new(Seconds(3 * 3_600)))
    }
}

struct Seconds(usize);

impl Samples for Seconds {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        self.0 = self.0.saturating_sub(1);
        Ok((self.0 > 0).then(|| vec![0.0; 16_000]))
    }
}

#[test]
fn hours_of_nothing_are_heard_to_their_end() {
    let job = job("whisper-base", Vec::new(), |task| task.samples = Some(Arc::new(Hours)));
    let told = heard(&mut listener(), &job).unwrap();
    assert_eq!((told.text.as_str(), told.language, told.seconds), ("", None, 10_799.0));
}

#[test]
fn a_prompt_steers_the_spelling_and_what_is_drawn_is_drawn_alike() {
    let mut listener = listener();
    let mut told = |prompt: Option<&str>, temperature: Option<f64>| {
        let job = job("whisper-base", clip("beckett.wav"), |task| {
            (task.prompt, task.temperature) = (prompt.map(str::to_owned), temperature);
        });
        heard(&mut listener, &job).unwrap().text
    };
    let (plain, prompted) = (told(None, None), told(Some("ever tried ever failed no matter"), None));
    assert_ne!(plain, prompted);
    let right = words(&prompted).iter().filter(|word| words(&plain).contains(word)).count();
    assert!(right >= 8, "{prompted}");
    assert_eq!(told(None, Some(0.8)), told(None, Some(0.8)));
}

#[test]
fn moonshine_refuses_a_language_that_is_not_english_and_whisper_one_it_does_not_know() {
    let mut listener = listener();
    let mut refusal = |model: &str, language: &str| {
        let job = job(model, clip("beckett.wav"), |task| task.language = Some(language.to_owned()));
        heard(&mut listener, &job).map(|told| told.text).unwrap_err()
    };
    for (model, language, kind, expected) in [
        ("moonshine", "fr", FailureKind::Unreadable, "understands English only"),
        ("whisper-base", "xx", FailureKind::UnsupportedMedium, "does not know"),
    ] {
        let failure = refusal(model, language);
        assert!(failure.kind == kind && failure.detail.contains(expected), "{failure}");
    }
}

#[test]
fn a_client_that_has_left_ends_the_work() {
    let mut listener = listener();
    let mut job = job("whisper-base", clip("two_cities.wav"), |_| {});
    let failure = listener.run(&job, &mut |_| ControlFlow::Break(())).unwrap_err();
    assert_eq!(failure.kind, FailureKind::ClientGone);
    job.cancel.cancel();
    assert_eq!(heard(&mut listener, &job).map(|told| told.text).unwrap_err().kind, FailureKind::ClientGone);
    job.cancel = Cancel::default();
    let cancel = job.cancel.clone();
    let mut texts = 0;
    let mut emit = |event| {
        texts += usize::from(matches!(event, ReplyEvent::Text { .. }));
        cancel.cancel();
        ControlFlow::Continue(())
    };
    assert_eq!(listener.run(&job, &mut emit).unwrap_err().kind, FailureKind::ClientGone);
    assert_eq!(texts, 1);
}

/// Networks as they are published for ONNX Runtime, which say one token after the other, whatever they hear: behind each
/// the one that stands in its place.
fn published(folder: &Path, sound: &str, dims: &[Dim], behind: &[usize]) -> (PathBuf, PathBuf) {
    let mut encoder = Graph::new("encoder");
    let heard = encoder.input(sound, Element::F32, dims);
    let states = encoder.node("Identity", &[&heard], &[]);
    encoder.output("last_hidden_state", &states, Element::F32, dims);

    let mut decoder = Graph::new("decoder");
    let token = decoder.input("input_ids", Element::I64, &[Dim::Fixed(1), Dim::Fixed(1)]);
    decoder.input("encoder_hidden_states", Element::F32, dims);
    decoder.input("use_cache_branch", Element::Bool, &[Dim::Fixed(1)]);
    let count = behind.len();
    let scores = |next: usize| (0..count).map(move |token| if token == next { 10.0 } else { 0.0 });
    let table: Vec<f32> = behind.iter().flat_map(|next| scores(*next)).collect();
    let table = decoder.constant(Initializer::floats(&[count as u64; 2], table));
    let scores = decoder.node("Gather", &[&table, &token], &[]);
    decoder.output("logits", &scores, Element::F32, &[Dim::Fixed(1), Dim::Fixed(1), Dim::Fixed(count as u64)]);
    let shape = |length| [Dim::Fixed(1), Dim::Fixed(2), Dim::Named(length), Dim::Fixed(3)];
    for (of, grows) in [("decoder", true), ("encoder", false)] {
        for what in ["key", "value"] {
            let before = decoder.input(&format!("past_key_values.0.{of}.{what}"), Element::F32, &shape("past"));
            let more = decoder.constant(Initializer::floats(&[1, 2, 1, 3], vec![0.0; 6]));
            let after = match grows {
                true => decoder.node("Concat", &[&before, &more], &[("axis", Attribute::Int(2))]),
                false => decoder.node("Identity", &[&more], &[]),
            };
            decoder.output(&format!("present.0.{of}.{what}"), &after, Element::F32, &shape("present"));
        }
    }
    let write = |graph: &Graph<'_>, name: &str| {
        let path = folder.join(name);
        graph.write(&mut std::fs::File::create(&path).unwrap()).unwrap();
        path
    };
    (write(&encoder, "encoder_model.onnx"), write(&decoder, "decoder_model_merged.onnx"))
}

/// A `tokenizer.json` of these tokens.
fn tokenizer(folder: &Path, tokens: &[&str]) -> PathBuf {
    let vocab: serde_json::Map<String, serde_json::Value> =
        tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), id.into())).collect();
    let path = folder.join("tokenizer.json");
    std::fs::write(&path, serde_json::json!({ "model": { "type": "BPE", "vocab": vocab } }).to_string()).unwrap();
    path
}

#[test]
fn a_whisper_that_a_user_has_is_heard_by_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = [
        "\u{120}hola",
        "\u{120}mundo",
        "<|endoftext|>",
        "<|startoftranscript|>",
        "<|en|>",
        "<|es|>",
        "<|translate|>",
        "<|transcribe|>",
        "<|startofprev|>",
        "<|nospeech|>",
        "<|notimestamps|>",
    ];
    // It begins in Spanish, and after what leads in says the two words.
    let behind = [1, 2, 2, 5, 2, 2, 2, 2, 2, 2, 0];
    let dims = [Dim::Fixed(1), Dim::Fixed(80), Dim::Named("columns")];
    let (encoder, decoder) = published(folder.path(), "input_features", &dims, &behind);
    let config = folder.path().join("generation_config.json");
    std::fs::write(&config, r#"{"suppress_tokens": [3], "begin_suppress_tokens": [2], "is_multilingual": true}"#)
        .unwrap();
    let vocabulary = tokenizer(folder.path(), &tokens);
    let files = SpeechModel::Whisper(WhisperFiles { encoder, decoder, vocabulary, config });
    let mut listener =
        listener_with(vec![FurtherModel { name: "whisper-tiny-es".to_owned(), files, languages: Vec::new() }]);
    let told =
        heard(&mut listener, &job("whisper-tiny-es", clip("beckett.wav"), |task| task.times.words = true)).unwrap();
    assert_eq!(told.language.as_deref(), Some("es"));
    assert!(!told.segments.is_empty());
    for segment in &told.segments {
        assert_eq!((segment.text.as_str(), segment.words.len()), ("hola mundo", 0), "its heads tell no times");
    }
    let unknown = job("whisper-tiny-es", clip("beckett.wav"), |task| task.language = Some("fr".to_owned()));
    let failure = heard(&mut listener, &unknown).map(|told| told.text).unwrap_err();
    assert!(failure.detail.contains("local/whisper-tiny-es does not know"), "{failure}");
    assert!(heard(&mut listener, &job("moonshine", clip("beckett.wav"), |_| {})).is_ok(), "others are as they were");
}

#[test]
fn a_moonshine_that_a_user_has_speaks_the_language_of_its_card() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = ["<unk>", "<s>", "</s>", "\u{2581}konnichiwa", "<0x21>"];
    let dims = [Dim::Fixed(1), Dim::Named("samples")];
    let (encoder, decoder) = published(folder.path(), "input_values", &dims, &[2, 3, 2, 4, 2]);
    let files = MoonshineFiles { encoder, decoder, tokenizer: tokenizer(folder.path(), &tokens) };
    let model = FurtherModel {
        name: "moonshine-ja".to_owned(),
        files: SpeechModel::Moonshine(files),
        languages: vec!["ja".to_owned()],
    };
    let mut listener = listener_with(vec![model]);
    let told = heard(&mut listener, &job("moonshine-ja", clip("beckett.wav"), |_| {})).unwrap();
    assert!(told.segments.iter().all(|segment| segment.text == "konnichiwa!"), "{}", told.text);
    assert_eq!(told.language.as_deref(), Some("ja"));
    let english = job("moonshine-ja", clip("beckett.wav"), |task| task.language = Some("en".to_owned()));
    let failure = heard(&mut listener, &english).map(|told| told.text).unwrap_err();
    assert!(failure.detail.contains("understands Japanese only"), "{failure}");
}

#[test]
fn networks_of_another_form_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let dims = [Dim::Fixed(1), Dim::Named("samples")];
    let (encoder, _) = published(folder.path(), "input_values", &dims, &[0]);
    let files = MoonshineFiles {
        // No decoder at all.
        decoder: encoder.clone(),
        encoder,
        tokenizer: tokenizer(folder.path(), &["a"]),
    };
    let files = SpeechModel::Moonshine(files);
    let mut listener = listener_with(vec![FurtherModel { name: "odd".to_owned(), files, languages: Vec::new() }]);
    let job = job("odd", clip("beckett.wav"), |task| task.language = Some("en".to_owned()));
    let failure = heard(&mut listener, &job).map(|told| told.text).unwrap_err();
    assert!(failure.detail.contains("local/odd") && failure.detail.contains("decoder_model_merged.onnx"), "{failure}");
}
