//! What an account is connected for, and the least that Google has to allow for it.

use std::fmt;

/// Something that is done with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GoogleFeature {
    /// Files of Drive are found and read.
    Drive,
    /// Files are put there.
    DriveUpload,
    /// Events are listed.
    Calendar,
    /// Events are made.
    CalendarCreate,
    /// Mails are found and read.
    Gmail,
    /// Mails are sent.
    GmailSend,
}

/// What all scopes begin with but for those of the account itself.
const BASE: &str = "https://www.googleapis.com/auth/";

impl GoogleFeature {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Drive, Self::DriveUpload, Self::Calendar, Self::CalendarCreate, Self::Gmail, Self::GmailSend];

    /// What every connection asks for: whose account it is.
    pub const ACCOUNT: [&'static str; 2] = ["openid", "email"];

    /// Its name in requests and in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Drive => "drive",
            Self::DriveUpload => "drive_upload",
            Self::Calendar => "calendar",
            Self::CalendarCreate => "calendar_create",
            Self::Gmail => "gmail",
            Self::GmailSend => "gmail_send",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// Whether it changes something at Google's.
    #[must_use]
    pub fn writes(self) -> bool {
        matches!(self, Self::DriveUpload | Self::CalendarCreate | Self::GmailSend)
    }

    /// The least scope that allows it.
    #[must_use]
    pub fn scope(self) -> String {
        format!("{BASE}{}", self.scopes()[0])
    }

    /// The scopes that allow it, the least first.
    fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Drive => &["drive.readonly", "drive"],
            Self::DriveUpload => &["drive.file", "drive"],
            Self::Calendar => &["calendar.events.readonly", "calendar.events", "calendar.readonly", "calendar"],
            Self::CalendarCreate => &["calendar.events", "calendar"],
            Self::Gmail => &["gmail.readonly", "gmail.modify"],
            Self::GmailSend => &["gmail.send", "gmail.modify", "gmail.compose"],
        }
    }

    /// Whether these scopes allow it.
    pub fn is_in<'a>(self, granted: impl IntoIterator<Item = &'a str>) -> bool {
        granted.into_iter().any(|scope| scope.strip_prefix(BASE).is_some_and(|name| self.scopes().contains(&name)))
    }
}

impl fmt::Display for GoogleFeature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
