//! The CORS headers that let the configured origins, and only those, read our answers in a browser.
//!
//! It refuses no request: browsers do, by the headers missing. The router leaves the layer out when no origin is configured.

use std::time::Duration;

use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowHeaders, AllowOrigin, AllowPrivateNetwork, CorsLayer};

use crate::http::request_id::X_REQUEST_ID;

/// What pages may read of an answer beside its body.
const EXPOSED: [HeaderName; 9] = [
    X_REQUEST_ID,
    RETRY_AFTER,
    HeaderName::from_static("x-routed-via"),
    HeaderName::from_static("x-fallback-attempts"),
    HeaderName::from_static("x-mediary-treatments"),
    HeaderName::from_static("x-mediary-dropped"),
    HeaderName::from_static("x-mediary-thread"),
    HeaderName::from_static("x-mediary-project"),
    HeaderName::from_static("mcp-session-id"),
];

/// The layer for these origins; `None` without any.
pub(in crate::http) fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods(methods)
            // Client libraries send headers of their own by the dozen; none of them is dangerous to read.
            .allow_headers(AllowHeaders::mirror_request())
            .allow_private_network(AllowPrivateNetwork::yes())
            .expose_headers(EXPOSED)
            .max_age(Duration::from_secs(3600))
    })
}
