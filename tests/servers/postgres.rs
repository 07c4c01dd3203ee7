//! PostgreSQL, one for all tests of a process, with a database for each of them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::owned::{self, Owned};
use crate::skip;

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    server: Owned,
    user: Option<u32>,
    programs: PathBuf,
    databases: AtomicU32,
}

impl Postgres {
    /// The one that tests share; `None`, and a loud line, where there is none.
    #[must_use]
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// One of its own, which ends when it is dropped.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::started().map_err(|why| skip("PostgreSQL", &why)).ok()
    }

    fn started() -> Result<Self, String> {
        let programs = programs().ok_or("it is not installed")?;
        let (folder, user) = owned::folder("mediary-postgres-")?;
        let data = folder.join("data");
        let mut made = owned::command(programs.join("initdb"), user, &folder);
        made.args(["-U", "mediary", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C", "-D"]).arg(&data);
        let made = made.status().map_err(|error| format!("initdb: {error}"))?;
        if !made.success() {
            return Err(format!("initdb ended with {made}"));
        }
        let (program, data) = (programs.join("postgres"), data.display().to_string());
        let (program, socket) = (program.display().to_string(), folder.display().to_string());
        let settings = ["fsync=off", "full_page_writes=off", "max_connections=300", "listen_addresses="];
        let settings = settings.into_iter().flat_map(|setting| ["-c", setting]);
        let arguments = [program.as_str(), "-D", &data, "-k", &socket].into_iter().chain(settings);
        let server = Owned::start(folder, user, &arguments.collect::<Vec<_>>())?;
        let postgres = Self { server, user, programs, databases: AtomicU32::new(0) };
        postgres.server.wait_until(|| postgres.says("postgres", "SELECT 1"))?;
        Ok(postgres)
    }

    /// Has a statement carried out in a database. Gives whether that was done.
    #[must_use]
    pub fn says(&self, database: &str, statement: &str) -> bool {
        let mut psql = owned::command(self.programs.join("psql"), self.user, &self.server.folder);
        psql.args(["-X", "-q", "-U", "mediary", "-d", database, "-c", statement, "-h"]).arg(&self.server.folder);
        psql.status().is_ok_and(|status| status.success())
    }

    /// The address of a new database, whose language sorts texts as people do, not by their bytes.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'");
        assert!(self.says("postgres", &sql), "no database can be made");
        format!("postgres://mediary@localhost/{name}?host={}", self.server.folder.display())
    }

    /// Ends every connection to a database, as a restart of the server does.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn hang_up(&self, url: &str) {
        let name = name_of(url);
        let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        assert!(self.says("postgres", &sql), "the connections cannot be ended");
    }

    /// Lets no one connect to a database, or lets all again.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn allow(&self, url: &str, connections: bool) {
        let name = name_of(url);
        let sql = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {connections}");
        assert!(self.says("postgres", &sql), "the database cannot be closed");
    }
}

/// The name of the database in an address.
fn name_of(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// The folder of the programs: one of the search path, or where Debian has them.
fn programs() -> Option<PathBuf> {
    let is_it = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let usual = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    debian.into_iter().rev().chain(usual).find(|folder| is_it(folder))
}
