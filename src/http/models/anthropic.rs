//! The list of models as Anthropic's clients read it: models that chat, page by page.
//!
//! They are told by the header `anthropic-version`, which only those clients send.

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::Model;
use crate::http::error::ApiError;

/// The format asks when a model was released, and takes the epoch for what is not known.
const CREATED: &str = "1970-01-01T00:00:00Z";
/// Models on a page where the client does not say.
const PAGE: usize = 20;
/// The most models on a page.
const MOST: usize = 1_000;

/// Whether this list is wanted.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    headers.contains_key("anthropic-version")
}

/// Which page.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Page {
    limit: Option<usize>,
    after_id: Option<String>,
    before_id: Option<String>,
}

/// A page of models.
#[derive(Debug, Serialize)]
pub(super) struct Models {
    data: Vec<Listed>,
    first_id: Option<String>,
    last_id: Option<String>,
    has_more: bool,
}

/// A model as it is listed there.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    r#type: &'static str,
    id: String,
    display_name: String,
    created_at: &'static str,
    /// Retired models are not listed, and of the rest nothing is known.
    lifecycle: &'static str,
    max_input_tokens: Option<u32>,
    max_tokens: Option<u32>,
}

impl Listed {
    pub(super) fn of(model: &Model) -> Self {
        let display_name = if model.description.is_empty() { model.id.clone() } else { model.description.clone() };
        Self {
            r#type: "model",
            id: model.id.clone(),
            display_name,
            created_at: CREATED,
            lifecycle: "active",
            max_input_tokens: model.context_tokens,
            max_tokens: model.output_tokens,
        }
    }
}

/// A page of those models that chat.
///
/// # Errors
/// When the page begins or ends at a model that is not listed, or has an impossible size.
pub(super) fn page(models: &[Model], page: &Page) -> Result<Models, ApiError> {
    let chatting: Vec<&Model> = models.iter().filter(|model| model.tasks.contains(&"chat")).collect();
    let place = |id: &String, field: &str| {
        let found = chatting.iter().position(|model| model.id == *id);
        found.ok_or_else(|| ApiError::malformed(format!("there is no model `{id}` in the list")).about(field))
    };
    let limit = page.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::malformed(format!("`limit` must be 1 to {MOST}")).about("limit"));
    }
    let after = page.after_id.as_ref().map(|id| place(id, "after_id")).transpose()?.map_or(0, |at| at + 1);
    let before = page.before_id.as_ref().map(|id| place(id, "before_id")).transpose()?;
    // What comes before a model is the page that ends there.
    let (start, end) = match before {
        Some(before) => (before.saturating_sub(limit).max(after), before),
        None => (after, (after + limit).min(chatting.len())),
    };
    let has_more = if before.is_some() { start > after } else { end < chatting.len() };
    let data: Vec<Listed> =
        chatting.get(start..end).unwrap_or_default().iter().map(|model| Listed::of(model)).collect();
    let id = |listed: Option<&Listed>| listed.map(|listed| listed.id.clone());
    Ok(Models { first_id: id(data.first()), last_id: id(data.last()), has_more, data })
}
