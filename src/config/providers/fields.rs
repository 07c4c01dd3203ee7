//! Readers of single fields whose texts have a form of their own: ids, addresses, names of variables.
//!
//! Complaints say what would be right and never repeat the text, which may have come out of a variable.

use mediary_core::ProviderId;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::Value;

use crate::config::web_origin;

pub(super) fn provider_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ProviderId, D::Error> {
    let text = String::deserialize(deserializer)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if text == "local" {
        return Err(D::Error::custom("`local` is the engines in this process; give the provider another id"));
    }
    if text.is_empty() || !text.chars().all(plain) {
        return Err(D::Error::custom("`id` must be made of lower-case letters, digits, dots, dashes and underscores"));
    }
    Ok(ProviderId::new(&text))
}

pub(super) fn base_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wants = "`base_url` must be an http or https address without user, query or fragment, such as \
                 \"http://127.0.0.1:9000/v1\"";
    web_origin::base_url(text.trim()).map(Some).ok_or_else(|| D::Error::custom(wants))
}

pub(super) fn variables<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let names = match Value::deserialize(deserializer)? {
        Value::Array(names) => names,
        single => vec![single],
    };
    let names = names.into_iter().map(|name| match name {
        Value::String(name) if !name.is_empty() && name.chars().all(plain) => Some(name),
        // A key that was written where its variable belongs must not be read in a log.
        _ => None,
    });
    let wants = "must be a list of variables' names in upper case, such as [\"GROQ_API_KEY\"]";
    names.collect::<Option<_>>().map(Some).ok_or_else(|| D::Error::custom(wants))
}
