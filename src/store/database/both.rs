//! For tests: a place for a database of each kind, so that one test is true of both.

use std::path::Path;

use mediary_servers::Postgres;
use tempfile::TempDir;

use super::{Database, DatabasePlace};

/// A place where a test keeps what it keeps. What is in it goes with it.
pub(crate) struct Home {
    folder: TempDir,
    pub(crate) place: DatabasePlace,
}

impl Home {
    /// One for SQLite and one for PostgreSQL, where that can be had.
    pub(crate) fn each() -> Vec<Self> {
        let server = Postgres::shared().map(|server| server.new_database().parse().expect("it is an address"));
        [Some(Self::of_file()), server.map(|address| Self::new(|_| DatabasePlace::Server(address)))]
            .into_iter()
            .flatten()
            .collect()
    }

    fn of_file() -> Self {
        Self::new(|folder| DatabasePlace::Folder(folder.join("store")))
    }

    fn new(place: impl FnOnce(&Path) -> DatabasePlace) -> Self {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let place = place(folder.path());
        Self { folder, place }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn open(&self) -> Database {
        self.place.open().await.unwrap_or_else(|error| unreachable!("{error}"))
    }
}
