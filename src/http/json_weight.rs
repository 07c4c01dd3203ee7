//! What a JSON body would cost when it is parsed, told from its text before any of it is.
//!
//! A value takes many times the bytes that it is written with: two bytes of `[]` become a hundred. So values are counted,
//! and what is no file is held against a limit of its own, in one pass that allocates nothing to speak of. Whether the
//! text is JSON at all is for the parser to say.

use mediary_core::Failure;
use memchr::memchr2;

use crate::config::Limits;

/// What a parsed value takes, its name in an object and its share of a map included.
const BYTES_PER_VALUE: u64 = 256;
/// Nothing that is sent here is nested nearly as deep.
const MOST_DEPTH: usize = 120;
/// More turns, parts or tools than this are no conversation.
const MOST_MESSAGES: u64 = 10_000;
const MOST_PARTS: u64 = 10_000;
const MOST_TOOLS: u64 = 2_000;
/// A string from this length on may be a file; shorter ones are text.
const FILE_BYTES: usize = 4 * 1024;
/// So much of its beginning tells which.
const TOLD_BY_BYTES: usize = 256;

/// The weight of a body.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Weight {
    /// Values of any kind, those in objects with their names.
    values: u64,
    /// Bytes that belong to no file.
    beside_files: u64,
    messages: u64,
    parts: u64,
    tools: u64,
    is_too_deep: bool,
}

/// An array or object that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Object,
    Array(Counted),
}

/// What the elements of an array are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Messages,
    Parts,
    Tools,
    Other,
}

/// Weighs a body.
pub(super) fn weigh(body: &[u8]) -> Weight {
    let mut weight = Weight::default();
    let mut open: Vec<Open> = Vec::new();
    let mut name: &[u8] = b"";
    let (mut at, mut files) = (0, 0);
    // Whether a value may begin here, so that each is counted once.
    let mut is_value_due = true;
    while let Some(&byte) = body.get(at) {
        at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b',' | b':' => {
                is_value_due = true;
                continue;
            }
            b'}' | b']' => {
                open.pop();
                is_value_due = false;
                continue;
            }
            _ => {}
        }
        if is_value_due {
            weight.values += 1;
            match open.last() {
                Some(Open::Array(Counted::Messages)) => weight.messages += 1,
                Some(Open::Array(Counted::Parts)) => weight.parts += 1,
                Some(Open::Array(Counted::Tools)) => weight.tools += 1,
                Some(Open::Array(Counted::Other) | Open::Object) | None => {}
            }
            is_value_due = false;
        }
        match byte {
            b'"' => {
                let text = string(&body[at..]);
                at += text.len() + 1;
                if is_file(text) {
                    files += text.len() as u64;
                } else if open.last() == Some(&Open::Object) {
                    name = text;
                }
            }
            b'{' | b'[' if open.len() >= MOST_DEPTH => {
                weight.is_too_deep = true;
                return weight;
            }
            b'{' => {
                open.push(Open::Object);
                is_value_due = true;
            }
            b'[' => {
                let within = open.iter().filter(|open| matches!(open, Open::Array(Counted::Messages))).count();
                let counted = match (name, open.len(), within) {
                    (b"messages", 1, 0) => Counted::Messages,
                    (b"tools" | b"functions", 1, 0) => Counted::Tools,
                    (b"content", 3, 1) => Counted::Parts,
                    _ => Counted::Other,
                };
                open.push(Open::Array(counted));
                is_value_due = true;
            }
            _ => {}
        }
    }
    // An empty array was taken for one with an element to come, which does no harm.
    weight.beside_files = body.len() as u64 - files;
    weight
}

/// The text of a string up to its closing quote, or to the end of the body.
fn string(body: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(found) = memchr2(b'"', b'\\', &body[at.min(body.len())..]) {
        at += found;
        if body[at] == b'"' {
            return &body[..at];
        }
        // Whatever is escaped ends no string.
        at += 2;
    }
    body
}

/// Whether a string is a file in base64 or a data URL, and not a long text.
fn is_file(text: &[u8]) -> bool {
    let is_coded = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=:;,.%\\".contains(byte);
    text.len() >= FILE_BYTES && text[..TOLD_BY_BYTES].iter().all(is_coded)
}

impl Weight {
    /// The bytes that its values will take.
    pub(super) fn parsed_bytes(&self) -> u64 {
        self.values.saturating_mul(BYTES_PER_VALUE)
    }

