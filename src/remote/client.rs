//! The HTTP client and its trust in certificates, made in one place for everything that is sent from here.
//!
//! No cookies, no decompression, no redirects of its own, no proxies from the environment: each of these would act
//! behind the back of whoever checks a request. The fetcher calls this; calls to providers will too.

use std::sync::Arc;

use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

/// How requests name us.
const USER_AGENT: &str = concat!("mediary/", env!("CARGO_PKG_VERSION"));

/// A client that looks names up with `resolver` only.
pub(crate) fn builder<R: Resolve + 'static>(resolver: R) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .referer(false)
        // A proxy would look names up and connect in our stead, past every check.
        .no_proxy()
        .dns_resolver(Arc::new(resolver))
        .tls_backend_preconfigured(trust())
}

/// Certificates are judged as this machine's owner has it, private authorities included. A machine without any
/// authority, such as a bare container, gets Mozilla's.
fn trust() -> ClientConfig {
    let versions = || {
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows the default versions of TLS")
    };
    let config = versions().with_platform_verifier().unwrap_or_else(|_| {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        versions().with_root_certificates(roots)
    });
    config.with_no_client_auth()
}
