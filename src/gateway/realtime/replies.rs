//! Answers: how they are asked for, given, broken off, and what they leave in the conversation.

use std::time::{Duration, Instant};

use mediary_core::capability::TaskKind;
use mediary_core::live::{Content, Item, ItemKind, LiveError, LiveUsage, ResponseState, ResponseWish, ServerEvent};

use super::super::routing::Bounds;
use super::super::tasks::knows_voice;
use super::answer::{Answering, Asking, Course, Step, chat};
use super::conversation::{in_words, messages, new_id};
use super::error::{failed, untimely};
use super::opening::TurnEnded;
use super::scribe::Scribe;
use super::session::{Behind, Session};
use super::turns::{active, senseless};

/// Where every request of a live conversation is counted.
const ROUTE: &str = "/v1/realtime";

/// An answer that is being given.
pub(super) struct Reply {
    pub(super) scribe: Scribe,
    pub(super) by: By,
    pub(super) usage: Option<LiveUsage>,
    bounds: Bounds,
    began: Instant,
    first: Option<Duration>,
}

impl Reply {
    /// Its bounds, and with them its account.
    pub(super) fn bounds(&self) -> &Bounds {
        &self.bounds
    }
}

/// What gives an answer.
pub(super) enum By {
    /// Nothing yet: the words of what was said are waited for.
    Words(Box<ResponseWish>),
    /// A chat, whose sentences are spoken.
    Chat(Box<Answering>),
    /// The target that holds the conversation.
    Live,
}

impl Session {
    /// The client asks to be answered.
    pub(super) async fn respond(&mut self, wish: ResponseWish) -> Result<(), LiveError> {
        if self.settings.only_transcribes {
            return Err(untimely("invalid_session_type", "A session of the type transcription gives no answers."));
        }
        if self.reply.is_some() {
            return Err(active());
        }
        self.begin_reply(wish, false).await
    }

    /// Begins an answer that its target gives without being asked.
    pub(super) fn begin_reply_unasked(&mut self) -> Result<(), LiveError> {
        self.let_in()?;
        self.reply_of(ResponseWish::default(), true)
    }

    /// Begins an answer. `follows`: a turn has just ended that the target was told of while it was said.
    pub(super) async fn begin_reply(&mut self, wish: ResponseWish, follows: bool) -> Result<(), LiveError> {
        self.let_in()?;
        // The target that holds the conversation answers that alone, and as it was set up.
        let is_own = wish.is_apart || wish.input.is_some() || wish.settings.is_some();
        let is_live = matches!(self.behind, Behind::Live(_)) && !is_own;
        self.reply_of(wish, is_live)?;
        if is_live {
            self.ask_live(follows).await;
        } else if !self.hearing.is_busy() {
            self.ask();
        }
        Ok(())
    }

    fn reply_of(&mut self, wish: ResponseWish, is_live: bool) -> Result<(), LiveError> {
        let settings = wish.settings.as_deref().unwrap_or(&self.settings).clone();
        let conversation = (!wish.is_apart).then(|| self.conversation.id.clone());
        let begun =
            Scribe::begin(settings, conversation, self.conversation.last(), wish.metadata.clone(), &mut self.out);
        let scribe = begun.map_err(|failure| self.explained(failure))?;
        let by = if is_live { By::Live } else { By::Words(Box::new(wish)) };
        let bounds = self.account_of_turn();
        self.account = None;
        self.reply = Some(Reply { scribe, by, usage: None, bounds, began: Instant::now(), first: None });
        Ok(())
    }

    /// Counts another request of the client's key: the session has its place among those at once already.
    pub(super) fn let_in(&self) -> Result<(), LiveError> {
        let Some(admitted) = self.context.bounds.account.admitted() else { return Ok(()) };
        // Its rules may have changed since the session began.
        let clients = &self.context.gateway.clients;
        let client =
            clients.of(&admitted.client().id).ok_or_else(|| untimely("invalid_api_key", "This key is gone."))?;
        client.lets_go_on(ROUTE).map_err(|refused| untimely("rate_limit_exceeded", refused.told()))
    }

