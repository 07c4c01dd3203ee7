//! What was treated before: within one request, and across requests.
//!
//! A memo lives as long as its request, so that fallback never treats a part twice. Texts outlive it: an agent sends
//! the same screenshot with every turn, and it is read once. Both go by contents, never by names.

use std::collections::HashMap;
use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::{ContentHash, Failure, FailureKind, Media};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::{OnceCell, Semaphore};

use super::super::blocking;
use super::super::documents::EngineChoice;
use super::super::routing::Bounds;
use super::extract::Extract;
use super::made::Made;

/// So many parts of a request are treated at once.
const AT_ONCE: usize = 4;
/// The most that is remembered.
const REMEMBERED_BYTES: u64 = 64_000_000;
/// A usual text.
const USUAL_BYTES: u64 = 4_000;

/// Contents, and everything that was asked of them.
pub(super) type Key = (ContentHash, String);

type Outcome = Result<Arc<Made>, Failure>;

/// Which engines may read a document for a request: engines elsewhere go by the operator's bounds only, so one with
/// narrower bounds is read on this machine.
pub(super) fn engines_within(bounds: &Bounds) -> EngineChoice {
    if bounds.is_open() { EngineChoice::Auto } else { EngineChoice::Local }
}

/// Where the text of a medium is remembered: by everything it depends on.
pub(super) async fn key(media: &Media, name: &str, recipe: &impl Debug, bounds: &Bounds) -> Key {
    blocking::hashed(&media.blob).await;
    let depends_on = ContentHash::of(format!("{name} {recipe:?} {bounds:?}").as_bytes());
    (media.blob.hash(), depends_on.to_string())
}

/// What was treated for one request so far.
#[derive(Debug)]
pub(in super::super) struct Memo {
    /// Where calls that help with the treatments may go.
    pub(super) bounds: Bounds,
    made: Mutex<HashMap<Key, Arc<OnceCell<Outcome>>>>,
    room: Semaphore,
}

impl Default for Memo {
    fn default() -> Self {
        Self::within(Bounds::default())
    }
}

impl Memo {
    /// The memo of a request within these bounds.
    pub(in super::super) fn within(bounds: Bounds) -> Self {
        Self { bounds, made: Mutex::default(), room: Semaphore::new(AT_ONCE) }
    }

    /// What a part becomes; made by `work` unless it was made before. A failure stands too, unless all that was wrong
    /// is that too much was going on.
    pub(super) async fn once(&self, key: Key, work: impl Future<Output = Result<Made, Failure>>) -> Outcome {
        let cell = self.made.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone();
        let outcome = cell
            .get_or_init(|| async {
                let _place = self.room.acquire().await;
                work.await.map(Arc::new)
            })
            .await
            .clone();
        if let Err(Failure { kind: FailureKind::Busy { .. }, .. }) = &outcome {
            self.made.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        }
        outcome
    }
}

/// Texts that were taken out of media before, by any request.
#[derive(Debug)]
pub(super) struct Remembered(Cache<Key, Arc<Extract>, Size>);

#[derive(Debug, Clone)]
struct Size;

impl Weighter<Key, Arc<Extract>> for Size {
    fn weight(&self, key: &Key, extract: &Arc<Extract>) -> u64 {
        key.1.len() as u64 + extract.bytes()
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self::holding(REMEMBERED_BYTES)
    }
}

impl Remembered {
    fn holding(bytes: u64) -> Self {
        let items = usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(items, bytes, Size))
    }

    /// The text of a medium; read by `work` unless it was read before. Of two requests for the same one reads and the
    /// other waits.
    pub(super) async fn or_read(
        &self,
        key: Key,
        work: impl Future<Output = Result<Extract, Failure>>,
    ) -> Result<Arc<Extract>, Failure> {
        match self.0.get_value_or_guard_async(&key).await {
            Ok(extract) => Ok(extract),
            Err(guard) => {
                let extract = Arc::new(work.await?);
                if extract.settled {
                    // Refused only if the place was removed meanwhile, which costs a second reading.
                    let _ = guard.insert(extract.clone());
                }
                Ok(extract)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn key_of(contents: &str, asked: &str) -> Key {
        (ContentHash::of(contents.as_bytes()), asked.to_owned())
    }

    /// Work that counts how often it is done.
    async fn counted<T>(count: &AtomicUsize, outcome: Result<T, Failure>) -> Result<T, Failure> {
        count.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        outcome
    }

    fn made() -> Made {
        Made { pieces: Vec::new(), by: "test".to_owned(), hidden: Vec::new(), pages: None }
    }

    #[tokio::test]
    async fn within_a_request_the_same_is_made_once_and_fails_once() {
        let failed = |kind| Err(Failure::new(kind, "test"));
        let busy = FailureKind::Busy { retry_after: std::time::Duration::from_secs(1) };
        type Row = (fn() -> Result<Made, Failure>, usize);
        let rows: [Row; 2] = [(|| Ok(made()), 1), (|| Err(Failure::unreadable("test")), 1)];
        for (outcome, times) in rows {
            let (memo, count) = (Memo::default(), AtomicUsize::new(0));
            let once = || memo.once(key_of("a", "jpeg"), counted(&count, outcome()));
            let _ = tokio::join!(once(), once());
            let _ = once().await;
            assert_eq!(count.load(Ordering::Relaxed), times);
        }
        let (memo, count) = (Memo::default(), AtomicUsize::new(0));
        assert!(memo.once(key_of("a", "jpeg"), counted(&count, failed(busy))).await.is_err());
        assert!(memo.once(key_of("a", "jpeg"), counted(&count, Ok(made()))).await.is_ok(), "there was room again");
        for other in [key_of("b", "jpeg"), key_of("a", "text")] {
            let _ = memo.once(other, counted(&count, Ok(made()))).await;
        }
        assert_eq!(count.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn across_requests_a_settled_text_is_read_once() {
        let extract = |settled| Extract { settled, ..Extract::plain("text".to_owned(), "test") };
        for (settled, times) in [(true, 1), (false, 3)] {
            let (remembered, count) = (Remembered::default(), AtomicUsize::new(0));
            for _ in 0..3 {
                let text = remembered.or_read(key_of("a", "ocr"), counted(&count, Ok(extract(settled)))).await.unwrap();
                assert_eq!(*text, extract(settled));
            }
            assert_eq!(count.load(Ordering::Relaxed), times, "settled: {settled}");
        }
        let (remembered, count) = (Remembered::default(), AtomicUsize::new(0));
        for _ in 0..2 {
            let failed =
                remembered.or_read(key_of("a", "ocr"), counted(&count, Err(Failure::unreadable("test")))).await;
            assert!(failed.is_err());
        }
        assert_eq!(count.load(Ordering::Relaxed), 2, "a failure is not remembered");
    }

    #[tokio::test]
    async fn what_is_remembered_is_bounded_by_its_bytes() {
        let remembered = Remembered::holding(1_000_000);
        for number in 0..500 {
            let text = Extract::plain("x".repeat(10_000), "test");
            let work = async { Ok(text) };
            remembered.or_read(key_of(&number.to_string(), "ocr"), work).await.unwrap();
        }
        assert!(remembered.0.weight() <= 1_000_000, "{} bytes are kept", remembered.0.weight());
        assert!(remembered.0.len() > 10, "{} are kept", remembered.0.len());
    }
}
