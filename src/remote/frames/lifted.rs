//! Answers with pictures inside of them: long base64 goes to files as it arrives, and what is left is small.
//!
//! The text of the answer is looked at letter by letter, without understanding more of JSON than where a string begins and
//! ends. In the place of a string that was lifted out stands a name ([`file_index`] reads it), so that readers find it
//! where it was. An answer that is a picture's bytes becomes one such name.

use std::fs::File;
use std::io::{self, Write as _};

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use mediary_core::Blob;
use mediary_core::media::{ReadSeek, Source};
use tempfile::{NamedTempFile, TempPath};

use super::{Cut, Cutter, TooLong};

/// Strings of more bytes than this are lifted out, if they are base64.
const LIFTED_FROM_BYTES: usize = 16 << 10;
/// All files of one answer.
const MOST_FILE_BYTES: u64 = 256 << 20;
/// How the name of a file begins.
const NAME: &str = "mediary-file:";
/// Before the base64 of a data URL.
const DATA_URL_END: &[u8] = b";base64,";

/// Which file a string stands for, if it does.
pub(crate) fn file_index(text: &str) -> Option<usize> {
    text.strip_prefix(NAME)?.parse().ok()
}

/// Cuts an answer whose long strings are lifted out.
#[derive(Debug)]
pub(crate) struct Lifted {
    cutter: Box<Cutter>,
    place: Place,
    /// The string that one is in, from its quote on, while it is short.
    string: Vec<u8>,
    is_escaped: bool,
    sink: Option<Decoder>,
    files: Files,
}

/// Where in the text one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// In a string that may be lifted out once it is long.
    String,
    /// In a long one that is not base64.
    LongString,
    /// In one that is lifted out.
    File,
}

