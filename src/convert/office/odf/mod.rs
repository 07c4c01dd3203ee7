//! OpenDocument texts and presentations (`odt`, `odp`): the text as it is printed, a page for each slide.
//!
//! OpenDocument 1.3, part 3. What was deleted under tracked changes is left out, annotations too; fields show what they last
//! showed. Workbooks (`ods`) are read with the others.

mod content;
mod items;
mod lists;

use std::io::{Read, Seek};

use mediary_core::document::BlockKind;

use super::document::OfficeDocument;
use super::draft::Draft;
use super::embedded;
use super::limits::{OfficeLimits, Refusal};
use super::package::Package;
use super::xml::{Node, Xml};
use content::Content;
use lists::Styles;

/// Reads a text or a presentation.
pub(super) fn read(input: impl Read + Seek, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut package = Package::open(input, limits.unpacked_bytes)?;
    let encrypted = package.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data"));
    if encrypted {
        return Err(Refusal::Encrypted);
    }
    let content = package.required("content.xml")?;
    let shared = package.text("styles.xml")?.unwrap_or_default();
    let mut styles = Styles::default();
    styles.learn(&shared)?;
    styles.learn(&content)?;
    let mut draft = Draft::new(limits);
    embedded::attach(&mut package, &mut draft)?;
    let mut reader = Content::new(package, styles);
    reader.margins(&shared, "header", &BlockKind::Header, &mut draft)?;
    let mut xml = Xml::new(&content);
    while let Some(node) = xml.next()? {
        if let Node::Open(element) = node
            && element.name() == "body"
        {
            reader.blocks(&mut xml, &mut draft)?;
        }
    }
    reader.margins(&shared, "footer", &BlockKind::Footer, &mut draft)?;
    draft.finish()
}
