//! `mediary import FILE`: prints the `mediary.toml` that another gateway's configuration amounts to, and what of it could
//! not be carried over.
//!
//! Reads a file and writes to standard output; it changes nothing. Keys that are written out in the file are named by
//! variables in what is printed, unless `--keys` asks for them: what is printed ends up in terminals and tickets.

mod carried;
mod dotenv;
mod freellm;
mod litellm;
mod swap;
#[cfg(test)]
mod tests;
mod vendors;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::background::tell;
use super::{Context, complain};
use carried::{Carried, LEFT};

/// The longest file of text that is read.
const MOST_BYTES: u64 = 16 << 20;
/// How a SQLite database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Print the mediary.toml that another gateway's configuration amounts to
#[derive(Debug, Args)]
#[command(after_help = "\
Reads a LiteLLM config.yaml, an ai-free-swap YAML, a WallasAPI .env, and a FreeLLMAPI database or key export.

Examples:
  mediary import config.yaml > mediary.toml
  mediary import .env
  mediary import --keys freeapi.db > mediary.toml   # with the keys; keep the file to yourself")]
pub(super) struct Import {
    /// The other gateway's configuration
    file: PathBuf,
    /// Write keys out instead of naming variables for them
    #[arg(long)]
    keys: bool,
    /// Print the configuration, and what of the other one could not be carried over, in JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        let encryption_key = context.environment.text("ENCRYPTION_KEY");
        match carried(&context.cwd.join(&self.file), encryption_key) {
            Ok(carried) => {
                let text = carried.written(self.keys);
                let left: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(LEFT)).collect();
                let told = json!({ "from": carried.from, "toml": text, "left": left });
                tell(&told, text, self.json, ExitCode::SUCCESS)
            }
            Err(message) => complain(&format!("{}: {message}", self.file.display())),
        }
    }
}

/// What a file amounts to. `encryption_key`: what a FreeLLMAPI's keys are locked with, if not with one of its own.
fn carried(file: &Path, encryption_key: Option<&str>) -> Result<Carried, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let length = std::fs::metadata(file).map_err(unreadable)?.len();
    if begins_as_database(file).map_err(unreadable)? {
        return freellm::database(file, encryption_key);
    }
    if length > MOST_BYTES {
        return Err("it is longer than a configuration; name the configuration's file".to_owned());
    }
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    of_text(&text)
}

fn begins_as_database(file: &Path) -> io::Result<bool> {
    use std::io::Read as _;
    let mut beginning = Vec::new();
    std::fs::File::open(file)?.take(SQLITE.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning == SQLITE)
}

/// What a text amounts to, by what stands in it.
fn of_text(text: &str) -> Result<Carried, String> {
    if dotenv::is_one(text) {
        return Ok(dotenv::carried(text));
    }
    let value: Value = serde_saphyr::from_str(text)
        .map_err(|error| format!("it is neither YAML, JSON nor a list of NAME=value: {error}"))?;
    if value.get("model_list").is_some() {
        return Ok(litellm::carried(&value));
    }
    let has_backends = |group: &Value| group.get("backends").is_some();
    if value.get("providers").and_then(Value::as_array).is_some_and(|groups| groups.iter().any(has_backends)) {
        return Ok(swap::carried(&value));
    }
    if let Some(keys) = freellm::export(&value) {
        return Ok(freellm::carried(&keys));
    }
    Err("it is of no kind that is known here: LiteLLM has a `model_list`, ai-free-swap `providers` with `backends`, \
         FreeLLMAPI a list of keys with their `platform`"
        .to_owned())
}
