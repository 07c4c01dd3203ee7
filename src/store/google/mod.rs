//! Accounts of Google's that clients have connected: their tokens sealed, opened only to be sent.
//!
//! An account belongs to its owner; with any other it does not exist. Beside them lies what is good once and for a short time
//! ([`Tickets`]). What is in the sealed texts is the caller's business.

mod accounts;
#[cfg(test)]
mod tests;
mod tickets;

pub(crate) use accounts::resealed;
pub use accounts::{GoogleAccount, GoogleAccounts};
pub use tickets::{Ticket, Tickets};
