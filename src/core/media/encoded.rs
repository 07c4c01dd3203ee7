//! Bytes that came as base64 and may well leave as base64: kept as the text they are, decoded when the bytes are looked at.

use std::borrow::Cow;
use std::io::{self, Cursor};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use bytes::Bytes;
use thiserror::Error;

use super::source::{ReadSeek, Source};

/// A text that is not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not base64")]
pub struct NotBase64;

/// With padding or without: both are sent.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
const LENIENT_URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes base64 as clients write it: standard or URL-safe, padded or not, with line breaks or without.
///
/// # Errors
/// [`NotBase64`].
pub(super) fn decode_leniently(text: &[u8]) -> Result<Vec<u8>, NotBase64> {
    let clean: Cow<'_, [u8]> = match text.iter().any(u8::is_ascii_whitespace) {
        true => text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect(),
        false => text.into(),
    };
    LENIENT.decode(&clean).or_else(|_| LENIENT_URL_SAFE.decode(&clean)).map_err(|_| NotBase64)
}

/// Standard base64, padded, without line breaks: what every provider takes as it stands.
#[derive(Debug)]
pub(super) struct Encoded {
    text: Bytes,
    decoded: OnceLock<Vec<u8>>,
}

impl Encoded {
    /// Takes a text that is written in the one form providers take; any other text comes back.
    pub(super) fn new(text: Bytes) -> Result<Self, Bytes> {
        let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(&text);
        // By blocks without an early end, which compilers turn into vector instructions.
        let is_clean = text.len().is_multiple_of(4) && body.chunks(256).all(is_in_alphabet);
        if is_clean { Ok(Self { text, decoded: OnceLock::new() }) } else { Err(text) }
    }

    /// How many bytes it stands for.
    pub(super) fn len_bytes(&self) -> u64 {
        let padding = self.text.iter().rev().take(2).filter(|byte| **byte == b'=').count();
        (self.text.len() / 4 * 3 - padding) as u64
    }

    /// Its first bytes, `most` at most.
    pub(super) fn head(&self, most: usize) -> Vec<u8> {
        let whole = self.text.len().min(most.div_ceil(3) * 4);
        let mut head = decode_leniently(&self.text[..whole]).unwrap_or_default();
        head.truncate(most);
        head
    }

    fn decoded(&self) -> &[u8] {
        // Checked letter by letter in `new`; only trailing bits can be odd, and those are let pass.
        self.decoded.get_or_init(|| decode_leniently(&self.text).unwrap_or_default())
    }
}

impl Source for Encoded {
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(Cursor::new(self.decoded())))
    }

    fn bytes(&self) -> Option<&[u8]> {
        Some(self.decoded())
    }

    fn base64(&self) -> Option<&Bytes> {
        Some(&self.text)
    }
}

/// The last bytes of a text in the one form providers take: `least` or a few more, as far as there are so many.
pub(super) fn tail(text: &[u8], least: usize) -> Vec<u8> {
    // Its padding may stand for two bytes that are not there.
    let letters = (least + 2).div_ceil(3) * 4;
    decode_leniently(&text[text.len().saturating_sub(letters)..]).unwrap_or_default()
}

/// The base64 of any bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn is_in_alphabet(letters: &[u8]) -> bool {
    letters
        .iter()
        .fold(true, |so_far, letter| so_far & (letter.is_ascii_alphanumeric() | matches!(letter, b'+' | b'/')))
}

#[cfg(test)]
mod tests {
    use super::super::Blob;
    use super::*;

    #[test]
    fn the_end_is_the_same_wherever_the_bytes_are() {
        for length in 0..40_u8 {
            let bytes: Vec<u8> = (0..length).collect();
            let here = Blob::in_memory(bytes.clone());
            let coded = Blob::from_base64(encode(&bytes).into()).unwrap();
            for most in [0, 1, 2, 3, 12, 50] {
                let expected = &bytes[bytes.len().saturating_sub(most)..];
                assert_eq!(here.tail(most).unwrap(), expected, "{most} of {length}");
                assert_eq!(coded.tail(most).unwrap(), expected, "{most} of {length} as base64");
            }
        }
    }

    #[test]
    fn every_spelling_of_base64_gives_the_same_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        let padded = encode(&bytes);
        let bare = padded.trim_end_matches('=').to_owned();
        let broken: String =
            padded.as_bytes().chunks(76).map(|line| format!("{}\r\n", String::from_utf8_lossy(line))).collect();
        let url_safe = padded.replace('+', "-").replace('/', "_");
        for text in [&padded, &bare, &broken, &url_safe] {
            let blob = Blob::from_base64(text.clone().into()).unwrap();
            assert_eq!(blob.read_all().unwrap(), bytes, "{text}");
            assert_eq!((blob.len_bytes(), blob.head()), (256, bytes.as_slice()), "{text}");
            assert_eq!(blob.hash(), crate::ContentHash::of(&bytes));
            assert_eq!(blob.base64().unwrap(), padded);
        }
    }

    #[test]
    fn the_head_of_a_long_text_is_its_first_bytes() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|index| index as u8).collect();
        let blob = Blob::from_base64(encode(&bytes).into()).unwrap();
        assert_eq!(blob.head(), &bytes[..Blob::HEAD_BYTES]);
        assert_eq!(blob.len_bytes(), 200_000);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["a", "AA=A", "not base64!", "ÄÖÜ", "AAAA%3D"] {
            assert_eq!(Blob::from_base64(text.to_owned().into()).unwrap_err(), NotBase64, "{text}");
        }
    }
}
