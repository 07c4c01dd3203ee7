//! The walk through a page's tree: blocks begin and end, characters flow between them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{Html, Node};
use url::Url;

use super::super::draft::Draft;
use super::super::grid::Grid;
use super::super::limits::Refusal;
use super::super::numerals::{letters, roman};
use super::super::text::Text;
use super::Pictures;

/// Where in the page the walk is, and what it has gathered.
pub(super) struct Walk<'d, 'p> {
    draft: &'d mut Draft,
    pictures: &'d mut Pictures<'p>,
    text: Text,
    /// Links that are open: where each began, and its address.
    links: Vec<(usize, Option<String>)>,
    lists: Vec<List>,
    /// The mark of the item whose text has not come yet.
    mark: Option<String>,
    /// Tables within tables become lines of their entry.
    tables: Vec<Table>,
    /// The level of the heading that is open.
    heading: Option<u8>,
    /// How many elements are open in which white space counts.
    preformatted: usize,
    /// What addresses are completed by.
    base: Option<Url>,
}

struct List {
    /// The number of the next item; `None`: bullets.
    next: Option<u32>,
    kind: String,
}

#[derive(Default)]
struct Table {
    grid: Grid,
    entry: Option<(usize, usize)>,
    /// What stood in the text around it when its entry began.
    outer: Text,
    is_head: bool,
    heads: usize,
    entries: usize,
    /// What its nested tables hold.
    lines: Vec<Text>,
}

impl<'d, 'p> Walk<'d, 'p> {
    pub(super) fn new(draft: &'d mut Draft, pictures: &'d mut Pictures<'p>) -> Self {
        Self {
            draft,
            pictures,
            text: Text::default(),
            links: Vec::new(),
            lists: Vec::new(),
            mark: None,
            tables: Vec::new(),
            heading: None,
            preformatted: 0,
            base: None,
        }
    }

    /// The same for a page that lies at an address.
    pub(super) fn at(self, base: Option<Url>) -> Self {
        Self { base, ..self }
    }

    /// Goes through the whole page.
    pub(super) fn through(mut self, page: &Html) -> Result<(), Refusal> {
        let mut unseen = None;
        for edge in page.tree.root().traverse() {
            match edge {
                Edge::Open(node) if unseen.is_none() => match node.value() {
                    Node::Element(element) if is_unseen(element) => unseen = Some(node.id()),
                    Node::Element(element) => self.open(element)?,
                    Node::Text(text) if self.preformatted > 0 => self.text.push(text),
                    Node::Text(text) => self.text.push_flowing(text),
                    _ => {}
                },
                Edge::Close(node) if unseen == Some(node.id()) => unseen = None,
                Edge::Close(node) if unseen.is_none() => {
                    if let Node::Element(element) = node.value() {
                        self.close(element.name())?;
                    }
                }
                Edge::Open(_) | Edge::Close(_) => {}
            }
        }
        self.end_block();
        Ok(())
    }

