//! `mediary clients`: the keys of this server's clients, each with its limits.
//!
//! A key is shown once, when it is made; the store holds its digest. A server that runs takes a change up at once. Keys of
//! providers are `mediary keys`.

mod create;
mod limits;
mod list;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use mediary_store::ClientKey;
use serde_json::json;

use super::kept::Kept;
use super::{Context, complain};
use crate::gateway::{NewKey, Rules, unix_seconds};
pub(super) use create::Create;
use create::shown;
use limits::Limits;

/// Make, list, change and remove keys of clients, each with limits of its own; a server that runs takes them at once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary clients create laptop\n  \
    mediary clients create app --requests-per-minute 60 --usd-per-month 5 --endpoint /v1/chat/completions\n  \
    mediary clients list\n  \
    mediary clients change ck_0123456789ab --usd-per-day 1\n  \
    mediary clients rotate ck_0123456789ab --grace-hours 24\n\n\
    As soon as there is one, every request needs a key, from this machine as well.\n\
    Keys of providers are `mediary keys`.")]
pub(super) struct ClientsArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: ClientsCommand,
}

#[derive(Debug, Subcommand)]
enum ClientsCommand {
    /// Make a key and print it, this once
    Create(Create),
    /// List all keys, with their limits and what was used of them
    List,
    /// Change the limits of a key: those that are named replace what was said of the same thing before
    Change {
        /// Its id, as `mediary clients list` shows it
        id: String,
        /// Call it something else
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        limits: Limits,
    },
    /// Put a new key in the place of one, whose id, limits and history stay; the old one is taken for a while longer
    Rotate {
        /// Its id
        id: String,
        /// For how many hours the old key is taken
        #[arg(long, default_value_t = 24)]
        grace_hours: u32,
    },
    /// Do not take a key for now
    Disable {
        /// Its id
        id: String,
    },
    /// Take a key again
    Enable {
        /// Its id
        id: String,
    },
    /// Remove a key
    Remove {
        /// Its id
        id: String,
    },
}

impl ClientsArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        print(context.kept().and_then(|kept| self.told(&kept)))
    }

    fn told(&self, kept: &Kept) -> Result<String, String> {
        let clients = &kept.clients;
        let changed = |id: &str, done: &str, is_known: bool| match is_known {
            true if self.json => Ok(format!("{:#}\n", json!({ "id": id, "done": done }))),
            true => Ok(format!("{id} {done}\n")),
            false => Err(unknown(id)),
        };
        let found = |id: &str| {
            let mut all = kept.wait(clients.all())?.into_iter();
            all.find(|key| key.id == id).ok_or_else(|| unknown(id))
        };
        let switched = |id: &str, done: &str, is_disabled: bool| {
            let key = ClientKey { is_disabled, ..found(id)? };
            changed(id, done, kept.wait(clients.change(&key))?)
        };
        match &self.command {
            ClientsCommand::Create(create) => create.made(kept, self.json),
            ClientsCommand::List => list::told(kept, self.json),
            ClientsCommand::Change { id, name, limits } => {
                let mut key = found(id)?;
                key.rules = written(&limits.over(Rules::read(&key.rules).map_err(|error| error.to_string())?)?)?;
                key.expires_at = limits.expires_at(unix_seconds()).or(key.expires_at);
                if let Some(name) = name {
                    key.name.clone_from(name);
                }
                changed(id, "changed", kept.wait(clients.change(&key))?)
            }
            ClientsCommand::Rotate { id, grace_hours } => {
                let new = NewKey::generate().map_err(|error| error.to_string())?;
                let until = unix_seconds() + i64::from(*grace_hours) * 3_600;
                match kept.wait(clients.rotate(id, new.digest.clone(), new.tail(), until))? {
                    true => Ok(shown(id, &new.text, self.json)),
                    false => Err(unknown(id)),
                }
            }
            ClientsCommand::Disable { id } => switched(id, "disabled", true),
            ClientsCommand::Enable { id } => switched(id, "enabled", false),
            ClientsCommand::Remove { id } => {
                let was_there = kept.wait(clients.remove(id))?;
                kept.forget_key(id)?;
                changed(id, "removed", was_there)
            }
        }
    }
}

/// Prints what a command tells.
pub(super) fn print(told: Result<String, String>) -> ExitCode {
    match told {
        // A reader that went away has seen enough.
        Ok(text) => io::stdout().write_all(text.as_bytes()).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS),
        Err(message) => complain(&message),
    }
}

fn written(rules: &Rules) -> Result<String, String> {
    serde_json::to_string(rules).map_err(|error| error.to_string())
}

fn unknown(id: &str) -> String {
    format!("there is no client key `{id}`; `mediary clients list` shows them")
}
