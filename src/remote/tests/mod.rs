//! What holds for every dialect alike.

mod large;
mod secrecy;

use crate::{Anthropic, Dialect, Gemini, Mistral, Ollama, OpenAi};

/// All dialects.
const ALL: [&dyn Dialect; 5] = [&OpenAi, &Gemini, &Anthropic, &Mistral, &Ollama];
