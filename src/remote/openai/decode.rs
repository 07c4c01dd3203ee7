//! Why a reply ended, in every provider's spelling.

use mediary_core::task::Finish;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

/// Why a reply ended, in whatever shape that comes; `None`: it has not.
pub(super) fn reason(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        // It ended, and that is all that is said.
        Value::Bool(true) => Some(Finish::Stop.name().to_owned()),
        Value::Null | Value::Bool(false) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What a finish reason means. One that is not known is a stop, since the reply has ended and says so; one that tells of a
/// breakdown is none, however much of a reply came before it.
pub(super) fn finish(reason: &str, has_calls: bool) -> Result<Finish, Failure> {
    match reason.to_ascii_lowercase().as_str() {
        "length" | "model_length" | "max_tokens" | "max_output_tokens" | "model_context_window_exceeded" => {
            Ok(Finish::Length)
        }
        "content_filter" | "sensitive" | "safety" => Ok(Finish::ContentFilter),
        "error"
        | "network_error"
        | "server_error"
        | "internal_error"
        | "insufficient_system_resource"
        | "failed"
        | "abort"
        | "aborted"
        | "cancel"
        | "cancelled"
        | "canceled"
        | "interrupted"
        | "timeout"
        | "timed_out"
        | "incomplete"
        // Google's models, where they lost their way in a call.
        | "malformed_function_call"
        | "unexpected_tool_call" => Err(Failure::new(
            FailureKind::Overloaded { retry_after: None },
            "the provider broke down in the middle of its reply",
        )),
        "tool_calls" | "function_call" | "tool_use" => Ok(Finish::ToolCalls),
        known => {
            if !is_stop(known) {
                tracing::warn!(finish.reason = shown(known), "a provider ended a reply for a reason that is not known");
            }
            // `stop`, `eos` and the like, beside calls.
            Ok(if has_calls { Finish::ToolCalls } else { Finish::Stop })
        }
    }
}

/// Whether a reason says that everything was said.
fn is_stop(reason: &str) -> bool {
    let ends = ["stop", "eos", "end", "complete", "completed", "done", "finished", "finish", "normal"];
    let longer = ["stop_sequence", "stop_token", "stop_word", "end_turn", "end_of_turn", "end_of_text", "eos_token"];
    ends.contains(&reason) || longer.contains(&reason)
}

/// A reason as a log may show it: a word, and nothing that could be of the reply.
fn shown(reason: &str) -> &str {
    let is_word =
        reason.len() <= 40 && reason.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_word { reason } else { "no word" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_breakdowns_end_no_reply_and_all_others_do() {
        let rows = [
            ("stop", Some(Finish::Stop)),
            ("STOP", Some(Finish::Stop)),
            ("eos", Some(Finish::Stop)),
            ("end_turn", Some(Finish::Stop)),
            ("a_new_one", Some(Finish::Stop)),
            ("length", Some(Finish::Length)),
            ("MAX_TOKENS", Some(Finish::Length)),
            ("SAFETY", Some(Finish::ContentFilter)),
            ("tool_use", Some(Finish::ToolCalls)),
            ("insufficient_system_resource", None),
            ("abort", None),
            ("Cancelled", None),
            ("timeout", None),
            ("incomplete", None),
            ("MALFORMED_FUNCTION_CALL", None),
            ("network_error", None),
        ];
        for (reason, expected) in rows {
            assert_eq!(finish(reason, false).ok(), expected, "{reason}");
            let beside_calls = if expected == Some(Finish::Stop) { Some(Finish::ToolCalls) } else { expected };
            assert_eq!(finish(reason, true).ok(), beside_calls, "{reason} beside calls");
        }
        assert_eq!([shown("a_new_one"), shown("the reply said")], ["a_new_one", "no word"]);
    }
}
