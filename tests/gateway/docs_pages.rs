//! The documentation as text: its pages, and the rows, headings, links and blocks of code in them.
//!
//! Knows as much of Markdown as the pages use. Whether they tell the truth is for `docs` and `docs_commands` to say.

use super::server::checkout;

/// The front page.
pub(crate) const README: &str = "README.md";
pub(crate) const API: &str = "docs/api.md";
pub(crate) const ROUTING: &str = "docs/routing.md";
pub(crate) const DOCUMENTS: &str = "docs/documents.md";
pub(crate) const CONFIGURATION: &str = "docs/configuration.md";
pub(crate) const OPERATIONS: &str = "docs/operations.md";
pub(crate) const REALTIME: &str = "docs/realtime.md";
pub(crate) const DASHBOARD: &str = "docs/dashboard.md";
pub(crate) const CACHES: &str = "docs/caches.md";
pub(crate) const FORKS: &str = "docs/forks.md";
pub(crate) const MCP: &str = "docs/mcp.md";
pub(crate) const WEB: &str = "docs/web.md";
pub(crate) const MEMORY: &str = "docs/memory.md";
pub(crate) const PROJECTS: &str = "docs/projects.md";
pub(crate) const GOOGLE: &str = "docs/google.md";
pub(crate) const REMINDERS: &str = "docs/reminders.md";
pub(crate) const GUARD: &str = "docs/guard.md";

/// The documentation; each page of `docs/` is in it.
pub(crate) const PAGES: [&str; 17] = [
    README,
    API,
    ROUTING,
    CACHES,
    FORKS,
    DOCUMENTS,
    WEB,
    MEMORY,
    PROJECTS,
    GOOGLE,
    REMINDERS,
    GUARD,
    REALTIME,
    MCP,
    CONFIGURATION,
    OPERATIONS,
    DASHBOARD,
];
/// A page of Markdown.
pub(crate) struct Page {
    /// Its path from the checkout.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A block of code.
pub(crate) struct Block {
    /// What it is written in: `sh`, `toml`, …
    pub(crate) language: String,
    pub(crate) code: String,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(checkout().join(path));
        let text = text.unwrap_or_else(|error| unreachable!("{path} belongs to the checkout: {error}"));
        Self { path: path.to_owned(), text }
    }

    /// The whole documentation.
    pub(crate) fn all() -> Vec<Self> {
        PAGES.into_iter().map(Self::read).collect()
    }

    /// The row of a table that begins with these words.
    #[track_caller]
    pub(crate) fn row(&self, start: &str) -> &str {
        let row = self.text.lines().find(|line| line.starts_with(start));
        row.unwrap_or_else(|| unreachable!("no row of {} begins with `{start}`", self.path))
    }

    /// Everything in the text that begins with `start` and goes on in letters, digits and `more`, without the
    /// punctuation of its sentence.
    pub(crate) fn words_from<'p>(&'p self, start: &'p str, more: &'p str) -> impl Iterator<Item = &'p str> {
        self.text.match_indices(start).map(move |(at, _)| {
            let is_of_word = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            let word = self.text[at..].split(|c| !is_of_word(c)).next().unwrap_or_default();
            word.trim_end_matches(['.', '/', ':', '-'])
        })
    }

    /// Its lines that are prose, not code.
    pub(crate) fn prose(&self) -> impl Iterator<Item = &str> {
        let mut is_code = false;
        self.text.lines().filter(move |line| {
            let is_fence = line.starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        })
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        let pieces: Vec<&str> = self.text.split("\n```").collect();
        let inside = pieces.chunks(2).filter_map(|pair| pair.get(1));
        let block =
            |piece: &&str| piece.split_once('\n').map(|(language, code)| (language.to_owned(), code.to_owned()));
        inside.filter_map(block).map(|(language, code)| Block { language, code }).collect()
    }

    /// Where links lead, as written; images and reference links are not used.
    pub(crate) fn links(&self) -> Vec<&str> {
        let of_line = |line| Self::targets(line);
        self.prose().flat_map(of_line).collect()
    }

    fn targets(line: &str) -> impl Iterator<Item = &str> {
        line.match_indices("](").filter_map(|(at, mark)| line[at + mark.len()..].split(')').next())
    }

    /// The anchors of its headings, as GitHub makes them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let headings = self.prose().filter(|line| line.starts_with('#'));
        headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
    }
}

/// In lower case, spaces as hyphens, without punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn a_page_is_taken_apart() {
    let text = "# A page, of `two` parts\n\nSee [there](b.md#c) and [here](#d).\n\n```sh\nls [x](y)\n```\n\n| `a` | 1 |\n\
                Routes /v1/a/b. and /v1/c-d, too\n\n```toml\nx = 1\n```\n";
    let page = Page { path: "a.md".to_owned(), text: text.to_owned() };
    assert_eq!(page.anchors(), ["a-page-of-two-parts"]);
    assert_eq!(page.links(), ["b.md#c", "#d"]);
    assert_eq!(page.row("| `a`"), "| `a` | 1 |");
    assert_eq!(page.words_from("/v1/", "/-.").collect::<Vec<_>>(), ["/v1/a/b", "/v1/c-d"]);
    let blocks: Vec<_> = page.blocks().into_iter().map(|block| (block.language, block.code)).collect();
    assert_eq!(blocks, [("sh".into(), "ls [x](y)".into()), ("toml".to_owned(), "x = 1".to_owned())]);
}
