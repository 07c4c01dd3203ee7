//! What the person says: sound that comes in, the turns that are made of it, and their words.

use std::time::Instant;

use bytes::Bytes;
use mediary_core::ProviderId;
use mediary_core::capability::TaskKind;
use mediary_core::live::{
    Content, Item, ItemKind, ItemState, LiveSettings, LiveTranscription, ServerEvent, TurnDetection,
};
use mediary_core::task::Role;

use super::super::routing::Bounds;
use super::conversation::new_id;
use super::detector::Sensed;
use super::ears::{Ears, Stretch};
use super::error::{failed, refused, untimely};
use super::hearing::{HeardTurn, Recogniser};
use super::opening::cannot_tell_turns;
use super::replies::By;
use super::session::{Behind, Session};
use mediary_core::live::{LiveError, ResponseState, ResponseWish};

/// What `local` stands for among models: the engines of this process.
const LOCAL: &str = "local";
/// The model that older clients name for transcriptions without meaning it.
const USUAL: [&str; 3] = ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"];
/// Less is no turn: 0.1 s.
const LEAST_MS: u64 = 100;
/// No more sound is taken while so much waits to be written down.
const MOST_WAITING_SECONDS: f64 = 600.0;

/// A turn that is being said.
#[derive(Debug)]
pub(super) struct OpenTurn {
    pub(super) item: String,
    /// Where it begins, in samples.
    pub(super) from: u64,
}

/// A turn that was said.
#[derive(Debug)]
pub(super) struct KeptTurn {
    pub(super) item: String,
    pub(super) samples: Vec<i16>,
}

impl KeptTurn {
    pub(super) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / 16_000.0
    }
}

impl Session {
    /// More sound.
    pub(super) async fn append(&mut self, bytes: &Bytes) -> Result<(), LiveError> {
        if self.hearing.waiting_seconds() > MOST_WAITING_SECONDS {
            let message = "Ten minutes of sound wait to be written down already; send more when their words have come.";
            return Err(untimely("input_audio_buffer_full", message));
        }
        let turns = self.settings.turns.filter(|_| self.ears.can_tell_turns());
        let sensed = match self.ears.hear(bytes, turns.as_ref()).await {
            Ok(sensed) => sensed,
            Err(failure) => return Err(self.explained(failure)),
        };
        let mut outcome = Ok(());
        for sensed in sensed {
            let Some(how) = turns else { break };
            match sensed {
                Sensed::Started(from) => self.started(from, &how).await,
                Sensed::Paused(at) => self.paused(at),
                Sensed::Resumed => {
                    if let Some(turn) = &self.turn {
                        self.hearing.resumed(&turn.item);
                    }
                }
                // What is wrong with one turn is told, and the next is heard all the same.
                Sensed::Stopped(at) => outcome = outcome.and(self.stopped(at, &how).await),
            }
        }
        self.tell_live_sound(self.ears.heard()).await;
        outcome
    }

    async fn started(&mut self, from: u64, how: &TurnDetection) {
        let item = new_id("item");
        self.out.push_back(ServerEvent::SpeechStarted { item: item.clone(), at_ms: Ears::ms(from) });
        self.turn = Some(OpenTurn { item, from });
        if how.interrupts {
            self.interrupt();
        }
        // Told of a turn, the target stops answering; where the person may not break in, it is told later.
        if how.creates_response && self.reply.is_none() && !self.settings.only_transcribes {
            self.tell_live_beginning(from).await;
        }
    }

    fn paused(&mut self, at: u64) {
        let Some(OpenTurn { item, from }) = &self.turn else { return };
        if self.is_heard_elsewhere() {
            return;
        }
        let (item, stretch) = (item.clone(), Stretch { from: self.hearing.next_from(item, *from), to: at });
        self.write_down(&item, stretch);
    }

    async fn stopped(&mut self, at: u64, how: &TurnDetection) -> Result<(), LiveError> {
        let Some(OpenTurn { item, from }) = self.turn.take() else { return Ok(()) };
        self.out.push_back(ServerEvent::SpeechStopped { item: item.clone(), at_ms: Ears::ms(at) });
        let silence = u64::from(how.silence_ms) * 16;
        let stretch = Stretch { from, to: (at + silence).min(self.ears.heard()) };
        self.let_in_to_write(&item)?;
        let was_told = self.committed(item, stretch).await;
        if !how.creates_response || self.settings.only_transcribes {
            return Ok(());
        }
        // Where the person does not break in, the answer to this comes when the one before is over.
        if self.reply.is_some() {
            return Err(active());
        }
        self.begin_reply(ResponseWish::default(), was_told).await
    }

