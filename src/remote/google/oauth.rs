//! OAuth 2 with PKCE (RFC 6749, RFC 7636): the page of consent, codes that become tokens, tokens that are renewed and taken back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Method, Request, Response};
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::asking::{GooglePlaces, lenient, saying, to_url};
use super::refusal::google_refusal;
use crate::blame;

const FORM: &str = "application/x-www-form-urlencoded";
/// A token without a word about its end is taken to last so long, in seconds.
const USUAL_LIFE: u64 = 3_000;

/// What a user is asked to consent to.
pub struct Consent<'a> {
    /// The operator's client.
    pub client_id: &'a str,
    /// Where Google sends the user back to.
    pub redirect: &'a str,
    /// What is asked for.
    pub scopes: &'a [String],
    /// By which the way back is known again.
    pub state: &'a str,
    /// Whose hash is told now, and which is told itself when the code is handed in.
    pub verifier: &'a str,
}

impl fmt::Debug for Consent<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Consent").field("redirect", &self.redirect).finish_non_exhaustive()
    }
}

/// What Google gives for a code or a refresh token.
#[derive(Clone)]
pub struct Grant {
    /// What requests are made with.
    pub access_token: String,
    /// What the next is had with, where it is told anew.
    pub refresh_token: Option<String>,
    /// How long the access token lasts, in seconds.
    pub lasts: u64,
    /// What is allowed; nothing: it was not told, and is what was allowed before.
    pub scopes: Vec<String>,
    /// Whose account it is.
    pub email: Option<String>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Grant")
            .field("lasts", &self.lasts)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// Why there is no grant.
#[derive(Debug, Clone)]
pub enum GrantRefused {
    /// The code or the refresh token is not good any more: the user took it back, or it is too old.
    Ended,
    /// Something else, which may pass.
    Failed(Failure),
}

impl From<Failure> for GrantRefused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

#[derive(Deserialize)]
struct Told {
    #[serde(default, deserialize_with = "lenient")]
    access_token: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    refresh_token: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    scope: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default, deserialize_with = "lenient")]
    error: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default, deserialize_with = "lenient")]
    email: Option<String>,
}

impl GooglePlaces {
    /// The address on which a user consents.
    ///
    /// # Errors
    /// When the address of the page is none.
    pub fn consent(&self, consent: &Consent<'_>) -> Result<String, Failure> {
        let mut url = Url::parse(&self.auth_url).map_err(|_| Failure::broken("[google] auth_url is no address"))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(consent.verifier.as_bytes()));
        url.query_pairs_mut().extend_pairs([
            ("client_id", consent.client_id),
            ("redirect_uri", consent.redirect),
            ("response_type", "code"),
            ("scope", &consent.scopes.join(" ")),
            ("state", consent.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("access_type", "offline"),
            // Without it a refresh token is told the first time only. What the user has allowed this client elsewhere is not asked
            // for: that may have been with another key.
            ("prompt", "consent"),
        ]);
        Ok(url.into())
    }

    /// Hands a code in.
    ///
    /// # Errors
    /// When the address is none.
    pub fn exchange(
        &self,
        (id, secret): (&str, &str),
        code: &str,
        verifier: &str,
        redirect: &str,
    ) -> Result<Request<Bytes>, Failure> {
        form(
            &self.token_url,
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("code_verifier", verifier),
                ("redirect_uri", redirect),
                ("client_id", id),
                ("client_secret", secret),
            ],
        )
    }

    /// Asks for the next access token.
    ///
    /// # Errors
    /// When the address is none.
    pub fn refresh(&self, (id, secret): (&str, &str), refresh_token: &str) -> Result<Request<Bytes>, Failure> {
        form(
            &self.token_url,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token),
                ("client_id", id),
                ("client_secret", secret),
            ],
        )
    }

    /// Takes a token back, and with it all that came of the same consent.
    ///
    /// # Errors
    /// When the address is none.
    pub fn revoke(&self, token: &str) -> Result<Request<Bytes>, Failure> {
        form(&self.revoke_url, &[("token", token)])
    }
}

fn form(url: &str, pairs: &[(&str, &str)]) -> Result<Request<Bytes>, Failure> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ok(saying(to_url(Method::POST, url)?, FORM, body))
}

impl Grant {
    /// Reads what the address of tokens answers.
    ///
    /// # Errors
    /// When there is no grant.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, GrantRefused> {
        let status = answer.status().as_u16();
        if !answer.status().is_success() {
            let code = serde_json::from_slice::<Refusal>(answer.body()).ok().and_then(|refusal| refusal.error);
            return Err(match code.as_deref() {
                Some("invalid_grant") => GrantRefused::Ended,
                Some("invalid_client" | "unauthorized_client") => {
                    let detail = "Google does not know the client that is set up here; check [google] client_id and \
                                  client_secret";
                    Failure::new(FailureKind::BadKey, detail).into()
                }
                Some("redirect_uri_mismatch") => {
                    let detail = "Google does not know the address that it is to send users back to; add it to the client's \
                                  redirect URIs, or set [google] redirect to one of them";
                    Failure::new(FailureKind::Unacceptable, detail).into()
                }
                // What else it says may repeat what it was sent.
                _ => {
                    let failure = google_refusal(status, answer.headers(), &Bytes::new());
                    failure.into()
                }
            });
        }
        let odd = || blame::garbled("Google's answer about tokens is not what it should be");
        let told: Told = serde_json::from_slice(answer.body()).map_err(|_| odd())?;
        let is_sendable = |token: &String| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let access_token = told.access_token.filter(is_sendable).ok_or_else(odd)?;
        Ok(Self {
            access_token,
            refresh_token: told.refresh_token.filter(|token| !token.is_empty()),
            lasts: told.expires_in.unwrap_or(USUAL_LIFE),
            scopes: told.scope.unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            email: told.id_token.as_deref().and_then(email_of),
        })
    }
}

/// Whose account an identity token names. It came from Google itself, so its signature is not looked at (OpenID Connect Core
/// §3.1.3.7); what it says is shown and decides nothing.
fn email_of(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    let Claims { email } = serde_json::from_slice(&claims).ok()?;
    email.filter(|email| !email.is_empty() && email.len() <= 320 && !email.chars().any(char::is_control))
}
