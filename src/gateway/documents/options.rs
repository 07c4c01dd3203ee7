//! What is asked of a reading: engines, pages, words, and where pages may go.

use mediary_convert::office::WebPage;
use mediary_convert::pdf::TextPolicy;
use mediary_core::Target;
use mediary_core::document::PageSelection;

use super::super::routing::Bounds;

/// Which engines are to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// Whatever suits, as the recipe has it.
    #[default]
    Auto,
    /// Only engines in this process.
    Local,
    /// This one.
    Target(Target),
}

/// What is wanted of a document.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Which engines are to read.
    pub engine: EngineChoice,
    /// Which pages.
    pub pages: PageSelection,
    /// Whether words and their boxes are wanted.
    pub words: bool,
    /// The password of an encrypted document.
    pub password: Option<String>,
    /// Read pixels even where the document has text of its own.
    pub force_ocr: bool,
    /// Never read pixels.
    pub text_layer_only: bool,
    /// Resolution for rendering; `None` lets each page decide.
    pub dpi: Option<u32>,
    /// Whether a result from before will do, and this one may be kept.
    pub cache: bool,
    /// Where pages may go, and what that may cost; the operator may allow less.
    pub bounds: Bounds,
    /// What tells the client from others where it must not learn of their documents; empty: there is one client.
    pub client: Vec<u8>,
    /// Set where it is a page of the web that is read as one.
    pub page: Option<WebPage>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            engine: EngineChoice::default(),
            pages: PageSelection::default(),
            words: false,
            password: None,
            force_ocr: false,
            text_layer_only: false,
            dpi: None,
            cache: true,
            bounds: Bounds::default(),
            client: Vec::new(),
            page: None,
        }
    }
}

impl ReadOptions {
    pub(super) fn text_policy(&self) -> TextPolicy {
        match (self.force_ocr, self.text_layer_only) {
            (true, _) => TextPolicy::Ignore,
            (false, true) => TextPolicy::Only,
            (false, false) => TextPolicy::Judge,
        }
    }
}
