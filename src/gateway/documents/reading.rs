//! What reading one document gave: its pages, what was tried, and how it went as a whole.

use std::time::Duration;

use mediary_convert::office::{self, PageFacts};
use mediary_core::document::{Hidden, Page, Source};
use mediary_core::{Failure, Media, MediaKind};
use mediary_layout::{HeadingLook, to_markdown};
use serde::{Deserialize, Serialize};

use super::attached::Attached;

/// One read document.
#[derive(Debug)]
pub struct Reading {
    /// What was read.
    pub media: Media,
    /// How many pages the whole document has, read or not.
    pub total_pages: usize,
    /// The selected pages, in order.
    pub pages: Vec<PageOutcome>,
    /// The files that came with it, or that stand in it where it is an archive.
    pub attachments: Vec<Attached>,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
    /// How long it took, from the classified bytes to the last page.
    pub duration: Duration,
    /// Whether it was read before and only remembered now.
    pub cached: bool,
    /// What a page of the web says of itself, where it was read as one.
    pub facts: Option<PageFacts>,
}

/// A page, or why there is none.
#[derive(Debug)]
pub struct PageOutcome {
    /// Place in the document, from 0.
    pub index: usize,
    /// The page as it was read.
    pub page: Result<Page, Failure>,
    /// Why a better reader might find more on it, and what was left out of it.
    pub reasons: Vec<Reason>,
    /// How its headings look, as far as the document says.
    pub(super) headings: Vec<HeadingLook>,
}

impl PageOutcome {
    /// A page whose text is believed.
    pub(crate) fn read(page: Page) -> Self {
        Self { index: page.index, page: Ok(page), reasons: Vec::new(), headings: Vec::new() }
    }

    /// A page that was not read.
    pub(crate) fn failed(index: usize, failure: Failure) -> Self {
        Self { index, page: Err(failure), reasons: Vec::new(), headings: Vec::new() }
    }

    /// Whether a better reader might find more on it.
    #[must_use]
    pub fn needs_ocr(&self) -> bool {
        self.reasons.iter().any(|reason| reason.wants_reader())
    }
}

/// Why a page's text is not wholly believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The engines were not sure enough of what they read.
    LowConfidence,
    /// It is written in a script that no installed recogniser knows.
    Script,
    /// There is ink on the page and no text was found in it.
    InkWithoutText,
    /// There may be lettering that is too small to be found at the size of the picture.
    SmallPrint,
    /// The document's own text is doubtful, and nothing better was found.
    TextLayer,
    /// There are pictures on the page that no engine could look at.
    UnreadPictures,
    /// The page stands in for an XFA form, which other programs draw.
    Placeholder,
    /// The document carries text that is not on the page and was left out.
    Hidden(Hidden),
}

impl Reason {
    /// The reason as answers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LowConfidence => "low_confidence",
            Self::Script => "script",
            Self::InkWithoutText => "ink_without_text",
            Self::SmallPrint => "small_print",
            Self::TextLayer => "doubtful_text_layer",
            Self::UnreadPictures => "unread_pictures",
            Self::Placeholder => "xfa_placeholder",
            Self::Hidden(hidden) => hidden.name(),
        }
    }

    /// Whether a better reader might find more.
    #[must_use]
    pub fn wants_reader(self) -> bool {
        match self {
            Self::LowConfidence
            | Self::Script
            | Self::InkWithoutText
            | Self::SmallPrint
            | Self::TextLayer
            | Self::UnreadPictures
            | Self::Placeholder => true,
            Self::Hidden(_) => false,
        }
    }
}

/// How a reading went as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadStatus {
    /// Every page's own text was taken.
    Success,
    /// Every page was read, at least one of them from its pixels.
    OcrSuccess,
    /// Some pages were not read, or not well enough.
    Partial,
    /// There is nothing to read on any page.
    Blank,
    /// There is ink on the pages and no text was found in it: a photograph, or something that a better reader may read.
    NoText,
}

impl ReadStatus {
    /// The status as answers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::OcrSuccess => "ocr_success",
            Self::Partial => "partial",
            Self::Blank => "blank",
            Self::NoText => "no_text",
        }
    }
}

/// One engine's attempt at some pages, with the same outcome for all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// What read: `text-layer`, `local/paddleocr`.
    pub engine: String,
    /// How it went.
    pub outcome: Outcome,
    /// Why, where that is not plain.
    pub reason: Option<String>,
    /// Which pages, from 0.
    pub pages: Vec<usize>,
    /// Time spent on all of them.
    pub duration: Duration,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Its text is the page's text.
    Accepted,
    /// It gave text that was not believed, or none.
    Rejected,
    /// It failed.
    Failed,
    /// It was not asked: it is not installed or not configured.
    Skipped,
}