    /// Refuses a body that would cost too much.
    ///
    /// # Errors
    /// Too large, or malformed where it is nested too deep.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), Failure> {
        if self.is_too_deep {
            return Err(Failure::malformed(format!("the JSON body is nested more than {MOST_DEPTH} levels deep")));
        }
        let rows = [
            (self.beside_files, limits.json_bytes.get(), "bytes beside its files", "raise [limits] json_bytes"),
            (self.values, limits.json_values.into(), "values", "raise [limits] json_values"),
            (self.messages, MOST_MESSAGES, "messages", "leave the oldest out"),
            (self.parts, MOST_PARTS, "parts", "send several requests"),
            (self.tools, MOST_TOOLS, "tools", "send only those that are needed"),
        ];
        for (found, most, what, instead) in rows {
            if found > most {
                return Err(Failure::too_large(format!(
                    "the JSON body has {found} {what}, and {most} are allowed; send less, or {instead}"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// How many values serde finds, names of objects not counted.
    fn count(value: &Value) -> u64 {
        1 + match value {
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(fields) => fields.values().map(count).sum(),
            _ => 0,
        }
    }

    #[test]
    fn values_are_counted_whatever_they_are() {
        let rows = [
            json!(null),
            json!("a \"quoted\" \\ text"),
            json!([1, 2.5, -3e9, true, false, null, "x"]),
            json!({"a": {"b": [[1], [2, 3]]}, "c": "{[,:"}),
            json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "hi, [there]"}]}]}),
        ];
        for row in rows {
            for text in [row.to_string(), serde_json::to_string_pretty(&row).unwrap()] {
                let found = weigh(text.as_bytes()).values;
                let (least, names) = (count(&row), text.matches(':').count() as u64);
                assert!(found >= least && found <= least + names, "{found}, not {least} to {}: {text}", least + names);
            }
        }
    }

    #[test]
    fn messages_parts_and_tools_are_told_from_what_is_only_called_so() {
        let body = json!({
            "model": "m",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "messages"}, {"type": "text", "text": "b"}]},
                {"role": "assistant", "content": "c", "tool_calls": [{"tools": [1, 2, 3]}]},
            ],
            "tools": [{"function": {"parameters": {"messages": [1, 2], "content": [1]}}}],
            "metadata": {"messages": [1, 2, 3, 4], "tools": [1]},
        });
        let weight = weigh(body.to_string().as_bytes());
        assert_eq!((weight.messages, weight.parts, weight.tools), (2, 2, 1));
    }

    #[test]
    fn files_are_told_from_texts() {
        let base64 = "QUJD".repeat(50_000);
        let rows = [
            (json!({"file_data": base64.clone()}), true),
            (json!({"url": format!("data:image/png;base64,{base64}")}), true),
            (json!({"text": "a long text, and more of it. ".repeat(10_000)}), false),
            (json!({"text": "short"}), false),
        ];
        for (body, is_file) in rows {
            let text = body.to_string();
            let beside = weigh(text.as_bytes()).beside_files;
            assert_eq!(beside < 100, is_file || text.len() < 100, "{beside} of {}", text.len());
        }
    }

    #[test]
    fn bodies_that_would_cost_too_much_are_refused_by_the_limit_they_pass() {
        let limits = Limits { json_values: 1_000, json_bytes: crate::config::Bytes::new(50_000), ..Limits::default() };
        let rows = [
            ("[],".repeat(2_000), "2000 values"),
            (format!("{{\"text\":\"{}\"}}", "a b ".repeat(20_000)), "[limits] json_bytes"),
            ("[".repeat(1_000), "nested more than"),
            (r#"{"a":"#.repeat(1_000), "nested more than"),
            ("\"\\".to_owned(), ""),
            ("\"never closed".to_owned(), ""),
            ("]]]]}}}}".to_owned(), ""),
            (String::new(), ""),
        ];
        for (body, expected) in rows {
            let found = weigh(body.as_bytes()).check(&limits).err().map(|failure| failure.detail).unwrap_or_default();
            assert!(found.contains(expected), "{found:?}, not {expected:?}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
        }
        let many = |name: &str, count: usize| format!("{{\"{name}\":[{}]}}", vec!["1"; count].join(","));
        for (body, expected) in [
            (many("messages", 10_001), "10001 messages"),
            (many("tools", 2_001), "2001 tools"),
            (format!("{{\"messages\":[{}]}}", many("content", 10_001)), "10001 parts"),
        ] {
            let found = weigh(body.as_bytes()).check(&Limits::default()).unwrap_err().detail;
            assert!(found.contains(expected), "{found}");
        }
    }
}
