//! The chunks of a WebP (RFC 9649, section 2) that are not its picture: EXIF, XMP, and what follows its end.

/// Bits of the extended header that announce EXIF and XMP.
const ANNOUNCES: u8 = 0x08 | 0x04;

struct Chunk<'a> {
    name: &'a [u8; 4],
    body: &'a [u8],
    whole: &'a [u8],
}

impl Chunk<'_> {
    fn is_metadata(&self) -> bool {
        [b"EXIF", b"XMP "].contains(&self.name)
    }
}

fn chunks(bytes: &[u8]) -> Option<impl Iterator<Item = Chunk<'_>>> {
    let rest = bytes.strip_prefix(b"RIFF")?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let mut rest = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?.strip_prefix(b"WEBP")?;
    Some(std::iter::from_fn(move || {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (length, _) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (whole, after) = rest.split_at_checked(length.checked_next_multiple_of(2)?.checked_add(8)?)?;
        rest = after;
        Some(Chunk { name, body: &whole[8..8 + length], whole })
    }))
}

/// Whether the extended header announces metadata.
pub(super) fn says_metadata(head: &[u8]) -> bool {
    head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & ANNOUNCES != 0)
}

/// The EXIF block, which some writers begin as in a JPEG.
pub(super) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let body = chunks(bytes)?.find(|chunk| chunk.name == b"EXIF").map(|chunk| chunk.body)?;
    Some(body.strip_prefix(b"Exif\0\0").unwrap_or(body))
}

pub(super) fn without(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
    file.reserve(bytes.len());
    for chunk in chunks(bytes)?.filter(|chunk| !chunk.is_metadata()) {
        let start = file.len();
        file.extend(chunk.whole);
        if chunk.name == b"VP8X"
            && let Some(flags) = file.get_mut(start + 8)
        {
            *flags &= !ANNOUNCES;
        }
    }
    let length = u32::try_from(file.len() - 8).ok()?.to_le_bytes();
    file[4..8].copy_from_slice(&length);
    Some(file)
}
