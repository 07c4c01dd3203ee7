//! A server in this process, on a port of the system's choosing, and what can be seen of it from outside.
//!
//! Most tests share one, since engines take time and memory to load; a test that needs other settings or that harms its
//! server starts its own. Dropping a server stops it and checks that it left nothing behind.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mediary::config::{Bytes, Config, Environment, ProviderChoice};
use mediary::gateway::batches::Batches;
use mediary::gateway::google::Google;
use mediary::gateway::projects::Projects;
use mediary::gateway::reminders::{Reminders, Telling};
use mediary::gateway::threads::Threads;
use mediary::gateway::{Gateway, InUse, KeptFiles, KeptResponses, Parts, Pipelines, Probes, Recipe, VideoJobs};
use mediary::http::{self, AppState};
use mediary::models::{Locations, Models};
use mediary::providers::Providers;
use mediary_convert::Program;
use mediary_convert::av::Ffmpeg;
use mediary_convert::office::LibreOffice;
use mediary_local::EspeakNg;
use mediary_store::{MasterPlace, ProviderKeys};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The most that anything here is waited for: far more than it takes, since machines of tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The checkout.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `samples/`.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let path = checkout().join("samples").join(name);
    std::fs::read(&path).unwrap_or_else(|error| unreachable!("{} belongs to the checkout: {error}", path.display()))
}

/// The text that a sample shows.
pub(crate) fn truth(name: &str) -> String {
    String::from_utf8(sample(name)).expect("truths are UTF-8")
}

/// A running server.
pub(crate) struct TestServer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What it works with, to look at only.
    gateway: Weak<Gateway>,
    memory_bytes: u64,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The server that tests share. It ends with the process.
pub(crate) fn shared() -> &'static TestServer {
    static SHARED: OnceLock<TestServer> = OnceLock::new();
    SHARED.get_or_init(|| TestServer::with(|_| ()))
}

impl TestServer {
    /// A server with the default configuration but for `edit`. It remembers nothing.
    pub(crate) fn with(edit: impl FnOnce(&mut Config)) -> Self {
        Self::with_models(&checkouts_models(), edit)
    }

    /// The same with other models than those of the checkout.
    pub(crate) fn with_models(models: &Models, edit: impl FnOnce(&mut Config)) -> Self {
        Self::with_parts(models, None, edit)
    }

    /// The same with an ffmpeg.
    pub(crate) fn with_ffmpeg(ffmpeg: Ffmpeg, edit: impl FnOnce(&mut Config)) -> Self {
        Self::with_parts(&checkouts_models(), Some(ffmpeg), edit)
    }

