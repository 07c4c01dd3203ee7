//! Fields: what a document computes. Their last results are text; of their codes only links count.

use super::super::text::Text;

/// A field that has begun and not ended.
#[derive(Debug, Default)]
struct Open {
    code: String,
    /// Whether its result has begun, and where in the paragraph.
    result: Option<usize>,
}

/// The fields that are open; they may run over paragraphs.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<Open>);

impl Fields {
    /// A field character: `begin`, `separate` or `end`.
    pub(super) fn mark(&mut self, kind: &str, text: &mut Text) {
        match kind {
            "begin" => self.0.push(Open::default()),
            "separate" => {
                if let Some(open) = self.0.last_mut() {
                    open.result = Some(text.here());
                }
            }
            "end" => {
                if let Some(open) = self.0.pop() {
                    open.link(text);
                }
            }
            _ => {}
        }
    }

    /// A part of a field's code.
    pub(super) fn code(&mut self, code: &str) {
        if let Some(open) = self.0.last_mut().filter(|open| open.result.is_none() && open.code.len() < 4_096) {
            open.code.push_str(code);
        }
    }

    /// Whether what comes is a code, not a result.
    pub(super) fn in_code(&self) -> bool {
        self.0.iter().any(|open| open.result.is_none())
    }

    /// A paragraph ends: what is a link goes on in the next.
    pub(super) fn end_paragraph(&mut self, text: &mut Text) {
        for open in &mut self.0 {
            open.link(text);
            open.result = open.result.map(|_| 0);
        }
    }
}

impl Open {
    fn link(&self, text: &mut Text) {
        if let (Some(start), Some(address)) = (self.result, address(&self.code)) {
            text.link_since(start, address);
        }
    }
}

/// The address in the code of a link: `HYPERLINK "https://…"`.
pub(super) fn address(code: &str) -> Option<&str> {
    let rest = code.trim_start().strip_prefix("HYPERLINK")?.trim_start();
    // `\l` leads to a place in the document itself.
    if rest.starts_with('\\') {
        return None;
    }
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split_whitespace().next(),
    }
}
