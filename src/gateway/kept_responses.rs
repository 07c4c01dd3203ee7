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
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::AbortHandle;

use super::live_responses::{LiveResponses, Teller, Told};

/// All of them together; beyond it the oldest go, …
const MOST_BYTES: u64 = 1024 * 1024 * 1024;
/// … until so much is left.
const LEFT_BYTES: u64 = MOST_BYTES / 10 * 9;
/// One of them; a conversation with more in it is not kept.
const MOST_KIB_OF_ONE: u32 = 32 * 1024;
/// What is in memory of all of them, being answered or on its way to the disk; beyond it nothing new is kept.
const MOST_KIB_IN_MEMORY: usize = 256 * 1024;
/// So many are answered in the background at once.
const MOST_IN_BACKGROUND: usize = 64;
/// How long they are remembered, as OpenAI has it.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 3600;
/// How often those are removed that are older.
const SWEEP_SECONDS: i64 = 3600;
/// Where servers share the database, one that is open for longer was left by a server that is gone.
const ANSWERED_SECONDS: i64 = 3600;
/// So many are written together.
const TOGETHER: usize = 64;

/// The responses of a server.
#[derive(Debug)]
pub struct KeptResponses {
    kept: Responses,
    waiting: Waiting,
    changes: mpsc::UnboundedSender<Change>,
    /// Those that are being answered in the background.
    answering: Mutex<HashMap<String, AbortHandle>>,
    /// What their listeners are told.
    live: Arc<LiveResponses>,
    places: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    /// Where they are answered, whatever becomes of the requests that made them.
    runtime: Handle,
}

/// What is not on the disk yet, by its id.
type Waiting = Arc<Mutex<HashMap<String, Arc<KeptResponse>>>>;

/// Room in memory for one response, until it is on the disk.
#[derive(Debug, Clone)]
pub struct MemoryRoom {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// What becomes of the database, in this order.
#[derive(Debug)]
enum Change {
    Keep(Arc<KeptResponse>, MemoryRoom),
    Remove(String, Vec<u8>, oneshot::Sender<Result<bool, StoreFailed>>),
    /// To be told once everything before it is on the disk.
    Settle(oneshot::Sender<()>),
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
        let is_alone = database.is_alone();
        let kept = Responses::of(database);
        kept.forget(now - REMEMBERED_SECONDS, MOST_BYTES).await?;
        // Another server may be answering those that are young.
        let left_before = if is_alone { i64::MAX } else { now - ANSWERED_SECONDS };
        for open in kept.open().await?.into_iter().filter(|open| open.created_at < left_before) {
            let response = failed(&open.response);
            kept.keep(vec![KeptResponse { is_open: false, response, ..open }]).await?;
        }
        let waiting = Waiting::default();
        let (changes, to_write) = mpsc::unbounded_channel();
        let clerk = Clerk { kept: kept.clone(), waiting: waiting.clone(), bytes: kept.bytes().await?, swept_at: now };
        let runtime = Handle::current();
        runtime.spawn(clerk.write(to_write));
        Ok(Arc::new(Self {
            kept,
            waiting,
            changes,
            answering: Mutex::default(),
            live: Arc::default(),
            places: Arc::new(Semaphore::new(MOST_IN_BACKGROUND)),
            memory: Arc::new(Semaphore::new(MOST_KIB_IN_MEMORY)),
            runtime,
        }))
    }

    /// Room for a conversation of so many bytes. `None`: it is too long, or too many others are being kept.
    #[must_use]
    pub fn room_for(&self, bytes: usize) -> Option<MemoryRoom> {
        let kib = u32::try_from(bytes / 1024 + 1).ok().filter(|kib| *kib <= MOST_KIB_OF_ONE)?;
        let permit = self.memory.clone().try_acquire_many_owned(kib).ok()?;
        Some(MemoryRoom { _permit: Arc::new(permit) })
    }

    /// Keeps a response, or the end of one that was open.
    pub fn keep(&self, response: KeptResponse, room: MemoryRoom) {
        let response = Arc::new(response);
        locked(&self.waiting).insert(response.id.clone(), response.clone());
        self.changes(Change::Keep(response, room));
    }

    /// Keeps the end of a response that was answered in the background, unless that was given up.
    pub fn keep_answered(&self, response: KeptResponse, room: MemoryRoom) {
        let answering = locked(&self.answering);
        if answering.contains_key(&response.id) {
            self.keep(response, room);
        }
    }

