//! A response that was kept, told once more as the events of a stream: each thing whole in one piece.
//!
//! Numbers of events are the same every time, so a client that has heard some of them can ask for those after.

use serde_json::{Value, json};

use super::event;

/// Writes the events of one response.
#[derive(Debug, Default)]
pub struct Replay {
    sequence: u64,
    /// The number of the last event that its client has.
    after: Option<u64>,
}

impl Replay {
    /// So many events tell how a response begins.
    pub(super) const BEGINNING: u64 = 2;

    /// How a response ended that was told up to the event before this number.
    pub fn rest(number: u64, response: &Value, into: &mut Vec<u8>) {
        Self { sequence: number, after: None }.ends(response, into);
    }

    /// Events after that of this number.
    #[must_use]
    pub fn after(after: Option<u64>) -> Self {
        Self { sequence: 0, after }
    }

    /// How a response begins, which can be told before it has ended. Once; [`Replay::end`] does it where it was not done.
    pub fn begin(&mut self, response: &Value, into: &mut Vec<u8>) {
        let mut begun = response.clone();
        for (name, value) in [
            ("status", "in_progress".into()),
            ("output", json!([])),
            ("usage", Value::Null),
            ("error", Value::Null),
            ("incomplete_details", Value::Null),
        ] {
            begun[name] = value;
        }
        self.write("response.created", json!({ "response": begun }), into);
        self.write("response.in_progress", json!({ "response": begun }), into);
    }

    /// What a response says, and how it ended.
    pub fn end(&mut self, response: &Value, into: &mut Vec<u8>) {
        if self.sequence == 0 {
            self.begin(response, into);
        }
        for (index, item) in response["output"].as_array().into_iter().flatten().enumerate() {
            self.item(index, item, into);
        }
        // A client that has heard more than this was told in smaller pieces, and knows all but the end.
        if let Some(after) = self.after.filter(|after| *after > self.sequence) {
            self.sequence = after + 1;
        }
        self.ends(response, into);
    }

    fn ends(&mut self, response: &Value, into: &mut Vec<u8>) {
        let name = match response["status"].as_str() {
            Some("failed") => "response.failed",
            Some("completed") => "response.completed",
            // Cut, refused or cancelled; its status says which.
            _ => "response.incomplete",
        };
        self.write(name, json!({ "response": response }), into);
    }

    fn item(&mut self, index: usize, item: &Value, into: &mut Vec<u8>) {
        let mut added = item.clone();
        let empty = match item["type"].as_str() {
            Some("message") => Some(("content", json!([]))),
            Some("reasoning") => Some(("summary", json!([]))),
            Some("function_call") => Some(("arguments", json!(""))),
            Some("custom_tool_call") => Some(("input", json!(""))),
            _ => None,
        };
        if let Some((field, nothing)) = empty {
            added[field] = nothing;
        }
        if item.get("status").is_some() {
            added["status"] = "in_progress".into();
        }
        self.write("response.output_item.added", json!({ "output_index": index, "item": added }), into);
        let at = || json!({ "item_id": item["id"], "output_index": index });
        let with = |fields: &[(&str, &Value)]| {
            let mut at = at();
            fields.iter().for_each(|(name, value)| at[*name] = (*value).clone());
            at
        };
        match item["type"].as_str() {
            Some("message") => {
                for (place, part) in item["content"].as_array().into_iter().flatten().enumerate() {
                    self.part(&with(&[("content_index", &place.into())]), part, into);
                }
            }
            Some("reasoning") => {
                for (place, part) in item["summary"].as_array().into_iter().flatten().enumerate() {
                    let place = Value::from(place);
                    let nothing = json!({ "type": "summary_text", "text": "" });
                    let named = [
                        ("response.reasoning_summary_part.added", "part", &nothing),
                        ("response.reasoning_summary_text.delta", "delta", &part["text"]),
                        ("response.reasoning_summary_text.done", "text", &part["text"]),
                        ("response.reasoning_summary_part.done", "part", part),
                    ];
                    for (name, field, value) in named {
                        self.write(name, with(&[("summary_index", &place), (field, value)]), into);
                    }
                }
            }
            Some("function_call") => {
                let arguments = &item["arguments"];
                self.write("response.function_call_arguments.delta", with(&[("delta", arguments)]), into);
                let done = with(&[("name", &item["name"]), ("arguments", arguments)]);
                self.write("response.function_call_arguments.done", done, into);
            }
            Some("custom_tool_call") => {
                let input = &item["input"];
                self.write("response.custom_tool_call_input.delta", with(&[("delta", input)]), into);
                self.write("response.custom_tool_call_input.done", with(&[("input", input)]), into);
            }
            _ => {}
        }
        self.write("response.output_item.done", json!({ "output_index": index, "item": item }), into);
    }

