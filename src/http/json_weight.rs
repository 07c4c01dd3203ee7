//! What a JSON body would cost when it is parsed, told from its text before any of it is.
//!
//! A value takes many times the bytes that it is written with: two bytes of `[]` become a hundred. So values are counted,
//! and what is no file is held against a limit of its own, in one pass that allocates nothing to speak of. Whether the
//! text is JSON at all is for the parser to say.

use mediary_core::Failure;
use memchr::memchr2;

use crate::config::Limits;

/// What a parsed value takes, or a name in an object; measured of lists, texts, numbers and maps that are passed on.
const BYTES_PER_VALUE: u64 = 128;
/// So many tokens take as much.
const TOKENS_PER_VALUE: u64 = 8;
/// A message takes so many values more than those that are written in it.
const VALUES_OF_MESSAGE: u64 = 4;
/// From half of the values that are allowed on, one more needs so many bytes of the body: what is sent in a few bytes is
/// not to take a hundred times as many.
const BYTES_FOR_VALUE: u64 = 64;
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
/// Under these names files stand. Anywhere else a long string is a text, whatever its letters: it is copied when it is
/// parsed, and again where a complaint tells of it.
const NAMES_OF_FILES: [&[u8]; 18] = [
    b"b64_json",
    b"data",
    b"document_url",
    b"fileData",
    b"fileUri",
    b"file_data",
    b"file_uri",
    b"file_url",
    b"image",
    b"image_data",
    b"image_url",
    b"images",
    b"input_image",
    b"input_reference",
    b"mask",
    b"result",
    b"url",
    b"video_url",
];
/// And in these fields of a request. What others hold (`metadata`, schemas, whatever is not known here) is passed on or
/// left out as values.
const FIELDS_WITH_FILES: [&[u8]; 13] = [
    b"contents",
    b"document",
    b"file_data",
    b"image",
    b"image_data",
    b"image_url",
    b"images",
    b"input",
    b"input_image",
    b"input_reference",
    b"mask",
    b"messages",
    b"url",
];
/// In a request for a plan or for a count, the field that holds the request itself.
const HOLD_A_REQUEST: [&[u8]; 2] = [b"generateContentRequest", b"request"];

/// The weight of a body.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Weight {
    /// Values of any kind, those in objects with their names, but for …
    values: u64,
    /// … tokens, which take little: texts to embed come as hundreds of thousands of them.
    tokens: u64,
    /// Bytes that belong to no file.
    beside_files: u64,
    /// Bytes that do.
    files: u64,
    /// Those beside that look like one.
    misplaced: u64,
    messages: u64,
    parts: u64,
    tools: u64,
    is_too_deep: bool,
}

/// An array or object that is open, with the name that it has, or that the array has which it is in.
#[derive(Clone, Copy)]
struct Open<'a> {
    kind: Kind,
    name: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array(Counted),
}

/// What the elements of an array are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Messages,
    Parts,
    Tools,
    Tokens,
    Other,
}

/// Which numbers of a request are tokens, which are read into as little as a number takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// None: they become values, as anywhere else.
    Values,
    /// Those in its field of this name.
    Tokens(&'static [u8]),
    /// Those in the request that this one holds, where its `endpoint` reads them so.
    TokensBelow,
}

impl Numbers {
    /// What they are on this route.
    pub(super) fn on(path: &str) -> Self {
        match path.trim_end_matches('/') {
            path if path.ends_with("/plan") => Self::TokensBelow,
            path if path.starts_with("/api/") => Self::Values,
            path if path.ends_with("/embeddings") => Self::Tokens(b"input"),
            path if path.ends_with("/completions") && !path.ends_with("/chat/completions") => Self::Tokens(b"prompt"),
            _ => Self::Values,
        }
    }

