//! Which parameter a refusal is about: a field of its own names it, or its words do, as providers write names.
//!
//! Only names of what was sent and can be left out are looked for, so that no other word of a complaint is taken for one.

use super::Complaint;
use crate::endpoint::LIMITS;

/// The one of `sent` that a refusal names.
pub(crate) fn refused_parameter<'a>(status: u16, body: &[u8], sent: &'a [String]) -> Option<&'a str> {
    if !matches!(status, 400 | 422) {
        return None;
    }
    let complaint = Complaint::of_body(body);
    let field = complaint.field.rsplit(['.', '/']).next().unwrap_or_default();
    let by_field = sent.iter().find(|name| is_called(field, name));
    let found = by_field.or_else(|| sent.iter().find(|name| named(&complaint.message, name))).map(String::as_str)?;
    // A limit that is too high is one that its client has to lower: without it the reply might be of any length.
    let is_limit = LIMITS.contains(&found);
    (!is_limit || complaint.code.starts_with("unsupported_param") || is_unknown(&complaint.message)).then_some(found)
}

/// Whether a message says that a parameter is not known, rather than that its value is wrong.
fn is_unknown(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let words = ["unsupported param", "not supported", "does not support", "unrecognized", "unrecognised", "unknown"];
    let others = ["unexpected", "extra inputs", "extra fields", "not permitted", "not allowed", "instead"];
    words.iter().chain(&others).any(|words| message.contains(words))
}

/// Whether a message names a parameter: as a word of its own, in quotes or at its beginning, before what is wrong with it.
fn named(message: &str, name: &str) -> bool {
    message.match_indices(|c: char| c.is_ascii_alphabetic()).map(|(at, _)| at).any(|at| {
        let begins = !message[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let rest = &message[at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let is_marked = at == 0
            || message[..at].ends_with(['\'', '"', '`', '.'])
            || message[..at].ends_with("supplied: ")
            || message[..at].ends_with("parameter: ")
            || message[..at].ends_with("argument: ");
        begins && is_marked && is_called(&rest[..end], name)
    })
}

/// Whether `word` is the name, in either spelling: `top_k` or `topK`.
fn is_called(word: &str, name: &str) -> bool {
    !word.is_empty() && (word == name || (word.contains(char::is_uppercase) && snake(word) == name))
}

fn snake(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_what_it_is_about() {
        let named = ["temperature", "top_p", "top_k", "seed", "user", "reasoning", "frequency_penalty"];
        let sent = [named.as_slice(), &["max_tokens", "stream_options"]].concat();
        let sent: Vec<String> = sent.into_iter().map(str::to_owned).collect();
        let rows = [
            (
                400,
                r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.2","param":"temperature"}}"#,
                Some("temperature"),
            ),
            (
                400,
                r#"{"error":{"message":"Unsupported parameter: 'top_p' is not supported with this model."}}"#,
                Some("top_p"),
            ),
            (
                400,
                r#"{"error":{"message":"Unrecognized request argument supplied: top_k","type":"invalid_request_error"}}"#,
                Some("top_k"),
            ),
            (
                400,
                r#"{"error":{"message":"'messages.0' : for 'role:user' the following must be satisfied[('messages.0' : property 'reasoning' is unsupported)]"}}"#,
                Some("reasoning"),
            ),
            (
                422,
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"Extra inputs are not permitted"}]}"#,
                Some("user"),
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"temperature: Extra inputs are not permitted"}}"#,
                Some("temperature"),
            ),
            (400, r#"{"error":{"message":"`temperature` and `top_p` cannot both be specified"}}"#, Some("temperature")),
            (
                400,
                r#"{"error":{"message":"Invalid JSON payload received. Unknown name \"frequencyPenalty\" at 'generation_config'"}}"#,
                Some("frequency_penalty"),
            ),
            (400, r#"{"error":{"message":"the user sent no seed at this temperature"}}"#, None),
            (400, r#"{"error":{"message":"Invalid value","param":"messages"}}"#, None),
            (500, r#"{"error":{"message":"x","param":"temperature"}}"#, None),
            (
                400,
                r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens"}}"#,
                Some("max_tokens"),
            ),
            (400, r#"{"error":{"message":"max_tokens is too large: 100000.","param":"max_tokens"}}"#, None),
            (
                400,
                r#"{"error":{"message":"Unrecognized request argument supplied: stream_options"}}"#,
                Some("stream_options"),
            ),
        ];
        for (status, body, expected) in rows {
            assert_eq!(refused_parameter(status, body.as_bytes(), &sent), expected, "{body}");
        }
    }
}
