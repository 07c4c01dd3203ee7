//! That reminders were told of, once for each time that they were due; what is to be sent stays until it was heard.

use super::{ReminderRow, Reminders};
use crate::database::{Row, Statement, StoreFailed};

/// What is told of a reminder that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id, the same each time it is sent.
    pub id: String,
    /// The time that it was due.
    pub due_at: i64,
    /// What is sent to the reminder's address, if it has one.
    pub body: String,
}

/// A notice that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    /// Its id.
    pub id: String,
    /// Where to.
    pub url: String,
    /// What it says.
    pub body: String,
    /// How often it was sent before.
    pub attempts: i64,
    /// Since when it is due.
    pub next_at: i64,
    /// Whose reminder it tells of.
    pub owner: Vec<u8>,
}

impl Reminders {
    /// Notes that a reminder is told of, and when it is told next. Gives whether no other server was quicker.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn tell(&self, before: &ReminderRow, after: &ReminderRow, notice: &Notice) -> Result<bool, StoreFailed> {
        let Some(notify_at) = before.notify_at else { return Ok(false) };
        let url = before.webhook_url.clone().unwrap_or_default();
        let next_at = before.webhook_url.as_ref().and(after.notified_at);
        let told = "INSERT INTO reminder_notices (id, reminder, due_at, url, body, attempts, next_at) \
                    SELECT ?, id, ?, ?, ?, 0, ? FROM reminders WHERE id = ? AND notify_at = ? \
                    ON CONFLICT (reminder, due_at) DO NOTHING";
        let told = Statement::new(told).with(notice.id.as_str()).with(notice.due_at).with(url);
        let told = told.with(notice.body.as_str()).with(next_at).with(before.id.as_str()).with(notify_at);
        let next = "UPDATE reminders SET due_at = ?, notify_at = ?, notified_at = ?, is_late = ? \
                    WHERE id = ? AND notify_at = ?";
        let next = Statement::new(next).with(after.due_at).with(after.notify_at).with(after.notified_at);
        let next = next.with(i64::from(after.is_late)).with(before.id.as_str()).with(notify_at);
        let changed = self.0.write(vec![told, next]).await?;
        Ok(changed.get(1).is_some_and(|rows| *rows > 0))
    }

    /// When something is to be told or sent next after a time, if anything is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_at(&self, after: i64) -> Result<Option<i64>, StoreFailed> {
        let sql = "SELECT min(at) FROM (SELECT min(notify_at) AS at FROM reminders WHERE notify_at > ? \
                   UNION ALL SELECT min(next_at) AS at FROM reminder_notices WHERE next_at > ?) AS times";
        let times =
            self.0.read(Statement::new(sql).with(after).with(after), |row| row.try_get::<Option<i64>, _>(0)).await?;
        Ok(times.into_iter().flatten().next())
    }

    /// Notices whose time has come, the longest waiting first, and so many of each owner at most.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_notices(&self, now: i64, limit: u32, of_each: u32) -> Result<Vec<DueNotice>, StoreFailed> {
        let sql = "SELECT id, url, body, attempts, next_at, owner FROM (SELECT notices.id AS id, notices.url AS url, \
                   notices.body AS body, notices.attempts AS attempts, notices.next_at AS next_at, reminders.owner AS owner, \
                   row_number() OVER (PARTITION BY reminders.owner ORDER BY notices.next_at, notices.id) AS place \
                   FROM reminder_notices AS notices JOIN reminders ON reminders.id = notices.reminder \
                   WHERE notices.next_at <= ?) AS due WHERE place <= ? ORDER BY next_at, id LIMIT ?";
        let made = |row: Row<'_>| {
            Ok(DueNotice {
                id: row.try_get(0)?,
                url: row.try_get(1)?,
                body: row.try_get(2)?,
                attempts: row.try_get(3)?,
                next_at: row.try_get(4)?,
                owner: row.try_get(5)?,
            })
        };
        self.0.read(Statement::new(sql).with(now).with(i64::from(of_each)).with(i64::from(limit)), made).await
    }

    /// Keeps other servers from sending a notice until a time. Gives whether none of them was quicker.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn takes_notice(&self, notice: &DueNotice, until: i64) -> Result<bool, StoreFailed> {
        let sql = "UPDATE reminder_notices SET next_at = ? WHERE id = ? AND next_at = ?";
        self.change(Statement::new(sql).with(until).with(notice.id.as_str()).with(notice.next_at)).await
    }

    /// A notice was heard, or is given up.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn notice_is_done(&self, id: &str) -> Result<(), StoreFailed> {
        let sql = "UPDATE reminder_notices SET next_at = NULL, body = '' WHERE id = ?";
        self.change(Statement::new(sql).with(id)).await.map(drop)
    }

    /// A notice was not heard; it is sent again at `next_at`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn notice_again(&self, id: &str, next_at: i64) -> Result<(), StoreFailed> {
        let sql = "UPDATE reminder_notices SET attempts = attempts + 1, next_at = ? WHERE id = ?";
        self.change(Statement::new(sql).with(next_at).with(id)).await.map(drop)
    }

    /// Forgets notices that are done and were of a time before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_notices(&self, before: i64) -> Result<(), StoreFailed> {
        let sql = "DELETE FROM reminder_notices WHERE next_at IS NULL AND due_at < ?";
        self.change(Statement::new(sql).with(before)).await.map(drop)
    }
}
