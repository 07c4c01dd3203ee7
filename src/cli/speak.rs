//! `mediary speak`: a text in, a sound out, without a server.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use bytes::Bytes;
use clap::Args;
use serde_json::json;

use super::{Context, complain};
use crate::gateway::{Bounds, TaskRequest};
use crate::protocol::openai::SpeechRequest;

/// Speak a text
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary speak 'Good morning.' -o hello.mp3\n  \
    mediary speak --voice nova --speed 1.2 'Good morning.' -o hello.wav\n  \
    mediary speak - -o chapter.mp3 < chapter.txt")]
pub(super) struct Speak {
    /// The text, or - for standard input
    #[arg(value_name = "TEXT|-")]
    text: String,
    /// Write to this file instead of standard output; its ending says the form
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// The form: mp3, opus, aac, flac, wav or pcm
    #[arg(long)]
    format: Option<String>,
    /// A voice by its name
    #[arg(long)]
    voice: Option<String>,
    /// What the text is in: a code such as es, or a name; found out if left out
    #[arg(long)]
    language: Option<String>,
    /// How fast, 0.25 to 4
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// What speaks: auto or a target such as local/piper
    #[arg(long, default_value = "auto")]
    model: String,
}

impl Speak {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        match self.speak(context) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }

    fn speak(&self, context: &Context) -> Result<(), String> {
        if self.out.is_none() && io::stdout().is_terminal() {
            return Err("a sound is not for a terminal; name a file with -o".to_owned());
        }
        let mut text = self.text.clone();
        if text == "-" {
            text.clear();
            io::stdin().read_to_string(&mut text).map_err(|error| format!("the text cannot be read: {error}"))?;
        }
        let ending =
            self.out.as_ref().and_then(|out| out.extension()).map(|ending| ending.to_string_lossy().to_lowercase());
        let format = self.format.clone().or(ending).unwrap_or_else(|| "mp3".to_owned());
        let body = json!({
            "input": text, "voice": self.voice, "language": self.language, "speed": self.speed, "model": self.model,
            "response_format": format,
        });
        let request = SpeechRequest::decode(&Bytes::from(body.to_string())).map_err(|error| error.to_string())?;
        let request =
            TaskRequest { task: request.task, model: request.model, bounds: Bounds::default(), client: Vec::new() };
        let (gateway, _) = context.gateway()?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        runtime.block_on(async {
            let mut speaking = gateway.speak(request).await.map_err(|error| crate::http::refused(error).message)?;
            // Made once there is something to put into it.
            let mut out: Box<dyn Write> = match &self.out {
                Some(path) => {
                    let file = File::create(path);
                    Box::new(file.map_err(|error| format!("cannot write {}: {error}", path.display()))?)
                }
                None => Box::new(io::stdout()),
            };
            while let Some(bytes) = speaking.next().await {
                let bytes = bytes.map_err(|failure| failure.to_string())?;
                out.write_all(&bytes).map_err(|error| format!("cannot write: {error}"))?;
            }
            out.flush().map_err(|error| format!("cannot write: {error}"))
        })
    }
}
