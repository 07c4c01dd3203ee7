//! Texts become passages: a few paragraphs each, which begin with a heading where there is one, end with a sentence, and repeat
//! the last words of the one before.
//!
//! No passage goes over a page, so each can be named by its own. Pure; called once a file was read.

use mediary_core::plan::input_tokens;
use mediary_core::task::EmbedInput;

/// A passage is closed once it has so many tokens, …
const USUAL_TOKENS: u32 = 220;
/// … and has so many at most.
const MOST_TOKENS: u32 = 300;
/// A section that is shorter goes on with the next.
const LEAST_TOKENS: u32 = 24;
/// What a passage repeats of the one before.
const OVERLAP_TOKENS: u32 = 40;
/// Headings over headings are cut there.
const MOST_HEADING_CHARS: usize = 200;

/// A text with the page that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// From 1; `None`: there are no pages.
    pub(super) page: Option<u32>,
    /// What it belongs to, such as the name of a file in an archive; empty: nothing.
    pub(super) within: String,
    pub(super) text: String,
}

/// A passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) page: Option<u32>,
    /// The headings that it stands under.
    pub(super) heading: String,
    pub(super) text: String,
}

/// Cuts texts into passages.
pub(super) fn cut(leaves: &[Leaf]) -> Vec<Piece> {
    let mut cutter = Cutter::default();
    for leaf in leaves {
        cutter.leaf(leaf);
    }
    cutter.pieces
}

#[derive(Default)]
struct Cutter {
    pieces: Vec<Piece>,
    page: Option<u32>,
    within: String,
    /// The headings above, by their levels.
    headings: Vec<(usize, String)>,
    /// The heading that the passage begins under.
    heading: String,
    text: String,
    tokens: u32,
    /// Whether there is more in it than the end of the one before.
    has_own: bool,
}

impl Cutter {
    fn leaf(&mut self, leaf: &Leaf) {
        if leaf.within != self.within {
            self.headings.clear();
        }
        (self.page, self.within) = (leaf.page, leaf.within.clone());
        self.begin();
        let mut is_code = false;
        for line in leaf.text.split_inclusive('\n') {
            is_code ^= line.trim_start().starts_with("```");
            if let Some((level, title)) = heading(line).filter(|_| !is_code) {
                if self.tokens >= LEAST_TOKENS || !self.has_own {
                    self.close(false);
                }
                self.headings.retain(|(above, _)| *above < level);
                self.headings.push((level, title.to_owned()));
                if !self.has_own {
                    self.begin();
                }
            }
            for unit in sentences(line) {
                self.add(unit);
            }
            // A paragraph's end is the best place.
            if line.trim().is_empty() && self.tokens >= USUAL_TOKENS {
                self.close(true);
            }
        }
        self.close(false);
    }

    /// Begins a passage with nothing in it.
    fn begin(&mut self) {
        (self.heading, self.tokens, self.has_own) = (self.path(), 0, false);
        self.text.clear();
    }

    fn path(&self) -> String {
        let titles = self.headings.iter().map(|(_, title)| title.as_str());
        let within = Some(self.within.as_str()).filter(|within| !within.is_empty());
        let path = within.into_iter().chain(titles).collect::<Vec<_>>().join(" > ");
        path.chars().take(MOST_HEADING_CHARS).collect()
    }

    fn add(&mut self, unit: &str) {
        let tokens = tokens_of(unit);
        if tokens > MOST_TOKENS - OVERLAP_TOKENS {
            for half in halves(unit) {
                self.add(half);
            }
            return;
        }
        if self.tokens + tokens > MOST_TOKENS {
            self.close(true);
        }
        self.text.push_str(unit);
        self.tokens += tokens;
        self.has_own |= !unit.trim().is_empty();
    }

    /// Ends a passage. `goes_on`: the next one repeats its end.
    fn close(&mut self, goes_on: bool) {
        if self.has_own {
            let (page, heading) = (self.page, self.heading.clone());
            self.pieces.push(Piece { page, heading, text: self.text.trim().to_owned() });
        }
        let overlap = if goes_on { end_of(&self.text) } else { String::new() };
        self.begin();
        self.tokens = tokens_of(&overlap);
        self.text = overlap;
    }
}

fn tokens_of(text: &str) -> u32 {
    if text.is_empty() { 0 } else { input_tokens(&EmbedInput::Text(text.to_owned())) }
}

/// The level and the title of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    let is_one = (1..=6).contains(&level) && title.starts_with(' ') && !title.trim().is_empty();
    is_one.then(|| (level, title.trim()))
}

