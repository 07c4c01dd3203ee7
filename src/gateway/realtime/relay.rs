//! A target that speaks the client's own format: events pass both ways as they are.
//!
//! What is said is kept in words, with what the client adds and the functions that are called: should the target fail, another
//! goes on with them.

use std::sync::Arc;
use std::time::Instant;

use mediary_core::live::{
    ClientEvent, Content, Item, ItemKind, ItemState, LiveHeard, LiveSaid, LiveSettings, LiveSetup, LiveSound, LiveTalk,
    LiveUsage, ResponseState, ServerEvent,
};
use mediary_core::task::{Role, ToolCall};
use mediary_core::{Failure, Target};
use serde_json::json;

use super::super::routing::{Account, Fleet, LiveTarget};
use super::conversation::new_id;
use super::session::{Behind, Session};

/// The event that brings sound.
const APPEND: &str = "input_audio_buffer.append";

/// The conversation with the target.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) target: Target,
    pub(super) talk: Box<dyn LiveTalk>,
    /// The answer that is being given, and since when.
    answer: Option<(String, Instant)>,
    usage: LiveUsage,
    /// How many answers the client asked for that were let in and have not begun.
    let_in: usize,
    /// How many seconds it was sent since its last answer.
    heard_seconds: f64,
}

impl Session {
    /// Begins a conversation with a target, which is told how it is to be held.
    pub(super) async fn begin_relay(&mut self, fleet: &Fleet, target: &LiveTarget) -> Result<Relay, Failure> {
        let setup = LiveSetup { model: target.target.model.as_str().to_owned(), ..LiveSetup::default() };
        let talk = self.context.gateway.router.begin_live(fleet, target, setup).await?;
        let target = target.target.clone();
        Ok(Relay { target, talk, answer: None, usage: LiveUsage::default(), let_in: 0, heard_seconds: 0.0 })
    }

    /// Passes an event on as the client wrote it, which is of this type, if that is known. `understood`: what it asks, where that
    /// is kept for another target.
    pub async fn pass(&mut self, event: String, kind: Option<&str>, understood: Option<ClientEvent>) {
        let asks = kind == Some("response.create");
        if asks && let Err(error) = self.let_in() {
            return self.refuse(error);
        }
        match understood {
            Some(ClientEvent::Update(settings)) => {
                self.settings = LiveSettings { model: self.settings.model.clone(), ..*settings };
            }
            Some(ClientEvent::AddItem { item, after }) => self.carry(item, after),
            Some(ClientEvent::Delete(id)) => {
                // The target has names of its own for what the client gave none.
                let _unknown = self.conversation.remove(&id);
            }
            Some(_) | None => {}
        }
        let Behind::Relay(relay) = &mut self.behind else { return };
        relay.let_in += usize::from(asks);
        if kind == Some(APPEND) {
            relay.heard_seconds += seconds_in(&event, self.settings.input);
        }
        if let Err(failure) = relay.talk.say(LiveSaid::Event(event)).await {
            self.falls_over(failure).await;
        }
    }

    /// The target begins an answer. One that the client did not ask for is counted now, and ended where a limit is reached.
    async fn relayed_answer(&mut self, id: String) {
        let Behind::Relay(relay) = &mut self.behind else { return };
        relay.answer = Some((id.clone(), Instant::now()));
        if relay.let_in > 0 {
            relay.let_in -= 1;
            return;
        }
        if let Err(error) = self.let_in() {
            self.refuse(error);
            let event = json!({ "type": "response.cancel", "response_id": id }).to_string();
            self.pass(event, None, None).await;
        }
    }

