//! The life of all threads together: from the start of a server to its end.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mediary_core::Failure;
use mediary_store::Database;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::Gateway;
use super::keeping::Change;
use super::meaning::Meanings;
use super::media_turns::MediaTurns;
use super::obsidian::Vault;
use super::{NoThread, Threads, keeping, meaning, media, obsidian};
use crate::config::Config;

impl Threads {
    /// The threads of a database, with their media in the bucket that is named, else in a folder, on the runtime that is
    /// running; `None`: they are not wanted, or there is no place for their media.
    ///
    /// # Errors
    /// When there is one, and it cannot be had, or the database cannot be read.
    pub async fn start(
        gateway: Arc<Gateway>,
        database: Arc<Database>,
        config: &Config,
        dir: Option<PathBuf>,
    ) -> Result<Option<Arc<Self>>, Failure> {
        if !config.threads.enabled {
            return Ok(None);
        }
        let Some(content) = media::opened(&database, config, dir).await? else { return Ok(None) };
        let is_alone = database.is_alone();
        let rows = mediary_store::Threads::of(database);
        let bytes = rows.bytes().await.map_err(|error| Failure::broken(error.to_string()))?;
        let (changes, to_keep) = mpsc::unbounded_channel();
        let threads = Arc::new(Self {
            rows,
            content,
            settings: config.threads.clone(),
            bytes: AtomicU64::new(bytes),
            waiting: AtomicU64::new(0),
            changes,
            is_alone,
            meanings: Meanings::default(),
            vault: Vault::of(config),
            clients: gateway.clients.clone(),
            gateway: Mutex::new(gateway),
            media_turns: MediaTurns::default(),
            news: Notify::new(),
            stopping: CancellationToken::new(),
            at_work: TaskTracker::new(),
        });
        if let Err(error) = threads.forget_orphans().await {
            tracing::warn!(error.detail = %error, "media that belong to no thread cannot be looked for");
        }
        threads.at_work.spawn(keeping::keep_all(threads.clone(), to_keep));
        threads.at_work.spawn(keeping::sweep_all(threads.clone()));
        threads.at_work.spawn(meaning::embed_all(threads.clone()));
        threads.at_work.spawn(obsidian::follow(threads.clone()));
        Ok(Some(threads))
    }

    /// Calls models through this gateway from now on.
    pub fn serve_with(&self, gateway: Arc<Gateway>) {
        *self.gateway.lock().unwrap_or_else(PoisonError::into_inner) = gateway;
    }

    pub(super) fn gateway(&self) -> Arc<Gateway> {
        self.gateway.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until what has been said so far is kept.
    pub async fn settled(&self) {
        let (settled, is_settled) = oneshot::channel();
        if self.changes.send(Change::Settle(settled)).is_ok() {
            // What keeps them may have ended with the server.
            let _ended = is_settled.await;
        }
    }

    /// Waits until everything is kept, and ends what is done besides.
    pub async fn settle(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.settled()).await.is_err() {
            tracing::warn!("the server stops before all threads are kept");
        }
        self.stopping.cancel();
        self.at_work.close();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!(
                "the server stops while threads are embedded or written as notes; that goes on at the next start"
            );
        }
    }

    pub(super) fn has_room(&self) -> Result<(), NoThread> {
        let most_bytes = self.settings.bytes.get();
        let bytes = self.bytes.load(Ordering::Relaxed).saturating_add(self.waiting.load(Ordering::Relaxed));
        if bytes >= most_bytes { Err(NoThread::Full { most_bytes }) } else { Ok(()) }
    }
}
