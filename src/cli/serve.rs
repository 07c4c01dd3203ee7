//! `mediary serve`: the server, until it is told to stop.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use mediary_store::{Counters, Database, DatabasePlace, Settings, StoreFailed};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::anew::{Ended, anew, started_anew, stopped_or};
use super::assembled::assembled;
use super::background::{Presence, arguments};
use super::batch_door;
use super::key_ring::KeyRing;
use super::open_secrets::warn_of_open_secrets;
use super::reload::{self, Running};
use super::store_of_server::{Folders, StoreOfServer};
use super::{Context, complain};
use crate::config::Config;
use crate::gateway::{Administration, BodyLog, Gateway, NumberedSettings, Pooling, TemporaryFiles};
use crate::http::{self, AppState, Current, Upkeep};
use crate::models::{Installing, Python};
use crate::telemetry::{self, Otlp};

/// Serve chat, embeddings and OCR over HTTP, on 127.0.0.1:8001 or where the configuration says
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary serve\n  \
    mediary serve --port 9000\n  \
    GEMINI_API_KEY=… mediary serve\n  \
    MEDIARY_API_KEY=secret mediary serve --host 0.0.0.0")]
pub(super) struct Serve {
    /// The address to listen on; any other than loopback needs MEDIARY_API_KEY
    #[arg(long)]
    host: Option<String>,
    /// The port to listen on; 0 lets the system choose
    #[arg(long)]
    port: Option<u16>,
    /// As `mediary start` starts it: apart from the terminal, with a log in a file
    #[arg(long, hide = true)]
    in_background: bool,
}

impl Serve {
    pub(super) fn run(self, mut context: Context) -> ExitCode {
        let arguments = arguments(&context, self.host.as_deref(), self.port);
        context.overrides.host = self.host;
        context.overrides.port = self.port;
        let ready = give_large_blocks_back(&context);
        let served = ready.and_then(|()| serve(&context, arguments, self.in_background));
        match served {
            Ok(Ended::Stopped) => ExitCode::SUCCESS,
            Ok(Ended::ToStartAnew(arguments)) => complain(&started_anew(&arguments)),
            Err(message) => complain(&message),
        }
    }
}

/// The allocator's settings here: the largest block, in KiB, that it carves out of memory of its own, and that it takes such
/// memory as it is needed. Taken at once, all of it lies in huge pages, of which a server at rest holds a dozen megabytes
/// that it never uses; chats take the same time either way.
const ALLOCATOR: [(&str, &str); 2] =
    [("MIMALLOC_ARENA_MAX_OBJECT_SIZE", "16384"), ("MIMALLOC_ARENA_EAGER_COMMIT", "0")];

/// Starts the program anew, in the same process, with an allocator that asks the system for each large block and gives it back
/// when it is freed. It reads its settings from the environment before `main`, and by default keeps what was freed for a
/// second: pictures decoded one after the other would take as much as all of them at once. To give everything back at once
/// would cost small chats a twelfth of their throughput. A setting that stands there already is the operator's.
pub(super) fn give_large_blocks_back(context: &Context) -> Result<(), String> {
    let mut missing = ALLOCATOR.iter().filter(|(name, _)| context.environment.text(name).is_none()).peekable();
    if missing.peek().is_none() {
        return Ok(());
    }
    let program = super::worker::program()?;
    let error = Command::new(program).args(std::env::args_os().skip(1)).envs(missing.copied()).exec();
    Err(format!("cannot start: {error}"))
}

