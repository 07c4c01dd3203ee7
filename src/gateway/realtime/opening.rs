//! How a session begins: a place is taken, whatever may stand behind it is found, and the first of that is begun with.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediary_core::capability::TaskKind;
use mediary_core::live::{LiveError, LiveForm, LiveSettings, ResponseState, ServerEvent};
use mediary_core::{Failure, FailureKind};

use super::super::Gateway;
use super::super::administration::unix_seconds;
use super::super::routing::{Account, Bounds, CallError, LiveWant};
use super::conversation::{Conversation, new_id};
use super::ears::Ears;
use super::error::{failed, untimely};
use super::hearing::Hearing;
use super::session::{Behind, Context, Session};

/// What a session is begun with.
pub struct Opening {
    /// How it is held at first.
    pub settings: LiveSettings,
    /// What its client asked for in headers.
    pub bounds: Bounds,
    /// What its client is known by.
    pub client: Vec<u8>,
    /// What is told of it.
    pub door: Arc<dyn Door>,
}

/// What a session needs of the side of its client.
pub trait Door: Send + Sync {
    /// An answer has ended.
    fn tell(&self, ended: TurnEnded);

    /// What the client is told of a task that was not carried out.
    fn explain(&self, error: CallError) -> LiveError;
}

/// An answer that has ended.
#[derive(Debug)]
pub struct TurnEnded {
    /// What it is called.
    pub id: String,
    /// The id of the client's key; empty where there is none of its own.
    pub client: String,
    /// How it ended.
    pub state: ResponseState,
    /// Whether it ended since its client left.
    pub has_left: bool,
    /// How long its first words or sound took.
    pub first: Option<Duration>,
    /// How long it took to its end.
    pub total: Duration,
    /// What it cost, and what was noted of it.
    pub account: Account,
}

impl Gateway {
    /// Begins a session.
    ///
    /// # Errors
    /// When there is no place, no such model, or nothing that could hold it.
    pub async fn converse(self: &Arc<Self>, opening: Opening) -> Result<Session, CallError> {
        let Opening { mut settings, bounds, client, door } = opening;
        let realtime = self.realtime.clone();
        let place = realtime.place()?;
        let hold = self.admission.holding(realtime.wishes.message_bytes.get())?;
        self.router.discover().await;
        let fleet = self.router.fleet();
        let want = self.router.live_want(&fleet, &settings.model);
        let mut standby: VecDeque<_> = match settings.only_transcribes {
            // What is only written down needs no target that answers.
            true => VecDeque::new(),
            false => self.router.live_targets(&fleet, &want, &bounds).into(),
        };
        let chat_model = match &want {
            LiveWant::Chat(model) => model.clone(),
            LiveWant::Any | LiveWant::One(_) | LiveWant::Model(_) => realtime.wishes.model.clone(),
        };
        let may_chat = match want {
            LiveWant::One(_) => false,
            _ if settings.only_transcribes => true,
            LiveWant::Any | LiveWant::Model(_) | LiveWant::Chat(_) => {
                match self.router.resolve(&fleet, TaskKind::Chat, &chat_model, None) {
                    Ok(_) => true,
                    Err(error) if standby.is_empty() => return Err(error),
                    Err(_) => false,
                }
            }
        };
        if standby.is_empty() && !may_chat {
            if let Some(failure) = self.router.heard_too_much(&fleet, &want, &bounds.account) {
                return Err(failure.into());
            }
            return Err(not_allowed(&settings.model).into());
        }
        if settings.model.is_empty() {
            settings.model.clone_from(&chat_model);
        }
        let turn_seconds = realtime.wishes.turn.as_secs();
        let ears = Ears::new(settings.input, self.admission.clone(), turn_seconds)?;
        let lasts = realtime.wishes.lasts;
        let expires_at = u64::try_from(unix_seconds()).unwrap_or_default() + lasts.as_secs();
        let context = Context { gateway: self.clone(), bounds, client, door, chat_model, may_chat };
        let mut session = Session {
            id: new_id("sess"),
            expires_at,
            ends: Instant::now() + lasts,
            context,
            settings,
            out: VecDeque::new(),
            behind: Behind::Chain,
            standby: VecDeque::new(),
            conversation: Conversation::new(),
            ears,
            hearing: Hearing::default(),
            turn: None,
            reply: None,
            spoken: None,
            last_turn: None,
            answered_by: None,
            account: None,
            has_fallen: false,
            is_over: false,
            has_left: false,
            _held: (place, hold),
        };
        // One that refuses at once is passed over, and that is told.
        let mut last = None;
        while let Some(target) = standby.pop_front() {
            match target.form {
                LiveForm::Turns => {
                    session.behind = Behind::waiting(target);
                    last = None;
                    break;
                }
                LiveForm::Events => match session.begin_relay(&fleet, &target).await {
                    Ok(relay) => {
                        session.behind = Behind::Relay(relay);
                        last = None;
                        break;
                    }
                    Err(failure) => last = Some((target.target, failure)),
                },
            }
        }
        session.standby = standby;
        if let Some((target, failure)) = last {
            if !session.context.may_chat {
                return Err(failure.into());
            }
            session.note_change(Some(target), &failure);
        }
        session.begin().await;
        Ok(session)
    }
}

impl Session {
    /// What is told first. A relayed session is greeted by its target.
    async fn begin(&mut self) {
        if matches!(self.behind, Behind::Relay(_)) {
            return;
        }
        let mut trouble = None;
        if self.settings.turns.is_some()
            && let Err(failure) = self.listen_for_turns().await
        {
            self.settings.turns = None;
            trouble = Some(failure);
        }
        self.out.push_front(ServerEvent::SessionCreated);
        if let Some(failure) = trouble {
            self.out.push_back(ServerEvent::Failed(cannot_tell_turns(&failure)));
        }
    }

    /// Has turns told apart.
    ///
    /// # Errors
    /// When that cannot be done here.
    pub(super) async fn listen_for_turns(&mut self) -> Result<(), Failure> {
        if !self.ears.can_tell_turns() {
            let detector = self.context.gateway.realtime.detector().await?;
            self.ears.listens_with(detector);
        }
        Ok(())
    }
}

/// Why turns have to be told by the client.
pub(super) fn cannot_tell_turns(failure: &Failure) -> LiveError {
    let message = format!(
        "Turns cannot be told apart here, so `turn_detection` is off; say where they end with input_audio_buffer.commit and \
         response.create. {}",
        failure.detail
    );
    match failure.kind {
        FailureKind::NotInstalled => untimely("engine_not_installed", message),
        _ => failed("turn_detection_failed", message),
    }
}

fn not_allowed(model: &str) -> Failure {
    let detail = match model {
        "" => "no target that may be asked holds live conversations".to_owned(),
        model => {
            format!("`{model}` may not hold this conversation: privacy, redaction, cost or this key's rules forbid it")
        }
    };
    Failure::new(FailureKind::NotAllowed, detail)
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Opening").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}
