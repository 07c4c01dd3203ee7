//! A row of either database, read column by column.

use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{ColumnIndex, Decode, Row as _, Type};

/// A row that a statement has selected.
#[derive(Clone, Copy)]
pub(crate) enum Row<'r> {
    File(&'r SqliteRow),
    Server(&'r PgRow),
}

/// What a column can be read as: whole numbers of 64 bits, texts and bytes, each of which may be missing.
pub(crate) trait Column:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Column for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl Row<'_> {
    /// The value of a column, by its place or name.
    pub(crate) fn try_get<T: Column, I>(&self, at: I) -> sqlx::Result<T>
    where
        I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::File(row) => row.try_get(at),
            Self::Server(row) => row.try_get(at),
        }
    }

    /// Whether a flag is set. Flags are numbers.
    pub(crate) fn is_set(&self, at: usize) -> sqlx::Result<bool> {
        Ok(self.try_get::<i64, _>(at)? != 0)
    }
}
