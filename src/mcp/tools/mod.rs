//! The tools, each in the room of what it works on.

mod chat;
mod documents;
mod drive;
mod google;
mod pictures;
mod reminders;
mod several;
mod sound;
mod standing;
mod threads;
mod vectors;
mod web;

use std::sync::{Arc, LazyLock};

use mediary_core::provider::BoxFuture;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};

use super::desk::Desk;
use super::outcome::Outcome;
use super::trouble::Trouble;

/// A tool: how it is offered, and what it does.
pub(super) struct Offer {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// What it takes; with paths where the client is on this machine.
    input: fn(bool) -> JsonObject,
    /// What it gives.
    output: fn() -> JsonObject,
    effect: Effect,
    reach: Reach,
    /// The route that not every server has, or has set up, and without which there is no such tool.
    pub(super) wants: Option<&'static str>,
    pub(super) run: Run,
}

type Run = for<'a> fn(&'a Desk<'a>, JsonObject) -> BoxFuture<'a, Result<Outcome, Trouble>>;

/// What a call leaves behind, as clients are told it that ask their users first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Nothing.
    Reads,
    /// Something that is kept beside what there is.
    Makes,
    /// Something that cannot be taken back.
    Commits,
}

/// Whether a call goes beyond what this server keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Within,
    Beyond,
}

/// All of them, in the order in which they are offered.
static OFFERS: [&Offer; 29] = [
    &documents::READ,
    &sound::TRANSCRIBE,
    &sound::SPEAK,
    &documents::DESCRIBE,
    &pictures::GENERATE,
    &pictures::EDIT,
    &vectors::EMBED,
    &chat::ASK,
    &several::FORK,
    &several::COMPARE,
    &web::SEARCH,
    &web::BROWSE,
    &web::YOUTUBE,
    &drive::SEARCH,
    &drive::READ,
    &drive::UPLOAD,
    &google::CALENDAR_LIST,
    &google::CALENDAR_CREATE,
    &google::GMAIL_LIST,
    &google::GMAIL_READ,
    &google::GMAIL_SEND,
    &reminders::ADD,
    &reminders::LIST,
    &reminders::COMPLETE,
    &threads::SEARCH,
    &threads::READ,
    &standing::LIST_MODELS,
    &standing::EXPLAIN_PLAN,
    &standing::STATS,
];

static HERE: LazyLock<Vec<Tool>> = LazyLock::new(|| OFFERS.iter().map(|offer| offer.tool(true)).collect());
static ELSEWHERE: LazyLock<Vec<Tool>> = LazyLock::new(|| OFFERS.iter().map(|offer| offer.tool(false)).collect());

/// The tools as they are offered to a client on this machine, or elsewhere.
pub(super) fn offered(is_here: bool) -> &'static [Tool] {
    if is_here { &HERE } else { &ELSEWHERE }
}

/// The tool of a name.
pub(super) fn named(name: &str) -> Option<&'static Offer> {
    OFFERS.iter().find(|offer| offer.name == name).copied()
}

impl Offer {
    fn tool(&self, is_here: bool) -> Tool {
        let (reads, commits) = (self.effect == Effect::Reads, self.effect == Effect::Commits);
        let is_open = self.reach == Reach::Beyond;
        let hints = ToolAnnotations::from_raw(None, Some(reads), Some(commits), Some(reads), Some(is_open));
        let mut tool = Tool::new(self.name, self.description, Arc::new((self.input)(is_here)));
        tool.title = Some(self.title.to_owned());
        tool.output_schema = Some(Arc::new((self.output)()));
        tool.annotations = Some(hints);
        tool
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn each_tool_is_told_in_few_words_and_says_what_it_takes_and_gives() {
        let mut names = BTreeSet::new();
        for tool in offered(true).iter().chain(offered(false)) {
            let name = tool.name.as_ref();
            names.insert(name.to_owned());
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            let description = tool.description.as_deref().unwrap_or_default();
            assert!((20..=330).contains(&description.len()), "{name}: {} bytes", description.len());
            for schema in [&tool.input_schema, tool.output_schema.as_ref().unwrap()] {
                assert_eq!(schema["type"], "object", "{name}");
                let text = serde_json::to_string(schema.as_ref()).unwrap();
                for word in ["$ref", "$defs", "\"null\"", "\"format\":\"", "$schema"] {
                    assert!(!text.contains(word), "{name} has {word}: {text}");
                }
            }
            assert_eq!(tool.input_schema["additionalProperties"], Value::Bool(false), "{name}");
            let properties = tool.input_schema["properties"].as_object().unwrap();
            for (property, schema) in properties {
                assert!(schema.get("description").is_some(), "{name}.{property} is not described");
            }
        }
        assert_eq!(names.len(), OFFERS.len());
        // All of it lies in the context of each conversation; what is of Google only where that is set up.
        let all = serde_json::to_string(offered(true)).unwrap();
        assert!(all.len() < 45_000, "{} bytes", all.len());
    }

    #[test]
    fn what_cannot_be_taken_back_is_told_ahead_and_wants_two_calls() {
        let hints = |tool: &Tool| tool.annotations.clone().unwrap();
        for tool in offered(false) {
            let commits = tool.name == "gmail_send";
            assert_eq!(hints(tool).destructive_hint, Some(commits), "{}", tool.name);
            assert!(!commits || tool.input_schema["properties"].get("confirmation").is_some());
            if commits || tool.name == "drive_upload" {
                let told = (hints(tool).read_only_hint, hints(tool).idempotent_hint, hints(tool).open_world_hint);
                assert_eq!(told, (Some(false), Some(false), Some(true)), "{}", tool.name);
            }
        }
        let within = offered(false).iter().filter(|tool| hints(tool).open_world_hint == Some(false));
        let within: Vec<&str> = within.map(|tool| tool.name.as_ref()).collect();
        let expected =
            "reminder_add reminder_list reminder_complete search_threads read_thread list_models explain_plan stats";
        assert_eq!(within.join(" "), expected);
    }

    #[test]
    fn paths_are_offered_on_this_machine_alone() {
        for tool in offered(false) {
            assert!(!serde_json::to_string(&tool.input_schema).unwrap().contains("\"path\""), "{}", tool.name);
        }
        let here =
            offered(true).iter().filter(|tool| serde_json::to_string(&tool.input_schema).unwrap().contains("\"path\""));
        assert!(here.count() >= 6);
    }
}
