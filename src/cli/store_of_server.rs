//! What a server keeps in its database and beside it: begun with it, settled before it ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mediary_store::{ClientKeys, Database, ProviderKeys, Requests, Settings, StoreFailed};

use super::batch_door::batches_of;
use super::serve::print_code;
use crate::config::Config;
use crate::gateway::batches::Batches;
use crate::gateway::google::Google;
use crate::gateway::projects::Projects;
use crate::gateway::reminders::{Reminders, Telling};
use crate::gateway::threads::Threads;
use crate::gateway::{
    Administration, Gateway, KeptClients, KeptFiles, KeptLedger, KeptResponses, Probes, RequestLog, VideoJobs,
};
use crate::http;

/// Folders of what is kept.
pub(super) struct Folders<'a> {
    /// Beside the database.
    pub(super) store: Option<&'a Path>,
    /// Of files for clients and of clients.
    pub(super) content: Option<PathBuf>,
}

/// What is kept in a database.
pub(super) struct StoreOfServer {
    pub(super) jobs: Arc<VideoJobs>,
    pub(super) responses: Arc<KeptResponses>,
    /// Files of clients; `None`: there is nowhere to keep them.
    pub(super) files: Option<Arc<KeptFiles>>,
    /// Threads, likewise.
    pub(super) threads: Option<Arc<Threads>>,
    /// Batches, likewise.
    pub(super) batches: Option<Arc<Batches>>,
    /// Projects, likewise.
    pub(super) projects: Option<Arc<Projects>>,
    /// What is done with accounts of Google's; `None`: nothing.
    pub(super) google: Option<Arc<Google>>,
    /// Reminders, and what tells of them.
    pub(super) reminders: Arc<Reminders>,
    _telling: Telling,
    /// What was used of free limits.
    pub(super) quotas: KeptLedger,
    /// What probes found.
    pub(super) probes: Arc<Probes>,
    /// Clients, and what they have used.
    pub(super) clients: Arc<KeptClients>,
    pub(super) administration: Arc<Administration>,
    /// It writes what it is given, if it is given anything.
    pub(super) request_log: Arc<RequestLog>,
}

impl StoreOfServer {
    pub(super) async fn start(
        gateway: Arc<Gateway>,
        database: Arc<Database>,
        config: &Config,
        folders: Folders<'_>,
        provider_keys: Option<ProviderKeys>,
    ) -> Result<Self, String> {
        let failed = |error: StoreFailed| error.to_string();
        let keys = ClientKeys::of(database.clone());
        gateway.router.remembers_files_in(database.clone());
        let google = provider_keys.as_ref().and_then(|keys| Google::start(&database, keys, config));
        let (reminders, telling) = Reminders::start(&gateway, database.clone(), google.clone(), config);
        let administration = Administration::new(Settings::of(database.clone()), provider_keys, keys.clone());
        print_code(&administration).await;
        let clients = KeptClients::start(gateway.clients.clone(), keys).await.map_err(failed)?;
        let clients = clients.journaling(folders.store).await;
        let request_log = Arc::new(RequestLog::start(Requests::of(database.clone()), &config.log));
        let responses = http::kept_responses(database.clone()).await.map_err(failed)?;
        let quotas = KeptLedger::start(gateway.router.clone(), database.clone()).await.map_err(failed)?;
        let probes = Probes::start(gateway.clone(), database.clone(), config.probes.clone()).await.map_err(failed)?;
        let threads = Threads::start(gateway.clone(), database.clone(), config, folders.content.clone()).await;
        let threads = threads.unwrap_or_else(|failure| {
            tracing::warn!(error.detail = %failure, "no threads are kept");
            None
        });
        let files = match KeptFiles::start(database.clone(), config, folders.content).await {
            Ok(files) => files,
            Err(failure) => {
                tracing::warn!(error.detail = %failure, "no files are kept for clients' requests");
                None
            }
        };
        let batches = match &files {
            Some(files) => {
                let (files, clients) = (files.clone(), gateway.clients.clone());
                let batches =
                    Batches::start(database.clone(), files, clients, gateway.admission().clone(), batches_of(config));
                Some(batches.await.map_err(failed)?)
            }
            None => None,
        };
        let projects = match &files {
            Some(files) => {
                let (gateway, files, settings) = (gateway.clone(), files.clone(), config.projects.clone());
                Some(Projects::start(gateway, database.clone(), files, settings).await.map_err(failed)?)
            }
            None => None,
        };
        let jobs = VideoJobs::start(gateway, database, config.jobs.clone()).await.map_err(failed)?;
        let (clients, administration) = (Arc::new(clients), Arc::new(administration));
        Ok(Self {
            jobs,
            responses,
            files,
            threads,
            batches,
            projects,
            google,
            reminders,
            _telling: telling,
            quotas,
            probes,
            clients,
            administration,
            request_log,
        })
    }

    pub(super) async fn settle(self, patience: Duration) {
        if let Some(batches) = &self.batches {
            batches.settle(patience).await;
        }
        if let Some(projects) = &self.projects {
            projects.settle(patience).await;
        }
        if let Some(threads) = &self.threads {
            threads.settle(patience).await;
        }
        if let Some(google) = &self.google {
            google.settle(patience).await;
        }
        self.jobs.settle(patience).await;
        self.responses.settle(patience).await;
        self.probes.settle(patience).await;
        self.request_log.settle(patience).await;
        self.clients.settle(patience).await;
        self.quotas.settle(patience).await;
    }
}
