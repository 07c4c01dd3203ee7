//! `mediary ocr`: files in, text out, without a server.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mediary_core::{Claim, Media, classify};
use uuid::Uuid;

use super::{Context, complain};
use crate::config::Config;
use crate::gateway::{Gateway, Parts, Reading, Spool};
use crate::protocol::process::{Encoder, Fields, Form, Output, ReadingBody, ReadingList};

/// What the command line's own parser gives for arguments that cannot be.
const BAD_ARGUMENTS: u8 = 2;
/// Some files or pages were read and some were not.
const SOME_FAILED: u8 = 3;

/// Print the text of documents, pictures and text files
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary ocr scan.pdf\n  \
    mediary ocr --pages 1-3,7 --output json scan.pdf\n  \
    mediary ocr receipts/ -o receipts.md\n  \
    cat photo.jpg | mediary ocr - | grep Total\n\n\
    Exit codes: 0 everything was read, 3 some files or pages were not, 1 no file was, 2 wrong arguments.")]
pub(super) struct Ocr {
    /// Files, folders (their files, not those below) or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// markdown, text, json, hocr or alto
    #[arg(long, default_value = "markdown")]
    output: String,
    /// Write to this file instead of standard output
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Which pages, counted from 1: 1-3,7
    #[arg(long)]
    pages: Option<String>,
    /// auto, local or a target such as local/paddleocr:fast
    #[arg(long)]
    engine: Option<String>,
    /// With json: none, lines or words
    #[arg(long)]
    detail: Option<String>,
    /// The password of an encrypted PDF; also taken from MEDIARY_PDF_PASSWORD, where others cannot see it
    #[arg(long)]
    password: Option<String>,
    /// Read pixels even where a document has text of its own
    #[arg(long)]
    force_ocr: bool,
    /// Never read pixels
    #[arg(long)]
    text_layer_only: bool,
    /// Resolution for rendering pages
    #[arg(long)]
    dpi: Option<u32>,
}

/// One input and what became of it.
struct Done {
    name: String,
    result: Result<Reading, String>,
}

impl Ocr {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        let form = match self.fields(context).decode(Output::default()) {
            Ok(form) => form,
            Err(error) => {
                complain(&error.to_string());
                return ExitCode::from(BAD_ARGUMENTS);
            }
        };
        match self.read_all(context, &form) {
            Ok(done) => self.report(&done, &form),
            Err(message) => complain(&message),
        }
    }

    fn fields(&self, context: &Context) -> Fields {
        let mut fields = Fields::default();
        let password =
            self.password.clone().or_else(|| context.environment.text("MEDIARY_PDF_PASSWORD").map(str::to_owned));
        let sent = [
            ("output", Some(self.output.clone())),
            ("pages", self.pages.clone()),
            ("engine", self.engine.clone()),
            ("detail", self.detail.clone()),
            ("password", password),
            ("force_ocr", self.force_ocr.then(|| "true".to_owned())),
            ("text_layer_only", self.text_layer_only.then(|| "true".to_owned())),
            ("dpi", self.dpi.map(|dpi| dpi.to_string())),
        ];
        for (name, value) in sent {
            if let Some(value) = value {
                fields.push(name, value);
            }
        }
        fields
    }

    fn read_all(&self, context: &Context, form: &Form) -> Result<Vec<Done>, String> {
        let inputs = expand(&self.inputs)?;
        if inputs.len() > 1 && form.output.is_one_file() {
            return Err("hocr and alto hold one file each; run once for each file".to_owned());
        }
        let loaded = context.load()?;
        let models = context.models(Some(&loaded.source))?;
        let parts = Parts { config: &loaded.config, models: &models, program: super::program()? };
        let gateway = Gateway::new(parts).map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let bar = progress_bar();
        let done = inputs
            .iter()
            .map(|input| {
                let name = input.display().to_string();
                bar.set_message(name.clone());
                let result = runtime.block_on(read(&gateway, &loaded.config, input, form, &bar));
                Done { name, result }
            })
            .collect();
        bar.finish_and_clear();
        Ok(done)
    }

    fn report(&self, done: &[Done], form: &Form) -> ExitCode {
        for Done { name, result } in done {
            if let Err(message) = result {
                complain(&format!("{name}: {message}"));
            } else if let Ok(reading) = result {
                warn_of_failed_pages(name, reading);
            }
        }
        let failed = done.iter().filter(|done| done.result.is_err()).count();
        if failed == done.len() && form.output != Output::Json {
            // Nothing was read, so an older result stays as it is.
            return ExitCode::FAILURE;
        }
        let text = rendered(done, form);
        let written = match &self.out {
            Some(path) => {
                std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
            }
            // A reader that has seen enough closes the pipe; that is not a failure.
            None => match io::stdout().write_all(text.as_bytes()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
                _ => Ok(()),
            },
        };
        if let Err(message) = written {
            return complain(&message);
        }
        if failed == done.len() {
            ExitCode::FAILURE
        } else if done.iter().any(Done::is_incomplete) {
            ExitCode::from(SOME_FAILED)
        } else {
            ExitCode::SUCCESS
        }
    }
}

