//! Zip packages that share their signature and their folders: told apart by the names of their parts.
//!
//! Only the directory at the end of the file is looked at, and only so much of it; nothing is unpacked.

use std::io::{self, Read, Seek, SeekFrom};

use crate::media::{Blob, MediaFormat, ReadSeek};

/// How the first file of a zip begins.
pub(super) const SIGNATURE: &[u8] = b"PK\x03\x04";
/// A directory is looked at no further.
const MAX_DIRECTORY_BYTES: u64 = 1024 * 1024;
/// The end record, and the longest comment behind it.
const END_BYTES: u64 = 22 + 65_535;

/// A package of Office Open XML is one only with its list of types; what holds a binary workbook is none of XML; and a plain
/// zip may be a book or a document whose first entry is not where it belongs.
pub(super) fn told_apart(format: MediaFormat, blob: &Blob) -> MediaFormat {
    let looks = matches!(format, MediaFormat::Docx | MediaFormat::Xlsx | MediaFormat::Pptx | MediaFormat::Zip);
    if !looks {
        return format;
    }
    let Some(names) = blob.source().open().ok().and_then(|reader| names(reader).ok()) else { return format };
    let has = |name: &str| names.iter().any(|held| held == name);
    let has_in = |folder: &str| names.iter().any(|held| held.starts_with(folder));
    if !has("[Content_Types].xml") {
        return match format {
            MediaFormat::Zip if has("META-INF/container.xml") && has("mimetype") => MediaFormat::Epub,
            _ => MediaFormat::Zip,
        };
    }
    if has("xl/workbook.bin") {
        MediaFormat::Xlsb
    } else if has_in("word/") {
        MediaFormat::Docx
    } else if has_in("ppt/") {
        MediaFormat::Pptx
    } else if has_in("xl/") {
        MediaFormat::Xlsx
    } else {
        format
    }
}

/// What a zip was that has lost its end, where its directory stands: by the names before its files, as far as they came.
pub(super) fn cut_off(head: &[u8]) -> MediaFormat {
    let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    if !has(b"[Content_Types].xml") {
        return MediaFormat::Zip;
    }
    let folders = [(&b"word/"[..], MediaFormat::Docx), (b"ppt/", MediaFormat::Pptx), (b"xl/", MediaFormat::Xlsx)];
    folders.into_iter().find(|(folder, _)| has(folder)).map_or(MediaFormat::Zip, |(_, format)| format)
}

/// The names in a zip's directory.
fn names(mut reader: Box<dyn ReadSeek + '_>) -> io::Result<Vec<String>> {
    let length = reader.seek(SeekFrom::End(0))?;
    let tail = length.min(END_BYTES);
    reader.seek(SeekFrom::Start(length - tail))?;
    let mut end = Vec::new();
    (&mut reader).take(tail).read_to_end(&mut end)?;
    let none = || io::Error::from(io::ErrorKind::InvalidData);
    let at = end.windows(4).rposition(|window| window == b"PK\x05\x06").ok_or_else(none)?;
    let offset = word(&end, at + 16).ok_or_else(none)?;
    reader.seek(SeekFrom::Start(offset.into()))?;
    let mut directory = Vec::new();
    reader.take(MAX_DIRECTORY_BYTES).read_to_end(&mut directory)?;
    let (mut names, mut at) = (Vec::new(), 0);
    while directory.get(at..at + 4) == Some(b"PK\x01\x02") {
        let lengths = [28, 30, 32].map(|field| half(&directory, at + field));
        let [Some(name), Some(extra), Some(comment)] = lengths else { break };
        let Some(bytes) = directory.get(at + 46..at + 46 + name) else { break };
        names.push(String::from_utf8_lossy(bytes).into_owned());
        at += 46 + name + extra + comment;
    }
    Ok(names)
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
