//! The pages that are open: by ids that cannot be guessed, each its client's alone, counted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::{Failure, FailureKind};
use mediary_remote::TabName;

/// Pages that are open.
#[derive(Debug)]
pub(super) struct Tabs {
    most: usize,
    most_of_one: usize,
    open: Mutex<HashMap<String, Tab>>,
}

/// A page that is open, or about to be.
#[derive(Debug)]
struct Tab {
    client: Vec<u8>,
    name: Option<TabName>,
    used: Instant,
    /// One thing is done on it at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// A place for a page. Dropped before the page is open, it is free again.
#[derive(Debug)]
pub(super) struct Reserved {
    tabs: Arc<Tabs>,
    pub(super) id: String,
    is_open: bool,
}

/// A page at work.
pub(super) struct AtWork {
    pub(super) name: TabName,
    _turn: tokio::sync::OwnedMutexGuard<()>,
}

impl Tabs {
    pub(super) fn new(most: usize, most_of_one: usize) -> Self {
        Self { most, most_of_one, open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Tab>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.open().len()
    }

    /// A place for a page of a client.
    ///
    /// # Errors
    /// When too many are open.
    pub(super) fn reserve(self: &Arc<Self>, client: &[u8]) -> Result<Reserved, Failure> {
        let mut open = self.open();
        let own = open.values().filter(|tab| tab.client == client).count();
        if own >= self.most_of_one {
            let detail = format!(
                "{own} pages of this key are open, and no more may be; close one, or raise [browser] tabs_per_key"
            );
            return Err(Failure::new(FailureKind::RateLimited { retry_after: None }, detail));
        }
        if open.len() >= self.most {
            let kind = FailureKind::Busy { retry_after: Duration::from_secs(5) };
            return Err(Failure::new(
                kind,
                format!("busy: {} pages are open in the browser; try again shortly", open.len()),
            ));
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        let tab = Tab { client: client.to_vec(), name: None, used: Instant::now(), turn: Arc::default() };
        open.insert(id.clone(), tab);
        Ok(Reserved { tabs: self.clone(), id, is_open: false })
    }

    /// The page of this id, if it is this client's, once nothing else is done on it.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn use_one(&self, client: &[u8], id: &str) -> Result<AtWork, Failure> {
        let unknown =
            || Failure::new(FailureKind::Unknown, "there is no such page open; open it with /v1/browser/open");
        let turn = {
            let mut open = self.open();
            let tab = open.get_mut(id).filter(|tab| tab.client == client).ok_or_else(unknown)?;
            tab.used = Instant::now();
            tab.turn.clone()
        };
        let turn = turn.lock_owned().await;
        let mut open = self.open();
        let tab = open.get_mut(id).ok_or_else(unknown)?;
        tab.used = Instant::now();
        let name = tab.name.clone().ok_or_else(unknown)?;
        Ok(AtWork { name, _turn: turn })
    }

    /// Forgets a page; gives its name, if it was open.
    pub(super) fn forget(&self, id: &str) -> Option<TabName> {
        self.open().remove(id)?.name
    }

    /// Forgets those that were not used for so long and on which nothing is done.
    pub(super) fn idle(&self, idle: Duration) -> Vec<TabName> {
        let mut open = self.open();
        let is_idle = |tab: &Tab| tab.name.is_some() && tab.used.elapsed() >= idle && tab.turn.try_lock().is_ok();
        let ids: Vec<String> = open.iter().filter(|(_, tab)| is_idle(tab)).map(|(id, _)| id.clone()).collect();
        ids.iter().filter_map(|id| open.remove(id)?.name).collect()
    }

    /// Forgets all: their browser has ended.
    pub(super) fn forget_all(&self) {
        self.open().retain(|_, tab| tab.name.is_none());
    }
}

impl Reserved {
    /// The page is open.
    pub(super) fn opened(mut self, name: TabName) -> String {
        if let Some(tab) = self.tabs.open().get_mut(&self.id) {
            (tab.name, tab.used) = (Some(name), Instant::now());
        }
        self.is_open = true;
        self.id.clone()
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.is_open {
            self.tabs.forget(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> TabName {
        TabName { apart: "c".to_owned(), page: "p".to_owned(), session: "s".to_owned() }
    }

    #[tokio::test]
    async fn pages_are_counted_and_their_clients_alone() {
        let tabs = Arc::new(Tabs::new(3, 2));
        let first = tabs.reserve(b"a").unwrap().opened(name());
        let _second = tabs.reserve(b"a").unwrap().opened(name());
        assert!(matches!(tabs.reserve(b"a").unwrap_err().kind, FailureKind::RateLimited { .. }));
        let third = tabs.reserve(b"b").unwrap();
        assert!(matches!(tabs.reserve(b"c").unwrap_err().kind, FailureKind::Busy { .. }));
        // One that did not come leaves its place.
        drop(third);
        assert!(tabs.reserve(b"c").is_ok());
        assert!(tabs.use_one(b"a", &first).await.is_ok());
        for (client, id) in [(b"b".as_slice(), first.as_str()), (b"a", "guessed")] {
            let refused = tabs.use_one(client, id).await.err().map(|failure| failure.kind);
            assert_eq!(refused, Some(FailureKind::Unknown));
        }
    }

    #[tokio::test]
    async fn what_is_at_work_is_not_idle() {
        let tabs = Arc::new(Tabs::new(3, 3));
        let first = tabs.reserve(b"a").unwrap().opened(name());
        let _other = tabs.reserve(b"a").unwrap().opened(name());
        let at_work = tabs.use_one(b"a", &first).await.unwrap();
        assert_eq!((tabs.idle(Duration::ZERO).len(), tabs.count()), (1, 1));
        drop(at_work);
        assert_eq!((tabs.idle(Duration::from_hours(1)).len(), tabs.idle(Duration::ZERO).len()), (0, 1));
    }
}
