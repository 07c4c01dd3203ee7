//! Tokens of providers: they open a conversation there, which does not pass through here.
//!
//! What is said there is neither counted nor held to a client's limits, so a client that has such limits gets none.

use mediary_core::live::{LiveSettings, LiveToken};
use mediary_core::{Failure, FailureKind, ProviderId, Target};

use super::super::Gateway;
use super::super::clients::Client;
use super::super::routing::{Bounds, CallError, LiveWant};

impl Gateway {
    /// Asks a provider for a token. `until`: what time it is, and when it is too late to begin.
    ///
    /// # Errors
    /// When the client has limits, something is kept from the provider, there is no such provider, or it gives none.
    pub async fn provider_token(
        &self,
        provider: &ProviderId,
        settings: &LiveSettings,
        bounds: Bounds,
        until: (u64, u64),
    ) -> Result<(Target, LiveToken), CallError> {
        if bounds.account.admitted().is_some_and(|admitted| has_limits(admitted.client())) {
            let detail = "this key has limits, which cannot be held where a conversation does not pass through here; leave \
                          `provider` out, and the token opens a conversation on this server";
            return Err(Failure::new(FailureKind::NotAllowed, detail).into());
        }
        let fleet = self.router.fleet();
        let named = match self.router.live_want(&fleet, &settings.model) {
            LiveWant::One(target) => LiveWant::One(target),
            LiveWant::Model(model) => LiveWant::Model(model),
            // A name that is not known here may be newer than the catalog.
            LiveWant::Chat(model) => {
                LiveWant::One(Target { provider: provider.clone(), model: mediary_core::ModelName::new(&model) })
            }
            LiveWant::Any => LiveWant::Any,
        };
        if self.router.is_covered(provider, &bounds.account) {
            let detail = format!(
                "personal data and secrets are kept from `{}` (redaction), which cannot be where a conversation does not pass \
                 through here; leave `provider` out, and the token opens a conversation on this server",
                provider.as_str()
            );
            return Err(Failure::new(FailureKind::NotAllowed, detail).into());
        }
        let bounds = Bounds { providers: vec![provider.clone()], ..bounds };
        let found = self.router.live_targets(&fleet, &named, &bounds).into_iter().next();
        let target = found.ok_or_else(|| {
            let detail = format!(
                "no provider `{}` that gives tokens for live conversations may be asked; set one up with its key, or \
                 leave `provider` out for a token of this server's",
                provider.as_str()
            );
            Failure::new(FailureKind::NotAllowed, detail)
        })?;
        let token = self.router.live_token(&fleet, &target, settings, until).await?;
        Ok((target.target, token))
    }
}

fn has_limits(client: &Client) -> bool {
    let rules = &client.rules;
    let is_limited = |budget: &crate::gateway::Budget| *budget != crate::gateway::Budget::default();
    is_limited(&rules.day)
        || is_limited(&rules.month)
        || rules.tokens_per_minute.is_some()
        || rules.requests_per_minute.is_some()
        || rules.system_prompt.is_some()
}
