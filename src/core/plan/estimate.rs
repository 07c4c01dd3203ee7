//! About how many tokens a text or a medium has.
//!
//! For asking which targets hold a request and what it will cost, before a provider has counted. It loads no tokeniser: every
//! family has its own, and a quarter more or less changes no plan. One pass over the text.

use std::io;

use super::Treatment;
use crate::MediaKind;
use crate::capability::PartShape;
use crate::task::{Chat, EmbedInput, Message, Part, Prompt, ReplyFormat, Tool};

/// What is kept free for a reply whose length the request does not limit.
pub const REPLY_RESERVE_TOKENS: u32 = 1_024;

/// Role, separators and the like of a message (OpenAI's cookbook counts three to four).
const MESSAGE_TOKENS: u64 = 4;
/// What the vendors put around a function.
const TOOL_TOKENS: u64 = 8;
/// The fence and the source of a text that was extracted.
const FENCE_TOKENS: u64 = 30;

/// About how many tokens a chat's texts have: messages, prompts, thoughts, calls, tools and schema. Media are counted by
/// [`media_tokens`].
#[must_use]
pub fn estimate_tokens(chat: &Chat) -> u32 {
    let messages: u64 = chat.messages.iter().map(of_message).sum();
    let prompts = chat.completion.iter().flat_map(|completion| &completion.prompts);
    let prompts: u64 =
        prompts.map(|prompt| if let Prompt::Tokens(tokens) = prompt { tokens.len() as u64 } else { 0 }).sum();
    let tools: u64 = chat.tools.iter().map(of_tool).sum();
    let format = match &chat.format {
        ReplyFormat::Text | ReplyFormat::Json => 0,
        ReplyFormat::Schema { schema, .. } => of_json(schema),
    };
    u32::try_from(messages + prompts + tools + format).unwrap_or(u32::MAX)
}

/// About how many tokens a text to embed has.
#[must_use]
pub fn input_tokens(input: &EmbedInput) -> u32 {
    let tokens = match input {
        EmbedInput::Text(text) => of_text(text),
        EmbedInput::Tokens(tokens) => tokens.len() as u64,
    };
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

/// As many tokens as a text to embed has at least: no tokenizer makes one token of two words.
#[must_use]
pub(super) fn least_input_tokens(input: &EmbedInput) -> u32 {
    let tokens = match input {
        EmbedInput::Text(text) => {
            text.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_alphanumeric())).count()
        }
        EmbedInput::Tokens(tokens) => tokens.len(),
    };
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

fn of_message(message: &Message) -> u64 {
    let parts: u64 = message
        .parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => of_text(text),
            Part::Media(_) | Part::Remote { .. } => 0,
        })
        .sum();
    let calls: u64 =
        message.tool_calls.iter().map(|call| TOOL_TOKENS + of_text(&call.name) + of_text(&call.arguments)).sum();
    let asides = [
        message.name.as_deref(),
        message.refusal.as_deref(),
        message.reasoning.as_ref().map(|reasoning| reasoning.text.as_str()),
    ];
    MESSAGE_TOKENS + parts + calls + asides.into_iter().flatten().map(of_text).sum::<u64>()
}

fn of_tool(tool: &Tool) -> u64 {
    let description = tool.description.as_deref().map_or(0, of_text);
    TOOL_TOKENS + of_text(&tool.name) + description + tool.parameters.as_ref().map_or(0, of_json)
}

fn of_json(value: &serde_json::Value) -> u64 {
    let mut counter = Counter(0);
    // The counter takes everything, so there is nothing to be told of.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0.div_ceil(4)
}

fn of_text(text: &str) -> u64 {
    quarters(text.as_bytes()).div_ceil(4)
}

