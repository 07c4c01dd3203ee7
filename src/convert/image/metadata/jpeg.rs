//! The segments of a JPEG (ITU-T T.81, annex B) that are not its picture: EXIF, XMP, comments, and what follows its end
//! (a second picture, or the video of a moving photograph).

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// A marker and what belongs to it: the length, the body, and behind the start of a scan its data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    marker: u8,
    /// Behind the length.
    body: &'a [u8],
    /// From the marker on.
    whole: &'a [u8],
}

impl Segment<'_> {
    /// JFIF and Adobe's segment say how colours are meant, a profile which they are. The rest is about the picture.
    pub(super) fn is_metadata(&self) -> bool {
        match self.marker {
            0xe0 | 0xee => false,
            0xe2 => !self.body.starts_with(b"ICC_PROFILE\0"),
            0xe1..=0xef | 0xfe => true,
            _ => false,
        }
    }
}

/// The segments, up to the end of the image or as far as they make sense.
pub(super) fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8").unwrap_or_default();
    std::iter::from_fn(move || {
        let (segment, after) = segment(rest)?;
        rest = after;
        Some(segment)
    })
}

fn segment(from: &[u8]) -> Option<(Segment<'_>, &[u8])> {
    let start = from.iter().position(|byte| *byte == 0xff)?;
    let at = start + from[start..].iter().position(|byte| *byte != 0xff)?;
    let (marker, whole_from) = (from[at], &from[at - 1..]);
    let of = |length: usize| {
        let (whole, after) = whole_from.split_at_checked(length)?;
        Some((Segment { marker, body: whole.get(4..).unwrap_or_default(), whole }, after))
    };
    match marker {
        END_OF_IMAGE => of(2).map(|(segment, _)| (segment, &[] as &[u8])),
        0x01 | 0xd0..=0xd8 => of(2),
        _ => {
            let body = usize::from(u16::from_be_bytes([*from.get(at + 1)?, *from.get(at + 2)?]));
            let header = 2 + body;
            let data = if marker == START_OF_SCAN { scanned(whole_from.get(header..)?) } else { 0 };
            of(header + data)
        }
    }
}

/// How far the data of a scan go: up to a marker that is neither a stuffed byte nor a restart.
fn scanned(data: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = memchr(&data[at..]) {
        at += next;
        match data.get(at + 1) {
            Some(0 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return at,
            None => break,
        }
    }
    data.len()
}

fn memchr(data: &[u8]) -> Option<usize> {
    data.iter().position(|byte| *byte == 0xff)
}

/// The EXIF block.
pub(super) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    segments(bytes).find_map(|segment| segment.body.strip_prefix(b"Exif\0\0").filter(|_| segment.marker == 0xe1))
}

pub(super) fn without(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = b"\xff\xd8".to_vec();
    file.reserve(bytes.len());
    let mut ended = false;
    for segment in segments(bytes) {
        ended = segment.marker == END_OF_IMAGE;
        if !segment.is_metadata() {
            file.extend(segment.whole);
        }
    }
    ended.then_some(file)
}
