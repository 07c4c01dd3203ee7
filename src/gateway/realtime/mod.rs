//! Live conversations: one session for each client's socket, whatever stands behind it.
//!
//! | behind it | what the session does |
//! |---|---|
//! | a target that speaks the clients' own format | passes events on, and keeps what was said in case that it fails (`relay`) |
//! | a target that hears and speaks in turns | tells turns apart itself, and tells the target (`live`) |
//! | neither | writes down what is said (`hearing`), has any target that chats answer (`answer`), and has that spoken |
//!
//! Events come in and go out as [`mediary_core::live`] has them; how they are written is the protocol's business, and the
//! socket is `http/realtime`'s. A session holds a place among those at once and a part of the memory; dropped, it lets go of
//! everything.

mod answer;
mod broken;
mod conversation;
mod detector;
mod ears;
mod error;
mod hearing;
mod live;
mod opening;
mod relay;
mod replies;
mod scribe;
mod secrets;
mod session;
mod sound;
mod standby;
mod tokens;
mod turns;

pub use opening::{Door, Opening, TurnEnded};
pub use secrets::{Grant, Secrets};
pub use session::{Session, Step};

use std::path::PathBuf;
use std::sync::Arc;

use mediary_core::{Failure, FailureKind};
use mediary_local::{ExecutionProvider, Runtime, VoiceDetector};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::engines::RETRY_AFTER;
use super::{blocking, installed};
use crate::config;
use crate::models::Models;

/// What all sessions share.
#[derive(Debug)]
pub struct Realtime {
    /// The tokens of this gateway's own.
    pub secrets: Arc<Secrets>,
    pub(super) wishes: config::Realtime,
    places: Arc<Semaphore>,
    files: Result<Files, Failure>,
    /// Opened with the first session that tells turns apart.
    detector: OnceCell<Arc<VoiceDetector>>,
}

#[derive(Debug, Clone)]
struct Files {
    library: PathBuf,
    model: PathBuf,
}

impl Realtime {
    /// Nothing is opened yet.
    pub(super) fn new(wishes: config::Realtime, models: &Models, provider: ExecutionProvider) -> Self {
        let library = installed::library(models, provider);
        let files = library.and_then(|library| Ok(Files { library, model: installed::voice_activity_file(models)? }));
        let places = Arc::new(Semaphore::new(wishes.sessions.min(Semaphore::MAX_PERMITS)));
        Self { secrets: Arc::default(), wishes, places, files, detector: OnceCell::new() }
    }

    /// How many sessions there are now.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.wishes.sessions.saturating_sub(self.places.available_permits())
    }

    /// The most bytes of an event of a client's.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        usize::try_from(self.wishes.message_bytes.get()).unwrap_or(usize::MAX)
    }

    /// A place among the sessions at once.
    fn place(&self) -> Result<OwnedSemaphorePermit, Failure> {
        self.places.clone().try_acquire_owned().map_err(|_| {
            let detail = format!(
                "{} live conversations are held at once here (realtime.sessions); try again when one has ended",
                self.wishes.sessions
            );
            Failure::new(FailureKind::Busy { retry_after: RETRY_AFTER }, detail)
        })
    }

    /// What tells speech from everything else.
    async fn detector(&self) -> Result<Arc<VoiceDetector>, Failure> {
        let files = self.files.clone()?;
        let open = || async {
            blocking::run(move || {
                // The library is the process's one; its own kernels do for so small a network.
                let runtime = Runtime::load(&files.library, ExecutionProvider::Cpu)?;
                VoiceDetector::load(&runtime, &files.model).map(Arc::new)
            })
            .await
        };
        self.detector.get_or_try_init(open).await.cloned()
    }
}
