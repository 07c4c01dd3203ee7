//! Asking providers which models they have when a request comes: a server on this machine gets new ones while the gateway
//! runs.
//!
//! At most once a minute, so that nothing runs while there are no requests. A provider that does not answer keeps the
//! models it is known to have. Lists that are looked at in the background are next door, in `registry`.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::Router;
use crate::providers::ProviderSetup;

/// How long a list of models is believed.
const FRESH: Duration = Duration::from_secs(60);
/// A request waits no longer for a list.
const PATIENCE: Duration = Duration::from_millis(1_500);

impl Router {
    /// Asks every provider that is to be asked for its models, unless that was done a moment ago.
    pub async fn discover(&self) {
        let asked: Vec<&ProviderSetup> = self.providers.enabled.iter().filter(|setup| setup.discovers).collect();
        if asked.is_empty() {
            return;
        }
        if !self.first_list.initialized() {
            // Until the first lists are there, no request can know what it may ask for. One whose client leaves is
            // followed by the next.
            self.first_list.get_or_init(|| self.list_models(&asked)).await;
        } else if self.is_time_to_discover() {
            self.list_models(&asked).await;
        }
    }

    async fn list_models(&self, asked: &[&ProviderSetup]) {
        *self.discovered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.look_at_lists(asked, PATIENCE).await;
    }

    /// Of several requests at once, the first one asks again; the others go by what is known.
    fn is_time_to_discover(&self) -> bool {
        let mut last = self.discovered.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_stale = last.is_none_or(|last| now.duration_since(last) >= FRESH);
        if is_stale {
            *last = Some(now);
        }
        is_stale
    }
}
