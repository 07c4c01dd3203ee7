//! Times the voices: how long until the first sample, and how much of real time a text of 1,000 characters takes.
//!
//! `cargo run --release -p mediary-local --example speak -- piper|kokoro|espeak FOLDER_OF_WEIGHTS [VOICE] [FILE.pcm]`

use std::error::Error;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use mediary_core::ModelName;
use mediary_core::engine::{Cancel, Engine, Job};
use mediary_core::task::{ReplyEvent, SoundForm, Speak, Task};
use mediary_local::{Espeak, EspeakNg, ExecutionProvider, Kokoro, KokoroFiles, Piper, PiperVoice, Runtime};

const ROUNDS: usize = 4;
const TEXT: &str = "The harbour was quiet when the first boats came in, long before the sun had reached the hills. \
    Hardly a word was spoken. Ropes were thrown, crates were lifted onto the stones, and the gulls argued over whatever fell \
    between them. By eight o'clock the market had opened, and within 15 minutes the best of the catch was gone. An old \
    man who had sold fish here since 1962 told me that the trade had changed less than people think: the boats are \
    faster, the nets are stronger, but the sea is as stubborn as ever. He charged me $4.50 for two mackerel and would \
    not hear of more. I walked along the wall to the lighthouse, which was built in 1834 and still turns its lamp \
    every night. From there you can see the whole bay, the ferry on its way to the islands, and on clear days the \
    mountains on the other side, some 40 km away. When the wind turned in the afternoon, everything smelled of salt \
    and tar. I thought of staying another day, but the last train leaves at 6:15, and it does not wait.";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, weights, rest @ ..] = arguments.as_slice() else { return Err("name an engine and a folder".into()) };
    let espeak = EspeakNg::find(Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref())).ok_or("no espeak-ng")?;
    let weights = Path::new(weights);
    let mut engine: Box<dyn Engine> = match name.as_str() {
        "espeak" => Box::new(Espeak::new(espeak)),
        "piper" => {
            let voice = PiperVoice::read("joe", &weights.join("piper-joe/en_US-joe-medium.onnx"))?;
            Box::new(Piper::new(&runtime(weights)?, espeak, vec![voice], 2))
        }
        "kokoro" => {
            let parts = [("kokoro", 1), ("kokoro-2", 2), ("kokoro-3", 3), ("kokoro-4", 4)];
            let model_parts =
                parts.map(|(card, number)| weights.join(card).join(format!("part-{number}.bin"))).to_vec();
            let styles =
                std::fs::read_dir(weights.join("kokoro-voices"))?.flatten().map(|entry| entry.path()).collect();
            Box::new(Kokoro::load(&runtime(weights)?, espeak, &KokoroFiles { model_parts, styles }, 2)?)
        }
        other => return Err(format!("there is no voice {other}").into()),
    };
    let text: String = TEXT.chars().take(1_000).collect();
    for round in 0..ROUNDS {
        let speak = Speak { voice: rest.first().cloned(), language: Some("en".to_owned()), ..Speak::of(&text) };
        let job = Job { model: ModelName::new(name), task: Task::Speak(speak), cancel: Cancel::default() };
        let (begun, mut first, mut rate, mut bytes) = (Instant::now(), None, 1, Vec::new());
        engine.run(&job, &mut |event| {
            match event {
                ReplyEvent::Sound(SoundForm::Pcm { rate_hz }) => rate = rate_hz,
                ReplyEvent::Bytes(more) => {
                    first.get_or_insert_with(|| begun.elapsed());
                    bytes.extend(more);
                }
                _ => {}
            }
            ControlFlow::Continue(())
        })?;
        let (took, seconds) = (begun.elapsed().as_secs_f64(), bytes.len() as f64 / 2.0 / f64::from(rate));
        let first = first.unwrap_or_default().as_millis();
        writeln!(
            std::io::stdout(),
            "round {round}: first sample {first} ms, {seconds:.1} s of sound in {took:.2} s, factor {:.3}",
            took / seconds
        )?;
        if let Some(path) = rest.get(1) {
            std::fs::write(path, &bytes)?;
        }
    }
    Ok(())
}

fn runtime(weights: &Path) -> Result<Runtime, Box<dyn Error>> {
    let files = std::fs::read_dir(weights.join("onnxruntime"))?.flatten().map(|entry| entry.path());
    let library =
        files.into_iter().find(|path| path.to_string_lossy().contains("libonnxruntime")).ok_or("no library")?;
    Ok(Runtime::load(&library, ExecutionProvider::Cpu)?)
}
