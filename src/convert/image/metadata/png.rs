//! The chunks of a PNG (PNG specification, section 5) that are not its picture: EXIF, texts, times, and what follows its end.

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    name: &'a [u8; 4],
    body: &'a [u8],
    /// With its length and checksum.
    whole: &'a [u8],
}

impl Chunk<'_> {
    pub(super) fn is_metadata(&self) -> bool {
        [b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"].contains(&self.name)
    }
}

/// The chunks, as far as they are there.
pub(super) fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes.strip_prefix(SIGNATURE).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, _) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (whole, after) = rest.split_at_checked(length.checked_add(12)?)?;
        rest = if name == b"IEND" { &[] } else { after };
        Some(Chunk { name, body: &whole[8..8 + length], whole })
    })
}

/// The EXIF block.
pub(super) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    chunks(bytes).find(|chunk| chunk.name == b"eXIf").map(|chunk| chunk.body)
}

pub(super) fn without(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = SIGNATURE.to_vec();
    file.reserve(bytes.len());
    let mut ended = false;
    for chunk in chunks(bytes) {
        ended = chunk.name == b"IEND";
        if !chunk.is_metadata() {
            file.extend(chunk.whole);
        }
    }
    ended.then_some(file)
}