/// A line in sentences, with what stands between them.
fn sentences(line: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut start = 0;
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_end = match c {
            '.' | '!' | '?' => chars.peek().is_none_or(|(_, next)| next.is_whitespace()),
            '。' | '！' | '？' => true,
            _ => false,
        };
        if !is_end {
            continue;
        }
        // What follows it up to the next word belongs to it.
        while chars.next_if(|(_, next)| next.is_whitespace()).is_some() {}
        let end = chars.peek().map_or(line.len(), |(next, _)| *next);
        debug_assert!(end > at);
        all.push(&line[start..end]);
        start = end;
    }
    if start < line.len() {
        all.push(&line[start..]);
    }
    all
}

/// The two halves of a text, cut between words where there are some.
fn halves(text: &str) -> [&str; 2] {
    let middle = text.len() / 2;
    let is_between = |at: &usize| text[*at..].starts_with(char::is_whitespace);
    let after = (middle..text.len()).filter(|at| text.is_char_boundary(*at)).find(is_between);
    let near = after.filter(|at| *at > 0 && at - middle < text.len() / 4);
    let at = near.or_else(|| (middle..text.len()).find(|at| text.is_char_boundary(*at) && *at > 0));
    let (one, other) = text.split_at(at.unwrap_or(text.len()));
    [one, other]
}

/// The last sentences of a text that are short enough to be repeated.
fn end_of(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').flat_map(sentences).collect();
    let mut from = lines.len();
    let mut tokens = 0;
    while from > 0 {
        tokens += tokens_of(lines[from - 1]);
        if tokens > OVERLAP_TOKENS {
            break;
        }
        from -= 1;
    }
    lines[from..].concat().trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(page: u32, text: impl Into<String>) -> Leaf {
        Leaf { page: Some(page), within: String::new(), text: text.into() }
    }

    #[test]
    fn passages_are_short_end_with_sentences_and_repeat_the_end_of_the_one_before() {
        let sentence = |number: usize| format!("This is sentence number {number} of a long text about gardens. ");
        let text: String = (0..100).map(sentence).collect();
        let pieces = cut(&[leaf(1, text)]);
        assert!(pieces.len() > 4, "{}", pieces.len());
        for piece in &pieces {
            assert!(tokens_of(&piece.text) <= MOST_TOKENS, "{piece:?}");
            assert!(piece.text.ends_with('.') && piece.text.starts_with("This"), "{piece:?}");
        }
        for pair in pieces.windows(2) {
            let last = pair[0].text.rsplit_once("This").unwrap().1;
            assert!(pair[1].text.contains(last), "{pair:?}");
        }
        for number in 0..100 {
            let words = sentence(number);
            assert!(pieces.iter().any(|piece| piece.text.contains(words.trim())), "{number} is lost");
        }
    }

    #[test]
    fn headings_begin_passages_and_pages_end_them() {
        let filler = "Some words that fill it. ".repeat(20);
        let first = format!(
            "# Guide\n\n{filler}\n\n## Setup\n\nShort.\n\n### Deep\n\n{filler}\n\n## Use\n\n```\n# no heading\n```\n"
        );
        let pieces = cut(&[leaf(1, first), leaf(2, "The second page."), leaf(3, " \n\n ")]);
        let told: Vec<(Option<u32>, &str)> = pieces.iter().map(|piece| (piece.page, piece.heading.as_str())).collect();
        assert_eq!(
            told,
            [(Some(1), "Guide"), (Some(1), "Guide > Setup"), (Some(1), "Guide > Use"), (Some(2), "Guide > Use")],
            "{pieces:#?}"
        );
        assert!(pieces[1].text.starts_with("## Setup\n\nShort.") && pieces[1].text.contains("### Deep"));
        assert_eq!(pieces[2].text, "## Use\n\n```\n# no heading\n```");
        assert_eq!(pieces[3].text, "The second page.");
        let within = Leaf { page: None, within: "a.txt".to_owned(), text: "Text.".to_owned() };
        assert_eq!(cut(&[within])[0].heading, "a.txt");
    }

    #[test]
    fn what_has_no_sentences_is_cut_all_the_same() {
        for text in ["x".repeat(20_000), "長".repeat(9_000), "word ".repeat(9_000), "a\u{301}".repeat(5_000)] {
            let pieces = cut(&[leaf(1, text.as_str())]);
            assert!(pieces.len() > 5);
            assert!(pieces.iter().all(|piece| tokens_of(&piece.text) <= MOST_TOKENS && !piece.text.is_empty()));
            let all: usize = pieces.iter().map(|piece| piece.text.len()).sum();
            assert!(all + pieces.len() * 2 >= text.trim().len(), "something is lost");
        }
        assert_eq!(cut(&[leaf(1, "")]), []);
    }
}
