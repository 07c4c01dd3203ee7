//! Where Google is asked, and what is common to asking it.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
use mediary_core::Failure;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::refusal::google_refusal;
use crate::blame;

/// A request that is sent as it is.
pub type Errand = Request<Bytes>;
/// What answers it.
pub type ErrandAnswer = Response<Bytes>;

/// The addresses of Google's services.
#[derive(Debug, Clone)]
pub struct GooglePlaces {
    /// The page on which a user consents.
    pub auth_url: String,
    /// Where codes become tokens, and tokens new ones.
    pub token_url: String,
    /// Where tokens are taken back.
    pub revoke_url: String,
    /// Where Drive and Calendar begin.
    pub api_url: String,
    /// Where Gmail begins.
    pub gmail_url: String,
}

/// A request to an API: the segments of its path are escaped one by one, as they may be ids that clients name.
pub(super) fn asked(
    method: Method,
    base: &str,
    path: &[&str],
    pairs: &[(&str, String)],
) -> Result<Request<Bytes>, Failure> {
    let unwritable = || Failure::broken("a request to Google cannot be written; check the addresses under [google]");
    let mut url = Url::parse(base.trim_end_matches('/')).map_err(|_| unwritable())?;
    url.path_segments_mut().map_err(|()| unwritable())?.pop_if_empty().extend(path);
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    }
    to_url(method, url.as_str())
}

/// A request to an address as it stands.
pub(super) fn to_url(method: Method, url: &str) -> Result<Request<Bytes>, Failure> {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = method;
    *request.uri_mut() = url.parse().map_err(|_| Failure::broken("an address of Google's cannot be asked"))?;
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Ok(request)
}

/// The same with a body.
pub(super) fn saying(mut request: Request<Bytes>, kind: &'static str, body: impl Into<Bytes>) -> Request<Bytes> {
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    *request.body_mut() = body.into();
    request
}

impl GooglePlaces {
    /// The same request in the name of an account.
    ///
    /// # Errors
    /// When the token is none that could be sent.
    pub fn with_token(mut request: Request<Bytes>, token: &str) -> Result<Request<Bytes>, Failure> {
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| blame::garbled("the access token cannot be sent"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(request)
    }
}

/// What a success says.
pub(super) fn read<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, Failure> {
    if !answer.status().is_success() {
        return Err(google_refusal(answer.status().as_u16(), answer.headers(), answer.body()));
    }
    serde_json::from_slice(answer.body()).map_err(|_| blame::garbled("Google's answer is not what it should be"))
}

/// A field that may be missing, null or of another kind, which is as good as missing.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}
