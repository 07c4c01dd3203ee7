//! A reply folded: all of its events put together, for clients that want it in one piece.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Finish, Judgement, PageText, Picture, Reasoning, ReplyEvent, Segment, SoundForm, ToolCall, Usage};

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WholeReply {
    /// The provider's id of it.
    pub id: Option<String>,
    /// The model as the provider names it.
    pub model: Option<String>,
    /// The replies; more than one only where more were asked for.
    pub choices: Vec<Choice>,
    /// The page that was read.
    pub page: Option<PageText>,
    /// The stretches of a transcript.
    pub segments: Vec<Segment>,
    /// The language that is spoken in a recording, as an ISO 639-1 code.
    pub language: Option<String>,
    /// How long a recording is.
    pub seconds: Option<f64>,
    /// Vectors, each with the place of its input.
    pub vectors: Vec<(u32, Vec<f32>)>,
    /// Documents with how much each has to do with the question.
    pub ranked: Vec<(u32, f64)>,
    /// What each input shows.
    pub judged: Vec<(u32, Judgement)>,
    /// Pictures, without their stages.
    pub pictures: Vec<Picture>,
    /// What the bytes are, if they are a sound.
    pub sound: Option<SoundForm>,
    /// The file that was made.
    pub bytes: Vec<u8>,
    /// The provider's name of the job that it has accepted.
    pub job: Option<String>,
    /// What it cost.
    pub usage: Option<Usage>,
    /// What only its provider's format has words for: the format, what it is there, its value.
    pub own: Vec<(&'static str, &'static str, Value)>,
}

/// One of the replies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// What was thought before.
    pub reasoning: Option<Reasoning>,
    /// What it says instead of an answer.
    pub refusal: Option<String>,
    /// Functions to call.
    pub tool_calls: Vec<ToolCall>,
    /// What else it carries, by its field in OpenAI's format.
    pub extras: BTreeMap<&'static str, Value>,
    /// Behind how many bytes of its words each of its pictures came.
    pub pictures_at: Vec<usize>,
    /// Why it ended; `None`: it has not.
    pub finish: Option<Finish>,
}

/// A piece of a reply that shows pictures between its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// A picture, by its address or in a data URL.
    Picture(&'a str),
}

/// The field in which a reply carries pictures.
const PICTURES: &str = "images";

/// No provider gives more replies than this; whatever claims to be beyond is not kept.
const MOST_CHOICES: usize = 128;
/// … nor more calls in one of them.
const MOST_CALLS: usize = 1024;

impl WholeReply {
    /// Appends what an event says.
    pub fn push(&mut self, event: ReplyEvent) {
        match event {
            ReplyEvent::Begun { id, model } => (self.id, self.model) = (id, model),
            ReplyEvent::Usage(usage) => self.usage = Some(usage),
            ReplyEvent::Own { wire_format, field, value } => self.own.push((wire_format, field, value)),
            // Only streams are continued.
            ReplyEvent::Continued { .. } => {}
            ReplyEvent::Text { choice, text } => {
                if let Some(choice) = self.choice(choice) {
                    choice.text.push_str(&text);
                }
            }
            ReplyEvent::Reasoning { choice, text, signature } => {
                if let Some(choice) = self.choice(choice) {
                    let reasoning = choice.reasoning.get_or_insert_default();
                    reasoning.text.push_str(&text);
                    reasoning.signature = signature.or(reasoning.signature.take());
                }
            }
            ReplyEvent::Refusal { choice, text } => {
                if let Some(choice) = self.choice(choice) {
                    choice.refusal.get_or_insert_default().push_str(&text);
                }
            }
            ReplyEvent::ToolCall { choice, index, id, name, arguments, signature } => {
                if let Some(call) = self.choice(choice).and_then(|choice| choice.call(index)) {
                    call.id = id.unwrap_or(std::mem::take(&mut call.id));
                    call.name = name.unwrap_or(std::mem::take(&mut call.name));
                    call.arguments.push_str(&arguments);
                    call.signature = signature.or(call.signature.take());
                }
            }
            ReplyEvent::Extra { choice, name, value } => {
                if let Some(choice) = self.choice(choice) {
                    choice.add(name, value);
                }
            }
            ReplyEvent::Finish { choice, finish } => {
                if let Some(choice) = self.choice(choice) {
                    choice.finish = Some(finish);
                }
            }
            ReplyEvent::Page(page) => self.page = Some(*page),
            ReplyEvent::Segment(segment) => self.segments.push(segment),
            ReplyEvent::Vector { index, vector } => self.vectors.push((index, vector)),
            ReplyEvent::Ranked { index, score } => self.ranked.push((index, score)),
            ReplyEvent::Judged { index, judgement } => self.judged.push((index, *judgement)),
            ReplyEvent::Heard { language, seconds } => {
                self.language = language.or(self.language.take());
                self.seconds = seconds.or(self.seconds);
            }
            ReplyEvent::Picture(picture) if picture.stage.is_none() => self.pictures.push(*picture),
            ReplyEvent::Picture(_) => {}
            ReplyEvent::Sound(form) => self.sound = Some(form),
            ReplyEvent::Accepted { job } => self.job = Some(job),
            ReplyEvent::Bytes(bytes) => self.bytes.extend_from_slice(&bytes),
        }
    }

    fn choice(&mut self, index: u32) -> Option<&mut Choice> {
        let index = index as usize;
        if index >= self.choices.len() && index < MOST_CHOICES {
            self.choices.resize_with(index + 1, Choice::default);
        }
        self.choices.get_mut(index)
    }
}

