//! The files of an office: letters, workbooks, slides, books, web pages and mail become pages of blocks.
//!
//! They come from strangers and their parsers are large, so they are read in children of this program (`mediary worker
//! office`) with limits on memory and time, which [`OfficeWorkers`] keeps. Every format has a reader of its own here; all
//! write into the same `draft`. Macros are never looked at, nothing that a file names is fetched, and what only another
//! program can read ([`LibreOffice`]) is converted by it first.

mod charts;
mod child;
mod document;
mod draft;
mod embedded;
mod epub;
mod formula;
mod grid;
mod html;
mod libreoffice;
mod limits;
mod mail;
mod numerals;
mod odf;
mod package;
mod pool;
mod rtf;
mod sheets;
mod slides;
#[cfg(test)]
mod tests;
mod text;
mod wire;
mod word;
mod worker;
mod xml;

use std::io::Read as _;

use mediary_core::MediaFormat;
use mediary_core::media::ReadSeek;

pub use child::{KeptDocument, OfficeFile};
pub use document::{Attachment, Item, OfficeDocument, OfficePage, PageFacts, WebPage};
pub use libreoffice::LibreOffice;
pub use limits::{OfficeLimits, Refusal};
pub use pool::{OfficePlace, OfficeSettings, OfficeWorkers};
pub use worker::run as run_worker;

/// The bytes of a file.
pub type Input = Box<dyn ReadSeek>;

/// The formats that are read here.
pub const FORMATS: &[MediaFormat] = &[
    MediaFormat::Docx,
    MediaFormat::Xlsx,
    MediaFormat::Xlsb,
    MediaFormat::Xls,
    MediaFormat::Pptx,
    MediaFormat::Odt,
    MediaFormat::Ods,
    MediaFormat::Odp,
    MediaFormat::Rtf,
    MediaFormat::Epub,
    MediaFormat::Html,
    MediaFormat::Eml,
    MediaFormat::Msg,
    MediaFormat::Csv,
    MediaFormat::Tsv,
];

/// How every compound file begins; an OOXML package that is one is encrypted.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Reads a file in this process. Servers leave that to [`OfficeWorkers`].
///
/// # Errors
/// When it is encrypted, damaged, too large, or of a format that is not in [`FORMATS`].
pub fn read(format: MediaFormat, mut input: Input, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    if matches!(format, MediaFormat::Docx | MediaFormat::Xlsx | MediaFormat::Xlsb | MediaFormat::Pptx) {
        let mut start = Vec::new();
        (&mut input).take(COMPOUND.len() as u64).read_to_end(&mut start).map_err(Refusal::damaged)?;
        input.rewind().map_err(Refusal::damaged)?;
        if start == COMPOUND {
            return Err(Refusal::Encrypted);
        }
    }
    // Libraries that panic over a file have not read it, and that is all.
    let reading = std::panic::AssertUnwindSafe(|| read_by_format(format, input, limits));
    std::panic::catch_unwind(reading).unwrap_or_else(|_| Err(Refusal::damaged("its reader gave up")))
}

/// Reads a page of the web in this process, likewise: what it is about, if only that is wanted, and what it says of itself.
///
/// # Errors
/// When it is too large.
pub fn read_page(input: Input, limits: OfficeLimits, page: &WebPage) -> Result<OfficeDocument, Refusal> {
    let reading = std::panic::AssertUnwindSafe(|| html::read_page(&package::text_of(whole(input)?), limits, page));
    std::panic::catch_unwind(reading).unwrap_or_else(|_| Err(Refusal::damaged("its reader gave up")))
}

fn read_by_format(format: MediaFormat, input: Input, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    match format {
        MediaFormat::Docx => word::read(input, limits),
        MediaFormat::Xlsx | MediaFormat::Xlsb | MediaFormat::Xls | MediaFormat::Ods => {
            sheets::read(format, input, limits)
        }
        MediaFormat::Pptx => slides::read(input, limits),
        MediaFormat::Odt | MediaFormat::Odp => odf::read(input, limits),
        MediaFormat::Rtf => rtf::read(&whole(input)?, limits),
        MediaFormat::Epub => epub::read(input, limits),
        MediaFormat::Html => html::read(&package::text_of(whole(input)?), limits),
        MediaFormat::Eml => mail::read_letter(&whole(input)?, limits),
        MediaFormat::Msg => mail::read_outlook(input, limits),
        MediaFormat::Csv | MediaFormat::Tsv => sheets::read_delimited(format, &whole(input)?, limits),
        other => Err(Refusal::damaged(format!("{other} is no file of an office"))),
    }
}

fn whole(mut input: Input) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|error| Refusal::Unavailable(error.to_string()))?;
    Ok(bytes)
}
