//! What clients have used, kept in the database: all that has changed, five times a second and at the end.
//!
//! Asking and taking happen in memory, so no client waits for the disk, however many requests share one key. Budgets are
//! written down at once as well, in a journal beside the database (`slot`), so that a kill loses nothing of them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mediary_store::{ClientKeys, ClientUsage, StoreFailed};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::administration::unix_seconds;
use super::period::Period;
use super::slot::Budgets;
use super::{Clients, Spent};

/// How often what has changed is written.
const EVERY: Duration = Duration::from_millis(200);

/// Keeps what clients use.
#[derive(Debug)]
pub struct KeptClients {
    keys: ClientKeys,
    clients: Arc<Clients>,
    /// Where budgets are written down at once; `None`: there is no place for that.
    budgets: Option<Budgets>,
    stop: CancellationToken,
    at_work: TaskTracker,
}

impl KeptClients {
    /// Takes up the clients that are kept, with what they have used, and keeps from then on what they use.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn start(clients: Arc<Clients>, keys: ClientKeys) -> Result<Self, StoreFailed> {
        clients.renew(keys.all().await?);
        let now = unix_seconds();
        let periods = [Period::day(now).day_name(), Period::month(now).month_name()];
        for ClientUsage { client, period, used } in keys.usage([&periods[0], &periods[1]]).await? {
            if let (Some(client), Ok(spent)) = (clients.of(&client), serde_json::from_str::<Spent>(&used)) {
                client.counts.purse().recall(&period, spent, now);
            }
        }
        let (stop, at_work) = (CancellationToken::new(), TaskTracker::new());
        let (stopped, kept, of) = (stop.clone(), keys.clone(), clients.clone());
        at_work.spawn(async move {
            loop {
                let is_last = tokio::time::timeout(EVERY, stopped.cancelled()).await.is_ok();
                keep(&kept, &of).await;
                if is_last {
                    return;
                }
            }
        });
        at_work.close();
        Ok(Self { keys, clients, budgets: None, stop, at_work })
    }

    /// The same, with budgets written down in a folder as they change: what was used is known to the last call, however the
    /// process ends. Where there is no such place, what was used in the last moment before a kill is lost.
    #[must_use]
    pub async fn journaling(self, folder: Option<&Path>) -> Self {
        let Some(folder) = folder else { return self };
        match Budgets::open(folder, &self.clients) {
            Ok(budgets) => {
                // What stood there is in the database before it is forgotten.
                if !keep(&self.keys, &self.clients).await {
                    return self;
                }
                budgets.begin(&self.clients);
                Self { budgets: Some(budgets), ..self }
            }
            Err(error) => {
                tracing::warn!(error.detail = %error, "budgets are not written down at once; a kill loses a moment of them");
                self
            }
        }
    }

    /// Takes up keys that were added, changed or removed.
    ///
    /// # Errors
    /// When the database cannot be read; everything stays as it was.
    pub async fn renew(&self) -> Result<(), StoreFailed> {
        self.clients.renew(self.keys.all().await?);
        if let Some(budgets) = &self.budgets {
            budgets.take_in(&self.clients);
        }
        Ok(())
    }

    /// How often keys were changed, by any program.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn revision(&self) -> Result<i64, StoreFailed> {
        self.keys.revision().await
    }

    /// Writes what has changed, and ends.
    pub async fn settle(&self, patience: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("what clients have used could not be written; some of it is not counted");
        }
    }
}

/// Writes what has changed. Gives whether all of it is in the database.
async fn keep(keys: &ClientKeys, clients: &Clients) -> bool {
    let mut changed = Vec::new();
    for client in clients.all() {
        let changed_of_it = client.counts.purse().changed();
        for (period, spent) in changed_of_it {
            // Where others count as well, all of it is kept.
            let spent = match client.total_shared(&period).await {
                Some(total) => {
                    client.counts.purse().recall(&period, total, unix_seconds());
                    total
                }
                None => spent,
            };
            // Numbers always have a form in JSON.
            let Ok(used) = serde_json::to_string(&spent) else { continue };
            changed.push(ClientUsage { client: client.id.clone(), period, used });
        }
    }
    if changed.is_empty() {
        return true;
    }
    match keys.keep_usage(changed, unix_seconds()).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(error.detail = %error, "what clients have used is not kept");
            // It is written with the next change.
            clients.all().iter().for_each(|client| client.counts.purse().mark());
            false
        }
    }
}
