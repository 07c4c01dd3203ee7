//! What a reading's text alone gives away: mistakes that the fast recogniser makes with great confidence.
//!
//! Each sign was found on pages where it was sure and wrong, and is rare in right text. A suspect line is read again;
//! nothing is corrected here.

/// Whether a line looks like one of the fast recogniser's usual mistakes.
pub(super) fn is_suspect(text: &str) -> bool {
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
        assert_eq!(suspect.iter().filter(|text| !is_suspect(text)).collect::<Vec<_>>(), Vec::<&&str>::new());
        let wrongly: Vec<_> = sound.iter().filter(|text| is_suspect(text)).collect();
        // An ordinal looks like a letter that became a digit; reading it twice costs little.
        assert_eq!(wrongly, [&"e.g.", &"1st of May, 20 years"]);
    }
}