    /// The target says something, or has ended the conversation.
    pub(super) async fn relayed(&mut self, told: Option<Result<LiveHeard, Failure>>) {
        let heard = match told {
            Some(Ok(heard)) => heard,
            Some(Err(failure)) => return self.falls_over(failure).await,
            None => return self.falls_over(super::standby::ended()).await,
        };
        let Behind::Relay(relay) = &mut self.behind else { return };
        match heard {
            LiveHeard::Event(event) => self.out.push_back(ServerEvent::AsWritten(event)),
            LiveHeard::Answers(id) => Box::pin(self.relayed_answer(id)).await,
            LiveHeard::Used(usage) => relay.usage = usage,
            LiveHeard::Over | LiveHeard::Ended(_) => {
                let state = if let LiveHeard::Ended(state) = heard { state } else { ResponseState::Completed };
                let (target, usage) = (relay.target.clone(), relay.usage);
                let seconds = std::mem::take(&mut relay.heard_seconds);
                let (id, began) = relay.answer.take().unwrap_or_else(|| (new_id("resp"), Instant::now()));
                let bounds = self.account_of_turn();
                self.account = None;
                charge(&bounds.account, &target, &usage, Some(seconds));
                self.tell_ended(id, state, None, began, bounds);
                self.answered_by = Some(target);
            }
            LiveHeard::Asked(words) => self.remember(Role::User, words),
            LiveHeard::Words(words) => self.remember(Role::Assistant, words),
            LiveHeard::Calls(calls) => {
                for ToolCall { id, name, arguments, .. } in calls {
                    let kind = ItemKind::Call { call: id, name, arguments };
                    self.carry(Item { id: String::new(), state: ItemState::Completed, kind }, None);
                }
            }
            LiveHeard::Sound(_) | LiveHeard::Interrupted | LiveHeard::Leaves => {}
        }
    }

    /// The answer that a relayed target has begun and will not end.
    pub(super) fn broken_answer(&mut self) -> Option<String> {
        match &mut self.behind {
            Behind::Relay(relay) => relay.answer.take().map(|(id, _)| id),
            Behind::Live(_) | Behind::Chain => None,
        }
    }

    /// Whether the client has asked for an answer that has not begun.
    pub(super) fn owes_answer(&self) -> bool {
        matches!(&self.behind, Behind::Relay(relay) if relay.let_in > 0)
    }

    /// An answer that the target is giving is not waited for any more.
    pub(super) fn end_relayed(&mut self) {
        let Behind::Relay(relay) = &mut self.behind else { return };
        let Some((id, began)) = relay.answer.take() else { return };
        let (target, bounds) = (relay.target.clone(), self.account_of_turn());
        self.account = None;
        note(&bounds.account, &target);
        self.tell_ended(id, ResponseState::Cancelled, None, began, bounds);
    }

    fn remember(&mut self, role: Role, words: String) {
        let content = if role == Role::Assistant { Content::Spoken(words) } else { Content::Text(words) };
        let kind = ItemKind::Message { role, content: vec![content] };
        self.carry(Item { id: String::new(), state: ItemState::Completed, kind }, None);
    }

    /// Keeps an item for another target, behind the one that it follows, if that is known.
    fn carry(&mut self, mut item: Item, after: Option<String>) {
        if item.id.is_empty() {
            item.id = new_id("item");
        }
        let after = after.filter(|after| self.conversation.knows(after));
        // One that is there already is refused by the target itself.
        let _known = self.conversation.add(item, after.as_deref());
    }

    /// Charges the answer that is being given. `heard`: how many seconds of speech it answers.
    pub(super) fn charge_reply(&mut self, target: &Target, usage: &LiveUsage, heard: Option<f64>) {
        if let Some(bounds) = self.reply.as_ref().map(super::replies::Reply::bounds) {
            charge(&bounds.account, target, usage, heard);
        }
    }
}

/// How many seconds of sound an event brings.
fn seconds_in(event: &str, sound: LiveSound) -> f64 {
    // Sound is all that such an event is long for; it is passed on as it is, and not read.
    let rest = event.split_once("\"audio\"").map_or("", |(_, rest)| rest);
    let base64 = rest.split('"').nth(1).unwrap_or_default();
    let sample_bytes = if sound == LiveSound::Pcm { 2.0 } else { 1.0 };
    base64.len() as f64 * 0.75 / (f64::from(sound.rate_hz()) * sample_bytes)
}

/// Charges an answer of a target's. `heard`: how many seconds of speech it answers.
pub(super) fn charge(account: &Account, target: &Target, usage: &LiveUsage, heard: Option<f64>) {
    account.charge_live(target, usage, heard);
    note(account, target);
}

fn note(account: &Account, target: &Target) {
    if let Some(noted) = account.noted() {
        Arc::clone(noted).routed(target, Vec::new(), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_as_long_as_its_bytes_say() {
        let event = |bytes: usize| format!(r#"{{"type":"{APPEND}", "audio" : "{}"}}"#, "A".repeat(bytes / 3 * 4));
        assert_eq!(seconds_in(&event(48_000), LiveSound::Pcm), 1.0);
        assert_eq!(seconds_in(&event(12_000), LiveSound::MuLaw), 1.5);
        assert_eq!(seconds_in(r#"{"type":"response.create"}"#, LiveSound::Pcm), 0.0);
    }
}
