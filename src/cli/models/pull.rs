//! `mediary models pull`: the words around fetching. What no package carries is named, not fetched.

use std::io::{self, Write};

use serde_json::json;

use super::table::{Row, how_to_import, rows};
use super::{ALL_WELL, Chosen, NOT_ALL};
use crate::models::{ConsoleProgress, Depth, Models, Pulled, Python, Status, pull};

/// Fetches what is missing of these cards and replaces what is damaged.
pub(super) fn pull_all(models: &Models, chosen: &Chosen<'_>, json: bool) -> io::Result<u8> {
    let cards = &chosen.cards;
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
    for card in &chosen.imports {
        if cards.is_empty() || models.import_status(card, Depth::Sizes) != Status::Installed {
            progress.line(&format!("{}: skipped: {}", card.name, how_to_import(card)));
        }
    }
    if json {
        let rows: Vec<_> = rows(models, chosen, Depth::Sizes).iter().map(Row::json).collect();
        writeln!(io::stdout(), "{:#}", json!({ "dir": models.dir(), "models": rows }))?;
    }
    if failed.is_empty() {
        if there == cards.len() && there > 0 {
            progress.line(&format!("Nothing to fetch: {there} of {there} are installed in {}", models.dir().display()));
        }
        return Ok(ALL_WELL);
    }
    progress.line(&format!("Not fetched: {}", failed.join(", ")));
    Ok(NOT_ALL)
}
