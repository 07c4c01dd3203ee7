//! What a list item begins with: a bullet, a number, a letter.

/// How the items of a list are marked; items of one list share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A sign that is nothing but a bullet.
    Bullet,
    /// A dash or star, which may also begin other lines.
    Dash(char),
    /// `1.`, `1)` or `(1)`.
    Number(char, bool),
    /// `a.`, `a)`, `(a)` or the same with Roman numbers; `true` for capitals.
    Letter(char, bool, bool),
}

/// A mark at the beginning of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) style: Style,
    /// As it is printed.
    pub(super) text: String,
    /// Its number, read as a number or letter, and read as a Roman number.
    ordinals: [Option<u32>; 2],
}

impl Marker {
    /// Whether this one comes right after the other; bullets always do.
    pub(super) fn follows(&self, before: &Self) -> bool {
        self.style == before.style
            && (matches!(self.style, Style::Bullet | Style::Dash(_))
                || self
                    .ordinals
                    .iter()
                    .zip(before.ordinals)
                    .any(|(own, before)| own.zip(before).is_some_and(|(own, before)| own == before + 1)))
    }

    /// Whether it is the first of its kind: `1`, `a` or `i`.
    pub(super) fn is_first(&self) -> bool {
        self.ordinals.contains(&Some(1))
    }
}

/// Splits a line into its mark and the rest; `None` if there is no mark or nothing else.
pub(super) fn split(line: &str) -> Option<(Marker, &str)> {
    let line = line.trim();
    let (marker, rest) = bullet(line).or_else(|| ordered(line))?;
    let rest = rest.trim();
    (!rest.is_empty()).then_some((marker, rest))
}

fn bullet(line: &str) -> Option<(Marker, &str)> {
    let first = line.chars().next()?;
    let rest = &line[first.len_utf8()..];
    let style = match first {
        '•'
        | '◦'
        | '▪'
        | '▫'
        | '‣'
        | '●'
        | '○'
        | '■'
        | '□'
        | '⁃'
        | '∙'
        | '➢'
        | '►'
        | '▶'
        | '✓'
        | '✔'
        | '\u{e000}'..='\u{f8ff}' => Style::Bullet,
        '-' | '–' | '—' | '*' | '·' if rest.starts_with(char::is_whitespace) => Style::Dash(first),
        _ => return None,
    };
    Some((Marker { style, text: first.to_string(), ordinals: [None, None] }, rest))
}

fn ordered(line: &str) -> Option<(Marker, &str)> {
    let (is_wrapped, inner) = line.strip_prefix('(').map_or((false, line), |inner| (true, inner));
    let end = inner.find(|character: char| !character.is_ascii_alphanumeric())?;
    let (label, after) = inner.split_at(end);
    let close = after.chars().next().filter(|close| matches!(close, ')' | '.'))?;
    let rest = &after[1..];
    // Recognition drops the space now and then, but `1.5` and `e.g.` are no marks.
    let is_apart = rest.starts_with(char::is_whitespace) || rest.starts_with(char::is_uppercase);
    if label.is_empty() || label.len() > 5 || !is_apart || (is_wrapped && close != ')') {
        return None;
    }
    let is_capital = label.starts_with(|character: char| character.is_ascii_uppercase());
    let (style, ordinals) = if label.bytes().all(|byte| byte.is_ascii_digit()) {
        (Style::Number(close, is_wrapped), [label.parse().ok().filter(|number| *number < 1000), None])
    } else {
        (Style::Letter(close, is_wrapped, is_capital), [letter(label), roman(label)])
    };
    let text = line[..line.len() - rest.len()].to_owned();
    ordinals.iter().any(Option::is_some).then_some((Marker { style, text, ordinals }, rest))
}

fn letter(label: &str) -> Option<u32> {
    match label.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Some(u32::from(letter.to_ascii_lowercase() - b'a') + 1),
        _ => None,
    }
}

fn roman(label: &str) -> Option<u32> {
    let digits: Option<Vec<u32>> = label
        .chars()
        .map(|character| match character.to_ascii_lowercase() {
            'i' => Some(1),
            'v' => Some(5),
            'x' => Some(10),
            'l' => Some(50),
            _ => None,
        })
        .collect();
    let digits = digits?;
    let value = |index: usize| if digits.get(index + 1).is_some_and(|next| *next > digits[index]) { -1 } else { 1 };
    let sum: i64 = (0..digits.len()).map(|index| value(index) * i64::from(digits[index])).sum();
    u32::try_from(sum).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_split_from_their_items() {
        let rows = [
            ("• milk", Some(("•", "milk"))),
            ("•milk", Some(("•", "milk"))),
            ("- milk", Some(("-", "milk"))),
            ("-5 degrees", None),
            ("1. First", Some(("1.", "First"))),
            ("1.First", Some(("1.", "First"))),
            ("1.5 litres", None),
            ("12) twelve", Some(("12)", "twelve"))),
            ("a) alpha", Some(("a)", "alpha"))),
            ("(iv) fourth", Some(("(iv)", "fourth"))),
            ("e.g. this", None),
            ("(see below) that", None),
            ("Hello. World", None),
            ("2024. Then", None),
            ("•", None),
            ("", None),
        ];
        for (line, expected) in rows {
            let found = split(line);
            assert_eq!(found.as_ref().map(|(marker, rest)| (marker.text.as_str(), *rest)), expected, "{line}");
        }
    }

    #[test]
    fn numbers_letters_and_roman_numbers_follow_each_other() {
        let marker = |line: &str| split(line).expect("has a mark").0;
        for (before, after) in
            [("1. x", "2. x"), ("h) x", "i) x"), ("(iii) x", "(iv) x"), ("i) x", "ii) x"), ("• x", "◦ x")]
        {
            assert!(marker(after).follows(&marker(before)), "{before} {after}");
        }
        for (before, after) in [("1. x", "3. x"), ("1. x", "2) x"), ("a) x", "B) x"), ("- x", "* x")] {
            assert!(!marker(after).follows(&marker(before)), "{before} {after}");
        }
    }
}
