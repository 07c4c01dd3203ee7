//! Whose certificates are believed, by the relay's connections and by errands alike.
//!
//! Certificates are judged as this machine's owner has it, private authorities included. A machine without any
//! authority, such as a bare container, gets Mozilla's. The authorities are read once per process.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

/// What TLS needs to know, for one client. Cheap to clone.
pub(crate) fn trust() -> ClientConfig {
    static TRUST: OnceLock<ClientConfig> = OnceLock::new();
    TRUST.get_or_init(read).clone()
}

fn read() -> ClientConfig {
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
