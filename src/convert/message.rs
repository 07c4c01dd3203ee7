//! Messages between the server and its worker processes: a length, a postcard-encoded header and, where the header says so,
//! raw bytes after it.
//!
//! Both ends are the same build of the same program, so there are no versions. What is said is each worker's business.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Headers larger than this are not ours.
const MAX_HEADER_BYTES: u32 = 64 * 1024 * 1024;

/// What a page says of itself is seldom longer.
const AT_ONCE_BYTES: usize = 256 * 1024;

/// Writes a header with its length before it.
pub(crate) fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let body = postcard::to_stdvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    let mut frame = Vec::with_capacity(body.len() + 4);
    frame.extend(length.to_le_bytes());
    frame.extend(body);
    Ok(frame)
}

/// Understands a header.
fn decode<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    postcard::from_bytes(body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The length of the header that follows; an error if it cannot be ours.
fn header_length(prefix: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_le_bytes(prefix);
    if length > MAX_HEADER_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a worker's message is too long to be one"));
    }
    Ok(length as usize)
}

/// Reads a header, blocking; `None` at the end of input.
pub(crate) fn read<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut prefix = [0; 4];
    match input.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut body = vec![0; header_length(prefix)?];
    input.read_exact(&mut body)?;
    decode(&body).map(Some)
}

/// Reads a header that must come.
pub(crate) async fn receive<T: DeserializeOwned>(input: &mut (impl AsyncRead + Unpin)) -> io::Result<T> {
    let mut prefix = [0; 4];
    input.read_exact(&mut prefix).await?;
    let length = header_length(prefix)?;
    // Beyond that it grows with what comes, whatever the child says will come.
    let mut body = Vec::with_capacity(length.min(AT_ONCE_BYTES));
    input.take(length as u64).read_to_end(&mut body).await?;
    if body.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    decode(&body)
}

/// Writes a header, blocking.
pub(crate) fn write(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    output.write_all(&encode(message)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_input_is_no_message_and_half_a_message_is_an_error() {
        assert!(read::<String>(&mut [].as_slice()).unwrap().is_none());
        let bytes = encode(&"whole").unwrap();
        assert_eq!(read::<String>(&mut bytes.as_slice()).unwrap().as_deref(), Some("whole"));
        assert!(read::<String>(&mut &bytes[..bytes.len() - 1]).is_err());
        assert!(read::<String>(&mut [255, 255, 255, 255, 0].as_slice()).is_err());
    }
}
