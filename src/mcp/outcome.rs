//! What a tool gives: words for the model, the same as data for its program, and links to files that are kept here.

use rmcp::model::{CallToolResult, ContentBlock, Resource};
use serde::Serialize;
use serde_json::Value;

use super::desk::KeptFile;
use super::trouble::Trouble;

/// The result of a tool.
#[derive(Debug)]
pub(super) struct Outcome {
    text: String,
    data: Value,
    more: Vec<ContentBlock>,
}

impl Outcome {
    /// Words, and the same as data.
    pub(super) fn new(text: impl Into<String>, data: &impl Serialize) -> Self {
        // Our own types always have a JSON form.
        Self { text: text.into(), data: serde_json::to_value(data).unwrap_or_default(), more: Vec::new() }
    }

    /// The same with a link to a file.
    pub(super) fn linking(mut self, file: &KeptFile) -> Self {
        let link = Resource::new(file.uri.clone(), file.name.clone()).with_mime_type(file.mime_type.clone());
        self.more.push(ContentBlock::resource_link(link.with_size(file.bytes)));
        self
    }

    /// The same with something to see or to hear.
    pub(super) fn showing(mut self, shown: ContentBlock) -> Self {
        self.more.push(shown);
        self
    }
}

impl From<Outcome> for CallToolResult {
    fn from(outcome: Outcome) -> Self {
        let mut content = vec![ContentBlock::text(outcome.text)];
        content.extend(outcome.more);
        let mut result = Self::success(content);
        result.structured_content = Some(outcome.data);
        result
    }
}

impl From<Trouble> for CallToolResult {
    fn from(trouble: Trouble) -> Self {
        Self::error(vec![ContentBlock::text(trouble.to_string())])
    }
}
