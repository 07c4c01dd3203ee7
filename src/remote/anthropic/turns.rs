//! The conversation as Anthropic's turns: `user` and `assistant`, the user first.
//!
//! Results of functions are said by the user, before anything else in the turn. Thoughts are sent back only with their
//! signature, and first in theirs. Texts may not be empty, and the last one of an assistant that is to go on speaking
//! may not end in white space.

use mediary_core::task::{Chat, MediaPart, Message, Part, Role};
use mediary_core::{Failure, MediaFormat};
use serde_json::Value;

use super::wire::{Block, Source, Turn};
use crate::body::{self, Base64};
use crate::uploads::id_at_provider;
use crate::{functions, unwritable};

/// Marks the signature of thoughts that were given only in cipher.
pub(super) const REDACTED: &str = "redacted_thinking:";
/// What the user says in a conversation that the assistant began.
const OPENING: &str = "(The assistant begins the conversation.)";
/// What the user says where nothing was said.
const NOTHING: &str = "(The message is empty.)";

const USER: &str = "user";
const ASSISTANT: &str = "assistant";

/// What the system says, and the turns.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    pub system: Vec<Block<'a>>,
    pub turns: Vec<Turn<'a>>,
}

impl<'a> Conversation<'a> {
    pub(super) fn of(chat: &'a Chat) -> Result<Self, Failure> {
        let mut system = Vec::new();
        let mut turns = Vec::new();
        for message in &chat.messages {
            match message.role {
                Role::System => {
                    let said = blocks(message)?;
                    // Only words can be said by the system.
                    let (texts, media) = said.into_iter().partition(|block| matches!(block, Block::Text { .. }));
                    system.extend::<Vec<_>>(texts);
                    say(&mut turns, USER, media);
                }
                Role::User => say(&mut turns, USER, as_written(message).map_or_else(|| blocks(message), Ok)?),
                Role::Assistant => {
                    say(&mut turns, ASSISTANT, as_written(message).map_or_else(|| assistant(message), Ok)?);
                }
                Role::Tool if as_written(message).is_some() => {
                    say(&mut turns, USER, as_written(message).unwrap_or_default());
                }
                Role::Tool => {
                    let tool_use_id = message.tool_call_id.as_deref().unwrap_or_default();
                    // The result as a whole is marked, as the last thing in it would be.
                    let cache_control = message.cache_marks.last().map(|(_, control)| control);
                    let mut content = unmarked(blocks(message)?);
                    let is_error = message.has_failed.then_some(true);
                    if message.has_failed && content.len() > 1 {
                        // Said in words for others.
                        content.remove(0);
                    }
                    let result = Block::ToolResult { tool_use_id, content, is_error, cache_control };
                    say(&mut turns, USER, vec![result]);
                }
            }
        }
        if turns.is_empty() && !system.is_empty() {
            say(&mut turns, USER, std::mem::take(&mut system));
        }
        if turns.is_empty() {
            turns.push(Turn { role: USER, content: vec![Block::text(NOTHING)] });
        }
        if turns.first().is_some_and(|turn| turn.role == ASSISTANT) {
            turns.insert(0, Turn { role: USER, content: vec![Block::text(OPENING)] });
        }
        for turn in &mut turns {
            // Stable, so that nothing else changes places.
            turn.content.sort_by_key(|block| !matches!(block, Block::ToolResult { .. } | Block::WrittenResult(_)));
        }
        trim_the_end(&mut turns);
        Ok(Self { system, turns })
    }
}

/// Whether calls of functions that the model is still waiting on lack the thoughts that led to them. To think on, it
/// would want those first.
pub(super) fn thoughts_are_missing(chat: &Chat) -> bool {
    let latest = chat.messages.iter().rposition(|message| message.role == Role::User).unwrap_or(0);
    let mut calling =
        chat.messages[latest.min(chat.messages.len())..].iter().filter(|message| !message.tool_calls.is_empty());
    calling.any(|message| {
        message.reasoning.as_ref().is_none_or(|reasoning| reasoning.signature_for(super::NAME).is_none())
    })
}

/// Adds to the last turn if its speaker goes on speaking, else as a new one.
fn say<'a>(turns: &mut Vec<Turn<'a>>, role: &'static str, content: Vec<Block<'a>>) {
    if content.is_empty() {
        return;
    }
    match turns.last_mut().filter(|turn| turn.role == role) {
        Some(turn) => turn.content.extend(content),
        None => turns.push(Turn { role, content }),
    }
}

fn trim_the_end(turns: &mut Vec<Turn<'_>>) {
    let Some(last) = turns.last_mut().filter(|turn| turn.role == ASSISTANT) else { return };
    if let Some(Block::Text { text, .. }) = last.content.last_mut() {
        *text = text.trim_end();
        if text.is_empty() {
            last.content.pop();
        }
    }
    if last.content.is_empty() {
        turns.pop();
    }
}

