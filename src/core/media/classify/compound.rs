//! Compound files (\[MS-CFB\]): the older formats of an office, told apart by the streams they hold.
//!
//! Walks the chain of the directory and looks at names, nothing else. An encrypted OOXML package is such a file too; what it
//! was before, only the sender can say.

use std::io::{self, Read, Seek, SeekFrom};

use super::claim::Claim;
use crate::media::{Blob, MediaFormat, ReadSeek};

/// How they all begin.
pub(super) const SIGNATURE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// A directory is looked at no further.
const MAX_SECTORS: usize = 512;
const ENTRY_BYTES: usize = 128;

/// What the file is; `None` if it holds no stream that is known.
pub(super) fn format_of(blob: &Blob, claim: Claim<'_>) -> Option<MediaFormat> {
    let names = names(blob.source().open().ok()?).ok()?;
    let has = |name: &str| names.iter().any(|held| held == name);
    if has("EncryptedPackage") {
        return Some(claimed(claim));
    }
    if has("WordDocument") {
        Some(MediaFormat::Doc)
    } else if has("Workbook") || has("Book") {
        Some(MediaFormat::Xls)
    } else if has("PowerPoint Document") {
        Some(MediaFormat::Ppt)
    } else if names.iter().any(|name| name.starts_with("__substg1.0_") || name.starts_with("__properties_version1")) {
        Some(MediaFormat::Msg)
    } else {
        None
    }
}

/// What the sender says an encrypted package is; a letter, if nothing.
fn claimed(claim: Claim<'_>) -> MediaFormat {
    let kinds = [MediaFormat::Xlsx, MediaFormat::Pptx, MediaFormat::Xlsb];
    let is_said = |format: &MediaFormat| {
        let by_name = claim.file_name.and_then(|name| name.rsplit_once('.'));
        by_name.is_some_and(|(_, ending)| ending.eq_ignore_ascii_case(format.name()))
            || claim.mime == Some(format.mime())
    };
    kinds.into_iter().find(is_said).unwrap_or(MediaFormat::Docx)
}

/// The names of all streams and storages.
fn names(mut reader: Box<dyn ReadSeek + '_>) -> io::Result<Vec<String>> {
    let mut header = [0; 512];
    reader.read_exact(&mut header)?;
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let size: usize = if header[30] == 12 { 4_096 } else { 512 };
    let mut sector = |number: u32| -> io::Result<Vec<u8>> {
        reader.seek(SeekFrom::Start((u64::from(number) + 1) * size as u64))?;
        let mut bytes = vec![0; size];
        let mut filled = 0;
        // The last sector may be cut short.
        while filled < size {
            match reader.read(&mut bytes[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(bytes)
    };
    let mut names = Vec::new();
    let mut at = word(&header, 48);
    for _ in 0..MAX_SECTORS {
        // The sectors that say which sector follows which are listed in the header.
        let (table, place) = (at as usize / (size / 4), at as usize % (size / 4));
        if table >= 109 {
            break;
        }
        for entry in sector(at)?.chunks_exact(ENTRY_BYTES) {
            let length = usize::from(entry[64]).min(64).saturating_sub(2);
            let units: Vec<u16> =
                entry[..length].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            if !units.is_empty() {
                names.push(String::from_utf16_lossy(&units));
            }
        }
        let next = word(&sector(word(&header, 76 + 4 * table))?, 4 * place);
        if next >= 0xffff_fffa {
            break;
        }
        at = next;
    }
    Ok(names)
}
