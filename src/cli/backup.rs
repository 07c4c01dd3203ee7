//! `mediary backup FILE`: a copy of the database, also while a server uses it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Context;
use super::clients::print;

/// Copy the database into a new file, also while a server runs
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary backup mediary-backup.db\n\n\
    The master key of providers' keys is a file of its own, and is not in it. A PostgreSQL database is copied with \
    pg_dump.")]
pub(super) struct Backup {
    /// The new file
    file: PathBuf,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        let copied = context.kept().and_then(|kept| {
            let file = context.cwd.join(&self.file);
            kept.wait(kept.database.back_up(&file))?;
            if self.json {
                return Ok(format!("{:#}\n", serde_json::json!({ "file": file })));
            }
            Ok(format!("{} holds the database as it was now\n", self.file.display()))
        });
        print(copied)
    }
}
