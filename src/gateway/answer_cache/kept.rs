//! An answer that is kept to be given again: as the frames or the body that it came in, so that clients of the same format
//! read it byte for byte as the first one did, and those of any other have it written anew.

use std::time::Instant;

use bytes::Bytes;
use mediary_core::capability::Usd;
use mediary_core::task::{Choice, Finish, Piece, ReplyEvent, ReplyFrame, Usage, WholeReply};
use mediary_core::{Failure, Target};
use serde_json::{Value, json};

use super::super::routing::{Account, Route};
use super::super::tasks::{Answered, Growing, WholeAnswer};
use super::outcome::{CacheNote, CacheOutcome};

/// What an answer takes beside its texts.
const OVERHEAD_BYTES: usize = 512;
/// Fields of a reply that are files: they would push out all others.
const FILES: [&str; 2] = ["images", "audio"];

/// An answer that is kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// Since when.
    pub(super) at: Instant,
    route: Route,
    said: Said,
    usage: Usage,
    /// What it cost; `None`: that is not known.
    pub(super) usd: Option<Usd>,
    bytes: usize,
}

/// What an answer says.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// As it grew.
    Frames {
        /// All of it.
        frames: Vec<ReplyFrame>,
        /// Whether they are a stream's.
        is_stream: bool,
    },
    /// In one piece, and the body as it came.
    Whole(Box<WholeReply>, Option<Bytes>),
}

impl Said {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        match self {
            Self::Frames { frames, .. } => frames.iter().map(frame_bytes).sum(),
            Self::Whole(reply, raw) => {
                let vectors: usize = reply.vectors.iter().map(|(_, vector)| 4 * vector.len() + 32).sum();
                let choices: usize = reply.choices.iter().map(choice_bytes).sum();
                let own: usize = reply.own.iter().map(|(_, _, value)| value_bytes(value)).sum();
                raw.as_ref().map_or(0, Bytes::len) + vectors + choices + own
            }
        }
    }
}

impl Kept {
    /// An answer to be kept; `None` if it is not to be: it is no whole answer, calls functions, or is not what would be
    /// said another time.
    pub(super) fn of(route: &Route, said: Said, usage: Usage, usd: Option<Usd>, at: Instant) -> Option<Self> {
        // Another target was to be asked before.
        if route.fallbacks > 0 || !may_be_kept(&said) {
            return None;
        }
        let said = match said {
            // Frames are parts of larger buffers.
            Said::Frames { frames, is_stream } => {
                let own = |frame: ReplyFrame| ReplyFrame { raw: Bytes::copy_from_slice(&frame.raw), ..frame };
                Said::Frames { frames: frames.into_iter().map(own).collect(), is_stream }
            }
            whole @ Said::Whole(..) => whole,
        };
        let route = Route { account: Account::default(), cache: None, ..route.clone() };
        let bytes = OVERHEAD_BYTES + said.bytes();
        Some(Self { at, route, said, usage, usd, bytes })
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The target that said it.
    pub(super) fn target(&self) -> &Target {
        &self.route.target
    }

    /// How many tokens it had.
    pub(super) fn tokens(&self) -> u64 {
        self.usage.prompt_tokens + self.usage.completion_tokens
    }

    /// It as the answer to another request.
    pub(super) fn answered(&self, streams: bool, note: CacheNote, account: &Account) -> Answered {
        let route = Route { account: account.clone(), is_cost_known: true, cache: Some(note), ..self.route.clone() };
        if streams {
            let (frames, is_stream) = match &self.said {
                Said::Frames { frames, is_stream } => (frames.clone(), *is_stream),
                Said::Whole(reply, _) => {
                    (vec![ReplyFrame { events: events_of(reply), ..ReplyFrame::default() }], false)
                }
            };
            return Answered::Stream(Box::new(Growing::replayed(Replayed {
                route,
                frames: frames.into(),
                is_stream,
                usage: self.usage,
            })));
        }
        let (reply, raw) = match &self.said {
            Said::Whole(reply, raw) => (reply.clone(), raw.clone()),
            Said::Frames { frames, .. } => (Box::new(folded(frames)), None),
        };
        let reply = WholeReply { usage: Some(self.usage), ..*reply };
        Answered::Whole(Box::new(WholeAnswer { route, reply, raw }))
    }

    /// What is noted of a request that it answers.
    pub(super) fn note(&self, outcome: CacheOutcome, now: Instant) -> CacheNote {
        CacheNote {
            outcome,
            saved_usd: self.usd,
            saved_tokens: self.tokens(),
            age: Some(now.saturating_duration_since(self.at)),
        }
    }
}

/// A kept answer on its way to a client.
#[derive(Debug)]
pub(in crate::gateway) struct Replayed {
    pub(in crate::gateway) route: Route,
    pub(in crate::gateway) frames: std::collections::VecDeque<ReplyFrame>,
    pub(in crate::gateway) is_stream: bool,
    pub(in crate::gateway) usage: Usage,
}

impl Replayed {
    /// The next frame.
    pub(in crate::gateway) fn next(&mut self) -> Option<Result<ReplyFrame, Failure>> {
        self.frames.pop_front().map(Ok)
    }
}

/// Whether an answer is whole, and would be given to the same request again.
fn may_be_kept(said: &Said) -> bool {
    match said {
        Said::Whole(reply, _) => is_whole(reply),
        Said::Frames { frames, .. } => {
            let mut events = frames.iter().flat_map(|frame| &frame.events);
            !events.any(|event| matches!(event, ReplyEvent::Continued { .. })) && is_whole(&folded(frames))
        }
    }
}

fn is_whole(reply: &WholeReply) -> bool {
    let is_whole = |choice: &Choice| {
        choice.finish == Some(Finish::Stop)
            && choice.tool_calls.is_empty()
            && choice.refusal.is_none()
            && !choice.extras.keys().any(|name| FILES.contains(name))
            && !choice.extras.get("annotations").is_some_and(cites_pages)
    };
    let runs_tools = reply.own.iter().any(|(_, field, _)| *field == ReplyEvent::TOOL_RUNS);
    let says = !reply.choices.is_empty() || !reply.vectors.is_empty();
    says && !runs_tools && reply.choices.iter().all(is_whole)
}

/// Whether an answer says where on the web its provider looked it up: it may find something else tomorrow.
fn cites_pages(annotations: &Value) -> bool {
    let mut all = annotations.as_array().into_iter().flatten();
    all.any(|annotation| annotation["type"] == "url_citation")
}

fn folded(frames: &[ReplyFrame]) -> WholeReply {
    let mut whole = WholeReply::default();
    frames.iter().flat_map(|frame| &frame.events).for_each(|event| whole.push(event.clone()));
    whole
}

/// About how many bytes a frame takes.
pub(super) fn frame_bytes(frame: &ReplyFrame) -> usize {
    frame.raw.len() + frame.events.iter().map(|event| 64 + told(event)).sum::<usize>()
}

fn told(event: &ReplyEvent) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    match event {
        ReplyEvent::Text { text, .. } | ReplyEvent::Refusal { text, .. } => text.len(),
        ReplyEvent::Reasoning { text, signature, .. } => text.len() + length(signature),
        ReplyEvent::ToolCall { arguments, signature, .. } => arguments.len() + length(signature),
        ReplyEvent::Extra { value, .. } | ReplyEvent::Own { value, .. } => value_bytes(value),
        _ => 0,
    }
}

