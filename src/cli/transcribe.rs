//! `mediary transcribe`: recordings in, what is said in them out, without a server.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use mediary_core::task::{ReplyEvent, Task, WholeReply};
use mediary_core::{Blob, Hold, Media, MediaKind, Target};

use super::{Context, complain, inputs};
use crate::gateway::{Answered, Bounds, Gateway, Growing, TaskRequest};
use crate::protocol::openai::TranscriptionForm;
use crate::protocol::{AnswerHead, Decoded};

/// What the command line's own parser gives for arguments that cannot be.
const BAD_ARGUMENTS: u8 = 2;

/// Write down what is said in recordings and videos
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary transcribe talk.mp3\n  \
    mediary transcribe --format srt film.mp4 > film.srt\n  \
    mediary transcribe --translate interview.ogg\n  \
    mediary transcribe notes/ --format srt -o subtitles/\n  \
    mediary transcribe --list recordings.txt -o texts/\n  \
    cat memo.webm | mediary transcribe -")]
pub(super) struct Transcribe {
    /// Files, folders (their recordings, not those below) or - for standard input
    #[arg(required_unless_present = "lists", value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// Files and folders out of this list, one a line
    #[arg(short = 'l', long = "list", value_name = "FILE")]
    lists: Vec<PathBuf>,
    /// Write to this file instead of standard output; of several recordings, to this folder
    #[arg(short = 'o', long = "out", value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// The form of the result: text, json, verbose_json, srt or vtt
    #[arg(long, default_value = "text")]
    format: String,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// In English, whatever is spoken
    #[arg(long)]
    translate: bool,
    /// What is spoken: a code such as es, or a name; found out if left out
    #[arg(long)]
    language: Option<String>,
    /// What transcribes: auto or a target such as local/whisper-base
    #[arg(long, default_value = "auto")]
    model: String,
    /// Names or words that may occur
    #[arg(long)]
    prompt: Option<String>,
}

impl Transcribe {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        if let Err(error) = self.form() {
            complain(&error);
            return ExitCode::from(BAD_ARGUMENTS);
        }
        match self.all(context) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(message) => complain(&message),
        }
    }

    fn form(&self) -> Result<TranscriptionForm, String> {
        let sent = [
            ("response_format", Some(self.format().to_owned())),
            ("model", Some(self.model.clone())),
            ("language", self.language.clone()),
            ("prompt", self.prompt.clone()),
        ];
        let fields = sent.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        TranscriptionForm::decode(fields.collect(), self.translate).map_err(|error| error.to_string())
    }

    fn format(&self) -> &str {
        if self.json { "json" } else { &self.format }
    }

    /// Transcribes all inputs; gives whether all of them were.
    fn all(&self, context: &Context) -> Result<bool, String> {
        let mut named = self.inputs.clone();
        for list in &self.lists {
            named.append(&mut inputs::listed(list)?);
        }
        let inputs = inputs::expand(&named)?;
        let mut places = Places::of(self.out.clone(), inputs.len() > 1 || self.inputs_are_many(), self.ending())?;
        let (gateway, config) = context.gateway()?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let (mut is_whole, mut skipped) = (true, 0);
        for input in &inputs {
            let name = input.display();
            if io::stderr().is_terminal() && inputs.len() > 1 {
                // If standard error is closed, the work goes on.
                let _ = writeln!(io::stderr(), "{name}");
            }
            let recording = match recording(inputs::taken(&config, input)?, input) {
                // A folder may hold other files beside its recordings.
                Err(why) if !named.contains(input) => {
                    complain(&format!("{name} is passed over: {why}"));
                    skipped += 1;
                    continue;
                }
                recording => recording,
            };
            let heard = recording.and_then(|recording| runtime.block_on(self.one(&gateway, recording)));
            match heard {
                Ok(text) => match places.next(input) {
                    Some(file) => std::fs::write(&file, text)
                        .map_err(|error| format!("cannot write {}: {error}", file.display()))?,
                    None => {
                        // Not all say themselves where one ends.
                        let head = if inputs.len() > 1 { format!("==> {name} <==\n") } else { String::new() };
                        let whole = [head.as_bytes(), &text].concat();
                        io::stdout().write_all(&whole).map_err(|error| format!("cannot write: {error}"))?;
                    }
                },
                Err(message) => {
                    complain(&format!("{name}: {message}"));
                    is_whole = false;
                }
            }
        }
        if skipped == inputs.len() {
            return Err("none of these files is a recording or a video".to_owned());
        }
        Ok(is_whole)
    }

    /// Whether a folder or a list was named, whose results go to a folder however many they are.
    fn inputs_are_many(&self) -> bool {
        !self.lists.is_empty() || self.inputs.iter().any(|input| input.is_dir())
    }

    /// The ending of a file with a result.
    fn ending(&self) -> &'static str {
        match self.format() {
            "srt" => "srt",
            "vtt" => "vtt",
            "text" => "txt",
            _ => "json",
        }
    }

    async fn one(&self, gateway: &Arc<Gateway>, recording: Media) -> Result<Vec<u8>, String> {
        let shows_progress = io::stderr().is_terminal() && self.is_heard_here(gateway, &recording).await;
        let Decoded { mut task, model, answer, .. } = self.form()?.of(recording);
        if let Task::Transcribe(wish) = &mut task {
            wish.stream = shows_progress;
        }
        let request = TaskRequest { task, model, bounds: Bounds::default(), client: Vec::new(), held: Hold::default() };
        let (target, reply) =
            match gateway.answer(request).await.map_err(|error| crate::http::refused(error).message)? {
                Answered::Whole(whole) => (whole.route.target, whole.reply),
                Answered::Stream(growing) => followed(*growing).await?,
            };
        let head = AnswerHead { model: target.to_string(), ..AnswerHead::default() };
        let mut text = answer.whole(head, &reply);
        if !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        Ok(text)
    }

    /// Whether an engine of this process is asked first, which tells how far it is.
    async fn is_heard_here(&self, gateway: &Arc<Gateway>, recording: &Media) -> bool {
        let bounds = Bounds::default();
        let planned = gateway.explain_transcription(recording, &self.model, &bounds, self.translate).await;
        let first = planned.ok().and_then(|planned| planned.plan.candidates.into_iter().next());
        first.is_some_and(|candidate| candidate.target.is_local())
    }
}