    /// A response of this owner's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<Option<Arc<KeptResponse>>, StoreFailed> {
        let waiting = locked(&self.waiting).get(id).cloned();
        match waiting {
            Some(response) => Ok(Some(response).filter(|response| response.owner == owner)),
            None => Ok(self.kept.get(id, owner).await?.map(Arc::new)),
        }
    }

    /// Removes a response of this owner's, and ends its answer. Gives whether there was one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<bool, StoreFailed> {
        if self.get(id, owner).await?.is_none() {
            return Ok(false);
        }
        self.stop(id);
        self.live.forget(id);
        locked(&self.waiting).remove(id);
        let (removed, is_removed) = oneshot::channel();
        self.changes(Change::Remove(id.to_owned(), owner.to_owned(), removed));
        is_removed.await.unwrap_or(Ok(false))
    }

    /// Begins to tell a response whose answer is told as events.
    #[must_use]
    pub fn tells(&self, id: &str) -> Teller {
        self.live.begin(id)
    }

    /// What is told of a response, where it is known: of one that is answered in the background as events, and for a
    /// while thereafter. Whose it is has been asked before.
    #[must_use]
    pub fn told(&self, id: &str) -> Option<Arc<Told>> {
        self.live.of(id)
    }

    /// Answers in the background. Gives whether there is room for one more; only then it is kept as one that is open.
    pub fn answer(
        self: &Arc<Self>,
        open: KeptResponse,
        room: MemoryRoom,
        answering: impl Future<Output = ()> + Send + 'static,
    ) -> bool {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return false };
        let (this, id) = (self.clone(), open.id.clone());
        self.keep(open, room);
        let mut all = locked(&self.answering);
        let its = id.clone();
        let task = self.runtime.spawn(async move {
            answering.await;
            drop(place);
            locked(&this.answering).remove(&its);
        });
        all.insert(id, task.abort_handle());
        true
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
        let (settled, is_settled) = oneshot::channel();
        self.changes(Change::Settle(settled));
        if tokio::time::timeout(patience, is_settled).await.is_err() {
            tracing::warn!("the server stops before all responses are kept");
        }
    }

    fn changes(&self, change: Change) {
        if self.changes.send(change).is_err() {
            tracing::warn!("responses are not kept any more: what writes them has ended");
        }
    }
}

/// Writes what is to be kept, in its order.
struct Clerk {
    kept: Responses,
    waiting: Waiting,
    /// About so many are in the database.
    bytes: u64,
    /// When those that are too old were last removed, in seconds since 1970.
    swept_at: i64,
}

impl Clerk {
    async fn write(mut self, mut changes: mpsc::UnboundedReceiver<Change>) {
        let mut together = Vec::new();
        while changes.recv_many(&mut together, TOGETHER).await > 0 {
            let mut new = Vec::new();
            for change in together.drain(..) {
                match change {
                    Change::Keep(response, room) => new.push((response, room)),
                    Change::Remove(id, owner, removed) => {
                        self.keep(std::mem::take(&mut new)).await;
                        // A client that has left does not mind.
                        let _left = removed.send(self.kept.remove(&id, &owner).await);
                    }
                    Change::Settle(settled) => {
                        self.keep(std::mem::take(&mut new)).await;
                        let _left = settled.send(());
                    }
                }
            }
            self.keep(new).await;
        }
    }

    async fn keep(&mut self, new: Vec<(Arc<KeptResponse>, MemoryRoom)>) {
        if new.is_empty() {
            return;
        }
        if let Err(error) = self.kept.keep(new.iter().map(|(response, _)| (**response).clone()).collect()).await {
            tracing::warn!(error.detail = %error, "responses are not kept");
        }
        let mut newest_at = 0;
        for (response, _room) in new {
            self.bytes += (response.input.len() + response.response.len()) as u64;
            newest_at = newest_at.max(response.created_at);
            let mut waiting = locked(&self.waiting);
            // Otherwise its end is to be written yet.
            if waiting.get(&response.id).is_some_and(|newest| Arc::ptr_eq(newest, &response)) {
                waiting.remove(&response.id);
            }
        }
        if self.bytes > MOST_BYTES || newest_at - self.swept_at > SWEEP_SECONDS {
            self.swept_at = newest_at;
            let most_bytes = if self.bytes > MOST_BYTES { LEFT_BYTES } else { MOST_BYTES };
            let forgotten = self.kept.forget(newest_at - REMEMBERED_SECONDS, most_bytes).await;
            match forgotten.and(self.kept.bytes().await) {
                Ok(bytes) => self.bytes = bytes,
                Err(error) => tracing::warn!(error.detail = %error, "old responses are not removed"),
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