    /// Asks a chat for the answer that is waited for.
    pub(super) fn ask(&mut self) {
        let Some(Reply { by: By::Words(wish), scribe, bounds, .. }) = &self.reply else { return };
        let rate_hz = scribe.settings().input.rate_hz();
        let told = match &wish.input {
            Some(items) => messages(items, rate_hz),
            None => messages(self.conversation.items(), rate_hz),
        };
        let (mut settings, bounds) = (scribe.settings().clone(), bounds.clone());
        let messages = match told {
            Ok(mut messages) => {
                // Sound cannot be covered, and who answers is not known yet.
                if self.context.gateway.router.keeps_something_back(&bounds.account) {
                    in_words(&mut messages);
                }
                messages
            }
            Err(failure) => {
                let error = self.explained(failure);
                return self.end_reply(ResponseState::Failed, Some(error));
            }
        };
        if !self.context.may_chat {
            let message = "The target that holds this conversation does not give answers apart from it; leave \
                           `conversation`, `input` and settings of the answer's own out.";
            return self.end_reply(ResponseState::Failed, Some(untimely("unsupported_response", message)));
        }
        let admitted = bounds.account.admitted().cloned();
        let prompt = admitted.as_ref().and_then(|admitted| admitted.client().rules.system_prompt.as_deref());
        let speech = self.context.gateway.realtime.wishes.speech_model.clone();
        let (speech_model, speech_bounds) = self.local_or(speech, TaskKind::Speech, bounds.of_help());
        if self.has_fallen && settings.voice.as_deref().is_some_and(|voice| !self.knows_voice(voice)) {
            // It was a voice of the target's that failed, which the client was told of.
            settings.voice = None;
        }
        let asking = Asking {
            gateway: self.context.gateway.clone(),
            model: self.context.chat_model.clone(),
            bounds,
            client: self.context.client.clone(),
            speech_model,
            speech_bounds,
        };
        let answering = Answering::begin(asking, chat(&settings, prompt, messages), &settings);
        if let Some(reply) = &mut self.reply {
            reply.by = By::Chat(Box::new(answering));
        }
    }

    fn knows_voice(&self, voice: &str) -> bool {
        let fleet = self.context.gateway.router.fleet();
        fleet.matrix.rows().iter().any(|row| row.does(TaskKind::Speech) && knows_voice(row, voice))
    }

    /// An answer goes on.
    pub(super) async fn answered(&mut self, step: Step) {
        let Some(Reply { by: By::Chat(answering), scribe, usage, first, began, .. }) = &mut self.reply else { return };
        let had_target = answering.target().is_some();
        let course = answering.take(step, scribe, &mut self.out).await;
        if scribe.has_said() {
            first.get_or_insert_with(|| began.elapsed());
        }
        let target = answering.target().filter(|_| !had_target).cloned();
        if let Course::Over(_) = course {
            *usage = Some(answering.usage());
        }
        if let Some(target) = target {
            self.is_answered_by(target, "another target answers this turn");
        }
        match course {
            Course::On => {}
            Course::Over(state) => self.end_reply(state, None),
            Course::Failed(error) => {
                let error = self.context.door.explain(error);
                self.end_reply(ResponseState::Failed, Some(error));
            }
        }
    }

    /// Ends the answer that is being given; what of it was told becomes a part of the conversation.
    pub(super) fn end_reply(&mut self, state: ResponseState, failure: Option<LiveError>) {
        let Some(reply) = self.reply.take() else { return };
        let Reply { scribe, by, usage, bounds, began, first } = reply;
        let (id, is_kept) = (scribe.id().to_owned(), scribe.is_kept());
        self.spoken = scribe.spoken().cloned();
        let cut = self.spoken.as_ref().filter(|spoken| state == ResponseState::Interrupted && spoken.plays());
        let cut = cut.map(|spoken| (spoken.item.clone(), spoken.heard_ms() as u64));
        let items = scribe.end(state, usage, failure, &mut self.out);
        for item in items.into_iter().filter(|_| is_kept) {
            // Names are made here, so there is none of the same.
            let _known = self.conversation.add(item, None);
        }
        if let Some((id, heard_ms)) = cut.filter(|_| is_kept) {
            self.out.push_back(ServerEvent::ItemTruncated { id, content: 0, heard_ms });
        }
        let ended = self.ended(id, state, first, began, bounds);
        let is_broken_off = matches!(state, ResponseState::Interrupted | ResponseState::Cancelled);
        match by {
            By::Live if is_broken_off => self.live_breaks_off(ended, usage),
            By::Live | By::Words(_) | By::Chat(_) => self.context.door.tell(ended),
        }
    }

