//! `mediary transcribe`: recordings in, what is said in them out, without a server.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use mediary_core::task::{ReplyEvent, Task, WholeReply};
use mediary_core::{Media, Target};

use super::{Context, complain, inputs};
use crate::config::Config;
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
    mediary transcribe notes/\n  \
    cat memo.webm | mediary transcribe -")]
pub(super) struct Transcribe {
    /// Files, folders (their files, not those below) or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// The form of the result: text, json, verbose_json, srt or vtt
    #[arg(long, default_value = "text")]
    format: String,
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
            ("response_format", Some(self.format.clone())),
            ("model", Some(self.model.clone())),
            ("language", self.language.clone()),
            ("prompt", self.prompt.clone()),
        ];
        let fields = sent.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        TranscriptionForm::decode(fields.collect(), self.translate).map_err(|error| error.to_string())
    }

    /// Transcribes all inputs; gives whether all of them were.
    fn all(&self, context: &Context) -> Result<bool, String> {
        let inputs = inputs::expand(&self.inputs)?;
        let (gateway, config) = context.gateway()?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let mut is_whole = true;
        for input in &inputs {
            let name = input.display();
            if io::stderr().is_terminal() && inputs.len() > 1 {
                // If standard error is closed, the work goes on.
                let _ = writeln!(io::stderr(), "{name}");
            }
            match runtime.block_on(self.one(&gateway, &config, input)) {
                Ok(text) => io::stdout().write_all(&text).map_err(|error| format!("cannot write: {error}"))?,
                Err(message) => {
                    complain(&format!("{name}: {message}"));
                    is_whole = false;
                }
            }
        }
        Ok(is_whole)
    }

    async fn one(&self, gateway: &Arc<Gateway>, config: &Config, input: &Path) -> Result<Vec<u8>, String> {
        let recording = inputs::take_in(config, input)?;
        let shows_progress = io::stderr().is_terminal() && self.is_heard_here(gateway, &recording).await;
        let Decoded { mut task, model, answer, .. } = self.form()?.of(recording);
        if let Task::Transcribe(wish) = &mut task {
            wish.stream = shows_progress;
        }
        let request = TaskRequest { task, model, bounds: Bounds::default(), client: Vec::new() };
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
