//! From what providers say when they refuse to failures: the shapes they say it in, what a status means, when they want
//! to be asked again, how much of their limits is left, and what of their words may be shown.
//!
//! Every dialect decides for itself what a refusal of its provider means; here is what they share.

mod complaint;
mod garbled;
mod hint;
mod limit;
mod page;
mod parameter;
mod quota;
mod secrets;
mod sentence;
mod status;

pub(crate) use complaint::Complaint;
pub(crate) use garbled::{broken_off, garbled, odd_end, shapeless};
pub(crate) use hint::stated_delay;
pub(crate) use limit::{reached_limit, stated_limit};
pub(crate) use page::{is_html, page};
pub(crate) use parameter::refused_parameter;
pub(crate) use quota::quota;
pub(crate) use secrets::{shown, without_key};
pub(crate) use sentence::failure;
pub(crate) use status::{kind_of_status, retry_after};
