//! Databases of other programs, opened to be read once: whatever stands in them is text here.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Column as _, ConnectOptions as _, Row as _, ValueRef as _};

use crate::StoreFailed;

/// A database of another program.
#[derive(Debug)]
pub struct ForeignDatabase;

impl ForeignDatabase {
    /// The rows that a statement selects, every value as text, nothing as an empty one. The file is not changed.
    ///
    /// # Errors
    /// When it cannot be read, or has no such tables.
    pub fn rows(file: &Path, statement: &str) -> Result<Vec<Vec<String>>, StoreFailed> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let rows = block(file, async {
            let mut connection = options.connect().await?;
            sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).fetch_all(&mut connection).await
        })?;
        Ok(rows.iter().map(texts).collect())
    }

    /// Makes a database by these statements, for tests of what reads them.
    ///
    /// # Errors
    /// When the file cannot be written, or a statement is wrong.
    pub fn make(file: &Path, statements: &[String]) -> Result<(), StoreFailed> {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        block(file, async {
            let mut connection = options.connect().await?;
            for statement in statements {
                sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut connection).await?;
            }
            Ok(())
        })
    }
}

/// Waits for work on a database, on a thread that has nothing else to do.
fn block<T>(file: &Path, work: impl Future<Output = sqlx::Result<T>>) -> Result<T, StoreFailed> {
    let failed = |source| StoreFailed::Disk { doing: "open", path: file.to_owned(), source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(failed)?;
    runtime.block_on(work).map_err(|error| StoreFailed::of("read from", file.display(), error))
}

fn texts(row: &SqliteRow) -> Vec<String> {
    let text = |at: usize| {
        let value = row.try_get_raw(at).ok().filter(|value| !value.is_null())?;
        drop(value);
        row.try_get_unchecked::<String, _>(at)
            .ok()
            .or_else(|| row.try_get_unchecked::<i64, _>(at).ok().map(|number| number.to_string()))
    };
    row.columns().iter().map(|column| text(column.ordinal()).unwrap_or_default()).collect()
}
