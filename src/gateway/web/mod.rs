//! The web beyond the providers: searched, and its pages and videos read.
//!
//! What comes from there is written by strangers. Everything is asked for through the guarded client, and what models are
//! given of it is fenced.

mod given;
mod pages;
mod search;
mod transcripts;

pub use given::{WebNote, WebWish};
pub use pages::WebReading;
pub use search::{SearchWish, Searched, TriedEngine, Unsearched};
pub use transcripts::{Available, TranscriptSource, TranscriptWish, VideoTranscript};

use crate::config::Config;
use crate::providers::Providers;
use search::Searcher;
use transcripts::Videos;

/// What the gateway has for the web.
#[derive(Debug)]
pub(in crate::gateway) struct Web {
    searcher: Searcher,
    videos: Videos,
}

impl Web {
    /// As the operator has set it up.
    pub(in crate::gateway) fn new(config: &Config, providers: &Providers) -> Self {
        let searcher = Searcher::new(&config.search, &config.fetch, providers, config.routing.privacy);
        Self { searcher, videos: Videos::new(config) }
    }

    /// As it is set up now, with what was learned before.
    pub(in crate::gateway) fn renewed(&self, config: &Config, providers: &Providers) -> Self {
        let Self { searcher, videos } = Self::new(config, providers);
        Self { searcher: self.searcher.renewed(searcher), videos }
    }
}
