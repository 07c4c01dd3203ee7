//! Titles: a thread's first words at once, a model's once if the operator wants it, and never over a user's own.

use std::sync::Arc;

use mediary_core::Hold;
use mediary_core::task::{Chat, Message, Role, Sampling, Task};
use mediary_store::{NewMessage, ThreadRow, TitledBy};

use super::super::clients::Client;
use super::super::routing::{Account, Bounds, TaskRequest};
use super::super::tasks::Answered;
use super::super::web::WebWish;
use super::{Threads, words};
use crate::config::Titles;

/// The most characters of a title of ours.
const MOST_CHARS: usize = 60;
/// How much of what was said a model is shown.
const SHOWN_CHARS: usize = 1_500;
/// A title, and what a model may think of it before.
const MOST_TOKENS: u32 = 400;

const INSTRUCTIONS: &str = "Give the conversation below a title of at most five words, in its own language. Answer with the \
                            title alone: no quotes, no full stop.";

/// What was said first, as a model is shown it.
#[derive(Debug)]
pub(super) struct Asked(String);

impl Asked {
    pub(super) fn of(messages: &[NewMessage]) -> Self {
        let lines = messages.iter().filter(|message| matches!(message.role, "user" | "assistant"));
        let lines = lines.map(|message| format!("{}: {}", message.role, words::shortened(&message.said, SHOWN_CHARS)));
        Self(lines.take(2).collect::<Vec<_>>().join("\n\n"))
    }
}

/// For whom a title is asked.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) bounds: Bounds,
    pub(super) client: Vec<u8>,
    /// The client's own key, if it has one.
    pub(super) key: Option<Arc<Client>>,
}

impl Asker {
    pub(super) fn of(request: &TaskRequest) -> Self {
        let key = request.bounds.account.admitted().map(|admitted| admitted.client().clone());
        Self { bounds: bounds_of(&request.bounds), client: request.client.clone(), key }
    }
}

/// The first words that were said.
pub(super) fn first_words(messages: &[NewMessage]) -> String {
    let said = |role: &str| messages.iter().find(|message| message.role == role && !message.said.trim().is_empty());
    let first = said("user").or_else(|| said("assistant")).map(|message| message.said.as_str());
    first.map_or_else(|| "Untitled".to_owned(), |said| words::shortened(said, MOST_CHARS))
}

/// What a request allows a call for its thread's title: as little as itself. It is no part of the request's own cost, and holds
/// no place of its client's until it is made.
fn bounds_of(bounds: &Bounds) -> Bounds {
    Bounds {
        account: Account::default(),
        tier: None,
        strict: false,
        continues: None,
        draw: None,
        is_planned: false,
        web: WebWish::None,
        thread: None,
        ..bounds.clone()
    }
}

impl Threads {
    /// Asks a model for a title, once, if the operator wants that. Where none answers the first words stay.
    pub(super) fn ask_for_title(self: &Arc<Self>, thread: ThreadRow, asked: Asked, asker: Asker) {
        let Titles::Model(model) = self.settings.titles.clone() else { return };
        let threads = self.clone();
        self.at_work.spawn(async move {
            let entitling = Box::pin(threads.entitled(&thread, asked, model, asker));
            threads.stopping.run_until_cancelled(entitling).await;
        });
    }

    async fn entitled(&self, thread: &ThreadRow, asked: Asked, model: String, asker: Asker) {
        let Asker { mut bounds, client, key } = asker;
        bounds.account = Account::of(key.map(|key| Arc::new(key.in_background())));
        let messages = vec![Message::text(Role::System, INSTRUCTIONS), Message::text(Role::User, asked.0)];
        let sampling = Sampling { max_tokens: Some(MOST_TOKENS), ..Sampling::default() };
        let chat = Chat { messages, sampling, ..Chat::default() };
        let request = TaskRequest { task: Task::Chat(chat), model, bounds, client, held: Hold::default() };
        let title = match Box::pin(self.gateway().answer(request)).await {
            Ok(Answered::Whole(whole)) => whole.reply.choices.first().and_then(|choice| title_of(&choice.text)),
            Ok(Answered::Stream(_)) | Err(_) => None,
        };
        let Some(title) = title else {
            tracing::info!("a thread keeps its first words as its title: the model that is to give it one does not");
            return;
        };
        if let Err(error) = self.rows.entitle(thread, &title, &words::spaced(&title), TitledBy::Model).await {
            tracing::warn!(error.detail = %error, "a thread's title is not kept");
        }
        self.news.notify_waiters();
    }
}

/// A model's title: its first line, without what it puts around it.
fn title_of(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '*' | '#' | '`' | '“' | '”' | '«' | '»');
    let title = line.trim_matches(around).trim_end_matches(['.', ':']);
    Some(words::shortened(title, MOST_CHARS)).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_title_is_one_line_without_ornaments() {
        let rows = [
            ("\n \"Trip to Rome.\"\nmore", Some("Trip to Rome")),
            ("**Título**", Some("Título")),
            ("", None),
            ("\"\"", None),
        ];
        for (text, title) in rows {
            assert_eq!(title_of(text).as_deref(), title, "{text}");
        }
    }
}
