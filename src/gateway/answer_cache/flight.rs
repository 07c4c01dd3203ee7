//! One call for all who ask the same at the same time.
//!
//! A flight has no task of its own: whichever of its listeners waits for the next step drives it, and all are woken when it
//! comes. So it goes on while anyone listens, however many leave, and ends at once, its call with it, when the last has
//! left. Every step is kept until then; a listener that comes late is told from the first one on. But an answer that is too
//! long to be kept may have no end: from then on none may join, and only what a listener has still to read stays here, and
//! no more of that than the bound again. One that is further behind is told that it broke off.
//!
//! What the call costs is charged to its first listener that is still there.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use futures_util::Stream;
use mediary_core::Failure;
use mediary_core::capability::Usd;
use mediary_core::task::{ReplyFrame, Usage};

use super::super::routing::{Account, CallError, Route, total};
use super::super::tasks::{Answered, Growing, WholeAnswer};
use super::kept::{Kept, Said, frame_bytes};
use super::outcome::{CacheNote, CacheOutcome};
use super::sharing::Sharing;

/// A step of an answer.
#[derive(Debug, Clone)]
pub(in crate::gateway) enum Step {
    /// A stream has begun.
    Begun(Box<Route>, bool, Usage),
    /// More of it.
    Frame(ReplyFrame),
    /// It is complete.
    Ended(Box<Route>, Usage),
    /// It broke off.
    Broke(Failure),
    /// The whole answer.
    Whole(Box<WholeAnswer>),
    /// There is none.
    Refused(CallError),
}

impl Step {
    fn is_last(&self) -> bool {
        !matches!(self, Self::Begun(..) | Self::Frame(_))
    }

    /// About how many bytes it takes in a stream.
    fn bytes(&self) -> usize {
        match self {
            Self::Frame(frame) => frame_bytes(frame),
            _ => 0,
        }
    }
}

/// Where steps come from.
pub(in crate::gateway) type Steps = Pin<Box<dyn Stream<Item = Step> + Send>>;

/// Where one reads that was left behind: nowhere.
const LEFT_BEHIND: usize = usize::MAX;

/// What is done with an answer once it is there: it may be kept, and the flight is over.
pub(super) type Landing = Box<dyn Fn(&Flight, Option<Kept>) + Send + Sync>;

/// A call that is under way.
pub(super) struct Flight {
    inner: Mutex<Inner>,
    wakers: Arc<Wakers>,
    /// What is charged to it and noted of it, until that is handed over.
    account: Account,
    landing: Landing,
    /// A stream of more bytes is not kept.
    most_bytes: usize,
}

struct Inner {
    /// `None`: nothing more comes.
    source: Option<Steps>,
    steps: VecDeque<Step>,
    /// So many steps came before these.
    gone: usize,
    /// What these take, about.
    bytes: usize,
    /// Whether it was too long to be kept whole, so that none may join it.
    is_too_long: bool,
    /// Who listens, the first one first: what it is charged to, and which step it reads next.
    listeners: BTreeMap<u64, (Account, usize)>,
    next: u64,
    is_settled: bool,
    /// Whether it came to nothing, so that none may join it.
    has_failed: bool,
}

impl Inner {
    /// Lets go of the steps that all have read, and of more where too much would stay; never of the newest unread.
    fn trim(&mut self, most_bytes: usize) {
        let read = self.listeners.values().map(|(_, at)| *at).min().unwrap_or_default();
        while let Some(step) = self.steps.front().filter(|step| !step.is_last()) {
            if self.gone >= read && (self.bytes <= most_bytes || self.steps.len() == 1) {
                return;
            }
            self.bytes -= step.bytes();
            self.gone += 1;
            self.steps.pop_front();
        }
    }
}

/// Wakes all who wait for the next step.
#[derive(Default)]
struct Wakers(Mutex<BTreeMap<u64, Waker>>);

impl Wakers {
    fn waiting(&self) -> MutexGuard<'_, BTreeMap<u64, Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake_all(&self) {
        let waiting = std::mem::take(&mut *self.waiting());
        waiting.into_values().for_each(Waker::wake);
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }
}

