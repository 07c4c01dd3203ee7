//! The `[youtube]` section: where videos are looked up, and whether what is said in them may be written down where they have
//! no captions.

use serde::{Deserialize, Serialize};

use super::super::address::base_url;
use super::super::check::Check;
use super::super::keys::Key;

/// The checked `[youtube]` section.
#[derive(Debug, Clone)]
pub struct Youtube {
    /// The address that is asked; `None`: none is.
    pub url: Option<String>,
    /// Whether the sound of videos without captions is fetched and transcribed.
    pub transcribe: bool,
}

impl Default for Youtube {
    fn default() -> Self {
        super::super::Config::default().youtube
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::config) struct RawYoutube {
    url: String,
    transcribe: bool,
}

impl Default for RawYoutube {
    fn default() -> Self {
        Self { url: "https://www.youtube.com".to_owned(), transcribe: false }
    }
}

pub(in crate::config) const KEYS: &[Key] = &[
    Key::new(
        "youtube.url",
        "a text such as \"https://www.youtube.com\", or empty",
        "where captions of videos are looked up (`/v1/youtube/transcript`); empty: nowhere",
    ),
    Key::new(
        "youtube.transcribe",
        "true or false",
        "whether the sound of a video without captions is fetched and transcribed; whether you may is for you to know",
    ),
];

impl RawYoutube {
    pub(in crate::config) fn check(self, check: &mut Check<'_>) -> Option<Youtube> {
        let url = match self.url.trim() {
            "" => Some(None),
            url => check.accept("youtube.url", base_url(url)).map(Some),
        };
        Some(Youtube { url: url?, transcribe: self.transcribe })
    }
}
