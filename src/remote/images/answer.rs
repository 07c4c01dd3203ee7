//! Reading pictures out of an answer, wherever a vendor puts them.
//!
//! One reader for all forms: their fields have different names, and none means two things. A picture that was inside of the
//! answer is in a file already (see `frames/lifted`); one that is at an address is only named.

use bytes::Bytes;
use mediary_core::capability::PictureKind;
use mediary_core::task::{Finish, Picture, PicturePlace, ReplyEvent, ReplyFrame, Usage};
use mediary_core::{Blob, Failure, FailureKind};
use serde_json::Value;

use crate::blame::{broken_off, garbled};
use crate::frames::file_index;
use crate::{Frame, Reader, openai};

/// A reader for an answer. `stream`: it comes as events.
pub(crate) fn reader(stream: bool) -> Box<dyn Reader> {
    Box::new(Pictures { files: Vec::new(), count: 0, stream, is_finished: false })
}

struct Pictures {
    /// Files that were lifted out, in the order of their names.
    files: Vec<Option<Blob>>,
    /// How many pictures were read.
    count: u32,
    stream: bool,
    is_finished: bool,
}

impl Reader for Pictures {
    fn takes(&mut self, files: Vec<Option<Blob>>) {
        self.files.extend(files);
    }

    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        let answer: Value = serde_json::from_slice(frame.data).map_err(|_| openai::inside_answer(frame.data))?;
        complaint(&answer, frame.data)?;
        let stage = stage(&answer, frame.event);
        let kind = kind(&answer);
        for found in found(&answer) {
            let place = self.place(found.text)?;
            let revised_prompt = found.revised_prompt.map(str::to_owned);
            self.count += u32::from(stage.is_none());
            into.events.push(ReplyEvent::Picture(Box::new(Picture { place, stage, revised_prompt, kind })));
        }
        into.events.extend(usage(&answer).map(ReplyEvent::Usage));
        if !self.stream && self.count == 0 {
            return Err(without_picture(&answer));
        }
        if !self.stream || is_last(&answer, frame.event) {
            self.is_finished = true;
        }
        Ok(())
    }

    fn end(&mut self, into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.count == 0 {
            return Err(broken_off());
        }
        into.events.push(finished());
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.is_finished
    }
}

/// The last event of an answer.
pub(crate) fn finished() -> ReplyEvent {
    ReplyEvent::Finish { choice: 0, finish: Finish::Stop }
}

impl Pictures {
    /// Where the picture is that a text stands for.
    fn place(&self, text: &str) -> Result<PicturePlace, Failure> {
        let unkept = || garbled("its picture is no base64, or larger than is kept");
        if let Some(index) = file_index(text) {
            let blob = self.files.get(index).cloned().flatten().ok_or_else(unkept)?;
            return Ok(PicturePlace::Here(blob));
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return Ok(PicturePlace::Address(text.to_owned()));
        }
        let base64 = match text.strip_prefix("data:") {
            Some(url) => url.split_once(";base64,").ok_or_else(unkept)?.1,
            None => text,
        };
        let blob = Blob::from_base64(Bytes::copy_from_slice(base64.as_bytes())).map_err(|_| unkept())?;
        if blob.is_empty() { Err(unkept()) } else { Ok(PicturePlace::Here(blob)) }
    }
}

/// What an answer says went wrong, where its status does not.
fn complaint(answer: &Value, frame: &[u8]) -> Result<(), Failure> {
    let is_there = |name: &str| match answer.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(all)) => !all.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    };
    // MiniMax says it with a number in a success.
    let is_numbered = answer.pointer("/base_resp/status_code").and_then(Value::as_i64).is_some_and(|code| code != 0);
    let has_failed =
        is_numbered || is_there("error") || is_there("errors") && answer.get("success") == Some(&Value::Bool(false));
    if has_failed { Err(openai::complaint(frame)) } else { Ok(()) }
}

/// Why there is no picture in an answer.
fn without_picture(answer: &Value) -> Failure {
    let text = |path: &str| answer.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let reasons = [
        text("/promptFeedback/blockReason"),
        text("/candidates/0/finishReason"),
        text("/artifacts/0/finishReason"),
        text("/predictions/0/raiFilteredReason"),
        text("/choices/0/finish_reason"),
    ];
    let is_refusal = |reason: &&str| {
        let reason = reason.to_ascii_uppercase();
        let words =
            ["SAFETY", "PROHIBITED", "BLOCK", "RECITATION", "SPII", "FILTER", "SENSITIVE", "OTHER_SAFETY", "POLICY"];
        words.iter().any(|word| reason.contains(word))
    };
    let is_blocked =
        !text("/promptFeedback/blockReason").is_empty() || !text("/predictions/0/raiFilteredReason").is_empty();
    let is_disrespectful = answer.pointer("/data/0/respect_moderation") == Some(&Value::Bool(false));
    match is_blocked || is_disrespectful || reasons.iter().any(is_refusal) {
        true => Failure::new(FailureKind::ContentRefused, "the provider would not make this picture"),
        false => Failure::new(FailureKind::EmptyAnswer, "the provider answered without a picture"),
    }
}

