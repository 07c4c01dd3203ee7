//! The JSON body of a request: unpacked if it came packed, and without a byte order mark.
//!
//! What is unpacked is counted as it grows, so that a small body cannot become a huge one.

use std::io::Read as _;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use flate2::read::MultiGzDecoder;

use super::super::error::ApiError;
use super::super::ocr::whole_body;
use crate::config::Limits;
use crate::gateway::blocking;

/// What some editors and libraries write before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body of a request as JSON may stand in it.
///
/// # Errors
/// When it is too large, packed or not, or packed in a way that is not known here.
pub(super) async fn json_body(request: Request, limits: &Limits) -> Result<Bytes, ApiError> {
    let encoding = request.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_owned());
    let encoding = encoding.unwrap_or_default().to_ascii_lowercase();
    let most_bytes = limits.upload_bytes.get();
    let body = whole_body(request, limits).await?;
    let mut body = match encoding.as_str() {
        "" | "identity" => Bytes::from(body),
        // A small body may hold much.
        "gzip" | "x-gzip" => blocking::through(usize::MAX, move || unpacked(&body, most_bytes)).await??,
        other => {
            let message =
                format!("the content encoding `{other}` is not known here; send the body as it is or as gzip");
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message));
        }
    };
    if body.starts_with(BYTE_ORDER_MARK) {
        body = body.slice(BYTE_ORDER_MARK.len()..);
    }
    Ok(body)
}

fn unpacked(packed: &[u8], most_bytes: u64) -> Result<Bytes, ApiError> {
    let mut body = Vec::new();
    let read = MultiGzDecoder::new(packed).take(most_bytes.saturating_add(1)).read_to_end(&mut body);
    read.map_err(|_| ApiError::malformed("the body is no gzip, although its Content-Encoding says so"))?;
    if body.len() as u64 > most_bytes {
        let message =
            format!("the body is longer than {most_bytes} bytes once unpacked; limits.upload_bytes allows no more");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", message));
    }
    Ok(body.into())
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

    #[test]
    fn a_packed_body_is_held_against_the_limit_of_what_it_becomes() {
        assert_eq!(unpacked(&packed(b"{\"a\":1}"), 7).unwrap(), "{\"a\":1}");
        let bomb = packed(&vec![b' '; 1 << 20]);
        assert_eq!(unpacked(&bomb, 1000).unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(unpacked(b"no gzip", 1000).unwrap_err().status, StatusCode::BAD_REQUEST);
        assert_eq!(unpacked(&bomb[..bomb.len() - 9], 1 << 21).unwrap_err().status, StatusCode::BAD_REQUEST);
    }
}
