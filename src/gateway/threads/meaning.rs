//! What is said, by its meaning: each message's beginning becomes a vector on this machine, and a question is compared with all
//! of its owner's. Vectors are kept a byte a dimension; those of owners that searched last stay in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_store::KeptVector;

use super::super::blocking;
use super::keeping::MEANING_CHARS;
use super::{NoThread, Threads, short_owner};

/// So many messages are embedded together: a search that comes meanwhile waits for them, and more are no quicker.
const TOGETHER: u32 = 1;
/// The most vectors of one owner that are compared: of more, the newest.
const MOST_VECTORS: usize = 200_000;
/// So many are read at once.
const READ_AT_ONCE: u32 = 5_000;
/// Of so many owners vectors stay in memory.
const MOST_OWNERS: usize = 4;

/// The vectors of an owner: for each its thread, and all their bytes one after the other.
#[derive(Debug, Default)]
struct Loaded {
    last: i64,
    width: usize,
    threads: Vec<i64>,
    bytes: Vec<i8>,
}

/// Vectors in memory.
#[derive(Debug, Default)]
pub(super) struct Meanings(Mutex<HashMap<i64, Arc<Loaded>>>);

impl Meanings {
    /// Forgets the vectors of an owner, who has removed a thread.
    pub(super) fn forget(&self, owner: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&owner);
    }

    fn get(&self, owner: i64) -> Option<Arc<Loaded>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&owner).cloned()
    }

    fn put(&self, owner: i64, loaded: Arc<Loaded>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_OWNERS && !all.contains_key(&owner) {
            all.clear();
        }
        all.insert(owner, loaded);
    }
}

impl Loaded {
    fn add(&mut self, vectors: Vec<KeptVector>) {
        for KeptVector { message, thread, vector, .. } in vectors {
            self.last = self.last.max(message);
            if self.width == 0 {
                self.width = vector.len();
            }
            // Another model's are of no use beside these.
            if vector.len() == self.width {
                self.threads.push(thread);
                self.bytes.extend(vector.iter().map(|byte| byte.cast_signed()));
            }
        }
        let beyond = self.threads.len().saturating_sub(MOST_VECTORS);
        self.threads.drain(..beyond);
        self.bytes.drain(..beyond * self.width);
    }

    /// The threads that are nearest to a vector, each by its nearest message, with how near that is: −1 to 1.
    fn nearest(&self, asked: &[i8], most: usize) -> Vec<(i64, f32)> {
        let mut best: HashMap<i64, i32> = HashMap::new();
        if self.width == 0 || asked.len() != self.width {
            return Vec::new();
        }
        for (thread, vector) in self.threads.iter().zip(self.bytes.chunks_exact(self.width)) {
            let near: i32 = vector.iter().zip(asked).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
            let its = best.entry(*thread).or_insert(i32::MIN);
            *its = near.max(*its);
        }
        let mut all: Vec<(i64, i32)> = best.into_iter().collect();
        all.sort_by_key(|(thread, near)| (std::cmp::Reverse(*near), std::cmp::Reverse(*thread)));
        all.truncate(most);
        let likeness = |near: i32| near as f32 / (127.0 * 127.0);
        all.into_iter().map(|(thread, near)| (thread, likeness(near))).collect()
    }
}

/// A vector in a byte a dimension.
fn bytes_of(vector: &[f32]) -> Vec<i8> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt().max(f32::EPSILON);
    let byte = |number: &f32| (number / length * 127.0).round().clamp(-127.0, 127.0) as i8;
    vector.iter().map(byte).collect()
}

