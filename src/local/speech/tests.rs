//! The engine on its real weights and real speech. `make dev-models` fetches both.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use mediary_core::engine::{Cancel, Engine, Job};
use mediary_core::sound::{SampleSource, Samples};
use mediary_core::task::{ReplyEvent, Segment, Task, Transcribe};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat, ModelName};

use super::*;
use crate::{ExecutionProvider, Runtime};

fn weights(card: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights").join(card)
}

fn listener() -> Listener {
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
        for phrase in ["it was the best of times", "season of light", "we had nothing before us"] {
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
    for (model, language, expected) in
        [("moonshine", "fr", "understands English only"), ("whisper-base", "xx", "does not know")]
    {
        let failure = refusal(model, language);
        assert!(failure.kind == FailureKind::UnsupportedMedium && failure.detail.contains(expected), "{failure}");
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
