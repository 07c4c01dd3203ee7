//! Prompts as OpenAI's older format has them: `POST /v1/completions`.
//!
//! A request is a chat that is to be gone on with ([`Completion`]). Answers are written anew even where their target speaks
//! this format, since it may have been asked as in a chat.

use mediary_core::task::{
    Chat, Choice, Completion, Finish, Message, Prompt, ReplyEvent, ReplyFrame, Role, Sampling, Task, Usage, WholeReply,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::decode::bad;
use super::inputs::Inputs;
use super::numbers::{Limit, Seed};
use super::{OpenAiChat, encode};
use crate::protocol::process::BadField;
use crate::protocol::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Open, Protocol, Sent, StreamWriter, from_json,
    json_bytes, json_into,
};

/// `POST /v1/completions`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiCompletions;

/// More prompts in one request are refused.
const MOST_PROMPTS: usize = 2_048;

#[derive(Debug, Deserialize)]
struct Request {
    #[serde(default)]
    model: String,
    #[serde(default)]
    prompt: Option<Inputs>,
    #[serde(default)]
    suffix: Option<String>,
    #[serde(default)]
    echo: Option<bool>,
    #[serde(default)]
    best_of: Option<u32>,
    #[serde(default)]
    logprobs: Option<u32>,
    #[serde(default)]
    max_tokens: Limit,
    #[serde(default)]
    temperature: Option<f64>,
    #[serde(default)]
    top_p: Option<f64>,
    #[serde(default)]
    top_k: Limit,
    #[serde(default)]
    n: Option<u32>,
    #[serde(default)]
    stop: Option<Stop>,
    #[serde(default)]
    seed: Seed,
    #[serde(default)]
    presence_penalty: Option<f64>,
    #[serde(default)]
    frequency_penalty: Option<f64>,
    #[serde(default)]
    stream: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum Stop {
    One(String),
    Many(Vec<String>),
}

impl Errors for OpenAiCompletions {
    fn error(&self, error: &ErrorFields) -> Value {
        OpenAiChat.error(error)
    }
}

impl Protocol for OpenAiCompletions {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

impl JsonProtocol for OpenAiCompletions {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let Open { known: request, others }: Open<Request> = from_json(&sent.body, "a request of completions")?;
        let prompts = prompts(request.prompt)?;
        let n = request.n.unwrap_or(1);
        if !(1..=128).contains(&n) {
            return Err(bad("n", "`n` must be 1 to 128"));
        }
        if request.best_of.is_some_and(|best_of| best_of < n || best_of > 128) {
            return Err(bad("best_of", "`best_of` must be at least `n`, and at most 128"));
        }
        let extras = others.without_nulls();
        let include_usage = extras.get("stream_options").is_some_and(|options| options["include_usage"] == true);
        let message = |prompt: &Prompt| match prompt {
            Prompt::Text(text) => Message::text(Role::User, text.as_str()),
            Prompt::Tokens(_) => Message::new(Role::User),
        };
        let chat = Chat {
            messages: prompts.iter().map(message).collect(),
            sampling: Sampling {
                max_tokens: request.max_tokens.0,
                temperature: request.temperature,
                top_p: request.top_p,
                top_k: request.top_k.0,
                stop: match request.stop {
                    None => Vec::new(),
                    Some(Stop::One(one)) => vec![one],
                    Some(Stop::Many(many)) => many,
                },
                n,
                seed: request.seed.0,
                presence_penalty: request.presence_penalty,
                frequency_penalty: request.frequency_penalty,
                logprobs: None,
            },
            stream: request.stream == Some(true),
            extras,
            completion: Some(Box::new(Completion {
                prompts,
                suffix: request.suffix,
                echo: request.echo == Some(true),
                best_of: request.best_of,
                logprobs: request.logprobs,
            })),
            ..Chat::default()
        };
        let answer = Box::new(TextAnswer { include_usage });
        Ok(Decoded { task: Task::Chat(chat), model: request.model, answer, dropped: Vec::new() })
    }
}

fn prompts(prompts: Option<Inputs>) -> Result<Vec<Prompt>, BadField> {
    let prompts: Vec<Prompt> = match prompts {
        None => Vec::new(),
        Some(Inputs::Text(text)) => vec![Prompt::Text(text)],
        Some(Inputs::Texts(texts)) => texts.into_iter().map(Prompt::Text).collect(),
        Some(Inputs::Tokens(tokens)) => vec![Prompt::Tokens(tokens)],
        Some(Inputs::ManyTokens(lists)) => lists.into_iter().map(Prompt::Tokens).collect(),
    };
    let is_empty = |prompt: &Prompt| match prompt {
        Prompt::Text(text) => text.is_empty(),
        Prompt::Tokens(tokens) => tokens.is_empty(),
    };
    match prompts.len() {
        0 => Err(bad("prompt", "`prompt` is missing; send a text or a list of texts")),
        1..=MOST_PROMPTS => match prompts.iter().position(is_empty) {
            None => Ok(prompts),
            Some(_) => Err(bad("prompt", "a prompt is empty; leave it out or send some text")),
        },
        _ => Err(bad(
            "prompt",
            format!("`prompt` may have at most {MOST_PROMPTS} prompts; send the others by themselves"),
        )),
    }
}

/// How the answer is written.
#[derive(Debug)]
struct TextAnswer {
    /// Whether a stream is to end with a chunk of usage.
    include_usage: bool,
}

impl Encode for TextAnswer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let head = named(head);
        let choices = reply.choices.iter().enumerate().map(|(index, choice)| self::choice(index, choice));
        let mut body = json!({
            "id": reply.id.as_ref().unwrap_or(&head.id),
            "object": "text_completion",
            "created": head.created,
            "model": reply.model.as_ref().unwrap_or(&head.model),
            "choices": choices.collect::<Vec<_>>(),
        });
        if let Some(usage) = reply.usage {
            body["usage"] = encode::usage(usage);
        }
        json_bytes(&body)
    }

    fn passes_raw(&self) -> bool {
        false
    }

    fn stream(&self, head: AnswerHead, _passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        Some(Box::new(TextWriter { head: named(head), include_usage: self.include_usage }))
    }
}