impl Lifted {
    /// Around what cuts the rest.
    pub(super) fn around(cutter: Cutter) -> Self {
        Self {
            cutter: Box::new(cutter),
            place: Place::Outside,
            string: Vec::new(),
            is_escaped: false,
            sink: None,
            files: Files::default(),
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        let mut rest = Vec::with_capacity(piece.len().min(LIFTED_FROM_BYTES));
        let mut letters = piece;
        while let Some((&letter, after)) = letters.split_first() {
            if self.place == Place::File {
                let plain =
                    letters.iter().position(|letter| matches!(letter, b'"' | b'\\' | b'\n')).unwrap_or(letters.len());
                if plain > 0 && !self.is_escaped {
                    self.decode(&letters[..plain]);
                    letters = &letters[plain..];
                    continue;
                }
            }
            self.take(letter, &mut rest);
            letters = after;
        }
        if !rest.is_empty() {
            self.cutter.push(rest.into());
        }
    }

    fn take(&mut self, letter: u8, rest: &mut Vec<u8>) {
        let was_escaped = std::mem::take(&mut self.is_escaped);
        // A string of JSON holds no bare line break: that was none, and one starts anew.
        let ends = letter == b'\n' || letter == b'"' && !was_escaped;
        match self.place {
            Place::Outside => {
                rest.push(letter);
                if letter == b'"' {
                    self.place = Place::String;
                }
            }
            Place::String if ends => {
                rest.append(&mut self.string);
                rest.push(letter);
                self.place = Place::Outside;
            }
            Place::String => {
                self.is_escaped = letter == b'\\' && !was_escaped;
                self.string.push(letter);
                if self.string.len() > LIFTED_FROM_BYTES && !self.is_escaped {
                    self.lift(rest);
                }
            }
            Place::LongString => {
                self.is_escaped = letter == b'\\' && !was_escaped;
                rest.push(letter);
                if ends {
                    self.place = Place::Outside;
                }
            }
            Place::File if ends => {
                let file = self.sink.take().and_then(Decoder::finish);
                rest.extend_from_slice(self.files.add(file).as_bytes());
                rest.push(letter);
                self.place = Place::Outside;
            }
            // A slash may be written with one before it; a line break is part of no file.
            Place::File if was_escaped && letter == b'/' => self.decode(b"/"),
            Place::File => self.is_escaped = letter == b'\\' && !was_escaped,
        }
    }

    /// Looks at a string that has become long.
    fn lift(&mut self, rest: &mut Vec<u8>) {
        let string = std::mem::take(&mut self.string);
        let head = &string[..string.len().min(256)];
        let is_url = head.starts_with(b"data:");
        let begin = head.windows(DATA_URL_END.len()).position(|window| window == DATA_URL_END);
        let begin = if is_url { begin.map(|at| at + DATA_URL_END.len()) } else { Some(0) };
        let clean: Option<Vec<u8>> = begin.and_then(|begin| unescaped(&string[begin..]));
        match clean {
            Some(letters) => {
                self.place = Place::File;
                self.sink = Some(Decoder::new(self.files.left_bytes));
                self.decode(&letters);
            }
            None => {
                rest.extend_from_slice(&string);
                self.place = Place::LongString;
            }
        }
    }

    fn decode(&mut self, letters: &[u8]) {
        if let Some(sink) = &mut self.sink {
            sink.push(letters);
        }
    }

    pub(super) fn finish(&mut self) {
        let rest = std::mem::take(&mut self.string);
        if !rest.is_empty() {
            self.cutter.push(rest.into());
        }
        self.cutter.finish();
    }

    /// What has come counts, whether or not it was lifted out.
    pub(super) fn gathered_bytes(&self) -> usize {
        let lifted = self.sink.as_ref().map_or(0, |sink| usize::try_from(sink.len_bytes).unwrap_or(usize::MAX));
        self.cutter.gathered_bytes() + self.string.len() + lifted + self.files.all.len()
    }

    pub(super) fn next(&mut self) -> Result<Option<Cut>, TooLong> {
        self.cutter.next()
    }

    pub(super) fn is_stream(&self) -> bool {
        self.cutter.is_stream()
    }

    pub(super) fn files(&mut self) -> Vec<Option<Blob>> {
        std::mem::take(&mut self.files.all)
    }
}

/// The letters of base64 without what JSON puts between them; `None`: there are others.
fn unescaped(string: &[u8]) -> Option<Vec<u8>> {
    let mut letters = Vec::with_capacity(string.len());
    let mut rest = string.iter();
    while let Some(&letter) = rest.next() {
        match letter {
            b'\\' => match rest.next() {
                Some(b'/') => letters.push(b'/'),
                Some(b'n' | b'r') => {}
                _ => return None,
            },
            b'+' | b'/' | b'-' | b'_' | b'=' => letters.push(letter),
            letter if letter.is_ascii_alphanumeric() => letters.push(letter),
            _ => return None,
        }
    }
    Some(letters)
}

/// The files of one answer. One that could not be kept, or was none, is `None`.
#[derive(Debug)]
struct Files {
    all: Vec<Option<Blob>>,
    count: usize,
    left_bytes: u64,
}

impl Default for Files {
    fn default() -> Self {
        Self { all: Vec::new(), count: 0, left_bytes: MOST_FILE_BYTES }
    }
}

impl Files {
    /// Takes a file; gives its name.
    fn add(&mut self, file: Option<Blob>) -> String {
        self.left_bytes = self.left_bytes.saturating_sub(file.as_ref().map_or(0, Blob::len_bytes));
        let name = format!("{NAME}{}", self.count);
        self.count += 1;
        self.all.push(file);
        name
    }
}

/// Base64 that becomes a file, a group of four letters after the other.
#[derive(Debug)]
struct Decoder {
    /// Letters of a group that is not complete.
    group: Vec<u8>,
    len_bytes: u64,
    most_bytes: u64,
    /// `None` once something was wrong.
    file: Option<FileSink>,
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Decoder {
    fn new(most_bytes: u64) -> Self {
        Self { group: Vec::new(), len_bytes: 0, most_bytes, file: FileSink::new().ok() }
    }

    fn push(&mut self, letters: &[u8]) {
        // The URL-safe alphabet names two letters otherwise.
        self.group.extend(letters.iter().map(|letter| match letter {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        }));
        let whole = self.group.len() / 4 * 4;
        // The last group may have an end of its own.
        if whole > 4 {
            self.write(whole - 4);
        }
    }

    fn write(&mut self, letters: usize) {
        let decoded = LENIENT.decode(&self.group[..letters]);
        self.group.drain(..letters);
        let Some(file) = &mut self.file else { return };
        let is_kept = decoded.is_ok_and(|bytes| {
            self.len_bytes += bytes.len() as u64;
            self.len_bytes <= self.most_bytes && file.write(&bytes).is_ok()
        });
        if !is_kept {
            self.file = None;
        }
    }

    fn finish(mut self) -> Option<Blob> {
        self.write(self.group.len());
        self.file.map(FileSink::finish)
    }
}

/// An answer that is a file's bytes: at its end there is one frame, the file's name as a string.
#[derive(Debug)]
pub(crate) struct Filed {
    file: Option<FileSink>,
    len_bytes: u64,
    finished: bool,
    files: Files,
}

impl Filed {
    pub(super) fn new() -> Self {
        Self { file: FileSink::new().ok(), len_bytes: 0, finished: false, files: Files::default() }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.len_bytes += piece.len() as u64;
        let is_kept =
            self.len_bytes <= MOST_FILE_BYTES && self.file.as_mut().is_some_and(|file| file.write(piece).is_ok());
        if !is_kept {
            self.file = None;
        }
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    pub(super) fn gathered_bytes(&self) -> usize {
        usize::try_from(self.len_bytes).unwrap_or(usize::MAX)
    }

    pub(super) fn next(&mut self) -> Option<Cut> {
        // An answer of no bytes is none.
        if !std::mem::take(&mut self.finished) || self.len_bytes == 0 {
            return None;
        }
        let name = self.files.add(self.file.take().map(FileSink::finish));
        Some(Cut { event: None, data: Bytes::from(format!("\"{name}\"")) })
    }

    pub(super) fn files(&mut self) -> Vec<Option<Blob>> {
        std::mem::take(&mut self.files.all)
    }
}

/// A temporary file that becomes a blob. Writing goes to the page cache, which is as quick as a copy.
#[derive(Debug)]
struct FileSink {
    file: NamedTempFile,
    head: Vec<u8>,
    len_bytes: u64,
}

impl FileSink {
    fn new() -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix("mediary-").tempfile()?;
        Ok(Self { file, head: Vec::new(), len_bytes: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len_bytes += bytes.len() as u64;
        // The beginning stays, for classification.
        let more = bytes.len().min(Blob::HEAD_BYTES - self.head.len());
        self.head.extend_from_slice(&bytes[..more]);
        self.file.write_all(bytes)
    }

    fn finish(self) -> Blob {
        Blob::spooled(self.len_bytes, &self.head, Kept(self.file.into_temp_path()))
    }
}

/// A temporary file, which goes with the last user of its blob.
struct Kept(TempPath);

impl Source for Kept {
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(File::open(&self.0)?))
    }

