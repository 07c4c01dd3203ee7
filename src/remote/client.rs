//! The HTTP client and its trust in certificates, made in one place for everything that is sent from here.
//!
//! No cookies, no decompression, no redirects of its own, no proxies from the environment: each of these would act
//! behind the back of whoever checks a request. The fetcher calls this, and so does whoever starts the process, who needs
//! one client for all providers.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

/// How requests name us.
const USER_AGENT: &str = concat!("mediary/", env!("CARGO_PKG_VERSION"));

/// Idle connections that are kept for one provider: as many as its calls usually run at once.
const MOST_IDLE: usize = 64;
/// How long an idle connection is kept. Longer than a person thinks between two turns, and about as long as providers
/// keep theirs.
const IDLE: Duration = Duration::from_secs(90);

/// The HTTP client for calls to providers: one per process, cheap to clone.
#[derive(Debug, Clone)]
pub struct ProviderClient(pub(crate) Client);

/// The client for calls to providers. `connect` is the most time until a connection stands.
///
/// It connects wherever a base URL says, private and loopback addresses included: operators write those, not strangers.
#[must_use]
pub fn provider_client(connect: Duration) -> ProviderClient {
    let client = builder(SystemResolver)
        .connect_timeout(connect)
        // A token that waits for the acknowledgement of the one before arrives in steps of 40 ms.
        .tcp_nodelay(true)
        .pool_max_idle_per_host(MOST_IDLE)
        .pool_idle_timeout(IDLE)
        .build()
        .expect("a client whose TLS is configured already can be built");
    ProviderClient(client)
}

/// Names as this machine looks them up.
struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found = found.map_err(|error| -> Box<dyn StdError + Send + Sync> { Box::new(error) })?;
            // Port 0 stands for the one in the address.
            let addresses: Addrs = Box::new(found.collect::<Vec<_>>().into_iter());
            Ok(addresses)
        })
    }
}

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
