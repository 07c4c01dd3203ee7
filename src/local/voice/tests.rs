//! The engines on their real voices: how long, how loud, in which order, and when they stop.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use mediary_core::engine::{Cancel, Engine, Job};
use mediary_core::task::{ReplyEvent, SoundForm, Speak, Task};
use mediary_core::{Failure, FailureKind, ModelName};

use super::{Espeak, EspeakNg, Piper, PiperVoice};
use crate::{ExecutionProvider, Runtime};

const SENTENCE: &str = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all.";

/// What an engine said: the rate, and the samples of each piece.
#[derive(Debug, Default)]
struct Heard {
    rate_hz: u32,
    pieces: Vec<Vec<i16>>,
}

impl Heard {
    fn seconds(&self) -> f64 {
        self.pieces.iter().map(Vec::len).sum::<usize>() as f64 / f64::from(self.rate_hz)
    }

    fn peak(&self) -> i16 {
        self.pieces.iter().flatten().map(|sample| sample.saturating_abs()).max().unwrap_or(0)
    }
}

fn hear(engine: &mut dyn Engine, speak: Speak) -> Result<Heard, Failure> {
    let mut heard = Heard::default();
    let job = Job { model: ModelName::new("voice"), task: Task::Speak(speak), cancel: Cancel::default() };
    engine.run(&job, &mut |event| {
        match event {
            ReplyEvent::Sound(SoundForm::Pcm { rate_hz }) => heard.rate_hz = rate_hz,
            ReplyEvent::Bytes(bytes) => {
                assert!(heard.rate_hz > 0, "bytes came before it was said what they are");
                heard.pieces.push(bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect());
            }
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    })?;
    Ok(heard)
}

fn espeak_ng() -> EspeakNg {
    EspeakNg::find(Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref())).expect("espeak-ng is installed")
}

fn weights() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights")
}

fn runtime() -> Runtime {
    let library = std::fs::read_dir(weights().join("onnxruntime")).unwrap().flatten().map(|entry| entry.path());
    let library = library.into_iter().find(|path| path.to_string_lossy().contains("libonnxruntime")).unwrap();
    Runtime::load(&library, ExecutionProvider::Cpu).unwrap()
}

fn piper() -> Piper {
    let model = weights().join("piper-joe/en_US-joe-medium.onnx");
    let voice = PiperVoice::read("joe", &model).expect("`make models` fetches the voice");
    Piper::new(&runtime(), espeak_ng(), vec![voice], 2)
}

#[test]
fn each_voice_speaks_for_a_plausible_time_audibly_and_without_clipping() {
    let engines: [(&str, Box<dyn Engine>); 2] =
        [("piper", Box::new(piper())), ("espeak", Box::new(Espeak::new(espeak_ng())))];
    for (name, mut engine) in engines {
        let heard = hear(&mut *engine, Speak::of(SENTENCE)).unwrap();
        assert_eq!(heard.rate_hz, 22_050, "{name}");
        assert!((3.0..8.0).contains(&heard.seconds()), "{name}: {} s", heard.seconds());
        assert!((8_000..32_767).contains(&heard.peak()), "{name}: {}", heard.peak());
        let slow = hear(&mut *engine, Speak { speed: 0.5, ..Speak::of(SENTENCE) }).unwrap();
        let ratio = slow.seconds() / heard.seconds();
        assert!((1.5..2.5).contains(&ratio), "{name}: {ratio}");
    }
}

#[test]
fn a_client_that_leaves_ends_the_work_and_an_unknown_voice_is_told_which_there_are() {
    let engines: [(&str, Box<dyn Engine>); 2] =
        [("joe", Box::new(piper())), ("de", Box::new(Espeak::new(espeak_ng())))];
    let text = SENTENCE.repeat(20);
    for (known, mut engine) in engines {
        let cancel = Cancel::default();
        let task = Task::Speak(Speak::of(&text));
        let job = Job { model: ModelName::new("voice"), task, cancel: cancel.clone() };
        let mut pieces = 0;
        let failure = engine.run(&job, &mut |event| {
            pieces += u32::from(matches!(event, ReplyEvent::Bytes(_)));
            if pieces == 1 {
                cancel.cancel();
            }
            ControlFlow::Continue(())
        });
        assert_eq!((failure.unwrap_err().kind, pieces), (FailureKind::ClientGone, 1), "{known}");
        let unknown = Speak { voice: Some("nobody".to_owned()), ..Speak::of("Hi.") };
        let failure = hear(&mut *engine, unknown).unwrap_err();
        assert!(failure.detail.contains(known) && failure.detail.contains("alloy"), "{failure}");
        for voice in ["alloy", "Onyx", known] {
            let named = Speak { voice: Some(voice.to_owned()), ..Speak::of("Good morning.") };
            assert!(hear(&mut *engine, named).unwrap().seconds() > 0.3, "{voice}");
        }
    }
}

#[test]
fn what_cannot_be_said_is_refused_and_what_is_no_command_is_not_obeyed() {
    let mut engine = Espeak::new(espeak_ng());
    for text in ["😀🎉", "\u{1}\u{2}", "…!?", "***"] {
        let failure = hear(&mut engine, Speak::of(text)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Malformed, "{text:?}");
    }
    let plain = hear(&mut engine, Speak::of("one two three")).unwrap().seconds();
    for text in [
        "one\u{1}80S two three",
        "<speak><prosody rate=\"x-slow\">one two three",
        "[[one]] two three",
        "-v de one two three",
    ] {
        let seconds = hear(&mut engine, Speak::of(text)).unwrap().seconds();
        assert!(seconds < plain * 4.0, "{text:?}: {seconds} s instead of {plain}");
    }
}
