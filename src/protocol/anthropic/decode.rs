//! From a request's body to a chat.
//!
//! What the words that all formats share cannot say goes on beside them (`OwnFields`, `Original`), so that a target of
//! this format is asked just as its client asked. Nothing here depends on the turn: the same history is read the same way
//! every time, and vendors' caches of prompts hold.

use axum::http::HeaderMap;
use mediary_core::task::{
    Chat, Effort, Extra, Granted, Message, OwnFields, Part, ReplyFormat, Role, Sampling, ToolChoice, Written,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::blocks::{Content, turn};
use super::tools::{self, Offered};
use super::wire::{Block, Request};
use super::{bad, inside, signed};
use crate::protocol::openai::effort_of_budget;
use crate::protocol::process::BadField;
use crate::protocol::{Open, Sent, from_json};

/// What the line begins with that Claude Code puts before everything else that the system says, and that is another in
/// every request; under this name it goes on to its vendor.
const BILLING: &str = "x-anthropic-billing-header";
/// The field of tokens that are granted for thinking.
const BUDGET: &str = "thinking.budget_tokens";
/// Features that are asked for by their names.
const BETA: &str = "anthropic-beta";

/// A decoded request.
#[derive(Debug)]
pub(super) struct MessagesForm {
    /// The model that was asked for; empty if none was.
    pub(super) model: String,
    pub(super) chat: Chat,
    /// What no target is told.
    pub(super) dropped: Vec<String>,
}

impl MessagesForm {
    /// Understands a request.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub(super) fn decode(sent: &Sent) -> Result<Self, BadField> {
        let body = &sent.body;
        let Open { known: request, others }: Open<Request<'_>> = from_json(body, "a request of messages")?;
        let mut own = OwnFields { wire_format: signed::OWN, ..OwnFields::default() };
        let mut messages = Vec::new();
        let at = |message: Message| Message { written: Some(Written::at("system")), ..message };
        messages.extend(system(request.system, &mut own)?.map(at));
        if request.messages.is_empty() {
            return Err(bad("messages", "`messages` is empty; send at least one message"));
        }
        for (index, turn) in request.messages.into_iter().enumerate() {
            let path = format!("messages[{index}]");
            let role = match &*turn.role {
                "user" => Role::User,
                "assistant" => Role::Assistant,
                "system" => Role::System,
                other => {
                    let message = format!("`{other}` is no role; use user or assistant");
                    return Err(bad(format!("{path}.role"), message));
                }
            };
            let content = Content::of(turn.content, &format!("{path}.content"))?;
            messages.extend(self::turn(role, content, &path, body)?);
        }
        if Message::all_say_nothing(&messages) {
            return Err(bad("messages", "`messages` say nothing; send at least one with content"));
        }
        let offered = Offered::of(request.tools.unwrap_or_default(), body)?;
        let (tool_choice, parallel_tool_calls) = match request.tool_choice {
            Some(choice) => tools::choice(choice)?,
            None => (ToolChoice::Auto, None),
        };
        let format = format(request.output_config.as_ref(), request.output_format.as_ref());
        let effort = effort(request.thinking.as_ref(), request.output_config.as_ref());
        let granted = request.thinking.as_ref().filter(|thinking| thinking["type"] == "enabled");
        let granted = Granted::of(granted.and_then(|thinking| thinking["budget_tokens"].as_u64()), BUDGET);
        for (name, value) in others {
            own.further(&name, value);
        }
        own.said("thinking", request.thinking);
        own.said("output_format", request.output_format);
        own.said("output_config", request.output_config);
        if let Some(features) = features(&sent.headers) {
            own.further(BETA, Value::from(features).into());
        }
        let cache_control = request.cache_control.filter(|control| !control.is_null());
        let chat = Chat {
            messages,
            tools: offered.functions,
            hosted_tools: offered.hosted,
            withheld_tools: Vec::new(),
            tool_choice,
            parallel_tool_calls,
            format,
            sampling: Sampling {
                max_tokens: request.max_tokens,
                temperature: request.temperature,
                top_p: request.top_p,
                top_k: request.top_k,
                stop: request.stop_sequences.unwrap_or_default(),
                ..Sampling::default()
            },
            effort,
            granted,
            stream: request.stream == Some(true),
            extras: cache_control.map(|control| ("cache_control".to_owned(), control)).into_iter().collect(),
            own: Some(own),
            completion: None,
        };
        Ok(Self { model: request.model.unwrap_or_default(), chat, dropped: offered.dropped })
    }
}

