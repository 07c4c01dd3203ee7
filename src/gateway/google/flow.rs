//! Accounts are connected, looked at and parted from.
//!
//! The way to Google and back is known by a state that is good once, for ten minutes and for the key that began it; the code
//! that comes back is worth something with the verifier alone, which never leaves this server before.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::Failure;
use mediary_remote::{Consent, GoogleFeature, Grant, GrantRefused};
use mediary_store::{GoogleAccount, Ticket};
use serde::{Deserialize, Serialize};

use super::tokens::Tokens;
use super::{Google, NoGoogle, unguessable};
use crate::gateway::unix_seconds;

/// What states are among tickets.
const STATE: &str = "state";
/// How long a user may take over the page of consent.
const STATE_SECONDS: i64 = 600;
/// As what Google tells that `email` is allowed.
const EMAIL: &str = "https://www.googleapis.com/auth/userinfo.email";
/// So many ways are open at once with one key.
const MOST_OPEN: i64 = 20;

/// A way to Google that was begun.
#[derive(Debug)]
pub struct Begun {
    /// The page of consent.
    pub url: String,
    /// Until when the way back is known, in seconds since 1970.
    pub expires_at: i64,
    /// What is asked for.
    pub features: Vec<GoogleFeature>,
}

/// An account that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Whose it is; empty where Google did not tell it.
    pub email: String,
    /// What is allowed of what is there to be done.
    pub features: Vec<GoogleFeature>,
    /// All that Google allows.
    pub scopes: Vec<String>,
    /// When it was connected.
    pub since: i64,
    /// Whether it has ended there.
    pub is_ended: bool,
}

/// A user who came back.
#[derive(Debug)]
pub struct Returned {
    /// The account.
    pub account: Connected,
    /// What was asked for and not allowed.
    pub declined: Vec<GoogleFeature>,
}

/// What became of an account that is no longer connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parted {
    /// Whether one was connected.
    pub was_connected: bool,
    /// Whether Google has taken the tokens back.
    pub is_revoked: bool,
}

/// What is known of a way until it ends.
#[derive(Serialize, Deserialize)]
struct Way {
    verifier: String,
    redirect: String,
    features: Vec<String>,
}

impl Way {
    fn scopes(features: &[GoogleFeature]) -> Vec<String> {
        let own = GoogleFeature::ACCOUNT.iter().map(|scope| (*scope).to_owned());
        own.chain(features.iter().map(|feature| feature.scope())).collect()
    }

    /// What is allowed of what was asked for. What Google tells beyond that was allowed elsewhere, and is not this key's.
    fn allowed(features: &[GoogleFeature], told: &[String]) -> Vec<String> {
        let asked = Self::scopes(features);
        if told.is_empty() {
            return asked;
        }
        told.iter().filter(|scope| asked.contains(scope) || *scope == EMAIL).cloned().collect()
    }
}

impl Google {
    /// Begins to connect an account: asks for what was named, else for all that changes nothing at Google's, and for what this
    /// owner's account is connected for already. `redirect`: where Google sends the user back to, unless it is configured.
    ///
    /// # Errors
    /// When the operator does not have a feature, too many ways are open, or the store fails.
    pub async fn connect(
        &self,
        owner: &[u8],
        features: Option<Vec<GoogleFeature>>,
        redirect: String,
    ) -> Result<Begun, NoGoogle> {
        let usual = || self.features().iter().copied().filter(|feature| !feature.writes()).collect();
        let mut features: Vec<GoogleFeature> = features.unwrap_or_else(usual);
        if let Some(off) = features.iter().find(|feature| !self.features().contains(feature)) {
            return Err(NoGoogle::FeatureOff(*off));
        }
        let before = self.standing(owner).await?.map_or_else(Vec::new, |account| account.features);
        features.extend(before);
        features.sort();
        features.dedup();
        let redirect = self.settings.redirect.clone().unwrap_or(redirect);
        let (state, verifier) = (unguessable()?, unguessable()?);
        let scopes = Way::scopes(&features);
        let consent = Consent {
            client_id: self.client().0,
            redirect: &redirect,
            scopes: &scopes,
            state: &state,
            verifier: &verifier,
        };
        let url = self.settings.places.consent(&consent)?;
        let names = features.iter().map(|feature| feature.name().to_owned()).collect();
        let way = Way { verifier, redirect, features: names };
        let holds = serde_json::to_string(&way).map_err(|error| NoGoogle::Store(error.to_string()))?;
        let (now, ticket) = (unix_seconds(), Ticket { owner: owner.to_vec(), holds });
        let expires_at = now + STATE_SECONDS;
        match self.tickets.issue((STATE, &state), &ticket, (now, expires_at), MOST_OPEN).await? {
            true => Ok(Begun { url, expires_at, features }),
            false => Err(NoGoogle::TooMany),
        }
    }

    /// A user comes back from the page of consent, with a code or without. That comes to its end whether the browser waits or
    /// not: a code that was handed in is worth nothing a second time.
    ///
    /// # Errors
    /// When the state is none or was used, consent was not given, or Google does not take the code.
    pub async fn returned(self: &Arc<Self>, state: String, code: Option<String>) -> Result<Returned, NoGoogle> {
        let google = self.clone();
        let taken_in = self.coming_back.spawn(async move { google.taken_in(&state, code.as_deref()).await });
        taken_in.await.unwrap_or_else(|_| Err(NoGoogle::Store("the way back broke off".to_owned())))
    }

