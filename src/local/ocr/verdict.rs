//! Two readings of one line held against each other: which stands, and whether either knows the script.
//!
//! A recogniser that meets a script it does not know either invents characters (the tiny one turns Cyrillic into
//! Latin look-alikes, with high confidence) or sees hardly any (the small one). Two that know its script agree on most
//! of it even where it is hard to read (measured on worn lines that both got wrong: 19 in 20 agree by more than
//! a fifth, half by more than one half); where they agree on next to nothing, neither knows it.

use mediary_core::document::agreement;

use super::ctc::{ReadLine, visible};

/// Readings that agree less than this are unrelated.
const UNRELATED_BELOW: f32 = 0.3;
/// A reading this likely is accepted whatever the other one says.
const LIKELY: f32 = 0.3;
/// Shorter readings may differ by chance.
const ENOUGH_CHARACTERS: usize = 4;
/// How likely a reading of an unknown script is right, at most.
pub(super) const UNKNOWN: f32 = 0.05;

/// The outcome for one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// The reading that stands.
    pub line: ReadLine,
    /// Whether it is of a script that neither recogniser knows.
    pub unknown_script: bool,
    /// How far the two agreed.
    pub agreement: f32,
}

/// Decides between the fast and the accurate recogniser's reading. On a page that is hard to read (`is_hard`), and
/// where the fast one makes its usual mistakes, its confidence is worth nothing and the accurate one stands.
pub(super) fn between(fast: ReadLine, accurate: ReadLine, is_hard: bool) -> Verdict {
    let agreement = agreement(&fast.text, &accurate.text);
    let (fast_visible, accurate_visible) = (visible(&fast.text), visible(&accurate.text));
    let saw_little = accurate_visible * 2 < fast_visible;
    let is_likely = accurate.confidence >= LIKELY || fast.confidence >= LIKELY;
    let unknown_script = agreement < UNRELATED_BELOW && fast_visible >= ENOUGH_CHARACTERS && (saw_little || !is_likely);
    let is_mistaken = fast.is_suspect || accurate.is_wide();
    let accurate_stands = is_hard || (is_mistaken && accurate.confidence >= LIKELY);
    let line = if unknown_script {
        // The one that saw more at least shows that there is something.
        fast.capped(UNKNOWN)
    } else if accurate_stands || accurate.confidence >= fast.confidence {
        accurate
    } else {
        fast
    };
    Verdict { line, unknown_script, agreement }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, confidence: f32) -> ReadLine {
        let mut line = ReadLine::default();
        line.text = text.to_owned();
        line.confidence = confidence;
        line
    }

    #[test]
    fn the_likelier_reading_stands_unless_neither_knows_the_script() {
        let rows = [
            ("same", line("Total 12.00", 0.9), line("Total 12.00", 0.95), "Total 12.00", false),
            ("one letter off", line("T0tal", 0.4), line("Total", 0.8), "Total", false),
            ("the fast one surer", line("Total", 0.9), line("Totai", 0.5), "Total", false),
            (
                "kana, which the fast one lacks",
                line("展示八左盛上代而", 0.05),
                line("ダンスバトルを盛り上げ", 0.9),
                "ダンスバトルを盛り上げ",
                false,
            ),
            ("a character the fast one lacks", line("我此出發", 0.9), line("我從此出發", 0.8), "我從此出發", false),
            ("Cyrillic", line("Bpeme je neno AaHac.", 0.7), line("    .", 0.97), "Bpeme je neno AaHac.", true),
            ("Arabic", line(".tgú-øjsl", 0.01), line("一多7のつg一₄J", 0.02), ".tgú-øjsl", true),
            ("worn Latin", line("Tle qvick brovn", 0.05), line("The quick hrown", 0.1), "The quick hrown", false),
            ("too short to say", line("abc", 0.1), line("", 0.0), "abc", false),
        ];
        for (name, fast, accurate, text, unknown) in rows {
            let verdict = between(fast, accurate, false);
            assert_eq!((verdict.line.text.as_str(), verdict.unknown_script), (text, unknown), "{name}: {verdict:?}");
            assert!(!unknown || verdict.line.confidence <= UNKNOWN, "{name}");
        }
    }
}
