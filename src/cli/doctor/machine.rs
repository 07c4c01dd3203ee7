//! What this machine has: libraries and weights, other programs, room on its disks, folders that can be written to.

use std::path::{Path, PathBuf};

use super::super::Context;
use super::finding::Finding;
use crate::config::{Config, Source};
use crate::models::{Depth, Status};

/// With less room than this, soon there is none; with less than the other, things fail.
const LITTLE_BYTES: u64 = 1_000_000_000;
const HARDLY_ANY_BYTES: u64 = 50_000_000;

pub(super) fn engines(context: &Context, source: &Source) -> Finding {
    let pull = "mediary models pull fetches them, and checks what is there";
    let models = match context.models(Some(source)) {
        Ok(models) => models,
        Err(error) => return Finding::bad("engines", error, "mend it, or name another folder with MEDIARY_HOME"),
    };
    let (mut there, mut wanting, mut damaged) = (0, Vec::new(), Vec::new());
    for card in models.cards() {
        match models.status(card, Depth::Changed) {
            Status::Installed => there += 1,
            Status::Damaged { .. } => damaged.push(card.name.as_str()),
            Status::Missing { .. } if !card.optional => wanting.push(card.name.as_str()),
            Status::Missing { .. } | Status::Unavailable { .. } => {}
        }
    }
    match (damaged.is_empty(), wanting.is_empty()) {
        (false, _) => Finding::bad("engines", format!("damaged: {}", damaged.join(", ")), pull),
        (true, false) => Finding::warn("engines", format!("not installed: {}", wanting.join(", ")), pull),
        (true, true) => Finding::ok("engines", format!("{there} libraries and models are there and whole")),
    }
}

pub(super) fn programs(context: &Context) -> Vec<Finding> {
    let found = |subject, is_there: bool, without: &str| match is_there {
        true => Finding::ok(subject, "installed"),
        false => Finding::warn(subject, "not found", format!("without it {without}; install it if that is wanted")),
    };
    let program = super::super::worker::program().ok();
    let office = program.is_some_and(|program| context.libreoffice(&program).is_some());
    vec![
        found("ffmpeg", context.ffmpeg().is_some(), "sound in rare formats and videos are not read"),
        found("espeak-ng", context.espeak().is_some(), "nothing is spoken on this machine"),
        found("heif-convert", context.heif().is_some(), "photographs in HEIC are not read"),
        found("libreoffice", office, "files of an office from before 2007 are not read"),
    ]
}

/// A folder in which something is kept.
pub(super) struct Folder {
    subject: &'static str,
    path: PathBuf,
}

pub(super) fn folders(context: &Context, config: &Config) -> Vec<Folder> {
    let all = [
        ("store", context.store_dir(config)),
        ("content", context.content_dir(config)),
        ("cache", context.cache_dir(config)),
        ("registry", context.registry_dir(config)),
        ("temporary", Some(std::env::temp_dir())),
    ];
    all.into_iter().filter_map(|(subject, path)| Some(Folder { subject, path: path? })).collect()
}

/// Whether a folder can be written to; of one that is to be made, the folder above it.
pub(super) fn writable(folder: &Folder) -> Finding {
    let subject = match folder.subject {
        "store" => "store folder",
        "content" => "content folder",
        "cache" => "cache folder",
        "registry" => "list folder",
        _ => "temporary folder",
    };
    let Some(there) = nearest(&folder.path) else {
        return Finding::bad(
            subject,
            format!("{} cannot be made", folder.path.display()),
            "name another in the configuration",
        );
    };
    match tempfile::tempfile_in(there) {
        Ok(_) => Finding::ok(subject, folder.path.display().to_string()),
        Err(error) => {
            let says = format!("{} cannot be written to: {error}", there.display());
            let advice =
                format!("make it yours, or name another folder ([{}] dir, MEDIARY_HOME, TMPDIR)", folder.subject);
            Finding::bad(subject, says, advice)
        }
    }
}

/// How much room each disk has that one of the folders is on.
pub(super) fn room(folders: &[Folder]) -> Vec<Finding> {
    let mut seen = Vec::new();
    let mut all = Vec::new();
    for there in folders.iter().filter_map(|folder| nearest(&folder.path)) {
        let Ok(facts) = rustix::fs::statvfs(there) else { continue };
        if seen.contains(&facts.f_fsid) {
            continue;
        }
        seen.push(facts.f_fsid);
        let free = facts.f_bavail.saturating_mul(facts.f_frsize);
        let says = format!("{} MB are free at {}", free / 1_000_000, there.display());
        all.push(match free {
            0..HARDLY_ANY_BYTES => Finding::bad("disk", says, "make room: nothing can be kept soon"),
            HARDLY_ANY_BYTES..LITTLE_BYTES => Finding::warn("disk", says, "make room"),
            _ => Finding::ok("disk", says),
        });
    }
    all
}

fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().find(|path| path.is_dir())
}
