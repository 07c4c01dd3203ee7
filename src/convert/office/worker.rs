//! The child's side: reads one file after another and sends what is in them.
//!
//! Runs in a process of its own (`mediary worker office`), single-threaded, with limits on its memory and its time. Reads
//! orders from standard input until it ends; trusts the server, not the files.

use std::io::{self, BufReader, BufWriter, Cursor, Read, Write};
use std::time::Duration;

use super::document::OfficeDocument;
use super::limits::Refusal;
use super::wire::{Order, Reply, Source};
use super::{Input, read, read_page};
use crate::handover::Handed;
use crate::{SharedFile, confine, message};

/// Deep documents need room; what is deeper than the limit is refused before this is used up.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Serves orders until standard input ends.
///
/// # Errors
/// When the pipe to the server breaks.
pub fn run(memory_bytes: u64, time: Duration) -> io::Result<()> {
    confine::for_good(memory_bytes, confine::Sockets::None);
    let serving = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || serve(time))?;
    serving.join().unwrap_or_else(|_| Err(io::Error::other("the reader crashed")))
}

fn serve(time: Duration) -> io::Result<()> {
    let mut input = BufReader::new(Handed::new(io::stdin()));
    let mut output = BufWriter::with_capacity(256 * 1024, io::stdout().lock());
    while let Some(Order { format, source, limits, page }) = message::read(&mut input)? {
        confine::processor_time(time);
        let opened: Result<Input, Refusal> = match source {
            Source::File => {
                let missing = || io::Error::other("the file did not come with the order");
                let file = SharedFile::from(input.get_mut().take_file().ok_or_else(missing)?);
                Ok(Box::new(BufReader::with_capacity(64 * 1024, file)))
            }
            Source::Follows(length) => {
                let mut bytes = Vec::new();
                (&mut input).take(length).read_to_end(&mut bytes)?;
                Ok(Box::new(Cursor::new(bytes)))
            }
        };
        let read = |opened| match &page {
            Some(page) => read_page(opened, limits, page),
            None => read(format, opened, limits),
        };
        match opened.and_then(read) {
            Ok(document) => send(&mut output, document)?,
            Err(refusal) => message::write(&mut output, &Reply::Refused(refusal))?,
        }
        output.flush()?;
    }
    Ok(())
}

fn send(output: &mut impl Write, document: OfficeDocument) -> io::Result<()> {
    let OfficeDocument { pages, pictures, attachments, facts } = document;
    for page in pages {
        message::write(output, &Reply::Page(page))?;
    }
    for bytes in pictures {
        message::write(output, &Reply::Picture(bytes.len() as u64))?;
        output.write_all(&bytes)?;
    }
    for attachment in attachments {
        message::write(output, &Reply::Attachment(attachment.name, attachment.bytes.len() as u64))?;
        output.write_all(&attachment.bytes)?;
    }
    if let Some(facts) = facts {
        message::write(output, &Reply::Facts(facts))?;
    }
    message::write(output, &Reply::Done)
}
