//! A message as it is kept: the client's own words, calls, and media by their hashes; and the message again, as targets get
//! it.
//!
//! What only one vendor's format has words for is left out: a thread goes on at any target, in any protocol. Thoughts are
//! kept with calls alone, whose vendors want them back.

use bytes::Bytes;
use mediary_core::plan::estimate_tokens;
use mediary_core::task::{Chat, Choice, Detail, MediaPart, Message, Part, Piece, Reasoning, Role, ToolCall};
use mediary_core::{Blob, Claim, ContentHash, MediaKind, classify};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// About how many tokens a medium has whose size is not looked at.
const MEDIUM_TOKENS: i64 = 1_000;

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Whether it may not leave this machine, whatever later requests allow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_local: bool,
    /// Its parts, in order.
    pub parts: Vec<RecordPart>,
    /// Functions that were called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<RecordCall>,
    /// Which call it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// The speaker's name, or that of the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether what a tool was to do failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_failed: bool,
    /// What was said instead of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// What was thought before calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thoughts: Option<RecordThoughts>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordPart {
    /// Words.
    Text(String),
    /// A medium.
    Medium(RecordMedium),
}

/// A medium in a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordMedium {
    /// By which the content store finds it.
    pub hash: String,
    /// What it is.
    pub mime: String,
    /// How long it is.
    pub bytes: u64,
    /// Its file name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How closely a picture is to be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordCall {
    /// What its result names.
    pub id: String,
    /// Which function.
    pub name: String,
    /// The arguments as the model wrote them.
    pub arguments: String,
    /// What its provider wants back with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// What was thought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordThoughts {
    text: String,
    signature: Option<String>,
    by: Option<String>,
}

/// The name of a role, as it is kept.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

fn role_named(name: &str) -> Role {
    [Role::System, Role::User, Role::Tool].into_iter().find(|role| role_name(*role) == name).unwrap_or(Role::Assistant)
}

impl Record {
    /// A message whose media are here and hashed.
    pub(super) fn of(message: &Message) -> Self {
        let parts = message.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(RecordPart::Text(text.clone())),
            Part::Media(part) => Some(RecordPart::Medium(RecordMedium {
                hash: part.media.blob.hash().to_string(),
                mime: part.media.format.mime().to_owned(),
                bytes: part.media.blob.len_bytes(),
                name: part.name.clone(),
                detail: part.detail.map(|detail| detail.name().to_owned()),
            })),
            // The gateway has fetched all of them, or refused the request.
            Part::Remote { .. } => None,
        });
        let calls = message.tool_calls.iter().map(|call| RecordCall {
            id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            signature: call.signature.clone(),
        });
        let thoughts = message.reasoning.as_ref().filter(|_| !message.tool_calls.is_empty());
        Self {
            is_local: false,
            parts: parts.collect(),
            calls: calls.collect(),
            call_id: message.tool_call_id.clone(),
            name: message.name.clone(),
            has_failed: message.has_failed,
            refusal: message.refusal.clone(),
            thoughts: thoughts.map(|thoughts| RecordThoughts {
                text: thoughts.text.clone(),
                signature: thoughts.signature.clone(),
                by: thoughts.thought_by.clone(),
            }),
        }
    }

    /// The message again. `medium` gives a medium that is kept; of one that is not there any more it is said that it was.
    pub(super) fn message(self, role: &str, mut medium: impl FnMut(&RecordMedium) -> Option<MediaPart>) -> Message {
        let parts = self.parts.into_iter().map(|part| match part {
            RecordPart::Text(text) => Part::Text(text),
            RecordPart::Medium(kept) => match medium(&kept) {
                Some(part) => Part::Media(part),
                None => Part::Text(format!("[a file that is not sent again: {}]", kept.shown())),
            },
        });
        let calls = self.calls.into_iter().map(|call| ToolCall {
            id: call.id,
            name: call.name,
            arguments: call.arguments,
            signature: call.signature,
        });
        Message {
            parts: parts.collect(),
            tool_calls: calls.collect(),
            tool_call_id: self.call_id,
            name: self.name,
            has_failed: self.has_failed,
            refusal: self.refusal,
            reasoning: self.thoughts.map(|thoughts| Reasoning {
                text: thoughts.text,
                signature: thoughts.signature,
                thought_by: thoughts.by,
                places: Vec::new(),
            }),
            ..Message::new(role_named(role))
        }
    }

    /// The media in it.
    pub(super) fn media(&self) -> impl Iterator<Item = &RecordMedium> {
        self.parts.iter().filter_map(|part| match part {
            RecordPart::Medium(medium) => Some(medium),
            RecordPart::Text(_) => None,
        })
    }

    /// Its words, as people read them.
    pub(super) fn said(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            RecordPart::Text(text) => Some(text.as_str()),
            RecordPart::Medium(medium) => medium.name.as_deref(),
        });
        texts.chain(self.refusal.as_deref()).collect::<Vec<_>>().join("\n")
    }

    /// By which the same message is known when its client sends it again, whatever protocol it does it in: its words without
    /// the blanks around them, its media, what was called with which arguments.
    pub(super) fn digest(&self, role: &str) -> Vec<u8> {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        };
        add(role);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let texts = self.parts.iter().filter_map(|part| match part {
            RecordPart::Text(text) => Some(text.as_str()),
            RecordPart::Medium(_) => None,
        });
        add(&words(&texts.chain(self.refusal.as_deref()).collect::<Vec<_>>().join(" ")));
        self.media().for_each(|medium| add(&medium.hash));
        for call in &self.calls {
            add(&call.name);
            let arguments: Result<serde_json::Value, _> = serde_json::from_str(&call.arguments);
            add(&arguments.map_or_else(|_| call.arguments.clone(), |arguments| arguments.to_string()));
        }
        hasher.finalize().to_vec()
    }
}

