//! Printed lines as one running line: hyphens at line ends joined, no spaces between Chinese characters.

use super::script;

/// Joins lines into one.
pub(super) fn flowed<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for line in lines {
        append(&mut text, line.trim());
    }
    text
}

/// Appends a line as the continuation of what is there.
pub(super) fn append(text: &mut String, line: &str) {
    let (Some(last), Some(first)) = (text.chars().next_back(), line.chars().next()) else {
        text.push_str(line);
        return;
    };
    if last == '\u{ad}' {
        text.pop();
    } else if matches!(last, '-' | '\u{2010}') && ends_in_broken_word(text) && !is_elliptic(line) {
        // `Baden-Württemberg` and `COVID-19` keep the hyphen that they have anyway.
        if first.is_lowercase() && !ends_in_prefix(text) {
            text.pop();
        } else if !first.is_alphanumeric() {
            text.push(' ');
        }
    } else if !(script::is_unspaced(last) && script::is_unspaced(first)) {
        text.push(' ');
    }
    text.push_str(line);
}

/// Words that keep their hyphen wherever the line ends: they are hardly ever the first syllable of another.
const PREFIXES: [&str; 9] = ["well", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// `well-` of `well-known`, as a word of its own.
fn ends_in_prefix(text: &str) -> bool {
    let word = text.rsplit(|character: char| !character.is_alphabetic()).nth(1).unwrap_or_default();
    let end = text.trim_end_matches(['-', '\u{2010}']);
    end.ends_with(word) && PREFIXES.contains(&word.to_lowercase().as_str())
}

/// A letter stands before the hyphen: a dash between spaces or after a number stays.
fn ends_in_broken_word(text: &str) -> bool {
    text.chars().rev().nth(1).is_some_and(char::is_alphabetic)
}

/// `pre- and post-war`: the hyphen stands for the rest of the next word.
fn is_elliptic(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|word| matches!(word, "and" | "or" | "und" | "oder" | "et" | "ou"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_as_their_script_wants() {
        let rows: [(&[&str], &str); 13] = [
            (&[], ""),
            (&["one"], "one"),
            (&["the quick", "brown fox"], "the quick brown fox"),
            (&["an exam-", "ple of it"], "an example of it"),
            (&["the well-", "known pier"], "the well-known pier"),
            (&["a dwell-", "ing house"], "a dwelling house"),
            (&["a soft\u{ad}", "ened break"], "a softened break"),
            (&["Baden-", "Württemberg"], "Baden-Württemberg"),
            (&["pre-", "and post-war"], "pre- and post-war"),
            (&["it was late -", "too late"], "it was late - too late"),
            (&["items 3-", "and 5"], "items 3- and 5"),
            (&["今日は天気が", "良いです。"], "今日は天気が良いです。"),
            (&["版本", "2.0 发布"], "版本 2.0 发布"),
        ];
        for (lines, expected) in rows {
            assert_eq!(flowed(lines.iter().copied()), expected);
        }
    }
}
