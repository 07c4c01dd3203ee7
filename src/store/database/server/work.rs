//! Work on a server's database: each change as one transaction, done again where another one broke it off.

use std::future::Future;
use std::io;
use std::time::{Duration, Instant};

use sqlx::postgres::PgPool;

use super::super::Statement;

/// How long an answer is waited for. Of a network that has fallen silent it would be hours.
const LONGEST: Duration = Duration::from_secs(60);
/// PostgreSQL's codes for that: a deadlock, and a change that came between.
const BROKEN_OFF: [&str; 2] = ["40P01", "40001"];

/// Makes those that were broken off wait for each other, whichever server they belong to. The lock beside that of
/// [`super::hold`] and that of migrations, and given back with the transaction.
const IN_TURN: &str = "SELECT pg_advisory_xact_lock(1296385098, hashtext(current_schema()))";

/// Carries statements out, all or none.
///
/// What was broken off for another's sake is done again, in turn with all that were. So two that stand in each other's way
/// do it once, and not time and again.
pub(super) async fn write(pool: &PgPool, statements: Vec<Statement>) -> sqlx::Result<Vec<u64>> {
    let begun = Instant::now();
    let mut in_turn = false;
    loop {
        match soon(write_once(pool, &statements, in_turn)).await {
            Err(error) if was_broken_off(&error) && begun.elapsed() < LONGEST => in_turn = true,
            written => return written,
        }
    }
}

async fn write_once(pool: &PgPool, statements: &[Statement], in_turn: bool) -> sqlx::Result<Vec<u64>> {
    let mut transaction = pool.begin().await?;
    if in_turn {
        sqlx::query(IN_TURN).execute(&mut *transaction).await?;
    }
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
