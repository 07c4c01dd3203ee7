//! The dialect of OpenAI's chat completions, which most providers speak.

/// OpenAI's wire format.
#[derive(Debug, Clone, Copy)]
pub struct OpenAi;