impl Choice {
    fn call(&mut self, index: u32) -> Option<&mut ToolCall> {
        let index = index as usize;
        if index >= self.tool_calls.len() && index < MOST_CALLS {
            let empty =
                || ToolCall { id: String::new(), name: String::new(), arguments: String::new(), signature: None };
            self.tool_calls.resize_with(index + 1, empty);
        }
        self.tool_calls.get_mut(index)
    }

    /// Its words and its pictures as they came.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let images = self.extras.get(PICTURES).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut pieces = Vec::new();
        let mut rest = self.text.as_str();
        for (index, image) in images.iter().enumerate() {
            let said = self.text.len() - rest.len();
            let until = self.pictures_at.get(index).map_or(usize::MAX, |at| at.saturating_sub(said));
            // Words that were mended since may be fewer.
            let (words, after) = rest.split_at_checked(until).unwrap_or((rest, ""));
            pieces.push(Piece::Words(words));
            pieces.extend(image.pointer("/image_url/url").and_then(Value::as_str).map(Piece::Picture));
            rest = after;
        }
        pieces.push(Piece::Words(rest));
        pieces.retain(|piece| *piece != Piece::Words(""));
        pieces
    }

    /// Lists grow, also inside of objects (`logprobs.content`); texts do (`audio.data`); everything else is replaced.
    fn add(&mut self, name: &'static str, value: Value) {
        if name == PICTURES {
            let count = value.as_array().map_or(0, Vec::len);
            self.pictures_at.extend(std::iter::repeat_n(self.text.len(), count));
        }
        match self.extras.get_mut(name) {
            Some(before) => merge(before, value),
            None => {
                self.extras.insert(name, value);
            }
        }
    }
}

fn merge(before: &mut Value, more: Value) {
    match (before, more) {
        (Value::Array(before), Value::Array(more)) => before.extend(more),
        (Value::Object(before), Value::Object(more)) => {
            for (key, value) in more {
                match before.get_mut(&key) {
                    Some(Value::String(text)) if matches!(key.as_str(), "data" | "transcript") => {
                        text.push_str(value.as_str().unwrap_or_default());
                    }
                    Some(before) => merge(before, value),
                    None => {
                        before.insert(key, value);
                    }
                }
            }
        }
        (before, more) => *before = more,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn folded(events: impl IntoIterator<Item = ReplyEvent>) -> WholeReply {
        let mut whole = WholeReply::default();
        events.into_iter().for_each(|event| whole.push(event));
        whole
    }

    #[test]
    fn pieces_are_put_together_by_choice_and_call() {
        let text = |choice, text: &str| ReplyEvent::Text { choice, text: text.to_owned() };
        let call = |index, id: Option<&str>, name: Option<&str>, arguments: &str| ReplyEvent::ToolCall {
            choice: 0,
            index,
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
            arguments: arguments.to_owned(),
            signature: None,
        };
        let whole = folded([
            text(1, "b"),
            text(0, "he"),
            text(0, "llo"),
            call(1, Some("c1"), Some("two"), ""),
            call(0, Some("c0"), Some("one"), "{\"a\":"),
            call(0, None, None, "1}"),
            ReplyEvent::Finish { choice: 0, finish: Finish::ToolCalls },
        ]);
        assert_eq!(whole.choices[0].text, "hello");
        assert_eq!(whole.choices[1].text, "b");
        let calls: Vec<_> =
            whole.choices[0].tool_calls.iter().map(|call| (&*call.id, &*call.name, &*call.arguments)).collect();
        assert_eq!(calls, [("c0", "one", "{\"a\":1}"), ("c1", "two", "")]);
        assert_eq!(whole.choices[1].finish, None);
    }

    #[test]
    fn log_probabilities_and_sound_grow() {
        let extra = |name, value| ReplyEvent::Extra { choice: 0, name, value };
        let whole = folded([
            extra("logprobs", json!({"content": [1]})),
            extra("logprobs", json!({"content": [2], "refusal": null})),
            extra("audio", json!({"id": "a", "data": "AA"})),
            extra("audio", json!({"data": "BB", "expires_at": 3})),
        ]);
        assert_eq!(whole.choices[0].extras["logprobs"], json!({"content": [1, 2], "refusal": null}));
        assert_eq!(whole.choices[0].extras["audio"], json!({"id": "a", "data": "AABB", "expires_at": 3}));
    }

    #[test]
    fn pictures_keep_their_places_between_words() {
        let text = |text: &str| ReplyEvent::Text { choice: 0, text: text.to_owned() };
        let image = |url: &str| json!([{ "type": "image_url", "image_url": { "url": url } }]);
        let images = |value| ReplyEvent::Extra { choice: 0, name: "images", value };
        let mut whole = folded([
            images(image("a")),
            text("One"),
            text(" and"),
            images(image("b")),
            images(image("c")),
            text(" two."),
        ]);
        let choice = &mut whole.choices[0];
        let (words, picture) = (Piece::Words, Piece::Picture);
        let expected = [picture("a"), words("One and"), picture("b"), picture("c"), words(" two.")];
        assert_eq!(choice.pieces(), expected);
        choice.text = "ü".to_owned();
        choice.pictures_at = vec![1, 9, 9];
        assert_eq!(choice.pieces(), [words("ü"), picture("a"), picture("b"), picture("c")], "nothing is lost");
    }

    #[test]
    fn absurd_indices_are_not_kept() {
        let whole = folded([ReplyEvent::Text { choice: u32::MAX, text: "x".into() }]);
        assert_eq!(whole.choices, []);
    }
}
