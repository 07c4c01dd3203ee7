//! What engines say of pages, cleaned: on one line, without markup and without what cannot be seen, and cut.

use mediary_core::is_hidden_in_text;
use scraper::Html;
use url::Url;

use super::query::FoundPage;

const MOST_TITLE_CHARS: usize = 300;
const MOST_SNIPPET_CHARS: usize = 2_000;
const MOST_ADDRESS_BYTES: usize = 4_096;
/// A date or a name that is longer is none.
const MOST_NOTE_CHARS: usize = 100;

/// A page as an engine tells of it.
#[derive(Default)]
pub(super) struct Told<'a> {
    pub(super) title: &'a str,
    pub(super) url: &'a str,
    pub(super) snippet: &'a str,
    pub(super) published: Option<&'a str>,
    pub(super) found_by: Vec<String>,
}

impl Told<'_> {
    /// The page; `None`: it has no address that could be gone to.
    pub(super) fn page(self) -> Option<FoundPage> {
        let url = Url::parse(self.url.trim()).ok()?;
        let is_plain = matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty();
        if !is_plain || url.as_str().len() > MOST_ADDRESS_BYTES {
            return None;
        }
        let title = line(self.title, MOST_TITLE_CHARS);
        let note = |text: &str| Some(line(text, MOST_NOTE_CHARS)).filter(|text| !text.is_empty());
        Some(FoundPage {
            title: if title.is_empty() { url.to_string() } else { title },
            url: url.into(),
            snippet: line(self.snippet, MOST_SNIPPET_CHARS),
            published: self.published.and_then(note),
            found_by: self.found_by.iter().filter_map(|name| note(name)).collect(),
        })
    }
}

/// The text of a piece of HTML.
pub(super) fn text_of(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    Html::parse_fragment(html).root_element().text().collect()
}

/// A text on one line.
pub(super) fn line(text: &str, most_chars: usize) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        let seen = word.chars().filter(|c| !is_hidden_in_text(*c));
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        out.extend(seen);
        if out.len() > most_chars * 4 {
            break;
        }
    }
    let out = out.trim_end();
    match out.char_indices().nth(most_chars) {
        Some((end, _)) => format!("{}…", out[..end].trim_end()),
        None => out.to_owned(),
    }
}
