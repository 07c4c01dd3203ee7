//! Files that stand within a document: dropped into it, or made by other programs as a part of it. They come along like
//! those of a letter.
//!
//! A package holds them as they are, or wrapped into a compound file (\[MS-OLEDS\]), which is opened. What a chart was drawn
//! from is no file of its own.

use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use cfb::CompoundFile;

use super::COMPOUND;
use super::draft::Draft;
use super::limits::Refusal;
use super::package::Package;

/// Streams that make a compound file a document of an office itself, with how its name ends.
const DOCUMENTS: [(&str, &str); 4] =
    [("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt")];
/// Streams that are a file as it is, with how that begins, and how its name ends.
const CONTENTS: [(&str, &[u8], &str); 3] =
    [("CONTENTS", b"%PDF", "pdf"), ("Package", b"PK", "docx"), ("EmbeddedOdf", b"PK", "odt")];
/// The stream of a file that was dropped into a document.
const DROPPED: &str = "\u{1}Ole10Native";

/// Attaches the files that stand in a package.
pub(super) fn attach<R: Read + Seek>(package: &mut Package<R>, draft: &mut Draft) -> Result<(), Refusal> {
    let names = package.names()?;
    let mut of_charts = Vec::new();
    for chart in names.iter().filter(|name| name.contains("/charts/") && name.ends_with(".xml")) {
        of_charts.extend(package.relations(chart)?.into_values().map(|relation| relation.target));
    }
    let is_embedded = |name: &&String| {
        // OpenDocument keeps them beside its own parts.
        let is_object = name.starts_with("Object") && !name.contains('/');
        (name.contains("/embeddings/") && !name.ends_with('/')) || is_object
    };
    for name in names.iter().filter(is_embedded).filter(|name| !of_charts.contains(name)) {
        let Some(bytes) = package.part(name)? else { continue };
        let own = name.rsplit('/').next().unwrap_or(name);
        let is_wrapped = bytes.starts_with(COMPOUND);
        match unwrapped(own, &bytes) {
            Ok(Some((name, inner))) if is_wrapped => draft.attach(&name, inner)?,
            // An equation or a control: what it shows stands in the document.
            Ok(None) if is_wrapped => {}
            // One that is damaged is refused where it is read.
            _ => draft.attach(own, bytes)?,
        }
    }
    Ok(())
}

/// The file within a compound file; `None` where there is none.
fn unwrapped(own: &str, bytes: &[u8]) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let stem = own.rsplit_once('.').map_or(own, |(stem, _)| stem);
    let mut file = CompoundFile::open(Cursor::new(bytes))?;
    let mut stream = |name: &str| -> std::io::Result<Option<Vec<u8>>> {
        let path: PathBuf = Path::new("/").join(name);
        if !file.is_stream(&path) {
            return Ok(None);
        }
        let mut data = Vec::new();
        file.open_stream(&path)?.read_to_end(&mut data)?;
        Ok(Some(data))
    };
    if let Some(data) = stream(DROPPED)? {
        return Ok(dropped(&data));
    }
    for (name, start, ending) in CONTENTS {
        if let Some(data) = stream(name)?.filter(|data| data.starts_with(start)) {
            return Ok(Some((format!("{stem}.{ending}"), data)));
        }
    }
    for (name, ending) in DOCUMENTS {
        if stream(name)?.is_some() {
            return Ok(Some((format!("{stem}.{ending}"), bytes.to_vec())));
        }
    }
    Ok(None)
}

/// A file that was dropped into a document, with its name (\[MS-OLEDS\], 2.3.6, and what programs write).
fn dropped(data: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut rest = data.get(6..)?;
    let label = text(&mut rest)?;
    let path = text(&mut rest)?;
    rest = rest.get(4..)?;
    let length = number(&mut rest)?;
    rest = rest.get(length..)?;
    let length = number(&mut rest)?;
    let bytes = rest.get(..length)?.to_vec();
    let name = if label.contains('.') { label } else { path };
    Some((name.rsplit(['\\', '/']).next()?.to_owned(), bytes))
}

/// A text up to its zero byte.
fn text(rest: &mut &[u8]) -> Option<String> {
    let end = rest.iter().position(|byte| *byte == 0)?;
    let text = mediary_core::media::decode_text(&rest[..end]).text;
    *rest = &rest[end + 1..];
    Some(text)
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}