fn serve(context: &Context, arguments: Vec<String>, in_background: bool) -> Result<Ended, String> {
    if in_background {
        // Of no terminal from now on, whose end would be this one's. It fails where that is so already.
        let _session = rustix::process::setsid();
    }
    let loaded = context.load()?;
    let mut presence = Presence::announced(context, &loaded.source, arguments.clone(), in_background)?;
    let configured = Arc::new(loaded.config);
    let config = configured.clone();
    let _log = telemetry::init(&config.server, context.environment.text("MEDIARY_LOG"))?;
    // Our environment holds keys; other processes of this user have no business in it.
    mediary_convert::confine::keep_to_itself();
    let files = TemporaryFiles::in_folder(&std::env::temp_dir());
    let files =
        files.map_err(|error| format!("no temporary file can be made: {error}; set TMPDIR to another folder"))?;
    // Set once, before the first of them is made.
    let _earlier = tempfile::env::override_temp_dir(files.path());
    warn_of_open_secrets(&loaded.source, &context.cwd);
    // For the listener only: connections have threads of their own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let (store_dir, content_dir) = (context.store_dir(&config), context.content_dir(&config));
    let database = runtime.block_on(database(context.store_place(&config), &config))?;
    let config = match &database {
        Some(database) => runtime.block_on(with_settings(&configured, database))?,
        None => config,
    };
    let mut key_ring = KeyRing::new(database.clone(), context.master_place(&config, &loaded.source));
    let stored = runtime.block_on(key_ring.read());
    let models = context.models(Some(&loaded.source))?;
    let gateway = Arc::new(assembled(context, &config, &loaded.source, &stored, &models)?);
    let counters = if let Some(address) = &config.store.counters {
        let counters = runtime.block_on(Counters::open(address.clone())).map_err(|error| error.to_string())?;
        tracing::info!(counters.place = %address, "limits are shared");
        let counters = Arc::new(counters);
        gateway.clients.share(counters.clone());
        Some(counters)
    } else {
        None
    };
    let looking = watch::Sender::new(gateway.clone());
    runtime.block_on(async {
        let pooling = counters.map(|counters| Pooling::start(gateway.router.clone(), counters));
        let kept = match database {
            Some(database) => Some(
                StoreOfServer::start(
                    gateway.clone(),
                    database,
                    &config,
                    Folders { store: store_dir.as_deref(), content: content_dir },
                    key_ring.keys().cloned(),
                )
                .await?,
            ),
            None => None,
        };
        let clients = kept.as_ref().map(|kept| kept.clients.clone());
        let administration = kept.as_ref().map(|kept| kept.administration.clone());
        let log = kept.as_ref().map(|kept| kept.request_log.clone());
        let request_log = log.clone().filter(|_| config.log.requests);
        let (jobs, responses, probes) = match &kept {
            Some(StoreOfServer { jobs, responses, probes, .. }) => {
                (Some(jobs.clone()), Some(responses.clone()), Some(probes.clone()))
            }
            None => (None, None, None),
        };
        let state = AppState::new(gateway, config.clone()).configured_as(configured.clone());
        let state = state.with_jobs(jobs.clone()).with_responses(responses);
        let state = state.with_files(kept.as_ref().and_then(|kept| kept.files.clone()));
        let state = state.with_threads(kept.as_ref().and_then(|kept| kept.threads.clone()));
        let state = state.with_batches(kept.as_ref().and_then(|kept| kept.batches.clone()));
        let state = state.with_projects(kept.as_ref().and_then(|kept| kept.projects.clone()));
        let state = state.with_google(kept.as_ref().and_then(|kept| kept.google.clone()));
        let state = state.with_reminders(kept.as_ref().map(|kept| kept.reminders.clone()));
        let state = state.with_probes(probes).with_administration(administration).with_request_log(request_log);
        let body_log = store_dir.filter(|_| config.log.bodies).map(|dir| dir.join("bodies"));
        let body_log = body_log.and_then(|folder| BodyLog::start(folder, &config.log));
        let state = state.with_body_log(body_log.clone());
        let otlp = Otlp::start(&config.telemetry, &Handle::current())?;
        let state = state.with_otlp(otlp.clone());
        let restart = CancellationToken::new();
        let installing = Installing::new(models.clone(), Python::default());
        let state = state.with_upkeep(Upkeep { installing, restart: restart.clone() });
        let address = config.server.host.socket_address(config.server.port);
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| format!("cannot listen on {address}: {error}; choose another with --port"))?;
        let bound = listener.local_addr().map_err(|error| format!("cannot listen on {address}: {error}"))?;
        if let Some(presence) = &mut presence {
            presence.serves_at(bound);
        }
        let current = Current::new(state.clone());
        let working = batch_door::work(state.batches.clone(), &config, http::door(current.clone()));
        let (state_now, current_now) = (state.clone(), current.clone());
        let running = Running::new(state_now, current_now, jobs.clone(), key_ring, clients).await.logging(log);
        let serving = |gateway: Arc<Gateway>| {
            looking.send_replace(gateway.clone());
            if let Some(pooling) = &pooling {
                pooling.share_of(gateway.router.clone());
            }
            if let Some(kept) = &kept {
                kept.quotas.keep_of(gateway.router.clone());
                if let Some(projects) = &kept.projects {
                    projects.serve_with(gateway.clone());
                }
                if let Some(threads) = &kept.threads {
                    threads.serve_with(gateway.clone());
                }
                kept.probes.serve_with(gateway);
            }
        };
        let served = tokio::select! {
            served = http::serve_current(listener, state, current, stopped_or(&restart)) => served,
            () = reload::follow(context, &loaded.source, running, serving) => Ok(()),
            () = look_at_lists(looking.subscribe(), config.registry.refresh) => Ok(()),
            () = check_keys(looking.subscribe(), config.probes.keys_every) => Ok(()),
            () = told_of(presence.as_ref()) => Ok(()),
            () = working => Ok(()),
        };
        if let Some(body_log) = body_log {
            body_log.settle(config.server.shutdown_grace).await;
        }
        if let Some(otlp) = otlp {
            otlp.settle(config.server.shutdown_grace).await;
        }
        if let Some(pooling) = &pooling {
            pooling.settle().await;
        }
        if let Some(kept) = kept {
            kept.settle(config.server.shutdown_grace).await;
        }
        served.map_err(|error| format!("the server failed: {error}"))?;
        if !restart.is_cancelled() {
            return Ok(Ended::Stopped);
        }
        // Where the system chose its port, it is found there again.
        Ok(Ended::ToStartAnew(anew(arguments, in_background, bound.port())))
    })
}