    fn bytes(&self) -> Option<&[u8]> {
        None
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use mediary_core::ContentHash;
    use serde_json::{Value, json};

    use super::super::Framing;
    use super::*;

    fn bytes(count: usize, seed: usize) -> Vec<u8> {
        (0..count).map(|index| ((index * 31 + seed) ^ (index >> 7)) as u8).collect()
    }

    /// Cuts a text that arrives in pieces of so many bytes.
    fn cut(text: &[u8], piece: usize, cutter: Cutter) -> (Vec<Value>, Vec<Option<Blob>>) {
        let mut cutter = Cutter::lifting(cutter);
        let (mut frames, mut files) = (Vec::new(), Vec::new());
        let mut take = |cutter: &mut Cutter| {
            while let Some(cut) = cutter.next().unwrap() {
                files.extend(cutter.files());
                frames.push(serde_json::from_slice(&cut.data).unwrap());
            }
        };
        for piece in text.chunks(piece) {
            cutter.push(Bytes::copy_from_slice(piece));
            take(&mut cutter);
        }
        cutter.finish();
        take(&mut cutter);
        (frames, files)
    }

    #[test]
    fn long_base64_becomes_files_and_all_else_stays() {
        let (first, second) = (bytes(50_000, 1), bytes(40_001, 2));
        let (words, quotes) = ("Words, no base64! ".repeat(2_000), "a \"quoted\" \\ text\n".repeat(40));
        let answer = json!({
            "words": words, "quotes": quotes, "short": "AAAA", "key \" odd": [1, "}\\"],
            "data": [{ "b64_json": STANDARD.encode(&first) }],
            "url": format!("data:image/png;base64,{}", STANDARD.encode(&second)),
        });
        let slashed = answer.to_string().replace('/', "\\/");
        for text in [answer.to_string(), slashed] {
            for piece in [1, 7, 4_096, text.len()] {
                let (frames, files) = cut(text.as_bytes(), piece, Cutter::whole(None));
                let [frame] = frames.as_slice() else { unreachable!("one body is one frame") };
                assert_eq!((&frame["words"], &frame["quotes"]), (&answer["words"], &answer["quotes"]));
                assert_eq!((&frame["short"], &frame["key \" odd"]), (&answer["short"], &answer["key \" odd"]));
                let file = |name: &Value| {
                    let index = file_index(name.as_str().unwrap()).unwrap();
                    files[index].as_ref().unwrap().read_all().unwrap()
                };
                assert!(file(&frame["data"][0]["b64_json"]) == first, "{piece}");
                assert!(file(&frame["url"]) == second, "{piece}");
                assert_eq!(files[0].as_ref().unwrap().hash(), ContentHash::of(&first));
            }
        }
    }

    #[test]
    fn events_are_lifted_one_by_one() {
        let pictures = [bytes(30_000, 3), bytes(20_000, 4)];
        let mut text = String::from(": it's \"odd\n\n");
        for picture in &pictures {
            text.push_str(&format!("event: image\ndata: {}\n\n", json!({ "b64_json": STANDARD.encode(picture) })));
        }
        for piece in [3, 1_000, 100_000] {
            let (frames, files) = cut(text.as_bytes(), piece, Cutter::stream(Framing::Sse));
            assert_eq!(frames.len(), 2);
            let names: Vec<Option<usize>> =
                frames.iter().map(|frame| file_index(frame["b64_json"].as_str()?)).collect();
            assert_eq!(names, [Some(0), Some(1)]);
            let read: Vec<Vec<u8>> = files.iter().flatten().map(|file| file.read_all().unwrap()).collect();
            assert!(read == pictures, "{piece}");
        }
    }

    #[test]
    fn what_is_no_base64_after_all_is_no_file() {
        let text = format!("{{\"a\":\"{}{}\"}}", "A".repeat(20_000), "!".repeat(20_000));
        let (frames, files) = cut(text.as_bytes(), 1_000, Cutter::whole(None));
        assert_eq!(frames[0]["a"], "mediary-file:0");
        assert_eq!(files, [None]);
    }

    #[test]
    fn bytes_become_one_file() {
        let picture = bytes(100_000, 5);
        let mut cutter = Cutter::file();
        picture.chunks(999).for_each(|piece| cutter.push(Bytes::copy_from_slice(piece)));
        assert_eq!(cutter.next(), Ok(None));
        cutter.finish();
        let cut = cutter.next().unwrap().unwrap();
        let files = cutter.files();
        assert_eq!((&cut.data[..], cutter.next()), (&b"\"mediary-file:0\""[..], Ok(None)));
        assert!(files[0].as_ref().unwrap().read_all().unwrap() == picture);
        assert!(!cutter.is_stream());
    }
}
