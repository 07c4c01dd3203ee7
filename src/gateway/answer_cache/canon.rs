//! What a request is known by: a digest over everything that its answer may depend on, in an order of its own.
//!
//! Media count by the hash of their bytes. Left out is what no target's answer depends on: whether it comes as a stream,
//! where its client wrote a message, how far a provider is to keep the prompt. Structs are taken apart field by field, so
//! that a new field does not compile until it is decided what it means here.

use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::task::{
    Chat, Completion, Embed, EmbedInput, Extras, FreeText, HostedTool, MediaPart, Message, Original, OwnFields, Part,
    Prompt, Reasoning, ReplyFormat, Role, Sampling, Task, Tool, ToolCall, ToolChoice,
};

use super::super::routing::{Bounds, TaskRequest};
use super::digest::{Canon, Digest};

/// Fields of a chat on which no answer depends.
const IDLE_FIELDS: [&str; 6] =
    ["stream", "stream_options", "store", "background", "prompt_cache_key", "prompt_cache_retention"];

/// What is known of a request.
#[derive(Debug, Clone)]
pub(in crate::gateway) struct Known {
    /// All of it.
    pub(in crate::gateway) whole: Digest,
    /// All of it but for the last words of its user, and those words; `None`: its last message is no user's, or has more
    /// than one text.
    pub(in crate::gateway) around: Option<(Digest, String)>,
}

/// What a request is known by; `None`: its task's answers are not kept.
pub(in crate::gateway) fn known(request: &TaskRequest) -> Option<Known> {
    let whole = digest(request, None)?;
    let asked = match &request.task {
        Task::Chat(chat) if chat.completion.is_none() => last_words(chat),
        _ => None,
    };
    let around = asked.and_then(|(part, words)| Some((digest(request, Some(part))?, words)));
    Some(Known { whole, around })
}

/// The only text of the last message, if that is the user's, and which part of it that is.
fn last_words(chat: &Chat) -> Option<(usize, String)> {
    let last = chat.messages.last().filter(|message| message.role == Role::User && message.original.is_none())?;
    let mut texts = last.parts.iter().enumerate().filter_map(|(at, part)| match part {
        Part::Text(text) => Some((at, text.clone())),
        Part::Media(_) | Part::Remote { .. } => None,
    });
    texts.next().filter(|(_, words)| texts.next().is_none() && !words.trim().is_empty())
}

/// The digest of a request. `but`: without this part of its last message.
fn digest(request: &TaskRequest, but: Option<usize>) -> Option<Digest> {
    let mut canon = Canon::default();
    canon.text(env!("CARGO_PKG_VERSION"));
    canon.bounds(&request.bounds);
    match &request.task {
        Task::Chat(chat) => canon.chat(chat, but),
        Task::Embed(embed) => canon.embed(embed),
        Task::Read(_) | Task::Transcribe(_) | Task::Speak(_) | Task::GenerateVideo(_) | Task::Image(_) => return None,
        Task::Rerank(_) | Task::Moderate(_) => return None,
    }
    Some(canon.finish())
}

impl Canon {
    fn extras(&mut self, extras: &Extras) {
        self.fields(extras.iter().map(|(name, value)| (name, value.value())));
    }

    fn wishes(&mut self, extras: &Extras) {
        let mut extras = extras.clone();
        IDLE_FIELDS.iter().for_each(|name| drop(extras.remove(name)));
        self.extras(&extras);
    }

    /// What bounds say of where a request's parts may go to be treated, and how. What they cost is no part of it, nor
    /// whether anything is kept.
    fn bounds(&mut self, bounds: &Bounds) {
        let Bounds {
            tier: _,
            strict,
            privacy,
            cost,
            providers,
            allows_paid,
            account: _,
            continues: _,
            cache: _,
            draw: _,
            is_planned: _,
            // What it gave stands in the chat.
            web: _,
            has_free_help,
            project: _,
            // So does what came of it.
            thread: _,
        } = bounds;
        self.flag(*strict);
        self.flag(*privacy == Privacy::Local);
        let costs = [CostPolicy::Any, CostPolicy::FreeFirst, CostPolicy::Unconfirmed, CostPolicy::Free];
        self.number(costs.iter().position(|known| known == cost).unwrap_or(costs.len()) as u64);
        self.list(providers, |canon, provider| canon.text(provider.as_str()));
        self.flag(*allows_paid);
        self.flag(*has_free_help);
    }

