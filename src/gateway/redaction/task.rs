//! The texts of a task that a provider reads.

use mediary_core::task::{Chat, EmbedInput, Extras, Original, Part, Prompt, ReplyFormat, Task, Tool};
use serde_json::Value;

/// What is told of each text, and whether it is JSON; what is shown may be changed, and says so.
type Show<'s> = &'s mut dyn FnMut(&mut String, bool) -> bool;

/// What is to open doors for a provider, and opens none under another name.
const CREDENTIALS: [&str; 3] = ["authorization", "authorization_token", "headers"];
/// What is no text, though it is written as one.
const OPAQUE: [&str; 6] = ["data", "file_data", "image_url", "signature", "encrypted_content", "encrypted_index"];

/// Shows each text of a task, and whether it is JSON.
pub(super) fn each_text(task: &mut Task, show: Show<'_>) {
    match task {
        Task::Chat(chat) => of_chat(chat, show),
        Task::Embed(embed) => {
            for input in &mut embed.inputs {
                if let EmbedInput::Text(text) = input {
                    show(text, false);
                }
            }
            fields(&mut embed.extras, &[], show);
        }
        Task::Rerank(rerank) => {
            show(&mut rerank.query, false);
            for document in &mut rerank.documents {
                show(document, false);
            }
            fields(&mut rerank.extras, &[], show);
        }
        Task::Moderate(moderate) => {
            for input in &mut moderate.inputs {
                parts(input, show);
            }
            fields(&mut moderate.extras, &[], show);
        }
        Task::Transcribe(transcribe) => {
            if let Some(prompt) = &mut transcribe.prompt {
                show(prompt, false);
            }
            fields(&mut transcribe.extras, &[], show);
        }
        // What is spoken, drawn or filmed is to be what was said; a page is no text.
        Task::Read(_) | Task::Speak(_) | Task::GenerateVideo(_) | Task::Image(_) => {}
    }
}

fn of_chat(chat: &mut Chat, show: Show<'_>) {
    // First, so that they have the same names in every turn.
    for tool in chat.tools.iter_mut().chain(chat.withheld_tools.iter_mut().map(|(_, tool)| tool)) {
        of_tool(tool, show);
    }
    for tool in &mut chat.hosted_tools {
        texts(&mut tool.definition, &CREDENTIALS, show);
    }
    if let ReplyFormat::Schema { schema, .. } = &mut chat.format {
        texts(schema, &[], show);
    }
    for message in &mut chat.messages {
        let mut is_changed = parts(&mut message.parts, show);
        for call in &mut message.tool_calls {
            is_changed |= show(&mut call.arguments, true);
        }
        if let Some(reasoning) = &mut message.reasoning {
            is_changed |= show(&mut reasoning.text, false);
        }
        if let Some(refusal) = &mut message.refusal {
            is_changed |= show(refusal, false);
        }
        is_changed |= fields(&mut message.extras, &[], show);
        if is_changed || says_more(message.original.as_ref(), show) {
            // What its client wrote says it all.
            message.is_changed();
        }
    }
    for stop in &mut chat.sampling.stop {
        show(stop, false);
    }
    if let Some(completion) = &mut chat.completion {
        for prompt in &mut completion.prompts {
            if let Prompt::Text(text) = prompt {
                show(text, false);
            }
        }
        if let Some(suffix) = &mut completion.suffix {
            show(suffix, false);
        }
    }
    fields(&mut chat.extras, &CREDENTIALS, show);
    if let Some(own) = &mut chat.own {
        fields(&mut own.fields, &CREDENTIALS, show);
    }
}

fn of_tool(tool: &mut Tool, show: Show<'_>) {
    let mut is_changed = false;
    if let Some(description) = &mut tool.description {
        is_changed |= show(description, false);
    }
    if let Some(parameters) = &mut tool.parameters {
        is_changed |= texts(parameters, &[], show);
    }
    if let Some(free_text) = &mut tool.free_text {
        if let Some(description) = &mut free_text.description {
            is_changed |= show(description, false);
        }
        if let Some(format) = &mut free_text.format {
            is_changed |= texts(format, &[], show);
        }
    }
    if (is_changed || says_more(tool.original.as_ref(), show))
        && let Some(original) = &mut tool.original
    {
        original.is_changed = true;
    }
}

/// Whether what a client wrote has something in texts for which all others have no place: then it cannot go as it is.
fn says_more(original: Option<&Original>, show: Show<'_>) -> bool {
    let Some(original) = original.filter(|original| !original.is_changed && !original.names.is_empty()) else {
        return false;
    };
    let kept: Vec<&str> = CREDENTIALS.into_iter().chain(OPAQUE).collect();
    original.pieces.iter().any(|piece| {
        let value: Result<Value, _> = serde_json::from_slice(piece);
        value.is_ok_and(|mut value| texts(&mut value, &kept, show))
    })
}

fn parts(parts: &mut [Part], show: Show<'_>) -> bool {
    let mut is_changed = false;
    for part in parts {
        is_changed |= match part {
            Part::Text(text) => show(text, false),
            Part::Media(part) => part.name.as_mut().is_some_and(|name| show(name, false)),
            Part::Remote { .. } => false,
        };
    }
    is_changed
}

fn fields(fields: &mut Extras, kept: &[&str], show: Show<'_>) -> bool {
    let names: Vec<String> = fields.keys().filter(|name| !kept.contains(&name.as_str())).cloned().collect();
    let mut is_changed = false;
    for name in names {
        let Some(mut value) = fields.get(&name).cloned() else { continue };
        if texts(&mut value, kept, show) {
            fields.insert(name, value);
            is_changed = true;
        }
    }
    is_changed
}

/// Shows the texts of a value, but for those of fields that are kept as they are.
pub(super) fn texts(value: &mut Value, kept: &[&str], show: Show<'_>) -> bool {
    match value {
        Value::String(text) => show(text, false),
        Value::Array(values) => {
            values.iter_mut().fold(false, |is_changed, value| is_changed | texts(value, kept, show))
        }
        Value::Object(fields) => {
            let open = fields.iter_mut().filter(|(name, _)| !kept.contains(&name.as_str()));
            open.fold(false, |is_changed, (_, value)| is_changed | texts(value, kept, show))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
