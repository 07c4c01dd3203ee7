//! Threads as a whole: made, found by their ids, listed, renamed and removed.

use super::{COLUMNS, ThreadList, ThreadMedium, ThreadRow, Threads, TitledBy, read};
use crate::database::{Statement, StoreFailed};

impl Threads {
    /// Makes a thread; gives whether its owner had none of this id. One that is there stays as it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn make(&self, thread: ThreadRow, title_words: &str) -> Result<bool, StoreFailed> {
        let rows = self.0.write(vec![made(thread, title_words)]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// A thread of this owner's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<Option<ThreadRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM threads WHERE owner = ? AND id = ?");
        Ok(self.0.read(Statement::built(sql).with(owner.to_vec()).with(id), read).await?.pop())
    }

    /// Threads of this owner's by what they are known by here, in no order. Those of others are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn some(&self, owner: &[u8], seqs: &[i64]) -> Result<Vec<ThreadRow>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM threads WHERE owner = ? AND seq IN ({})", super::marks(seqs.len()));
        let statement = Statement::built(sql).with(owner.to_vec());
        let statement = seqs.iter().fold(statement, |statement, seq| statement.with(*seq));
        self.0.read(statement, read).await
    }

    /// Threads of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, owner: &[u8], list: &ThreadList) -> Result<(Vec<ThreadRow>, bool), StoreFailed> {
        let mut sql = format!("SELECT {COLUMNS} FROM threads WHERE owner = ?");
        let mut texts = Vec::new();
        if let Some(project) = &list.project {
            sql.push_str(" AND project = ?");
            texts.push(project.as_str());
        }
        let (beyond, order) = if list.is_ascending { (">", "ASC") } else { ("<", "DESC") };
        if let Some(after) = &list.after {
            // Its place is looked up, since it is not in its id.
            let place = |column: &str| format!("(SELECT {column} FROM threads WHERE owner = ? AND id = ?)");
            let (age, seq) = (place("updated_at"), place("seq"));
            sql.push_str(&format!(" AND (updated_at {beyond} {age} OR (updated_at = {age} AND seq {beyond} {seq}))"));
            texts.push(after);
        }
        sql.push_str(&format!(" ORDER BY updated_at {order}, seq {order} LIMIT ?"));
        let mut statement = Statement::built(sql).with(owner.to_vec());
        if let Some(project) = &list.project {
            statement = statement.with(project.as_str());
        }
        if let Some(after) = &list.after {
            for _ in 0..3 {
                statement = statement.with(owner.to_vec()).with(after.as_str());
            }
        }
        let mut threads = self.0.read(statement.with(i64::from(list.limit) + 1), read).await?;
        let most = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let has_more = threads.len() > most;
        threads.truncate(most);
        Ok((threads, has_more))
    }

    /// Changes what a user may change of a thread; gives whether it was there. What is `None` stays.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn change(
        &self,
        (id, owner): (&str, &[u8]),
        title: Option<(&str, &str)>,
        metadata: Option<&str>,
        project: Option<Option<&str>>,
        now: i64,
    ) -> Result<bool, StoreFailed> {
        let mut sql = "UPDATE threads SET changes = changes + 1, updated_at = ?".to_owned();
        let mut values = Vec::new();
        if let Some((title, words)) = title {
            sql.push_str(", title = ?, title_words = ?, titled_by = 'user'");
            values.extend([Some(title), Some(words)]);
        }
        if let Some(metadata) = metadata {
            sql.push_str(", metadata = ?");
            values.push(Some(metadata));
        }
        if let Some(project) = project {
            sql.push_str(", project = ?");
            values.push(project);
        }
        sql.push_str(" WHERE owner = ? AND id = ?");
        let statement = Statement::built(sql).with(now);
        let statement = values.into_iter().fold(statement, |all, value| all.with(value.map(str::to_owned)));
        let rows = self.0.write(vec![statement.with(owner.to_vec()).with(id)]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Gives a thread a title that is not its user's, if it has none that is as good. Another that has come in its place
    /// meanwhile stays as it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn entitle(
        &self,
        thread: &ThreadRow,
        title: &str,
        words: &str,
        by: TitledBy,
    ) -> Result<bool, StoreFailed> {
        let weaker = match by {
            TitledBy::Words => "titled_by = ''",
            TitledBy::Model | TitledBy::User => "titled_by IN ('', 'words')",
        };
        let sql = format!(
            "UPDATE threads SET title = ?, title_words = ?, titled_by = ?, changes = changes + 1 \
             WHERE seq = ? AND owner = ? AND id = ? AND created_at = ? AND {weaker}"
        );
        let statement = Statement::built(sql).with(title).with(words).with(by.name()).with(thread.seq);
        let statement = statement.with(thread.owner.clone()).with(thread.id.as_str()).with(thread.created_at);
        let rows = self.0.write(vec![statement]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Removes a thread with everything that belongs to it; gives its media. `None`: it was not there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<Option<Vec<ThreadMedium>>, StoreFailed> {
        let Some(thread) = self.get(id, owner).await? else { return Ok(None) };
        let media = self.media(thread.seq).await?;
        let removed = Statement::new("DELETE FROM threads WHERE seq = ?").with(thread.seq);
        let rows = self.0.write(vec![removed]).await?;
        // Of two that remove it at once, one has.
        Ok(Some(media).filter(|_| rows.first().is_some_and(|rows| *rows > 0)))
    }

    /// Removes all threads of an owner. Their media are left to those who look for what belongs to none.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub async fn remove_all(&self, owner: &[u8]) -> Result<u64, StoreFailed> {
        let removed = Statement::new("DELETE FROM threads WHERE owner = ?").with(owner.to_vec());
        Ok(self.0.write(vec![removed]).await?.first().copied().unwrap_or(0))
    }

    /// Threads, of all owners, of which nothing was changed since a time: whose they are, and their ids.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn older(&self, before: i64, limit: u32) -> Result<Vec<(Vec<u8>, String)>, StoreFailed> {
        let sql = "SELECT owner, id FROM threads WHERE updated_at < ? ORDER BY updated_at LIMIT ?";
        let statement = Statement::new(sql).with(before).with(i64::from(limit));
        self.0.read(statement, |row| Ok((row.try_get(0)?, row.try_get(1)?))).await
    }

    /// Whose threads there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn owners(&self) -> Result<Vec<Vec<u8>>, StoreFailed> {
        self.0.read(Statement::new("SELECT DISTINCT owner FROM threads"), |row| row.try_get(0)).await
    }

    /// How many threads an owner has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count(&self, owner: &[u8]) -> Result<u64, StoreFailed> {
        let counted = Statement::new("SELECT count(*) FROM threads WHERE owner = ?").with(owner.to_vec());
        let found = self.0.read(counted, |row| row.try_get::<i64, _>(0)).await?;
        Ok(found.first().and_then(|count| u64::try_from(*count).ok()).unwrap_or(0))
    }

    /// How many bytes all of them have together. Media that several have count for each.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bytes(&self) -> Result<u64, StoreFailed> {
        let sum = Statement::new("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM threads");
        let found = self.0.read(sum, |row| row.try_get::<i64, _>(0)).await?;
        Ok(found.first().and_then(|bytes| u64::try_from(*bytes).ok()).unwrap_or(0))
    }
}

pub(super) fn made(thread: ThreadRow, title_words: &str) -> Statement {
    let sql = "INSERT INTO threads (owner, id, title, titled_by, title_words, metadata, project, model, created_at, \
               updated_at, changes, turns, messages, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0) \
               ON CONFLICT (owner, id) DO NOTHING";
    let by = thread.titled_by.map_or("", TitledBy::name);
    let statement =
        Statement::new(sql).with(thread.owner).with(thread.id).with(thread.title).with(by).with(title_words);
    let statement = statement.with(thread.metadata).with(thread.project).with(thread.model);
    statement.with(thread.created_at).with(thread.updated_at)
}
