//! The session: takes what its client asks, waits for whatever is under way, and says what there is to tell.
//!
//! Its socket calls [`Session::take`] for each event of the client's and [`Session::handle`] for each step that
//! [`Session::wait`] gives, and sends what [`Session::pop`] has after either. What single events and steps mean is said in
//! the files next door.

use std::collections::VecDeque;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::{Either, select};
use mediary_core::live::{ClientEvent, LiveError, LiveHeard, LiveSettings, ResponseState, ServerEvent};
use mediary_core::{Failure, Hold, Target};
use tokio::sync::OwnedSemaphorePermit;

use super::super::Gateway;
use super::super::routing::{Bounds, LiveTarget};
use super::answer;
use super::conversation::Conversation;
use super::ears::Ears;
use super::hearing::{HeardTurn, Hearing};
use super::live::Live;
use super::opening::Door;
use super::relay::Relay;
use super::replies::{By, Reply};
use super::scribe::{Out, Spoken};
use super::turns::{KeptTurn, OpenTurn};

/// A live conversation with one client.
pub struct Session {
    pub(super) id: String,
    pub(super) expires_at: u64,
    pub(super) ends: Instant,
    pub(super) context: Context,
    pub(super) settings: LiveSettings,
    pub(super) out: Out,
    pub(super) behind: Behind,
    /// What is asked when that fails, in order.
    pub(super) standby: VecDeque<LiveTarget>,
    pub(super) conversation: Conversation,
    pub(super) ears: Ears,
    pub(super) hearing: Hearing,
    /// The turn that is being said.
    pub(super) turn: Option<OpenTurn>,
    /// The answer that is being given.
    pub(super) reply: Option<Reply>,
    /// What was spoken last, and may still be played.
    pub(super) spoken: Option<Spoken>,
    /// What was said last, for another target if the one that was told of it fails.
    pub(super) last_turn: Option<KeptTurn>,
    /// The target that answered last.
    pub(super) answered_by: Option<Target>,
    /// The bounds, and with them the account, of what is being said.
    pub(super) account: Option<Bounds>,
    /// Whether another target stood behind it before.
    pub(super) has_fallen: bool,
    pub(super) is_over: bool,
    /// Whether its client has gone.
    pub(super) has_left: bool,
    /// Given back with the session.
    pub(super) _held: (OwnedSemaphorePermit, Hold),
}

/// What a session works with.
pub(super) struct Context {
    pub(super) gateway: Arc<Gateway>,
    pub(super) bounds: Bounds,
    pub(super) client: Vec<u8>,
    pub(super) door: Arc<dyn Door>,
    /// The model that answers where no target holds the conversation.
    pub(super) chat_model: String,
    /// Whether one may.
    pub(super) may_chat: bool,
}

/// What stands behind a session.
pub(super) enum Behind {
    /// A target that speaks the client's own format.
    Relay(Relay),
    /// A target that hears and speaks in turns.
    Live(Box<Live>),
    /// Engines and targets, one after the other.
    Chain,
}

/// Something has happened.
pub struct Step(pub(super) Happened);

pub(super) enum Happened {
    /// The target that holds the conversation says something, or has ended it.
    Told(Option<Result<LiveHeard, Failure>>),
    /// The words of a turn are there.
    Heard(HeardTurn),
    /// An answer goes on.
    Answer(answer::Step),
    /// It has lasted as long as it may.
    Expired,
}

impl Session {
    /// What it is called.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How it is held now.
    #[must_use]
    pub fn settings(&self) -> &LiveSettings {
        &self.settings
    }

    /// When it ends, in seconds since 1970.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// What there is to tell next.
    pub fn pop(&mut self) -> Option<ServerEvent> {
        self.out.pop_front()
    }

    /// Whether it has ended, and only what [`Session::pop`] has is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether events are passed on as the client wrote them.
    #[must_use]
    pub fn takes_as_written(&self) -> bool {
        matches!(self.behind, Behind::Relay(_))
    }