impl Flight {
    /// A flight whose call is charged to `account` until it is handed over. A stream of more than `most_bytes` is not kept.
    pub(super) fn new(source: Steps, account: Account, landing: Landing, most_bytes: usize) -> Arc<Self> {
        let inner = Inner {
            source: Some(source),
            steps: VecDeque::new(),
            gone: 0,
            bytes: 0,
            is_too_long: false,
            listeners: BTreeMap::new(),
            next: 0,
            is_settled: false,
            has_failed: false,
        };
        Arc::new(Self { inner: Mutex::new(inner), wakers: Arc::default(), account, landing, most_bytes })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many listen.
    pub(super) fn listeners(&self) -> usize {
        self.inner().listeners.len()
    }

    /// Listens from the first step on; `None`: it came to nothing, or its first steps are gone. `account`: what the listener's request is charged to.
    pub(super) fn join(self: &Arc<Self>, account: Account, outcome: CacheOutcome) -> Option<Listener> {
        let mut inner = self.inner();
        if inner.has_failed || inner.is_too_long {
            return None;
        }
        let id = inner.next;
        inner.next += 1;
        inner.listeners.insert(id, (account.clone(), 0));
        drop(inner);
        Some(Listener { flight: self.clone(), id, at: 0, account, outcome })
    }

    /// Hands what the call was charged for over to its first listener.
    fn settle(&self, inner: &mut Inner, first: Option<&Account>) {
        if std::mem::replace(&mut inner.is_settled, true) {
            return;
        }
        let mut listeners = inner.listeners.values().map(|(account, _)| account);
        if let Some(first) = first.or_else(|| listeners.next()) {
            first.takes_over(&self.account);
        }
    }

    /// What is to be kept of it, once its last step has come.
    fn kept(&self, inner: &Inner, last: &Step) -> Option<Kept> {
        let usd: Option<Usd> = total(&self.account.charges());
        match last {
            Step::Whole(whole) => {
                let said = Said::Whole(Box::new(whole.reply.clone()), whole.raw.clone());
                Kept::of(&whole.route, said, whole.reply.usage.unwrap_or_default(), usd, Instant::now())
            }
            Step::Ended(route, usage) => {
                let Some(Step::Begun(_, is_stream, _)) = inner.steps.front().filter(|_| !inner.is_too_long) else {
                    return None;
                };
                let frames = inner.steps.iter().filter_map(|step| match step {
                    Step::Frame(frame) => Some(frame.clone()),
                    _ => None,
                });
                let said = Said::Frames { frames: frames.collect(), is_stream: *is_stream };
                Kept::of(route, said, *usage, usd, Instant::now())
            }
            Step::Begun(..) | Step::Frame(_) | Step::Broke(_) | Step::Refused(_) => None,
        }
    }
}

impl std::fmt::Debug for Flight {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is asked and said belongs into no log.
        formatter.debug_struct("Flight").finish_non_exhaustive()
    }
}

/// One of those who listen to a flight. Dropped, it has left.
#[derive(Debug)]
pub(in crate::gateway) struct Listener {
    flight: Arc<Flight>,
    id: u64,
    /// Which step is next.
    at: usize,
    account: Account,
    outcome: CacheOutcome,
}

impl Listener {
    /// Whether the call was made for it.
    pub(in crate::gateway) fn is_first(&self) -> bool {
        self.outcome != CacheOutcome::Shared
    }

    /// The answer, once it has begun.
    ///
    /// # Errors
    /// When there is none.
    pub(in crate::gateway) async fn answered(mut self) -> Result<Answered, CallError> {
        match self.next().await {
            Some(Step::Begun(route, is_stream, usage)) => {
                // What it costs is not charged to this request before its end.
                let route = Route { is_cost_known: false, ..self.its(*route) };
                Ok(Answered::Stream(Box::new(Growing::shared(Sharing::new(self, route, is_stream, usage)))))
            }
            Some(Step::Whole(whole)) => {
                let WholeAnswer { route, reply, raw } = *whole;
                Ok(Answered::Whole(Box::new(WholeAnswer { route: self.its(route), reply, raw })))
            }
            Some(Step::Refused(error)) => Err(error),
            Some(Step::Broke(failure)) => Err(failure.into()),
            Some(Step::Frame(_) | Step::Ended(..)) | None => {
                Err(Failure::broken("an answer ended before it began").into())
            }
        }
    }

    /// A route as this listener's own.
    pub(super) fn its(&self, route: Route) -> Route {
        let mut note = CacheNote::called(self.outcome);
        let charges = self.flight.account.charges();
        // It pays itself where those who asked before it have left.
        if self.outcome == CacheOutcome::Shared && !charges.is_empty() && self.account.charges().is_empty() {
            note.saved_usd = total(&charges);
            note.saved_tokens =
                charges.iter().map(|charge| charge.amount.prompt_tokens + charge.amount.completion_tokens).sum();
        }
        Route { account: self.account.clone(), cache: Some(note), ..route }
    }

    /// The next step; `None`: nothing more comes.
    pub(super) async fn next(&mut self) -> Option<Step> {
        poll_fn(|context| self.poll_step(context)).await
    }

