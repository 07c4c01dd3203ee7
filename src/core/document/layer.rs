//! A PDF's own text layer, and whether to believe it.
//!
//! A text layer may be the document itself, a stray page number over a scan, the leavings of a bad
//! OCR run or characters without a Unicode mapping. The thresholds merge what MinerU, xberg and
//! OCRmyPDF arrived at; each refusal has a name, so that an answer can say why a page was recognised.

use serde::{Deserialize, Serialize};

use super::{Rect, Rules, SetLine, Tags, Turn};

/// The characters a PDF page carries, in the order the document gives them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TextLayer {
    /// Lines with boxes in page pixels.
    pub lines: Vec<SetLine>,
    /// What the judgement rests on.
    pub evidence: LayerEvidence,
    /// What was left out because it is not on the page, each once.
    pub hidden: Vec<Hidden>,
    /// Places of lines in a font whose letters are unlikely in any language.
    pub unlikely: Vec<usize>,
    /// How the page is turned for most of its lines to be upright.
    pub turn: Turn,
    /// The ruling lines that the page draws, in its pixels.
    pub rules: Rules,
    /// Filled areas behind its text, in its pixels.
    pub shades: Vec<Rect>,
    /// What the document's tags say of the page; `None` where it has none.
    pub tags: Option<Tags>,
}

/// Why characters that a page carries are not on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// They lie outside the part of the page that is shown.
    OffPage,
    /// They are painted in no way, on a page that is no scan.
    Invisible,
    /// They are painted with an opacity of nothing.
    Transparent,
    /// They are less than a point high.
    Tiny,
    /// They lie outside the path that they are clipped to.
    Clipped,
    /// Nothing is seen where they are: they have the colour of the page, lie under something, or on a layer that is off.
    Unseen,
    /// They stand in comments of a web page.
    Comment,
    /// They have no width, or turn what is around them.
    ZeroWidth,
}

impl Hidden {
    /// The reason as it appears in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OffPage => "off_page_text",
            Self::Invisible => "invisible_text",
            Self::Transparent => "transparent_text",
            Self::Tiny => "tiny_text",
            Self::Clipped => "clipped_text",
            Self::Unseen => "unseen_text",
            Self::Comment => "comment_text",
            Self::ZeroWidth => "zero_width_text",
        }
    }
}

/// What can be counted on a page without drawing it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerEvidence {
    /// Characters other than white space.
    pub characters: u32,
    /// Of these, letters and digits.
    pub alphanumeric: u32,
    /// Of these, U+FFFD, NUL, other control characters and private-use characters.
    pub unmapped: u32,
    /// Of these, Chinese, Japanese and Korean characters, which need no spaces.
    pub cjk: u32,
    /// Runs between white space.
    pub words: u32,
    /// Runs of one or two characters.
    pub short_words: u32,
    /// Share of the characters that are drawn invisibly or lie under a scan, 0 to 1.
    pub invisible: f32,
    /// Whether all characters lie in the outer eighth of the page.
    pub only_in_margins: bool,
    /// Share of the page covered by pictures, 0 to 1.
    pub image_coverage: f32,
    /// Whether the page draws enough besides text to hold text that is not in the layer.
    pub has_graphics: bool,
    /// Whether a font's letters are unlikely in any language.
    pub unlikely_letters: bool,
}

/// Why a text layer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// There are no characters.
    NoText,
    /// A few characters beside something that may hold many more.
    TooLittle,
    /// Nothing but a header, footer or page number around a picture.
    OnlyInMargins,
    /// Invisible text over a scan: recognised by another program.
    Invisible,
    /// Characters without a Unicode mapping.
    Unmapped,
    /// Letters strewn about: hardly any words, or hardly any letters.
    Garbled,
    /// A font's letters, as the document maps them, are unlikely in any language.
    Unlikely,
}

impl Doubt {
    /// The reason as it appears in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoText => "no_text",
            Self::TooLittle => "too_little_text",
            Self::OnlyInMargins => "only_in_margins",
            Self::Invisible => "invisible_text",
            Self::Unmapped => "unmapped_characters",
            Self::Garbled => "garbled",
            Self::Unlikely => "unlikely_letters",
        }
    }
}

/// When a text layer is believed. Shares are of a page's characters other than white space.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LayerTrust {
    /// So many characters may stand for a page although pictures cover much of it.
    pub enough_characters: u32,
    /// A shorter page that draws other things too may have more text in those.
    pub short_characters: u32,
    /// So many characters are a page of something (a table, formulas), words or not.
    pub plenty_characters: u32,
    /// The share of characters without a Unicode mapping at which nothing is believed.
    pub unmapped: f32,
    /// The least share of letters and digits on a page without plenty of characters.
    pub alphanumeric: f32,
    /// The share of words of one or two letters at which text is garbled, and the same where there is plenty.
    pub short_words: [f32; 2],
    /// An invisible layer over a scan is kept if it agrees this well with a strip of the page that is read.
    pub agreement: f32,
}