impl Threads {
    /// The threads of an owner whose messages are nearest to a question.
    pub(super) async fn alike(&self, owner: &[u8], question: &str, most: usize) -> Result<Vec<(i64, f32)>, NoThread> {
        if !self.settings.meaning {
            return Err(NoThread::NoMeanings(
                "threads are not found by their meaning here ([threads] meaning); use mode=text",
            ));
        }
        let asked: String = question.chars().take(MEANING_CHARS).collect();
        let vectors = self.gateway().local_vectors(vec![asked], "query").await;
        let Some(vector) = vectors.and_then(|vectors| vectors.into_iter().next()) else {
            return Err(NoThread::NoMeanings(
                "threads are found by their meaning where the engine local/e5-small is installed; use mode=text, or install it \
                 with `mediary setup`",
            ));
        };
        let loaded = self.loaded(short_owner(owner)).await?;
        Ok(blocking::run(move || Ok(loaded.nearest(&bytes_of(&vector), most))).await?)
    }

    /// The vectors of an owner, with those that have come since they were last read.
    async fn loaded(&self, owner: i64) -> Result<Arc<Loaded>, NoThread> {
        let mut loaded = self.meanings.get(owner).unwrap_or_default();
        loop {
            let more = self.rows.vectors(owner, loaded.last, READ_AT_ONCE).await?;
            if more.is_empty() {
                self.meanings.put(owner, loaded.clone());
                return Ok(loaded);
            }
            let mut grown = Arc::try_unwrap(loaded).unwrap_or_else(|shared| Loaded {
                last: shared.last,
                width: shared.width,
                threads: shared.threads.clone(),
                bytes: shared.bytes.clone(),
            });
            grown.add(more);
            loaded = Arc::new(grown);
        }
    }

    /// Embeds some of the messages whose vectors are to be made. Gives whether there may be more.
    async fn embed_some(&self) -> Result<bool, NoThread> {
        let wanted = self.rows.to_embed(TOGETHER).await?;
        if wanted.is_empty() {
            return Ok(false);
        }
        let texts = wanted.iter().map(|one| one.said.chars().take(MEANING_CHARS).collect()).collect();
        let Some(vectors) = self.gateway().local_vectors(texts, "passage").await else { return Ok(false) };
        let unsigned = |vector: &[f32]| bytes_of(vector).iter().map(|byte| byte.cast_unsigned()).collect();
        let kept = wanted.iter().zip(&vectors).map(|(one, vector)| KeptVector {
            message: one.message,
            thread: one.thread,
            short_owner: short_owner(&one.owner),
            vector: unsigned(vector),
        });
        self.rows.keep_vectors(kept.collect()).await?;
        Ok(vectors.len() == wanted.len())
    }
}

/// Embeds what is said, after it was kept, until the server stops. What an engine was missing for is done once there is one.
pub(super) async fn embed_all(threads: Arc<Threads>) {
    if !threads.settings.meaning {
        return;
    }
    while !threads.stopping.is_cancelled() {
        let news = threads.news.notified();
        match threads.stopping.run_until_cancelled(threads.embed_some()).await {
            Some(Ok(true)) => continue,
            Some(Ok(false)) => {}
            Some(Err(error)) => tracing::warn!(error.detail = %error, "messages of threads are not embedded"),
            None => return,
        }
        tokio::select! {
            () = news => {}
            () = threads.stopping.cancelled() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_threads_are_found_by_their_nearest_messages() {
        let vector = |message, thread, vector: [f32; 2]| KeptVector {
            message,
            thread,
            short_owner: 0,
            vector: bytes_of(&vector).iter().map(|byte| byte.cast_unsigned()).collect(),
        };
        let mut loaded = Loaded::default();
        loaded.add(vec![vector(1, 7, [0.0, 5.0]), vector(2, 8, [1.0, 1.0]), vector(3, 7, [9.0, 0.1])]);
        assert_eq!(loaded.last, 3);
        let near = loaded.nearest(&bytes_of(&[1.0, 0.0]), 9);
        assert_eq!(near.iter().map(|(thread, _)| *thread).collect::<Vec<_>>(), [7, 8]);
        assert!(near[0].1 > 0.99 && (0.6..0.8).contains(&near[1].1), "{near:?}");
        assert_eq!(loaded.nearest(&[1], 9), [], "another model's");
        assert_eq!(loaded.nearest(&bytes_of(&[-1.0, 0.0]), 1).len(), 1);
    }
}
