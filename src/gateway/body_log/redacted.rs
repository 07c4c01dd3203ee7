//! Texts without keys: those that are known, what looks like one, and what stands where one would.

use crate::config::Secret;

/// What stands in the place of a key.
const HIDDEN: &str = "[hidden]";
/// How keys of vendors and tokens begin.
const BEGINNINGS: [&str; 17] = [
    "sk-",
    "sk_",
    "gsk_",
    "xai-",
    "csk-",
    "hf_",
    "r8_",
    "pplx-",
    "nvapi-",
    "AIza",
    "ghp_",
    "gho_",
    "github_pat_",
    "ck_",
    "eyJ",
    "Bearer ",
    "Basic ",
];
/// Fields that hold secrets, by their names in small letters.
const FIELDS: [&str; 9] = [
    "api_key",
    "apikey",
    "api-key",
    "authorization",
    "password",
    "secret",
    "client_secret",
    "access_token",
    "x-api-key",
];
/// What is shorter than this is no key.
const SHORTEST: usize = 12;

/// The text, with what is secret in it hidden.
pub(super) fn redacted(text: &str, secrets: &[Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().map(Secret::expose).filter(|secret| secret.len() >= 4) {
        text = text.replace(secret, HIDDEN);
    }
    without_values(&without_keys(&text))
}

/// Hides what begins as keys do and goes on as they do.
fn without_keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let beginning = BEGINNINGS.iter().find(|beginning| rest.starts_with(**beginning));
        if let Some(beginning) = beginning.filter(|_| !before.is_ascii_alphanumeric()) {
            let body = &rest[beginning.len()..];
            let length = body.find(|c: char| !is_of_key(c)).unwrap_or(body.len());
            if length >= SHORTEST {
                out.push_str(beginning);
                out.push_str(HIDDEN);
                rest = &body[length..];
                before = ' ';
                continue;
            }
        }
        out.push(first);
        before = first;
        rest = &rest[first.len_utf8()..];
    }
    out
}

fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.+/=".contains(c)
}

/// Hides the texts of fields that hold secrets, also where the text is cut.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        let end = end_of_text(rest);
        let name = rest[..end].trim_end_matches('\\').to_ascii_lowercase();
        let behind = rest.get(end + 1..).unwrap_or_default();
        let value = behind.trim_start().strip_prefix(':').map(str::trim_start);
        if let Some(value) = value.filter(|_| FIELDS.contains(&name.as_str()))
            && let Some(inner) = value.strip_prefix('"')
        {
            let skipped = rest.len() - inner.len();
            out.push_str(&rest[..skipped]);
            out.push_str(HIDDEN);
            rest = &inner[end_of_text(inner)..];
            // The quote that ends the value would begin a text.
            if let Some(behind) = rest.strip_prefix('"') {
                out.push('"');
                rest = behind;
            }
            continue;
        }
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        if let Some(behind) = rest.strip_prefix('"') {
            out.push('"');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

/// Where a text ends in JSON: its quote, or all there is.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' => escaped = !escaped,
            '"' if !escaped => return at,
            _ => escaped = false,
        }
    }
    text.len()
}
