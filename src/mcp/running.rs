//! Tool calls that run, so that a client can take one back that came in a request of its own.
//!
//! Over HTTP a client of the older protocol tells in a second request that it does not want the answer to the first. Whose
//! request that was is known by its key, its session and its id; a session is nothing but a name for that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// Who called: what the door knows of a request beside its message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// What the client is known by.
    pub owner: Vec<u8>,
    /// The session that it names.
    pub session: String,
}

type Name = (Caller, String);

/// Calls that run.
#[derive(Debug, Default)]
pub struct Running(Mutex<HashMap<Name, CancellationToken>>);

impl Running {
    /// Ends a call, if it runs.
    pub fn cancel(&self, caller: &Caller, request: &str) {
        if let Some(token) = self.calls().remove(&(caller.clone(), request.to_owned())) {
            token.cancel();
        }
    }

    /// A call runs for as long as what is given lives.
    pub(super) fn enter(self: &Arc<Self>, caller: Caller, request: String) -> Entered {
        let (name, token) = ((caller, request), CancellationToken::new());
        self.calls().insert(name.clone(), token.clone());
        Entered { running: self.clone(), name, token }
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<Name, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that runs.
#[derive(Debug)]
pub(super) struct Entered {
    running: Arc<Running>,
    name: Name,
    token: CancellationToken,
}

impl Entered {
    /// Until its client takes it back.
    pub(super) async fn taken_back(&self) {
        self.token.cancelled().await;
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.running.calls().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_ended_by_its_own_client_alone_and_leaves_nothing() {
        let running = Arc::new(Running::default());
        let caller = |owner: &[u8], session: &str| Caller { owner: owner.to_vec(), session: session.to_owned() };
        let call = running.enter(caller(b"one", "s"), "1".to_owned());
        for (owner, session, request) in [(&b"two"[..], "s", "1"), (b"one", "t", "1"), (b"one", "s", "2")] {
            running.cancel(&caller(owner, session), request);
            assert!(!call.token.is_cancelled(), "{session} {request}");
        }
        running.cancel(&caller(b"one", "s"), "1");
        assert!(call.token.is_cancelled());
        let other = running.enter(caller(b"one", "s"), "3".to_owned());
        drop((call, other));
        assert!(running.calls().is_empty());
    }
}
