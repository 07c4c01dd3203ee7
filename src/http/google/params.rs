//! What stands in the query of an address: each name once, and none that is not known.

use axum::extract::RawQuery;

use super::super::error::ApiError;

/// Longer values are none.
const MOST_CHARS: usize = 2_000;

/// The parameters of a request.
#[derive(Debug)]
pub(in crate::http) struct Params(Vec<(String, String)>);

impl Params {
    /// Those of a query, of which these are known.
    pub(in crate::http) fn of(RawQuery(query): &RawQuery, known: &[&str]) -> Result<Self, ApiError> {
        let query = query.as_deref().unwrap_or_default();
        let mut all: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                let name: String = name.chars().take(60).collect();
                let message = format!("`{name}` is no parameter here; known are {}", known.join(", "));
                return Err(ApiError::malformed(message).about(name));
            }
            if all.iter().any(|(own, _)| *own == name) || value.chars().count() > MOST_CHARS {
                let message = format!("`{name}` is to be there once, with at most {MOST_CHARS} characters");
                return Err(ApiError::malformed(message).about(name));
            }
            all.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(all))
    }

    /// A text that is not empty.
    pub(in crate::http) fn text(&self, name: &str) -> Option<String> {
        let value = self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.trim().to_owned());
        value.filter(|value| !value.is_empty())
    }

    /// A number from 1 on.
    pub(in crate::http) fn number(&self, name: &str, usual: u32, most: u32) -> Result<u32, ApiError> {
        let Some(value) = self.text(name) else { return Ok(usual) };
        let number = value.parse().ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| super::wrong(name, &format!("a whole number from 1 to {most}")))
    }
}