impl Default for LayerTrust {
    fn default() -> Self {
        Self {
            enough_characters: 40,
            short_characters: 32,
            plenty_characters: 150,
            unmapped: 0.03,
            alphanumeric: 0.3,
            short_words: [0.6, 0.8],
            agreement: 0.9,
        }
    }
}

/// Believes the layer (`None`) or says why not.
#[must_use]
pub fn judge_layer(evidence: &LayerEvidence, trust: &LayerTrust) -> Option<Doubt> {
    let share = |part: u32| part as f32 / evidence.characters.max(1) as f32;
    if evidence.characters == 0 {
        return Some(Doubt::NoText);
    }
    if evidence.unmapped >= 2 && share(evidence.unmapped) >= trust.unmapped {
        return Some(Doubt::Unmapped);
    }
    if evidence.image_coverage >= 0.5 {
        // A stamp may have been set beside what another program recognised.
        if evidence.invisible >= 0.5 && evidence.image_coverage >= 0.8 {
            return Some(Doubt::Invisible);
        }
        if evidence.only_in_margins {
            return Some(Doubt::OnlyInMargins);
        }
        if evidence.characters < trust.enough_characters {
            return Some(Doubt::TooLittle);
        }
    }
    let is_plenty = evidence.characters >= trust.plenty_characters;
    if !is_plenty {
        // A short page with nothing else on it is simply short.
        if evidence.characters < trust.short_characters && evidence.has_graphics {
            return Some(Doubt::TooLittle);
        }
        if evidence.characters >= trust.short_characters && share(evidence.alphanumeric) < trust.alphanumeric {
            return Some(Doubt::Garbled);
        }
    }
    let short = evidence.short_words as f32 / evidence.words.max(1) as f32;
    let is_spaced = share(evidence.cjk) < 0.3;
    if is_spaced && evidence.words >= 20 && short >= trust.short_words[usize::from(is_plenty)] {
        return Some(Doubt::Garbled);
    }
    evidence.unlikely_letters.then_some(Doubt::Unlikely)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose() -> LayerEvidence {
        LayerEvidence { characters: 1800, alphanumeric: 1700, words: 320, short_words: 60, ..LayerEvidence::default() }
    }

    #[test]
    fn layers_are_judged() {
        let scan = |evidence: LayerEvidence| LayerEvidence { image_coverage: 0.99, has_graphics: true, ..evidence };
        let stamp = LayerEvidence { characters: 12, alphanumeric: 10, words: 3, ..LayerEvidence::default() };
        let rows = [
            ("prose", prose(), None),
            ("prose over a background picture", scan(prose()), None),
            ("an empty page", LayerEvidence::default(), Some(Doubt::NoText)),
            ("a scan", scan(LayerEvidence::default()), Some(Doubt::NoText)),
            ("a title page with a few words", stamp, None),
            (
                "a page number beside letters drawn as curves",
                LayerEvidence { has_graphics: true, ..stamp },
                Some(Doubt::TooLittle),
            ),
            ("a Bates stamp on a scan", scan(stamp), Some(Doubt::TooLittle)),
            (
                "a few words beside a small picture",
                LayerEvidence { has_graphics: true, image_coverage: 0.2, ..stamp },
                Some(Doubt::TooLittle),
            ),
            (
                "a long footer on a scan",
                scan(LayerEvidence { characters: 90, alphanumeric: 80, only_in_margins: true, words: 14, ..stamp }),
                Some(Doubt::OnlyInMargins),
            ),
            (
                "recognised by another program",
                scan(LayerEvidence { invisible: 1.0, ..prose() }),
                Some(Doubt::Invisible),
            ),
            (
                "recognised by another program, and stamped",
                scan(LayerEvidence { invisible: 0.85, ..prose() }),
                Some(Doubt::Invisible),
            ),
            ("a font that lies", LayerEvidence { unlikely_letters: true, ..prose() }, Some(Doubt::Unlikely)),
            ("a font without a mapping", LayerEvidence { unmapped: 400, ..prose() }, Some(Doubt::Unmapped)),
            ("one odd bullet", LayerEvidence { unmapped: 1, characters: 20, ..stamp }, None),
            ("letters strewn about", LayerEvidence { words: 900, short_words: 850, ..prose() }, Some(Doubt::Garbled)),
            ("a table of small numbers", LayerEvidence { words: 400, short_words: 290, ..prose() }, None),
            ("Chinese without spaces", LayerEvidence { cjk: 1500, words: 30, short_words: 28, ..prose() }, None),
            (
                "punctuation only",
                LayerEvidence { characters: 60, alphanumeric: 5, words: 4, ..LayerEvidence::default() },
                Some(Doubt::Garbled),
            ),
        ];
        for (name, evidence, expected) in rows {
            assert_eq!(judge_layer(&evidence, &LayerTrust::default()), expected, "{name}");
        }
    }
}
