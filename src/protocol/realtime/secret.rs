//! Short-lived tokens: requests for them, and answers that give them.

use mediary_core::live::{LiveSettings, LiveToken};
use serde_json::{Value, json};

use super::super::process::BadField;
use super::bad;
use super::session::{settings, settings_json};

/// What lives shorter cannot be used, …
const LEAST_SECONDS: u64 = 10;
/// … and what lives longer is no short-lived token.
const MOST_SECONDS: u64 = 7_200;
const USUAL_SECONDS: u64 = 600;
/// So long tokens of the older route may live, which says so by another field.
const MOST_OLDER_SECONDS: u64 = 72_000;

/// A request for a token.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretWish {
    /// How the session is held that it opens.
    pub settings: LiveSettings,
    /// How long it is good for.
    pub seconds: u64,
    /// A provider whose token it is to be, instead of one of this gateway's.
    pub provider: Option<String>,
}

/// Understands a request for a token. `is_older`: by the route of the older interface, whose body is the session itself.
///
/// # Errors
/// The first field that is wrong.
pub fn secret_wish(body: &[u8], is_older: bool) -> Result<SecretWish, BadField> {
    let told: Value = match body.trim_ascii().is_empty() {
        true => json!({}),
        false => serde_json::from_slice(body).map_err(|_| bad("", "the body is no JSON"))?,
    };
    if !told.is_object() {
        return Err(bad("", "the body must be an object of JSON"));
    }
    let now = LiveSettings::default();
    let provider = told["provider"].as_str().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    if is_older {
        let mut session = told.clone();
        // What this gateway's predecessor called it.
        if let Some(modalities) = told["response_modalities"].as_array() {
            let is_text =
                modalities.iter().all(|name| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("text")));
            session["modalities"] = json!([if is_text { "text" } else { "audio" }]);
        }
        let mut settings = settings(&session, &now)?;
        for name in ["provider", "response_modalities", "expires_in_seconds", "client_secret", "expires_after"] {
            settings.written.remove(name);
        }
        let after = told["client_secret"]["expires_after"]["seconds"].as_u64();
        let seconds = after.or(told["expires_in_seconds"].as_u64()).unwrap_or(USUAL_SECONDS);
        return Ok(SecretWish {
            settings,
            seconds: within(seconds, MOST_OLDER_SECONDS, "expires_in_seconds")?,
            provider,
        });
    }
    let settings = match told.get("session").filter(|session| !session.is_null()) {
        Some(session) => settings(session, &now)?,
        None => now,
    };
    let after = &told["expires_after"];
    if after.get("anchor").is_some_and(|anchor| anchor != "created_at") {
        return Err(bad("expires_after.anchor", "`expires_after.anchor` is created_at"));
    }
    let seconds = match after.get("seconds") {
        None | Some(Value::Null) => USUAL_SECONDS,
        Some(seconds) => seconds.as_u64().unwrap_or_default(),
    };
    Ok(SecretWish { settings, seconds: within(seconds, MOST_SECONDS, "expires_after.seconds")?, provider })
}

fn within(seconds: u64, most: u64, field: &str) -> Result<u64, BadField> {
    let wrong = || bad(field, format!("`{field}` is a number of seconds from {LEAST_SECONDS} to {most}"));
    (LEAST_SECONDS..=most).contains(&seconds).then_some(seconds).ok_or_else(wrong)
}

/// The answer of the route of today: a token and what it opens.
#[must_use]
pub fn secret(value: &str, expires_at: u64, session_id: &str, settings: &LiveSettings) -> Value {
    let mut session = settings_json(settings);
    session["object"] = "realtime.session".into();
    session["id"] = session_id.into();
    json!({ "value": value, "expires_at": expires_at, "session": session })
}

/// The answer with a provider's own token.
#[must_use]
pub fn vendor_secret(token: &LiveToken, provider: &str, model: &str, settings: &LiveSettings) -> Value {
    let session = token
        .session
        .clone()
        .unwrap_or_else(|| settings_json(&LiveSettings { model: model.to_owned(), ..settings.clone() }));
    json!({
        "value": token.value,
        "expires_at": token.expires_at,
        "session": session,
        "provider": provider,
        "model": model,
        "connect_url": token.connect_url,
    })
}

/// The same answer as the older route gives it: the session, with the token in it.
#[must_use]
pub fn older_session(answer: &Value, session_id: &str) -> Value {
    let mut session = answer["session"].clone();
    session["id"] = session_id.into();
    session["object"] = "realtime.session".into();
    session["client_secret"] = json!({ "value": answer["value"], "expires_at": answer["expires_at"] });
    session["expires_at"] = answer["expires_at"].clone();
    session["modalities"] = match session["output_modalities"] == json!(["text"]) {
        true => json!(["text"]),
        false => json!(["text", "audio"]),
    };
    for name in ["provider", "model", "connect_url"] {
        if let Some(value) = answer.get(name) {
            session[name] = value.clone();
        }
    }
    session
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_routes_say_the_same_in_their_own_words() {
        let newer = secret_wish(
            br#"{"expires_after":{"anchor":"created_at","seconds":60},"session":{"type":"realtime","model":"m","instructions":"i"}}"#,
            false,
        );
        let older = secret_wish(
            br#"{"model":"m","instructions":"i","expires_in_seconds":60,"response_modalities":["AUDIO"]}"#,
            true,
        );
        let (newer, older) = (newer.unwrap(), older.unwrap());
        assert_eq!((newer.seconds, &newer.settings.model, newer.settings.aloud), (60, &"m".to_owned(), true));
        assert_eq!((older.seconds, &older.settings.model, older.settings.aloud), (60, &"m".to_owned(), true));
        assert_eq!(secret_wish(b"", false).unwrap().seconds, USUAL_SECONDS);
        assert!(!secret_wish(br#"{"response_modalities":["TEXT"]}"#, true).unwrap().settings.aloud);
        for (body, is_older, field) in [
            (r#"{"expires_after":{"seconds":1}}"#, false, "expires_after.seconds"),
            (r#"{"expires_after":{"anchor":"x"}}"#, false, "expires_after.anchor"),
            (r#"{"expires_in_seconds":100000}"#, true, "expires_in_seconds"),
            (r#"{"session":{"type":"x"}}"#, false, "session.type"),
            ("[", false, ""),
        ] {
            assert_eq!(secret_wish(body.as_bytes(), is_older).unwrap_err().field, field, "{body}");
        }
    }
}