    pub(super) fn tell_ended(
        &self,
        id: String,
        state: ResponseState,
        first: Option<Duration>,
        began: Instant,
        bounds: Bounds,
    ) {
        self.context.door.tell(self.ended(id, state, first, began, bounds));
    }

    /// What is told of an answer that is over.
    fn ended(
        &self,
        id: String,
        state: ResponseState,
        first: Option<Duration>,
        began: Instant,
        bounds: Bounds,
    ) -> TurnEnded {
        let client = bounds.account.admitted().map(|admitted| admitted.client().id.clone()).unwrap_or_default();
        let account = bounds.account;
        let (has_left, total) = (self.has_left, began.elapsed());
        TurnEnded { id, client, state, has_left, first, total, account }
    }

    /// What was only written down is accounted for.
    pub(super) fn end_account(&mut self, state: ResponseState, began: Instant) {
        if let Some(bounds) = self.account.take() {
            self.tell_ended(new_id("turn"), state, None, began, bounds);
        }
    }

    /// The client ends the answer.
    pub(super) fn cancel(&mut self) -> Result<(), LiveError> {
        if self.reply.is_none() {
            return Err(untimely("response_cancel_not_active", "No answer is being given that could be cancelled."));
        }
        self.end_reply(ResponseState::Cancelled, None);
        Ok(())
    }

    /// The person breaks in: what cannot have been heard yet was not said.
    pub(super) fn interrupt(&mut self) {
        if self.reply.is_some() {
            return self.end_reply(ResponseState::Interrupted, None);
        }
        let Some(spoken) = self.spoken.take().filter(super::scribe::Spoken::plays) else { return };
        let (heard_ms, words) = (spoken.heard_ms() as u64, spoken.heard().to_owned());
        if self.cut(&spoken.item, &words) {
            self.out.push_back(ServerEvent::ItemTruncated { id: spoken.item, content: 0, heard_ms });
        }
    }

    /// The client says how much of an item was heard.
    pub(super) fn truncate(&mut self, id: String, content: u32, heard_ms: u64) -> Result<(), LiveError> {
        self.conversation.item(&id)?;
        let words = self.spoken.as_ref().filter(|spoken| spoken.item == id);
        if let Some(words) = words.map(|spoken| spoken.until(heard_ms as f64).to_owned()) {
            self.cut(&id, &words);
        }
        self.out.push_back(ServerEvent::ItemTruncated { id, content, heard_ms });
        Ok(())
    }

    /// Cuts what was spoken; `false`: there is no such item any more.
    fn cut(&mut self, id: &str, heard: &str) -> bool {
        let Ok(Item { kind: ItemKind::Message { content, .. }, .. }) = self.conversation.item(id) else { return false };
        for content in content {
            if let Content::Spoken(words) = content {
                heard.clone_into(words);
            }
        }
        true
    }

    /// The client adds an item.
    pub(super) fn add_item(&mut self, mut item: Item, after: Option<&str>) -> Result<(), LiveError> {
        if item.id.is_empty() {
            item.id = new_id("item");
        }
        self.conversation.make_room(&item)?;
        let before = self.conversation.add(item.clone(), after)?;
        self.out.push_back(ServerEvent::ItemAdded { item: item.clone(), after: before.clone() });
        self.out.push_back(ServerEvent::ItemDone { item: item.clone(), after: before });
        self.live_is_told(&item);
        Ok(())
    }

    /// Nothing holds the conversation any more.
    pub(super) fn fails(&mut self, error: Option<LiveError>) {
        let error = error.unwrap_or_else(senseless);
        self.end_reply(ResponseState::Failed, Some(error.clone()));
        self.out.push_back(ServerEvent::Failed(error));
        self.is_over = true;
    }

    /// What the client is told of a target that has failed.
    pub(super) fn target_failed(&self, failure: mediary_core::Failure) -> LiveError {
        let told = self.explained(failure);
        failed("target_failed", told.message)
    }
}