    fn chat(&mut self, chat: &Chat, but: Option<usize>) {
        let Chat {
            messages,
            tools,
            withheld_tools,
            hosted_tools,
            tool_choice,
            parallel_tool_calls,
            format,
            sampling,
            effort,
            granted,
            stream: _,
            extras,
            own,
            completion,
        } = chat;
        self.text("chat");
        let last = messages.len().saturating_sub(1);
        self.number(messages.len() as u64);
        for (at, message) in messages.iter().enumerate() {
            self.message(message, but.filter(|_| at == last));
        }
        self.list(tools, Self::tool);
        self.list(withheld_tools, |canon, (place, tool)| {
            canon.number(*place as u64);
            canon.tool(tool);
        });
        self.list(hosted_tools, |canon, HostedTool { wire_format, kind, definition }| {
            canon.text(wire_format);
            canon.text(kind);
            canon.json(definition);
        });
        match tool_choice {
            ToolChoice::Auto => self.number(0),
            ToolChoice::None => self.number(1),
            ToolChoice::Required => self.number(2),
            ToolChoice::Named(name) => self.text(name),
        }
        self.maybe(*parallel_tool_calls, Self::flag);
        match format {
            ReplyFormat::Text => self.number(0),
            ReplyFormat::Json => self.number(1),
            ReplyFormat::Schema { name, schema, strict } => {
                self.text(name);
                self.json(schema);
                self.maybe(*strict, Self::flag);
            }
        }
        self.sampling(sampling);
        self.maybe(*effort, |canon, effort| canon.text(effort.name()));
        self.maybe(*granted, |canon, granted| canon.number(granted.tokens.into()));
        self.wishes(extras);
        self.maybe(own.as_ref(), |canon, OwnFields { wire_format, fields, names: _ }| {
            canon.text(wire_format);
            canon.wishes(fields);
        });
        self.maybe(completion.as_deref(), Self::completion);
    }

    fn completion(&mut self, completion: &Completion) {
        let Completion { prompts, suffix, echo, best_of, logprobs } = completion;
        self.list(prompts, |canon, prompt| match prompt {
            Prompt::Text(text) => canon.text(text),
            Prompt::Tokens(tokens) => canon.tokens(tokens),
        });
        self.maybe(suffix.as_deref(), Self::text);
        self.flag(*echo);
        self.maybe(*best_of, |canon, best_of| canon.number(best_of.into()));
        self.maybe(*logprobs, |canon, logprobs| canon.number(logprobs.into()));
    }

    fn tokens(&mut self, tokens: &[u32]) {
        self.list(tokens, |canon, token| canon.number((*token).into()));
    }

    fn sampling(&mut self, sampling: &Sampling) {
        let Sampling {
            max_tokens,
            temperature,
            top_p,
            top_k,
            stop,
            n,
            seed,
            presence_penalty,
            frequency_penalty,
            logprobs,
        } = sampling;
        for number in [temperature, top_p, presence_penalty, frequency_penalty] {
            self.maybe(*number, Self::real);
        }
        for number in [max_tokens, top_k, logprobs] {
            self.maybe(*number, |canon, number| canon.number(number.into()));
        }
        self.texts(stop);
        self.number((*n).into());
        self.maybe(*seed, |canon, seed| canon.bytes(&seed.to_le_bytes()));
    }

