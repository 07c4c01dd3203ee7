//! `mediary ocr`: files in, text out, without a server.

mod job;
mod output;
mod read;
mod report;

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Context, complain};
use crate::gateway::Reading;
use crate::protocol::process::{Fields, Output};

/// What the command line's own parser gives for arguments that cannot be.
const BAD_ARGUMENTS: u8 = 2;

/// Print the text of documents, files of an office, pictures and text files (OCR where they have none of their own)
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary ocr scan.pdf\n  \
    mediary ocr --pages 1-3,7 --output json scan.pdf\n  \
    mediary ocr receipts/ -o receipts.md\n  \
    mediary ocr archive/ --jobs 4 -o archive.jsonl\n  \
    mediary ocr --output pdf scan.pdf -o searchable.pdf\n  \
    mediary ocr --draw boxes/ scan.pdf\n  \
    cat photo.jpg | mediary ocr - | grep Total\n\n\
    Exit codes: 0 everything was read, 3 some files or pages were not, 1 no file was, 2 wrong arguments.")]
pub(super) struct Ocr {
    /// Files, folders (their files, not those below) or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// The form of the result: markdown, text, json, hocr, alto or pdf (searchable)
    #[arg(long, default_value = "markdown")]
    output: String,
    /// The same as --output json
    #[arg(long, conflicts_with = "output")]
    json: bool,
    /// Write to this file instead of standard output; one that ends in .jsonl gets a line of JSON for each file, also of
    /// folders below and of archives, and what stands in it already is not read again
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many files are read at once, into a file of lines
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Which pages, counted from 1: 1-3,7
    #[arg(long)]
    pages: Option<String>,
    /// What reads pixels: auto, local or a target such as local/paddleocr:accurate
    #[arg(long)]
    engine: Option<String>,
    /// How much json holds of a page's boxes: none, lines or words
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
    /// The resolution at which pages are rendered
    #[arg(long)]
    dpi: Option<u32>,
    /// Also write a picture of each page with what was read outlined into this folder
    #[arg(long, value_name = "DIR")]
    draw: Option<PathBuf>,
    /// Also write the pictures of figures into this folder, named as the text names them
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
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
        if self.is_job() {
            return self.run_job(context, &form).unwrap_or_else(|message| complain(&message));
        }
        if self.jobs.is_some() {
            complain("--jobs writes lines of JSON; name a file for them: -o out.jsonl");
            return ExitCode::from(BAD_ARGUMENTS);
        }
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
            ("output", Some(if self.json { "json".to_owned() } else { self.output.clone() })),
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
