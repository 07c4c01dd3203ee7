//! Text that must not be taken for markup.

/// A line of running text for Markdown: what would be syntax is escaped, what cannot be is left alone.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let text = text.trim();
    let start = start_to_escape(text);
    let mut before = ' ';
    for (index, character) in text.char_indices() {
        let rest = &text[index + character.len_utf8()..];
        if start == Some(index) || is_inline_syntax(before, character, rest) {
            escaped.push('\\');
        }
        escaped.push(if character == '\n' { ' ' } else { character });
        before = character;
    }
    escaped
}

/// Where a backslash keeps a line from becoming a heading, a quotation, a list, a rule or a fence.
fn start_to_escape(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let is_mark_alone = |rest: &str| rest.is_empty() || rest.starts_with(char::is_whitespace);
    let starts_block = match first {
        '#' => is_mark_alone(text.trim_start_matches('#')),
        '>' | '|' => true,
        '-' | '+' => is_mark_alone(&text[1..]) || text.chars().all(|character| "- ".contains(character)),
        '=' => text.chars().all(|character| character == '='),
        ':' => text.starts_with(":-"),
        '0'..='9' => {
            let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
            let is_number = rest.starts_with(['.', ')']) && is_mark_alone(&rest[1..]);
            return is_number.then_some(text.len() - rest.len());
        }
        _ => false,
    };
    starts_block.then_some(0)
}

fn is_inline_syntax(before: char, character: char, rest: &str) -> bool {
    let next = rest.chars().next().unwrap_or(' ');
    match character {
        '*' | '`' => true,
        '\\' => next.is_ascii_punctuation(),
        '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
        '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
        '~' => next == '~' || before == '~',
        '[' => rest.split_once(']').is_some_and(|(_, after)| after.starts_with(['(', '[', ':'])),
        '&' => rest
            .split_once(';')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')),
        _ => false,
    }
}

/// Text for HTML, line ends as `<br>`.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("<br>"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A table's entry for Markdown: no bars, no line ends.
pub(super) fn gfm_cell(text: &str) -> String {
    let lines: Vec<String> =
        text.lines().map(|line| markdown(line).replace('|', "\\|").replace("\\\\|", "\\|")).collect();
    lines.join("<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_markdown_is_escaped() {
        let rows = [
            ("plain, (text) - and more", "plain, (text) - and more"),
            ("# no heading", "\\# no heading"),
            ("#26373 Amelia", "#26373 Amelia"),
            ("> quoted", "\\> quoted"),
            ("- item", "\\- item"),
            ("-5 degrees", "-5 degrees"),
            ("--- ---", "\\--- ---"),
            ("1. item", "1\\. item"),
            ("1.5 litres", "1.5 litres"),
            ("2026", "2026"),
            ("===", "\\==="),
            ("a * b * c", "a \\* b \\* c"),
            ("snake_case and _emphasis_", "snake_case and \\_emphasis\\_"),
            ("`code`", "\\`code\\`"),
            ("Amelia <a@b.example> 3 < 4", "Amelia \\<a@b.example> 3 < 4"),
            ("[1] and [text](url)", "[1] and \\[text](url)"),
            ("R&D &copy; ~~gone~~", "R&D \\&copy; \\~\\~gone\\~\\~"),
            ("C:\\new \\* star", "C:\\new \\\\\\* star"),
        ];
        for (text, expected) in rows {
            assert_eq!(markdown(text), expected, "{text}");
        }
    }
}
