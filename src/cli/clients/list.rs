//! `mediary clients list`: every client key, its limits, and what was used of them.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::super::kept::Kept;
use crate::gateway::unix_seconds;

/// A client key as it is listed.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    name: String,
    /// Its last four characters.
    key: String,
    /// `active`, `disabled` or `expired`.
    state: &'static str,
    admin: bool,
    created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// Its rules, as they are kept.
    rules: Value,
}

/// All client keys, for people or as JSON.
pub(super) fn told(kept: &Kept, json: bool) -> Result<String, String> {
    let now = unix_seconds();
    let rows = kept.wait(kept.clients.all())?.into_iter().map(|key| Row {
        state: match (key.is_disabled, key.expires_at) {
            (true, _) => "disabled",
            (false, Some(at)) if at <= now => "expired",
            (false, _) => "active",
        },
        rules: serde_json::from_str(&key.rules).unwrap_or(Value::Null),
        key: format!("…{}", key.tail),
        id: key.id,
        name: key.name,
        admin: key.is_admin,
        created_at: key.created_at,
        expires_at: key.expires_at,
    });
    let rows: Vec<Row> = rows.collect();
    if json {
        let text = serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())?;
        return Ok(format!("{text}\n"));
    }
    if rows.is_empty() {
        return Ok("there are no client keys; `mediary clients create NAME` makes one\n".to_owned());
    }
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Row { id, name, key, state, admin, rules, .. } in &rows {
        let admin = if *admin { "  admin" } else { "" };
        // Writing to a text does not fail.
        let _ = writeln!(text, "{id}  {name:width$}  {key}  {state}{admin}  {rules}");
    }
    Ok(text)
}