    fn with_parts(models: &Models, ffmpeg: Option<Ffmpeg>, edit: impl FnOnce(&mut Config)) -> Self {
        // Each server's workers have a limit of their own by a few bytes, by which they are told apart.
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let mut config = Config::default();
        config.engines.paddleocr.provider = ProviderChoice::Cpu;
        config.cache.bytes = Bytes::new(0);
        // A crowd of tests shares two processors.
        config.admission.wait = PATIENCE;
        edit(&mut config);
        let memory_bytes = config.engines.pdfium.memory_bytes.get() + STARTED.fetch_add(1, Ordering::Relaxed);
        config.engines.pdfium.memory_bytes = Bytes::new(memory_bytes);
        let gateway = Arc::new(gateway(&config, models, ffmpeg));
        let known = Arc::downgrade(&gateway);
        let config = Arc::new(config);
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("the system gives threads").block_on(async {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
                let Kept { jobs, responses, probes, files, batches, projects, google, reminders, threads } =
                    match &config.store.dir {
                        Some(dir) => kept(&gateway, dir, &config).await,
                        None => Kept::default(),
                    };
                let state = AppState::new(gateway, config).with_jobs(jobs).with_responses(responses.clone());
                let state = state.with_probes(probes.clone()).with_files(files).with_batches(batches.clone());
                let state = state.with_projects(projects.clone());
                let (reminders, _telling) = reminders.unzip();
                let state = state.with_google(google).with_reminders(reminders);
                let state = state.with_threads(threads.clone());
                tell.send(listener.local_addr().expect("it is bound")).expect("the test waits for it");
                let shutdown = async { stopped.await.unwrap_or(()) };
                let current = http::Current::new(state.clone());
                if let Some(batches) = &batches {
                    batches.work(&http::door(current.clone()).expect("the system gives threads"));
                }
                http::serve_current(listener, state, current, shutdown).await.expect("the server runs to its end");
                if let Some(batches) = batches {
                    batches.settle(PATIENCE).await;
                }
                if let Some(projects) = projects {
                    projects.settle(PATIENCE).await;
                }
                if let Some(threads) = threads {
                    threads.settle(PATIENCE).await;
                }
                if let Some(responses) = responses {
                    responses.settle(PATIENCE).await;
                }
                if let Some(probes) = probes {
                    probes.settle(PATIENCE).await;
                }
            });
        });
        let address = told.recv_timeout(PATIENCE).expect("the server starts");
        Self { address, gateway: known, memory_bytes, stop: Some(stop), thread: Some(thread) }
    }

    /// The worker processes of this server, by id.
    pub(crate) fn workers(&self) -> Vec<u32> {
        let limit = self.memory_bytes.to_string();
        let ours = |id: &u32| {
            let arguments = std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            let mut arguments = arguments.split('\0').skip(1);
            arguments.next() == Some("worker") && arguments.any(|argument| argument == limit)
        };
        processes().filter(ours).collect()
    }

    /// The one worker that has computed for a while, hence has the document open and works on a page.
    pub(crate) fn busy_worker(&self) -> u32 {
        /// A third of a second, in the kernel's ticks; opening a small document takes a fraction of that.
        const TICKS: u64 = 33;
        let mut found = None;
        wait_until("a worker is busy", || {
            found = self.workers().into_iter().find(|&id| ticks(id) >= TICKS);
            found.is_some()
        });
        found.expect("it was waited for")
    }

    /// Asks the server to stop, without waiting for it.
    pub(crate) fn ask_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits for the end of a server that was asked to stop.
    pub(crate) fn wait_for_end(&mut self) {
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok(), "the server panicked");
        }
    }

    /// How many documents wait for the OCR engine or are being read by it.
    pub(crate) fn ocr_depth(&self) -> usize {
        self.engine_depth("paddleocr")
    }

    /// How many jobs wait for an engine of this process or are being done by it.
    pub(crate) fn engine_depth(&self, name: &str) -> usize {
        self.gateway
            .upgrade()
            .map_or(0, |gateway| gateway.queue_depths().find(|(engine, _)| *engine == name).map_or(0, |(_, jobs)| jobs))
    }

    /// How much of each room requests hold.
    pub(crate) fn in_use(&self) -> InUse {
        self.gateway.upgrade().map_or_else(InUse::default, |gateway| gateway.admission().in_use())
    }

    /// How many requests share calls with others.
    pub(crate) fn sharing(&self) -> usize {
        self.gateway.upgrade().map_or(0, |gateway| gateway.sharing())
    }

    /// How many live conversations are held.
    pub(crate) fn live_sessions(&self) -> usize {
        self.gateway.upgrade().map_or(0, |gateway| gateway.realtime.sessions())
    }

    /// How many workers have died or were killed with a document open.
    pub(crate) fn workers_lost(&self) -> u64 {
        self.gateway.upgrade().map_or(0, |gateway| gateway.workers_lost())
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.ask_to_stop();
        if std::thread::panicking() {
            return;
        }
        self.wait_for_end();
        assert!(self.gateway.upgrade().is_none(), "something still holds the gateway of a server that has ended");
        wait_until("no worker is left behind", || self.workers().is_empty());
    }
}

fn checkouts_models() -> Models {
    let locations = Locations { cwd: checkout().to_owned(), ..Locations::default() };
    let models = Models::open(&locations).expect("the cards of the checkout are right");
    for card in ["onnxruntime", "paddleocr", "pdfium"] {
        let installed = models.library(card);
        assert!(
            installed.is_ok(),
            "{card} is not installed, so nothing can be tested; run `make test`, which fetches it"
        );
    }
    models
}

