//! Cutting what is to be spoken into clauses, at the marks that a voice gives a pause or a tone.

/// The longest clause, in bytes; a longer one is cut between words, at twice that anywhere. espeak-ng would cut a line
/// of a kilobyte in the middle of a letter.
const LONGEST: usize = 220;

/// A stretch without a mark inside, and the mark behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    /// Its words.
    pub(crate) words: String,
    /// One of `, ; : . ! ?`; `None`: it was cut where there is no mark.
    pub(crate) mark: Option<char>,
}

/// The clauses of a text, none of them without words.
pub(crate) fn clauses(text: &str) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut words = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mark = mark_of(letter, letters.peek().copied());
        if mark.is_none() {
            words.push(if "()\"“”«»„<>".contains(letter) { ' ' } else { letter });
        }
        let is_long = words.len() > LONGEST && letter.is_whitespace() || words.len() > 2 * LONGEST;
        if mark.is_some() || is_long || letters.peek().is_none() {
            let spoken = words.split_whitespace().collect::<Vec<_>>().join(" ");
            words.clear();
            if spoken.contains(char::is_alphanumeric) {
                clauses.push(Clause { words: spoken, mark });
            } else if let (Some(mark), Some(last)) = (mark, clauses.last_mut()) {
                // Of several marks in a row the one that ends a sentence counts.
                last.mark = if ".!?".contains(mark) { Some(mark) } else { last.mark.or(Some(mark)) };
            }
        }
    }
    clauses
}

/// The mark that a character is, before what comes next. A dot inside a number is none.
fn mark_of(letter: char, next: Option<char>) -> Option<char> {
    let ends = next.is_none_or(|next| !next.is_alphanumeric());
    match letter {
        '.' | '…' if ends => Some('.'),
        '!' | '?' | ';' => Some(letter),
        ',' | ':' if ends => Some(letter),
        '。' | '।' | '۔' | '．' => Some('.'),
        '？' | '؟' => Some('?'),
        '！' => Some('!'),
        '，' | '、' | '،' | '—' | '–' => Some(','),
        '；' | '؛' => Some(';'),
        '：' => Some(':'),
        _ => None,
    }
}
