//! Chats: from a request to an answer. Resolve the model, measure the parts, plan, prepare, attempt, note.
//!
//! The plan is core's, the calls are remote's, the treatments are the workshop's next door; what is kept here is who
//! answers for whom and how everybody has been doing. `http/` and `cli/` call [`Gateway::chat`] and
//! [`Gateway::explain`].

mod answer;
mod attempts;
mod discovery;
mod error;
mod fleet;
mod known;
mod ledger;
mod measure;
mod plainly;
mod planning;
mod request;
mod sticky;
mod turn;

pub use answer::{Answer, Route, TreatmentNote, WholeAnswer};
pub use error::{ChatError, Exhausted, Tried};
pub use known::Known;
pub use ledger::Record;
pub(super) use measure::at_place;
pub use planning::Planned;
pub use request::{Bounds, ChatRequest};

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use mediary_core::ContentHash;
use mediary_remote::provider_client;
use quick_cache::sync::Cache;

use super::Gateway;
use super::treat::Bench;
use crate::config::Routing;
use crate::providers::Providers;
use fleet::Fleet;
use ledger::Ledger;
use sticky::Sticky;
use turn::Turn;

pub use fleet::soft_parameters;

/// The lengths of so many files are remembered.
const MOST_LENGTHS: usize = 1_000;

/// Everything that chats share: providers, matrix, ledger, conversations.
#[derive(Debug)]
pub(super) struct Chats {
    pub(super) providers: Providers,
    routing: Routing,
    fleet: RwLock<Arc<Fleet>>,
    /// When providers were last asked which models they have.
    discovered: Mutex<Option<Instant>>,
    ledger: Ledger,
    sticky: Sticky,
    /// How many pages PDFs and how many seconds recordings have that were sent before.
    lengths: Cache<ContentHash, Option<u32>>,
}

impl Chats {
    pub(super) fn new(providers: Providers, routing: Routing) -> Self {
        let client = provider_client(routing.connect);
        let fleet = RwLock::new(Arc::new(Fleet::new(&providers, &client)));
        let sticky = Sticky::new(routing.sticky);
        Self {
            providers,
            routing,
            fleet,
            discovered: Mutex::default(),
            ledger: Ledger::default(),
            sticky,
            lengths: Cache::new(MOST_LENGTHS),
        }
    }

    /// The providers and their models as they are known now.
    fn fleet(&self) -> Arc<Fleet> {
        self.fleet.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An answer, growing or whole as the chat asked for it.
#[derive(Debug)]
pub enum Answered {
    /// As it grows.
    Stream(Box<Answer>),
    /// In one piece.
    Whole(Box<WholeAnswer>),
}

impl Gateway {
    /// Answers a chat.
    ///
    /// Dropping the future, or the answer, ends the call to the provider.
    ///
    /// # Errors
    /// When nobody can be asked, or nobody answered.
    pub async fn chat(&self, mut request: ChatRequest) -> Result<Answered, ChatError> {
        self.fetch_parts(&mut request.chat).await?;
        self.chats.discover().await;
        let fleet = self.chats.fleet();
        let parts = self.measured(&request.chat, &fleet).await;
        let planned = self.plan_chat(&fleet, &request, parts)?;
        let turn = Turn {
            gateway: self,
            chats: &self.chats,
            fleet: &fleet,
            request: &request,
            parts: &planned.demand.parts,
            bench: Bench::within(self.help_bounds(&request.bounds)),
            prompt_tokens: u64::from(planned.demand.text_tokens),
            prefix: self.chats.sticky.prefix(&request.client, &request.chat.messages),
        };
        let opened = attempts::run(&turn, &planned.plan).await?;
        Ok(match opened.whole {
            Some((reply, raw)) => Answered::Whole(Box::new(WholeAnswer { route: opened.answer.route, reply, raw })),
            None => Answered::Stream(opened.answer),
        })
    }
}
