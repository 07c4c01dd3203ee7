//! What the forms of video jobs have in common: the answer to a submission, names of jobs in paths, pictures to start from.
//!
//! A submission is answered with the name of a job, or, where the provider makes its callers wait, with the file itself.

use bytes::Bytes;
use mediary_core::task::{Finish, ReplyEvent, ReplyFrame};
use mediary_core::{Failure, Media};
use serde_json::Value;

use crate::blame::{broken_off, garbled};
use crate::{Frame, Reader};

/// The longest name of a job that is believed.
const LONGEST_NAME_BYTES: usize = 512;

/// A reader for the answer to a submission. `is_file`: it is the file; else `named` finds the job's name in it.
pub(crate) fn reader(is_file: bool, named: fn(&[u8]) -> Result<String, Failure>) -> Box<dyn Reader> {
    Box::new(Submitted { is_file, named, is_read: false })
}

struct Submitted {
    is_file: bool,
    named: fn(&[u8]) -> Result<String, Failure>,
    is_read: bool,
}

impl Reader for Submitted {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        self.is_read = true;
        into.events.push(match self.is_file {
            true => ReplyEvent::Bytes(Bytes::copy_from_slice(frame.data)),
            false => ReplyEvent::Accepted { job: (self.named)(frame.data)? },
        });
        Ok(())
    }

    fn end(&mut self, into: &mut ReplyFrame) -> Result<(), Failure> {
        into.events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
        if self.is_read { Ok(()) } else { Err(broken_off()) }
    }

    fn is_complete(&self) -> bool {
        self.is_read && !self.is_file
    }
}

/// The first of these fields that names a job.
pub(crate) fn name_in(answer: &Value, fields: &[&str]) -> Result<String, Failure> {
    let written = |field: &&str| match answer.get(field) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let name = fields.iter().find_map(written).unwrap_or_default();
    match is_name(&name) {
        true => Ok(name),
        false => Err(garbled("it accepts a job and does not name it")),
    }
}

/// Whether a name can stand in a path as it is: what vendors give out are numbers, UUIDs and paths of these.
pub(crate) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/:=".contains(&byte);
    let is_short = (1..=LONGEST_NAME_BYTES).contains(&name.len());
    is_short && name.bytes().all(is_plain) && !name.split('/').any(|part| part.is_empty() || part == "..")
}

/// A picture as a data URL.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn data_url(picture: &Media) -> Result<String, Failure> {
    Ok(format!("data:{};base64,{}", picture.format.mime(), base64(picture)?))
}

/// A picture in base64.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn base64(picture: &Media) -> Result<String, Failure> {
    let gone = |_| Failure::broken("the picture of the request is gone from this machine; send the request again");
    let text = picture.blob.base64().map_err(gone)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A percentage, if it is one.
pub(crate) fn percent(value: Option<&Value>) -> Option<u8> {
    let percent = value?.as_f64().filter(|percent| percent.is_finite())?;
    Some(percent.clamp(0.0, 100.0) as u8)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_names_that_can_stand_in_a_path_are_taken() {
        let fields = ["task_id", "id"];
        assert_eq!(name_in(&json!({ "id": "a-1", "task_id": 7 }), &fields).unwrap(), "7");
        assert_eq!(name_in(&json!({ "id": "models/veo/operations/x" }), &fields).unwrap(), "models/veo/operations/x");
        for wrong in ["", "..", "a/../b", "/a", "a b", "a?b", "a%2e", "ä", "a\u{0}"] {
            assert!(name_in(&json!({ "id": wrong }), &fields).is_err(), "{wrong}");
        }
    }
}