    /// Waits until something happens. Not completing this future loses nothing.
    pub async fn wait(&mut self) -> Step {
        let left = self.ends.saturating_duration_since(Instant::now());
        let Self { behind, hearing, reply, .. } = self;
        let told = async {
            match behind {
                Behind::Relay(relay) => relay.talk.hear().await,
                Behind::Live(live) => live.hear().await,
                Behind::Chain => pending().await,
            }
        };
        let answer = async {
            match reply {
                Some(Reply { by: By::Chat(answering), .. }) => answering.wait().await,
                Some(_) | None => pending().await,
            }
        };
        let own = async {
            match select(pin!(hearing.next()), pin!(answer)).await {
                Either::Left((turn, _)) => Happened::Heard(turn),
                Either::Right((step, _)) => Happened::Answer(step),
            }
        };
        let within = async {
            match select(pin!(told), pin!(own)).await {
                Either::Left((told, _)) => Happened::Told(told),
                Either::Right((happened, _)) => happened,
            }
        };
        Step(tokio::time::timeout(left, within).await.unwrap_or(Happened::Expired))
    }

    /// Takes note of what has happened.
    pub async fn handle(&mut self, Step(happened): Step) {
        match happened {
            Happened::Told(told) => match &self.behind {
                Behind::Relay(_) => self.relayed(told).await,
                Behind::Live(_) => self.told(told).await,
                Behind::Chain => {}
            },
            Happened::Heard(turn) => self.heard(turn),
            Happened::Answer(step) => self.answered(step).await,
            Happened::Expired => {
                let minutes = self.context.gateway.realtime.wishes.lasts.as_secs() / 60;
                let message = format!(
                    "A live conversation lasts {minutes} minutes at most here (realtime.minutes); open another one."
                );
                self.out.push_back(ServerEvent::Failed(super::error::untimely("session_expired", message)));
                self.is_over = true;
            }
        }
    }

    /// Takes an event of the client's, which calls it `id`.
    pub async fn take(&mut self, event: ClientEvent, id: Option<String>) {
        if let Err(error) = Box::pin(self.taken(event)).await {
            self.out.push_back(ServerEvent::Failed(LiveError { event: id, ..error }));
        }
    }

    /// It ends: what was under way is accounted for. `has_left`: since its client has gone.
    pub fn end(&mut self, has_left: bool) {
        self.has_left = has_left;
        if self.reply.is_some() {
            self.end_reply(ResponseState::Cancelled, None);
        }
        self.settle_broken();
        self.end_relayed();
        self.end_account(ResponseState::Cancelled, Instant::now());
    }

    /// Tells the client of an event that could not be understood.
    pub fn refuse(&mut self, error: LiveError) {
        self.out.push_back(ServerEvent::Failed(error));
    }

    async fn taken(&mut self, event: ClientEvent) -> Result<(), LiveError> {
        match event {
            ClientEvent::Update(settings) => self.update(*settings).await,
            ClientEvent::Append(bytes) => self.append(&bytes).await,
            ClientEvent::Commit => self.commit().await,
            ClientEvent::Clear => {
                self.clear();
                Ok(())
            }
            ClientEvent::AddItem { item, after } => self.add_item(item, after.as_deref()),
            ClientEvent::Retrieve(id) => {
                let item = self.conversation.item(&id)?.clone();
                self.out.push_back(ServerEvent::ItemRetrieved { item });
                Ok(())
            }
            ClientEvent::Delete(id) => {
                self.conversation.remove(&id)?;
                self.out.push_back(ServerEvent::ItemDeleted { id });
                Ok(())
            }
            ClientEvent::Truncate { id, content, heard_ms } => self.truncate(id, content, heard_ms),
            ClientEvent::Respond(wish) => self.respond(*wish).await,
            ClientEvent::Cancel => self.cancel(),
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is said does not belong into a log.
        formatter.debug_struct("Session").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Step").finish()
    }
}
