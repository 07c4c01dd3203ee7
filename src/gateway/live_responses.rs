//! Responses in the background as they are told: every event so far, for clients that listen now or come back later, and a
//! signal for the next one.
//!
//! In memory only, and bounded: the logs of the oldest that have ended go first; one that finds no room ends early, and
//! its listeners hear how it ended once it has.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// All logs together.
const MOST_KIB: usize = 64 * 1024;
/// Room is taken in such steps.
const STEP_KIB: u32 = 64;
/// So many are remembered at most.
const MOST_LOGS: usize = 256;

/// The logs of a server.
#[derive(Debug)]
pub(super) struct LiveResponses {
    /// The oldest first.
    logs: Mutex<VecDeque<(String, Arc<Told>)>>,
    room: Arc<Semaphore>,
}

impl Default for LiveResponses {
    fn default() -> Self {
        Self { logs: Mutex::default(), room: Arc::new(Semaphore::new(MOST_KIB)) }
    }
}

impl LiveResponses {
    /// Begins the log of a response.
    pub(super) fn begin(self: &Arc<Self>, id: &str) -> Teller {
        let told = Arc::new(Told::default());
        let mut logs = locked(&self.logs);
        logs.push_back((id.to_owned(), told.clone()));
        if logs.len() > MOST_LOGS {
            forget_oldest(&mut logs);
        }
        Teller { told, all: self.clone() }
    }

    /// What was told of a response.
    pub(super) fn of(&self, id: &str) -> Option<Arc<Told>> {
        locked(&self.logs).iter().rev().find(|(its, _)| its == id).map(|(_, told)| told.clone())
    }

    /// Forgets one.
    pub(super) fn forget(&self, id: &str) {
        locked(&self.logs).retain(|(its, _)| its != id);
    }

    fn room(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(room) = self.room.clone().try_acquire_many_owned(STEP_KIB) {
                return Some(room);
            }
            if !forget_oldest(&mut locked(&self.logs)) {
                return None;
            }
        }
    }
}

/// Forgets the oldest that has ended; whether there was one.
fn forget_oldest(logs: &mut VecDeque<(String, Arc<Told>)>) -> bool {
    // One that is held is being written, maybe by who wants its room: it has not ended.
    let has_ended = |told: &Told| told.log.try_lock().is_ok_and(|log| log.end.is_some());
    let oldest = logs.iter().position(|(_, told)| has_ended(told));
    oldest.and_then(|at| logs.remove(at)).is_some()
}

/// What was told of one response.
#[derive(Debug, Default)]
pub struct Told {
    log: Mutex<Log>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Log {
    /// Each by its number.
    events: Vec<Bytes>,
    bytes: usize,
    room: Vec<OwnedSemaphorePermit>,
    end: Option<End>,
}

/// How a log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With the last event.
    Whole,
    /// Before it.
    Early,
}

/// What a listener hears next.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// Events, up to before this number.
    Events(Bytes, usize),
    /// That was all.
    End,
    /// No more is heard here, though there was more to say.
    CutOff,
}

impl Told {
    /// What is told from the event of this number on; waits for it.
    pub async fn from(&self, number: usize) -> Heard {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            if let Some(heard) = self.now(number) {
                return heard;
            }
            changed.await;
        }
    }

    fn now(&self, number: usize) -> Option<Heard> {
        let log = locked(&self.log);
        match (log.events.get(number..).filter(|events| !events.is_empty()), log.end) {
            (Some(events), _) => Some(Heard::Events(events.concat().into(), log.events.len())),
            (None, Some(End::Whole)) => Some(Heard::End),
            (None, Some(End::Early)) => Some(Heard::CutOff),
            (None, None) => None,
        }
    }
}

/// Writes a log. Dropped before its end, as when its response is given up, it leaves a log that is cut off.
#[derive(Debug)]
pub struct Teller {
    told: Arc<Told>,
    all: Arc<LiveResponses>,
}

impl Teller {
    /// Appends events.
    pub fn tells(&self, written: &[u8]) {
        let mut log = locked(&self.told.log);
        let mut before: Vec<u8> = Vec::new();
        for event in events(written) {
            before.extend_from_slice(event);
            // A comment belongs to the event after it.
            if event.starts_with(b":") || log.end.is_some() {
                continue;
            }
            log.bytes += before.len();
            while log.bytes > log.room.len() * STEP_KIB as usize * 1024 && log.end.is_none() {
                match self.all.room() {
                    Some(room) => log.room.push(room),
                    None => log.end = Some(End::Early),
                }
            }
            if log.end.is_none() {
                log.events.push(std::mem::take(&mut before).into());
            }
        }
        drop(log);
        self.told.changed.notify_waiters();
    }

    /// Appends the last events.
    pub fn ends(&self, written: &[u8]) {
        self.tells(written);
        locked(&self.told.log).end.get_or_insert(End::Whole);
        self.told.changed.notify_waiters();
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        locked(&self.told.log).end.get_or_insert(End::Early);
        self.told.changed.notify_waiters();
    }
}

/// The events of a piece of a stream, each with the empty line behind it.
fn events(written: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = written;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memmem::find(rest, b"\n\n").map_or(rest.len(), |at| at + 2);
        let (event, after) = rest.split_at(end);
        rest = after;
        Some(event)
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: usize) -> String {
        format!("event: e\ndata: {{\"sequence_number\":{number}}}\n\n")
    }

    #[tokio::test]
    async fn events_are_heard_from_any_number_on_and_waited_for() {
        let all = Arc::new(LiveResponses::default());
        let teller = all.begin("a");
        let told = all.of("a").unwrap();
        teller.tells([event(0), event(1)].concat().as_bytes());
        assert_eq!(told.from(0).await, Heard::Events([event(0), event(1)].concat().into(), 2));
        assert_eq!(told.from(1).await, Heard::Events(event(1).into(), 2));
        let (heard, ()) = tokio::join!(told.from(2), async {
            tokio::task::yield_now().await;
            teller.ends(format!(": cost\n\n{}", event(2)).as_bytes());
        });
        assert_eq!(heard, Heard::Events(format!(": cost\n\n{}", event(2)).into(), 3));
        assert_eq!(told.from(3).await, Heard::End);
        drop(teller);
        assert_eq!(all.of("a").unwrap().from(3).await, Heard::End);
        all.forget("a");
        assert!(all.of("a").is_none());
    }

    #[tokio::test]
    async fn a_log_that_is_given_up_or_finds_no_room_is_cut_off() {
        let all = Arc::new(LiveResponses::default());
        let teller = all.begin("a");
        let told = all.of("a").unwrap();
        teller.tells(event(0).as_bytes());
        drop(teller);
        assert_eq!(told.from(1).await, Heard::CutOff);

        let teller = all.begin("b");
        let large = format!("event: e\ndata: {}\n\n", "x".repeat(1024 * 1024));
        (0..70).for_each(|_| teller.tells(large.as_bytes()));
        assert!(all.of("a").is_none(), "the oldest that has ended goes first");
        let told = all.of("b").unwrap();
        let Heard::Events(bytes, heard) = told.from(0).await else { unreachable!("it has events") };
        assert!(bytes.len() <= MOST_KIB * 1024 && heard < 70, "{heard} events");
        assert_eq!(told.from(heard).await, Heard::CutOff);
    }
}
