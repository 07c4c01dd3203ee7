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

#[test]
fn zz() {
    let mut listener = listener();
    for model in ["moonshine", "whisper-base"] {
        for name in ["beckett.wav", "two_cities.wav"] {
            let t = std::time::Instant::now();
            let told = heard(&mut listener, &job(model, clip(name), |t| t.times.words = true)).unwrap();
            println!(
                "{model} {name} {:?} {} {:?} {:?}\n{:#?}",
                t.elapsed(),
                told.text,
                told.language,
                told.seconds,
                told.segments
                    .iter()
                    .map(|s| (
                        s.start_seconds,
                        s.end_seconds,
                        s.certainty,
                        s.words
                            .iter()
                            .map(|w| format!("{} {:.2}-{:.2}", w.text, w.start_seconds, w.end_seconds))
                            .collect::<Vec<_>>()
                            .join(" ")
                    ))
                    .collect::<Vec<_>>()
            );
        }
    }
}