/// Tells what asks how the server stands; never ends.
async fn told_of(presence: Option<&Presence>) {
    match presence {
        Some(presence) => presence.tell().await,
        None => std::future::pending().await,
    }
}

/// Looks at lists of models from time to time, for the gateway that serves; never ends.
async fn look_at_lists(mut serving: watch::Receiver<Arc<Gateway>>, every: Option<Duration>) {
    let Some(every) = every else { return std::future::pending().await };
    loop {
        let gateway = serving.borrow_and_update().clone();
        tokio::select! {
            never = gateway.router.keep_lists_fresh(every) => match never {},
            changed = serving.changed() => if changed.is_err() {
                // Nothing serves any more; what ends that ends this.
                return std::future::pending().await;
            },
        }
    }
}

/// Checks keys of providers from time to time, where that is wanted; never ends.
async fn check_keys(mut serving: watch::Receiver<Arc<Gateway>>, every: Option<Duration>) {
    let Some(every) = every else { return std::future::pending().await };
    loop {
        tokio::time::sleep(every).await;
        let gateway = serving.borrow_and_update().clone();
        gateway.router.check_all_keys().await;
    }
}

/// The database. One that the operator named has to be of use; the usual one costs what would be kept there where it is
/// not, and not the start: another server may have it.
pub(super) async fn database(place: Option<DatabasePlace>, config: &Config) -> Result<Option<Arc<Database>>, String> {
    let Some(place) = place else { return Ok(None) };
    let opened = if config.store.counters.is_some() { place.open_shared().await } else { place.open().await };
    match opened {
        Ok(database) => {
            tracing::info!(store.place = %place, "the database is open");
            Ok(Some(Arc::new(database)))
        }
        Err(error @ (StoreFailed::Folder(_) | StoreFailed::InUse(_))) if config.store.dir.is_none() => {
            tracing::warn!(error.detail = %error, "no jobs are kept, so no videos are made; nor are responses kept");
            Ok(None)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// The configuration with the settings over it that administrators have changed.
async fn with_settings(configured: &Config, database: &Arc<Database>) -> Result<Arc<Config>, String> {
    let read = NumberedSettings::read(&Settings::of(database.clone())).await;
    let mut config = configured.clone();
    read.map_err(|error| error.to_string())?.settings.lay_over(&mut config);
    Ok(Arc::new(config))
}

/// Prints, once, the code with which the first password of the administration is set.
pub(super) async fn print_code(administration: &Administration) {
    match administration.begin().await {
        Ok(Some(code)) => tracing::info!(
            admin.code = code,
            "no password is set for /api/admin; set it with this code (POST /api/admin/setup) or `mediary admin password`"
        ),
        Ok(None) => {}
        Err(error) => tracing::warn!(error.detail = ?error, "the administration cannot be set up"),
    }
}