/// The head of an answer, whose ids begin as OpenAI's do.
fn named(head: AnswerHead) -> AnswerHead {
    AnswerHead { id: format!("cmpl-{}", head.id), ..head }
}

fn choice(index: usize, choice: &Choice) -> Value {
    let text = choice.text.clone() + choice.refusal.as_deref().unwrap_or_default();
    let logprobs = choice.extras.get("logprobs").map_or(Value::Null, logprobs);
    let finish = finish(choice.finish.unwrap_or(Finish::Stop));
    json!({ "text": text, "index": index, "logprobs": logprobs, "finish_reason": finish })
}

/// A prompt calls nothing.
fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::ToolCalls => Finish::Stop.name(),
        other => other.name(),
    }
}

/// Log probabilities in the older shape: a list for each thing that is known of tokens.
fn logprobs(value: &Value) -> Value {
    let Some(content) = value.get("content").and_then(Value::as_array) else { return value.clone() };
    let mut offset = 0;
    let offsets = content.iter().map(|token| {
        let begins = offset;
        offset += token["token"].as_str().map_or(0, |text| text.chars().count());
        begins
    });
    let top = content.iter().map(|token| {
        let all = token["top_logprobs"].as_array().into_iter().flatten();
        let named = all.filter_map(|one| Some((one["token"].as_str()?.to_owned(), one["logprob"].clone())));
        Value::Object(named.collect())
    });
    let all = |field: &str| content.iter().map(|token| token[field].clone()).collect::<Vec<_>>();
    json!({
        "tokens": all("token"),
        "token_logprobs": all("logprob"),
        "text_offset": offsets.collect::<Vec<_>>(),
        "top_logprobs": top.collect::<Vec<_>>(),
    })
}

