//! Markdown that a provider wrote becomes blocks of a page: headings, lists, tables, paragraphs.
//!
//! Places are made up: blocks lie below one another over the whole width. Emphasis, links and pictures leave only
//! their words.

use mediary_core::document::{Block, BlockKind, Line, ListItem, Rect, Table};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A block before it has a place.
struct Unplaced {
    kind: BlockKind,
    lines: Vec<String>,
}

/// The blocks of a page of this size.
pub(super) fn blocks(markdown: &str, width_px: f32, height_px: f32, confidence: Option<f32>) -> Vec<Block> {
    let unplaced = Reading::default().all(markdown);
    let lines: usize = unplaced.iter().map(|block| block.lines.len()).sum();
    let height = height_px / lines.max(1) as f32;
    let mut top = 0.0;
    let placed = unplaced.into_iter().map(|Unplaced { kind, lines }| {
        let above = top;
        let lines: Vec<Line> = lines
            .into_iter()
            .map(|text| {
                let bbox = Rect { left: 0.0, top, right: width_px, bottom: top + height };
                top += height;
                Line { text, bbox, confidence, words: Vec::new() }
            })
            .collect();
        Block { kind, bbox: Rect { left: 0.0, top: above, right: width_px, bottom: top }, lines, links: Vec::new() }
    });
    placed.collect()
}

/// Where in the text the reader is.
#[derive(Default)]
struct Reading {
    blocks: Vec<Unplaced>,
    text: String,
    /// Items of the list being read, and the number or bullet of each level that is open.
    items: Vec<ListItem>,
    levels: Vec<Option<u64>>,
    /// Rows of the table being read.
    rows: Vec<Vec<String>>,
}

impl Reading {
    fn all(mut self, markdown: &str) -> Vec<Unplaced> {
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_MATH) {
            match event {
                Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
                // Prices stand between dollars as well.
                Event::InlineMath(text) => self.text.push_str(&format!("${text}$")),
                Event::DisplayMath(text) => self.formula(&text),
                // Tables within tables and the like come as HTML; what it says counts, not how.
                Event::Html(html) | Event::InlineHtml(html) => self.text.push_str(&without_tags(&html)),
                Event::SoftBreak | Event::HardBreak => self.text.push('\n'),
                Event::Start(tag) => self.start(&tag),
                Event::End(tag) => self.end(tag),
                Event::Rule | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
            }
        }
        self.paragraph();
        self.blocks
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::List(first) => {
                if self.levels.is_empty() {
                    self.paragraph();
                } else {
                    self.item();
                }
                self.levels.push(*first);
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock if self.levels.is_empty() => {
                self.paragraph();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let text = self.take();
                if !text.is_empty() {
                    let level = match level {
                        HeadingLevel::H1 => 1,
                        HeadingLevel::H2 => 2,
                        _ => 3,
                    };
                    self.blocks.push(Unplaced { kind: BlockKind::Heading { level }, lines: lines(&text) });
                }
            }
            TagEnd::Item => self.item(),
            TagEnd::List(_) => {
                self.levels.pop();
                if self.levels.is_empty() && !self.items.is_empty() {
                    let items = std::mem::take(&mut self.items);
                    let lines = items.iter().map(|item| format!("{} {}", item.marker, item.text)).collect();
                    self.blocks.push(Unplaced { kind: BlockKind::List(items), lines });
                }
            }
            TagEnd::TableCell => {
                let cell = self.take();
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell.replace('\n', " "));
                }
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                let lines = rows.iter().map(|row| row.join(" ")).collect();
                self.blocks.push(Unplaced { kind: BlockKind::Table(Table { rows, ..Table::default() }), lines });
            }
            TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::HtmlBlock if self.levels.is_empty() => self.paragraph(),
            _ => {}
        }
    }

    fn take(&mut self) -> String {
        std::mem::take(&mut self.text).trim().to_owned()
    }

    /// TeX between two dollars is a block of its own, unless it stands in a table or a list.
    fn formula(&mut self, tex: &str) {
        if !self.levels.is_empty() || !self.rows.is_empty() {
            return self.text.push_str(&format!("$${tex}$$"));
        }
        self.paragraph();
        let kind = BlockKind::Formula { is_tex: true };
        self.blocks.push(Unplaced { kind, lines: lines(tex.trim()) });
    }

    fn paragraph(&mut self) {
        let text = self.take();
        if !text.is_empty() {
            self.blocks.push(Unplaced { kind: BlockKind::Text, lines: lines(&text) });
        }
    }

    /// The item of the innermost list is complete, or a list within it begins.
    fn item(&mut self) {
        let text = self.take().replace('\n', " ");
        if text.is_empty() {
            return;
        }
        let depth = u8::try_from(self.levels.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let marker = match self.levels.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}.");
                *number += 1;
                marker
            }
            Some(None) | None => "•".to_owned(),
        };
        self.items.push(ListItem { depth, marker, text });
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(markdown: &str) -> Vec<String> {
        let blocks = blocks(markdown, 100.0, 300.0, None);
        let shown = blocks.iter().map(|block| {
            let lines: Vec<&str> = block.lines.iter().map(|line| line.text.as_str()).collect();
            format!("{}: {}", block.kind.name(), lines.join(" | "))
        });
        shown.collect()
    }

    #[test]
    fn every_kind_of_block_is_found() {
        let markdown = "# Invoice\n\nTo *Ada*,\nLondon\n\n- one\n- two\n  1. inner\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\
                        <b>bold</b> end\n\n```\ncode\n```\n";
        assert_eq!(
            summary(markdown),
            [
                "heading: Invoice",
                "text: To Ada, | London",
                "list: • one | • two | 1. inner",
                "table: a b | 1 2",
                "text: bold  end",
                "text: code",
            ]
        );
    }

    #[test]
    fn formulas_between_two_dollars_stay_tex_and_prices_stay_prices() {
        let markdown = "The sum is\n\n$$\n\\frac{a_1}{b} \\leq 2\n$$\n\nfor $5 and $6, and $x_1$.\n";
        assert_eq!(
            summary(markdown),
            ["text: The sum is", "formula: \\frac{a_1}{b} \\leq 2", "text: for $5 and $6, and $x_1$."]
        );
    }

    #[test]
    fn blocks_lie_below_one_another_and_fill_the_page() {
        let blocks = blocks("# A\n\nb\n\nc", 100.0, 300.0, Some(0.5));
        let tops: Vec<f32> = blocks.iter().map(|block| block.bbox.top).collect();
        assert_eq!(tops, [0.0, 100.0, 200.0]);
        assert_eq!(blocks[2].bbox.bottom, 300.0);
        assert_eq!(blocks[1].lines[0].confidence, Some(0.5));
    }

    #[test]
    fn nothing_gives_no_blocks() {
        assert_eq!(summary("  \n\n"), Vec::<String>::new());
    }
}