/// What a format has of its own, filled in.
trait Filled {
    fn further(&mut self, name: &str, value: Extra);
    fn said(&mut self, name: &str, value: Option<Value>);
}

impl Filled for OwnFields {
    /// A field that nothing else says.
    fn further(&mut self, name: &str, value: Extra) {
        if !value.is_null() {
            self.names.push(name.to_owned());
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// A field that the shared words say as well; of an object, only what else is in it is named.
    fn said(&mut self, name: &str, value: Option<Value>) {
        let Some(value) = value.filter(|value| !value.is_null()) else { return };
        if name == "output_config" {
            let further = value.as_object().into_iter().flat_map(serde_json::Map::keys);
            let further = further.filter(|key| !matches!(key.as_str(), "effort" | "format"));
            self.names.extend(further.map(|key| format!("{name}.{key}")));
        }
        self.fields.insert(name.to_owned(), value);
    }
}

/// What the system says, if it says anything.
fn system(raw: Option<&RawValue>, own: &mut OwnFields) -> Result<Option<Message>, BadField> {
    let blocks = match Content::of(raw, "system")? {
        Content::Nothing => return Ok(None),
        Content::Text(text) => return Ok((!text.is_empty()).then(|| Message::text(Role::System, text))),
        Content::Blocks(blocks) => blocks,
    };
    let mut message = Message::new(Role::System);
    for (index, raw) in blocks.into_iter().enumerate() {
        let path = format!("system[{index}]");
        let block: Block<'_> = from_json(raw.get().as_bytes(), "a block of text").map_err(|bad| inside(&path, bad))?;
        let Some(text) = block.text else {
            return Err(bad(format!("{path}.text"), "the system says texts; send blocks of type `text`"));
        };
        if text.starts_with(BILLING) {
            own.further(BILLING, Value::from(text).into());
            continue;
        }
        if let Some(control) = block.cache_control.filter(|control| !control.is_null()) {
            message.cache_marks.push((message.parts.len(), control));
        }
        message.parts.push(Part::Text(text));
    }
    Ok((!message.parts.is_empty()).then_some(message))
}

/// The form of the reply. What is no schema is left to targets that know better.
fn format(config: Option<&Value>, older: Option<&Value>) -> ReplyFormat {
    let format = config.and_then(|config| config.get("format")).or(older);
    let schema = format.filter(|format| format["type"] == "json_schema").and_then(|format| format.get("schema"));
    schema.map_or(ReplyFormat::Text, |schema| ReplyFormat::Schema {
        name: "reply".to_owned(),
        schema: schema.clone(),
        strict: Some(true),
    })
}

/// How long to think: an effort by its name goes before tokens that are granted.
fn effort(thinking: Option<&Value>, config: Option<&Value>) -> Option<Effort> {
    let kind = thinking.and_then(|thinking| thinking["type"].as_str());
    if kind == Some("disabled") {
        return Some(Effort::None);
    }
    let named = config.and_then(|config| config["effort"].as_str()).and_then(Effort::named);
    let granted = || thinking.and_then(|thinking| thinking["budget_tokens"].as_u64()).map(effort_of_budget);
    named.or_else(granted).or_else(|| kind.map(|_| Effort::Medium))
}

/// The names in all headers that ask for features.
fn features(headers: &HeaderMap) -> Option<String> {
    let values: Vec<&str> = headers.get_all(BETA).iter().filter_map(|value| value.to_str().ok()).collect();
    let all = values.join(",");
    (!all.trim().is_empty()).then_some(all)
}
