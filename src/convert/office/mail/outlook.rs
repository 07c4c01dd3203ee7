//! Mail as Outlook keeps it (\[MS-OXMSG\]): a compound file with a stream for each property.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use cfb::CompoundFile;
use mediary_core::media::decode_text;

use super::super::Input;
use super::super::document::OfficeDocument;
use super::super::draft::Draft;
use super::super::limits::{OfficeLimits, Refusal};
use super::{Body, Head};

const SUBJECT: &str = "0037";
const SENDER: &str = "0C1A";
const SENDER_ADDRESSES: [&str; 2] = ["5D01", "0C1F"];
const SHOWN_TO: &str = "0E04";
const SHOWN_COPIES: &str = "0E03";
const HEADERS: &str = "007D";
const PLAIN: &str = "1000";
const PAGE: &str = "1013";
const RICH: &str = "1009";
const FILE: &str = "3701";
const FILE_NAMES: [&str; 3] = ["3707", "3704", "3001"];
const CONTENT_ID: &str = "3712";

/// Reads a letter.
pub(in super::super) fn read(input: Input, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut file = CompoundFile::open(input).map_err(Refusal::damaged)?;
    let mut letter = Letter { file: &mut file, left: limits.unpacked_bytes, limit: limits.unpacked_bytes };
    let root = Path::new("/");
    let mut draft = Draft::new(limits);
    let headers = letter.text(root, HEADERS)?.unwrap_or_default();
    let sender = letter.text(root, SENDER)?.unwrap_or_default();
    let address = letter.first(root, &SENDER_ADDRESSES)?.filter(|address| address.contains('@') && *address != sender);
    let head = Head {
        from: address.map_or_else(|| sender.clone(), |address| format!("{sender} <{address}>").trim().to_owned()),
        to: letter.text(root, SHOWN_TO)?.unwrap_or_default(),
        copies: letter.text(root, SHOWN_COPIES)?.unwrap_or_default(),
        date: headers.lines().find_map(|line| line.strip_prefix("Date:")).unwrap_or_default().trim().to_owned(),
        subject: letter.text(root, SUBJECT)?.unwrap_or_default(),
    };
    head.write(&mut draft);
    let mut files = letter.files()?;
    let page = letter.text(root, PAGE)?;
    let plain = letter.text(root, PLAIN)?.filter(|text| !text.trim().is_empty());
    let rich = letter.bytes(root, RICH, "0102")?.and_then(|packed| unpacked(&packed));
    let body = match (&page, &plain, &rich) {
        (Some(page), ..) => Body::Page(page),
        (None, Some(plain), _) => Body::Plain(plain),
        (None, None, Some(rich)) => Body::Rich(rich),
        (None, None, None) => Body::Plain(""),
    };
    body.write(&mut draft, &mut |source: &str| {
        let id = source.strip_prefix("cid:")?;
        let file = files.iter_mut().find(|file| file.content_id.as_deref() == Some(id))?;
        file.is_shown = true;
        Some(file.bytes.clone())
    })?;
    for file in files.into_iter().filter(|file| !file.is_shown) {
        draft.attach(&file.name, file.bytes)?;
    }
    draft.finish()
}

/// A letter's file, with how much more of it is taken in.
struct Letter<'a> {
    file: &'a mut CompoundFile<Input>,
    left: u64,
    limit: u64,
}

/// A file that came along.
struct Attached {
    name: String,
    bytes: Vec<u8>,
    content_id: Option<String>,
    is_shown: bool,
}