/// What is heard of a file, or why nothing is.
fn recording(bytes: Blob, input: &Path) -> Result<Media, String> {
    let media = inputs::told(bytes, input).map_err(|refusal| refusal.to_string())?;
    match media.kind() {
        MediaKind::Audio | MediaKind::Video => Ok(media),
        MediaKind::Text | MediaKind::Image | MediaKind::Document => {
            Err(format!("this is {}; only audio and video can be transcribed", media.format))
        }
    }
}

/// Where results are written.
enum Places {
    /// To standard output.
    Standard,
    /// To this file.
    File(PathBuf),
    /// To files in a folder, with this ending; those that are written.
    Folder(PathBuf, &'static str, HashSet<PathBuf>),
}

impl Places {
    /// Makes the folder, if there is to be one.
    fn of(out: Option<PathBuf>, are_several: bool, ending: &'static str) -> Result<Self, String> {
        let Some(out) = out else { return Ok(Self::Standard) };
        if !are_several && !out.is_dir() {
            return Ok(Self::File(out));
        }
        std::fs::create_dir_all(&out).map_err(|error| format!("cannot write {}: {error}", out.display()))?;
        Ok(Self::Folder(out, ending, HashSet::new()))
    }

    /// The file for the result of an input; `None`: standard output. Inputs that differ in their ending or folder alone do
    /// not overwrite each other.
    fn next(&mut self, input: &Path) -> Option<PathBuf> {
        match self {
            Self::Standard => None,
            Self::File(file) => Some(file.clone()),
            Self::Folder(folder, ending, written) => {
                let part = |part: Option<&OsStr>| {
                    let part = part.filter(|part| *part != "-");
                    part.map_or_else(|| "recording".to_owned(), |part| part.to_string_lossy().into_owned())
                };
                let (stem, name) = (part(input.file_stem()), part(input.file_name()));
                let numbered = (2..).map(|number| format!("{name}-{number}"));
                let names = [stem, name.clone()].into_iter().chain(numbered);
                let mut files = names.map(|name| folder.join(format!("{name}.{ending}")));
                files.find(|file| written.insert(file.clone()))
            }
        }
    }
}

/// A transcript while it grows: how far it is stands on standard error.
async fn followed(mut growing: Growing) -> Result<(Target, WholeReply), String> {
    let target = growing.route().target.clone();
    let mut reply = WholeReply::default();
    while let Some(frame) = growing.next().await {
        for event in frame.map_err(|failure| failure.to_string())?.events {
            if let ReplyEvent::Segment(segment) = &event {
                let seconds = segment.end_seconds as u64;
                // If standard error is closed, the work goes on.
                let _ = write!(io::stderr(), "\r{}:{:02} heard by {target}", seconds / 60, seconds % 60);
            }
            reply.push(event);
        }
    }
    let _ = write!(io::stderr(), "\r\x1b[K");
    Ok((target, reply))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_recording_is_told_before_it_is_heard() {
        let of = |bytes: &[u8], name: &str| recording(Blob::in_memory(bytes.to_vec()), Path::new(name));
        assert!(of(b"fLaC\0\0\0\x22", "a.flac").is_ok());
        assert!(of(b"Buy milk.\n", "notes.txt").unwrap_err().contains("text"));
        assert!(of(b"", "empty.wav").unwrap_err().contains("empty"));
    }

    #[test]
    fn results_of_several_recordings_have_files_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("texts");
        let mut places = Places::of(Some(out.clone()), true, "srt").unwrap();
        let names = ["a/talk.mp3", "a/talk.wav", "b/talk.mp3", "-"].map(|input| places.next(Path::new(input)).unwrap());
        assert_eq!(names, ["talk.srt", "talk.wav.srt", "talk.mp3.srt", "recording.srt"].map(|name| out.join(name)));
        assert_eq!(places.next(Path::new("c/talk.mp3")), Some(out.join("talk.mp3-2.srt")));
        let mut one = Places::of(Some(out.join("x.srt")), false, "srt").unwrap();
        assert_eq!(one.next(Path::new("talk.mp3")), Some(out.join("x.srt")));
        assert_eq!(Places::of(None, true, "srt").unwrap().next(Path::new("talk.mp3")), None);
    }
}
