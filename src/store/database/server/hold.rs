//! The claim of a server to a database: an advisory lock that belongs to a connection, and so ends with the process,
//! however that ends. Servers that share the database share the lock.
//!
//! Where the connection is lost, another one takes the lock again as soon as it can.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use super::{Failed, Holding, ServerAddress, connected};

/// A server that was just stopped may hold it for a moment yet.
const PATIENCE: Duration = Duration::from_secs(3);
const AGAIN: Duration = Duration::from_millis(50);
/// How often the connection is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Takes the lock.
pub(super) async fn take(address: &ServerAddress, holding: Holding) -> Result<PgConnection, Failed> {
    let mut connection = connected(address).await?;
    let patience = tokio::time::Instant::now() + PATIENCE;
    while !is_taken(&mut connection, holding).await? {
        if tokio::time::Instant::now() > patience {
            return Err(Failed::Taken);
        }
        tokio::time::sleep(AGAIN).await;
    }
    Ok(connection)
}

/// One lock for each schema of each database.
async fn is_taken(connection: &mut PgConnection, holding: Holding) -> sqlx::Result<bool> {
    let lock = match holding {
        Holding::Alone => "SELECT pg_try_advisory_lock(1296385096, hashtext(current_schema()))",
        Holding::Shared => "SELECT pg_try_advisory_lock_shared(1296385096, hashtext(current_schema()))",
    };
    sqlx::query_scalar(lock).fetch_one(connection).await
}

/// Keeps the lock, or takes it again; never ends.
pub(super) async fn keep(mut connection: PgConnection, address: ServerAddress, holding: Holding) {
    loop {
        tokio::time::sleep(LOOK).await;
        if connection.ping().await.is_ok() {
            continue;
        }
        match take(&address, holding).await {
            Ok(again) => connection = again,
            Err(Failed::Taken) => {
                tracing::error!(store = %address, "another server has taken the database while it could not be reached");
            }
            // Those that read and write say so.
            Err(Failed::Database(_)) => {}
        }
    }
}
