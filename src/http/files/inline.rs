//! Files in the JSON of a request: base64 in any of its spellings, alone or in a data URL.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use mediary_core::{Blob, Failure};

use super::UploadedFile;
use crate::gateway::Admission;
use crate::protocol::{DataUrl, Payload, data_url};

/// The file that came in `field` as base64, alone or in a data URL, whatever its spelling.
///
/// # Errors
/// When it is neither.
pub(in super::super) async fn inline(field: &str, text: &str, admission: &Admission) -> Result<UploadedFile, Failure> {
    let (mime, base64) = match data_url(text.trim_start()) {
        None => (None, Cow::Borrowed(text)),
        Some(Ok(DataUrl { mime, payload: Payload::Base64(base64) })) => (mime, base64),
        Some(_) => {
            let detail = format!("`{field}` is a data URL that is not base64; write it as data:image/png;base64,…");
            return Err(Failure::malformed(detail));
        }
    };
    let blob = decode_base64(field, &base64, admission).await?;
    Ok(UploadedFile { field: field.to_owned(), blob, mime, name: None })
}

/// Decodes what came in `field` piece by piece, with room for others between the pieces.
pub(in super::super) async fn decode_base64(
    field: &str,
    encoded: &str,
    admission: &Admission,
) -> Result<Blob, Failure> {
    /// A multiple of four characters, so that each piece decodes on its own.
    const PIECE: usize = 64 * 1024;
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true);
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
    let encoded = encoded.trim();
    let encoded = encoded.strip_suffix("==").or_else(|| encoded.strip_suffix('=')).unwrap_or(encoded);
    let mut spool = admission.spool();
    let (mut piece, mut decoded) = (Vec::with_capacity(PIECE), Vec::with_capacity(PIECE));
    let mut letters = encoded.bytes().filter(|letter| !letter.is_ascii_whitespace());
    loop {
        piece.clear();
        decoded.clear();
        // The alphabet that is made for URLs differs in two letters.
        piece.extend(letters.by_ref().take(PIECE).map(|letter| match letter {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        }));
        if piece.is_empty() {
            return Ok(spool.finish());
        }
        ENGINE.decode_vec(&piece, &mut decoded).map_err(|error| {
            Failure::malformed(format!("`{field}` is not base64 ({error}); encode the bytes of the file"))
        })?;
        spool.write(&decoded)?;
        tokio::task::yield_now().await;
    }
}
