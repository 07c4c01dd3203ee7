//! Responses that are kept between requests: conversations that clients go on with by an id, and answers in the
//! background that they come back for.
//!
//! What is to be kept is known here at once and on the disk a little later, so that no answer waits for the disk. A
//! response belongs to the key that made it; with any other it does not exist. What was being answered when the server
//! stopped has failed, and says so. What the texts mean is the protocol's affair; the handlers in `http/` bring them here.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mediary_store::{Database, KeptResponse, Responses, StoreFailed};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;

/// All of them together; the oldest go first.
const MOST_BYTES: u64 = 1024 * 1024 * 1024;
/// One of them; a conversation with more in it is not kept.
const MOST_BYTES_OF_ONE: usize = 32 * 1024 * 1024;
/// What is not on the disk yet of all of them; beyond it nothing new is kept.
const MOST_BYTES_WAITING: usize = 256 * 1024 * 1024;
/// So many are answered in the background at once.
const MOST_IN_BACKGROUND: usize = 64;
/// How long they are remembered, as OpenAI has it.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 3600;

/// The responses of a server.
#[derive(Debug)]
pub struct KeptResponses {
    kept: Responses,
    /// What is not on the disk yet, by its id.
    waiting: Mutex<HashMap<String, KeptResponse>>,
    /// Those that are being answered in the background.
    answering: Mutex<HashMap<String, AbortHandle>>,
    places: Arc<Semaphore>,
    /// Where they are written and answered, whatever becomes of the requests that made them.
    runtime: Handle,
    writes: TaskTracker,
}

impl KeptResponses {
    /// The responses of a database, on the runtime that is running. `failed` makes an object of one whose answer a
    /// process before has not brought to its end.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn start(
        database: Arc<Database>,
        now: i64,
        failed: impl Fn(&str) -> String,
    ) -> Result<Arc<Self>, StoreFailed> {
        let kept = Responses::of(database);
        kept.forget_before(now - REMEMBERED_SECONDS).await?;
        for open in kept.open().await? {
            let response = failed(&open.response);
            kept.keep(KeptResponse { is_open: false, response, ..open }, MOST_BYTES).await?;
        }
        Ok(Arc::new(Self {
            kept,
            waiting: Mutex::default(),
            answering: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST_IN_BACKGROUND)),
            runtime: Handle::current(),
            writes: TaskTracker::new(),
        }))
    }

    /// Whether a conversation of so many bytes is kept.
    #[must_use]
    pub fn has_room_for(&self, bytes: usize) -> bool {
        let waiting: usize = locked(&self.waiting).values().map(|one| one.input.len() + one.response.len()).sum();
        bytes <= MOST_BYTES_OF_ONE && waiting + bytes <= MOST_BYTES_WAITING
    }

    /// Keeps a response, or its newer state.
    pub fn keep(self: &Arc<Self>, response: KeptResponse) {
        let id = response.id.clone();
        locked(&self.waiting).insert(id.clone(), response.clone());
        let this = self.clone();
        let write = async move {
            let owner = response.owner.clone();
            if let Err(error) = this.kept.keep(response.clone(), MOST_BYTES).await {
                tracing::warn!(error.detail = %error, "a response is not kept");
            }
            // `None` where it was removed meanwhile; otherwise, a newer state of it may wait.
            if this.is_written(&response).is_none()
                && let Err(error) = this.kept.remove(&id, &owner).await
            {
                tracing::warn!(error.detail = %error, "a response is not removed");
            }
        };
        self.writes.spawn_on(write, &self.runtime);
    }

    /// Notes that a state of a response is on the disk. Gives whether it was the newest; `None`: nobody wants it any more.
    fn is_written(&self, response: &KeptResponse) -> Option<bool> {
        let mut waiting = locked(&self.waiting);
        let is_newest = waiting.get(&response.id)? == response;
        if is_newest {
            waiting.remove(&response.id);
        }
        Some(is_newest)
    }

    /// A response of this owner's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<Option<KeptResponse>, StoreFailed> {
        let waiting = locked(&self.waiting).get(id).cloned();
        match waiting {
            Some(response) => Ok(Some(response).filter(|response| response.owner == owner)),
            None => self.kept.get(id, owner).await,
        }
    }

    /// Removes a response of this owner's, and ends its answer. Gives whether there was one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<bool, StoreFailed> {
        let was_there = self.get(id, owner).await?.is_some();
        if was_there {
            self.stop(id);
            locked(&self.waiting).remove(id);
            self.kept.remove(id, owner).await?;
        }
        Ok(was_there)
    }

    /// Answers in the background. Gives whether there is room for one more.
    pub fn answer(self: &Arc<Self>, id: String, answering: impl Future<Output = ()> + Send + 'static) -> bool {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return false };
        let this = self.clone();
        let mut handles = locked(&self.answering);
        let its = id.clone();
        let task = self.runtime.spawn(async move {
            answering.await;
            drop(place);
            locked(&this.answering).remove(&its);
        });
        handles.insert(id, task.abort_handle());
        true
    }

    /// Forgets a response that nobody knows of yet.
    pub fn forget(&self, id: &str) {
        locked(&self.waiting).remove(id);
    }

    /// Whether a response is being answered in the background.
    #[must_use]
    pub fn is_answering(&self, id: &str) -> bool {
        locked(&self.answering).contains_key(id)
    }

    /// Ends an answer in the background. Gives whether it was not over.
    pub fn stop(&self, id: &str) -> bool {
        let handle = locked(&self.answering).remove(id);
        handle.is_some_and(|handle| {
            handle.abort();
            true
        })
    }

    /// Waits until what is to be kept is on the disk.
    pub async fn settle(&self, patience: Duration) {
        self.writes.close();
        if tokio::time::timeout(patience, self.writes.wait()).await.is_err() {
            tracing::warn!("the server stops before all responses are kept");
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
