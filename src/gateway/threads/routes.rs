//! Threads as their owners ask for them: made, found by their ids, listed, read, changed and removed.

use std::sync::atomic::Ordering;

use mediary_store::{MessageRow, ThreadList, ThreadRow};
use uuid::Uuid;

use super::super::administration::unix_seconds;
use super::keeping::new_thread;
use super::{NoThread, Threads, owner_of_key, words};

/// A thread that is to be made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewThread {
    /// Its id; `None`: a new one.
    pub id: Option<String>,
    /// What is said of it.
    pub change: ThreadChange,
}

/// What a user says of a thread. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThreadChange {
    /// Its title.
    pub title: Option<String>,
    /// The client's own, as JSON.
    pub metadata: Option<String>,
    /// Which project it belongs to, or that it belongs to none.
    pub project: Option<Option<String>>,
}

impl ThreadChange {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Threads {
    /// Makes a thread. Gives it, and whether it was not there before.
    ///
    /// # Errors
    /// When there may be no more, or it cannot be written.
    pub async fn make(&self, owner: &[u8], new: NewThread) -> Result<(ThreadRow, bool), NoThread> {
        self.settled().await;
        if let Some(id) = &new.id
            && let Some(there) = self.rows.get(id, owner).await?
        {
            return Ok((there, false));
        }
        self.has_room()?;
        self.may_have_one_more(owner).await?;
        let id = new.id.unwrap_or_else(|| format!("thread_{}", Uuid::now_v7().simple()));
        let now = unix_seconds();
        if !self.rows.make(new_thread(&id, owner, "", now), "").await? {
            return Ok((self.get(&id, owner).await?, false));
        }
        if !new.change.is_nothing() {
            self.write_change(&id, owner, &new.change).await?;
        }
        self.news.notify_waiters();
        Ok((self.get(&id, owner).await?, true))
    }

    /// A thread of this owner's.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<ThreadRow, NoThread> {
        self.settled().await;
        self.rows.get(id, owner).await?.ok_or(NoThread::Unknown)
    }

    /// Threads of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, owner: &[u8], list: &ThreadList) -> Result<(Vec<ThreadRow>, bool), NoThread> {
        self.settled().await;
        Ok(self.rows.list(owner, list).await?)
    }

    /// Messages of a thread of this owner's beyond one, and whether there are more.
    ///
    /// # Errors
    /// When there is no such thread.
    pub async fn messages(
        &self,
        (id, owner): (&str, &[u8]),
        after: Option<i64>,
        is_ascending: bool,
        limit: u32,
    ) -> Result<(Vec<MessageRow>, bool), NoThread> {
        let thread = self.get(id, owner).await?;
        Ok(self.rows.messages(thread.seq, after, is_ascending, limit).await?)
    }

    /// Changes what a user may change.
    ///
    /// # Errors
    /// When there is no such thread.
    pub async fn change(&self, id: &str, owner: &[u8], change: &ThreadChange) -> Result<ThreadRow, NoThread> {
        let before = self.get(id, owner).await?;
        if change.is_nothing() {
            return Ok(before);
        }
        self.write_change(id, owner, change).await?;
        self.news.notify_waiters();
        self.get(id, owner).await
    }

    async fn write_change(&self, id: &str, owner: &[u8], change: &ThreadChange) -> Result<(), NoThread> {
        let words = change.title.as_deref().map(words::spaced).unwrap_or_default();
        let title = change.title.as_deref().map(|title| (title, words.as_str()));
        let project = change.project.as_ref().map(Option::as_deref);
        let changed = self.rows.change((id, owner), title, change.metadata.as_deref(), project, unix_seconds()).await?;
        if changed { Ok(()) } else { Err(NoThread::Unknown) }
    }

    /// Removes a thread, and what only it has.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<(), NoThread> {
        self.settled().await;
        if self.removed(id, owner).await? { Ok(()) } else { Err(NoThread::Unknown) }
    }

    /// Removes all threads of a client's key that has been removed.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub async fn forget_key(&self, key: &str) -> Result<(), NoThread> {
        let owner = owner_of_key(key);
        self.settled().await;
        if self.rows.remove_all(&owner).await? > 0 {
            self.meanings.forget(super::short_owner(&owner));
            self.bytes.store(self.rows.bytes().await?, Ordering::Relaxed);
            self.forget_orphans().await?;
        }
        Ok(())
    }
}
