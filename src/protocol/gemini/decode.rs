//! From a request's body to a chat.
//!
//! What the words that all formats share cannot say goes on beside them (`OwnFields`, `Original`), so that a target of
//! this format is asked just as its client asked.

use mediary_core::task::{Chat, Message, OwnFields};
use serde_json::Value;

use super::calling::Called;
use super::config::Wishes;
use super::tools::{self, Offered};
use super::wire::{Request, camel};
use super::{WIRE_FORMAT, bad, contents};
use crate::protocol::process::BadField;
use crate::protocol::{Open, Sent, from_json};

/// Fields that name the model once more, as its path has named it.
const IN_THE_PATH: [&str; 2] = ["model", "stream"];

/// A decoded request.
#[derive(Debug)]
pub(super) struct ContentForm {
    /// The model that was asked for.
    pub(super) model: String,
    pub(super) chat: Chat,
}

impl ContentForm {
    /// Understands a request.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub(super) fn decode(sent: &Sent, streams: bool) -> Result<Self, BadField> {
        let body = &sent.body;
        let Open { known: request, others }: Open<Request<'_>> = from_json(body, "a request of contents")?;
        if request.cached_content.is_some_and(|name| !name.is_empty()) {
            let message = "contents that are kept at Google cannot be passed on; send them as `contents`";
            return Err(bad("cachedContent", message));
        }
        let mut messages = Vec::new();
        messages.extend(contents::system(request.system_instruction, body)?);
        let turns = contents::messages(request.contents, body)?;
        if Message::all_say_nothing(&turns) {
            return Err(bad("contents", "`contents` is empty; send at least one turn that says something"));
        }
        messages.extend(turns);
        let Offered { mut functions, hosted } = Offered::of(request.tools, body)?;
        let wishes = Wishes::of(request.generation_config)?;
        let Wishes { sampling, format, effort, granted, extras, own: config, names } = wishes;
        let mut own = OwnFields { wire_format: WIRE_FORMAT, names, ..OwnFields::default() };
        let tool_choice = tools::choice(request.tool_config.as_ref(), &mut functions, &mut own.names)?;
        if !config.is_empty() {
            own.fields.insert("generationConfig".to_owned(), Value::Object(config));
        }
        if let Some(tool_config) = request.tool_config.filter(|config| !config.is_null()) {
            own.fields.insert("toolConfig", tool_config);
        }
        for (name, value) in others.into_iter().filter(|(_, value)| !is_nothing(value.value())) {
            let name = camel(&name);
            if !IN_THE_PATH.contains(&name.as_str()) {
                own.names.push(name.clone());
                own.fields.insert(name, value);
            }
        }
        let chat = Chat {
            messages,
            tools: functions,
            hosted_tools: hosted,
            withheld_tools: Vec::new(),
            tool_choice,
            parallel_tool_calls: None,
            format,
            sampling,
            effort,
            granted,
            stream: streams,
            extras,
            own: Some(own),
            completion: None,
        };
        Ok(Self { model: Called::of(&sent.path).map(|called| called.model).unwrap_or_default(), chat })
    }
}

/// What asks for nothing.
fn is_nothing(value: &Value) -> bool {
    value.is_null()
        || value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(serde_json::Map::is_empty)
}
