//! The `[redaction]` section: which personal data and secrets stay here, whichever provider answers.

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// What can be kept back.
pub const REDACTED_KINDS: [&str; 5] = ["card", "iban", "email", "phone", "key"];

/// The checked `[redaction]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// Providers that get names in place of values; `*`: all that are not on this machine. Clients' keys may ask for it too.
    pub providers: Vec<String>,
    /// What is kept back, of [`REDACTED_KINDS`].
    pub kinds: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawRedaction {
    providers: Vec<String>,
    kinds: Vec<String>,
}

impl Default for RawRedaction {
    fn default() -> Self {
        Self { providers: Vec::new(), kinds: REDACTED_KINDS.map(str::to_owned).to_vec() }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "redaction.providers",
        "a list of providers, or [\"*\"]",
        "which providers get names such as `[EMAIL_1]` in place of what texts hold of `kinds`; their answers come back with the \
         values; `*`: all that are not on this machine; search engines by their names too. `mediary clients create --redact` asks for it for one key",
    ),
    Key::new(
        "redaction.kinds",
        "a list of card, iban, email, phone and key",
        "what is kept back: numbers of cards and accounts, addresses of mail, telephone numbers, keys and tokens",
    ),
];

impl RawRedaction {
    pub(super) fn check(self, check: &mut Check<'_>) -> Redaction {
        check.require("redaction.providers", self.providers.iter().all(|name| !name.trim().is_empty()));
        let is_known = |kind: &String| REDACTED_KINDS.contains(&kind.as_str());
        check.require("redaction.kinds", self.kinds.iter().all(is_known));
        Redaction { providers: self.providers, kinds: self.kinds }
    }
}
