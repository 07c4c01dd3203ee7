//! A chat whose tokens are to be counted: turns alone, or a whole request of `generateContent`.

use mediary_core::task::Task;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::decode::ContentForm;
use super::inside;
use crate::protocol::process::BadField;
use crate::protocol::{Sent, from_json, piece};

/// The field that holds a whole request.
const WHOLE: &str = "generateContentRequest";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountRequest<'a> {
    #[serde(default, borrow, alias = "generate_content_request")]
    generate_content_request: Option<&'a RawValue>,
}

/// Understands a request of `countTokens`: what is to be counted, and for which model.
///
/// # Errors
/// The first field that is wrong, by its path.
pub fn counted(sent: &Sent) -> Result<(Task, String), BadField> {
    let request: CountRequest<'_> = from_json(&sent.body, "a request to count")?;
    let form = match request.generate_content_request {
        None => ContentForm::decode(sent, false)?,
        Some(raw) => {
            let inner = Sent { body: piece(&sent.body, raw), ..sent.clone() };
            ContentForm::decode(&inner, false).map_err(|bad| inside(WHOLE, bad))?
        }
    };
    Ok((Task::Chat(form.chat), form.model))
}
