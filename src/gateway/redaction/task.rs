//! The texts of a task that a provider reads.

use mediary_core::task::{EmbedInput, Extras, Part, Prompt, Task};
use serde_json::Value;

/// Shows each text of a task, and whether it is JSON; what is shown may be changed, and says so.
pub(super) fn each_text(task: &mut Task, show: &mut dyn FnMut(&mut String, bool) -> bool) {
    match task {
        Task::Chat(chat) => {
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
                is_changed |= fields(&mut message.extras, show);
                if is_changed {
                    // What its client wrote says it all.
                    message.is_changed();
                }
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
            fields(&mut chat.extras, show);
            if let Some(own) = &mut chat.own {
                fields(&mut own.fields, show);
            }
        }
        Task::Embed(embed) => {
            for input in &mut embed.inputs {
                if let EmbedInput::Text(text) = input {
                    show(text, false);
                }
            }
        }
        Task::Rerank(rerank) => {
            show(&mut rerank.query, false);
            for document in &mut rerank.documents {
                show(document, false);
            }
        }
        Task::Moderate(moderate) => {
            for input in &mut moderate.inputs {
                parts(input, show);
            }
        }
        // What is spoken, drawn or filmed is to be what was said; a page and a recording are no texts.
        Task::Read(_) | Task::Transcribe(_) | Task::Speak(_) | Task::GenerateVideo(_) | Task::Image(_) => {}
    }
}

fn parts(parts: &mut [Part], show: &mut dyn FnMut(&mut String, bool) -> bool) -> bool {
    let mut is_changed = false;
    for part in parts {
        if let Part::Text(text) = part {
            is_changed |= show(text, false);
        }
    }
    is_changed
}

fn fields(fields: &mut Extras, show: &mut dyn FnMut(&mut String, bool) -> bool) -> bool {
    let names: Vec<String> = fields.keys().cloned().collect();
    let mut is_changed = false;
    for name in names {
        let Some(mut value) = fields.get(&name).cloned() else { continue };
        if texts(&mut value, show) {
            fields.insert(name, value);
            is_changed = true;
        }
    }
    is_changed
}

/// Shows the texts of a value.
pub(super) fn texts(value: &mut Value, show: &mut dyn FnMut(&mut String, bool) -> bool) -> bool {
    match value {
        Value::String(text) => show(text, false),
        Value::Array(values) => values.iter_mut().fold(false, |is_changed, value| is_changed | texts(value, show)),
        Value::Object(fields) => {
            fields.iter_mut().fold(false, |is_changed, (_, value)| is_changed | texts(value, show))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
