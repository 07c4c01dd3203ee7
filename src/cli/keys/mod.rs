//! `mediary keys`: the keys of providers, added and taken away while a server runs.
//!
//! They are sealed in the store; none is ever printed. A server that runs takes a change up within a second. Keys of
//! clients are `mediary clients`.

mod add;
mod check;
mod entered;
mod list;
mod rotate;

pub(super) use entered::secret;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::clients::Create;
use super::kept::Kept;
use super::{Context, complain};

/// Add, list and remove keys of providers, which are kept sealed; a server that runs uses them at once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary keys add groq                       asks for the key\n  \
    mediary keys add groq --label mine < FILE   reads it from a file\n  \
    mediary keys list\n  \
    mediary keys check groq\n  \
    mediary keys disable pk_0123456789\n  \
    mediary keys rotate-master\n\n\
    Keys of clients of this server are `mediary clients`.")]
pub(super) struct KeysArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Add a key of a provider; it is asked for, or read from standard input
    Add {
        /// The provider, as `mediary providers` names it
        provider: String,
        /// What to call the key
        #[arg(long, default_value = "")]
        label: String,
    },
    /// List all keys by their last four characters: those of the store, the configuration and the environment
    List,
    /// Ask providers whether their keys are accepted, by what costs nothing: their lists of models
    Check {
        /// A key by its id, or a provider; without it, all keys
        #[arg(value_name = "ID|PROVIDER")]
        which: Option<String>,
    },
    /// Remove a key from the store
    Remove {
        /// Its id, as `mediary keys list` shows it
        id: String,
    },
    /// Leave a key out for now
    Disable {
        /// Its id
        id: String,
    },
    /// Use a key again
    Enable {
        /// Its id
        id: String,
    },
    /// Call a key something else
    Label {
        /// Its id
        id: String,
        /// What to call it
        label: String,
    },
    /// Make a key of a client, as mediary clients create does
    Create(Box<Create>),
    /// Seal all keys anew with another master key; what was interrupted is gone on with
    RotateMaster,
}

impl KeysArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        match context.kept().and_then(|kept| self.told(context, &kept)) {
            // A reader that went away has seen enough.
            Ok(text) => io::stdout().write_all(text.as_bytes()).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS),
            Err(message) => complain(&message),
        }
    }

    fn told(&self, context: &Context, kept: &Kept) -> Result<String, String> {
        let keys = &kept.keys;
        let changed = |id: &str, done: &str, is_known: bool| match is_known {
            true if self.json => Ok(format!("{:#}\n", json!({ "id": id, "done": done }))),
            true => Ok(format!("{id} {done}\n")),
            false => Err(format!("no key `{id}` is in the store; `mediary keys list` shows them")),
        };
        match &self.command {
            KeysCommand::Add { provider, label } => add::added(context, kept, (provider, label), self.json),
            KeysCommand::List => list::told(context, kept, self.json),
            KeysCommand::Check { which } => check::told(context, kept, which.as_deref(), self.json),
            KeysCommand::Remove { id } => changed(id, "removed", kept.wait(keys.remove(id))?),
            KeysCommand::Disable { id } => changed(id, "disabled", kept.wait(keys.disable(id, true))?),
            KeysCommand::Enable { id } => changed(id, "enabled", kept.wait(keys.disable(id, false))?),
            KeysCommand::Label { id, label } => changed(id, "labelled", kept.wait(keys.label(id, label))?),
            KeysCommand::Create(create) => create.made(kept, self.json),
            KeysCommand::RotateMaster => {
                let rotated = kept.wait(keys.rotate_master())?;
                Ok(rotate::told(rotated, context.environment.text("MEDIARY_MASTER_KEY").is_some(), self.json))
            }
        }
    }
}
