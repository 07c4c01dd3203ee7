//! `/dashboard`: the pages of the dashboard, which this executable holds; they load nothing from elsewhere.
//!
//! `make dashboard` makes them, packed twice. Debug builds read them from `dashboard/dist` of the checkout that they were
//! built in, so that a page can be changed without building the program; without the folder a sentence says what to do.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::ApiError;

#[derive(RustEmbed)]
#[folder = "dashboard/dist"]
#[allow_missing = true]
#[exclude = ".gitignore"]
struct Files;

/// What a page may load, and from where: scripts and styles in files of this server alone, and what it made itself, such
/// as a picture that was drawn on. No other page may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
                      img-src 'self' blob: data:; media-src 'self' blob: data:; worker-src 'self'; manifest-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A microphone and a camera are for the playground.
const PERMISSIONS: &str = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()";

/// Shown where the program was built without its pages.
const MISSING: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Mediary</title>\n</head>\n\
                       <body>\n<h1>The dashboard is not in this build</h1>\n<p>Build it with <code>make dashboard</code>, which \
                       needs Node 20.19 or newer, or Python to fetch it; then build the program again. Everything else works \
                       without it: see <a href=\"/docs\">/docs</a>.</p>\n</body>\n</html>\n";

/// Under these names a file never changes, since its name says what is in it.
const HASHED: &str = "assets/";

/// How a file is packed, the smallest first.
const PACKINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The page itself. Which of its pages is shown stands behind the `#` of the address, which no server sees.
pub(super) async fn page(headers: HeaderMap) -> Response {
    match found("index.html", &headers) {
        Some(response) => response,
        None => guarded((StatusCode::NOT_FOUND, Html(MISSING)).into_response()),
    }
}

/// A file that the page loads.
pub(super) async fn asset(headers: HeaderMap, path: Result<Path<String>, PathRejection>) -> Result<Response, ApiError> {
    let none = || ApiError::not_found("unknown_route", "There is no such file; the dashboard begins at /dashboard.");
    let Path(path) = path.map_err(|_| none())?;
    let is_packed = PACKINGS.iter().any(|(_, ending)| path.ends_with(ending));
    found(&path, &headers).filter(|_| !is_packed).ok_or_else(none)
}

fn found(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Files::get(path)?;
    let kind = plain.metadata.mimetype().to_owned();
    let half = plain.metadata.sha256_hash().first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
    let tag = format!("\"{half:032x}\"");
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (file, packing) = packed(path, headers).map_or((plain, None), |(file, packing)| (file, Some(packing)));
        let mut response = file.data.into_response();
        if let Some(packing) = packing {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(packing));
        }
        response
    };
    let caching = match path.starts_with(HASHED) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let its = response.headers_mut();
    its.insert(CONTENT_TYPE, with_charset(&kind)?);
    its.insert(ETAG, HeaderValue::from_str(&tag).ok()?);
    its.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    its.insert(VARY, HeaderValue::from_static("accept-encoding"));
    Some(guarded(response))
}

/// The response with what keeps a page to itself.
fn guarded(mut response: Response) -> Response {
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    response.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

/// The smallest form of a file that the browser takes, if it is there in one.
fn packed(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, &'static str)> {
    let mut taken = PACKINGS.into_iter().filter(|(packing, _)| takes(headers, packing));
    taken.find_map(|(packing, ending)| Some((Files::get(&format!("{path}{ending}"))?, packing)))
}

/// Whether a packing is among those that a client takes.
pub(super) fn takes(headers: &HeaderMap, packing: &str) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(packing) && !refused
    })
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag)
}

fn with_charset(kind: &str) -> Option<HeaderValue> {
    let is_text = kind.starts_with("text/") || kind.ends_with("javascript") || kind.ends_with("json");
    HeaderValue::from_str(&if is_text { format!("{kind}; charset=utf-8") } else { kind.to_owned() }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_tag_however_it_is_written() {
        let rows = [("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("\"b\"", false), ("a", false)];
        for (sent, expected) in rows {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(is_known(&headers, "\"a\""), expected, "{sent}");
        }
    }

    #[test]
    fn the_policy_allows_nothing_inline_and_nothing_from_elsewhere() {
        assert!(!POLICY.contains("unsafe") && !POLICY.contains("http") && !POLICY.contains('*'), "{POLICY}");
        assert!(POLICY.contains("frame-ancestors 'none'") && POLICY.starts_with("default-src 'none'"), "{POLICY}");
    }
}