/// A chunk of one reply. There is one for each word, so no tree is made of it first.
#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: [Piece<'a>; 1],
}

#[derive(Serialize)]
struct Piece<'a> {
    text: &'a str,
    index: u32,
    logprobs: &'a Value,
    finish_reason: Option<&'a str>,
}

/// Writes one stream.
#[derive(Debug)]
struct TextWriter {
    head: AnswerHead,
    include_usage: bool,
}

impl TextWriter {
    fn chunk(&self, choices: &Value, usage: Option<Usage>, into: &mut Vec<u8>) {
        let AnswerHead { id, created, model, .. } = &self.head;
        let mut chunk =
            json!({ "id": id, "object": "text_completion", "created": created, "model": model, "choices": choices });
        if let Some(usage) = usage {
            chunk["usage"] = encode::usage(usage);
        }
        into.extend_from_slice(b"data: ");
        into.extend_from_slice(chunk.to_string().as_bytes());
        into.extend_from_slice(b"\n\n");
    }

    fn piece(&self, index: u32, text: &str, logprobs: &Value, finish: Option<&str>, into: &mut Vec<u8>) {
        let AnswerHead { id, created, model, .. } = &self.head;
        let choices = [Piece { text, index, logprobs, finish_reason: finish }];
        into.extend_from_slice(b"data: ");
        json_into(&Chunk { id, object: "text_completion", created: *created, model, choices }, into);
        into.extend_from_slice(b"\n\n");
    }
}

