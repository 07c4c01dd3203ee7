//! `mediary admin password`: sets the administrator's password, whatever it was before.
//!
//! Who can run this can read the database anyway; over HTTP the first password wants a code that the server prints.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use mediary_store::Settings;

use super::Context;
use super::clients::print;
use super::keys::secret;
use crate::gateway::{Administration, NotAdmitted};

/// Administer a server: set the password for /api/admin
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary admin password                 asks for it\n  \
    mediary admin password < FILE          reads it from a file")]
pub(super) struct AdminArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Set the password; it is asked for, or read from standard input
    Password,
}

impl AdminArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        print(match self.command {
            AdminCommand::Password => set(context).map(|text| match self.json {
                true => "{\n  \"done\": \"password set\"\n}\n".to_owned(),
                false => text,
            }),
        })
    }
}

fn set(context: &Context) -> Result<String, String> {
    let kept = context.kept()?;
    let password = secret("The new password: ").map_err(|error| error.to_string())?;
    let settings = Settings::of(kept.database.clone());
    let administration = Administration::new(settings, None, kept.clients.clone());
    kept.wait(async {
        administration.set_password(&password).await.map_err(|error| match error {
            NotAdmitted::Bad(why) => why.to_string(),
            NotAdmitted::Failed(why) => why,
            NotAdmitted::Wrong | NotAdmitted::Locked(_) | NotAdmitted::IsSet => "it was not set".to_owned(),
        })
    })?;
    Ok("the password is set; sessions of a server that runs have ended in a moment\n".to_owned())
}
