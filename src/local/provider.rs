//! The engines of this process as a provider: each target of `local` belongs to one worker pool.
//!
//! Which engines there are, where their files are and what they accept is decided above; this only finds the pool.

use std::sync::Arc;

use mediary_core::capability::Abilities;
use mediary_core::provider::{BoxFuture, Call, Provider, ReplyStream, Reservation};
use mediary_core::task::Task;
use mediary_core::{Failure, FailureKind, ModelName};

use crate::Pool;

/// The local engines.
#[derive(Debug, Clone, Default)]
pub struct Local {
    pools: Vec<(Vec<ModelName>, Arc<Pool>)>,
}

impl Local {
    /// Adds an engine that has these models.
    #[must_use]
    pub fn with(mut self, models: impl IntoIterator<Item = ModelName>, pool: Pool) -> Self {
        self.pools.push((models.into_iter().collect(), Arc::new(pool)));
        self
    }

    /// How many jobs each engine has in its queue, by the engine's name.
    pub fn depths(&self) -> impl Iterator<Item = (&str, usize)> {
        self.pools.iter().map(|(_, pool)| (pool.name(), pool.depth()))
    }

    fn pool(&self, abilities: &Abilities) -> Result<&Pool, Failure> {
        let model = &abilities.target.model;
        let found = self.pools.iter().find(|(models, _)| models.contains(model)).map(|(_, pool)| &**pool);
        found.ok_or_else(|| Failure::new(FailureKind::Unknown, format!("there is no engine {}", abilities.target)))
    }
}

impl Provider for Local {
    fn wire_format_of(&self, _task: &Task, _abilities: &Abilities) -> &'static str {
        "local"
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Box<dyn ReplyStream>, Failure>> {
        let queued = self.pool(call.abilities).and_then(|pool| {
            let reply = pool.call(&call.abilities.target.model, call.task, call.reservation)?;
            Ok(Box::new(reply) as Box<dyn ReplyStream>)
        });
        Box::pin(std::future::ready(queued))
    }

    fn reserve(&self, abilities: &Abilities) -> Result<Option<Reservation>, Failure> {
        Ok(Some(Reservation::new(self.pool(abilities)?.enter()?)))
    }
}
