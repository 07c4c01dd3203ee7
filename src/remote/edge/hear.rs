//! What the service says: messages of text that begin and end a turn, and messages of bytes with a header in front of a
//! piece of the sound.

use mediary_core::Failure;

use crate::Said;
use crate::blame::garbled;

/// What a message means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    /// A piece of the sound.
    Sound(&'a [u8]),
    /// The turn has ended.
    End,
    /// Nothing that is waited for: when it begins, where sentences end.
    Aside,
}

/// Reads a message.
///
/// # Errors
/// Garbled when a message of bytes is shorter than its own header.
pub(super) fn read(said: Said<'_>) -> Result<Heard<'_>, Failure> {
    match said {
        Said::Text(text) => {
            let (head, _) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
            Ok(if path(head) == Some("turn.end") { Heard::End } else { Heard::Aside })
        }
        Said::Bytes(bytes) => {
            let (head, sound) =
                parts(bytes).ok_or_else(|| garbled("a piece of its sound is shorter than its header"))?;
            let is_sound = path(&String::from_utf8_lossy(head)) == Some("audio") && !sound.is_empty();
            Ok(if is_sound { Heard::Sound(sound) } else { Heard::Aside })
        }
    }
}

/// Header and sound: the header's length comes first, in two bytes, the higher one in front.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

fn path(head: &str) -> Option<&str> {
    head.split("\r\n").find_map(|line| line.strip_prefix("Path:")).map(str::trim)
}

#[cfg(test)]
mod tests {
    use mediary_core::FailureKind;

    use super::*;

    #[test]
    fn messages_are_told_apart() {
        let end = "X-RequestId:a\r\nPath:turn.end\r\n\r\n{}";
        assert_eq!(read(Said::Text(end)).unwrap(), Heard::End);
        let metadata = "Path:audio.metadata\r\n\r\n{\"Metadata\":[{\"text\":\"Path:turn.end\"}]}";
        assert_eq!(read(Said::Text(metadata)).unwrap(), Heard::Aside);
        let piece = |head: &str, sound: &[u8]| {
            [&u16::try_from(head.len()).unwrap().to_be_bytes(), head.as_bytes(), sound].concat()
        };
        let sound = piece("X-RequestId:a\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n", b"ID3");
        assert_eq!(read(Said::Bytes(&sound)).unwrap(), Heard::Sound(b"ID3"));
        assert_eq!(read(Said::Bytes(&piece("Path:audio\r\n", b""))).unwrap(), Heard::Aside);
        assert_eq!(read(Said::Bytes(&piece("Path:other\r\n", b"x"))).unwrap(), Heard::Aside);
        for short in [&b""[..], b"\0", b"\0\x09Path"] {
            assert_eq!(read(Said::Bytes(short)).unwrap_err().kind, FailureKind::Garbled, "{short:?}");
        }
    }
}
