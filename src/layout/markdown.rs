//! Blocks as Markdown, and as running text on one line.

use super::table_text::table_to_gfm;
use super::{escape, flow, relations, script};
use mediary_core::document::{Block, BlockKind, Link, ListItem, Rect};

/// A level of nesting; wide enough to lie inside an item marked `10.`.
const NEST: &str = "    ";

/// Markdown: headings, lists and GFM tables; paragraphs on one line each; figures by what is said of them and their name.
#[must_use]
pub fn to_markdown(blocks: &[Block]) -> String {
    let has_figures = blocks.iter().any(|block| matches!(block.kind, BlockKind::Figure { number: Some(_), .. }));
    let related = if has_figures { relations::relations(blocks) } else { Vec::new() };
    let caption = |index: usize| {
        let caption = related.iter().position(|relation| relation.caption_of == Some(index))?;
        Some(flow::flowed(blocks[caption].lines.iter().map(|line| line.text.as_str())))
    };
    let written = |(index, block): (usize, &Block)| match &block.kind {
        BlockKind::Figure { described, number: Some(number) } => {
            let said = if described.is_empty() { caption(index).unwrap_or_default() } else { described.clone() };
            format!("![{}]({})", escape::markdown(&said), figure_name(*number))
        }
        _ => self::block(block),
    };
    let blocks: Vec<String> = blocks.iter().enumerate().map(written).filter(|text| !text.is_empty()).collect();
    blocks.join("\n\n")
}

/// What the picture of a figure is called in texts, by its number in the document.
#[must_use]
pub fn figure_name(number: usize) -> String {
    format!("img-{number}.jpeg")
}

/// The block as one line: words hyphenated at line ends joined, Chinese and Japanese without spaces.
/// Lists keep a line per item; tables and forms stay as printed.
#[must_use]
pub fn to_one_line(block: &Block) -> String {
    match &block.kind {
        BlockKind::Text
        | BlockKind::Heading { .. }
        | BlockKind::Header
        | BlockKind::Footer
        | BlockKind::Note { .. } => flow::flowed(block.lines.iter().map(|line| line.text.as_str())),
        BlockKind::List(items) => {
            let items: Vec<String> = items.iter().map(|item| format!("{} {}", item.marker, item.text)).collect();
            items.join("\n")
        }
        BlockKind::Table(_)
        | BlockKind::KeyValue(_)
        | BlockKind::Code
        | BlockKind::Figure { .. }
        | BlockKind::Formula { .. } => block.text(),
    }
}

fn block(block: &Block) -> String {
    let lines = || block.lines.iter().map(|line| line.text.as_str());
    let linked = || (0..).zip(lines()).map(|(piece, text)| escape::linked(text, links_of(&block.links, piece)));
    match &block.kind {
        BlockKind::Text | BlockKind::Header | BlockKind::Footer if is_set_line_by_line(block) => {
            linked().collect::<Vec<String>>().join("\\\n")
        }
        BlockKind::Text | BlockKind::Header | BlockKind::Footer => escape::markdown(&flow::flowed(lines())),
        BlockKind::Heading { level } => {
            let text = match block.links.as_slice() {
                [] => escape::markdown(&flow::flowed(lines())),
                _ => linked().collect::<Vec<String>>().join(" "),
            };
            format!("{} {text}", "#".repeat(usize::from(*level).clamp(1, 6)))
        }
        BlockKind::Note { label } => {
            let text = linked().collect::<Vec<String>>().join(" ");
            format!("[^{}]: {text}", escape::note_label(label))
        }
        BlockKind::Code => fenced("", &block.text()),
        BlockKind::Formula { is_tex: true } => format!("$$\n{}\n$$", block.text()),
        // What was read of a formula is no TeX: renderers of mathematics would make something else of it.
        BlockKind::Formula { is_tex: false } => fenced("formula", &block.text()),
        BlockKind::Figure { described, .. } if described.is_empty() => String::new(),
        BlockKind::Figure { described, .. } => format!("![{}]()", escape::markdown(described)),
        BlockKind::List(items) => {
            let marked = (0..).zip(items).map(|(piece, listed)| item(listed, links_of(&block.links, piece)));
            marked.collect::<Vec<String>>().join("\n")
        }
        BlockKind::Table(table) => table_to_gfm(table, &block.links),
        BlockKind::KeyValue(pairs) => {
            let pair = |(label, value): &(String, String)| escape::markdown(&format!("{label}: {value}"));
            pairs.iter().map(pair).collect::<Vec<String>>().join("\\\n")
        }
    }
}

/// Characters as they are, said to be of a kind.
fn fenced(kind: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
    format!("{fence}{kind}\n{text}\n{fence}")
}

/// The links of one piece of a block, which come in the order of the pieces.
pub(super) fn links_of(links: &[Link], piece: usize) -> &[Link] {
    let start = links.partition_point(|link| link.piece < piece);
    let end = links.partition_point(|link| link.piece <= piece);
    &links[start..end]
}

fn longest_run(text: &str, of: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Addresses, verse, labels with values: short lines that all begin anew, or that have wide gaps; and lines without a
/// place, which were not broken by the width of a page but by their author.
fn is_set_line_by_line(block: &Block) -> bool {
    if block.lines.iter().all(|line| line.bbox == Rect::default()) {
        return true;
    }
    let texts = || block.lines.iter().map(|line| line.text.as_str());
    let is_new = |text: &str| !script::starts_lower_case(text) && !script::starts_uncased(text);
    let length: usize = texts().map(script::weight).sum();
    let gaps = texts().filter(|text| text.contains("   ")).count();
    block.lines.len() > 1 && (2 * gaps >= block.lines.len() || (length < 40 * block.lines.len() && texts().all(is_new)))
}

fn item(item: &ListItem, links: &[Link]) -> String {
    let indent = NEST.repeat(usize::from(item.depth));
    let text = escape::linked(&item.text, links);
    let digits = item.marker.trim_end_matches(['.', ')']);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{indent}{} {text}", item.marker);
    }
    // Markdown counts with Arabic numbers only: other labels are kept as text.
    let is_label = item.marker.contains(|character: char| character.is_alphanumeric());
    if is_label { format!("{indent}- {} {text}", item.marker) } else { format!("{indent}- {text}") }
}
