//! The `[google]` section: the operator's client at Google's, what clients may connect their accounts for, and where Google is.
//!
//! Without a client nothing of it is offered.

use std::time::Duration;

use mediary_remote::{GoogleFeature, GooglePlaces};
use serde::{Deserialize, Serialize};

use super::address::base_url;
use super::check::Check;
use super::keys::Key;
use super::secret::{Secret, sendable};

/// The checked `[google]` section.
#[derive(Debug, Clone)]
pub struct Google {
    /// The client at Google's, by its id and its secret; `None`: it is not set up.
    pub client: Option<GoogleClient>,
    /// What accounts may be connected for.
    pub features: Vec<GoogleFeature>,
    /// Where Google sends users back to; `None`: to this server, by the name that the client asked for.
    pub redirect: Option<String>,
    /// How long Google may take over one answer.
    pub time: Duration,
    /// Where it is.
    pub places: GooglePlaces,
}

/// The operator's client at Google's.
#[derive(Debug, Clone)]
pub struct GoogleClient {
    /// Its id, which is no secret and yet shown to none.
    pub id: Secret,
    /// Its secret.
    pub secret: Secret,
}

impl Default for Google {
    fn default() -> Self {
        super::Config::default().google
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawGoogle {
    client_id: String,
    client_secret: String,
    features: Vec<String>,
    redirect: String,
    seconds: u32,
    auth_url: String,
    token_url: String,
    revoke_url: String,
    api_url: String,
    gmail_url: String,
}

impl Default for RawGoogle {
    fn default() -> Self {
        Self {
            client_id: "${GOOGLE_CLIENT_ID}".to_owned(),
            client_secret: "${GOOGLE_CLIENT_SECRET}".to_owned(),
            features: GoogleFeature::ALL.iter().map(|feature| feature.name().to_owned()).collect(),
            redirect: String::new(),
            seconds: 60,
            auth_url: "https://accounts.google.com/o/oauth2/v2/auth".to_owned(),
            token_url: "https://oauth2.googleapis.com/token".to_owned(),
            revoke_url: "https://oauth2.googleapis.com/revoke".to_owned(),
            api_url: "https://www.googleapis.com".to_owned(),
            gmail_url: "https://gmail.googleapis.com".to_owned(),
        }
    }
}

const ADDRESS: &str = "an address such as \"https://www.googleapis.com\"";

pub(super) const KEYS: &[Key] = &[
    Key::secret(
        "google.client_id",
        "a text of visible ASCII characters, or empty",
        "the id of your OAuth client (\"Web application\") in Google's console; empty: nothing of Google's is offered",
    ),
    Key::secret("google.client_secret", "a text of visible ASCII characters, or empty", "its secret, likewise"),
    Key::new(
        "google.features",
        "a list of \"drive\", \"drive_upload\", \"calendar\", \"calendar_create\", \"gmail\", \"gmail_send\", each once",
        "what accounts may be connected for; each asks for the least scope that allows it",
    ),
    Key::new(
        "google.redirect",
        "an address that ends with /v1/google/callback, or empty",
        "where Google sends users back to, as it is registered there; empty: to this server, by `server.public_url` or by the \
         name that it was asked by",
    ),
    Key::new("google.seconds", "a whole number of seconds, 1 or more", "how long Google may take over one answer"),
    Key::new("google.auth_url", ADDRESS, "Google's page of consent"),
    Key::new("google.token_url", ADDRESS, "where codes become tokens, and tokens are renewed"),
    Key::new("google.revoke_url", ADDRESS, "where tokens are taken back"),
    Key::new("google.api_url", ADDRESS, "where the addresses of Drive and Calendar begin"),
    Key::new("google.gmail_url", ADDRESS, "where those of Gmail begin"),
];

impl RawGoogle {
    pub(super) fn check(self, check: &mut Check<'_>) -> Option<Google> {
        check.require("google.seconds", self.seconds > 0);
        let mut part = |key: &'static str, text: &str| match text.trim() {
            "" => Some(None),
            text => check.accept(key, sendable(text)).map(Some),
        };
        let (id, secret) =
            (part("google.client_id", &self.client_id), part("google.client_secret", &self.client_secret));
        if let (Some(id), Some(secret)) = (&id, &secret)
            && id.is_some() != secret.is_some()
        {
            let why = "the client wants both, `google.client_id` and `google.client_secret`, or neither";
            check.contradict(&["google.client_id", "google.client_secret"], why);
        }
        let features: Option<Vec<_>> = self.features.iter().map(|name| GoogleFeature::named(name)).collect();
        let is_once = |all: &Vec<GoogleFeature>| all.iter().enumerate().all(|(at, one)| !all[..at].contains(one));
        let features = check.accept("google.features", features.filter(is_once));
        let redirect = match self.redirect.trim() {
            "" => Some(None),
            url => {
                let is_ours = |url: &String| url.ends_with("/v1/google/callback");
                check.accept("google.redirect", base_url(url).filter(is_ours)).map(Some)
            }
        };
        let mut place = |key: &'static str, url: &str| check.accept(key, base_url(url.trim()));
        let places = [
            place("google.auth_url", &self.auth_url),
            place("google.token_url", &self.token_url),
            place("google.revoke_url", &self.revoke_url),
            place("google.api_url", &self.api_url),
            place("google.gmail_url", &self.gmail_url),
        ];
        let [auth_url, token_url, revoke_url, api_url, gmail_url] = places;
        Some(Google {
            client: id?.zip(secret?).map(|(id, secret)| GoogleClient { id, secret }),
            features: features?,
            redirect: redirect?,
            time: Duration::from_secs(self.seconds.into()),
            places: GooglePlaces {
                auth_url: auth_url?,
                token_url: token_url?,
                revoke_url: revoke_url?,
                api_url: api_url?,
                gmail_url: gmail_url?,
            },
        })
    }
}
