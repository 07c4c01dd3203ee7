//! The answers that are kept and the calls that are under way, each at its place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mediary_core::Target;
use mediary_core::task::{Chat, Task};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::super::forks::FUSION;
use super::super::routing::{Account, TaskRequest};
use super::super::tasks::Answered;
use super::alike::Questions;
use super::digest::Digest;
use super::flight::{Flight, Landing, Listener, Steps};
use super::kept::Kept;
use super::outcome::{CacheOutcome, CacheWish};
use crate::config::{KeepAnswers, ResponseCache};

/// Answers of about this size are reckoned with when room is made for their keys.
const USUAL_BYTES: u64 = 4 << 10;
/// An answer that takes more than this part of all the room is not kept.
const LARGEST_PART: u64 = 8;
/// Fields by which a chat has its provider speak, or look things up.
const VARYING_FIELDS: [&str; 5] = ["audio", "modalities", "web_search_options", "search_parameters", "plugins"];

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Digest, Arc<Kept>> for Weight {
    fn weight(&self, _key: &Digest, kept: &Arc<Kept>) -> u64 {
        kept.bytes() as u64
    }
}

/// Answers that are kept, and calls that are under way. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::gateway) struct AnswerCache(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: ResponseCache,
    kept: Cache<Digest, Arc<Kept>, Weight>,
    flights: Mutex<HashMap<Digest, Arc<Flight>>>,
    questions: Questions,
}

/// Where an answer is looked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::gateway) struct Place {
    /// Of an answer that is kept.
    kept: Digest,
    /// Of a call that is under way.
    flight: Digest,
    /// Of what is asked, whatever the target.
    asked: Digest,
    /// Of what is asked of its target.
    of_target: Digest,
}

impl Place {
    /// Whether it is for answers of this target.
    fn is_of(&self, target: &Target) -> bool {
        self.asked.and(target.to_string().as_bytes()) == self.of_target
    }
}

impl AnswerCache {
    /// An empty cache.
    pub(in crate::gateway) fn new(settings: ResponseCache) -> Self {
        let bytes = settings.bytes.get();
        let kept = Cache::with_weighter((bytes / USUAL_BYTES) as usize, bytes, Weight);
        Self(Arc::new(Shared { settings, kept, flights: Mutex::default(), questions: Questions::default() }))
    }

    /// What a request wants of the cache; `None`: it has nothing to do with it.
    pub(in crate::gateway) fn wish(&self, request: &TaskRequest) -> Option<CacheWish> {
        let keep = self.0.settings.keep;
        if keep == KeepAnswers::Off || self.0.settings.bytes.get() == 0 {
            return None;
        }
        let wants_the_same = match &request.task {
            Task::Chat(chat) if may_differ(chat) || request.model == FUSION => return None,
            Task::Chat(chat) => chat.sampling.temperature == Some(0.0),
            // Much is embedded once and never again.
            Task::Embed(_) => false,
            Task::Read(_) | Task::Transcribe(_) | Task::Speak(_) | Task::GenerateVideo(_) => return None,
            Task::Image(_) | Task::Rerank(_) | Task::Moderate(_) => return None,
        };
        match (request.bounds.cache, keep) {
            (CacheWish::Off, _) => None,
            (wish @ (CacheWish::Use | CacheWish::Refresh), _) => Some(wish),
            (CacheWish::Usual, KeepAnswers::Always) => Some(CacheWish::Use),
            (CacheWish::Usual, KeepAnswers::Deterministic) if wants_the_same => Some(CacheWish::Use),
            (CacheWish::Usual, _) => None,
        }
    }

    /// Where the answer of a target to a request is looked for.
    pub(in crate::gateway) fn place(&self, digest: Digest, request: &TaskRequest, target: &Target) -> Place {
        let of_target = digest.and(target.to_string().as_bytes());
        let own = of_target.and(&request.client);
        let kept = if self.0.settings.across_keys { of_target } else { own };
        Place { kept, flight: own.and(&[request.task.streams().into()]), asked: digest, of_target }
    }

    /// The answer that is kept for a request, if there is one.
    pub(in crate::gateway) fn hit(&self, place: Place, request: &TaskRequest) -> Option<Answered> {
        let now = Instant::now();
        let kept = self.find(place.kept, now)?;
        let note = kept.note(CacheOutcome::Hit, now);
        Some(kept.answered(request.task.streams(), note, &request.bounds.account))
    }

    /// Whether answers are given to other words of the same meaning.
    pub(in crate::gateway) fn knows_meanings(&self) -> bool {
        self.0.settings.alike
    }

