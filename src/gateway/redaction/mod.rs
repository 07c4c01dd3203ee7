//! Personal data and secrets stay here: what a text holds of them goes to a provider under a name, and comes back in its answer.
//!
//! `mina.brown@example.org` becomes `[EMAIL_1]`, for each target that is elsewhere and is to get it so; the same value has the same
//! name in the whole request, and its conversation goes on with the same names, since they are given in the order in which the
//! values stand there. The attempt loop covers a task before it is sent and uncovers the answer as it comes. Only texts
//! are looked into: what a picture or a recording shows goes as it is.

mod cover;
mod found;
mod keys;
mod kind;
mod mail;
mod numbers;
mod quoted;
mod restored;
mod task;
#[cfg(test)]
mod tests;

pub(in crate::gateway) use cover::Cover;
pub(in crate::gateway) use kind::SecretKind;
pub(in crate::gateway) use restored::Restored;
