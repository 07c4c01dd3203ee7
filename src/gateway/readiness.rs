//! Whether the gateway can work, what it works with, and what stands in the way. `http/` shows it to what looks after the server.

use mediary_core::Media;
use mediary_core::capability::TaskKind;

use super::{Admission, EngineInfo, Gateway};

/// Whether requests can be served, and what stands in the way.
#[derive(Debug, Clone)]
pub struct Readiness {
    /// Whether there is something to do the work with.
    pub ready: bool,
    /// Each check by name: how it stands, or what to do.
    pub checks: Vec<(String, Result<String, String>)>,
}

impl Gateway {
    /// What all requests together may hold.
    #[must_use]
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// How many pages a PDF has in which there are no files; `None` where that cannot be told now.
    pub async fn pages_without_files(&self, media: &Media) -> Option<u32> {
        Box::pin(self.intake.pages_without_files(media)).await
    }

    /// The engines of this process.
    #[must_use]
    pub fn engines(&self) -> &[EngineInfo] {
        &self.engines
    }

    /// How many jobs wait for each local engine or are being done by it, by the engine's name.
    pub fn queue_depths(&self) -> impl Iterator<Item = (&str, usize)> {
        self.local.depths()
    }

    /// How many PDF workers have died or been killed with a document open.
    #[must_use]
    pub fn workers_lost(&self) -> u64 {
        self.pdf.lost()
    }

    /// Whether requests can be served: documents by the engines of this process, or chats by some provider.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let checks: Vec<(String, Result<String, String>)> = self
            .engines
            .iter()
            .filter(|engine| engine.installed || !engine.optional)
            .map(|engine| {
                let note = engine.note.clone();
                (engine.target.to_string(), if engine.installed { Ok(note) } else { Err(note) })
            })
            .collect();
        let is_ready = checks.iter().all(|(_, check)| check.is_ok());
        // Without them each server counts for itself, and answers.
        let shared = self.router.shared().map(|counters| match counters.are_away() {
            false => Ok("limits are shared with other servers".to_owned()),
            true => Err("they cannot be reached; this server counts for itself until they are back".to_owned()),
        });
        let checks = checks.into_iter().chain(shared.map(|shared| ("counters".to_owned(), shared))).collect();
        let known = self.router.known();
        let can_chat = known.rows().iter().any(|row| row.does(TaskKind::Chat) && row.missing.is_none());
        Readiness { ready: can_chat || is_ready, checks }
    }
}