    /// A part of a message.
    fn part(&mut self, at: &Value, part: &Value, into: &mut Vec<u8>) {
        let with = |fields: &[(&str, Value)]| {
            let mut at = at.clone();
            fields.iter().for_each(|(name, value)| at[*name] = value.clone());
            at
        };
        let is_refusal = part["type"] == "refusal";
        let (word, field) = if is_refusal { ("refusal", "refusal") } else { ("output_text", "text") };
        let said = part[field].clone();
        let mut empty = part.clone();
        empty[field] = "".into();
        for list in ["annotations", "logprobs"] {
            if empty.get(list).is_some() {
                empty[list] = json!([]);
            }
        }
        self.write("response.content_part.added", with(&[("part", empty)]), into);
        let mut more = with(&[("delta", said.clone())]);
        let mut done = with(&[(field, said)]);
        if !is_refusal {
            more["logprobs"] = json!([]);
            done["logprobs"] = part.get("logprobs").cloned().unwrap_or_else(|| json!([]));
        }
        self.write(&format!("response.{word}.delta"), more, into);
        for (place, annotation) in part["annotations"].as_array().into_iter().flatten().enumerate() {
            let added = with(&[("annotation_index", place.into()), ("annotation", annotation.clone())]);
            self.write("response.output_text.annotation.added", added, into);
        }
        self.write(&format!("response.{word}.done"), done, into);
        self.write("response.content_part.done", with(&[("part", part.clone())]), into);
    }

    fn write(&mut self, name: &str, mut fields: Value, into: &mut Vec<u8>) {
        let number = self.sequence;
        self.sequence += 1;
        if self.after.is_none_or(|after| number > after) {
            fields["type"] = name.into();
            fields["sequence_number"] = number.into();
            event(name, &fields, into);
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn everything_that_was_kept_is_told_once_more() {
        let response = json!({ "id": "resp_1", "object": "response", "status": "completed", "error": null, "usage": { "input_tokens": 1 },
            "output": [
                { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "Hm." }] },
                { "type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [
                    { "type": "output_text", "text": "So.", "annotations": [{ "type": "url_citation" }], "logprobs": [] },
                    { "type": "refusal", "refusal": "No." }] },
                { "type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}", "status": "completed" },
                { "type": "custom_tool_call", "id": "ctc_1", "call_id": "d", "name": "g", "input": "x" },
                { "type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "YWJj" }] });
        let mut whole = Vec::new();
        Replay::after(None).end(&response, &mut whole);
        let whole = String::from_utf8(whole).unwrap();
        assert_snapshot!(whole);
        let mut rest = Vec::new();
        Replay::after(Some(4)).end(&response, &mut rest);
        let rest = String::from_utf8(rest).unwrap();
        assert!(
            whole.ends_with(&rest)
                && rest.contains("\"sequence_number\":5")
                && !rest.contains("\"sequence_number\":4,")
        );
        let mut end = Vec::new();
        Replay::after(Some(500)).end(&response, &mut end);
        let end = String::from_utf8(end).unwrap();
        assert!(end.starts_with("event: response.completed\n") && end.contains("\"sequence_number\":501"), "{end}");
        assert_eq!(end.matches("event: ").count(), 1);
        let mut in_two = Vec::new();
        let mut replay = Replay::after(None);
        replay.begin(&response, &mut in_two);
        replay.end(&response, &mut in_two);
        assert_eq!(String::from_utf8(in_two).unwrap(), whole);
    }

    #[test]
    fn every_end_has_its_event() {
        for (status, name) in
            [("failed", "response.failed"), ("incomplete", "response.incomplete"), ("cancelled", "response.incomplete")]
        {
            let mut told = Vec::new();
            Replay::after(Some(1)).end(&json!({ "status": status, "output": [] }), &mut told);
            let told = String::from_utf8(told).unwrap();
            assert!(told.starts_with(&format!("event: {name}\n")), "{told}");
        }
    }
}
