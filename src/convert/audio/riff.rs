//! The lengths in a WAV header, which those who write while they record leave at nothing: taken as open where they
//! cannot be true, so that the samples behind them are read to their end. RF64 is read as WAV: it differs in where its
//! lengths stand alone (EBU Tech 3306). A Core Audio file that was cut off is read to its end likewise.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// What every reader takes for "to the end".
const OPEN: [u8; 4] = [0xff; 4];
const CHUNK_HEADER_BYTES: u64 = 8;
/// `RIFF`, a length, `WAVE`.
const FORM_BYTES: u64 = 12;
/// `caff`, a version, flags.
const CAF_HEADER_BYTES: u64 = 8;
/// Where RF64 has the length of its samples: behind the form, the header of `ds64` and the length of all.
const LONG_DATA_LENGTH: usize = 28;

/// What is read instead of what a header has, each with its place, by the file's first bytes and its length if that is
/// known.
pub(super) fn corrections(head: &[u8], len_bytes: Option<u64>) -> Vec<(u64, [u8; 4])> {
    if head.starts_with(b"caff") {
        return cut_caf(head, len_bytes);
    }
    let is_long = head.starts_with(b"RF64") && head.get(8..16) == Some(b"WAVEds64");
    if !is_long {
        return open_lengths(head, len_bytes).into_iter().map(|place| (place, OPEN)).collect();
    }
    let mut all = vec![(0, *b"RIFF"), (4, OPEN)];
    if let Some((at, _)) = data(head) {
        let said = head.get(LONG_DATA_LENGTH..).and_then(|length| length.first_chunk::<8>());
        let left = len_bytes.map_or(u64::MAX, |len| len.saturating_sub(at + CHUNK_HEADER_BYTES));
        let said = said.map(|length| u64::from_le_bytes(*length)).filter(|length| (1..=left).contains(length));
        let length = said.and_then(|length| u32::try_from(length).ok());
        all.push((at + 4, length.map_or(OPEN, u32::to_le_bytes)));
    }
    all
}

/// How long a Core Audio file's samples are, in eight bytes, where it says that they are more: it was cut off.
fn cut_caf(head: &[u8], len_bytes: Option<u64>) -> Vec<(u64, [u8; 4])> {
    let mut at = CAF_HEADER_BYTES;
    loop {
        let header = usize::try_from(at).ok().and_then(|from| head.get(from..)?.first_chunk::<12>());
        let Some([kind @ .., a, b, c, d, e, f, g, h]) = header else { return Vec::new() };
        let (length, begin) = (u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]), at + 12);
        if kind == b"data" {
            let left = len_bytes.map(|len| len.saturating_sub(begin)).filter(|left| *left < length);
            let halves = |left: u64| [(at + 4, (left >> 32) as u32), (at + 8, left as u32)];
            let written = left.into_iter().flat_map(halves).map(|(place, half)| (place, half.to_be_bytes()));
            return written.collect();
        }
        let Some(next) = begin.checked_add(length) else { return Vec::new() };
        at = next;
    }
}

/// Where in a file an open length belongs, by its first bytes and its length if that is known.
fn open_lengths(head: &[u8], len_bytes: Option<u64>) -> Vec<u64> {
    if !(head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE")) {
        return Vec::new();
    }
    // The outer length says nothing that the inner ones do not.
    let mut places = vec![4];
    if let Some((at, length)) = data(head) {
        let begin = at + CHUNK_HEADER_BYTES;
        let beyond = len_bytes.is_some_and(|len| length > len.saturating_sub(begin));
        let empty = length == 0 && len_bytes.is_none_or(|len| len > begin);
        if beyond || empty {
            places.push(at + 4);
        }
    }
    places
}

/// Where the samples' header lies, and their length as it says.
fn data(head: &[u8]) -> Option<(u64, u64)> {
    let mut at = FORM_BYTES;
    loop {
        let from = usize::try_from(at).ok()?;
        let header = head.get(from..from.checked_add(8)?)?;
        let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        if header.starts_with(b"data") {
            return Some((at, length));
        }
        at += CHUNK_HEADER_BYTES + length + length % 2;
    }
}

/// The lengths that belong into the header of a WAV file that was written while it was made, each with its place, by the
/// file's first bytes and its length. None for any other file.
#[must_use]
pub fn wav_lengths(head: &[u8], len_bytes: u64) -> Vec<(usize, [u8; 4])> {
    let told = open_lengths(head, Some(len_bytes)).into_iter().filter_map(|place| {
        let behind = u32::try_from(len_bytes.checked_sub(place + 4)?).ok()?;
        Some((usize::try_from(place).ok()?, behind.to_le_bytes()))
    });
    told.collect()
}

/// A source whose header is read otherwise than it is.
pub(super) struct Corrected {
    source: Box<dyn MediaSource>,
    at: u64,
    corrections: Vec<(u64, [u8; 4])>,
}

impl Corrected {
    pub(super) fn new(source: Box<dyn MediaSource>, corrections: Vec<(u64, [u8; 4])>) -> Self {
        Self { source, at: 0, corrections }
    }
}

impl Read for Corrected {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let end = self.at + count as u64;
        for (place, bytes) in &self.corrections {
            for (offset, byte) in bytes.iter().enumerate() {
                let position = place + offset as u64;
                if (self.at..end).contains(&position) {
                    buffer[(position - self.at) as usize] = *byte;
                }
            }
        }
        self.at = end;
        Ok(count)
    }
}

impl Seek for Corrected {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.source.seek(to)?;
        Ok(self.at)
    }
}

impl MediaSource for Corrected {
    fn is_seekable(&self) -> bool {
        self.source.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.source.byte_len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(data_bytes: u32) -> Vec<u8> {
        let mut header = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        header.extend([0; 16]);
        header.extend(b"LIST\x03\0\0\0abc\0data");
        header.extend(data_bytes.to_le_bytes());
        header
    }

    #[test]
    fn lengths_that_were_left_open_are_told() {
        let mut file = [header(u32::MAX), vec![0; 100]].concat();
        let len = file.len();
        for (place, length) in wav_lengths(&file, len as u64) {
            file[place..place + 4].copy_from_slice(&length);
        }
        let end = len - 100;
        assert_eq!(file[4..8], (len as u32 - 8).to_le_bytes());
        assert_eq!(file[end - 4..end], 100_u32.to_le_bytes());
        assert_eq!(wav_lengths(b"fLaC", 4), []);
    }

    #[test]
    fn lengths_that_cannot_be_true_are_open() {
        let whole = header(0).len() as u64;
        for (said, len, places) in [
            (100, Some(whole + 100), vec![4]),
            (101, Some(whole + 100), vec![4, whole - 4]),
            (0, Some(whole + 100), vec![4, whole - 4]),
            (0, Some(whole), vec![4]),
            (0, None, vec![4, whole - 4]),
            (100, None, vec![4]),
        ] {
            assert_eq!(open_lengths(&header(said), len), places, "{said} of {len:?}");
        }
        assert!(corrections(b"RIFF\0\0\0\0AVI LIST", None).is_empty());
        assert_eq!(open_lengths(b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", None), [4]);
    }
}
