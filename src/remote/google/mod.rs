//! Google's accounts, Drive, Calendar and Gmail: what each is asked and what it answers, as pure translation.
//!
//! Nothing is sent here, and nothing is kept: the gateway sends the requests through the guarded client, with the token of the
//! account that a client has connected. What Google's answers hold was written by strangers.

mod asking;
mod calendar;
mod drive;
mod gmail;
mod letter;
mod oauth;
mod refusal;
mod scopes;
#[cfg(test)]
mod tests;

pub use asking::{Errand, ErrandAnswer, GooglePlaces};
pub use calendar::{CalendarEvent, EventPage, EventQuery, EventTime, NewEvent};
pub use drive::{DriveContent, DriveFile, DrivePage, DriveQuery, Upload, drive_reference};
pub use gmail::{Mail, MailIds, MailQuery};
pub use letter::Letter;
pub use oauth::{Consent, Grant, GrantRefused};
pub use refusal::google_refusal;
pub use scopes::GoogleFeature;
