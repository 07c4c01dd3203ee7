//! `mediary clients create`: a new key, printed this once.

use clap::Args;
use mediary_store::ClientKey;
use serde_json::json;

use super::super::kept::Kept;
use super::limits::Limits;
use super::written;
use crate::gateway::{NewKey, Rules, new_id, unix_seconds};

/// Make a key of a client and print it, this once
#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// What to call it; one without a name is for whatever runs here
    #[arg(default_value = "")]
    name: String,
    /// Let it administer the server as well
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    limits: Limits,
}

impl Create {
    /// Makes the key.
    pub(in crate::cli) fn made(&self, kept: &Kept, json: bool) -> Result<String, String> {
        let new = NewKey::generate().map_err(|error| error.to_string())?;
        let id = new_id("ck");
        let row = ClientKey {
            id: id.clone(),
            name: self.name.trim().to_owned(),
            digest: new.digest.clone(),
            previous: None,
            tail: new.tail().to_owned(),
            rules: written(&self.limits.over(Rules::default())?)?,
            is_admin: self.admin,
            is_disabled: false,
            created_at: unix_seconds(),
            expires_at: self.limits.expires_at(unix_seconds()),
        };
        kept.wait(kept.clients.add(row))?;
        Ok(shown(&id, &new.text, json))
    }
}

/// A new key, as it is shown this once.
pub(super) fn shown(id: &str, key: &str, json: bool) -> String {
    if json {
        return format!("{:#}\n", json!({ "id": id, "key": key }));
    }
    format!("{key}\n# {id}: keep it now, it is not shown again\n")
}
