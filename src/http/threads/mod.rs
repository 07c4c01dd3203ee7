//! Threads over HTTP: conversations that are kept because their clients name them.
//!
//! What is kept and found is the gateway's affair; here requests are read and answers written. Chats name their threads by a
//! header or a field, which their own handlers read (`http/tasks`).

mod read;
mod said;
mod sync;
mod thread;

use form_urlencoded::parse;

use super::error::ApiError;
use crate::gateway::threads::{MOST_ID_CHARS, is_thread_id};

pub(super) use read::{__path_export, __path_media, __path_messages, export, media, messages};
pub(super) use said::{no_thread, threads};
pub(super) use sync::{__path_obsidian, obsidian};
pub(super) use thread::{
    __path_change, __path_create, __path_list, __path_one, __path_remove, __path_rename, change, create, list, one,
    remove, rename,
};

/// Threads or messages in one page of a list, unless it is said.
const USUAL: u32 = 20;
/// The most of them.
const MOST_LISTED: u32 = 100;

/// The id of a thread, as clients may choose it.
///
/// # Errors
/// When it is none; `field` is where it stands.
pub(super) fn thread_id(id: &str, field: &str) -> Result<String, ApiError> {
    if is_thread_id(id) {
        return Ok(id.to_owned());
    }
    let message = format!(
        "`{field}` must be the id of a thread: 1 to {MOST_ID_CHARS} letters, digits and `-`, `_`, `.` or `:`, the first a letter or \
         digit"
    );
    Err(ApiError::malformed(message).about(field))
}

/// The parameters of an address.
struct Query(Vec<(String, String)>);

impl Query {
    /// Takes them apart.
    ///
    /// # Errors
    /// When one is not among those that are known.
    fn of(text: Option<&str>, known: &[&str]) -> Result<Self, ApiError> {
        let all: Vec<(String, String)> = parse(text.unwrap_or_default().as_bytes()).into_owned().collect();
        match all.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(Self(all)),
            Some((name, _)) => {
                let name: String = name.chars().take(80).collect();
                let message = format!("`{name}` is no parameter of this route; it has {}", known.join(", "));
                Err(ApiError::malformed(message).about(name))
            }
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn limit(&self) -> Result<u32, ApiError> {
        let Some(text) = self.get("limit") else { return Ok(USUAL) };
        let limit = text.parse().ok().filter(|limit| (1..=MOST_LISTED).contains(limit));
        limit.ok_or_else(|| ApiError::malformed(format!("`limit` must be 1 to {MOST_LISTED}")).about("limit"))
    }

    /// Whether the first comes first. `usual`: where it is not said.
    fn is_ascending(&self, usual: bool) -> Result<bool, ApiError> {
        match self.get("order") {
            None => Ok(usual),
            Some("asc") => Ok(true),
            Some("desc") => Ok(false),
            Some(_) => Err(ApiError::malformed("`order` must be asc or desc").about("order")),
        }
    }
}
