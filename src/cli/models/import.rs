//! `mediary models import`: the words around taking files from a folder, and the engines that try them.

use std::io::{self, Write};
use std::path::Path;

use mediary_local::Ocrs;

use super::{ALL_WELL, NOT_ALL};
use crate::models::{ImportCard, Imported, Models, import};

/// Takes the files of a card from a folder.
pub(super) fn import_one(models: &Models, card: &ImportCard, folder: &Path) -> io::Result<u8> {
    let mut err = io::stderr();
    match import(models, card, folder, &opens) {
        Ok(Imported { files, absent }) => {
            for file in files {
                let known = if file.known { "" } else { ", not one that Mediary was tested with" };
                writeln!(err, "{}: imported {} (SHA-256 {}{known})", card.name, file.name, file.sha256)?;
            }
            for name in absent {
                writeln!(err, "{}: {name} is not in {}; there is a way without it", card.name, folder.display())?;
            }
            Ok(ALL_WELL)
        }
        Err(error) => {
            writeln!(err, "{}: failed: {error}", card.name)?;
            Ok(NOT_ALL)
        }
    }
}

/// Whether the engine that wants a file can open it.
fn opens(file: &str, path: &Path) -> Result<(), String> {
    let outcome = match file {
        "text-detection.rten" => Ocrs::check_detector(path),
        "text-recognition.rten" => Ocrs::check_recogniser(path),
        _ => Ok(()),
    };
    outcome.map_err(|failure| failure.detail)
}
