//! The routes of this server, as tools ask them: in this process.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use futures_util::StreamExt as _;
use mediary_core::provider::BoxFuture;
use tower::ServiceExt as _;

use crate::http::router;
use crate::http::state::AppState;
use crate::mcp::{Answer, Call, Door};

/// The routes of this process.
#[derive(Debug, Clone)]
pub struct RouterDoor(Router);

impl RouterDoor {
    /// The routes of a server that is not reached over any socket.
    #[must_use]
    pub fn new(state: AppState) -> Self {
        Self(router(state))
    }

    /// These routes.
    pub(super) fn of(router: Router) -> Self {
        Self(router)
    }
}

impl Door for RouterDoor {
    fn ask(&self, call: Call) -> BoxFuture<'_, Result<Answer, String>> {
        Box::pin(async move {
            let Call { method, path, headers, body } = call;
            let mut request = Request::builder().method(method).uri(path);
            if let Some(all) = request.headers_mut() {
                *all = headers;
            }
            let (media_type, body) = body.unzip();
            if let Some(media_type) = media_type {
                request = request.header(CONTENT_TYPE, media_type);
            }
            let request = request.body(Body::from(body.unwrap_or_default())).map_err(|error| error.to_string())?;
            let Ok(response) = self.0.clone().oneshot(request).await;
            let (head, body) = response.into_parts();
            let body = body.into_data_stream().map(|piece| piece.map_err(|error| error.to_string()));
            Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: Box::pin(body) })
        })
    }
}
