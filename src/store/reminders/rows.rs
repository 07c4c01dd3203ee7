//! What is written and read of reminders.

use super::Reminders;
use crate::database::{Row, Statement, StoreFailed};

const COLUMNS: &str = "id, owner, title, description, category, priority, starts, timezone, repeats, due_at, notify_at, \
                       notified_at, is_late, completed_at, webhook_url, event, created_at, updated_at";

/// A reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderRow {
    /// Its id; ids are sorted by time.
    pub id: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What it is about.
    pub title: String,
    /// What else is said of it.
    pub description: String,
    /// What it is filed under; empty: nothing.
    pub category: String,
    /// How much it matters.
    pub priority: String,
    /// The first time, by the clocks of its time zone.
    pub starts: String,
    /// The time zone.
    pub timezone: String,
    /// The rule by which it comes again; empty: it does not.
    pub repeats: String,
    /// The time that it is about now, in seconds since 1970.
    pub due_at: i64,
    /// When it is told next; `None`: not any more.
    pub notify_at: Option<i64>,
    /// When it was told last.
    pub notified_at: Option<i64>,
    /// Whether that was late.
    pub is_late: bool,
    /// When it was completed.
    pub completed_at: Option<i64>,
    /// Where it is told.
    pub webhook_url: Option<String>,
    /// Its event in a calendar.
    pub event: Option<String>,
    /// When it came.
    pub created_at: i64,
    /// When it was changed last.
    pub updated_at: i64,
}

/// Which reminders are listed, the soonest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReminderFilter {
    /// Only those that are due by then.
    pub until: Option<i64>,
    /// Only those that are due from then on.
    pub since: Option<i64>,
    /// Only those that are completed, or are not.
    pub is_completed: Option<bool>,
    /// Only those that are filed under this.
    pub category: Option<String>,
    /// Only those behind one of this time and id.
    pub after: Option<(i64, String)>,
    /// So many at most.
    pub limit: u32,
}

pub(super) fn read(row: Row<'_>) -> sqlx::Result<ReminderRow> {
    Ok(ReminderRow {
        id: row.try_get(0)?,
        owner: row.try_get(1)?,
        title: row.try_get(2)?,
        description: row.try_get(3)?,
        category: row.try_get(4)?,
        priority: row.try_get(5)?,
        starts: row.try_get(6)?,
        timezone: row.try_get(7)?,
        repeats: row.try_get(8)?,
        due_at: row.try_get(9)?,
        notify_at: row.try_get(10)?,
        notified_at: row.try_get(11)?,
        is_late: row.is_set(12)?,
        completed_at: row.try_get(13)?,
        webhook_url: row.try_get(14)?,
        event: row.try_get(15)?,
        created_at: row.try_get(16)?,
        updated_at: row.try_get(17)?,
    })
}

impl Reminders {
    /// Keeps a reminder; on the disk when it resolves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add(&self, row: ReminderRow) -> Result<(), StoreFailed> {
        let sql =
            format!("INSERT INTO reminders ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        let statement = Statement::built(sql).with(row.id).with(row.owner).with(row.title).with(row.description);
        let statement = statement.with(row.category).with(row.priority).with(row.starts).with(row.timezone);
        let statement = statement.with(row.repeats).with(row.due_at).with(row.notify_at).with(row.notified_at);
        let statement = statement.with(i64::from(row.is_late)).with(row.completed_at).with(row.webhook_url);
        let statement = statement.with(row.event).with(row.created_at).with(row.updated_at);
        self.0.write(vec![statement]).await.map(drop)
    }

    /// A reminder of this owner's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<Option<ReminderRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM reminders WHERE id = ? AND owner = ?");
        Ok(self.0.read(Statement::built(sql).with(id).with(owner.to_vec()), read).await?.pop())
    }

    /// How many this owner has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count(&self, owner: &[u8]) -> Result<i64, StoreFailed> {
        let statement = Statement::new("SELECT count(*) FROM reminders WHERE owner = ?").with(owner.to_vec());
        Ok(self.0.read(statement, |row| row.try_get(0)).await?.first().copied().unwrap_or(0))
    }

    /// Reminders of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, owner: &[u8], filter: &ReminderFilter) -> Result<(Vec<ReminderRow>, bool), StoreFailed> {
        let mut sql = format!("SELECT {COLUMNS} FROM reminders WHERE owner = ?");
        if let Some(is_completed) = filter.is_completed {
            sql.push_str(if is_completed { " AND completed_at IS NOT NULL" } else { " AND completed_at IS NULL" });
        }
        for (is_there, condition) in [
            (filter.until.is_some(), " AND due_at <= ?"),
            (filter.since.is_some(), " AND due_at >= ?"),
            (filter.category.is_some(), " AND category = ?"),
            (filter.after.is_some(), " AND (due_at > ? OR (due_at = ? AND id > ?))"),
        ] {
            sql.push_str(if is_there { condition } else { "" });
        }
        sql.push_str(" ORDER BY due_at, id LIMIT ?");
        let mut statement = Statement::built(sql).with(owner.to_vec());
        for time in [filter.until, filter.since].into_iter().flatten() {
            statement = statement.with(time);
        }
        if let Some(category) = &filter.category {
            statement = statement.with(category.as_str());
        }
        if let Some((due_at, id)) = &filter.after {
            statement = statement.with(*due_at).with(*due_at).with(id.as_str());
        }
        let most = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let mut rows = self.0.read(statement.with(i64::from(filter.limit) + 1), read).await?;
        let has_more = rows.len() > most;
        rows.truncate(most);
        Ok((rows, has_more))
    }

    /// Writes a reminder anew that was not changed since it was read. Gives whether it was so.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn replace(&self, before: &ReminderRow, row: ReminderRow) -> Result<bool, StoreFailed> {
        let sql = "UPDATE reminders SET title = ?, description = ?, category = ?, priority = ?, starts = ?, timezone = ?, \
                   repeats = ?, due_at = ?, notify_at = ?, notified_at = ?, is_late = ?, completed_at = ?, webhook_url = ?, \
                   event = ?, updated_at = ? WHERE id = ? AND owner = ? AND updated_at = ? AND due_at = ? \
                   AND coalesce(notify_at, -1) = ?";
        let statement = Statement::new(sql).with(row.title).with(row.description).with(row.category).with(row.priority);
        let statement = statement.with(row.starts).with(row.timezone).with(row.repeats).with(row.due_at);
        let statement = statement.with(row.notify_at).with(row.notified_at).with(i64::from(row.is_late));
        let statement = statement.with(row.completed_at).with(row.webhook_url).with(row.event).with(row.updated_at);
        let statement = statement.with(row.id).with(row.owner).with(before.updated_at).with(before.due_at);
        self.change(statement.with(before.notify_at.unwrap_or(-1))).await
    }

    /// Removes a reminder of this owner's. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<bool, StoreFailed> {
        let statement = Statement::new("DELETE FROM reminders WHERE id = ? AND owner = ?");
        self.change(statement.with(id).with(owner.to_vec())).await
    }

    /// Removes all of an owner's.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove_all(&self, owner: &[u8]) -> Result<(), StoreFailed> {
        self.change(Statement::new("DELETE FROM reminders WHERE owner = ?").with(owner.to_vec())).await.map(drop)
    }

    /// Reminders, of all owners, that are to be told of, the longest waiting first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due(&self, now: i64, limit: u32) -> Result<Vec<ReminderRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM reminders WHERE notify_at <= ? ORDER BY notify_at LIMIT ?");
        self.0.read(Statement::built(sql).with(now).with(i64::from(limit)), read).await
    }
}
