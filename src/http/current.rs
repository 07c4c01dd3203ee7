//! What requests are served by now. It can be changed while the server runs; requests that have begun go on with what they
//! began with.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;

use super::router::router;
use super::state::AppState;

/// What requests are served by now. Clones are the same.
#[derive(Debug, Clone)]
pub struct Current(Arc<RwLock<Router>>);

impl Current {
    /// What serves with this state.
    #[must_use]
    pub fn new(state: AppState) -> Self {
        Self::of(router(state))
    }

    pub(super) fn of(router: Router) -> Self {
        Self(Arc::new(RwLock::new(router)))
    }

    /// From the next request on, serves with this state.
    pub fn change(&self, state: AppState) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router(state);
    }

    pub(super) fn now(&self) -> Router {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
