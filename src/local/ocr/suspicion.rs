//! What a reading's text alone gives away: mistakes that the fast recogniser makes with great confidence.
//!
//! Each sign was found on pages where a confident reading was wrong, and is rare in right text. A suspect line is read again;
//! nothing is corrected here.

use std::collections::HashMap;

use super::ctc::ReadLine;

/// Marks the lines of a page that look like the fast recogniser's usual mistakes.
pub(super) fn mark(lines: &mut [ReadLine]) {
    let mut lines_with: HashMap<char, usize> = HashMap::new();
    for line in &*lines {
        for letter in accented(&line.text) {
            *lines_with.entry(letter).or_default() += 1;
        }
    }
    for line in lines {
        line.is_suspect = is_odd(&line.text) || accented(&line.text).iter().any(|letter| lines_with[letter] == 1);
    }
}

/// The accented letters of a line, each once. A language uses its own all over a page; one that stands in a single line
/// is mostly a speck above a plain letter.
fn accented(text: &str) -> Vec<char> {
    let is_accented = |letter: &char| letter.is_alphabetic() && ('\u{80}'..'\u{400}').contains(letter);
    let mut letters: Vec<char> = text.chars().filter(is_accented).flat_map(char::to_lowercase).collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// Whether a line reads oddly by itself.
fn is_odd(text: &str) -> bool {
    let mut before = [' '; 2];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let last = before[1];
        let sign = match character {
            // It sees curly apostrophes where straight ones are printed.
            '’' | '‘' => true,
            // Spaces are lost after brackets and full stops, and found before them.
            ']' => next.is_alphanumeric(),
            '.' => last == ' ' && before[0].is_alphanumeric() || last.is_alphabetic() && next.is_lowercase(),
            // … and lost around a slash.
            '/' => last == ' ' && next.is_ascii_digit(),
            // Zero and one are taken for letters, and letters for them.
            '0' | '1' => last.is_lowercase() && next.is_alphabetic() || last == ' ' && next.is_lowercase(),
            // A space inside of a number.
            ' ' => matches!(last, ',' | '.') && before[0].is_ascii_digit() && next.is_ascii_digit(),
            _ => false,
        };
        if sign {
            return true;
        }
        before = [last, character];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_mistakes_are_suspected_and_usual_text_is_not() {
        let suspect = [
            "d’orchestre",
            "[35]spa/9639-X:",
            "for 2.50 sterling .",
            "that is.a pity",
            "77 /77",
            "El1wood wrote",
            "0rders",
            "$1, 709.66 paid",
        ];
        let sound = [
            "It's a plain sentence, with 2,500.75 in it.",
            "See [6] and (7).",
            "10 October 2025",
            "A4 and B12",
            "e.g.",
            "km/h",
            "1st of May, 20 years",
            "$1,709.66",
            "und/oder 3/4",
            "",
        ];
        assert_eq!(suspect.iter().filter(|text| !is_odd(text)).collect::<Vec<_>>(), Vec::<&&str>::new());
        let wrongly: Vec<_> = sound.iter().filter(|text| is_odd(text)).collect();
        // An ordinal looks like a letter that became a digit; reading it twice costs little.
        assert_eq!(wrongly, [&"e.g.", &"1st of May, 20 years"]);
    }

    #[test]
    fn an_accent_that_stands_alone_on_its_page_is_suspected() {
        let rows: [(&[&str], &[usize]); 4] = [
            (&["There it was", "thère it is", "and there"], &[1]),
            (&["Über allem", "über uns", "im Wintér"], &[2]),
            (&["über Über", "vor Ort"], &[0]),
            (&["日本語の本", "plain"], &[]),
        ];
        for (texts, expected) in rows {
            let mut lines = vec![ReadLine::default(); texts.len()];
            lines.iter_mut().zip(texts).for_each(|(line, text)| line.text = (*text).to_owned());
            mark(&mut lines);
            let marked: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].is_suspect).collect();
            assert_eq!(marked, expected, "{texts:?}");
        }
    }
}
