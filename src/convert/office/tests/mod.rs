//! Readers of office files, held to files that are made here: exact text, structure, and what must not happen.

mod books;
mod embedded;
mod hostile;
mod letters;
mod odf;
mod packing;
mod properties;
mod rtf;
mod sheets;
mod slides;
mod web;
mod word;

use std::io::Cursor;

use mediary_core::MediaFormat;
use mediary_core::document::{Block, BlockKind, LinkTarget};

use super::{Item, OfficeDocument, OfficeLimits, Refusal, read};

fn reading(format: MediaFormat, bytes: &[u8]) -> Result<OfficeDocument, Refusal> {
    read(format, Box::new(Cursor::new(bytes.to_vec())), OfficeLimits::default())
}

fn document(format: MediaFormat, bytes: &[u8]) -> OfficeDocument {
    reading(format, bytes).unwrap_or_else(|refusal| panic!("{format}: {refusal:?}"))
}

/// Each page as lines that show what its blocks are.
fn pages(format: MediaFormat, bytes: &[u8]) -> Vec<Vec<String>> {
    let document = document(format, bytes);
    let page = |page: &super::OfficePage| page.items.iter().map(shown).collect();
    document.pages.iter().map(page).collect()
}

/// The only page.
fn page(format: MediaFormat, bytes: &[u8]) -> Vec<String> {
    let mut pages = pages(format, bytes);
    assert_eq!(pages.len(), 1, "{pages:#?}");
    pages.remove(0)
}

fn shown(item: &Item) -> String {
    let block = match item {
        Item::Picture(index) => return format!("picture {index}"),
        Item::Block(block) => block,
    };
    let text = match &block.kind {
        BlockKind::Text => format!("p {}", block.text()),
        BlockKind::Heading { level } => format!("h{level} {}", block.text()),
        BlockKind::List(items) => {
            let item = |item: &mediary_core::document::ListItem| {
                format!("{}{} {}", ">".repeat(item.depth.into()), item.marker, item.text)
            };
            format!("list {}", items.iter().map(item).collect::<Vec<String>>().join(" | "))
        }
        BlockKind::Table(table) => {
            let rows: Vec<String> = table.rows.iter().map(|row| row.join(", ")).collect();
            let spans =
                table.spans.iter().map(|span| format!(" {}+{}:{}x{}", span.row, span.column, span.rows, span.columns));
            let head = if table.has_header { "table* " } else { "table " };
            format!("{head}{}{}", rows.join(" / "), spans.collect::<String>())
        }
        BlockKind::KeyValue(pairs) => {
            format!(
                "pairs {}",
                pairs.iter().map(|(label, value)| format!("{label}={value}")).collect::<Vec<String>>().join(" | ")
            )
        }
        BlockKind::Header => format!("header {}", block.text()),
        BlockKind::Footer => format!("footer {}", block.text()),
        BlockKind::Code => format!("code {}", block.text()),
        BlockKind::Figure { described, .. } => format!("figure: {described}"),
        BlockKind::Formula { .. } => format!("formula {}", block.text()),
        BlockKind::Note { label } => format!("note {label}: {}", block.text()),
    };
    text.replace('\n', "⏎") + &links(block)
}

fn links(block: &Block) -> String {
    let link = |link: &mediary_core::document::Link| match &link.to {
        LinkTarget::Address(address) => format!(" [{}:{}-{} {address}]", link.piece, link.start, link.end),
        LinkTarget::Note(label) => format!(" [{}:{}-{} note {label}]", link.piece, link.start, link.end),
    };
    block.links.iter().map(link).collect()
}
