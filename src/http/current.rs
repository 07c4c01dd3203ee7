//! What requests are served by now. It can be changed while the server runs; requests that have begun go on with what they
//! began with.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;

use super::router::router;
use super::state::AppState;

/// What requests are served by now. Clones are the same.
#[derive(Debug, Clone)]
pub struct Current(Arc<RwLock<Serving>>);

#[derive(Debug, Clone)]
struct Serving {
    routes: Router,
    /// What they are served with; `None`: they are a test's.
    state: Option<AppState>,
}

impl Current {
    /// What serves with this state.
    #[must_use]
    pub fn new(state: AppState) -> Self {
        Self(Arc::new(RwLock::new(Serving::of(state))))
    }

    #[cfg(test)]
    pub(super) fn of(routes: Router) -> Self {
        Self(Arc::new(RwLock::new(Serving { routes, state: None })))
    }

    /// From the next request on, serves with this state.
    pub fn change(&self, state: AppState) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Serving::of(state);
    }

    pub(super) fn now(&self) -> Router {
        self.0.read().unwrap_or_else(PoisonError::into_inner).routes.clone()
    }

    /// What handlers are given by now.
    pub(super) fn state(&self) -> Option<AppState> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).state.clone()
    }
}

impl Serving {
    fn of(state: AppState) -> Self {
        Self { routes: router(state.clone()), state: Some(state) }
    }
}