    /// Counts a turn that is only written down as a request of the client's key; one for which no room is left is forgotten.
    fn let_in_to_write(&mut self, item: &str) -> Result<(), LiveError> {
        if !self.settings.only_transcribes {
            return Ok(());
        }
        self.let_in().inspect_err(|_| self.hearing.forget(item))
    }

    /// What was heard so far is a turn.
    pub(super) async fn commit(&mut self) -> Result<(), LiveError> {
        let stretch = self.ears.open();
        if Ears::ms(stretch.to - stretch.from) < LEAST_MS {
            let ms = Ears::ms(stretch.to - stretch.from);
            let message = format!(
                "There are {ms} ms of sound to commit, and a turn has {LEAST_MS} ms at least; send \
                 input_audio_buffer.append first."
            );
            return Err(untimely("input_audio_buffer_commit_empty", message));
        }
        let item = self.turn.take().map_or_else(|| new_id("item"), |turn| turn.item);
        self.ears.end_turn();
        self.let_in_to_write(&item).inspect_err(|_| self.ears.forget_before(stretch.to))?;
        self.committed(item, stretch).await;
        // What was committed is committed once, whether turns are told apart here or not.
        self.ears.forget_before(stretch.to);
        Ok(())
    }

    /// A turn is complete: it becomes an item, and its words are waited for. Whether the target that hears by itself was
    /// told of it while it was said.
    async fn committed(&mut self, item: String, stretch: Stretch) -> bool {
        let mut was_told = false;
        let after = self.conversation.last();
        self.out.push_back(ServerEvent::Committed { item: item.clone(), after });
        let content = vec![Content::Sound { samples: Bytes::new(), words: None }];
        let kind = ItemKind::Message { role: Role::User, content };
        let whole = Item { id: item.clone(), state: ItemState::Completed, kind };
        self.put(whole, None);
        if self.is_heard_elsewhere() {
            let samples = self.ears.samples(stretch).to_vec();
            self.last_turn = Some(KeptTurn { item: item.clone(), samples });
            was_told = self.tell_live_turn(stretch).await;
        } else {
            let from = self.hearing.next_from(&item, stretch.from);
            // What follows the last pause is silence.
            let is_written = from > stretch.from && stretch.to.saturating_sub(from) < silence_after_pause();
            if !is_written {
                self.write_down(&item, Stretch { from, to: stretch.to });
            }
            self.hearing.ended(&item, stretch.seconds());
        }
        was_told
    }

    /// Adds an item at its place, and tells of it.
    pub(super) fn put(&mut self, item: Item, after: Option<&str>) {
        match self.conversation.add(item.clone(), after) {
            Ok(after) => {
                self.out.push_back(ServerEvent::ItemAdded { item: item.clone(), after: after.clone() });
                self.out.push_back(ServerEvent::ItemDone { item, after });
            }
            Err(error) => self.out.push_back(ServerEvent::Failed(error)),
        }
    }

    /// What was heard is to be forgotten.
    pub(super) fn clear(&mut self) {
        if let Some(turn) = self.turn.take() {
            self.hearing.forget(&turn.item);
        }
        self.ears.clear();
        self.out.push_back(ServerEvent::Cleared);
    }

    /// Whether the target that holds the conversation hears by itself.
    fn is_heard_elsewhere(&self) -> bool {
        matches!(self.behind, Behind::Live(_))
    }

    /// Has a stretch of a turn written down.
    fn write_down(&mut self, item: &str, stretch: Stretch) {
        let recogniser = self.recogniser();
        self.hearing.piece(item, stretch, self.ears.samples(stretch), &recogniser);
    }

    /// The same of a turn that another target was told of.
    pub(super) fn write_down_kept(&mut self, turn: &KeptTurn) {
        let recogniser = self.recogniser();
        let stretch = Stretch { from: 0, to: turn.samples.len() as u64 };
        self.hearing.piece(&turn.item, stretch, &turn.samples, &recogniser);
        self.hearing.ended(&turn.item, stretch.seconds());
    }

