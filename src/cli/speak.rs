//! `mediary speak`: texts in, sounds out, without a server.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use mediary_convert::audio::wav_lengths;
use mediary_core::Hold;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::background::tell;
use super::player::Player;
use super::{Context, complain, inputs};
use crate::gateway::{Bounds, Gateway, TaskRequest};
use crate::protocol::openai::SpeechRequest;

/// The header of a sound stands in its first bytes.
const HEAD_BYTES: usize = 4 << 10;

/// Speak texts
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary speak 'Good morning.' -o hello.mp3\n  \
    mediary speak --voice nova --speed 1.2 'Good morning.' -o hello.wav\n  \
    mediary speak --play 'Good morning.'\n  \
    mediary speak - -o chapter.mp3 < chapter.txt\n  \
    mediary speak -f chapters/ -o book/")]
pub(super) struct Speak {
    /// The texts, or - for standard input
    #[arg(required_unless_present_any = ["files", "lists"], value_name = "TEXT|-")]
    texts: Vec<String>,
    /// Texts out of files and folders (their files, not those below)
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Texts out of the files and folders in this list, one a line
    #[arg(short = 'l', long = "list", value_name = "FILE")]
    lists: Vec<PathBuf>,
    /// Write to this file instead of standard output, its ending says the form; of several texts, to this folder
    #[arg(short = 'o', long = "out", value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// Play it, where ffplay, aplay, paplay or afplay is installed
    #[arg(long, conflicts_with = "out")]
    play: bool,
    /// Print what was made as a list in JSON
    #[arg(long, requires = "out")]
    json: bool,
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
        match self.all(context) {
            Ok(made) if self.json => tell(&made, String::new(), true, ExitCode::SUCCESS),
            Ok(_) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }

    /// Speaks all texts; gives what was made of each.
    fn all(&self, context: &Context) -> Result<Vec<Value>, String> {
        let texts = self.named()?;
        let player = self.play.then(|| Player::find(context)).transpose()?;
        let is_one = texts.len() == 1;
        if player.is_none() && self.out.is_none() {
            let count = texts.len();
            if !is_one {
                return Err(format!(
                    "{count} texts are {count} sounds; name a folder for them with -o, or put one text between quotes"
                ));
            }
            if io::stdout().is_terminal() {
                return Err("a sound is not for a terminal; name a file with -o".to_owned());
            }
        }
        let (gateway, _) = context.gateway()?;
        let runtime = Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        if let Some(folder) = self.out.as_ref().filter(|_| !is_one) {
            std::fs::create_dir_all(folder).map_err(|error| format!("cannot write {}: {error}", folder.display()))?;
        }
        let mut made = Vec::new();
        for (name, text) in texts {
            let format = self.format(is_one);
            let out = match &self.out {
                Some(file) if is_one => Some(file.clone()),
                Some(folder) => Some(folder.join(format!("{name}.{format}"))),
                None => None,
            };
            let bytes = self.one(&gateway, &runtime, &text, &format, out.as_deref(), player.as_ref())?;
            made.push(json!({ "file": out, "format": format, "bytes": bytes }));
        }
        Ok(made)
    }

    /// The texts, each with a name for its file.
    fn named(&self) -> Result<Vec<(String, String)>, String> {
        let mut named = Vec::new();
        for text in &self.texts {
            let mut text = text.clone();
            if text == "-" {
                text.clear();
                io::stdin().read_to_string(&mut text).map_err(|error| format!("the text cannot be read: {error}"))?;
            }
            named.push((format!("speech-{}", named.len() + 1), text));
        }
        let mut files = self.files.clone();
        for list in &self.lists {
            files.append(&mut inputs::listed(list)?);
        }
        for file in inputs::expand(&files)? {
            let text = std::fs::read_to_string(&file);
            let text = text.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
            let name = file.file_stem().map_or_else(|| "speech".to_owned(), |stem| stem.to_string_lossy().into_owned());
            named.push((name, text));
        }
        Ok(named)
    }

    fn format(&self, is_one: bool) -> String {
        let ending = || {
            let out = self.out.as_ref().filter(|_| is_one)?;
            Some(out.extension()?.to_string_lossy().to_lowercase())
        };
        let usual = if self.play { "wav" } else { "mp3" };
        self.format.clone().filter(|_| !self.play).or_else(ending).unwrap_or_else(|| usual.to_owned())
    }

    /// Speaks one text; gives how many bytes that became.
    fn one(
        &self,
        gateway: &Arc<Gateway>,
        runtime: &Runtime,
        text: &str,
        format: &str,
        out: Option<&Path>,
        player: Option<&Player>,
    ) -> Result<u64, String> {
        let body = json!({
            "input": text, "voice": self.voice, "language": self.language, "speed": self.speed, "model": self.model,
            "response_format": format,
        });
        let request = SpeechRequest::decode(&Bytes::from(body.to_string())).map_err(|error| error.to_string())?;
        let request = TaskRequest {
            task: request.task,
            model: request.model,
            bounds: Bounds::default(),
            client: Vec::new(),
            held: Hold::default(),
        };
        let mut speaking =
            runtime.block_on(gateway.speak(request)).map_err(|error| crate::http::refused(error).message)?;
        // Made once there is something to put into it.
        let mut playing = match player {
            Some(player) => Some(player.play().map_err(|error| format!("the player cannot be run: {error}"))?),
            None => None,
        };
        let mut file = match out {
            Some(path) => {
                Some(File::create(path).map_err(|error| format!("cannot write {}: {error}", path.display()))?)
            }
            None => None,
        };
        let mut write = |bytes: &[u8]| match (&mut playing, &mut file) {
            (Some(playing), _) => playing.write_all(bytes),
            (None, Some(file)) => file.write_all(bytes),
            (None, None) => io::stdout().write_all(bytes),
        };
        let (mut head, mut length) = (Vec::new(), 0);
        while let Some(bytes) = runtime.block_on(speaking.next()) {
            let bytes = bytes.map_err(|failure| failure.to_string())?;
            head.extend(bytes.iter().take(HEAD_BYTES.saturating_sub(head.len())));
            length += bytes.len() as u64;
            write(&bytes).map_err(|error| format!("cannot write: {error}"))?;
        }
        if let Some(mut file) = file {
            tell_lengths(&mut file, &head, length).map_err(|error| format!("cannot write: {error}"))?;
        }
        match playing {
            Some(playing) => playing.finish()?,
            None => io::stdout().flush().map_err(|error| format!("cannot write: {error}"))?,
        }
        Ok(length)
    }
}

/// Writes into the header of a WAV file how long it has become, unless it has gone on to another program.
fn tell_lengths(file: &mut File, head: &[u8], length: u64) -> io::Result<()> {
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    for (place, bytes) in wav_lengths(head, length) {
        file.seek(SeekFrom::Start(place as u64))?;
        file.write_all(&bytes)?;
    }
    Ok(())
}
