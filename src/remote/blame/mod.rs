//! What providers say when they refuse: the shapes they say it in, when they want to be asked again, and what of it may
//! be shown.
//!
//! Every dialect decides for itself what a refusal means; here is what most of them share.

mod complaint;
mod hint;
mod secrets;

pub(crate) use complaint::Complaint;
pub(crate) use hint::stated_delay;
pub(crate) use secrets::{shown, without_key};
