//! Work on a server's database: each change as one transaction, done again where another one broke it off.

use std::future::Future;
use std::io;
use std::time::Duration;

use sqlx::postgres::PgPool;

use super::super::Statement;

/// How long an answer is waited for. Of a network that has fallen silent it would be hours.
const LONGEST: Duration = Duration::from_secs(60);
/// What was broken off for another's sake is done again so often.
const TRIES: usize = 5;
/// PostgreSQL's codes for that: a deadlock, and a change that came between.
const BROKEN_OFF: [&str; 2] = ["40P01", "40001"];

/// Carries statements out, all or none.
pub(super) async fn write(pool: &PgPool, statements: Vec<Statement>) -> sqlx::Result<Vec<u64>> {
    let mut tries = 1;
    loop {
        match soon(write_once(pool, &statements)).await {
            Err(error) if tries < TRIES && was_broken_off(&error) => tries += 1,
            written => return written,
        }
    }
}

async fn write_once(pool: &PgPool, statements: &[Statement]) -> sqlx::Result<Vec<u64>> {
    let mut transaction = pool.begin().await?;
    let mut rows = Vec::with_capacity(statements.len());
    for statement in statements {
        rows.push(statement.clone().for_server().execute(&mut *transaction).await?.rows_affected());
    }
    transaction.commit().await?;
    Ok(rows)
}

fn was_broken_off(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| BROKEN_OFF.contains(&&*code))
}

/// What comes of work that a server may never answer.
pub(super) async fn soon<T>(work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let silent = || sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer"));
    tokio::time::timeout(LONGEST, work).await.unwrap_or_else(|_| Err(silent()))
}
