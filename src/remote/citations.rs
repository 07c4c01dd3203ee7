//! Sources that a provider's own search found for what it says, in the shape that chats have for them: OpenAI's
//! `url_citation`, whose places are counted in characters of the reply.

use serde_json::{Value, json};

/// Counts what a reply has said, so that places in it can be named.
#[derive(Debug, Default)]
pub(crate) struct Said {
    text: String,
}

impl Said {
    /// More of it.
    pub(crate) fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// How many characters it has.
    pub(crate) fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// How many characters stand before a place that is counted in bytes.
    pub(crate) fn chars_before(&self, bytes: usize) -> usize {
        self.text.char_indices().take_while(|(at, _)| *at < bytes).count()
    }
}

/// A source, and what is said by it.
pub(crate) fn citation(url: &str, title: Option<&str>, (start, end): (usize, usize)) -> Value {
    json!({
        "type": "url_citation",
        "url_citation": { "url": url, "title": title.unwrap_or(url), "start_index": start, "end_index": end },
    })
}

#[cfg(test)]
mod tests {
    use mediary_core::task::{Chat, HostedTool, ReplyEvent, ReplyFrame, Task};

    use super::*;
    use crate::{Dialect, DialectName, Frame};

    /// What a reader of a dialect makes of the frames of a reply that may have searched: its sources, and how often it did.
    fn cited(dialect: DialectName, frames: &[Value]) -> (Vec<Value>, u32) {
        let tool = HostedTool { wire_format: "any", kind: "search".to_owned(), definition: json!({}) };
        let task = Task::Chat(Chat { hosted_tools: vec![tool], ..Chat::default() });
        let dialect: &dyn Dialect = dialect.dialect();
        let mut reader = dialect.reader(&task, true);
        let mut into = ReplyFrame::default();
        for frame in frames {
            reader.read(&Frame { event: None, data: frame.to_string().as_bytes() }, &mut into).unwrap();
        }
        let (mut sources, mut searches) = (Vec::new(), 0);
        for event in into.events {
            match event {
                ReplyEvent::Extra { name: "annotations", value, .. } => {
                    sources.extend(value.as_array().unwrap().clone());
                }
                ReplyEvent::Usage(usage) => searches = usage.searches,
                _ => {}
            }
        }
        (sources, searches)
    }

    #[test]
    fn geminis_sources_are_told_with_their_words() {
        let said = |text: &str| json!({ "candidates": [{ "content": { "parts": [{ "text": text }] } }] });
        let web = |url: &str| json!({ "web": { "uri": url, "title": "a.example" } });
        let last = json!({
            "candidates": [{
                "content": { "parts": [{ "text": "!" }] }, "finishReason": "STOP",
                "groundingMetadata": {
                    "webSearchQueries": ["a", "b"], "groundingChunks": [web("https://a.example/1"), web("https://a.example/2")],
                    "groundingSupports": [{ "segment": { "startIndex": 5, "endIndex": 9 }, "groundingChunkIndices": [0, 7] }],
                },
            }],
            "usageMetadata": { "promptTokenCount": 3, "candidatesTokenCount": 4 },
        });
        let (sources, searches) = cited(DialectName::Gemini, &[said("Año "), said("2026"), last]);
        let expected = [
            citation("https://a.example/1", Some("a.example"), (4, 8)),
            citation("https://a.example/2", Some("a.example"), (0, 9)),
        ];
        assert_eq!((sources, searches), (expected.to_vec(), 2));
    }

    #[test]
    fn anthropics_sources_are_told_with_their_blocks() {
        let start = |text: &str| json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": text } });
        let cites = |url: &str| {
            let citation = json!({ "type": "web_search_result_location", "url": url, "title": "A", "cited_text": "x" });
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "citations_delta", "citation": citation } })
        };
        let text =
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "es." } });
        let stop = json!({ "type": "content_block_stop", "index": 0 });
        let end = json!({
            "type": "message_delta", "delta": { "stop_reason": "end_turn" },
            "usage": { "output_tokens": 3, "server_tool_use": { "web_search_requests": 1 } },
        });
        let one = "https://a.example/1";
        let frames = [start("So: "), stop.clone(), start("y"), cites(one), cites(one), text, stop, end];
        let (sources, searches) = cited(DialectName::Anthropic, &frames);
        assert_eq!((sources, searches), (vec![citation(one, Some("A"), (4, 8))], 1));
    }

    #[test]
    fn places_in_bytes_become_places_in_characters() {
        let mut said = Said::default();
        ["Añ", "o 🎈!"].iter().for_each(|piece| said.add(piece));
        assert_eq!([0, 1, 3, 4, 5, 9, 10, 99].map(|bytes| said.chars_before(bytes)), [0, 1, 2, 3, 4, 5, 6, 6]);
        assert_eq!(said.chars(), 6);
    }
}
