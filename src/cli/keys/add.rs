//! `mediary keys add PROVIDER`: a key is asked for, or read from standard input, and sealed.

use mediary_core::ProviderId;
use serde_json::json;

use super::super::Context;
use super::{Kept, secret};
use crate::config::sendable;
use crate::gateway::{new_id, unix_seconds};

pub(super) fn added(
    context: &Context,
    kept: &Kept,
    (provider, label): (&str, &str),
    json: bool,
) -> Result<String, String> {
    let known = context.providers(&kept.config, &kept.source)?;
    let id = ProviderId::new(provider);
    if !known.takes_keys_of(&id) {
        return Err(format!("there is no provider `{provider}`; `mediary providers` names them all"));
    }
    let entered = secret(&format!("The key of {provider}: ")).map_err(|error| error.to_string())?;
    let secret = sendable(&entered).ok_or("that is no key: it must be visible ASCII characters without spaces")?;
    let added = kept.wait(kept.keys.add(&new_id("pk"), provider, secret.expose(), label, unix_seconds()))?;
    if json {
        return Ok(format!(
            "{:#}\n",
            json!({ "id": added.id, "provider": added.provider, "key": format!("…{}", added.tail) })
        ));
    }
    Ok(format!("{} added: a key of {provider}, …{}\n", added.id, added.tail))
}
