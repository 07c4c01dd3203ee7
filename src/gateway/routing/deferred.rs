//! Calls that wait for a provider's own batch: written down in the place of being made, and, when the batch is over, answered
//! by what it says.
//!
//! A request passes through everything twice: the first time it ends where it would be sent, the second time its answer is
//! there. So nothing of it is held meanwhile, and each protocol, treatment, limit and charge is what it always is. When jobs
//! are begun and asked about is the batches' affair.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mediary_core::batch::BatchedCall;
use mediary_core::capability::{Price, TaskKind};
use mediary_core::plan::{Candidate, Treatment};
use mediary_core::provider::{Call, ReplyStream};
use mediary_core::task::{Chat, Task};
use mediary_core::{Failure, FailureKind, ProviderId, Target};

use super::account::Account;
use super::fleet::Member;

/// A call that waits for a batch.
#[derive(Debug)]
pub struct Deferred {
    stage: Mutex<Stage>,
    /// Where its answer comes from, when that is there.
    answered: Option<(Target, Option<String>)>,
}

#[derive(Debug)]
enum Stage {
    /// It is to be written down.
    Asked,
    /// It was.
    Written(Box<Written>),
    /// It goes into no batch.
    Unfit,
    /// This is its answer.
    Answer(Bytes),
    /// Which was read.
    Read,
}

/// A call as it was written down.
#[derive(Debug)]
pub struct Written {
    /// The provider that it would be sent to.
    pub provider: ProviderId,
    /// What the key is known by with which it would be sent; `None`: it is called without.
    pub key: Option<String>,
    /// What would be sent.
    pub call: BatchedCall,
}

impl Deferred {
    /// A call that is to be written down.
    #[must_use]
    pub fn to_write() -> Self {
        Self { stage: Mutex::new(Stage::Asked), answered: None }
    }

    /// A call that a target has answered in a batch, with a key of this fingerprint.
    #[must_use]
    pub fn answered(target: Target, key: Option<String>, body: Bytes) -> Self {
        Self { stage: Mutex::new(Stage::Answer(body)), answered: Some((target, key)) }
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        // It is replaced as a whole.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether its answer is there.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    /// Whether that was read.
    #[must_use]
    pub fn was_read(&self) -> bool {
        matches!(*self.stage(), Stage::Read)
    }

    /// What was written down, if all of the request is in it.
    #[must_use]
    pub fn written(&self) -> Option<Box<Written>> {
        match std::mem::replace(&mut *self.stage(), Stage::Unfit) {
            Stage::Written(written) => Some(written),
            Stage::Asked | Stage::Unfit | Stage::Answer(_) | Stage::Read => None,
        }
    }

    /// It goes into no batch.
    ///
    /// # Errors
    /// Always, unless it is answered: nothing of it is to be sent.
    pub(in crate::gateway) fn is_unfit(&self) -> Result<(), Failure> {
        if self.is_answered() {
            return Ok(());
        }
        *self.stage() = Stage::Unfit;
        Err(put_off())
    }

    /// The candidates that may be asked: the one that has answered, or the first, where it takes all parts as they are.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn narrow(&self, candidates: &mut Vec<Candidate>) -> Result<(), Failure> {
        let is_whole = |candidate: &Candidate| {
            !candidate.treatments.iter().any(|treatment| matches!(treatment, Treatment::Extract { .. }))
        };
        match &self.answered {
            Some((target, _)) => candidates.retain(|candidate| candidate.target == *target),
            None => candidates.truncate(1),
        }
        if candidates.is_empty() || (!self.is_answered() && !candidates.iter().all(is_whole)) {
            return self.is_unfit().and(Err(put_off()));
        }
        Ok(())
    }

    /// What the key is known by with which it was answered.
    pub(super) fn key(&self) -> Option<&str> {
        self.answered.as_ref().map(|(_, key)| key.as_deref().unwrap_or_default())
    }

    fn call(&self, member: &Member, key: usize, call: &Call<'_>) -> Result<Box<dyn ReplyStream>, Failure> {
        let batches = member.provider.batches();
        let is_batched = call.abilities.batch_percent.is_some() && !call.abilities.price.is_free();
        let (Some(batches), true) = (batches, is_batched || self.is_answered()) else {
            return self.is_unfit().and(Err(put_off()));
        };
        // What is read later is read whole.
        let whole = match call.task {
            Task::Chat(chat) if chat.stream => Some(Task::Chat(Chat { stream: false, ..chat.clone() })),
            _ => None,
        };
        let call = Call { task: whole.as_ref().unwrap_or(call.task), ..*call };
        let mut stage = self.stage();
        match std::mem::replace(&mut *stage, Stage::Unfit) {
            Stage::Asked => {
                if let Ok(written) = batches.write(&call) {
                    let (provider, key) = (member.id().clone(), member.fingerprint(key));
                    *stage = Stage::Written(Box::new(Written { provider, key, call: written }));
                }
                Err(put_off())
            }
            Stage::Answer(body) => {
                *stage = Stage::Read;
                batches.read(&call, body)
            }
            // A request of several calls is none that a batch could answer.
            Stage::Written(_) | Stage::Unfit => Err(put_off()),
            Stage::Read => {
                *stage = Stage::Read;
                Err(put_off())
            }
        }
    }
}

/// Nothing was sent, and nothing is to be said of the target.
fn put_off() -> Failure {
    Failure::new(FailureKind::ClientGone, "this request waits for a batch of its provider's, or goes into none")
}

impl Account {
    /// What is to become of the request's call, where that waits for a batch.
    pub(in crate::gateway) fn deferred(&self) -> Option<&Deferred> {
        self.announced().and_then(|announced| announced.deferred())
    }

    /// What units cost: in a batch less.
    pub(super) fn priced(&self, price: Price, batch_percent: Option<u8>) -> Price {
        match (self.deferred(), batch_percent) {
            (Some(_), Some(percent)) => price.at_percent(percent),
            (Some(_), None) | (None, _) => price,
        }
    }

    /// Told where a request takes several calls.
    ///
    /// # Errors
    /// When it waits for a batch: that answers one.
    pub(in crate::gateway) fn needs_several_calls(&self) -> Result<(), Failure> {
        self.deferred().map_or(Ok(()), Deferred::is_unfit)
    }
}

/// Makes a call, or does with it what is to be done where it waits for a batch.
pub(super) async fn made(
    account: &Account,
    (member, key): (&Member, usize),
    call: Call<'_>,
) -> Result<Box<dyn ReplyStream>, Failure> {
    match account.deferred() {
        None => member.provider.call(call).await,
        Some(deferred) if matches!(call.task.kind(), TaskKind::Chat | TaskKind::Embedding) => {
            deferred.call(member, key, &call)
        }
        // What helps with an answer that is there is asked as ever.
        Some(deferred) => match deferred.is_unfit() {
            Ok(()) => member.provider.call(call).await,
            Err(failure) => Err(failure),
        },
    }
}