    /// Whether a list of this name holds tokens, or lists of them. It stands in the last one that is open.
    fn begin(self, name: &[u8], open: &[Open<'_>]) -> bool {
        match self {
            Self::Values => false,
            Self::Tokens(field) => name == field && open.len() == 1,
            Self::TokensBelow => TOKENS.contains(&name) && open.len() == 2 && open[1].name == b"request",
        }
    }
}

/// Fields that may hold tokens.
const TOKENS: [&[u8]; 2] = [b"input", b"prompt"];

/// Weighs a body.
pub(super) fn weigh(body: &[u8], numbers: Numbers) -> Weight {
    let mut weight = Weight::default();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut last_name: &[u8] = b"";
    // What a request says that it holds another for, and how many tokens each field of that has.
    let mut endpoints: Vec<&[u8]> = Vec::new();
    let mut below = [0; TOKENS.len()];
    let mut at = 0;
    // Whether a value may begin here, so that each is counted once, and whether it is one that has been named.
    let (mut is_value_due, mut is_named) = (true, false);
    while let Some(&byte) = body.get(at) {
        at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b',' | b':' => {
                is_value_due = true;
                is_named = byte == b':';
                continue;
            }
            b'}' | b']' => {
                open.pop();
                is_value_due = false;
                continue;
            }
            _ => {}
        }
        let within = open.last().map(|open| open.kind);
        let name = match open.last() {
            Some(open) if open.kind != Kind::Object => open.name,
            Some(_) => last_name,
            None => b"",
        };
        if is_value_due {
            let is_number = byte == b'-' || byte.is_ascii_digit();
            match is_number && within == Some(Kind::Array(Counted::Tokens)) {
                true => {
                    weight.tokens += 1;
                    below[usize::from(name != TOKENS[0])] += 1;
                }
                false => weight.values += 1,
            }
            match within {
                Some(Kind::Array(Counted::Messages)) => weight.messages += 1,
                Some(Kind::Array(Counted::Parts)) => weight.parts += 1,
                Some(Kind::Array(Counted::Tools)) => weight.tools += 1,
                Some(Kind::Array(Counted::Tokens | Counted::Other) | Kind::Object) | None => {}
            }
            is_value_due = false;
        }
        match byte {
            b'"' => {
                let text = string(&body[at..]);
                at += text.len() + 1;
                let is_name = within == Some(Kind::Object) && !is_named;
                if is_name {
                    last_name = text;
                } else if name == b"endpoint" && open.len() == 1 {
                    endpoints.push(text);
                } else if looks_like_file(text) {
                    let found = if holds_files(&open, name) { &mut weight.files } else { &mut weight.misplaced };
                    *found += text.len() as u64;
                }
            }
            b'{' | b'[' if open.len() >= MOST_DEPTH => {
                weight.is_too_deep = true;
                return weight;
            }
            b'{' => {
                open.push(Open { kind: Kind::Object, name });
                (is_value_due, is_named) = (true, false);
            }
            b'[' => {
                let is_of_messages = |open: &&Open<'_>| open.kind == Kind::Array(Counted::Messages);
                let is_of_tokens = |open: &&Open<'_>| open.kind == Kind::Array(Counted::Tokens);
                let counted = match (name, open.len(), open.iter().filter(is_of_messages).count()) {
                    (b"messages", 1, 0) => Counted::Messages,
                    (b"tools" | b"functions", 1, 0) => Counted::Tools,
                    (b"content", 3, 1) => Counted::Parts,
                    _ if numbers.begin(name, &open) => Counted::Tokens,
                    // A list of such lists; a deeper one is none.
                    _ if open.iter().filter(is_of_tokens).count() == 1
                        && open.last().is_some_and(|last| is_of_tokens(&last)) =>
                    {
                        Counted::Tokens
                    }
                    _ => Counted::Other,
                };
                open.push(Open { kind: Kind::Array(counted), name });
                is_value_due = true;
            }
            _ => {}
        }
    }
    if numbers == Numbers::TokensBelow {
        let read = match endpoints.as_slice() {
            [endpoint] => Numbers::on(&String::from_utf8_lossy(endpoint)),
            _ => Numbers::Values,
        };
        let is_read = |field: &&&[u8]| matches!(read, Numbers::Tokens(read) if read == **field);
        let kept = TOKENS.iter().zip(below).filter(|(field, _)| is_read(field)).map(|(_, count)| count).sum();
        weight.values += weight.tokens - kept;
        weight.tokens = kept;
    }
    // An empty array was taken for one with an element to come, which does no harm.
    weight.beside_files = body.len() as u64 - weight.files;
    weight
}