fn choice_bytes(choice: &Choice) -> usize {
    let reasoning = choice.reasoning.as_ref();
    let thought = reasoning.map_or(0, |its| its.text.len() + its.signature.as_ref().map_or(0, String::len));
    128 + choice.text.len() + thought + choice.extras.values().map(value_bytes).sum::<usize>()
}

/// About how many bytes a value takes: several times those of its text.
fn value_bytes(value: &Value) -> usize {
    let within: usize = match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(value_bytes).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| 48 + name.len() + value_bytes(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Value>() + within
}

/// A whole reply as the events of a stream.
pub(in crate::gateway) fn events_of(reply: &WholeReply) -> Vec<ReplyEvent> {
    let mut events = vec![ReplyEvent::Begun { id: reply.id.clone(), model: reply.model.clone() }];
    let own = reply.own.iter().map(|(wire_format, field, value)| ReplyEvent::Own {
        wire_format,
        field,
        value: value.clone(),
    });
    events.extend(own);
    for (choice, its) in (0..).zip(&reply.choices) {
        if let Some(reasoning) = &its.reasoning {
            let (text, signature) = (reasoning.text.clone(), reasoning.signature.clone());
            events.push(ReplyEvent::Reasoning { choice, text, signature });
        }
        for piece in its.pieces() {
            events.push(match piece {
                Piece::Words(words) => ReplyEvent::Text { choice, text: words.to_owned() },
                Piece::Picture(url) => {
                    let value = json!([{ "type": "image_url", "image_url": { "url": url } }]);
                    ReplyEvent::Extra { choice, name: FILES[0], value }
                }
            });
        }
        if let Some(text) = &its.refusal {
            events.push(ReplyEvent::Refusal { choice, text: text.clone() });
        }
        for (index, call) in (0..).zip(&its.tool_calls) {
            events.push(ReplyEvent::ToolCall {
                choice,
                index,
                id: Some(call.id.clone()),
                name: Some(call.name.clone()),
                arguments: call.arguments.clone(),
                signature: call.signature.clone(),
            });
        }
        let extras = its.extras.iter().filter(|(name, value)| **name != FILES[0] && **value != Value::Null);
        events.extend(extras.map(|(name, value)| ReplyEvent::Extra { choice, name, value: value.clone() }));
        events.extend(its.finish.map(|finish| ReplyEvent::Finish { choice, finish }));
    }
    events.extend(reply.usage.map(ReplyEvent::Usage));
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(fallbacks: u32) -> Route {
        Route {
            target: "a/m".parse().unwrap(),
            also: vec![],
            wire_format: "openai",
            fallbacks,
            treatments: vec![],
            dropped: vec![],
            account: Account::default(),
            is_cost_known: false,
            status: None,
            cache: None,
        }
    }

    fn text(text: &str) -> ReplyEvent {
        ReplyEvent::Text { choice: 0, text: text.to_owned() }
    }

    fn ends(finish: Finish) -> ReplyEvent {
        ReplyEvent::Finish { choice: 0, finish }
    }

    fn kept(fallbacks: u32, events: Vec<ReplyEvent>) -> Option<Kept> {
        let frames = events.into_iter().map(|event| ReplyFrame { events: vec![event], ..ReplyFrame::default() });
        let said = Said::Frames { frames: frames.collect(), is_stream: true };
        Kept::of(&route(fallbacks), said, Usage::default(), None, Instant::now())
    }

    #[test]
    fn only_whole_answers_of_the_target_that_was_to_be_asked_are_kept() {
        let call = ReplyEvent::ToolCall {
            choice: 0,
            index: 0,
            id: Some("1".into()),
            name: Some("f".into()),
            arguments: "{}".into(),
            signature: None,
        };
        let refusal = ReplyEvent::Refusal { choice: 0, text: "No.".into() };
        let seam = ReplyEvent::Continued { by: "b/m".into() };
        let image = ReplyEvent::Extra { choice: 0, name: "images", value: json!([]) };
        let noted = |kind: &str| ReplyEvent::Extra { choice: 0, name: "annotations", value: json!([{ "type": kind }]) };
        let rows = [
            ("whole", 0, vec![text("Hello"), ends(Finish::Stop)], true),
            ("of a stand-in", 1, vec![text("Hello"), ends(Finish::Stop)], false),
            ("without an end", 0, vec![text("Hello")], false),
            ("cut off", 0, vec![text("Hello"), ends(Finish::Length)], false),
            ("filtered", 0, vec![text("Hello"), ends(Finish::ContentFilter)], false),
            ("a call", 0, vec![call.clone(), ends(Finish::ToolCalls)], false),
            ("a call that ends otherwise", 0, vec![call, ends(Finish::Stop)], false),
            ("a refusal", 0, vec![refusal, ends(Finish::Stop)], false),
            ("a seam", 0, vec![text("Hel"), seam, text("lo"), ends(Finish::Stop)], false),
            ("a picture", 0, vec![image, text("Hello"), ends(Finish::Stop)], false),
            ("looked up", 0, vec![text("Hello"), noted("url_citation"), ends(Finish::Stop)], false),
            ("of a file", 0, vec![text("Hello"), noted("file_citation"), ends(Finish::Stop)], true),
            ("nothing", 0, vec![], false),
        ];
        for (name, fallbacks, events, expected) in rows {
            assert_eq!(kept(fallbacks, events).is_some(), expected, "{name}");
        }
    }

    #[test]
    fn all_that_an_answer_carries_counts_for_its_bytes() {
        let long = "a".repeat(10_000);
        let reasoning = ReplyEvent::Reasoning { choice: 0, text: long.clone(), signature: Some(long.clone()) };
        let extra = ReplyEvent::Extra { choice: 0, name: "logprobs", value: json!({ "content": [long] }) };
        let own = ReplyEvent::Own { wire_format: "openai", field: "id", value: json!([long]) };
        for (event, least) in [(reasoning, 20_000), (extra, 10_000), (own, 10_000)] {
            let events = vec![text("Hello"), event.clone(), ends(Finish::Stop)];
            let mut whole = WholeReply::default();
            events.iter().for_each(|event| whole.push(event.clone()));
            let whole = Said::Whole(Box::new(whole), None);
            let whole = Kept::of(&route(0), whole, Usage::default(), None, Instant::now()).unwrap();
            let frames = kept(0, events).unwrap();
            assert!(whole.bytes() >= least && frames.bytes() >= least, "{event:?}");
        }
    }

    #[test]
    fn a_whole_reply_and_its_events_say_the_same() {
        let mut whole = WholeReply::default();
        let usage = Usage { prompt_tokens: 3, completion_tokens: 2, ..Usage::default() };
        let events = vec![
            ReplyEvent::Begun { id: Some("1".into()), model: Some("m".into()) },
            ReplyEvent::Reasoning { choice: 0, text: "Hm.".into(), signature: Some("s".into()) },
            text("Hello"),
            ReplyEvent::Extra { choice: 0, name: "logprobs", value: json!({ "content": [1] }) },
            ends(Finish::Stop),
            ReplyEvent::Text { choice: 1, text: "Hi".into() },
            ReplyEvent::Finish { choice: 1, finish: Finish::Stop },
            ReplyEvent::Usage(usage),
        ];
        events.iter().for_each(|event| whole.push(event.clone()));
        let again = events_of(&whole);
        assert_eq!(again, events);
        let frame = ReplyFrame { events: again, ..ReplyFrame::default() };
        assert_eq!(folded(&[frame]), whole);
    }
}
