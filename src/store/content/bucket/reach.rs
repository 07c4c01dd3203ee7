//! The way to a bucket: connections on a thread of their own, for callers that block.

use std::error::Error as _;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::client::{ClientOptions, HttpClient, HttpConnector};
use object_store::path::Path;
use object_store::{BackoffConfig, Error, ObjectStore, RetryConfig};
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::super::ContentFailed;
use super::place::BucketPlace;
use crate::home::Home;

/// How long a connection may take to stand, …
const CONNECT: Duration = Duration::from_secs(5);
/// … and one request: a part of a file goes within it.
const REQUEST: Duration = Duration::from_secs(60);
/// What fails is tried again so often, …
const AGAIN: usize = 2;
/// … within this time: a client waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of what a store says no more than this is told: it may say what was asked of it.
const MOST_TOLD: usize = 200;

/// A bucket that can be asked. Shared by all that is read and written at the moment.
pub(super) struct Reach {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) place: BucketPlace,
    home: Home,
}

impl std::fmt::Debug for Reach {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.place.fmt(formatter)
    }
}

impl Reach {
    pub(super) fn new(place: BucketPlace) -> Result<Self, ContentFailed> {
        let of_place = |error: &Error| failed(&place, error);
        let is_plain = place.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let backoff = BackoffConfig { max_backoff: Duration::from_secs(2), ..BackoffConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&place.address.bucket)
            .with_region(&place.region)
            .with_access_key_id(&place.key_id)
            .with_secret_access_key(&place.secret_key)
            .with_allow_http(is_plain)
            .with_http_connector(Connector)
            .with_retry(RetryConfig { backoff, max_retries: AGAIN, retry_timeout: PATIENCE });
        if let Some(endpoint) = &place.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(token) = &place.session_token {
            builder = builder.with_token(token);
        }
        let store = builder.build().map_err(|error| of_place(&error))?;
        let home = Home::new()?;
        Ok(Self { store: Arc::new(store), place, home })
    }

    /// The place of an object of ours.
    pub(super) fn path(&self, name: &str) -> Path {
        self.place.address.folder.clone().join(name)
    }

    /// Does work with the bucket and waits for its end.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let broken = || Error::Generic { store: "S3", source: "its thread has ended".into() };
        self.home.wait(work).unwrap_or_else(|| Err(broken()))
    }

    /// Why something cannot be done.
    pub(super) fn failed(&self, error: &Error) -> ContentFailed {
        failed(&self.place, error)
    }
}

/// What is told of an error: its kind, or the first words of what is behind it, without the answer that a store gave.
fn failed(place: &BucketPlace, error: &Error) -> ContentFailed {
    let missing = "there is no such bucket; make it, or name another as store.content";
    let why = match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            "it refuses the key; see store.content_key_id, and what its key may do".to_owned()
        }
        Error::NotFound { .. } => missing.to_owned(),
        other => {
            let mut said = other.to_string();
            let mut behind = other.source();
            while let Some(cause) = behind {
                said = cause.to_string();
                behind = cause.source();
            }
            // What is written in parts says so in words alone.
            if said.contains("404 Not Found") {
                return ContentFailed::Bucket { place: place.to_string(), why: missing.to_owned() };
            }
            let said: String = said.chars().take_while(|letter| *letter != '<').take(MOST_TOLD).collect();
            format!("it cannot be reached: {}", said.trim())
        }
    };
    ContentFailed::Bucket { place: place.to_string(), why }
}

/// Makes connections as the rest of the program does: by the certificates that this machine believes, with no proxy
/// that was not written down, and nowhere else when told so.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Generic { store: "S3", source: error };
        let trust = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|versions| versions.with_platform_verifier())
            .map_err(|error| failed(error.into()))?
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(trust)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .http1_only()
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(REQUEST)
            .build();
        Ok(HttpClient::new(client.map_err(|error| failed(error.into()))?))
    }
}
