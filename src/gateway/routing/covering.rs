//! What a target is not to learn: which requests are covered before they are sent, and what their answers say of it.

use mediary_core::Target;
use mediary_core::capability::Abilities;
use mediary_core::provider::ReplyStream;
use mediary_core::task::{Embed, EmbedInput, PartPath, ReplyFormat, Task};

use super::Router;
use super::account::Account;
use super::answer::TreatmentNote;
use crate::config::Redaction;
use crate::gateway::redaction::{Cover, Restored, SecretKind};

impl Router {
    /// Words for those who are no provider, such as search engines: covered where the client's key wants that, or all do.
    pub(in crate::gateway) fn words_for_strangers(&self, words: String, account: &Account) -> String {
        let rules = &self.routing.redaction;
        if !rules.providers.iter().any(|name| name == "*") && !is_asked_for(account) {
            return words;
        }
        let task = Task::Embed(Embed { inputs: vec![EmbedInput::Text(words.clone())], ..Embed::default() });
        match Cover::over(&task, &kinds(rules)) {
            Some((Task::Embed(covered), _)) => match covered.inputs.into_iter().next() {
                Some(EmbedInput::Text(covered)) => covered,
                Some(EmbedInput::Tokens(_)) | None => words,
            },
            Some(_) | None => words,
        }
    }
}

/// Whether a client's key wants that.
fn is_asked_for(account: &Account) -> bool {
    account.admitted().is_some_and(|admitted| admitted.client().rules.redact)
}

fn kinds(rules: &Redaction) -> Vec<SecretKind> {
    rules.kinds.iter().filter_map(|name| SecretKind::named(name)).collect()
}

/// A task as it is sent, and the way back.
pub(super) struct Covered {
    task: Option<Box<(Task, Cover)>>,
    is_json: bool,
}

impl Covered {
    /// A task for a target, covered where its provider or the client's key wants that, and it leaves this machine.
    pub(super) fn over(
        task: &Task,
        (target, row): (&Target, &Abilities),
        account: &Account,
        rules: &Redaction,
    ) -> Self {
        let is_json = matches!(task, Task::Chat(chat) if chat.format != ReplyFormat::Text);
        let named = rules.providers.iter().any(|name| name == "*" || name == target.provider.as_str());
        if row.is_local || !(named || is_asked_for(account)) {
            return Self { task: None, is_json };
        }
        Self { task: Cover::over(task, &kinds(rules)).map(Box::new), is_json }
    }

    /// The task as it is sent.
    pub(super) fn task<'t>(&'t self, task: &'t Task) -> &'t Task {
        self.task.as_deref().map_or(task, |(covered, _)| covered)
    }

    /// Notes of what was done, with that of this.
    pub(super) fn noted(&self, notes: &[TreatmentNote]) -> Vec<TreatmentNote> {
        let own = self.task.as_deref().into_iter().map(|(_, cover)| TreatmentNote {
            place: PartPath::Field("texts"),
            does: "redact",
            by: cover.told(),
            pages: None,
        });
        notes.iter().cloned().chain(own).collect()
    }

    /// The answer with the values in place of their names.
    pub(super) fn restored(self, reply: Box<dyn ReplyStream>) -> Box<dyn ReplyStream> {
        match self.task {
            Some(covered) => Box::new(Restored::new(reply, covered.1, self.is_json)),
            None => reply,
        }
    }
}
