//! The schema as steps, each a file of SQL that ends by setting its number.
//!
//! SQLite keeps the number with the file (`user_version`), PostgreSQL in a table of its own. A step is never changed once
//! it was shipped; a later one says what is different. A database of a higher number than there are steps is refused, and
//! left as it is.

use std::cmp::Ordering;
use std::fmt::Display;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use super::{StoreFailed, dialect};

/// The steps, the first of them to version 1.
pub(super) const STEPS: [&str; 19] = [
    include_str!("steps/1_jobs.sql"),
    include_str!("steps/2_responses.sql"),
    include_str!("steps/3_quotas.sql"),
    include_str!("steps/4_findings.sql"),
    include_str!("steps/5_provider_keys.sql"),
    include_str!("steps/6_client_keys.sql"),
    include_str!("steps/7_settings.sql"),
    include_str!("steps/8_requests.sql"),
    include_str!("steps/9_claims.sql"),
    include_str!("steps/10_notes.sql"),
    include_str!("steps/11_files.sql"),
    include_str!("steps/12_totals.sql"),
    include_str!("steps/13_batches.sql"),
    include_str!("steps/14_handed_jobs.sql"),
    include_str!("steps/15_given_files.sql"),
    include_str!("steps/16_threads.sql"),
    include_str!("steps/17_projects.sql"),
    include_str!("steps/18_google.sql"),
    include_str!("steps/19_thread_keeps.sql"),
];

/// The newest version that is known here.
pub(super) fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The steps that are still to be taken from a version on, each with the number it leads to.
///
/// # Errors
/// When there are none that lead here: a newer program has written it.
fn steps_from(found: i64, place: impl Display) -> Result<impl Iterator<Item = (i64, &'static str)>, StoreFailed> {
    if found > known() {
        return Err(StoreFailed::Newer { place: place.to_string(), found, known: known() });
    }
    Ok((1..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)))
}

/// Takes the steps that a file has not taken yet.
pub(super) async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreFailed> {
    let found = version(connection).await.map_err(|error| StoreFailed::of("open", path.display(), error))?;
    for (_, step) in steps_from(found, path.display())? {
        let failed = |error| StoreFailed::of("bring up to date", path.display(), error);
        let mut transaction = connection.begin().await.map_err(failed)?;
        sqlx::raw_sql(step).execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    Ok(())
}

/// Refuses a database whose schema is not of the version that is known here.
pub(super) fn expect(found: i64, place: impl Display) -> Result<(), StoreFailed> {
    match found.cmp(&known()) {
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(StoreFailed::Newer { place: place.to_string(), found, known: known() }),
        Ordering::Less => Err(StoreFailed::Older(place.to_string())),
    }
}

/// The version of a file's schema; 0 for a new one.
pub(super) async fn version(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await
}

/// Takes the steps that a server's database has not taken yet, all or none, and one program at a time.
pub(super) async fn migrate_server(connection: &mut PgConnection, place: impl Display) -> Result<(), StoreFailed> {
    let failed = |error| StoreFailed::of("bring up to date", &place, error);
    let mut transaction = connection.begin().await.map_err(failed)?;
    let one_at_a_time = "SELECT pg_advisory_xact_lock(1296385097, hashtext(current_schema()))";
    sqlx::query(one_at_a_time).execute(&mut *transaction).await.map_err(failed)?;
    let table = "CREATE TABLE IF NOT EXISTS mediary_schema (number BIGINT NOT NULL)";
    sqlx::query(table).execute(&mut *transaction).await.map_err(failed)?;
    let found = version_of_server(&mut transaction).await.map_err(failed)?;
    let has_none = found.is_none();
    for (number, step) in steps_from(found.unwrap_or(0), &place)? {
        let step = AssertSqlSafe(dialect::step(step));
        sqlx::raw_sql(step).execute(&mut *transaction).await.map_err(failed)?;
        let sql = if has_none && number == 1 {
            "INSERT INTO mediary_schema (number) VALUES ($1)"
        } else {
            "UPDATE mediary_schema SET number = $1"
        };
        sqlx::query(sql).bind(number).execute(&mut *transaction).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// The version of a server's database; `None` for one whose steps have not begun.
pub(super) async fn version_of_server(connection: &mut PgConnection) -> sqlx::Result<Option<i64>> {
    let there = "SELECT to_regclass('mediary_schema') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(there).fetch_one(&mut *connection).await? {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT number FROM mediary_schema").fetch_optional(connection).await
}
