//! Text that must not be taken for markup, and the links in it, which are.

use mediary_core::document::{Link, LinkTarget};

/// A line of running text for Markdown: what would be syntax is escaped, what cannot be is left alone.
pub(super) fn markdown(text: &str) -> String {
    let text = text.trim();
    inline(text, start_to_escape(text))
}

/// A line with its links, which come in their order: the text between them is escaped, what they lead to is put behind it.
pub(super) fn linked(text: &str, links: &[Link]) -> String {
    if links.is_empty() {
        return markdown(text);
    }
    let mut written = String::with_capacity(text.len() + 64);
    let mut end = 0;
    for link in links {
        // What does not fit the text, or has no text of its own, is no link.
        let (Some(before), Some(inside)) = (text.get(end..link.start), text.get(link.start..link.end)) else {
            continue;
        };
        if inside.trim().is_empty() {
            continue;
        }
        written.push_str(&inline(before, if end == 0 { start_to_escape(before) } else { None }));
        match &link.to {
            LinkTarget::Address(address) => {
                let inside = inline(inside, None).replace('[', "\\[").replace(']', "\\]").replace("\\\\", "\\");
                written.push_str(&format!("[{inside}]({address})"));
            }
            LinkTarget::Note(label) => written.push_str(&format!("[^{}]", note_label(label))),
        }
        end = link.end;
    }
    let rest = &text[end..];
    written.push_str(&inline(rest, if end == 0 { start_to_escape(rest) } else { None }));
    written.trim().to_owned()
}

/// The label of a note as Markdown takes it.
pub(super) fn note_label(label: &str) -> String {
    let kept: String = label.chars().filter(|character| character.is_alphanumeric() || *character == '-').collect();
    if kept.is_empty() { "note".to_owned() } else { kept }
}

fn inline(text: &str, start: Option<usize>) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
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
pub(super) fn gfm_cell(text: &str, links: &[Link]) -> String {
    let lines: Vec<String> =
        lines_linked(text, links).map(|line| line.replace('|', "\\|").replace("\\\\|", "\\|")).collect();
    lines.join("<br>")
}

/// The lines of an entry, each with the links that lie within it.
fn lines_linked(text: &str, links: &[Link]) -> impl Iterator<Item = String> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let end = start + line.len();
        let within = links.iter().filter(|link| link.start >= start && link.end <= end);
        let within: Vec<Link> =
            within.map(|link| Link { start: link.start - start, end: link.end - start, ..link.clone() }).collect();
        start = end + 1;
        linked(line, &within)
    })
}

/// A table's entry for HTML with its links.
pub(super) fn html_linked(text: &str, links: &[Link]) -> String {
    let mut written = String::with_capacity(text.len() + 8);
    let mut end = 0;
    for link in links {
        let (Some(before), Some(inside)) = (text.get(end..link.start), text.get(link.start..link.end)) else {
            continue;
        };
        let LinkTarget::Address(address) = &link.to else { continue };
        written.push_str(&html(before));
        written.push_str(&format!("<a href=\"{}\">{}</a>", html(address), html(inside)));
        end = link.end;
    }
    written + &html(&text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stand_where_they_stood() {
        let link = |start: usize, end: usize, to: LinkTarget| Link { piece: 0, start, end, to };
        let to = |address: &str| LinkTarget::Address(address.to_owned());
        let rows = [
            (
                "see the *manual* now",
                vec![link(8, 16, to("https://a.example/"))],
                "see the [\\*manual\\*](https://a.example/) now",
            ),
            ("- dash first", vec![link(7, 12, to("mailto:a@b.example"))], "\\- dash [first](mailto:a@b.example)"),
            ("a [b] c", vec![link(2, 5, to("https://a.example/"))], "a [\\[b\\]](https://a.example/) c"),
            ("as shown[1].", vec![link(8, 11, LinkTarget::Note("1".to_owned()))], "as shown[^1]."),
            ("all", vec![link(0, 3, to("https://a.example/"))], "[all](https://a.example/)"),
            ("gone", vec![link(2, 99, to("https://a.example/"))], "gone"),
            ("a  b", vec![link(1, 3, to("https://a.example/"))], "a  b"),
        ];
        for (text, links, expected) in rows {
            assert_eq!(linked(text, &links), expected, "{text}");
        }
        let cell = [link(4, 7, to("https://a.example/"))];
        assert_eq!(gfm_cell("one\ntwo|x", &cell), "one<br>[two](https://a.example/)\\|x");
        assert_eq!(html_linked("one\ntwo<", &cell), "one<br><a href=\"https://a.example/\">two</a>&lt;");
    }

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