impl StreamWriter for TextWriter {
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>) {
        for event in &frame.events {
            match event {
                ReplyEvent::Begun { id, model } => {
                    id.iter().for_each(|id| self.head.id.clone_from(id));
                    model.iter().for_each(|model| self.head.model.clone_from(model));
                }
                ReplyEvent::Text { choice, text } | ReplyEvent::Refusal { choice, text } if !text.is_empty() => {
                    self.piece(*choice, text, &Value::Null, None, into);
                }
                ReplyEvent::Extra { choice, name: "logprobs", value } => {
                    self.piece(*choice, "", &logprobs(value), None, into);
                }
                ReplyEvent::Finish { choice, finish } => {
                    self.piece(*choice, "", &Value::Null, Some(self::finish(*finish)), into);
                }
                ReplyEvent::Continued { by } => {
                    into.extend_from_slice(format!(": continued by {}\n\n", by.replace(['\r', '\n'], " ")).as_bytes());
                }
                ReplyEvent::Text { .. } | ReplyEvent::Refusal { .. } | ReplyEvent::Usage(_) => {}
                // Not in these words.
                ReplyEvent::Reasoning { .. } | ReplyEvent::ToolCall { .. } => {}
                ReplyEvent::Own { .. } | ReplyEvent::Extra { .. } => {}
                // Prompts have none of these.
                ReplyEvent::Page(_) | ReplyEvent::Segment(_) | ReplyEvent::Vector { .. } | ReplyEvent::Bytes(_) => {}
                ReplyEvent::Heard { .. } | ReplyEvent::Sound(_) | ReplyEvent::Picture(_) => {}
                ReplyEvent::Accepted { .. } | ReplyEvent::Ranked { .. } | ReplyEvent::Judged { .. } => {}
            }
        }
    }

    fn end(&mut self, usage: Usage, into: &mut Vec<u8>) {
        if self.include_usage {
            self.chunk(&json!([]), Some(usage), into);
        }
        into.extend_from_slice(b"data: [DONE]\n\n");
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use insta::assert_snapshot;

    use super::*;

    fn decoded(body: &Value) -> Result<Decoded, String> {
        let sent = Sent::from(Bytes::from(body.to_string()));
        OpenAiCompletions.decode(&sent).map_err(|bad| format!("{}: {}", bad.field, bad.message))
    }

    #[test]
    fn every_wish_is_understood() {
        let body = json!({ "model": "m", "prompt": ["a", "b"], "suffix": "}", "echo": true, "best_of": 3, "n": 2, "logprobs": 4,
            "max_tokens": 5, "temperature": 0.5, "top_p": 0.9, "stop": "END", "seed": 7, "presence_penalty": 0.1,
            "frequency_penalty": 0.2, "stream": true, "logit_bias": { "1": 2 }, "user": null,
            "stream_options": { "include_usage": true } });
        let Decoded { task, model, answer, .. } = decoded(&body).unwrap();
        let Task::Chat(chat) = task else { unreachable!("it is a chat") };
        assert_snapshot!(format!("{model}\n{:?}\n{:?}\n{:?}\n{answer:?}", chat.completion, chat.sampling, chat.extras));
        let tokens = |prompt: Value| {
            let Task::Chat(chat) = decoded(&json!({ "prompt": prompt })).unwrap().task else {
                unreachable!("it is a chat")
            };
            chat.completion.unwrap().prompts
        };
        assert_eq!(tokens(json!([1, 2])), [Prompt::Tokens(vec![1, 2])]);
        assert_eq!(tokens(json!([[1], [2]])), [Prompt::Tokens(vec![1]), Prompt::Tokens(vec![2])]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let rows = [
            (json!({}), "prompt: "),
            (json!({ "prompt": [] }), "prompt: "),
            (json!({ "prompt": ["a", ""] }), "prompt: "),
            (json!({ "prompt": 3 }), "prompt: "),
            (json!({ "prompt": "a", "n": 0 }), "n: "),
            (json!({ "prompt": "a", "n": 3, "best_of": 2 }), "best_of: "),
            (json!({ "prompt": "a", "stop": 1 }), "stop: "),
        ];
        for (body, expected) in rows {
            let found = decoded(&body).err().unwrap_or_default();
            assert!(found.starts_with(expected), "{expected} {found}");
        }
    }

    #[test]
    fn answers_are_texts_whole_and_in_pieces() {
        let chosen = json!({ "content": [
            { "token": "Hé", "logprob": -0.5, "top_logprobs": [{ "token": "Ho", "logprob": -1.5 }] },
            { "token": "llo", "logprob": -0.25, "top_logprobs": [] }] });
        let text = |choice, text: &str| ReplyEvent::Text { choice, text: text.into() };
        let end = |choice, finish| ReplyEvent::Finish { choice, finish };
        let events = [
            ReplyEvent::Begun { id: None, model: Some("up".into()) },
            text(0, "Hé"),
            text(0, "llo"),
            text(1, "B"),
            ReplyEvent::Extra { choice: 0, name: "logprobs", value: chosen },
            end(0, Finish::Length),
            end(1, Finish::Stop),
        ];
        let usage = Usage { prompt_tokens: 3, completion_tokens: 2, ..Usage::default() };
        let answer = decoded(&json!({ "prompt": "a", "stream_options": { "include_usage": true } })).unwrap().answer;
        let head =
            || AnswerHead { id: "1".into(), created: 0, model: "a/m".into(), wire_format: "openai", prompt_tokens: 3 };
        let mut whole = WholeReply { usage: Some(usage), ..WholeReply::default() };
        events.iter().cloned().for_each(|event| whole.push(event));
        let whole = String::from_utf8(answer.whole(head(), &whole)).unwrap();
        let mut writer = answer.stream(head(), true).unwrap();
        let mut out = Vec::new();
        for event in events {
            // As it came it would be a chunk of a chat.
            let frame = ReplyFrame { raw: "{}".into(), is_canonical: true, events: vec![event] };
            writer.frame(&frame, &mut out);
        }
        writer.end(usage, &mut out);
        assert_snapshot!(format!("{whole}\n\n{}", String::from_utf8(out).unwrap()));
    }
}