    /// The next step, if it has come already and is not the end, which is for the call that waits for it.
    pub(super) async fn next_soon(&mut self) -> Option<Step> {
        match poll_fn(|context| Poll::Ready(self.poll_step(context))).await {
            Poll::Ready(Some(Step::Ended(..))) => {
                self.at -= 1;
                None
            }
            Poll::Ready(step) => step,
            Poll::Pending => None,
        }
    }

    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Option<Step>> {
        let flight = &*self.flight;
        let mut inner = flight.inner();
        loop {
            let inner = &mut *inner;
            if self.at == LEFT_BEHIND {
                return Poll::Ready(None);
            }
            let Some(place) = self.at.checked_sub(inner.gone) else {
                self.at = LEFT_BEHIND;
                let detail = "a long answer that is read by several was read too slowly here; ask again";
                return Poll::Ready(Some(Step::Broke(Failure::broken(detail))));
            };
            if let Some(step) = inner.steps.get(place).cloned() {
                self.at += 1;
                if let Some((_, at)) = inner.listeners.get_mut(&self.id) {
                    *at = self.at;
                }
                if inner.is_too_long {
                    inner.trim(2 * flight.most_bytes);
                }
                return Poll::Ready(Some(step));
            }
            let Some(source) = &mut inner.source else { return Poll::Ready(None) };
            flight.wakers.waiting().insert(self.id, context.waker().clone());
            let waker = Waker::from(flight.wakers.clone());
            let Poll::Ready(next) = source.as_mut().poll_next(&mut Context::from_waker(&waker)) else {
                return Poll::Pending;
            };
            match next {
                Some(step) => {
                    if step.is_last() {
                        flight.settle(inner, None);
                        inner.has_failed = matches!(step, Step::Broke(_) | Step::Refused(_));
                        (flight.landing)(flight, flight.kept(inner, &step));
                    }
                    inner.bytes += step.bytes();
                    inner.steps.push_back(step);
                    if inner.bytes > flight.most_bytes && !std::mem::replace(&mut inner.is_too_long, true) {
                        // None may join it any more; one who asks the same makes a call of its own.
                        (flight.landing)(flight, None);
                    }
                    if inner.is_too_long {
                        // The newest are still to be read by all.
                        inner.trim(2 * flight.most_bytes);
                    }
                }
                None => inner.source = None,
            }
            flight.wakers.waiting().remove(&self.id);
            flight.wakers.wake_all();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let flight = &*self.flight;
        flight.wakers.waiting().remove(&self.id);
        let mut inner = flight.inner();
        inner.listeners.remove(&self.id);
        if !inner.listeners.is_empty() {
            drop(inner);
            // The one that drove it may be the one that has left: the others look for themselves.
            flight.wakers.wake_all();
            return;
        }
        let is_over = inner.steps.back().is_some_and(Step::is_last);
        inner.has_failed |= !is_over;
        let source = inner.source.take();
        drop(inner);
        // Its call ends here, and is charged for what it said so far.
        drop(source);
        flight.settle(&mut flight.inner(), Some(&self.account));
        if !is_over {
            (flight.landing)(flight, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::{StreamExt as _, stream};

    use super::*;

    /// A stream without end, of frames of a thousand bytes.
    fn endless(landed: &Arc<AtomicUsize>) -> Arc<Flight> {
        let frame = || Step::Frame(ReplyFrame { raw: vec![b'a'; 1_000].into(), ..ReplyFrame::default() });
        let source = stream::repeat_with(frame).boxed();
        let landed = landed.clone();
        let landing: Landing = Box::new(move |_, kept| {
            assert!(kept.is_none(), "it is not kept");
            landed.fetch_add(1, Ordering::Relaxed);
        });
        Flight::new(source, Account::default(), landing, 10_000)
    }

    async fn reads(listener: &mut Listener, many: usize) {
        for _ in 0..many {
            assert!(matches!(listener.next().await, Some(Step::Frame(_))));
        }
    }

    #[tokio::test]
    async fn a_stream_without_end_takes_bounded_memory_and_is_joined_by_none() {
        let landed = Arc::default();
        let flight = endless(&landed);
        let mut one = flight.join(Account::default(), CacheOutcome::Miss).unwrap();
        reads(&mut one, 5).await;
        let mut other = flight.join(Account::default(), CacheOutcome::Shared).unwrap();
        let mut slow = flight.join(Account::default(), CacheOutcome::Shared).unwrap();
        reads(&mut slow, 1).await;
        for _ in 0..1_000 {
            reads(&mut one, 1).await;
            reads(&mut other, 1).await;
            assert!(flight.inner().bytes <= 21_000, "{}", flight.inner().bytes);
        }
        assert_eq!(landed.load(Ordering::Relaxed), 1, "it is let go of once");
        assert!(flight.join(Account::default(), CacheOutcome::Shared).is_none());
        // One that does not read is left behind, and holds up none.
        assert!(matches!(slow.next().await, Some(Step::Broke(_))));
        assert!(slow.next().await.is_none());
        // The one that is five behind still reads all.
        reads(&mut one, 1).await;
        reads(&mut other, 6).await;
        drop((other, slow));
        reads(&mut one, 1).await;
        assert!(flight.inner().steps.len() <= 6, "{}", flight.inner().steps.len());
    }
}
