//! `mediary ocr`: files in, text out, without a server.

mod inputs;
mod output;

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Context, complain};
use crate::config::Config;
use crate::gateway::{Gateway, PageOutcome, Parts, Progress, Reading};
use crate::protocol::process::{Fields, Form, Output};

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
    mediary ocr --output pdf scan.pdf -o searchable.pdf\n  \
    mediary ocr --draw boxes/ scan.pdf\n  \
    cat photo.jpg | mediary ocr - | grep Total\n\n\
    Exit codes: 0 everything was read, 3 some files or pages were not, 1 no file was, 2 wrong arguments.")]
pub(super) struct Ocr {
    /// Files, folders (their files, not those below) or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// markdown, text, json, hocr, alto or pdf (searchable)
    #[arg(long, default_value = "markdown")]
    output: String,
    /// Write to this file instead of standard output
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Which pages, counted from 1: 1-3,7
    #[arg(long)]
    pages: Option<String>,
    /// auto, local or a target such as local/paddleocr:accurate
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
    /// Also write a picture of each page with what was read outlined into this folder
    #[arg(long, value_name = "DIR")]
    draw: Option<PathBuf>,
    /// Read anew even what was read before
    #[arg(long)]
    no_cache: bool,
}

/// One input and what became of it.
struct Done {
    name: String,
    result: Result<Reading, String>,
    /// With `--output pdf`: the searchable PDF.
    pdf: Option<File>,
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
            ("cache", self.no_cache.then(|| "false".to_owned())),
        ];
        for (name, value) in sent {
            if let Some(value) = value {
                fields.push(name, value);
            }
        }
        fields
    }

    fn read_all(&self, context: &Context, form: &Form) -> Result<Vec<Done>, String> {
        let inputs = inputs::expand(&self.inputs)?;
        if inputs.len() > 1 && form.output.is_one_file() {
            return Err("hocr, alto and pdf hold one file each; run once for each file".to_owned());
        }
        if form.output == Output::Image {
            return Err("pictures are written with --draw DIR, beside any other output".to_owned());
        }
        if form.output == Output::Pdf && self.out.is_none() && io::stdout().is_terminal() {
            return Err("a PDF is not for a terminal; name a file with -o".to_owned());
        }
        let loaded = context.load()?;
        let recipe = context.recipe(&loaded.source)?;
        let models = context.models(Some(&loaded.source))?;
        let parts = Parts { config: &loaded.config, recipe, models: &models, cache_dir: context.cache_dir(&loaded.config), program: super::program()? };
        let gateway = Gateway::new(parts).map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let bar = progress_bar();
        let mut done = Vec::with_capacity(inputs.len());
        for input in &inputs {
            let name = input.display().to_string();
            bar.set_message(name.clone());
            let read = runtime.block_on(self.read(&gateway, &loaded.config, input, form, &bar));
            let (result, pdf) = read.map_or_else(|error| (Err(error), None), |(reading, pdf)| (Ok(reading), pdf));
            done.push(Done { name, result, pdf });
        }
        bar.finish_and_clear();
        Ok(done)
    }

    /// Reads one input, with its searchable PDF and its pictures where those are wanted.
    async fn read(
        &self,
        gateway: &Gateway,
        config: &Config,
        input: &Path,
        form: &Form,
        bar: &ProgressBar,
    ) -> Result<(Reading, Option<File>), String> {
        let media = inputs::take_in(config, input)?;
        let on_page = |_: &PageOutcome, progress: Progress| {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
        };
        let failed = |failure: mediary_core::Failure| failure.to_string();
        let reading = gateway.read(media, &form.options, &on_page).await.map_err(failed)?;
        if let Some(folder) = &self.draw {
            let stem = input.file_stem().map_or("page".into(), |stem| stem.to_string_lossy());
            write_pages(folder, &stem, gateway.draw(&reading, &form.options).await.map_err(failed)?)?;
        }
        let pdf = match form.output {
            Output::Pdf => Some(gateway.searchable(&reading, &form.options).await.map_err(failed)?),
            _ => None,
        };
        Ok((reading, pdf))
    }

    fn report(&self, done: &[Done], form: &Form) -> ExitCode {
        for Done { name, result, .. } in done {
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
        let text;
        let mut source: Box<dyn Read + '_> = match done {
            [Done { pdf: Some(pdf), .. }] => Box::new(pdf),
            _ => {
                text = output::rendered(done, form);
                Box::new(text.as_bytes())
            }
        };
        let written = match &self.out {
            Some(path) => File::create(path)
                .and_then(|mut file| io::copy(&mut source, &mut file))
                .map_err(|error| format!("cannot write {}: {error}", path.display())),
            // A reader that has seen enough closes the pipe; that is not a failure.
            None => match io::copy(&mut source, &mut io::stdout()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
                _ => Ok(0),
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

/// Writes drawn pages as `<stem>-<page, from 1>.png`.
fn write_pages(folder: &Path, stem: &str, pages: Vec<(usize, Vec<u8>)>) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for (index, png) in pages {
        let path = folder.join(format!("{stem}-{}.png", index + 1));
        std::fs::write(&path, png).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

fn warn_of_failed_pages(name: &str, reading: &Reading) {
    for outcome in &reading.pages {
        if let Err(failure) = &outcome.page {
            complain(&format!("{name}: {}", failure.detail));
        }
    }
}

fn progress_bar() -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pages  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

