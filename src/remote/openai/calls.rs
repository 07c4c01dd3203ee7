//! The function calls of a reply as they grow, told apart although providers leave out indices, ids and names.

use std::collections::HashSet;
use std::sync::Arc;

use mediary_core::task::{FreeText, ReplyEvent};
use mediary_core::{Failure, FailureKind};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::lenient::{Arguments, Word};
use super::torn::Torn;
use super::wire::{CallDelta, CustomDelta, FunctionDelta};
use crate::tool_names::Renamed;

/// Arguments of a call that was given none.
const NO_ARGUMENTS: &str = "{}";
/// What ends arguments that hold free text.
const FREE_TEXT_END: &str = "\"}";

/// The calls of one reply.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Vec<CallState>,
    /// The ids that were told, each only once.
    told: HashSet<String>,
    /// Ids of earlier turns, which none that is made up here may repeat.
    earlier: Arc<HashSet<String>>,
    renamed: Arc<Renamed>,
}

#[derive(Debug, Default)]
struct CallState {
    /// The index its provider gave it.
    given_index: Option<u32>,
    id: Option<String>,
    name: String,
    /// Arguments that came before the name; once that is told, all of them where they may have to be looked at again.
    arguments: String,
    torn: Torn,
    is_told: bool,
    /// Its arguments hold free text that has not come to its end.
    is_free: bool,
}

impl CallState {
    /// Whether nothing can be added to its arguments.
    fn is_complete(&self) -> bool {
        serde_json::from_str::<IgnoredAny>(&self.arguments).is_ok()
    }

    /// Free text, or a piece of it, as the arguments of a function with one field.
    fn free_text(&mut self, text: &str, coming: Coming) -> String {
        let begins = !std::mem::replace(&mut self.is_free, coming == Coming::InPieces);
        let quoted = Value::from(text).to_string();
        let escaped = &quoted[1..quoted.len() - 1];
        let beginning = if begins { format!("{{\"{}\":\"", FreeText::INPUT) } else { String::new() };
        let end = if coming == Coming::Whole { FREE_TEXT_END } else { "" };
        format!("{beginning}{escaped}{end}")
    }
}

/// How calls come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coming {
    /// In pieces, told apart by their indices.
    InPieces,
    /// Each whole.
    Whole,
}

impl Calls {
    /// The calls of a reply in a conversation with these ids, and functions that may have gone out under these names.
    pub(super) fn after(earlier: Arc<HashSet<String>>, renamed: Arc<Renamed>) -> Self {
        Self { earlier, renamed, ..Self::default() }
    }

