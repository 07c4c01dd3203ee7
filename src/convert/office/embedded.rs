//! Files that stand within a document: dropped into it, or made by other programs as a part of it. They come along like
//! those of a letter.
//!
//! A package holds them as they are, or wrapped into a compound file (\[MS-OLEDS\]), which is opened. What a chart was drawn
//! from is no file of its own.

use std::io::{Cursor, Read, Seek, Write};
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
/// How storages of objects are named in workbooks of the old kind.
const STORAGES: &str = "MBD";
/// What an object of rich text says of itself if it is no link nor a picture, and of which class one is that was dropped.
const EMBEDDED: usize = 2;
const PACKAGE: &str = "Package";

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

/// Attaches the files that stand in a workbook of the old kind, which is a compound file. One that cannot be opened is refused
/// where its sheets are read.
pub(super) fn attach_stored(workbook: impl Read + Seek, draft: &mut Draft) -> Result<(), Refusal> {
    let Ok(mut file) = CompoundFile::open(workbook) else { return Ok(()) };
    let is_object = |entry: &cfb::Entry| entry.is_storage() && entry.name().starts_with(STORAGES);
    let storages: Vec<PathBuf> =
        file.read_root_storage().filter(is_object).map(|entry| entry.path().to_owned()).collect();
    for (number, storage) in (1..).zip(storages) {
        let stem = format!("object{number}");
        if let Ok(Some((name, bytes))) = stored(&mut file, &storage, &stem, |file| copied(file, &storage)) {
            draft.attach(&name, bytes)?;
        }
    }
    Ok(())
}

/// Attaches the file in the data of an object of rich text (\[MS-OLEDS\], 2.2.5); pictures, links and equations are none.
pub(super) fn attach_object(number: usize, data: &[u8], draft: &mut Draft) -> Result<(), Refusal> {
    let Some((class, native)) = object(data) else { return Ok(()) };
    let own = format!("object{number}");
    let plain = || {
        let kind = CONTENTS.iter().find(|(_, start, _)| native.starts_with(start));
        kind.map(|(.., ending)| (format!("{own}.{ending}"), native.to_vec()))
    };
    let found = if class == PACKAGE {
        named(native)
    } else if native.starts_with(COMPOUND) {
        unwrapped(&own, native).unwrap_or_default()
    } else {
        plain()
    };
    found.map_or(Ok(()), |(name, bytes)| draft.attach(&name, bytes))
}

/// The class and the own data of an object that is embedded.
fn object(data: &[u8]) -> Option<(String, &[u8])> {
    let mut rest = data.get(4..)?;
    if number(&mut rest)? != EMBEDDED {
        return None;
    }
    let [class, _topic, _item] = [counted(&mut rest)?, counted(&mut rest)?, counted(&mut rest)?];
    let length = number(&mut rest)?;
    Some((String::from_utf8_lossy(class.strip_suffix(b"\0").unwrap_or(class)).into_owned(), rest.get(..length)?))
}

/// The file within a compound file; `None` where there is none.
fn unwrapped(own: &str, bytes: &[u8]) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let stem = own.rsplit_once('.').map_or(own, |(stem, _)| stem);
    let mut file = CompoundFile::open(Cursor::new(bytes))?;
    stored(&mut file, Path::new("/"), stem, |_| Ok(bytes.to_vec()))
}

/// The file within a storage of a compound file; `whole` gives the storage as a file, should it be a document itself.
fn stored<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    storage: &Path,
    stem: &str,
    whole: impl FnOnce(&mut CompoundFile<F>) -> std::io::Result<Vec<u8>>,
) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut stream = |name: &str| -> std::io::Result<Option<Vec<u8>>> {
        let path = storage.join(name);
        if !file.is_stream(&path) {
            return Ok(None);
        }
        let mut data = Vec::new();
        file.open_stream(&path)?.read_to_end(&mut data)?;
        Ok(Some(data))
    };
    if let Some(data) = stream(DROPPED)? {
        return Ok(data.get(4..).and_then(named));
    }
    for (name, start, ending) in CONTENTS {
        if let Some(data) = stream(name)?.filter(|data| data.starts_with(start)) {
            return Ok(Some((format!("{stem}.{ending}"), data)));
        }
    }
    match DOCUMENTS.iter().find(|(name, _)| file.is_stream(storage.join(name))) {
        Some((_, ending)) => Ok(Some((format!("{stem}.{ending}"), whole(file)?))),
        None => Ok(None),
    }
}

/// A storage as a compound file of its own.
fn copied<F: Read + Seek>(file: &mut CompoundFile<F>, storage: &Path) -> std::io::Result<Vec<u8>> {
    let entries: Vec<(PathBuf, bool)> =
        file.walk_storage(storage)?.skip(1).map(|entry| (entry.path().to_owned(), entry.is_stream())).collect();
    let mut copy = CompoundFile::create(Cursor::new(Vec::new()))?;
    for (path, is_stream) in entries {
        let inner = Path::new("/").join(path.strip_prefix(storage).map_err(std::io::Error::other)?);
        if is_stream {
            let mut data = Vec::new();
            file.open_stream(&path)?.read_to_end(&mut data)?;
            copy.create_stream(&inner)?.write_all(&data)?;
        } else {
            copy.create_storage(&inner)?;
        }
    }
    copy.flush()?;
    Ok(copy.into_inner().into_inner())
}

/// A file that was dropped into a document, with its name (\[MS-OLEDS\], 2.3.6, and what programs write).
fn named(data: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut rest = data.get(2..)?;
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

/// As many bytes as the number before them says.
fn counted<'d>(rest: &mut &'d [u8]) -> Option<&'d [u8]> {
    let length = number(rest)?;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}