    fn recogniser(&mut self) -> Recogniser {
        let how = self.settings.transcription.clone().unwrap_or_default();
        let named = how.model.clone().filter(|model| !USUAL.contains(&model.as_str()));
        let wished = named.unwrap_or_else(|| self.context.gateway.realtime.wishes.transcription_model.clone());
        let bounds = self.account_of_turn().of_help();
        let (model, bounds) = self.local_or(wished, TaskKind::Transcription, bounds);
        Recogniser {
            gateway: self.context.gateway.clone(),
            model,
            bounds,
            client: self.context.client.clone(),
            how: LiveTranscription { model: None, ..how },
        }
    }

    /// What `local` means for this work: engines of this process where there are some, else whatever there is.
    pub(super) fn local_or(&self, model: String, task: TaskKind, bounds: Bounds) -> (String, Bounds) {
        let bounds = self.context.gateway.router.bounds_of_sound(bounds);
        if model != LOCAL {
            return (model, bounds);
        }
        let rows = &self.context.gateway.rows;
        let has_one = rows.iter().any(|row| row.does(task) && row.missing.is_none());
        let providers = if has_one { vec![ProviderId::local()] } else { bounds.providers.clone() };
        (String::new(), Bounds { providers, ..bounds })
    }

    /// The words of a turn are there.
    pub(super) fn heard(&mut self, turn: HeardTurn) {
        let HeardTurn { item, words, seconds } = turn;
        match words {
            Ok(pieces) => {
                let pieces: Vec<String> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
                let words = pieces.join(" ");
                self.conversation.heard(&item, &words);
                if self.settings.transcription.is_some() || self.settings.only_transcribes {
                    for (at, piece) in pieces.iter().enumerate() {
                        let delta = if at == 0 { piece.clone() } else { format!(" {piece}") };
                        self.out.push_back(ServerEvent::HeardDelta { item: item.clone(), delta });
                    }
                    self.out.push_back(ServerEvent::Heard { item, words, seconds });
                }
            }
            Err(error) => {
                let error = self.context.door.explain(error);
                self.out.push_back(ServerEvent::HeardFailed { item, error });
            }
        }
        let is_waiting = self.reply.as_ref().is_some_and(|reply| matches!(reply.by, By::Words(_)));
        if is_waiting && !self.hearing.is_busy() {
            self.ask();
        }
        if self.settings.only_transcribes {
            self.end_account(ResponseState::Completed, Instant::now());
        }
    }

    /// From here on it is held like this.
    pub(super) async fn update(&mut self, settings: LiveSettings) -> Result<(), LiveError> {
        let mut settings = LiveSettings { model: self.settings.model.clone(), ..settings };
        if settings.only_transcribes != self.settings.only_transcribes {
            return Err(refused("session.type", "`session.type` is chosen when the session begins"));
        }
        let mut trouble = None;
        if settings.turns.is_some()
            && let Err(failure) = self.listen_for_turns().await
        {
            settings.turns = None;
            trouble = Some(cannot_tell_turns(&failure));
        }
        self.ears.takes(settings.input).map_err(|failure| self.explained(failure))?;
        if settings.turns.is_none()
            && let Some(turn) = self.turn.take()
        {
            self.hearing.forget(&turn.item);
            self.ears.end_turn();
        }
        self.settings = settings;
        self.live_settings_changed();
        self.out.push_back(ServerEvent::SessionUpdated);
        trouble.map_or(Ok(()), Err)
    }

    /// The bounds, and with them the account, of what is being said now.
    pub(super) fn account_of_turn(&mut self) -> Bounds {
        let fresh = || {
            let admitted = self.context.bounds.account.admitted().cloned();
            let account = crate::gateway::Account::of(admitted).noting(std::sync::Arc::default());
            Bounds { account, ..self.context.bounds.clone() }
        };
        self.account.get_or_insert_with(fresh).clone()
    }

    /// What a failure of ours is to the client.
    pub(super) fn explained(&self, failure: mediary_core::Failure) -> LiveError {
        self.context.door.explain(super::error::as_call_error(failure))
    }
}

/// An answer is being given already.
pub(super) fn active() -> LiveError {
    untimely(
        "conversation_already_has_active_response",
        "An answer is being given; wait for its response.done, or end it with response.cancel.",
    )
}

/// A target has said what makes no sense.
pub(super) fn senseless() -> LiveError {
    failed(
        "internal_error",
        "Mediary could not go on with this conversation through a fault of its own; open another one.",
    )
}

/// So much silence at the end of a turn needs no words: 1.5 s, in samples. The last pause began a while before.
fn silence_after_pause() -> u64 {
    24_000
}
