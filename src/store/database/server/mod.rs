//! PostgreSQL, where `[store] url` names one.
//!
//! Changes are made one after the other, each a transaction of its own, so that those of one server never stand in each
//! other's way; reads go beside them. Connections come from a small pool, and are made again when they were lost. One
//! server has the database ([`hold`]); short errands are done beside it. All of it happens on a thread of its own.

mod hold;
mod work;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions, PgRow};
use sqlx::{Connection as _, PgConnection};
use tokio::sync::Mutex;

use super::{ServerAddress, Statement, StoreFailed, schema};
use crate::home::Home;
use work::{soon, write};

/// Connections side by side, beside the one that holds the lock.
const CONNECTIONS: u32 = 8;
/// How long one is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open database of a server. Dropping it ends the connections.
#[derive(Debug)]
pub(super) struct Server {
    pool: PgPool,
    pub(super) holding: Holding,
    /// Whose turn it is to write.
    turn: Arc<Mutex<()>>,
    home: Home,
}

/// With whom the database is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holding {
    /// With no other server.
    Alone,
    /// With others that share it.
    Shared,
}

/// Why it was not opened.
enum Failed {
    /// Another server has it.
    Taken,
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl Server {
    /// Takes the database for this process, and brings its schema up to what is known here.
    pub(super) async fn open(address: &ServerAddress, holding: Holding) -> Result<Self, StoreFailed> {
        let home = home(address)?;
        let held = home.run({
            let address = address.clone();
            async move { hold::take(&address, holding).await }
        });
        let lock = match held.await.unwrap_or(Err(Failed::Database(sqlx::Error::WorkerCrashed))) {
            Ok(lock) => lock,
            Err(Failed::Taken) => return Err(StoreFailed::Taken(address.to_string())),
            Err(Failed::Database(error)) => return Err(failed(address, error)),
        };
        home.keep(hold::keep(lock, address.clone(), holding));
        Self::connect(address, home, Some(holding)).await
    }

    /// Opens the database beside the server that has it; brings a new one up to what is known here.
    pub(super) async fn open_beside(address: &ServerAddress) -> Result<Self, StoreFailed> {
        Self::connect(address, home(address)?, None).await
    }

    async fn connect(address: &ServerAddress, home: Home, holding: Option<Holding>) -> Result<Self, StoreFailed> {
        let is_beside = holding.is_none();
        let ready = home.run({
            let address = address.clone();
            async move {
                let failed = |error| failed(&address, error);
                let mut connection = connected(&address).await.map_err(failed)?;
                let version = schema::version_of_server(&mut connection).await.map_err(failed)?;
                match version {
                    Some(version) if is_beside => schema::expect(version, &address)?,
                    _ => schema::migrate_server(&mut connection, &address).await?,
                }
                let _closed = connection.close().await;
                let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
                Ok(pool.connect_lazy_with(*address.0))
            }
        });
        let pool = ready.await.unwrap_or_else(|| Err(failed(address, sqlx::Error::WorkerCrashed)))?;
        Ok(Self { pool, holding: holding.unwrap_or(Holding::Shared), turn: Arc::default(), home })
    }

    pub(super) async fn write(&self, statements: Vec<Statement>) -> sqlx::Result<Vec<u64>> {
        let (pool, turn) = (self.pool.clone(), self.turn.clone());
        let written = self.home.run(async move {
            let _turn = turn.lock().await;
            write(&pool, statements).await
        });
        written.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    pub(super) async fn read(&self, statement: Statement) -> sqlx::Result<Vec<PgRow>> {
        let pool = self.pool.clone();
        let read = self.home.run(async move { soon(statement.for_server().fetch_all(&pool)).await });
        read.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }
}

/// A connection, soon or not at all.
async fn connected(address: &ServerAddress) -> sqlx::Result<PgConnection> {
    let connecting = PgConnection::connect_with(&address.0);
    tokio::time::timeout(PATIENCE, connecting).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

fn home(address: &ServerAddress) -> Result<Home, StoreFailed> {
    Home::new().map_err(|error| StoreFailed::of("open", address, error.into()))
}

fn failed(address: &ServerAddress, error: sqlx::Error) -> StoreFailed {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => {
            StoreFailed::Unreachable { place: address.to_string(), source: Box::new(error) }
        }
        error => StoreFailed::of("open", address, error),
    }
}
