//! The JSON body of a request: unpacked if it came packed, and without a byte order mark.
//!
//! What is unpacked is counted as it grows, so that a small body cannot become a huge one.

use std::io::{self, Read as _};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;
use mediary_core::{Blob, Failure};

use super::body::{self, JsonBody, NextLook};
use super::error::ApiError;
use super::json_weight::Numbers;
use super::state::AppState;
use crate::config::{Bytes, Limits};
use crate::gateway::blocking;

/// So much is unpacked at once.
const PIECE: usize = 64 * 1024;

/// What some editors and libraries write before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body of a request as JSON may stand in it.
///
/// # Errors
/// When it is too large, packed or not, or packed in a way that is not known here.
pub(super) async fn json_body(request: Request, state: &AppState) -> Result<JsonBody, ApiError> {
    let encoding = request.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_owned());
    let encoding = encoding.unwrap_or_default().to_ascii_lowercase();
    let most_bytes = state.config.limits.upload_bytes.get();
    let numbers = Numbers::on(request.uri().path());
    let mut body = match encoding.as_str() {
        "" | "identity" => body::whole(request, state).await?,
        "gzip" | "x-gzip" => {
            let packed = body::packed(request, state).await?;
            let mut held = state.gateway.admission().enter().await?;
            let (limits, mut next_look) = (state.config.limits.clone(), NextLook::first(&state.config.limits, numbers));
            // A small body may hold much, and what is too much already need not be unpacked to its end.
            let unpack = move || {
                let keep = |piece: &[u8]| {
                    held.push(piece, None)?;
                    next_look.look(&held, &limits)
                };
                unpacked(packed.as_ref(), most_bytes, keep).map(|()| held)
            };
            body::settled(blocking::through(usize::MAX, unpack).await??, &state.config.limits, numbers).await?
        }
        other => return Err(unknown_encoding(other)),
    };
    if body.starts_with(BYTE_ORDER_MARK) {
        body.text = body.text.slice(BYTE_ORDER_MARK.len()..);
    }
    Ok(body)
}

/// The body of a request that is read piece by piece, and may be larger than what is read whole: unpacked if it came packed,
/// and on the disk where it is large.
///
/// # Errors
/// When it has more bytes than these, packed or not, or is packed in a way that is not known here.
pub(super) async fn spooled_body(request: Request, state: &AppState, most: Bytes) -> Result<Blob, ApiError> {
    let encoding = request.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_owned());
    let encoding = encoding.unwrap_or_default().to_ascii_lowercase();
    let limits = Limits { upload_bytes: most, ..state.config.limits.clone() };
    let (head, body) = request.into_parts();
    body::announced(&head.headers, &limits)?;
    let mut spool = state.gateway.admission().spool();
    let mut stream = Box::pin(body::chunks(body, &limits));
    while let Some(chunk) = stream.next().await {
        spool.write(&chunk?)?;
    }
    let (blob, mut whole) = (spool.finish(), state.gateway.admission().spool());
    match encoding.as_str() {
        "" | "identity" => Ok(blob),
        "gzip" | "x-gzip" => {
            let unpack = move || {
                let packed = blob.source().open().map_err(|_| Failure::broken("a body cannot be read back"))?;
                unpacked(packed, most.get(), |piece| whole.write(piece)).map(|()| whole.finish())
            };
            blocking::through(usize::MAX, unpack).await?
        }
        other => Err(unknown_encoding(other)),
    }
}

fn unknown_encoding(other: &str) -> ApiError {
    let message = format!("the content encoding `{other}` is not known here; send the body as it is or as gzip");
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message)
}

/// Hands over what is packed, piece by piece.
fn unpacked(
    packed: impl io::Read,
    most_bytes: u64,
    mut keep: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), ApiError> {
    let mut decoder = MultiGzDecoder::new(packed);
    let mut piece = vec![0; PIECE];
    let mut length = 0_u64;
    loop {
        let read = decoder.read(&mut piece);
        let read =
            read.map_err(|_| ApiError::malformed("the body is no gzip, although its Content-Encoding says so"))?;
        if read == 0 {
            return Ok(());
        }
        length += read as u64;
        if length > most_bytes {
            let message =
                format!("the body is longer than {most_bytes} bytes once unpacked; limits.upload_bytes allows no more");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message));
        }
        keep(&piece[..read])?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn whole(packed: &[u8], most_bytes: u64) -> Result<Vec<u8>, ApiError> {
        let mut all = Vec::new();
        unpacked(packed, most_bytes, |piece| {
            all.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn a_packed_body_is_held_against_the_limit_of_what_it_becomes() {
        assert_eq!(whole(&packed(b"{\"a\":1}"), 7).unwrap(), b"{\"a\":1}");
        let bomb = packed(&vec![b' '; 1 << 20]);
        assert_eq!(whole(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        assert_eq!(whole(&bomb, 1000).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(whole(b"no gzip", 1000).unwrap_err().status, StatusCode::BAD_REQUEST);
        assert_eq!(whole(&bomb[..bomb.len() - 9], 1 << 21).unwrap_err().status, StatusCode::BAD_REQUEST);
    }
}