impl Letter<'_> {
    /// A property's bytes.
    fn bytes(&mut self, storage: &Path, property: &str, kind: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let path = storage.join(format!("__substg1.0_{property}{kind}"));
        if !self.file.is_stream(&path) {
            return Ok(None);
        }
        let stream = self.file.open_stream(&path).map_err(Refusal::damaged)?;
        let mut bytes = Vec::new();
        stream.take(self.left + 1).read_to_end(&mut bytes).map_err(Refusal::damaged)?;
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| Refusal::unpacked(self.limit))?;
        Ok(Some(bytes))
    }

    /// A property's text: in UTF-16, or in an encoding that it does not name.
    fn text(&mut self, storage: &Path, property: &str) -> Result<Option<String>, Refusal> {
        if let Some(bytes) = self.bytes(storage, property, "001F")? {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            return Ok(Some(String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned()));
        }
        for kind in ["001E", "0102"] {
            if let Some(bytes) = self.bytes(storage, property, kind)? {
                return Ok(Some(decode_text(&bytes).text.trim_end_matches('\0').to_owned()));
            }
        }
        Ok(None)
    }

    fn first(&mut self, storage: &Path, properties: &[&str]) -> Result<Option<String>, Refusal> {
        for property in properties {
            if let Some(text) = self.text(storage, property)?.filter(|text| !text.is_empty()) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The files that came along; letters among them become files of their own.
    fn files(&mut self) -> Result<Vec<Attached>, Refusal> {
        let storages = self.file.read_root_storage().filter(cfb::Entry::is_storage);
        let mut storages: Vec<PathBuf> = storages
            .filter(|entry| entry.name().starts_with("__attach_version1.0_"))
            .map(|entry| entry.path().to_owned())
            .collect();
        storages.sort();
        let mut files = Vec::new();
        for storage in storages {
            let letter = storage.join(format!("__substg1.0_{FILE}000D"));
            let is_letter = self.file.is_storage(&letter);
            let bytes = match is_letter {
                true => Some(self.letter_within(&letter)?),
                false => self.bytes(&storage, FILE, "0102")?,
            };
            let Some(bytes) = bytes else { continue };
            let name = self.first(&storage, &FILE_NAMES)?.unwrap_or_default();
            let name = if is_letter && !name.ends_with(".msg") { format!("{name}.msg") } else { name };
            let content_id = self.text(&storage, CONTENT_ID)?;
            files.push(Attached { name, bytes, content_id, is_shown: false });
        }
        Ok(files)
    }

    /// A letter that is kept within this one, as a file.
    fn letter_within(&mut self, storage: &Path) -> Result<Vec<u8>, Refusal> {
        let mut made = CompoundFile::create(Cursor::new(Vec::new())).map_err(Refusal::damaged)?;
        let entries = self.file.walk_storage(storage).map_err(Refusal::damaged)?;
        let entries: Vec<(PathBuf, bool)> = entries.map(|entry| (entry.path().to_owned(), entry.is_stream())).collect();
        for (path, is_stream) in entries {
            let Ok(within) = path.strip_prefix(storage) else { continue };
            if within.as_os_str().is_empty() {
                continue;
            }
            let target = Path::new("/").join(within);
            if !is_stream {
                made.create_storage_all(&target).map_err(Refusal::damaged)?;
                continue;
            }
            let mut bytes = Vec::new();
            let stream = self.file.open_stream(&path).map_err(Refusal::damaged)?;
            stream.take(self.left + 1).read_to_end(&mut bytes).map_err(Refusal::damaged)?;
            self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| Refusal::unpacked(self.limit))?;
            let mut stream = made.create_stream(&target).map_err(Refusal::damaged)?;
            stream.write_all(&bytes).map_err(Refusal::damaged)?;
        }
        made.flush().map_err(Refusal::damaged)?;
        Ok(made.into_inner().into_inner())
    }
}

/// Rich text as Outlook packs it (\[MS-OXRTFCP\]); `None` if it is damaged.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    const COMPRESSED: &[u8] = b"LZFu";
    const PLAIN: &[u8] = b"MELA";
    /// What every text begins with in the dictionary.
    const KNOWN: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
        \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
    let length = u32::from_le_bytes(packed.get(4..8)?.try_into().ok()?) as usize;
    let (kind, data) = (packed.get(8..12)?, packed.get(16..)?);
    if kind == PLAIN {
        return Some(data.get(..length.min(data.len()))?.to_vec());
    }
    if kind != COMPRESSED {
        return None;
    }
    let mut dictionary = [b' '; 4_096];
    dictionary[..KNOWN.len()].copy_from_slice(KNOWN);
    let (mut at, mut text, mut bytes) = (KNOWN.len(), Vec::new(), data.iter().copied());
    while text.len() < length {
        let Some(flags) = bytes.next() else { break };
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some(byte) = bytes.next() else { return Some(text) };
                text.push(byte);
                dictionary[at] = byte;
                at = (at + 1) % dictionary.len();
                continue;
            }
            let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else { return Some(text) };
            let pair = u16::from_be_bytes([high, low]);
            let (from, count) = (usize::from(pair >> 4), usize::from(pair & 0xf) + 2);
            if from == at {
                return Some(text);
            }
            for step in 0..count {
                let byte = dictionary[(from + step) % dictionary.len()];
                text.push(byte);
                dictionary[at] = byte;
                at = (at + 1) % dictionary.len();
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_rich_text_is_unpacked() {
        // The example of the specification, [MS-OXRTFCP] 3.1.1.
        let packed = [
            0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00,
            0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09,
            0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        let text = unpacked(&packed).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        for length in 0..packed.len() {
            let _ = unpacked(&packed[..length]);
        }
    }
}
