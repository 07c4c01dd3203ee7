//! The web beyond the providers: searched, and its pages and videos read.
//!
//! What comes from there is written by strangers. Everything is asked for through the guarded client, and what models are
//! given of it is fenced.

mod browser;
mod given;
mod pages;
mod search;
mod told;
mod transcripts;

pub use browser::{BrowserHealth, OpenedPage, PageAct};
pub use given::{WebNote, WebWish};
pub use pages::WebReading;
pub use search::{SearchWish, Searched, TriedEngine, Unsearched};
pub use told::{TellWish, picture};
pub use transcripts::{Available, TranscriptSource, TranscriptWish, VideoTranscript};

use std::sync::Arc;

use crate::config::Config;
use crate::providers::Providers;
use browser::Browser;
use search::Searcher;
use transcripts::Videos;

/// What the gateway has for the web.
#[derive(Debug)]
pub(in crate::gateway) struct Web {
    searcher: Searcher,
    videos: Videos,
    browser: Arc<Browser>,
}

impl Web {
    /// As the operator has set it up.
    pub(in crate::gateway) fn new(config: &Config, providers: &Providers) -> Self {
        let searcher = Searcher::new(&config.search, &config.fetch, providers, config.routing.privacy);
        Self { searcher, videos: Videos::new(config), browser: Browser::new(config) }
    }

    /// As it is set up now, with what was learned before.
    pub(in crate::gateway) fn renewed(&self, config: &Config, providers: &Providers) -> Self {
        let Self { searcher, videos, browser: _ } = Self::new(config, providers);
        // Pages stay open; like engines, the browser stays as it was at the start.
        Self { searcher: self.searcher.renewed(searcher), videos, browser: self.browser.clone() }
    }
}
