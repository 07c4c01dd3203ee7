//! The child's side: opens documents with PDFium and answers for one page after another.
//!
//! Runs in a process of its own (`mediary worker pdf`), single-threaded, with a limit on its address
//! space. Reads requests from standard input until it ends; trusts the server, not the documents.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::time::Duration;

use pdfium_render::prelude::*;

use super::facts::Facts;
use super::outline;
use super::page;
use super::repair;
use super::searchable;
use super::tagged::Tagged;
use super::wire::{self, DocumentSource, Refusal, Reply, Request};
use crate::handover::Handed;
use crate::kept::file_name;
use crate::{SharedFile, confine};

/// Serves requests until standard input ends.
///
/// # Errors
/// When the pipe to the server breaks.
pub fn run(library: &Path, memory_bytes: u64, page_time: Duration) -> io::Result<()> {
    confine::for_good(memory_bytes, confine::Sockets::None);
    let mut input = BufReader::new(Handed::new(io::stdin()));
    let mut output = BufWriter::with_capacity(256 * 1024, io::stdout().lock());
    let pdfium = match Pdfium::bind_to_library(library) {
        Ok(bindings) => Pdfium::new(bindings),
        Err(error) => {
            let reason = format!("cannot load {}: {error:?}", library.display());
            while wire::read::<Request>(&mut input)?.is_some() {
                answer(&mut output, &Reply::Refused(Refusal::Library(reason.clone())))?;
            }
            return Ok(());
        }
    };
    let mut next = wire::read(&mut input)?;
    while let Some(request) = next {
        confine::processor_time(page_time);
        next = match request {
            Request::Open { source, password } => {
                serve_document(&pdfium, &mut input, &mut output, (&source, password.as_deref()), page_time)?
            }
            Request::Page(_) | Request::Stamp(_) | Request::Attachment { .. } | Request::Save => {
                answer(&mut output, &Reply::PageFailed("no document is open".to_owned()))?;
                wire::read(&mut input)?
            }
            Request::Close => wire::read(&mut input)?,
        };
    }
    Ok(())
}

/// Opens a document and answers for its pages until a request comes that is not about it, which is
/// handed back. The document is gone by then: two would not fit under the limit.
fn serve_document<'a>(
    pdfium: &'a Pdfium,
    input: &mut BufReader<Handed>,
    output: &mut impl Write,
    (source, password): (&DocumentSource, Option<&'a str>),
    page_time: Duration,
) -> io::Result<Option<Request>> {
    let (mut document, (facts, tagged)) = match open(pdfium, input, source, password)? {
        Ok(opened) => opened,
        Err(refusal) => {
            answer(output, &Reply::Refused(refusal))?;
            return wire::read(input);
        }
    };
    let pages = usize::try_from(document.pages().len()).unwrap_or(0);
    answer(output, &Reply::Opened { pages, attachments: usize::from(document.attachments().len()) })?;
    let bookmarks = outline::of(&document);
    while let Some(request) = wire::read(input)? {
        confine::processor_time(page_time);
        match request {
            Request::Page(order) => match page::read(&document, facts, (&bookmarks, tagged.as_ref()), &order) {
                Ok((reply, raster)) => {
                    wire::write(output, &Reply::Page(Box::new(reply)))?;
                    if let Some(raster) = raster {
                        output.write_all(raster.bgr())?;
                    }
                    output.flush()?;
                }
                Err(reason) => answer(output, &Reply::PageFailed(reason))?,
            },
            Request::Stamp(layer) => {
                let stamped = searchable::stamp(pdfium, &mut document, &layer);
                answer(output, &stamped.map_or_else(Reply::PageFailed, |()| Reply::Stamped))?;
            }
            Request::Attachment { index, most_bytes } => match attachment(&document, index, most_bytes) {
                Ok((name, bytes)) => {
                    answer(output, &Reply::Attachment(name))?;
                    Parts(io::stdout()).write_all(&bytes)?;
                    answer(output, &Reply::Saved)?;
                }
                Err(reason) => answer(output, &Reply::PageFailed(reason))?,
            },
            Request::Save => {
                let saved = searchable::save(&document, Parts(io::stdout()));
                answer(output, &if saved.is_ok() { Reply::Saved } else { Reply::SaveFailed })?;
            }
            Request::Open { .. } | Request::Close => return Ok(Some(request)),
        }
    }
    Ok(None)
}