/// A text that stands for a picture, and what was made of the prompt.
#[derive(Debug, PartialEq, Eq)]
struct Found<'a> {
    text: &'a str,
    revised_prompt: Option<&'a str>,
}

/// The pictures of an answer. Where it has them in two places, one of them counts.
fn found(answer: &Value) -> Vec<Found<'_>> {
    let places = [
        "/data",
        "/images",
        "/artifacts",
        "/result/image",
        "/result/images",
        "/predictions",
        "/data/image_base64",
        "/data/image_urls",
        "/image",
        "/output/results",
        "/output/choices/0/message/content",
        "/output",
        "",
    ];
    let of_place = |place: &&str| {
        let value = answer.pointer(place).unwrap_or(&Value::Null);
        match value {
            Value::Array(all) => all.iter().filter_map(of_item).collect(),
            one => of_item(one).into_iter().collect::<Vec<_>>(),
        }
    };
    let of_parts = || {
        let candidates = answer.get("candidates").and_then(Value::as_array).into_iter().flatten();
        let parts = candidates.filter_map(|candidate| candidate.pointer("/content/parts")?.as_array()).flatten();
        // What it drew on the way to its picture is a thought.
        let drawn = parts.filter(|part| part.get("thought") != Some(&Value::Bool(true)));
        drawn
            .filter_map(|part| part.pointer("/inlineData/data").or_else(|| part.pointer("/inline_data/data")))
            .filter_map(of_item)
            .collect::<Vec<_>>()
    };
    let of_messages = || {
        let choices = answer.get("choices").and_then(Value::as_array).into_iter().flatten();
        let images = choices.filter_map(|choice| choice.pointer("/message/images")?.as_array()).flatten();
        images.filter_map(of_item).collect::<Vec<_>>()
    };
    let first = places.iter().map(of_place).find(|found: &Vec<Found<'_>>| !found.is_empty());
    first.unwrap_or_else(|| of_parts().into_iter().chain(of_messages()).collect())
}

/// What stands for a picture in an item: the item itself, or one of its fields.
fn of_item(item: &Value) -> Option<Found<'_>> {
    if let Some(text) = item.as_str().filter(|text| !text.is_empty()) {
        return Some(Found { text, revised_prompt: None });
    }
    let reason = item.get("finishReason").and_then(Value::as_str).unwrap_or_default();
    if reason.contains("FILTER") {
        // What is there instead is black.
        return None;
    }
    const NAMES: [&str; 7] = ["b64_json", "url", "base64", "bytesBase64Encoded", "image_url", "image", "b64"];
    let text = |name: &&str| {
        let value = item.get(*name)?;
        value.as_str().or_else(|| value.get("url")?.as_str()).filter(|text| !text.is_empty())
    };
    let text = NAMES.iter().find_map(text)?;
    Some(Found { text, revised_prompt: item.get("revised_prompt").and_then(Value::as_str) })
}

/// Which stage of a picture an event shows; `None`: it is finished.
fn stage(answer: &Value, event: Option<&str>) -> Option<u32> {
    let kind = answer.get("type").and_then(Value::as_str).or(event)?;
    if !kind.ends_with("partial_image") {
        return None;
    }
    let index = answer.get("partial_image_index").and_then(Value::as_u64).unwrap_or(0);
    Some(u32::try_from(index).unwrap_or(u32::MAX))
}

/// Whether an event is the last one.
fn is_last(answer: &Value, event: Option<&str>) -> bool {
    answer.get("type").and_then(Value::as_str).or(event).is_some_and(|kind| kind.ends_with("completed"))
}

/// How carefully a picture was made and how large it is, where an answer says so.
fn kind(answer: &Value) -> PictureKind {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    PictureKind::named(text("quality"), text("size").and_then(|size| size.parse().ok()))
}

/// What it cost, if the answer says so, in any vendor's words.
fn usage(answer: &Value) -> Option<Usage> {
    let usage = answer.get("usage").or_else(|| answer.get("usageMetadata"))?;
    let number = |names: &[&str]| names.iter().find_map(|name| usage.get(*name)?.as_u64());
    let prompt = number(&["input_tokens", "prompt_tokens", "promptTokenCount"]);
    let drawn = number(&["output_tokens", "completion_tokens", "candidatesTokenCount"]);
    (prompt.is_some() || drawn.is_some()).then(|| Usage {
        prompt_tokens: prompt.unwrap_or(0),
        completion_tokens: drawn.unwrap_or(0),
        ..Usage::default()
    })
}