    /// Whether anything was called.
    pub(super) fn any(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Whether a character was torn apart, and its rest has not come yet.
    pub(super) fn is_torn(&self) -> bool {
        self.calls.iter().any(|call| call.torn.is_torn())
    }

    /// Takes the beginning or more of a call; gives whether it was as the format has it.
    pub(super) fn delta(
        &mut self,
        choice: u32,
        delta: CallDelta,
        coming: Coming,
        events: &mut Vec<ReplyEvent>,
    ) -> bool {
        let is_custom = delta.custom.is_some();
        let mut function = match delta.custom {
            Some(CustomDelta { name, input }) => {
                let arguments = Arguments { text: input.text, is_odd: input.is_odd };
                FunctionDelta { name: Some(name), arguments }
            }
            None => delta.function.unwrap_or_default(),
        };
        let is_canonical_type = !delta.r#type.is_odd && (delta.r#type.is_empty() || delta.r#type.text == "function");
        let is_typed = !delta.r#type.is_empty();
        let lacks_arguments = coming == Coming::Whole && !is_custom && function.arguments.text.trim().is_empty();
        if lacks_arguments {
            function.arguments.text = NO_ARGUMENTS.to_owned();
        }
        let words = [&delta.id, &function.name].map(Option::as_ref);
        let is_odd = delta.index.is_odd
            || words.iter().flatten().any(|word| word.is_odd)
            || function.arguments.is_odd
            || lacks_arguments
            || is_custom
            || !is_canonical_type;
        let [has_id, has_name] = words.map(|word| word.is_some_and(|word| !word.is_empty()));
        let [tells_id, tells_name] = words.map(|word| word.is_some());
        let index = delta.index.number;
        let id = delta.id.and_then(Word::some);
        let at = match coming {
            Coming::InPieces => self.place(index, id.as_deref(), &function),
            Coming::Whole => self.another(None),
        };
        if is_custom {
            function.arguments.text = self.calls[at].free_text(&function.arguments.text, coming);
        }
        let is_numbered = coming == Coming::Whole || index.and_then(|index| usize::try_from(index).ok()) == Some(at);
        let begins = !self.calls[at].is_told;
        // The first piece of a call names it, no other does.
        let is_named = match begins {
            true => has_id && has_name && is_typed && self.calls[at].arguments.is_empty(),
            // An empty one is added to the first by some clients and takes its place for others.
            false => !tells_id && !tells_name,
        };
        let is_as_told = self.append(choice, at, id, function, events);
        is_numbered && is_named && is_as_told && !is_odd
    }

    /// Takes the beginning or more of a call as it was before there were tools: one, without an id.
    pub(super) fn function(&mut self, choice: u32, function: FunctionDelta, events: &mut Vec<ReplyEvent>) {
        let at = self.place(Some(0), None, &FunctionDelta::default());
        self.append(choice, at, None, function, events);
    }

    /// Nothing more will come.
    pub(super) fn complete(&mut self, choice: u32, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        for (at, call) in self.calls.iter_mut().enumerate() {
            if !call.is_told {
                return Err(Failure::new(FailureKind::Garbled, "the provider called a function without naming it"));
            }
            if let Some(rest) = call.torn.rest() {
                events.push(more(choice, at, rest.to_string()));
            }
            if std::mem::take(&mut call.is_free) {
                events.push(more(choice, at, FREE_TEXT_END.to_owned()));
            }
        }
        Ok(())
    }

    /// Which call a delta belongs to.
    fn place(&mut self, index: Option<u32>, id: Option<&str>, function: &FunctionDelta) -> usize {
        let name = function.name.as_ref().map_or("", |name| name.text.as_str());
        let is_named = !name.is_empty();
        let adds = !function.arguments.text.is_empty();
        let by_id = || id.and_then(|id| self.calls.iter().rposition(|call| call.id.as_deref() == Some(id)));
        let last = self.calls.len().checked_sub(1);
        let known = match (index, id) {
            (Some(_), _) => self.calls.iter().rposition(|call| call.given_index == index),
            // Without an index, an id it has not had or a name begins another call.
            (None, Some(_)) => by_id(),
            (None, None) => last,
        };
        let is_another = |at: &usize| {
            let call = &self.calls[*at];
            let has_other_id = id.is_some() && call.id.as_deref() != id;
            let has_other_name = call.name != name;
            // Some give all calls the same index or none; then another id or name tells them apart, or that nothing can be
            // added to the one before. Others repeat id and name in each piece.
            is_named && call.is_told && (has_other_id || has_other_name || (id.is_none() && adds && call.is_complete()))
        };
        known.filter(|at| !is_another(at)).unwrap_or_else(|| self.another(index))
    }

    fn another(&mut self, given_index: Option<u32>) -> usize {
        self.calls.push(CallState { given_index, ..CallState::default() });
        self.calls.len() - 1
    }

    /// Tells what is new of a call; gives whether its id and its name could stay as they came.
    fn append(
        &mut self,
        choice: u32,
        at: usize,
        id: Option<String>,
        function: FunctionDelta,
        events: &mut Vec<ReplyEvent>,
    ) -> bool {
        let call = &mut self.calls[at];
        let arguments = call.torn.join(function.arguments.text);
        call.arguments.push_str(&arguments);
        if call.is_told {
            if !arguments.is_empty() {
                events.push(more(choice, at, arguments));
            }
            return true;
        }
        call.id = call.id.take().or(id);
        let Some(name) = function.name.and_then(Word::some) else { return true };
        call.is_told = true;
        call.name.clone_from(&name);
        let (given, arguments) = (call.id.clone(), call.arguments.clone());
        let id = self.unique(given.as_deref(), at);
        let is_unique = given.is_none_or(|given| given == id);
        let known = self.renamed.back(name.clone());
        let is_known = known == name;
        events.push(ReplyEvent::ToolCall {
            choice,
            index: numbered(at),
            id: Some(id),
            name: Some(known),
            arguments,
            signature: None,
        });
        is_unique && is_known
    }

    /// The id of a call: the one that it was given, if no other call of the reply has it, else one that none has.
    fn unique(&mut self, given: Option<&str>, at: usize) -> String {
        let id = match given {
            Some(given) if !self.told.contains(given) => given.to_owned(),
            Some(given) => self.free((2_usize..).map(|number| format!("{given}_{number}"))),
            None => self.free((at..).map(|number| format!("call_{number}"))),
        };
        self.told.insert(id.clone());
        id
    }

    fn free(&self, mut spellings: impl Iterator<Item = String>) -> String {
        spellings.find(|id| !self.told.contains(id) && !self.earlier.contains(id)).unwrap_or_default()
    }
}

/// More of a call's arguments.
fn more(choice: u32, at: usize, arguments: String) -> ReplyEvent {
    ReplyEvent::ToolCall { choice, index: numbered(at), id: None, name: None, arguments, signature: None }
}

fn numbered(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
