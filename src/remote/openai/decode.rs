//! Why a reply ended, in every provider's spelling.

use mediary_core::task::Finish;
use mediary_core::{Failure, FailureKind};

/// What a finish reason means. An unknown one is a stop: the reply is complete, and that is what counts.
pub(super) fn finish(reason: &str, has_calls: bool) -> Result<Finish, Failure> {
    match reason {
        "length" | "model_length" | "max_tokens" | "MAX_TOKENS" | "model_context_window_exceeded" => Ok(Finish::Length),
        "content_filter" | "sensitive" | "safety" | "SAFETY" => Ok(Finish::ContentFilter),
        "error" | "network_error" => Err(Failure::new(
            FailureKind::Overloaded { retry_after: None },
            "the provider broke down in the middle of its reply",
        )),
        "tool_calls" | "function_call" | "tool_use" => Ok(Finish::ToolCalls),
        // `stop`, `eos` and the like, beside calls.
        _ if has_calls => Ok(Finish::ToolCalls),
        _ => Ok(Finish::Stop),
    }
}
