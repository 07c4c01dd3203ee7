//! What the gateway is asked: a task, for which client, and within which bounds.

use mediary_core::capability::Tier;
use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::task::Task;
use mediary_core::{Hold, ProviderId};

use super::super::answer_cache::CacheWish;
use super::super::web::WebWish;
use super::account::Account;

/// A task to be carried out.
#[derive(Debug, Clone)]
pub struct TaskRequest {
    /// The task.
    pub task: Task,
    /// The model's name as it was sent; empty if none was.
    pub model: String,
    /// What the request's headers ask for.
    pub bounds: Bounds,
    /// What the client is known by: a digest of its key, or nothing.
    pub client: Vec<u8>,
    /// The permit for what the task takes in memory, given back with its last copy.
    pub held: Hold,
}

/// What a request asks for beside its body. It can tighten what the operator allows, never loosen it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The tier, where the model names none.
    pub tier: Option<Tier>,
    /// Parts go as they are or not at all.
    pub strict: bool,
    /// Where the request may go.
    pub privacy: Privacy,
    /// What it may cost.
    pub cost: CostPolicy,
    /// Only these providers, if any are named.
    pub providers: Vec<ProviderId>,
    /// Whether it may cost although the operator wants that confirmed.
    pub allows_paid: bool,
    /// What it has cost so far.
    pub account: Account,
    /// Whether a stream that breaks off goes on at another target; `None`: as the operator has it.
    pub continues: Option<bool>,
    /// What it wants of the cache.
    pub cache: CacheWish,
    /// What settles ties between candidates, so that the same request meets the same target; `None`: a draw of its own.
    pub draw: Option<u64>,
    /// Whether its target was planned for what its client asked, which its key may: it may then be named, whatever the key
    /// may ask for by name.
    pub is_planned: bool,
    /// Whether a chat is to be given what the web says.
    pub web: WebWish,
    /// The thread that a chat goes on with, by the id that its client gives it.
    pub thread: Option<String>,
}

impl Bounds {
    /// The bounds of calls that help with a request's treatments: those that are about where it may go.
    #[must_use]
    pub(in crate::gateway) fn of_help(&self) -> Self {
        Self {
            tier: None,
            strict: false,
            draw: None,
            is_planned: false,
            web: WebWish::None,
            thread: None,
            ..self.clone()
        }
    }

    /// The bounds of a reading: those that are about where pages may go and what that may cost.
    #[must_use]
    pub fn of_reading(&self) -> Self {
        Self { providers: Vec::new(), continues: None, ..self.of_help() }
    }

    /// Whether a request may go anywhere, whatever it costs.
    #[must_use]
    pub(in crate::gateway) fn is_open(&self) -> bool {
        self.privacy == Privacy::Any && self.cost <= CostPolicy::FreeFirst && self.providers.is_empty()
    }
}
