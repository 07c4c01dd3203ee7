//! A job as it is followed: put into the queue, looked for in the history, its pictures fetched one by one.

use std::collections::VecDeque;
use std::time::Duration;

use mediary_core::task::{Picture, PicturePlace, ReplyEvent, ReplyFrame};
use mediary_core::{Blob, Failure, FailureKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::blame::garbled;
use crate::images::finished;
use crate::{FollowUp, Frame, Reader};

/// How long to wait before the history is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// A reader for the answers of a job.
pub(super) fn reader() -> Box<dyn Reader> {
    Box::new(Job { state: State::Queued, files: Vec::new() })
}

#[derive(Debug)]
enum State {
    /// It is to be put into the queue.
    Queued,
    /// It has this id and is not done.
    Waiting(String),
    /// It is done; these paths of pictures are left.
    Fetching(VecDeque<String>),
}

struct Job {
    state: State,
    files: Vec<Option<Blob>>,
}

impl Reader for Job {
    fn takes(&mut self, files: Vec<Option<Blob>>) {
        self.files = files;
    }

    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        let answer: Value = serde_json::from_slice(frame.data).map_err(crate::blame::shapeless)?;
        match &mut self.state {
            State::Queued => {
                let id = answer.get("prompt_id").and_then(Value::as_str);
                let id = id.ok_or_else(|| garbled("it names no job"))?;
                self.state = State::Waiting(encoded(id));
            }
            State::Waiting(id) => {
                let Some(entry) = answer.get(id.as_str()).or_else(|| answer.as_object()?.values().next()) else {
                    return Ok(());
                };
                if entry.pointer("/status/status_str").is_some_and(|status| status == "error") {
                    return Err(Failure::new(
                        FailureKind::Garbled,
                        "the job failed at the provider, whose log says why",
                    ));
                }
                let paths = paths(entry);
                if !paths.is_empty() {
                    self.state = State::Fetching(paths);
                } else if entry.pointer("/status/completed") == Some(&Value::Bool(true)) {
                    return Err(Failure::new(FailureKind::EmptyAnswer, "the provider's job made no picture"));
                }
            }
            State::Fetching(paths) => {
                let picture = self.files.pop().flatten().ok_or_else(|| garbled("its picture is none"))?;
                into.events.push(ReplyEvent::Picture(Box::new(Picture::at(PicturePlace::Here(picture)))));
                if paths.is_empty() {
                    into.events.push(finished());
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        Ok(())
    }

    fn is_complete(&self) -> bool {
        matches!(&self.state, State::Fetching(paths) if paths.is_empty())
    }

    fn follow_up(&mut self) -> Option<FollowUp> {
        match &mut self.state {
            State::Queued => None,
            State::Waiting(id) => Some(FollowUp { path: format!("/history/{id}"), after: PAUSE }),
            State::Fetching(paths) => paths.pop_front().map(|path| FollowUp { path, after: Duration::ZERO }),
        }
    }
}

/// Where the pictures of a job are.
fn paths(entry: &Value) -> VecDeque<String> {
    let nodes = entry.get("outputs").and_then(Value::as_object).into_iter().flat_map(|outputs| outputs.values());
    let images = nodes.filter_map(|node| node.get("images")?.as_array()).flatten();
    let path = |image: &Value| {
        let text = |name: &str| image.get(name).and_then(Value::as_str).unwrap_or_default();
        let (name, folder, kind) = (encoded(text("filename")), encoded(text("subfolder")), encoded(text("type")));
        (!name.is_empty()).then(|| format!("/view?filename={name}&subfolder={folder}&type={kind}"))
    };
    images.filter_map(path).collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
