//! What the target of a chat is not told, or is told in other words, noted so that its client learns of it.
//!
//! Everything is named by the path that the client knows it by. What is left out is decided by the dialects.

use mediary_core::task::{Message, Reasoning, Role};

use crate::dialect::ChatCall;

impl ChatCall<'_> {
    /// Notes the messages whose media were moved into turns of the user's.
    pub(crate) fn media_were_moved(&self, from: &[usize]) {
        from.iter().for_each(|index| self.leave_out(format!("messages[{index}].order")));
    }

    /// Notes the messages of the system's that are said by the user.
    pub(crate) fn said_by_the_user(&self, whose: &[usize]) {
        whose.iter().for_each(|index| self.leave_out(format!("messages[{index}].role")));
    }

    /// The tokens that a target is granted for thinking, if its client said how many: no fewer than the `least` that it
    /// takes and no more than the `most`.
    pub(crate) fn granted(&self, least: u32, most: u32) -> Option<u32> {
        let granted = self.task.granted?;
        let given = granted.tokens.min(most).max(least);
        if given != granted.tokens {
            self.leave_out(granted.field);
        }
        Some(given)
    }

    /// Notes that so many tokens are said as an effort.
    pub(crate) fn grants_by_effort(&self) {
        if let Some(granted) = self.task.granted.filter(|_| self.abilities.reasoning && self.sends("reasoning_effort"))
        {
            self.leave_out(granted.field);
        }
    }

    /// Notes the thoughts of earlier turns that this target is not given: those of messages that do not `give` them.
    pub(crate) fn thoughts_stay_behind(&self, give: impl Fn(&Message, &Reasoning) -> bool) {
        for message in &self.task.messages {
            let kept = message.reasoning.as_ref().filter(|reasoning| !give(message, reasoning));
            kept.into_iter().flat_map(|reasoning| &reasoning.places).for_each(|place| self.leave_out(place));
        }
    }

    /// The same where only signed ones are wanted back, or a message as its client wrote it.
    pub(crate) fn only_signed_thoughts_go(&self, wire_format: &str) {
        self.thoughts_stay_behind(|message, reasoning| {
            let is_as_written =
                message.original.as_ref().is_some_and(|original| original.pieces_for(wire_format).is_some());
            is_as_written || reasoning.signature_for(wire_format).is_some()
        });
    }

    /// Notes the names of speakers, where they cannot be said. That of a function stands in the call that is answered.
    pub(crate) fn names_stay_behind(&self) {
        for (index, message) in self.task.messages.iter().enumerate() {
            if message.name.is_some() && message.role != Role::Tool {
                self.leave_out(format!("messages[{index}].name"));
            }
        }
    }

    /// Notes what the system says in the midst of the conversation, where it can only be said at its beginning.
    pub(crate) fn systems_go_first(&self) {
        let messages = self.task.messages.iter().enumerate();
        for (index, _) in
            messages.skip_while(|(_, its)| its.role == Role::System).filter(|(_, its)| its.role == Role::System)
        {
            self.leave_out(format!("messages[{index}].order"));
        }
    }
}
