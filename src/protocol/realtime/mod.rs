//! OpenAI's realtime interface (GA): the events of a live conversation, and the requests for short-lived tokens.
//!
//! Whatever stands behind a session, its client reads and writes these events. [`read()`] and [`write()`] are the whole of the
//! vocabulary; settings are read over those in force ([`settings`]). Settings of the older interface (`modalities`,
//! `input_audio_format`, …) are understood as well. Nothing here keeps a conversation: that is the gateway's.

mod items;
mod prompt;
mod read;
mod secret;
mod session;
mod written;

pub use prompt::{first_updates, prompted};
pub use read::{Asked, event_type, read};
pub use secret::{SecretWish, older_session, secret, secret_wish, vendor_secret};
pub use session::{settings, settings_json};
pub use written::{SessionFacts, write};

use super::process::BadField;

fn bad(field: impl Into<String>, message: impl Into<String>) -> BadField {
    BadField { field: field.into(), message: message.into() }
}