impl Done {
    /// Whether anything of it was not read.
    fn is_incomplete(&self) -> bool {
        match &self.result {
            Ok(reading) => reading.pages.iter().any(|outcome| outcome.page.is_err()),
            Err(_) => true,
        }
    }
}

fn warn_of_failed_pages(name: &str, reading: &Reading) {
    for outcome in &reading.pages {
        if let Err(failure) = &outcome.page {
            complain(&format!("{name}: {}", failure.detail));
        }
    }
}

/// Files as named, and the files of folders by name. Hidden files are left out.
fn expand(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for input in inputs {
        if !input.is_dir() {
            files.push(input.clone());
            continue;
        }
        let unreadable = |error: io::Error| format!("cannot read the folder {}: {error}", input.display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir(input).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.is_file() && !is_hidden {
                found.push(path);
            }
        }
        if found.is_empty() {
            return Err(format!("there are no files in the folder {}", input.display()));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

async fn read(
    gateway: &Gateway,
    config: &Config,
    input: &Path,
    form: &Form,
    bar: &ProgressBar,
) -> Result<Reading, String> {
    let media = take_in(config, input)?;
    let progress = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    gateway.read(media, &form.options, &progress).await.map_err(|failure| failure.to_string())
}

fn take_in(config: &Config, input: &Path) -> Result<Media, String> {
    let limit_bytes = config.limits.upload_bytes.get();
    let is_stdin = input == Path::new("-");
    let mut source: Box<dyn Read> = if is_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(input).map_err(|error| format!("cannot be opened: {error}"))?)
    };
    let mut spool = Spool::new(config.limits.spool_bytes.get());
    let mut buffer = vec![0; 64 * 1024];
    let mut total_bytes = 0;
    loop {
        let count = source.read(&mut buffer).map_err(|error| format!("cannot be read: {error}"))?;
        if count == 0 {
            break;
        }
        total_bytes += count as u64;
        if total_bytes > limit_bytes {
            return Err(format!("is larger than {limit_bytes} bytes; raise [limits] upload_bytes"));
        }
        spool.write(&buffer[..count]).map_err(|error| format!("cannot be kept in the temporary folder: {error}"))?;
    }
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned());
    let claim = Claim { mime: None, file_name: name.as_deref() };
    classify(spool.finish(), claim).map_err(|refusal| refusal.to_string())
}

fn progress_bar() -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pages  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

fn rendered(done: &[Done], form: &Form) -> String {
    let output = form.output;
    if output == Output::Json {
        return json(done, form) + "\n";
    }
    let encoder = Encoder { output, detail: form.detail };
    let several = done.len() > 1;
    let mut text = String::new();
    for Done { name, result } in done {
        let Ok(reading) = result else { continue };
        if several {
            text.push_str(&match output {
                Output::Markdown => format!("# {name}\n\n"),
                Output::Text | Output::Json => format!("{name}\n\n"),
                Output::Hocr | Output::Alto => String::new(),
            });
        }
        let content = encoder.content(Some(name), reading);
        text.push_str(&content);
        if !content.is_empty() {
            text.push('\n');
        }
        if several {
            text.push('\n');
        }
    }
    text
}

fn json(done: &[Done], form: &Form) -> String {
    let output = Output::Json;
    let encoder = Encoder { output, detail: form.detail };
    let id = || format!("ocr-{}", Uuid::now_v7());
    let body = |done: &Done| -> ReadingBody {
        let name = Some(done.name.clone());
        match &done.result {
            Ok(reading) => encoder.reading(id(), name, reading),
            Err(message) => encoder.failed(id(), name, serde_json::json!({ "message": message })),
        }
    };
    let text = match done {
        [only] => serde_json::to_string_pretty(&body(only)),
        several => {
            serde_json::to_string_pretty(&ReadingList { object: "list", data: several.iter().map(body).collect() })
        }
    };
    text.unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}
