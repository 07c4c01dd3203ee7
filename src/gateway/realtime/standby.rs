//! When what stands behind a session fails: the next target goes on with what was said, and the client is told.

use mediary_core::live::{LiveForm, ResponseState, ServerEvent, SpokenReply};
use mediary_core::{Failure, FailureKind, Target};
use serde_json::Map;

use mediary_core::live::LiveError;

use super::replies::By;
use super::session::{Behind, Session};

/// A target has ended the conversation though nothing was wrong.
pub(super) fn ended() -> Failure {
    Failure::new(FailureKind::Lost, "the target ended the conversation")
}

impl Session {
    /// The target that stands behind the session.
    fn target_behind(&self) -> Option<Target> {
        match &self.behind {
            Behind::Relay(relay) => Some(relay.target.clone()),
            Behind::Live(live) => Some(live.target.target.clone()),
            Behind::Chain => None,
        }
    }

    /// Another target goes on.
    pub(super) async fn falls_over(&mut self, failure: Failure) {
        let from = self.target_behind();
        self.settle_broken();
        let was_relay = matches!(self.behind, Behind::Relay(_));
        tracing::warn!(
            failure.kind = failure.kind.name(),
            failure.detail = %failure.detail,
            call.target = from.as_ref().map(tracing::field::display),
            "a target left a live conversation"
        );
        let owes = self.owes_answer();
        match self.broken_answer() {
            Some(id) => self.end_broken(id, self.target_failed(failure.clone())),
            // There is no answer yet that could end, and the one that takes its place was not asked for it.
            None if owes => self.out.push_back(ServerEvent::Failed(self.target_failed(failure.clone()))),
            None => {}
        }
        // A session that was told turns apart by its target tells them itself from here on.
        let next = std::iter::from_fn(|| self.standby.pop_front()).find(|next| next.form == LiveForm::Turns);
        match next {
            Some(target) => self.behind = Behind::waiting(target),
            None if self.context.may_chat => self.behind = Behind::Chain,
            None => {
                let error = self.target_failed(failure);
                return self.fails(Some(error));
            }
        }
        if was_relay && self.settings.turns.is_some() && self.listen_for_turns().await.is_err() {
            self.settings.turns = None;
        }
        if was_relay && let Err(failure) = self.ears.takes(self.settings.input) {
            let error = self.explained(failure);
            return self.fails(Some(error));
        }
        self.note_change(from, &failure);
        self.go_on_with_reply();
    }

    /// The answer that was being given goes on with another target, if nothing of it was told yet.
    fn go_on_with_reply(&mut self) {
        let Some(reply) = &mut self.reply else { return };
        if !matches!(reply.by, By::Live) {
            return;
        }
        if reply.scribe.has_said() {
            let error = super::error::failed("target_failed", "The target broke off in the middle of its answer.");
            return self.end_reply(ResponseState::Failed, Some(error));
        }
        let turn = self.last_turn.take();
        match &self.behind {
            Behind::Chain => {
                reply.by = By::Words(Box::default());
                if let Some(turn) = turn {
                    self.write_down_kept(&turn);
                }
                if !self.hearing.is_busy() {
                    self.ask();
                }
            }
            // It was not told of this turn, and is told with the next.
            Behind::Live(_) | Behind::Relay(_) => {
                let message = "The target failed before it answered, and another one takes its place; say it again.";
                let error = super::error::failed("target_failed", message);
                self.end_reply(ResponseState::Failed, Some(error));
            }
        }
    }

    /// Tells that another target stands behind the session.
    pub(super) fn note_change(&mut self, from: Option<Target>, failure: &Failure) {
        let to = self.target_behind().or_else(|| self.context.chat_model.parse().ok());
        let to = to.unwrap_or_else(|| Target::local("chain"));
        let why = format!("{}: {}", failure.kind.name(), self.explained(failure.clone()).message);
        self.out.push_back(ServerEvent::TargetChanged { from, to, why });
        (self.answered_by, self.has_fallen) = (None, true);
    }

    /// Notes which target answers, and tells where it is another one than before.
    pub(super) fn is_answered_by(&mut self, target: Target, why: &str) {
        let before = self.answered_by.replace(target.clone());
        if let Some(before) = before.filter(|before| *before != target) {
            self.out.push_back(ServerEvent::TargetChanged { from: Some(before), to: target, why: why.to_owned() });
        }
    }

    /// Ends an answer that the target before has begun.
    fn end_broken(&mut self, id: String, error: LiveError) {
        self.out.push_back(ServerEvent::ResponseDone(Box::new(SpokenReply {
            id,
            state: ResponseState::Failed,
            failure: Some(Box::new(error)),
            output: Vec::new(),
            settings: Box::new(self.settings.clone()),
            conversation: Some(self.conversation.id.clone()),
            metadata: Map::new(),
            usage: None,
        })));
    }
}