#[derive(Default)]
struct Kept {
    jobs: Option<Arc<VideoJobs>>,
    responses: Option<Arc<KeptResponses>>,
    probes: Option<Arc<Probes>>,
    files: Option<Arc<KeptFiles>>,
    batches: Option<Arc<Batches>>,
    projects: Option<Arc<Projects>>,
    google: Option<Arc<Google>>,
    reminders: Option<(Arc<Reminders>, Telling)>,
    threads: Option<Arc<Threads>>,
}

async fn kept(gateway: &Arc<Gateway>, dir: &Path, config: &Config) -> Kept {
    let database = Arc::new(mediary_store::Database::open(dir).await.expect("the folder is the test's own"));
    let responses = http::kept_responses(database.clone()).await.expect("the database can be read");
    let files = KeptFiles::start(database.clone(), config, Some(dir.join("content")))
        .await
        .expect("the folder is the test's own");
    let batches = match &files {
        Some(files) => {
            let (files, clients) = (files.clone(), gateway.clients.clone());
            let batches =
                Batches::start(database.clone(), files, clients, gateway.admission().clone(), config.batches.clone())
                    .await;
            Some(batches.expect("the database can be written"))
        }
        None => None,
    };
    let projects = match &files {
        Some(files) => {
            let (gateway, files, settings) = (gateway.clone(), files.clone(), config.projects.clone());
            let projects = Projects::start(gateway, database.clone(), files, settings).await;
            Some(projects.expect("the database can be written"))
        }
        None => None,
    };
    let master = MasterPlace::File(dir.join("master.key"));
    let google = Google::start(&database, &ProviderKeys::of(database.clone(), master), config);
    let reminders = Some(Reminders::start(gateway, database.clone(), google.clone(), config));
    let threads = Threads::start(gateway.clone(), database.clone(), config, Some(dir.join("content"))).await;
    let threads = threads.expect("the folder is the test's own");
    let probes = Probes::start(gateway.clone(), database.clone(), config.probes.clone()).await;
    let jobs = VideoJobs::start(gateway.clone(), database, config.jobs.clone()).await;
    let can_be_read = "the database can be read";
    let (jobs, probes) = (Some(jobs.expect(can_be_read)), Some(probes.expect(can_be_read)));
    Kept { jobs, responses: Some(responses), probes, files, batches, projects, google, reminders, threads }
}

fn gateway(config: &Config, models: &Models, ffmpeg: Option<Ffmpeg>) -> Gateway {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mediary"));
    let cache_dir = config.cache.dir.clone();
    let content_dir = config.content.dir.clone();
    let providers = Providers::assemble(config, &Environment::default(), None);
    let providers = providers.expect("the providers of the test are right");
    let ffmpeg = ffmpeg.map(|ffmpeg| ffmpeg.launched_by(program.clone()));
    let (recipe, pipelines) = (Recipe::embedded(), Pipelines::embedded());
    let espeak = EspeakNg::find(Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref()));
    let espeak = espeak.map(|espeak| espeak.launched_by(program.clone()));
    let search_path = Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref());
    let heif = Program::find("heif-convert", search_path);
    let heif = heif.map(|heif| heif.launched_by(program.clone()));
    let libreoffice = LibreOffice::find(search_path, program.clone());
    let parts = Parts {
        config,
        recipe,
        pipelines,
        ffmpeg,
        heif,
        espeak,
        libreoffice,
        providers,
        models,
        cache_dir,
        content_dir,
        registry_dir: config.registry.dir.clone(),
        program,
    };
    Gateway::new(parts).expect("the system gives threads")
}

/// Our child processes.
fn processes() -> impl Iterator<Item = u32> {
    let ids = std::fs::read_dir("/proc")
        .expect("there is a /proc")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|&id| stat(id).and_then(|stat| stat.get(1)?.parse().ok()) == Some(std::process::id()))
}

/// The processor time that a process has used, in the kernel's ticks.
fn ticks(id: u32) -> u64 {
    let used = |place: usize| stat(id).and_then(|stat| stat.get(place)?.parse::<u64>().ok()).unwrap_or(0);
    used(11) + used(12)
}

/// What the kernel says of a process, from its state on; its name, which may hold anything, is left out.
fn stat(id: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// Looks again and again until it is so, for what is not announced.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        // Leaves the processor to what is waited for.
        std::thread::park_timeout(Duration::from_millis(2));
    }
}