/// Counts what is written to it, in quarters of a token, and keeps nothing.
struct Counter(u64);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += quarters(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Quarters of a token by the first byte of a character in UTF-8: four Latin characters are about a token (OpenAI,
/// Google and Anthropic all say so), two of most other alphabets, and one of Chinese, Japanese or Korean, or an emoji.
const QUARTERS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte {
            0x00..=0x7f | 0xc2..=0xcc => 1,
            0xcd..=0xe2 => 2,
            0xe3..=0xff => 4,
            // The rest of a character that has been counted.
            _ => 0,
        };
        byte += 1;
    }
    table
};

fn quarters(bytes: &[u8]) -> u64 {
    let of_chunk = |chunk: &[u8]| -> u64 {
        if chunk.is_ascii() {
            return chunk.len() as u64;
        }
        chunk.iter().map(|byte| u64::from(QUARTERS[usize::from(*byte)])).sum()
    };
    bytes.chunks(1_024).map(of_chunk).sum()
}

/// About how many tokens a part has for a target that is given it by this treatment; `files` is how many files the
/// treatment makes of it.
///
/// - a picture: its pixels by 750, from 300 to 1,600 (Anthropic, "Vision"; Gemini charges 258 a tile of 768 pixels and
///   OpenAI 85 and 170 a tile of 512, which come to the same order);
/// - a PDF as it is: 600 a page, between Gemini's 258 and Anthropic's 1,500 and more; the text of a page: 500;
/// - sound: 32 a second (Gemini, "Audio understanding"); its transcript: 4 a second, at 150 words a minute;
/// - video: 260 a second (Gemini, "Video understanding": 258 a frame at one frame a second, and its sound); its text: 10;
/// - a file of text: four bytes a token.
#[must_use]
pub fn media_tokens(part: &PartShape, treatment: &Treatment, files: u32) -> u32 {
    let tokens = match treatment {
        Treatment::Forward => as_it_is(part),
        Treatment::Extract { .. } => as_text(part),
        Treatment::Transcode { to, .. } => transcoded(part, to.kind(), files),
    };
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

pub(super) fn as_it_is(part: &PartShape) -> u64 {
    transcoded(part, part.kind(), 1)
}

pub(super) fn as_text(part: &PartShape) -> u64 {
    FENCE_TOKENS
        + match part.kind() {
            MediaKind::Text => part.bytes / 4,
            // A photographed page at most.
            MediaKind::Image => 300,
            MediaKind::Document => pages(part) * 500,
            MediaKind::Audio => seconds(part) * 4,
            MediaKind::Video => seconds(part) * 10,
        }
}

pub(super) fn transcoded(part: &PartShape, to: MediaKind, files: u32) -> u64 {
    match to {
        MediaKind::Text => part.bytes / 4,
        MediaKind::Image if part.kind() == MediaKind::Image => picture(part.side_pixels) * u64::from(files),
        // A page is rendered to be read, a frame to be seen; with a video's frames comes what is said in it.
        MediaKind::Image => {
            let said = if part.kind() == MediaKind::Video { seconds(part) * 4 } else { 0 };
            u64::from(files) * 1_000 + said
        }
        MediaKind::Document => pages(part) * 600,
        MediaKind::Audio => seconds(part) * 32,
        MediaKind::Video => seconds(part) * 260,
    }
}

/// Only the longer side is known; the other is taken as three quarters of it.
fn picture(side_pixels: Option<u32>) -> u64 {
    // Beyond this the most is reached anyway, and the square would not fit.
    let side = u64::from(side_pixels.unwrap_or(1_000).min(10_000));
    (side * side * 3 / 4 / 750).clamp(300, 1_600)
}

/// Unknown: a hundred kilobytes a page.
fn pages(part: &PartShape) -> u64 {
    part.pages.map_or_else(|| part.bytes / 100_000 + 1, u64::from)
}

/// Unknown: 128 kbit/s of sound, 2 Mbit/s of video.
fn seconds(part: &PartShape) -> u64 {
    let bytes_a_second = if part.kind() == MediaKind::Video { 250_000 } else { 16_000 };
    part.seconds.map_or_else(|| part.bytes / bytes_a_second + 1, u64::from)
}
