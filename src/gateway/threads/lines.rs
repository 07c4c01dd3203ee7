//! Work in lines: what belongs to the same follows one another, and lines do not wait for each other.

use std::collections::{BTreeSet, HashMap, VecDeque};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use mediary_core::provider::BoxFuture;
use tokio::sync::oneshot;

type Job = BoxFuture<'static, ()>;

/// A piece of work that has ended: of which line, and its number.
pub(super) struct Ended(Vec<u8>, u64);

/// Lines of work. Of each the first piece is at work.
#[derive(Default)]
pub(super) struct Lines {
    /// What waits in each line in which something is at work.
    lines: HashMap<Vec<u8>, VecDeque<(u64, Job)>>,
    at_work: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// What has not ended, by its number.
    open: BTreeSet<u64>,
    next: u64,
    /// Who is to be told once everything before this number has ended.
    settling: Vec<(u64, oneshot::Sender<()>)>,
}

impl Lines {
    /// Puts work at the end of a line.
    pub(super) fn put(&mut self, line: Vec<u8>, job: Job) {
        let number = self.next;
        self.next += 1;
        self.open.insert(number);
        match self.lines.get_mut(&line) {
            Some(waiting) => waiting.push_back((number, job)),
            None => {
                self.lines.insert(line.clone(), VecDeque::new());
                self.begin(line, number, job);
            }
        }
    }

    /// Tells once everything that was put before has ended.
    pub(super) fn settle(&mut self, settled: oneshot::Sender<()>) {
        self.settling.push((self.next, settled));
        self.tell_settled();
    }

    /// Goes on with the work until a piece of it has ended; `None`: there is none. Not completing this future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Ended> {
        self.at_work.next().await
    }

    /// What follows a piece that has ended is begun.
    pub(super) fn ended(&mut self, Ended(line, number): Ended) {
        self.open.remove(&number);
        match self.lines.get_mut(&line).and_then(VecDeque::pop_front) {
            Some((number, job)) => self.begin(line, number, job),
            None => {
                self.lines.remove(&line);
            }
        }
        self.tell_settled();
    }

    /// Whether nothing is at work.
    pub(super) fn is_empty(&self) -> bool {
        self.at_work.is_empty()
    }

    fn begin(&self, line: Vec<u8>, number: u64, job: Job) {
        self.at_work.push(Box::pin(async move {
            job.await;
            Ended(line, number)
        }));
    }

    fn tell_settled(&mut self) {
        let first = self.open.first().copied().unwrap_or(self.next);
        for (_, settled) in self.settling.extract_if(.., |(before, _)| *before <= first) {
            // Who has left does not mind.
            let _left = settled.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    #[tokio::test]
    async fn a_line_that_is_held_up_holds_up_no_other() {
        let told: Arc<Mutex<Vec<&str>>> = Arc::default();
        let says = |word: &'static str, after: Option<oneshot::Receiver<()>>| -> Job {
            let told = told.clone();
            Box::pin(async move {
                if let Some(after) = after {
                    let _ended = after.await;
                }
                told.lock().unwrap_or_else(PoisonError::into_inner).push(word);
            })
        };
        let (go, held_up) = oneshot::channel();
        let mut lines = Lines::default();
        lines.put(b"one".to_vec(), says("one, first", Some(held_up)));
        let (first_settled, mut is_first_settled) = oneshot::channel();
        lines.settle(first_settled);
        lines.put(b"one".to_vec(), says("one, second", None));
        lines.put(b"two".to_vec(), says("two, first", None));
        lines.put(b"two".to_vec(), says("two, second", None));
        let (settled, mut is_settled) = oneshot::channel();
        lines.settle(settled);
        for _ in 0..2 {
            let ended = lines.next().await.unwrap();
            lines.ended(ended);
        }
        assert_eq!(*told.lock().unwrap(), ["two, first", "two, second"]);
        assert!(is_first_settled.try_recv().is_err() && is_settled.try_recv().is_err());
        go.send(()).unwrap();
        let ended = lines.next().await.unwrap();
        lines.ended(ended);
        assert!(is_first_settled.try_recv().is_ok(), "what was put later is not waited for");
        assert!(is_settled.try_recv().is_err());
        let ended = lines.next().await.unwrap();
        lines.ended(ended);
        assert_eq!(told.lock().unwrap()[2..], ["one, first", "one, second"]);
        assert!(is_settled.try_recv().is_ok() && lines.is_empty() && lines.next().await.is_none());
        let (settled, mut is_settled) = oneshot::channel();
        lines.settle(settled);
        assert!(is_settled.try_recv().is_ok(), "nothing is open");
        assert!(lines.lines.is_empty() && lines.open.is_empty());
    }
}
