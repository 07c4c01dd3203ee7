//! Tokens of accounts: renewed a little ahead of their end, and once when Google does not take one; by one request at a time
//! for each account, for which the others wait.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use mediary_remote::{GoogleFeature, Grant, GrantRefused};
use mediary_store::GoogleAccount;
use serde::{Deserialize, Serialize};

use super::{Google, NoGoogle};
use crate::gateway::unix_seconds;

/// So long before its end a token is renewed, in seconds.
const AHEAD: i64 = 60;

/// What an account is used with.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
    /// When the access token ends, in seconds since 1970.
    pub(super) ends_at: i64,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tokens").field("ends_at", &self.ends_at).finish_non_exhaustive()
    }
}

impl Tokens {
    pub(super) fn of(grant: &Grant, refresh: String) -> Self {
        let lasts = i64::try_from(grant.lasts).unwrap_or(i64::MAX);
        Self { access: grant.access_token.clone(), refresh, ends_at: unix_seconds().saturating_add(lasts) }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn written(&self) -> String {
        // Texts and a number always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whose tokens are being renewed. An entry goes with the last request that waits for it.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<Vec<u8>, Weak<tokio::sync::Mutex<()>>>>);

impl Turns {
    fn of(&self, owner: &[u8]) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(owner).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(owner.to_vec(), Arc::downgrade(&turn));
        turn
    }
}

impl Google {
    /// The token to ask with for a feature. `refused`: one that Google did not take.
    pub(super) async fn token(
        &self,
        owner: &[u8],
        feature: GoogleFeature,
        refused: Option<&str>,
    ) -> Result<String, NoGoogle> {
        if !self.features().contains(&feature) {
            return Err(NoGoogle::FeatureOff(feature));
        }
        let is_good = |tokens: &Tokens| {
            refused != Some(tokens.access.as_str()) && tokens.ends_at > unix_seconds().saturating_add(AHEAD)
        };
        let (_, tokens) = self.tokens_for(owner, feature).await?;
        if is_good(&tokens) {
            return Ok(tokens.access);
        }
        let turn = self.turns.of(owner);
        let _turn = turn.lock().await;
        // Another request, or another server, may have been here meanwhile.
        let (account, tokens) = self.tokens_for(owner, feature).await?;
        if is_good(&tokens) {
            return Ok(tokens.access);
        }
        self.renewed(owner, &account, &tokens).await
    }

    async fn tokens_for(&self, owner: &[u8], feature: GoogleFeature) -> Result<(GoogleAccount, Tokens), NoGoogle> {
        let account = self.accounts.get(owner).await?.ok_or(NoGoogle::NotConnected)?;
        let tokens = account.tokens.as_deref().and_then(Tokens::read);
        let tokens = tokens.filter(|_| !account.is_ended).ok_or(NoGoogle::Ended)?;
        if !feature.is_in(account.scopes.iter().map(String::as_str)) {
            return Err(NoGoogle::Missing(feature));
        }
        Ok((account, tokens))
    }

    async fn renewed(&self, owner: &[u8], account: &GoogleAccount, tokens: &Tokens) -> Result<String, NoGoogle> {
        let request = self.settings.places.refresh(self.client(), &tokens.refresh)?;
        let answer = self.deliver(request).await?;
        match Grant::read(&answer) {
            Ok(grant) => {
                let refresh = grant.refresh_token.clone().unwrap_or_else(|| tokens.refresh.clone());
                let newer = Tokens::of(&grant, refresh);
                // Where the account was changed meanwhile, what was written there is in force, and this token is good all the same.
                self.accounts.renew(owner, account, &newer.written()).await?;
                Ok(newer.access)
            }
            Err(GrantRefused::Ended) => {
                if self.accounts.end(owner, account).await? {
                    tracing::warn!("a connection to Google has ended; its client is told to connect again");
                }
                Err(NoGoogle::Ended)
            }
            Err(GrantRefused::Failed(failure)) => Err(failure.into()),
        }
    }
}