/// A file that comes with a document, with its name.
fn attachment(document: &PdfDocument<'_>, index: usize, most_bytes: u64) -> Result<(String, Vec<u8>), String> {
    let index = PdfAttachmentIndex::try_from(index).map_err(|error| error.to_string())?;
    let attachment = document.attachments().get(index).map_err(|_| "it is not there".to_owned())?;
    if attachment.len() as u64 > most_bytes {
        return Err(format!(
            "it has {} bytes and {most_bytes} are left; raise [limits.archive] bytes",
            attachment.len()
        ));
    }
    let bytes = attachment.save_to_bytes().map_err(|_| "its data is damaged or empty".to_owned())?;
    Ok((file_name(&attachment.name()), bytes))
}

/// Sends what is written in messages of its own. Nothing else may wait to be sent meanwhile.
struct Parts(io::Stdout);

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = &bytes[..bytes.len().min(wire::MAX_PART_BYTES)];
        let length = u32::try_from(part.len()).map_err(io::Error::other)?;
        wire::write(&mut self.0, &Reply::Part(length))?;
        self.0.write_all(part)?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn answer(output: &mut impl Write, reply: &Reply) -> io::Result<()> {
    wire::write(output, reply)?;
    output.flush()
}

/// A document, and what was seen in it.
type Opened<'a> = (PdfDocument<'a>, (Facts, Option<Tagged>));

/// Opens a document and looks into it. One that has lost its trailer gets another.
fn open<'a>(
    pdfium: &'a Pdfium,
    input: &mut BufReader<Handed>,
    source: &DocumentSource,
    password: Option<&str>,
) -> io::Result<Result<Opened<'a>, Refusal>> {
    let (file, bytes) = match source {
        DocumentSource::File => {
            let missing = || io::Error::other("the document did not come with the message");
            let file = input.get_mut().take_file().ok_or_else(missing)?;
            let bytes = small(&file)?;
            (Some(file), bytes)
        }
        DocumentSource::Follows(length) => {
            let mut bytes = Vec::new();
            input.take(*length).read_to_end(&mut bytes)?;
            (None, Some(bytes))
        }
    };
    let opened = match (&file, bytes.as_deref()) {
        (Some(file), _) => load_file(pdfium, file, password),
        (None, Some(bytes)) => load_bytes(pdfium, bytes, password),
        (None, None) => Err(Refusal::Damaged),
    };
    let (opened, bytes) = match opened {
        Err(Refusal::Damaged) => match bytes.as_deref().and_then(repair::with_trailer) {
            Some(mended) => (load_bytes(pdfium, &mended, password), Some(mended)),
            None => (Err(Refusal::Damaged), bytes),
        },
        opened => (opened, bytes),
    };
    Ok(opened.map(|document| (document, bytes.map_or((Facts::UNKNOWN, None), |bytes| Facts::of(bytes, password)))))
}

/// The bytes of a file that is small enough to be looked into.
fn small(file: &File) -> io::Result<Option<Vec<u8>>> {
    if file.metadata()?.len() > Facts::MOST_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    SharedFile::from(file.try_clone()?).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn load_file<'a>(pdfium: &'a Pdfium, file: &File, password: Option<&str>) -> Result<PdfDocument<'a>, Refusal> {
    with_or_without(password, |password| match file.try_clone() {
        Ok(file) => pdfium.load_pdf_from_reader(SharedFile::from(file), password).map_err(|error| refusal(&error)),
        Err(error) => Err(Refusal::Unavailable(error.to_string())),
    })
}

fn load_bytes<'a>(pdfium: &'a Pdfium, bytes: &[u8], password: Option<&str>) -> Result<PdfDocument<'a>, Refusal> {
    with_or_without(password, |password| {
        pdfium.load_pdf_from_byte_vec(bytes.to_vec(), password).map_err(|error| refusal(&error))
    })
}

/// A document that opens without a password would refuse one that it does not know.
fn with_or_without<T>(password: Option<&str>, load: impl Fn(Option<&str>) -> Result<T, Refusal>) -> Result<T, Refusal> {
    match (load(None), password) {
        (Err(Refusal::Password), Some(password)) => load(Some(password)),
        (opened, _) => opened,
    }
}

fn refusal(error: &PdfiumError) -> Refusal {
    match error {
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError) => Refusal::Password,
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::SecurityError) => Refusal::Security,
        _ => Refusal::Damaged,
    }
}
