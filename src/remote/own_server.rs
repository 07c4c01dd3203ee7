//! Errands to a server of this program's own, for commands that have it do something: with the key of a client, to the one
//! address that the command names.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method};
use mediary_core::{Failure, FailureKind};
use reqwest::{Request, Response, Url};

use crate::errands::ErrandClient;
use crate::trust::trust;

const CONNECT: Duration = Duration::from_secs(10);

/// A server and the key that it is asked with.
#[derive(Debug, Clone)]
pub struct OwnServer {
    errands: ErrandClient,
    base: Url,
    key: Option<HeaderValue>,
}

/// What it answers.
#[derive(Debug)]
pub struct OwnAnswer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    response: Response,
}

impl OwnServer {
    /// The server at an address, which is asked with a key if there is one.
    ///
    /// # Errors
    /// When the address or the key is none.
    pub fn at(base: &str, key: Option<&str>) -> Result<Self, Failure> {
        let no_address =
            || Failure::malformed(format!("`{base}` is no address of a server; http://127.0.0.1:8001 is one"));
        let base =
            Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(no_address)?;
        let bearer = |key: &str| {
            let mut value = HeaderValue::try_from(format!("Bearer {key}"))
                .map_err(|_| Failure::malformed("the API key holds characters that no key has"))?;
            value.set_sensitive(true);
            Ok::<_, Failure>(value)
        };
        let key = key.map(bearer).transpose()?;
        Ok(Self { errands: ErrandClient::to_providers(None, CONNECT, trust()), base, key })
    }

    /// Asks for something, with a body and its media type if there is one.
    ///
    /// # Errors
    /// When the server is not to be reached, or leaves before it answers.
    pub async fn ask(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Result<OwnAnswer, Failure> {
        let url = self.base.join(path).map_err(|_| Failure::malformed(format!("`{path}` is no path")))?;
        let mut request = Request::new(method, url);
        if let Some(key) = &self.key {
            request.headers_mut().insert(AUTHORIZATION, key.clone());
        }
        if let Some((media_type, body)) = body {
            let media_type = HeaderValue::try_from(media_type).map_err(|_| Failure::malformed("no media type"))?;
            request.headers_mut().insert(CONTENT_TYPE, media_type);
            *request.body_mut() = Some(body.into());
        }
        let response = self.errands.send(request).await.map_err(|error| self.unreached(&error))?;
        Ok(OwnAnswer { status: response.status().as_u16(), headers: response.headers().clone(), response })
    }

    fn unreached(&self, error: &reqwest::Error) -> Failure {
        let kind = if error.is_connect() { FailureKind::Unreachable } else { FailureKind::Lost };
        let cause = std::iter::successors(std::error::Error::source(error), |error| error.source()).last();
        let cause = cause.map_or_else(|| error.to_string(), ToString::to_string);
        Failure::new(
            kind,
            format!("the server at {} does not answer: {cause}", self.base.origin().ascii_serialization()),
        )
    }
}

impl OwnAnswer {
    /// The next piece of the body; `None`: there is no more.
    ///
    /// # Errors
    /// When it breaks off.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        let broken = |error| Failure::new(FailureKind::Lost, format!("the answer broke off: {error}"));
        self.response.chunk().await.map_err(reqwest::Error::without_url).map_err(broken)
    }

    /// The whole body, of so many bytes at most.
    ///
    /// # Errors
    /// When it breaks off, or is longer.
    pub async fn whole(mut self, most_bytes: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            if body.len() + piece.len() > most_bytes {
                return Err(Failure::too_large(format!("the answer has more than {most_bytes} bytes")));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}