impl Outcome {
    /// The outcome as answers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Reading {
    /// How it went as a whole.
    #[must_use]
    pub fn status(&self) -> ReadStatus {
        let pages = self.all_pages();
        let read = || pages.iter().filter_map(|outcome| outcome.page.as_ref().ok());
        let is_whole = read().count() == pages.len() && !self.has_unread_attachment();
        let is_ink = |reason: &Reason| matches!(reason, Reason::InkWithoutText | Reason::SmallPrint);
        let has_ink = |outcome: &&PageOutcome| outcome.reasons.iter().any(is_ink);
        if is_whole && read().all(Page::is_blank) && pages.iter().any(has_ink) {
            ReadStatus::NoText
        } else if self.needs_ocr() || !is_whole {
            ReadStatus::Partial
        } else if read().all(Page::is_blank) {
            ReadStatus::Blank
        } else if read().all(|page| page.source == Source::TextLayer) {
            ReadStatus::Success
        } else {
            ReadStatus::OcrSuccess
        }
    }

    /// Whether any page is left that a better reader might find more on.
    #[must_use]
    pub fn needs_ocr(&self) -> bool {
        self.all_pages().into_iter().any(PageOutcome::needs_ocr)
    }

    /// Its pages, and those of the files that came with it.
    #[must_use]
    pub fn all_pages(&self) -> Vec<&PageOutcome> {
        let attached = self.attachments.iter().filter_map(|attached| attached.result.as_ref().ok());
        self.pages.iter().chain(attached.flat_map(Self::all_pages)).collect()
    }

    /// Why text that it carries was left out, each reason once.
    #[must_use]
    pub fn hidden(&self) -> Vec<Hidden> {
        let mut all = Vec::new();
        for reason in self.all_pages().into_iter().flat_map(|outcome| &outcome.reasons) {
            if let Reason::Hidden(hidden) = reason
                && !all.contains(hidden)
            {
                all.push(*hidden);
            }
        }
        all
    }

    fn has_unread_attachment(&self) -> bool {
        self.attachments.iter().any(|attached| attached.result.as_ref().map_or(true, Self::has_unread_attachment))
    }

    /// Whether it is a text that is its own answer: it may be Markdown already.
    #[must_use]
    pub fn is_plain_text(&self) -> bool {
        self.media.kind() == MediaKind::Text && !office::FORMATS.contains(&self.media.format)
    }

    /// The text of all pages as printed, an empty line between them.
    #[must_use]
    pub fn text(&self) -> String {
        self.written(Page::text, str::to_owned, Self::text)
    }

    /// The text of all pages as Markdown: headings, lists and tables marked up, paragraphs on one line. A
    /// text file is left as it is; it may be Markdown already.
    #[must_use]
    pub fn markdown(&self) -> String {
        if self.is_plain_text() {
            return self.text();
        }
        self.written(|page| to_markdown(&page.blocks), |name| format!("# {name}"), Self::markdown)
    }

    /// The pages, then each file that came along under its name.
    fn written(
        &self,
        of_page: impl Fn(&Page) -> String,
        titled: impl Fn(&str) -> String,
        of_attached: impl Fn(&Self) -> String,
    ) -> String {
        let pages = self.pages.iter().filter_map(|outcome| outcome.page.as_ref().ok());
        let mut texts: Vec<String> = pages.map(of_page).collect();
        for Attached { name, result } in &self.attachments {
            texts.push(titled(name));
            texts.push(match result {
                Ok(reading) => of_attached(reading),
                Err(failure) => format!("(this file could not be read: {})", failure.detail),
            });
        }
        texts.retain(|text| !text.is_empty());
        texts.join("\n\n")
    }
}

/// Collects attempts, joining those of the same engine with the same outcome.
#[derive(Debug, Default)]
pub(super) struct AttemptLog(Vec<Attempt>);

impl AttemptLog {
    pub(super) fn note(
        &mut self,
        engine: &str,
        outcome: Outcome,
        reason: Option<&str>,
        page: usize,
        duration: Duration,
    ) {
        let same = |attempt: &&mut Attempt| {
            attempt.engine == engine && attempt.outcome == outcome && attempt.reason.as_deref() == reason
        };
        match self.0.iter_mut().find(same) {
            Some(attempt) => {
                attempt.pages.push(page);
                attempt.duration += duration;
            }
            None => {
                let reason = reason.map(str::to_owned);
                let engine = engine.to_owned();
                self.0.push(Attempt { engine, outcome, reason, pages: vec![page], duration });
            }
        }
    }

    pub(super) fn into_attempts(self) -> Vec<Attempt> {
        self.0
    }
}