impl RecordMedium {
    /// How it is told of in words.
    pub(super) fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.mime)
    }

    /// Whether it is a picture.
    pub(super) fn is_picture(&self) -> bool {
        self.mime.starts_with("image/")
    }

    /// The medium as targets get it, of its bytes.
    pub(super) fn part(&self, blob: Blob) -> Option<MediaPart> {
        let claim = Claim { mime: Some(&self.mime), file_name: self.name.as_deref() };
        let media = classify(blob, claim).ok()?;
        let detail = [Detail::Auto, Detail::Low, Detail::High].into_iter();
        let detail = detail.into_iter().find(|detail| self.detail.as_deref() == Some(detail.name()));
        Some(MediaPart { name: self.name.clone(), detail, ..MediaPart::new(media) })
    }
}

/// About how many tokens a message has.
pub(super) fn tokens_of(message: &Message) -> i64 {
    let media = message.parts.iter().filter(|part| !matches!(part, Part::Text(_))).count();
    let chat = Chat { messages: vec![message.clone()], ..Chat::default() };
    i64::from(estimate_tokens(&chat)) + MEDIUM_TOKENS * i64::try_from(media).unwrap_or(i64::MAX)
}

/// What a model said, as a message; `None`: nothing.
pub(super) fn answer_of(choice: &Choice, wire_format: &str) -> Option<Message> {
    let mut message = Message::new(Role::Assistant);
    for piece in choice.pieces() {
        match piece {
            Piece::Words(words) => message.parts.push(Part::Text(words.to_owned())),
            Piece::Picture(url) => message.parts.extend(picture(url)),
        }
    }
    message.tool_calls.clone_from(&choice.tool_calls);
    message.refusal = choice.refusal.clone().filter(|refusal| !refusal.is_empty());
    if !message.tool_calls.is_empty() {
        let thoughts = choice.reasoning.clone();
        message.reasoning = thoughts.map(|thoughts| Reasoning { thought_by: Some(wire_format.to_owned()), ..thoughts });
    }
    // What is only heard has a transcript.
    if message.parts.is_empty() {
        let transcript = choice.extras.get("audio").and_then(|audio| audio["transcript"].as_str());
        message.parts.extend(transcript.map(|text| Part::Text(text.to_owned())));
    }
    let is_nothing = message.is_nothing() && message.tool_calls.is_empty() && message.refusal.is_none();
    (!is_nothing).then_some(message)
}

/// A picture in an answer: the bytes of one that came along, the address of another.
fn picture(url: &str) -> Option<Part> {
    let Some(data) = url.strip_prefix("data:") else { return Some(Part::Text(url.to_owned())) };
    let (_, data) = data.split_once(";base64,")?;
    let blob = Blob::from_base64(Bytes::copy_from_slice(data.as_bytes())).ok()?;
    let media = classify(blob, Claim { mime: None, file_name: None }).ok()?;
    // Of whatever else a model may claim to be a picture nothing is kept.
    (media.format.kind() == MediaKind::Image).then(|| Part::Media(MediaPart::new(media)))
}

/// A hash as it is written.
pub(super) fn hash_of(text: &str) -> Option<ContentHash> {
    text.parse().ok()
}
