//! Signs that the sniffer's table does not know: SVG behind a prologue, AVIF in HEIF's clothes, transport streams,
//! RF64.
//!
//! Looks at the first bytes only. Called by `classify` where the table has no answer, or a wide one.

use super::MediaFormat;

/// A packet of a transport stream, and the byte that each begins with (ISO/IEC 13818-1, section 2.4.3).
const PACKET_BYTES: usize = 188;
/// What cameras and Blu-ray discs put before each packet: when it arrived.
const ARRIVAL_BYTES: usize = 4;
const SYNC: u8 = 0x47;
/// So many packets in a row are no accident.
const PACKETS: usize = 4;

/// Whether the root element is that of an SVG: what may stand before it is skipped.
pub(super) fn is_svg(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    loop {
        let end: &[u8] = match rest {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            // A declaration may hold others between brackets.
            [b'<', b'!', ..] if declares_inside(rest) => b"]>",
            [b'<', b'!', ..] => b">",
            _ => break,
        };
        let Some(at) = rest.windows(end.len()).position(|window| window == end) else { return false };
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    let name = rest.strip_prefix(b"<").unwrap_or_default();
    let name = name.strip_prefix(b"svg:").unwrap_or(name);
    name.strip_prefix(b"svg").is_some_and(|after| after.first().is_some_and(|byte| b" \t\r\n>/".contains(byte)))
}

/// Whether a declaration opens a bracket before it ends.
fn declares_inside(declaration: &[u8]) -> bool {
    declaration.iter().find(|byte| matches!(byte, b'[' | b'>')) == Some(&b'[')
}

/// Whether packets follow each other from the first byte on.
pub(super) fn is_transport_stream(head: &[u8]) -> bool {
    [0, ARRIVAL_BYTES].into_iter().any(|before| {
        (0..PACKETS).all(|packet| head.get(before + packet * (before + PACKET_BYTES)) == Some(&SYNC))
    })
        // Four lines of text might begin so.
        && head[..head.len().min(PACKET_BYTES)].iter().any(|byte| *byte < 9)
}

/// Whether it is a WAV file with room for more than 4 GB (EBU Tech 3306).
pub(super) fn is_rf64(head: &[u8]) -> bool {
    head.starts_with(b"RF64") && head.get(8..12) == Some(b"WAVE")
}

/// A still picture in ISO's container for such: AVIF where one of its brands says so (ISO/IEC 14496-12, section 4.3).
pub(super) fn still(head: &[u8]) -> MediaFormat {
    let length = head.first_chunk().map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let brands = head.get(8..length.min(head.len())).unwrap_or_default();
    let is_av1 = brands.as_chunks::<4>().0.iter().any(|brand| brand == b"avif" || brand == b"avis");
    if is_av1 { MediaFormat::Avif } else { MediaFormat::Heic }
}