    /// The answer that is kept for other words of the same meaning: only the last words of the user differ. `around`: the
    /// place by all the others. Where there is none, these words are remembered for the answer that will be kept.
    pub(in crate::gateway) fn hit_alike(
        &self,
        (around, place): (Place, Place),
        words: &str,
        vector: Vec<f32>,
        request: &TaskRequest,
    ) -> Option<Answered> {
        let now = Instant::now();
        let questions = &self.0.questions;
        let near = questions.alike(around.kept, words, &vector, self.0.settings.similarity);
        let found = near.into_iter().find_map(|(answer, near)| Some((self.find(answer, now)?, near)));
        let Some((kept, near)) = found else {
            questions.remember(around.kept, words, vector, place.kept);
            return None;
        };
        // Casts of floats saturate; one is written as 0.999.
        let outcome = CacheOutcome::Alike(((near * 1_000.0) as u16).min(999));
        Some(kept.answered(request.task.streams(), kept.note(outcome, now), &request.bounds.account))
    }

    fn find(&self, key: Digest, now: Instant) -> Option<Arc<Kept>> {
        let kept = self.0.kept.get(&key)?;
        if now.saturating_duration_since(kept.at) < self.0.settings.lasts {
            return Some(kept);
        }
        self.0.kept.remove(&key);
        None
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Digest, Arc<Flight>>> {
        self.0.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many listen to calls that are under way.
    pub(in crate::gateway) fn listeners(&self) -> usize {
        let flights: Vec<Arc<Flight>> = self.flights().values().cloned().collect();
        flights.iter().map(|flight| flight.listeners()).sum()
    }

    /// Listens to the call for a request: to the one that is under way, else to a new one. Before the latter begins, an
    /// answer that has come meanwhile is looked for: `Err`.
    pub(in crate::gateway) fn enter(
        &self,
        place: Place,
        request: &TaskRequest,
        call: impl FnOnce() -> (Steps, Account),
    ) -> Result<Listener, Box<Answered>> {
        let account = &request.bounds.account;
        loop {
            // None is joined under the lock: a flight that lands takes it the other way round.
            let under_way = self.flights().get(&place.flight).cloned();
            let joined = under_way.as_ref().and_then(|flight| flight.join(account.clone(), CacheOutcome::Shared));
            if let Some(listener) = joined {
                return Ok(listener);
            }
            let mut flights = self.flights();
            let came_meanwhile = flights
                .get(&place.flight)
                .is_some_and(|now| !under_way.as_ref().is_some_and(|before| Arc::ptr_eq(now, before)));
            if came_meanwhile {
                continue;
            }
            if let Some(answered) = self.hit(place, request) {
                return Err(Box::new(answered));
            }
            let (flight, listener) = self.flight(place, account, CacheOutcome::Miss, call());
            flights.insert(place.flight, flight);
            return Ok(listener);
        }
    }

    /// Makes a call that is this request's alone; its answer is kept.
    pub(in crate::gateway) fn alone(
        &self,
        place: Place,
        request: &TaskRequest,
        outcome: CacheOutcome,
        call: (Steps, Account),
    ) -> Listener {
        self.flight(place, &request.bounds.account, outcome, call).1
    }

    fn flight(
        &self,
        place: Place,
        account: &Account,
        outcome: CacheOutcome,
        (steps, charged): (Steps, Account),
    ) -> (Arc<Flight>, Listener) {
        let cache = self.clone();
        let landing: Landing = Box::new(move |flight, kept| cache.lands(place, flight, kept));
        let flight = Flight::new(steps, charged, landing, self.most_bytes());
        let listener = flight.join(account.clone(), outcome).expect("a flight that has not begun has not failed");
        (flight, listener)
    }

    /// No answer of more bytes is kept.
    fn most_bytes(&self) -> usize {
        usize::try_from(self.0.settings.bytes.get() / LARGEST_PART).unwrap_or(usize::MAX / 2)
    }

    /// Keeps an answer, if there is room for its like.
    pub(super) fn keeps(&self, place: Place, kept: Kept) {
        if kept.bytes() <= self.most_bytes() {
            self.0.kept.insert(place.kept, Arc::new(kept));
        }
    }

    /// Keeps an answer, and lets go of the call that gave it.
    fn lands(&self, place: Place, flight: &Flight, kept: Option<Kept>) {
        // Another target than the planned one may have been asked, where the plan was made anew.
        if let Some(kept) = kept.filter(|kept| place.is_of(kept.target())) {
            self.keeps(place, kept);
        }
        let mut flights = self.flights();
        if flights.get(&place.flight).is_some_and(|known| std::ptr::eq(&raw const **known, flight)) {
            flights.remove(&place.flight);
        }
    }
}

/// Whether the same chat has another answer each time, whatever its temperature: it has its provider look things up, or
/// speak.
fn may_differ(chat: &Chat) -> bool {
    let own = chat.own.as_ref().map(|own| &own.fields);
    let has = |name: &&str| chat.extras.contains_key(name) || own.is_some_and(|own| own.contains_key(name));
    !chat.hosted_tools.is_empty() || VARYING_FIELDS.iter().any(has)
}