    /// Waits for users who are on their way back.
    pub async fn settle(&self, patience: Duration) {
        self.coming_back.close();
        // What takes longer is begun anew.
        let _settled = tokio::time::timeout(patience, self.coming_back.wait()).await;
    }

    async fn taken_in(&self, state: &str, code: Option<&str>) -> Result<Returned, NoGoogle> {
        // Taken whatever comes of it: a state is good once.
        let ticket = self.tickets.take((STATE, state), unix_seconds()).await?.ok_or(NoGoogle::UnknownState)?;
        let code = code.filter(|code| !code.is_empty()).ok_or(NoGoogle::Declined)?;
        let way: Way = serde_json::from_str(&ticket.holds).map_err(|_| NoGoogle::UnknownState)?;
        let request = self.settings.places.exchange(self.client(), code, &way.verifier, &way.redirect)?;
        let answer = self.deliver(request).await?;
        let grant = Grant::read(&answer).map_err(|refused| match refused {
            // The code was handed in before, or is too old.
            GrantRefused::Ended => NoGoogle::UnknownState,
            GrantRefused::Failed(failure) => failure.into(),
        })?;
        let asked: Vec<GoogleFeature> = way.features.iter().filter_map(|name| GoogleFeature::named(name)).collect();
        let scopes = Way::allowed(&asked, &grant.scopes);
        let none = || {
            let detail = "Google gave no refresh token, so the account could not be used for longer than an hour; take this \
                          server's access back in the account's settings, and connect it again";
            Failure::broken(detail)
        };
        let refresh = grant.refresh_token.clone().ok_or_else(none)?;
        let tokens = Tokens::of(&grant, refresh);
        let email = grant.email.unwrap_or_default();
        let before = self.accounts.get(&ticket.owner).await?;
        self.accounts.put(&ticket.owner, &email, &scopes, &tokens.written(), unix_seconds()).await?;
        tracing::info!("an account of Google's was connected");
        // Of the same user Google would take the new tokens back with the old ones.
        let is_another =
            |before: &GoogleAccount| ![email.as_str(), ""].contains(&before.email.as_str()) && !email.is_empty();
        if let Some(left) = before.filter(is_another).and_then(|before| Tokens::read(&before.tokens?)) {
            let _best_effort = self.is_revoked(&left).await;
        }
        let account = self.standing(&ticket.owner).await?.ok_or(NoGoogle::NotConnected)?;
        let declined = asked.into_iter().filter(|feature| !account.features.contains(feature)).collect();
        Ok(Returned { account, declined })
    }

    /// The account of an owner, if one is connected.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn standing(&self, owner: &[u8]) -> Result<Option<Connected>, NoGoogle> {
        let Some(account) = self.accounts.get(owner).await? else { return Ok(None) };
        let allows = |feature: &GoogleFeature| feature.is_in(account.scopes.iter().map(String::as_str));
        Ok(Some(Connected {
            features: self.features().iter().copied().filter(allows).collect(),
            is_ended: account.is_ended || account.tokens.is_none(),
            email: account.email,
            scopes: account.scopes,
            since: account.created_at,
        }))
    }

    /// Takes back at Google's what was allowed, and forgets the account here, whatever Google says.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn disconnect(&self, owner: &[u8]) -> Result<Parted, NoGoogle> {
        let (was_connected, tokens) = self.forgotten(owner).await?;
        let is_revoked = match tokens {
            Some(tokens) => self.is_revoked(&tokens).await,
            None => false,
        };
        Ok(Parted { was_connected, is_revoked })
    }

    /// Forgets the account of an owner whose key is removed. Google is told beside it, which a stop waits for.
    ///
    /// # Errors
    /// When the store fails.
    pub(in crate::gateway) async fn forget(self: &Arc<Self>, owner: &[u8]) -> Result<(), NoGoogle> {
        if let (_, Some(tokens)) = self.forgotten(owner).await? {
            let google = self.clone();
            self.coming_back.spawn(async move { google.is_revoked(&tokens).await });
        }
        Ok(())
    }

    /// Forgets an account; gives whether there was one, and its tokens.
    async fn forgotten(&self, owner: &[u8]) -> Result<(bool, Option<Tokens>), NoGoogle> {
        let account = self.accounts.get(owner).await?;
        // Forgotten first: where Google cannot be reached, nothing is left here.
        let was_connected = self.accounts.remove(owner).await?;
        self.tickets.forget(owner).await?;
        Ok((was_connected, account.and_then(|account| account.tokens).and_then(|tokens| Tokens::read(&tokens))))
    }

    async fn is_revoked(&self, tokens: &Tokens) -> bool {
        let Ok(request) = self.settings.places.revoke(&tokens.refresh) else { return false };
        match self.deliver(request).await {
            // One that it does not know any more is taken back.
            Ok(answer) => answer.status().is_success() || answer.status().as_u16() == 400,
            Err(failure) => {
                tracing::warn!(failure.kind = failure.kind.name(), "Google was not told that an account is forgotten");
                false
            }
        }
    }
}
