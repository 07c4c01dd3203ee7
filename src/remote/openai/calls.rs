//! The function calls of a reply as they grow, told apart although providers leave out indices, ids and names.

use mediary_core::task::ReplyEvent;
use mediary_core::{Failure, FailureKind};

use super::wire::{CallDelta, FunctionDelta};

/// The calls of one reply.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Vec<CallState>,
}

#[derive(Debug, Default)]
struct CallState {
    /// The index its provider gave it.
    given_index: Option<u32>,
    id: Option<String>,
    /// Arguments that came before the name.
    held: String,
    is_told: bool,
}

impl Calls {
    /// Whether anything was called.
    pub(super) fn any(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Takes the beginning or more of a call.
    pub(super) fn delta(&mut self, choice: u32, delta: CallDelta, events: &mut Vec<ReplyEvent>) {
        let function = delta.function.unwrap_or_default();
        let id = delta.id.some();
        let at = self.place(delta.index, id.as_deref(), !function.name.0.is_empty());
        self.append(choice, at, id, function, events);
    }

    /// Takes the beginning or more of a call as it was before there were tools: one, without an id.
    pub(super) fn function(&mut self, choice: u32, function: FunctionDelta, events: &mut Vec<ReplyEvent>) {
        let at = self.place(Some(0), None, false);
        self.append(choice, at, None, function, events);
    }

    /// Nothing more will come.
    pub(super) fn complete(&self) -> Result<(), Failure> {
        match self.calls.iter().all(|call| call.is_told) {
            true => Ok(()),
            false => Err(Failure::new(FailureKind::Garbled, "the provider called a function without naming it")),
        }
    }

    /// Which call a delta belongs to.
    fn place(&mut self, index: Option<u32>, id: Option<&str>, is_named: bool) -> usize {
        let known = match index {
            Some(_) => self.calls.iter().rposition(|call| call.given_index == index),
            // Without an index, an id it has not had or a name begins another call.
            None => match id {
                Some(_) => self.calls.iter().rposition(|call| call.id.as_deref() == id),
                None if is_named => None,
                None => self.calls.len().checked_sub(1),
            },
        };
        // Some give all calls the same index; then another id with a name tells them apart.
        let is_another =
            |at: &usize| is_named && id.is_some() && self.calls[*at].is_told && self.calls[*at].id.as_deref() != id;
        known.filter(|at| !is_another(at)).unwrap_or_else(|| {
            self.calls.push(CallState { given_index: index, ..CallState::default() });
            self.calls.len() - 1
        })
    }

    fn append(
        &mut self,
        choice: u32,
        at: usize,
        id: Option<String>,
        function: FunctionDelta,
        events: &mut Vec<ReplyEvent>,
    ) {
        let call = &mut self.calls[at];
        let index = u32::try_from(at).unwrap_or(u32::MAX);
        let arguments = function.arguments.0;
        if call.is_told {
            if !arguments.is_empty() {
                events.push(ReplyEvent::ToolCall { choice, index, id: None, name: None, arguments, signature: None });
            }
            return;
        }
        call.id = call.id.take().or(id);
        call.held.push_str(&arguments);
        if let Some(name) = function.name.some() {
            call.is_told = true;
            let id = call.id.get_or_insert_with(|| format!("call_{at}")).clone();
            let arguments = std::mem::take(&mut call.held);
            events.push(ReplyEvent::ToolCall {
                choice,
                index,
                id: Some(id),
                name: Some(name),
                arguments,
                signature: None,
            });
        }
    }
}