    fn open(&mut self, element: &Element) -> Result<(), Refusal> {
        match element.name() {
            "a" => self.links.push((self.text.here(), element.attr("href").map(|href| self.completed(href)))),
            "br" => self.text.line_break(),
            "img" => self.image(element),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_block();
                self.heading = element.name()[1..].parse().ok();
            }
            "pre" => {
                self.end_block();
                self.preformatted += 1;
            }
            "ul" | "ol" | "menu" => {
                self.end_block();
                let is_numbered = element.name() == "ol";
                let start = element.attr("start").and_then(|start| start.trim().parse().ok()).unwrap_or(1);
                let kind = element.attr("type").unwrap_or("1").to_owned();
                self.lists.push(List { next: is_numbered.then_some(start), kind });
            }
            "li" => {
                self.end_block();
                let value = element.attr("value").and_then(|value| value.trim().parse::<u32>().ok());
                self.mark = Some(match self.lists.last_mut() {
                    Some(List { next: Some(next), kind }) => {
                        let number = value.unwrap_or(*next);
                        *next = number.saturating_add(1);
                        format!("{}.", numeral(number, kind))
                    }
                    _ => "•".to_owned(),
                });
            }
            "table" => {
                self.end_block();
                self.tables.push(Table::default());
            }
            "thead" => self.in_table(|table| table.is_head = true),
            "tr" => self.in_table(|table| {
                table.grid.row();
                (table.heads, table.entries) = (0, 0);
            }),
            name @ ("td" | "th") => {
                let span = |name: &str| element.attr(name).and_then(|span| span.trim().parse().ok()).unwrap_or(1_usize);
                let spans = (span("rowspan").clamp(1, 65_534), span("colspan").clamp(1, 1_000));
                let text = &mut self.text;
                if let Some(table) = self.tables.last_mut() {
                    if table.grid.rows() == 0 {
                        table.grid.row();
                    }
                    table.entry = Some(spans);
                    table.heads += usize::from(name == "th");
                    table.entries += 1;
                    table.outer = std::mem::take(text);
                }
            }
            name if is_block(name) => self.end_block(),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "a" => {
                if let Some((start, Some(address))) = self.links.pop() {
                    // A block may have ended within the link; what is left of it is linked.
                    self.text.link_since(start.min(self.text.here()), &address);
                }
            }
            "pre" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                let is_apart = self.tables.is_empty() && self.lists.is_empty();
                if is_apart && self.preformatted == 0 {
                    let text = std::mem::take(&mut self.text);
                    self.draft.code(text.as_str());
                } else {
                    self.end_block();
                }
            }
            "ul" | "ol" | "menu" => {
                self.end_block();
                self.lists.pop();
            }
            "li" => {
                self.end_block();
                self.mark = None;
            }
            "td" | "th" => {
                if let Some(table) = self.tables.last_mut()
                    && let Some((rows, columns)) = table.entry.take()
                {
                    let mut text = std::mem::replace(&mut self.text, std::mem::take(&mut table.outer));
                    table.lines.drain(..).for_each(|line| text.append_line(line));
                    table.grid.cell(text, rows, columns)?;
                }
                self.links.iter_mut().for_each(|(start, _)| *start = self.text.here());
            }
            "tr" => self.in_table(|table| {
                if table.is_head || (table.entries > 0 && table.heads == table.entries) {
                    table.grid.header();
                }
            }),
            "thead" => self.in_table(|table| table.is_head = false),
            "table" => self.end_table()?,
            name if is_block(name) => self.end_block(),
            _ => {}
        }
        Ok(())
    }

    /// An address as it can be followed from elsewhere. Places within the page are none.
    fn completed(&self, href: &str) -> String {
        let joined = self.base.as_ref().filter(|_| !href.starts_with('#')).and_then(|base| base.join(href.trim()).ok());
        joined.map_or_else(|| href.to_owned(), String::from)
    }

    fn in_table(&mut self, change: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.last_mut() {
            change(table);
        }
    }

    fn end_table(&mut self) -> Result<(), Refusal> {
        let Some(table) = self.tables.pop() else { return Ok(()) };
        let Some(outer) = self.tables.last_mut().filter(|outer| outer.entry.is_some()) else {
            return self.draft.table(table.grid);
        };
        if let Some((table, _)) = table.grid.finish()? {
            outer.lines.extend(table.rows.iter().map(|row| Text::from(row.join(" ").as_str())));
        }
        Ok(())
    }

    /// What was gathered becomes a block, or a line of the entry it stands in.
    fn end_block(&mut self) {
        if self.tables.last().is_some_and(|table| table.entry.is_some()) {
            if !self.text.is_blank() && !self.text.as_str().ends_with('\n') {
                self.text.line_break();
            }
            return;
        }
        let heading = self.heading.take();
        let mut text = std::mem::take(&mut self.text);
        for (start, address) in &mut self.links {
            // The link goes on in the next block.
            if let Some(address) = address {
                text.link_since(*start, address);
            }
            *start = 0;
        }
        if text.is_blank() {
            self.heading = heading;
            return;
        }
        let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
        match (heading, self.mark.take()) {
            (Some(level), _) => self.draft.heading(level, text),
            (None, Some(mark)) => self.draft.item(depth, &mark, text),
            (None, None) => self.draft.paragraph(text),
        }
    }

    fn image(&mut self, element: &Element) {
        let source = element.attr("src").unwrap_or_default();
        let inline = source.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
        let bytes = match inline {
            Some((_, data)) => {
                let data: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
                STANDARD.decode(data).ok()
            }
            None => (self.pictures)(source),
        };
        match bytes {
            Some(bytes) if self.tables.is_empty() => {
                self.end_block();
                self.draft.picture(bytes);
            }
            Some(bytes) => self.draft.picture(bytes),
            // What the page says in the place of a picture that is not in it.
            None => self.text.push_flowing(element.attr("alt").unwrap_or_default()),
        }
    }
}

/// What a browser shows nothing of.
fn is_unseen(element: &Element) -> bool {
    let style = || element.attr("style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    matches!(
        element.name(),
        "head" | "script" | "style" | "template" | "noscript" | "svg" | "iframe" | "object" | "select" | "textarea"
    ) || element.attr("hidden").is_some()
        || style().contains("display:none")
        || style().contains("visibility:hidden")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "legend"
            | "main"
            | "nav"
            | "option"
            | "p"
            | "search"
            | "section"
            | "summary"
    )
}

fn numeral(number: u32, kind: &str) -> String {
    match kind {
        "a" => letters(number),
        "A" => letters(number).to_ascii_uppercase(),
        "i" => roman(number),
        "I" => roman(number).to_ascii_uppercase(),
        _ => number.to_string(),
    }
}
