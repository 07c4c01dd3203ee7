//! Asking a provider for its list of models, which is an errand: what the list says is read by the dialect. That a key
//! opens it, where nothing else does, shows that the key is accepted.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri};
use mediary_core::provider::{KeyAnswer, ListedModel, Timeouts};
use mediary_core::{Failure, FailureKind};
use tokio::time::timeout_at;

use super::Remote;
use super::clock::Clock;
use crate::{Payload, blame, cause};

/// The longest list of models that is read; the longest known is a tenth of it.
const MOST_LIST_BYTES: usize = 16 << 20;
/// A list of models is looked up, not thought about.
const LISTING: Timeouts = Timeouts { first_byte: Duration::from_secs(20), stall: Duration::from_secs(10) };

impl Remote {
    /// The models that the provider lists.
    ///
    /// # Errors
    /// When it cannot be reached or does not begin in time, refuses, or answers with what is no list.
    pub(super) async fn list_models(&self, key: Option<&str>) -> Result<Vec<ListedModel>, Failure> {
        let elsewhere = self.endpoint.quirks.models_url.as_deref();
        let below = elsewhere.filter(|path| path.starts_with('/')).unwrap_or(self.dialect.models_path());
        let mut request = self.request(Method::GET, below, &[], key)?;
        // Some keep it beside the address that their models are called at.
        if let Some(url) = elsewhere.filter(|url| !url.starts_with('/')) {
            let wrong = |_| Failure::broken("the provider's quirk `models_url` is no address");
            *request.uri_mut() = Uri::try_from(url).map_err(wrong)?;
        }
        let body = self.looked_up(request, key).await?;
        self.detailed(&body, key).await
    }

    /// Whether a key is accepted. Where the list of models is everyone's, it is held against what only a key opens, or
    /// nothing is said.
    ///
    /// # Errors
    /// As for the list: a key that is refused is a bad key.
    pub(super) async fn try_key(&self, key: Option<&str>) -> Result<KeyAnswer, Failure> {
        if let Some(path) = &self.endpoint.quirks.key_check {
            let request = self.request(Method::GET, path, &[], key)?;
            return self.looked_up(request, key).await.map(|_| KeyAnswer::Accepted);
        }
        self.list_models(key).await?;
        match self.list_models(None).await {
            Ok(_) => Ok(KeyAnswer::Untold),
            // It was not answered for another reason than that the key was missing.
            Err(failure) if is_of_the_moment(&failure.kind) => Ok(KeyAnswer::Untold),
            Err(_) => Ok(KeyAnswer::Accepted),
        }
    }

    /// The body of what is looked up, an errand.
    async fn looked_up(&self, request: Request<Payload>, key: Option<&str>) -> Result<Vec<u8>, Failure> {
        let (parts, _) = request.into_parts();
        let bare = Request::from_parts(parts, Bytes::new());
        let bare = bare.try_into().map_err(|_| Failure::broken("the list of models cannot be asked for"))?;
        let mut clock = Clock::start(LISTING);
        let sent = timeout_at(clock.deadline(), self.client.errands().send(bare)).await;
        let mut answer = sent
            .map_err(|_| clock.timed_out())?
            .map_err(|error| cause::unreachable(&error, error.is_connect(), error.is_timeout()))?;
        let mut body = Vec::new();
        loop {
            let piece = timeout_at(clock.deadline(), answer.chunk()).await.map_err(|_| clock.timed_out())?;
            match piece {
                Ok(Some(piece)) => grow(&mut body, &piece)?,
                Ok(None) => break,
                // A refusal that breaks off says what it says.
                Err(_) if !answer.status().is_success() => break,
                Err(_) => {
                    return Err(Failure::new(FailureKind::Garbled, "the provider's list of models broke off"));
                }
            }
            clock.piece();
            clock.frame();
        }
        match answer.status().as_u16() {
            200..=299 if !blame::is_html(answer.headers()) => Ok(body),
            200..=399 => Err(Failure::new(
                FailureKind::Garbled,
                "the provider lists no models at its base_url, which is probably wrong",
            )),
            status => {
                let page = blame::page(status, answer.headers(), &body);
                let failure = page.unwrap_or_else(|| self.dialect.failure(status, answer.headers(), &body));
                Err(blame::without_key(failure, key))
            }
        }
    }
}

/// Whether a failure has nothing to do with what was asked.
fn is_of_the_moment(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Unreachable
            | FailureKind::TimedOut
            | FailureKind::RateLimited { .. }
            | FailureKind::Overloaded { .. }
    )
}

fn grow(list: &mut Vec<u8>, piece: &[u8]) -> Result<(), Failure> {
    if list.len() + piece.len() > MOST_LIST_BYTES {
        let detail = format!("the provider's list of models is longer than {MOST_LIST_BYTES} bytes");
        return Err(Failure::new(FailureKind::Garbled, detail));
    }
    list.extend_from_slice(piece);
    Ok(())
}