fn blocks(message: &Message) -> Result<Vec<Block<'_>>, Failure> {
    let mut blocks = Vec::with_capacity(message.parts.len());
    for (at, part) in message.parts.iter().enumerate() {
        let cache_control = message.cache_control(at);
        match part {
            Part::Text(text) => push_text(&mut blocks, text, cache_control),
            Part::Media(part) => blocks.push(medium(part, cache_control)?),
            Part::Remote { .. } => return Err(unwritable::unfetched()),
        }
    }
    Ok(blocks)
}

/// A message as a client of this format wrote it.
fn as_written(message: &Message) -> Option<Vec<Block<'_>>> {
    let pieces = message.original.as_ref()?.pieces_for(super::NAME)?;
    let block = if message.role == Role::Tool { Block::WrittenResult } else { Block::Written };
    pieces.iter().map(|piece| serde_json::from_slice(piece).ok().map(block)).collect()
}

/// Blocks without their marks.
fn unmarked(mut blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    for block in &mut blocks {
        match block {
            Block::Text { cache_control, .. }
            | Block::Image { cache_control, .. }
            | Block::Document { cache_control, .. }
            | Block::ToolResult { cache_control, .. } => *cache_control = None,
            Block::Thinking { .. } | Block::RedactedThinking { .. } | Block::ToolUse { .. } => {}
            Block::Written(_) | Block::WrittenResult(_) => {}
        }
    }
    blocks
}

/// A text of nothing but white space counts as empty there.
fn push_text<'a>(blocks: &mut Vec<Block<'a>>, text: &'a str, cache_control: Option<&'a Value>) {
    if !text.trim().is_empty() {
        blocks.push(Block::Text { text, cache_control });
    }
}

fn medium<'a>(part: &'a MediaPart, cache_control: Option<&'a Value>) -> Result<Block<'a>, Failure> {
    let format = part.media.format;
    let source = || match &part.url {
        Some(url) => match id_at_provider(url) {
            Some(file_id) => Source::File { file_id },
            None => Source::Url { url },
        },
        None => Source::Base64 { media_type: format.mime(), data: Base64(&part.media.blob) },
    };
    let title = part.name.as_deref().filter(|name| !name.is_empty());
    match format {
        MediaFormat::Png | MediaFormat::Jpeg | MediaFormat::Webp | MediaFormat::Gif => {
            Ok(Block::Image { source: source(), cache_control })
        }
        MediaFormat::Pdf => Ok(Block::Document { source: source(), title, cache_control }),
        MediaFormat::Text
        | MediaFormat::Markdown
        | MediaFormat::Csv
        | MediaFormat::Tsv
        | MediaFormat::Json
        | MediaFormat::Xml
        | MediaFormat::Html => {
            let data = body::characters(&part.media)?;
            Ok(Block::Document { source: Source::Text { media_type: "text/plain", data }, title, cache_control })
        }
        MediaFormat::Tiff
        | MediaFormat::Bmp
        | MediaFormat::Avif
        | MediaFormat::Heic
        | MediaFormat::Svg
        | MediaFormat::Wav
        | MediaFormat::Mp3
        | MediaFormat::Flac
        | MediaFormat::Opus
        | MediaFormat::Vorbis
        | MediaFormat::M4a
        | MediaFormat::Aac
        | MediaFormat::Aiff
        | MediaFormat::Caf
        | MediaFormat::Amr
        | MediaFormat::Wma
        | MediaFormat::Mp2
        | MediaFormat::Ac3
        | MediaFormat::Au
        | MediaFormat::Mp4
        | MediaFormat::Mov
        | MediaFormat::Webm
        | MediaFormat::Mkv
        | MediaFormat::Avi
        | MediaFormat::Mpeg
        | MediaFormat::Ts
        | MediaFormat::Flv
        | MediaFormat::Wmv
        | MediaFormat::Ogv
        | MediaFormat::Docx
        | MediaFormat::Xlsx
        | MediaFormat::Xlsb
        | MediaFormat::Pptx
        | MediaFormat::Doc
        | MediaFormat::Xls
        | MediaFormat::Ppt
        | MediaFormat::Odt
        | MediaFormat::Ods
        | MediaFormat::Odp
        | MediaFormat::Rtf
        | MediaFormat::Epub
        | MediaFormat::Eml
        | MediaFormat::Msg
        | MediaFormat::Zip => Err(unwritable::medium(super::NAME, &part.media)),
    }
}

fn assistant(message: &Message) -> Result<Vec<Block<'_>>, Failure> {
    let mut said = Vec::new();
    if let Some(reasoning) = &message.reasoning
        && let Some(signature) = reasoning.signature_for(super::NAME)
    {
        said.push(match signature.strip_prefix(REDACTED) {
            Some(data) => Block::RedactedThinking { data },
            None => Block::Thinking { thinking: &reasoning.text, signature },
        });
    }
    said.extend(blocks(message)?);
    if let Some(refusal) = &message.refusal {
        push_text(&mut said, refusal, None);
    }
    for call in &message.tool_calls {
        let input = functions::arguments(&call.arguments);
        said.push(Block::ToolUse { id: &call.id, name: &call.name, input });
    }
    Ok(said)
}

/// An id of a call as it may be written here: of few letters.
pub(super) fn plain(id: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    let plain: String = id.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    if plain.is_empty() { "call".to_owned() } else { plain }
}
