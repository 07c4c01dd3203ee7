//! The schema as steps, each a file of SQL that ends by setting its number.
//!
//! SQLite keeps the number with the file (`user_version`). A step is never changed once it was shipped; a later one says
//! what is different. A file of a higher number than there are steps is refused, and left as it is.

use std::cmp::Ordering;
use std::path::Path;

use sqlx::{Connection as _, SqliteConnection};

use super::StoreFailed;

/// The steps, the first of them to version 1.
pub(super) const STEPS: [&str; 8] = [
    include_str!("1_jobs.sql"),
    include_str!("2_responses.sql"),
    include_str!("3_quotas.sql"),
    include_str!("4_findings.sql"),
    include_str!("5_provider_keys.sql"),
    include_str!("6_client_keys.sql"),
    include_str!("7_settings.sql"),
    include_str!("8_requests.sql"),
];

/// The newest version that is known here.
pub(super) fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Takes the steps that a file has not taken yet.
pub(super) async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreFailed> {
    let failed = |error| StoreFailed::of("open", path, error);
    let found = version(connection).await.map_err(failed)?;
    let known = known();
    if found > known {
        return Err(StoreFailed::Newer { path: path.to_owned(), found, known });
    }
    let taken = usize::try_from(found).unwrap_or(0);
    for step in STEPS.into_iter().skip(taken) {
        let failed = |error| StoreFailed::of("bring up to date", path, error);
        let mut transaction = connection.begin().await.map_err(failed)?;
        sqlx::raw_sql(step).execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    Ok(())
}

/// Refuses a file whose schema is not of the version that is known here.
pub(super) async fn expect(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreFailed> {
    let found = version(connection).await.map_err(|error| StoreFailed::of("open", path, error))?;
    match found.cmp(&known()) {
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(StoreFailed::Newer { path: path.to_owned(), found, known: known() }),
        Ordering::Less => Err(StoreFailed::Older(path.to_owned())),
    }
}

/// The version of a file's schema; 0 for a new one.
pub(super) async fn version(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await
}
