//! What `auto` makes of a request.
//!
//! A guess from what is cheap to see: the media, the tools, the length and the words of the last question. It asks no
//! model, and it is only asked when the request names neither tier nor model.

use super::words::{Sign, signs_in};
use super::{Demand, REPLY_RESERVE_TOKENS};
use crate::MediaKind;
use crate::capability::{LONG_TOKENS, Tier};
use crate::task::{Chat, Effort, Part, Role};

/// A question of this length is no longer short.
const BRIEF_CHARACTERS: usize = 280;
/// So much is looked at of the beginning and of the end of a text: the question stands there, not amid what was pasted.
const LOOK_BYTES: usize = 4_000;
/// What only programs and their troubles look like.
const CODE_MARKS: [&str; 6] =
    ["```", "diff --git ", "\n@@ -", "Traceback (most recent call last)", "\n    at ", "#include <"];

/// What the last question looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs {
    /// It is about a program.
    pub code: bool,
    /// It wants thinking.
    pub reasoning: bool,
    /// It is short and wants a short answer.
    pub brief: bool,
}

impl Signs {
    /// Looks at the last question of a chat, and at the effort that was asked for.
    #[must_use]
    pub fn of(chat: &Chat) -> Self {
        let mut signs = Self { reasoning: chat.effort >= Some(Effort::Medium), ..Self::default() };
        let Some(question) = chat.messages.iter().rev().find(|message| message.role == Role::User) else {
            return signs;
        };
        let texts = question.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Media(_) | Part::Remote { .. } => None,
        });
        let mut characters = 0;
        for text in texts {
            // Counting stops to matter long before a pasted book ends.
            characters += text.chars().take(BRIEF_CHARACTERS).count();
            for look in looks(text) {
                signs.code |= CODE_MARKS.iter().any(|mark| look.contains(mark));
                for sign in signs_in(&folded(look)) {
                    match sign {
                        Sign::Code => signs.code = true,
                        Sign::Reasoning => signs.reasoning = true,
                        Sign::Brief => signs.brief = true,
                    }
                }
            }
        }
        signs.brief &= characters < BRIEF_CHARACTERS;
        signs
    }
}

/// The beginning and the end of a text; a short text whole.
fn looks(text: &str) -> impl Iterator<Item = &str> {
    let cut = text.len() > 2 * LOOK_BYTES;
    let head = if cut { text.floor_char_boundary(LOOK_BYTES) } else { text.len() };
    let tail = if cut { text.ceil_char_boundary(text.len() - LOOK_BYTES) } else { text.len() };
    [&text[..head], &text[tail..]].into_iter().filter(|look| !look.is_empty())
}

/// Lower case, without accents, one space between two words; `+` and `#` belong to words for the sake of C++ and C#.
fn folded(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        let plain = match character {
            'á' | 'à' | 'ä' | 'â' => 'a',
            'é' | 'è' | 'ë' | 'ê' => 'e',
            'í' | 'ì' | 'ï' | 'î' => 'i',
            'ó' | 'ò' | 'ö' | 'ô' => 'o',
            'ú' | 'ù' | 'ü' | 'û' => 'u',
            'ñ' => 'n',
            // An accent that stands for itself, as macOS writes them.
            '\u{300}'..='\u{36f}' => continue,
            other => other,
        };
        if plain.is_alphanumeric() || matches!(plain, '+' | '#') {
            words.push(plain);
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words
}

/// The tier that suits a request, and why.
#[must_use]
pub fn choose_tier(demand: &Demand) -> (Tier, &'static str) {
    // A file of text is text: every model reads it.
    let media = demand.parts.iter().map(crate::capability::PartShape::kind).filter(|kind| *kind != MediaKind::Text);
    let (pictures, others): (Vec<_>, Vec<_>) = media.partition(|kind| *kind == MediaKind::Image);
    let tokens = demand.text_tokens.saturating_add(demand.output_tokens.unwrap_or(REPLY_RESERVE_TOKENS));
    if !others.is_empty() {
        (Tier::Multimodal, "it holds media other than pictures")
    } else if !pictures.is_empty() {
        (Tier::Vision, "it holds pictures")
    } else if demand.hard.tools {
        (Tier::Agentic, "it offers tools")
    } else if tokens > LONG_TOKENS {
        (Tier::LongContext, "it is very long")
    } else if demand.signs.code {
        (Tier::Code, "its last question is about a program")
    } else if demand.signs.reasoning {
        (Tier::Reasoning, "its last question wants thinking")
    } else if demand.signs.brief {
        (Tier::Fast, "its last question is short and wants a short answer")
    } else {
        (Tier::Standard, "nothing special about it")
    }
}
