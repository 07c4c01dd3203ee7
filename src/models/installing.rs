//! Fetching what engines want while a server runs: the same pulls as `mediary models pull`, one after the other in a thread,
//! with how they stand for those who ask.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{Card, Depth, Models, Pulled, Python, Status, Watch, pull};

/// Fetches the pieces of this installation. Clones are the same.
#[derive(Debug, Clone)]
pub struct Installing(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    models: Models,
    python: Python,
    now: Mutex<Standing>,
}

/// How the pulls stand.
#[derive(Debug, Default)]
struct Standing {
    is_running: bool,
    has_installed: bool,
    /// Cards that were worked on since the start, each with how far that came.
    steps: Vec<(String, Step)>,
}

/// How far one piece came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is there.
    Installed,
    /// It is not, and is not being fetched.
    Missing,
    /// It comes when those before it are there.
    Waiting,
    /// So many bytes of its archive have arrived.
    Fetching(u64),
    /// Its files are taken out of the archive and checked, or made of others.
    Unpacking,
    /// It could not be fetched, for this reason.
    Failed(String),
}

/// A piece: libraries or weights of one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The card's name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// The size of what is fetched, in bytes.
    pub archive_bytes: u64,
    /// How far it came.
    pub step: Step,
}

impl Installing {
    /// For this installation.
    #[must_use]
    pub fn new(models: Models, python: Python) -> Self {
        Self(Arc::new(Shared { models, python, now: Mutex::default() }))
    }

    /// All pieces that are fetched where none is named, in that order, and further ones that are there.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece> {
        let Shared { models, .. } = &*self.0;
        let steps = self.0.now().steps.clone();
        let pieces = models.usual().into_iter().filter_map(|card| {
            let step = steps.iter().find(|(name, _)| *name == card.name).map(|(_, step)| step.clone());
            Some(Piece {
                name: card.name.clone(),
                purpose: card.purpose.clone(),
                archive_bytes: card.package(models.platform()).ok()?.archive_bytes,
                step: step.unwrap_or_else(|| step_of(models, card)),
            })
        });
        pieces.collect()
    }

    /// Whether pieces are being fetched.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.0.now().is_running
    }

    /// Whether a piece has come that the engines of this process do not know of: they look when they start.
    #[must_use]
    pub fn wants_restart(&self) -> bool {
        let now = self.0.now();
        now.has_installed && !now.is_running
    }

    /// Fetches what is missing, in a thread of its own; nothing happens where that is done already.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(&self) -> std::io::Result<()> {
        let shared = self.0.clone();
        let missing = {
            let mut now = shared.now();
            if now.is_running {
                return Ok(());
            }
            let usual = shared.models.usual();
            let is_missing = |card: &&&Card| step_of(&shared.models, card) == Step::Missing;
            let missing: Vec<Card> = usual.iter().filter(is_missing).map(|&card| card.clone()).collect();
            now.steps = missing.iter().map(|card| (card.name.clone(), Step::Waiting)).collect();
            now.is_running = true;
            missing
        };
        let working = shared.clone();
        let started = thread::Builder::new().name("installing".to_owned()).spawn(move || working.pull_all(&missing));
        if started.is_err() {
            *shared.now() = Standing::default();
        }
        started.map(drop)
    }
}

fn step_of(models: &Models, card: &Card) -> Step {
    if models.status(card, Depth::Sizes) == Status::Installed { Step::Installed } else { Step::Missing }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Standing> {
        // Each step is written whole.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pull_all(&self, cards: &[Card]) {
        for card in cards {
            let step = match pull(&self.models, card, &self.python, &mut Told(self)) {
                Ok(Pulled::AlreadyThere | Pulled::Installed { .. }) => {
                    tracing::info!(piece = card.name, "a piece for engines was installed");
                    self.now().has_installed = true;
                    Step::Installed
                }
                Err(error) => {
                    tracing::warn!(piece = card.name, error.detail = %error, "a piece for engines was not installed");
                    Step::Failed(error.to_string())
                }
            };
            self.step(&card.name, step);
        }
        self.now().is_running = false;
    }

    fn step(&self, name: &str, step: Step) {
        let mut now = self.now();
        match now.steps.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = step,
            // What another piece needs is fetched before it.
            None => now.steps.push((name.to_owned(), step)),
        }
    }
}

/// Writes down how the pull at hand goes on.
struct Told<'a>(&'a Shared);

impl Watch for Told<'_> {
    fn waiting(&mut self) {}

    fn resuming(&mut self, card: &Card) {
        self.0.step(&card.name, Step::Unpacking);
    }

    fn downloading(&mut self, card: &Card, _archive_bytes: u64) {
        self.0.step(&card.name, Step::Fetching(0));
    }

    fn received(&mut self, bytes: u64) {
        let mut now = self.0.now();
        if let Some((_, Step::Fetching(received))) =
            now.steps.iter_mut().find(|(_, step)| matches!(step, Step::Fetching(_)))
        {
            *received = bytes;
        }
    }

    fn unpacking(&mut self, card: &Card) {
        self.0.step(&card.name, Step::Unpacking);
    }

    fn making(&mut self, card: &Card, _file: &str) {
        self.0.step(&card.name, Step::Unpacking);
    }

    fn ended(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::super::Form;
    use super::super::stage::Stage;
    use super::*;

    /// Waits for the end of what was started.
    fn ended(installing: &Installing) -> Vec<Step> {
        while installing.is_running() {
            thread::yield_now();
        }
        installing.pieces().into_iter().map(|piece| piece.step).collect()
    }

    #[test]
    fn what_is_missing_comes_and_what_failed_says_why_and_can_be_tried_again() {
        let stage = Stage::new(Form::Wheel);
        let installing = stage.installing();
        assert_eq!((ended(&installing), installing.wants_restart()), (vec![Step::Missing], false));
        stage.pip_does("echo 'no such package' >&2; exit 1");
        installing.start().unwrap();
        let steps = ended(&installing);
        assert!(matches!(&steps[..], [Step::Failed(why)] if why.contains("no such package")), "{steps:?}");
        assert!(!installing.wants_restart());
        stage.pip_does("cp \"$shelf\" \"$into/tiny.archive\"");
        installing.start().unwrap();
        assert_eq!((ended(&installing), installing.wants_restart()), (vec![Step::Installed], true));
        // With nothing missing nothing is fetched.
        let before = stage.downloads().len();
        installing.start().unwrap();
        assert_eq!((ended(&installing), stage.downloads().len()), (vec![Step::Installed], before));
    }
}
