//! FreeLLMAPI: a database, or an export of its keys.
//!
//! Its keys lie there under AES-256-GCM, with a key out of its environment or of the database itself.

use std::path::Path;

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aes::Aes256;
use aes_gcm::{AeadInPlace, AesGcm, KeyInit};
use mediary_store::ForeignDatabase;
use serde_json::Value;
use toml::Table;

use super::carried::{Carried, Key};
use super::vendors;

/// A key of its.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeyRow {
    platform: String,
    label: String,
    /// `None`: it could not be opened.
    key: Option<String>,
}

/// The keys of an export; `None` where it is none.
pub(super) fn export(value: &Value) -> Option<Vec<KeyRow>> {
    let list = value.as_array().or_else(|| value.get("keys")?.as_array())?;
    let row = |row: &Value| {
        let text = |names: &[&str]| names.iter().find_map(|name| row.get(*name)?.as_str()).map(str::to_owned);
        let is_on = row.get("enabled").is_none_or(|on| on.as_bool() != Some(false) && on.as_i64() != Some(0));
        let platform = text(&["platform", "provider"])?;
        let key = text(&["key", "apiKey", "api_key", "secret"]);
        Some(is_on.then(|| KeyRow { platform, label: text(&["label", "name"]).unwrap_or_default(), key }))
    };
    let rows: Option<Vec<Option<KeyRow>>> = list.iter().map(row).collect();
    rows.filter(|rows| !rows.is_empty()).map(|rows| rows.into_iter().flatten().collect())
}

/// What keys alone amount to.
pub(super) fn carried(keys: &[KeyRow]) -> Carried {
    let mut carried = Carried::of("an export of FreeLLMAPI's keys");
    keys.iter().for_each(|row| add(&mut carried, row));
    carried
}

/// What a database amounts to.
pub(super) fn database(file: &Path, encryption_key: Option<&str>) -> Result<Carried, String> {
    let rows = |statement: &str| ForeignDatabase::rows(file, statement).map_err(|error| error.to_string());
    let settings = rows("SELECT key, value FROM settings").unwrap_or_default();
    let setting = |name: &str| {
        let row = settings.iter().find(|row| row.first().is_some_and(|key| key == name))?;
        row.get(1).cloned()
    };
    let lock = encryption_key.map(str::to_owned).or_else(|| setting("encryption_key"));
    let mut carried = Carried::of("a FreeLLMAPI database");
    let keys = rows("SELECT platform, label, encrypted_key, iv, auth_tag FROM api_keys WHERE enabled = 1 ORDER BY id")?;
    for row in &keys {
        let [platform, label, locked, iv, tag] = row.as_slice() else { continue };
        let key = lock.as_deref().and_then(|lock| opened(lock, locked, iv, tag));
        if key.is_none() {
            carried.note(format!(
                "a key of {platform}, which could not be opened; set ENCRYPTION_KEY as it was set there"
            ));
        }
        add(&mut carried, &KeyRow { platform: platform.clone(), label: label.clone(), key });
    }
    if let Some(key) = setting("unified_api_key") {
        carried.let_in(Key::Written(key));
    }
    chain(
        &mut carried,
        &rows(
            "SELECT m.platform, m.model_id, m.rpm_limit, m.rpd_limit, m.tpm_limit, m.tpd_limit, m.context_window \
         FROM fallback_config f JOIN models m ON m.id = f.model_db_id \
         WHERE f.enabled = 1 AND m.enabled = 1 ORDER BY f.priority, f.id",
        )?,
    );
    for (name, note) in
        [("admin_pin_hash", "the dashboard's PIN"), ("admin_session_secret", "the dashboard's sessions")]
    {
        if setting(name).is_some_and(|value| !value.is_empty()) {
            carried.note(note);
        }
    }
    Ok(carried)
}

/// The order in which its models are asked, as a name: `freellmapi`.
fn chain(carried: &mut Carried, rows: &[Vec<String>]) {
    for row in rows {
        let [platform, model, limits @ .., context] = row.as_slice() else { continue };
        let Some(id) = platform_id(platform) else {
            carried.note(format!("{platform}/{model}, whose provider is not known here"));
            continue;
        };
        let mut free = Table::new();
        for (name, limit) in ["rpm", "rpd", "tpm", "tpd"].into_iter().zip(limits) {
            if let Ok(limit) = limit.parse::<i64>() {
                free.insert(name.to_owned(), limit.into());
            }
        }
        let is_listed = crate::providers::listed_models(&id).iter().any(|listed| listed == model);
        let mut says = Table::new();
        // What a catalog says of a model was checked later.
        if !is_listed {
            if !free.is_empty() {
                says.insert("free_limits".to_owned(), free.into());
            }
            if let Ok(tokens) = context.parse::<i64>() {
                says.insert("context_tokens".to_owned(), tokens.into());
            }
        }
        carried.provider(&id).add_model(model, says);
        carried.alias("freellmapi", format!("{id}/{model}"));
    }
}

/// The id of a platform of its: two are called otherwise than anywhere else.
fn platform_id(platform: &str) -> Option<String> {
    match platform {
        "ollama" => Some("ollama-cloud".to_owned()),
        other => vendors::known(other),
    }
}

fn add(carried: &mut Carried, row: &KeyRow) {
    let KeyRow { platform, label, key } = row;
    let label = if label.is_empty() { String::new() } else { format!(" ({label})") };
    let Some(id) = platform_id(platform) else {
        carried.note(format!("a key of {platform}{label}, which is not known here"));
        return;
    };
    let mut key = key.clone();
    // There the number of the account stands before the token.
    if let (true, Some((account, token))) = (id == "cloudflare", key.as_deref().and_then(|key| key.split_once(':'))) {
        carried.note(format!("the account of Cloudflare: set CLOUDFLARE_ACCOUNT_ID to {account}"));
        key = Some(token.to_owned());
    }
    let keyless = key.as_deref().is_some_and(|key| matches!(key, "none" | "anonymous" | "keyless"));
    carried.provider(&id).add_key(key.filter(|_| !keyless).map(Key::Written));
}

/// A key out of its lock. `None` where the lock is another one, or something was changed.
fn opened(lock: &str, locked: &str, iv: &str, tag: &str) -> Option<String> {
    let (lock, mut text) = (hex(lock)?, hex(locked)?);
    let (iv, tag) = (hex(iv)?, hex(tag)?);
    if lock.len() != 32 || iv.len() != 16 || tag.len() != 16 {
        return None;
    }
    let cipher = AesGcm::<Aes256, U16>::new_from_slice(&lock).ok()?;
    let (iv, tag) = (GenericArray::from_slice(&iv), GenericArray::from_slice(&tag));
    cipher.decrypt_in_place_detached(iv, b"", &mut text, tag).ok()?;
    String::from_utf8(text).ok()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