    fn message(&mut self, message: &Message, but: Option<usize>) {
        let Message {
            role,
            parts,
            tool_calls,
            tool_call_id,
            name,
            has_failed,
            reasoning,
            refusal,
            cache_marks: _,
            extras,
            original,
            written: _,
        } = message;
        self.text(match role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        });
        self.number(parts.len() as u64);
        for (_, part) in parts.iter().enumerate().filter(|(at, _)| but != Some(*at)) {
            self.part(part);
        }
        self.list(tool_calls, |canon, ToolCall { id, name, arguments, signature }| {
            canon.text(id);
            canon.text(name);
            canon.text(arguments);
            canon.maybe(signature.as_deref(), Self::text);
        });
        self.maybe(tool_call_id.as_deref(), Self::text);
        self.maybe(name.as_deref(), Self::text);
        self.flag(*has_failed);
        self.maybe(reasoning.as_ref(), |canon, Reasoning { text, signature, thought_by, places: _ }| {
            canon.text(text);
            canon.maybe(signature.as_deref(), Self::text);
            canon.maybe(thought_by.as_deref(), Self::text);
        });
        self.maybe(refusal.as_deref(), Self::text);
        self.extras(extras);
        self.maybe(original.as_ref(), Self::original);
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(text) => {
                self.number(0);
                self.text(text);
            }
            Part::Media(MediaPart { media, name, detail, url: _ }) => {
                self.number(1);
                self.text(media.format.name());
                self.text(&media.blob.hash().to_string());
                self.maybe(name.as_deref(), Self::text);
                self.maybe(*detail, |canon, detail| canon.text(detail.name()));
            }
            Part::Remote { url, name, detail } => {
                self.number(2);
                self.text(url);
                self.maybe(name.as_deref(), Self::text);
                self.maybe(*detail, |canon, detail| canon.text(detail.name()));
            }
        }
    }

    fn original(&mut self, original: &Original) {
        let Original { wire_format, pieces, names: _, lacks: _, is_changed } = original;
        self.text(wire_format);
        self.list(pieces, |canon, piece| canon.bytes(piece));
        self.flag(*is_changed);
    }

    fn tool(&mut self, tool: &Tool) {
        let Tool { name, description, parameters, strict, cache_control: _, free_text, original } = tool;
        self.text(name);
        self.maybe(description.as_deref(), Self::text);
        self.maybe(parameters.as_ref(), Self::json);
        self.maybe(*strict, Self::flag);
        self.maybe(free_text.as_ref(), |canon, FreeText { description, format, is_bound, worded: _ }| {
            canon.maybe(description.as_deref(), Self::text);
            canon.maybe(format.as_ref(), Self::json);
            canon.flag(*is_bound);
        });
        self.maybe(original.as_ref(), Self::original);
    }

    fn embed(&mut self, embed: &Embed) {
        let Embed { inputs, dimensions, extras } = embed;
        self.text("embed");
        self.list(inputs, |canon, input| match input {
            EmbedInput::Text(text) => canon.text(text),
            EmbedInput::Tokens(tokens) => canon.tokens(tokens),
        });
        self.maybe(*dimensions, |canon, dimensions| canon.number(dimensions.into()));
        self.wishes(extras);
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::Hold;
    use serde_json::json;

    use super::*;

    type Edit = fn(&mut Chat);

    fn request(edit: impl FnOnce(&mut Chat)) -> TaskRequest {
        let messages =
            vec![Message::text(Role::System, "Be brief."), Message::text(Role::User, "How far is the moon?")];
        let mut chat = Chat { messages, ..Chat::default() };
        chat.sampling.temperature = Some(0.0);
        edit(&mut chat);
        let bounds = Bounds::default();
        TaskRequest { task: Task::Chat(chat), model: "m".into(), bounds, client: Vec::new(), held: Hold::default() }
    }

    fn whole(edit: impl FnOnce(&mut Chat)) -> Digest {
        known(&request(edit)).unwrap().whole
    }

    #[test]
    fn what_an_answer_depends_on_makes_another_request_and_nothing_else_does() {
        let usual = whole(|_| ());
        let same: [(&str, Edit); 4] = [
            ("a stream", |chat| chat.stream = true),
            ("the sign of zero", |chat| chat.sampling.temperature = Some(-0.0)),
            ("a cache of the provider's", |chat| chat.extras.insert("prompt_cache_key", json!("k"))),
            ("a mark", |chat| chat.messages[0].cache_marks.push((0, json!({ "type": "ephemeral" })))),
        ];
        for (name, edit) in same {
            assert_eq!(whole(edit), usual, "{name}");
        }
        let other: [(&str, Edit); 9] = [
            ("a word", |chat| chat.messages[1] = Message::text(Role::User, "How far is the sun?")),
            ("a role", |chat| chat.messages[0].role = Role::User),
            ("one text cut in two", |chat| {
                chat.messages[1].parts = vec![Part::Text("How far is ".into()), Part::Text("the moon?".into())];
            }),
            ("a length", |chat| chat.sampling.max_tokens = Some(5)),
            ("a seed", |chat| chat.sampling.seed = Some(0)),
            ("a user", |chat| chat.extras.insert("user", json!("u"))),
            ("a form", |chat| chat.format = ReplyFormat::Json),
            ("a tool", |chat| chat.tools.push(Tool { name: "look_up".into(), ..Tool::default() })),
            ("a medium", |chat| {
                let blob = mediary_core::Blob::in_memory(b"%PDF-1.7 moon".to_vec());
                let claim = mediary_core::Claim { mime: None, file_name: None };
                let media = mediary_core::classify(blob, claim).unwrap();
                chat.messages[1].parts.push(Part::Media(MediaPart::new(media)));
            }),
        ];
        let mut seen = vec![usual];
        for (name, edit) in other {
            let digest = whole(edit);
            assert!(!seen.contains(&digest), "{name}");
            seen.push(digest);
        }
    }

    #[test]
    fn the_order_of_fields_is_no_difference() {
        let with = |text: &str| {
            let format: serde_json::Value = serde_json::from_str(text).unwrap();
            whole(move |chat| chat.extras.insert("x", format))
        };
        assert_eq!(
            with(r#"{"a": 1, "b": {"c": [1, 2], "d": null}}"#),
            with(r#"{"b": {"d": null, "c": [1, 2]}, "a": 1}"#)
        );
        assert_ne!(with(r#"{"a": [1, 2]}"#), with(r#"{"a": [2, 1]}"#));
    }

    #[test]
    fn only_the_last_words_of_the_user_may_differ_where_meaning_counts() {
        let around = |edit: fn(&mut Chat)| known(&request(edit)).unwrap().around;
        let (usual, words) = around(|_| ()).unwrap();
        assert_eq!(words, "How far is the moon?");
        let other = around(|chat| chat.messages[1] = Message::text(Role::User, "What is the distance to the moon?"));
        assert_eq!(other.unwrap().0, usual);
        let system = around(|chat| chat.messages[0] = Message::text(Role::System, "Be long."));
        assert_ne!(system.unwrap().0, usual);
        let length = around(|chat| chat.sampling.max_tokens = Some(5));
        assert_ne!(length.unwrap().0, usual);
        assert!(around(|chat| chat.messages.push(Message::text(Role::Assistant, "Far."))).is_none());
        assert!(around(|chat| chat.messages[1].parts.push(Part::Text("And the sun?".into()))).is_none());
    }
}