/// Whether a string of this name, in what is open, is where a request has its files.
fn holds_files(open: &[Open<'_>], name: &[u8]) -> bool {
    let mut path = open.iter().skip(1).map(|open| open.name).chain([name]);
    let field = path.find(|field| !HOLD_A_REQUEST.contains(field));
    NAMES_OF_FILES.contains(&name) && field.is_some_and(|field| FIELDS_WITH_FILES.contains(&field))
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

/// Whether a string could be a file in base64 or a data URL, and is no long text.
fn looks_like_file(text: &[u8]) -> bool {
    let is_coded = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=:;,.%\\".contains(byte);
    text.len() >= FILE_BYTES && text[..TOLD_BY_BYTES].iter().all(is_coded)
}

impl Weight {
    fn all_values(&self) -> u64 {
        self.values + self.tokens / TOKENS_PER_VALUE + self.messages * VALUES_OF_MESSAGE
    }

    /// How many values a body of its length may have.
    fn most_values(&self, limits: &Limits) -> u64 {
        let most = u64::from(limits.json_values);
        (most / 2 + (self.beside_files + self.files) / BYTES_FOR_VALUE).min(most)
    }

    /// The bytes that its values will take: texts are copied when they are parsed and when they are passed on, files once
    /// at most.
    pub(super) fn parsed_bytes(&self) -> u64 {
        let texts = self.beside_files.saturating_mul(2);
        self.all_values().saturating_mul(BYTES_PER_VALUE).saturating_add(texts).saturating_add(self.files)
    }

    /// Refuses a body that would cost too much.
    ///
    /// # Errors
    /// Too large, or malformed where it is nested too deep.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), Failure> {
        if self.is_too_deep {
            return Err(Failure::malformed(format!("the JSON body is nested more than {MOST_DEPTH} levels deep")));
        }
        let instead = match self.misplaced > limits.json_bytes.get() / 2 {
            true => {
                "put files where they belong: as `data`, `image_url`, `file_data` or the like, in a message or an input"
            }
            false => "raise [limits] json_bytes",
        };
        let rows = [
            (self.beside_files, limits.json_bytes.get(), "bytes beside its files", instead),
            (self.all_values(), self.most_values(limits), "values for its length", "raise [limits] json_values"),
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
                let found = weigh(text.as_bytes(), Numbers::Values).values;
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
        let weight = weigh(body.to_string().as_bytes(), Numbers::Values);
        assert_eq!((weight.messages, weight.parts, weight.tools), (2, 2, 1));
    }

    #[test]
    fn files_are_told_from_texts_and_stand_in_their_places() {
        let base64 = "QUJD".repeat(50_000);
        let url = format!("data:image/png;base64,{base64}");
        let said = |content: Value| json!({ "messages": [{ "role": "user", "content": content }] });
        let rows = [
            (json!({ "file_data": base64 }), true),
            (json!({ "image": [{ "image_url": url }], "mask": url }), true),
            (json!({ "images": [base64, base64] }), true),
            (json!({ "document": { "type": "image_url", "image_url": { "url": url } } }), true),
            (json!({ "request": { "document": { "document_url": url } } }), true),
            (json!({ "messages": [{ "role": "user", "content": "hi", "images": [base64] }] }), true),
            (json!({ "contents": [{ "role": "user", "parts": [{ "inlineData": { "data": base64 } }] }] }), true),
            (json!({ "contents": [{ "parts": base64 }] }), false),
            (said(json!([{ "type": "image_url", "image_url": url }, { "type": "text", "text": "b" }])), true),
            (said(json!([{ "type": "input_audio", "input_audio": { "format": "wav", "data": base64 } }])), true),
            (said(json!([{ "inlineData": { "data": base64 } }, { "fileData": { "fileUri": url } }])), true),
            (said(json!([{ "type": "image", "source": { "type": "base64", "data": base64 } }])), true),
            (json!({ "input": [{ "content": [{ "type": "input_file", "file_data": base64 }] }] }), true),
            (json!({ "text": "a long text, and more of it. ".repeat(10_000) }), false),
            (said(json!([{ "type": "image_url", "image_url": "so it is. ".repeat(10_000) }])), false),
            // Letters of a file where none stands.
            (json!({ "model": "m", "messages": base64 }), false),
            (json!({ "messages": [base64] }), false),
            (json!({ "messages": [{ "role": base64 }] }), false),
            (said(json!([{ "type": base64 }])), false),
            (json!({ "temperature": base64 }), false),
            (json!({ "tools": [{ "function": { "parameters": { "url": base64 } } }] }), false),
            (json!({ "metadata": { "url": base64 } }), false),
            (json!({ "input": base64 }), false),
            (json!({ base64.clone(): 1 }), false),
            (json!({ "messages": [{ base64.clone(): "url" }] }), false),
        ];
        for (body, is_file) in rows {
            for text in [body.to_string(), serde_json::to_string_pretty(&body).unwrap()] {
                let beside = weigh(text.as_bytes(), Numbers::Values).beside_files;
                assert_eq!(beside < 500, is_file, "{beside} of {}: {:.90}", text.len(), text);
            }
        }
        // Told before its end has come, too.
        assert!(weigh(format!("{{\"messages\":\"{base64}").as_bytes(), Numbers::Values).beside_files > 200_000);
        assert!(weigh(format!("{{\"file_data\":\"{base64}").as_bytes(), Numbers::Values).beside_files < 100);
    }

    #[test]
    fn bodies_that_would_cost_too_much_are_refused_by_the_limit_they_pass() {
        let limits = Limits { json_values: 1_000, json_bytes: crate::config::Bytes::new(50_000), ..Limits::default() };
        let rows = [
            ("[],".repeat(2_000), "2000 values"),
            (format!("{{\"text\":\"{}\"}}", "a b ".repeat(20_000)), "[limits] json_bytes"),
            (format!("{{\"text\":\"{}\"}}", "abcd".repeat(20_000)), "where they belong"),
            (format!("[{}1]", "1,".repeat(500)), ""),
            (format!("[{}1]", "1,".repeat(600)), "602 values"),
            (format!("[{}1]", "{\"a\":1},".repeat(400)), "1202 values"),
            // As many in a body that is long enough for them.
            (format!("[{}1]", format!("{},", "1".repeat(40)).repeat(600)), ""),
            (format!("[{}1]", format!("{},", "1".repeat(40)).repeat(1_001)), "1003 values"),
            (format!("{{\"input\":[{}1]}}", "1,".repeat(600)), "604 values"),
            (format!("{{\"messages\":[{}1]}}", "1,".repeat(110)), "558 values"),
            ("[".repeat(1_000), "nested more than"),
            (r#"{"a":"#.repeat(1_000), "nested more than"),
            ("\"\\".to_owned(), ""),
            ("\"never closed".to_owned(), ""),
            ("]]]]}}}}".to_owned(), ""),
            (String::new(), ""),
        ];
        for (body, expected) in rows {
            let found = weigh(body.as_bytes(), Numbers::Values)
                .check(&limits)
                .err()
                .map(|failure| failure.detail)
                .unwrap_or_default();
            assert!(found.contains(expected), "{found:?}, not {expected:?}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
        }
        let many = |name: &str, count: usize| format!("{{\"{name}\":[{}]}}", vec!["1"; count].join(","));
        for (body, expected) in [
            (many("messages", 10_001), "10001 messages"),
            (many("tools", 2_001), "2001 tools"),
            (format!("{{\"messages\":[{}]}}", many("content", 10_001)), "10001 parts"),
        ] {
            let limits = Limits { json_values: 1_000_000, ..Limits::default() };
            let found = weigh(body.as_bytes(), Numbers::Values).check(&limits).unwrap_err().detail;
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn tokens_weigh_little_where_they_are_read_as_tokens() {
        let ones = "1,".repeat(8_000);
        let rows = [
            (format!("{{\"input\":[{ones}1]}}"), 1_000),
            (format!("{{\"input\":[[{ones}1],[{ones}1]]}}"), 2_000),
            (format!("{{\"input\":[[[{ones}1]]]}}"), 8_000),
            (format!("{{\"foo\":[{ones}1]}}"), 8_000),
            (format!("{{\"foo\":{{\"input\":[{ones}1]}}}}"), 8_000),
            (format!("{{\"input\":{{\"input\":[{ones}1]}}}}"), 8_000),
        ];
        for (body, least) in rows {
            let weigh = |body: &str, route: &str| weigh(body.as_bytes(), Numbers::on(route)).all_values();
            let check = |body: &str, route: &str| {
                let found = weigh(body, route);
                assert!(found >= least && found < least + 20, "{route} {found}, not {least}: {body:.40}");
            };
            check(&body, "/v1/embeddings");
            let prompt = body.replace("\"input\"", "\"prompt\"");
            check(&prompt, "/v1/completions");
            // The same in a request that is to be explained, whichever comes first of the two fields.
            check(&format!("{{\"endpoint\":\"/v1/embeddings\",\"request\":{body}}}"), "/v1/plan");
            check(&format!("{{\"request\":{prompt},\"endpoint\":\"/v1/completions\"}}"), "/v1/plan");
            let others = [
                (body.clone(), "/v1/chat/completions"),
                (body.clone(), "/v1/completions"),
                (body.clone(), "/api/embeddings"),
                (prompt.clone(), "/v1/embeddings"),
                (body.clone(), "/v1/plan"),
                (format!("{{\"request\":{body}}}"), "/v1/plan"),
                (format!("{{\"endpoint\":\"/v1/embeddings\",\"request\":{prompt}}}"), "/v1/plan"),
                (format!("{{\"endpoint\":\"/v1/chat/completions\",\"request\":{body}}}"), "/v1/plan"),
                (
                    format!("{{\"endpoint\":\"/v1/embeddings\",\"endpoint\":\"/v1/embeddings\",\"request\":{body}}}"),
                    "/v1/plan",
                ),
                (format!("{{\"endpoint\":\"/v1/embeddings\",\"x\":{body}}}"), "/v1/plan"),
            ];
            for (body, route) in &others {
                assert!(weigh(body, route) >= 8_000, "{route} {body:.60}");
            }
        }
    }
}
