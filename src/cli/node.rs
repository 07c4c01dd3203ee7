//! `mediary node`: a process that answers lines of batches for servers on other machines, over the broker of `[queue]`. It
//! listens nowhere.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use mediary_store::{ClientKeys, Counters, Database, Queue};
use tokio_util::sync::CancellationToken;

use super::assembled::assembled;
use super::key_ring::KeyRing;
use super::serve::{database, give_large_blocks_back};
use super::{Context, complain};
use crate::config::Config;
use crate::gateway::google::Google;
use crate::gateway::queue::{Depot, Node};
use crate::gateway::{Gateway, KeptClients, KeptFiles, TemporaryFiles};
use crate::http::{self, AppState, Current};
use crate::telemetry;

/// How often it is looked whether keys of clients have changed.
const KEYS_EVERY: Duration = Duration::from_secs(1);

/// Answer lines of batches for servers on other machines, over the broker that the configuration names
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary node\n  \
    mediary node --at-once 16\n  \
    MEDIARY_QUEUE__URL=nats://broker:4222 mediary node")]
pub(super) struct NodeArgs {
    /// How many lines are answered at once
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    at_once: u32,
}

impl NodeArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        match give_large_blocks_back(context).and_then(|()| self.work(context)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }

    fn work(&self, context: &Context) -> Result<(), String> {
        let loaded = context.load()?;
        let config = Arc::new(loaded.config);
        let no_queue = "[queue] url names no broker; name one, as nats://broker:4222, here and for the servers";
        let address = config.queue.url.clone().ok_or(no_queue)?;
        let _log = telemetry::init(&config.server, context.environment.text("MEDIARY_LOG"))?;
        mediary_convert::confine::keep_to_itself();
        let files = TemporaryFiles::in_folder(&std::env::temp_dir());
        let files =
            files.map_err(|error| format!("no temporary file can be made: {error}; set TMPDIR to another folder"))?;
        let _earlier = tempfile::env::override_temp_dir(files.path());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
        // A folder's database is one server's alone.
        let place = context.store_place(&config).filter(|_| config.store.server.is_some());
        let database = runtime.block_on(database(place, &config))?;
        let mut key_ring = KeyRing::new(database.clone(), context.master_place(&config, &loaded.source));
        let stored = runtime.block_on(key_ring.read());
        let models = context.models(Some(&loaded.source))?;
        let gateway = Arc::new(assembled(context, &config, &loaded.source, &stored, &models)?);
        runtime.block_on(async {
            let google = database.as_ref().zip(key_ring.keys());
            let google = google.and_then(|(database, keys)| Google::start(database, keys, &config));
            let state = AppState::new(gateway.clone(), config.clone()).with_google(google);
            let (state, clients) = match database {
                Some(database) => {
                    let (state, clients) = with_kept(state, &gateway, database, &config, context).await?;
                    (state, Some(clients))
                }
                None => (state, None),
            };
            let queue = Queue::open(&address, &config.queue.name, config.queue.bounds).await;
            let queue = Arc::new(queue.map_err(|error| error.to_string())?);
            let depot =
                Depot::new(config.store.content.as_ref(), queue.most_bytes()).map_err(|error| error.to_string())?;
            let door = http::door(Current::new(state)).map_err(|error| format!("cannot start: {error}"))?;
            let (stopping, node) = (CancellationToken::new(), Node::new(queue, depot, door));
            tracing::info!(queue.place = %address, node.at_once = self.at_once, "this node answers lines");
            let stopped = stopping.clone();
            let listens = async {
                http::stop_signal().await;
                stopped.cancel();
                tokio::time::sleep(config.server.shutdown_grace).await;
            };
            tokio::select! {
                () = node.run(self.at_once, stopping) => {}
                () = kept_fresh(clients.as_ref()) => {}
                () = listens => tracing::warn!("the node stops while it answers lines; another is given them"),
            }
            if let Some(clients) = clients {
                clients.settle(config.server.shutdown_grace).await;
            }
            Ok(())
        })
    }
}

/// Takes up keys of clients that were made, changed or taken back; never ends.
async fn kept_fresh(clients: Option<&KeptClients>) {
    let Some(clients) = clients else { return std::future::pending().await };
    let mut taken_up = None;
    loop {
        if let Ok(revision) = clients.revision().await
            && taken_up != Some(revision)
        {
            match clients.renew().await {
                Ok(()) => taken_up = Some(revision),
                Err(error) => tracing::error!(error.detail = %error, "changed keys of clients are not taken up"),
            }
        }
        tokio::time::sleep(KEYS_EVERY).await;
    }
}

/// What servers share: clients with their limits, and files that lines name.
async fn with_kept(
    state: AppState,
    gateway: &Gateway,
    database: Arc<Database>,
    config: &Config,
    context: &Context,
) -> Result<(AppState, KeptClients), String> {
    if let Some(address) = &config.store.counters {
        let counters = Counters::open(address.clone()).await.map_err(|error| error.to_string())?;
        gateway.clients.share(Arc::new(counters));
    }
    // It has read the keys when this resolves.
    let clients = KeptClients::start(gateway.clients.clone(), ClientKeys::of(database.clone())).await;
    let clients = clients.map_err(|error| error.to_string())?;
    let files = KeptFiles::start(database, config, context.content_dir(config)).await;
    Ok((state.with_files(files.map_err(|error| error.to_string())?), clients))
}
