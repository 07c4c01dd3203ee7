//! What a target is not to learn: which requests are covered before they are sent, and what their answers say of it.

use mediary_core::capability::Abilities;
use mediary_core::plan::Privacy;
use mediary_core::provider::ReplyStream;
use mediary_core::task::{Embed, EmbedInput, PartPath, ReplyFormat, Task};
use mediary_core::{ProviderId, Target};

use super::account::Account;
use super::answer::TreatmentNote;
use super::fleet::Member;
use super::{Bounds, Router};
use crate::config::Redaction;
use crate::gateway::redaction::{Cover, Restored, SecretKind};

impl Router {
    /// Words for those who are no target, such as search engines: covered where the client's key wants that, all get them so,
    /// or one of these names does. Gives what was covered, too.
    pub(in crate::gateway) fn words_for_strangers(
        &self,
        words: String,
        names: &[&str],
        account: &Account,
    ) -> (String, Option<String>) {
        if !names.iter().any(|name| is_covered(&self.routing.redaction, name, account))
            && !is_covered(&self.routing.redaction, "*", account)
        {
            return (words, None);
        }
        let task = Task::Embed(Embed { inputs: vec![EmbedInput::Text(words.clone())], ..Embed::default() });
        match Cover::over(&task, &kinds(&self.routing.redaction)) {
            Some((Task::Embed(covered), cover)) => match covered.inputs.into_iter().next() {
                Some(EmbedInput::Text(covered)) => (covered, Some(cover.told())),
                Some(EmbedInput::Tokens(_)) | None => (words, None),
            },
            Some(_) | None => (words, None),
        }
    }

    /// A task for a target as it is to be sent.
    pub(in crate::gateway) fn covered(&self, task: &Task, of: (&Target, &Abilities), account: &Account) -> Covered {
        Covered::over(task, of, account, &self.routing.redaction)
    }

    /// Whether a provider that is elsewhere is not to learn what texts hold of some kinds.
    pub(in crate::gateway) fn is_covered(&self, provider: &ProviderId, account: &Account) -> bool {
        is_covered(&self.routing.redaction, provider.as_str(), account)
    }

    /// Whether anything is kept from any provider.
    pub(in crate::gateway) fn keeps_something_back(&self, account: &Account) -> bool {
        let rules = &self.routing.redaction;
        !rules.kinds.is_empty() && (!rules.providers.is_empty() || is_asked_for(account))
    }

    /// The bounds of work with sound that is no client's file: what is heard and spoken in it cannot be covered, so that it stays
    /// with those who may learn it.
    pub(in crate::gateway) fn bounds_of_sound(&self, bounds: Bounds) -> Bounds {
        let rules = &self.routing.redaction;
        if rules.kinds.is_empty() {
            return bounds;
        }
        if is_covered(rules, "*", &bounds.account) {
            return Bounds { privacy: Privacy::Local, ..bounds };
        }
        if rules.providers.is_empty() {
            return bounds;
        }
        let fleet = self.fleet();
        let may = |member: &&Member| {
            let is_asked = bounds.providers.is_empty() || bounds.providers.contains(member.id());
            is_asked && (member.is_loopback() || !is_covered(rules, member.id().as_str(), &bounds.account))
        };
        let mut providers: Vec<ProviderId> =
            fleet.members().iter().filter(may).map(|member| member.id().clone()).collect();
        if providers.is_empty() {
            providers.push(ProviderId::local());
        }
        Bounds { providers, ..bounds }
    }
}

/// Whether one of this name gets names in place of values, if it is elsewhere; `*`: whether all do.
fn is_covered(rules: &Redaction, name: &str, account: &Account) -> bool {
    !rules.kinds.is_empty()
        && (rules.providers.iter().any(|covered| covered == "*" || covered == name) || is_asked_for(account))
}

/// Whether a client's key wants that.
fn is_asked_for(account: &Account) -> bool {
    account.admitted().is_some_and(|admitted| admitted.client().rules.redact)
}

fn kinds(rules: &Redaction) -> Vec<SecretKind> {
    rules.kinds.iter().filter_map(|name| SecretKind::named(name)).collect()
}

/// A task as it is sent, and the way back.
pub(in crate::gateway) struct Covered {
    task: Option<Box<(Task, Cover)>>,
    is_json: bool,
}

impl Covered {
    /// A task for a target, covered where its provider or the client's key wants that, and it leaves this machine.
    fn over(task: &Task, (target, row): (&Target, &Abilities), account: &Account, rules: &Redaction) -> Self {
        let is_json = matches!(task, Task::Chat(chat) if chat.format != ReplyFormat::Text);
        if row.is_local || !is_covered(rules, target.provider.as_str(), account) {
            return Self { task: None, is_json };
        }
        Self { task: Cover::over(task, &kinds(rules)).map(Box::new), is_json }
    }

    /// The task as it is sent.
    pub(in crate::gateway) fn task<'t>(&'t self, task: &'t Task) -> &'t Task {
        self.task.as_deref().map_or(task, |(covered, _)| covered)
    }

    /// Notes of what was done, with that of this.
    pub(super) fn noted(&self, notes: &[TreatmentNote]) -> Vec<TreatmentNote> {
        let own = self.task.as_deref().into_iter().map(|(_, cover)| TreatmentNote {
            place: PartPath::Field("texts"),
            does: "redact",
            by: cover.told(),
            pages: None,
            hidden: Vec::new(),
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
