//! Projects: instructions and files that chats of one subject have in common.
//!
//! Files are read and cut into passages in the background (`indexing`, `cutting`), each with a vector where an embedding of
//! this process is installed (`vectors`); what is asked is looked up among them by meaning and by words (`search`), and what
//! was found joins a chat behind a fence (`given`). Nothing leaves this machine for any of it. A project belongs to the key
//! that made it; with any other it does not exist.

mod cutting;
mod given;
mod indexing;
mod keeping;
mod search;
mod vectors;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mediary_core::Failure;
use mediary_store::{self as store, Database, StoreFailed};
use thiserror::Error;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Gateway, KeptFiles, NoFile};
use crate::config;

pub use given::{Given, ProjectNote};
pub use keeping::{NewProject, ProjectChange};
pub use search::FoundPassage;

/// The projects of a server.
#[derive(Debug)]
pub struct Projects {
    rows: store::Projects,
    files: Arc<KeptFiles>,
    /// The gateway that serves.
    serving: RwLock<Arc<Gateway>>,
    settings: config::Projects,
    /// Told when a file was added.
    added: Notify,
    stop: CancellationToken,
    at_work: TaskTracker,
}

/// Why there is no such project, or what is asked of it cannot be.
#[derive(Debug, Error)]
pub enum NoProject {
    /// It is not this owner's, or was removed.
    #[error("there is no such project")]
    Unknown,
    /// The project has no such file.
    #[error("there is no such file in this project")]
    UnknownFile,
    /// It would be more than is allowed; what, and which setting says so.
    #[error("{0}")]
    Full(String),
    /// What concerns the file itself.
    #[error(transparent)]
    File(#[from] NoFile),
    /// It cannot be done at the moment.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The database is of no use at the moment.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

impl Projects {
    /// The projects of a database; files that are not read yet are read from then on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn start(
        gateway: Arc<Gateway>,
        database: Arc<Database>,
        files: Arc<KeptFiles>,
        settings: config::Projects,
    ) -> Result<Arc<Self>, StoreFailed> {
        let rows = store::Projects::of(database);
        rows.give_all_back().await?;
        let projects = Arc::new(Self {
            rows,
            files,
            serving: RwLock::new(gateway),
            settings,
            added: Notify::new(),
            stop: CancellationToken::new(),
            at_work: TaskTracker::new(),
        });
        for _ in 0..projects.settings.at_once {
            let working = projects.clone();
            projects.at_work.spawn(async move {
                let stop = working.stop.clone();
                stop.run_until_cancelled(working.read_what_comes()).await;
            });
        }
        projects.at_work.close();
        Ok(projects)
    }

    fn gateway(&self) -> Arc<Gateway> {
        self.serving.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on reads with another gateway.
    pub fn serve_with(&self, gateway: Arc<Gateway>) {
        *self.serving.write().unwrap_or_else(PoisonError::into_inner) = gateway;
    }

    /// Stops reading; what is under way is begun anew at the next start.
    pub async fn settle(&self, patience: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("files of projects were still being read; they will be read at the next start");
        }
    }
}
