//! Word's own format (`docx` and its kin): the text as it is printed, with what was deleted or hidden left out.
//!
//! ECMA-376, part 1. Insertions count and deletions do not; fields show their last result; macros are never looked at,
//! and nothing outside of the file is. `styles` and `numbering` hold what is defined elsewhere, `body` reads text.

mod body;
mod fields;
mod looks;
mod numbering;
mod paragraph;
mod styles;

use std::io::{Read, Seek};

use mediary_core::document::BlockKind;

use super::document::OfficeDocument;
use super::draft::Draft;
use super::embedded;
use super::limits::{OfficeLimits, Refusal};
use super::package::{Package, Relations};
use super::text::Text;
use super::xml::{Node, Xml};
use body::Body;
use looks::Look;
use numbering::Numbering;
use styles::Styles;

/// Reads a document.
pub(super) fn read(input: impl Read + Seek, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut package = Package::open(input, limits.unpacked_bytes)?;
    let root = package.relations("")?;
    let main = root.values().find(|relation| relation.kind == "officeDocument" && !relation.is_external);
    let main = main.map_or_else(|| "word/document.xml".to_owned(), |relation| relation.target.clone());
    let relations = package.relations(&main)?;
    let text = package.required(&main)?;
    let mut part = |kind: &str| -> Result<Option<(String, String)>, Refusal> {
        let Some(relation) = relations.values().find(|relation| relation.kind == kind) else { return Ok(None) };
        Ok(package.text(&relation.target)?.map(|text| (relation.target.clone(), text)))
    };
    let styles = part("styles")?.map(|(_, text)| Styles::read(&text)).transpose()?.unwrap_or_default();
    let numbering = part("numbering")?.map(|(_, text)| Numbering::read(&text)).transpose()?.unwrap_or_default();
    let notes = [part("footnotes")?, part("endnotes")?, part("comments")?];
    let mut draft = Draft::new(limits);
    embedded::attach(&mut package, &mut draft)?;
    let mut body = Body::new(package, &styles, numbering);

    let margins = margins(&text, &relations)?;
    for part in &margins.headers {
        body.margin(part, BlockKind::Header, &mut draft)?;
    }
    for (name, text) in notes.into_iter().flatten() {
        body.learn_notes(&name, &text)?;
    }
    body.relations = relations;
    // Of pages with a ground, or with pictures behind their text, it is not known what stands on white.
    if text.contains("<w:background") || text.contains("behindDoc=\"1\"") {
        body.grounds += 1;
    }
    body.read(&text, &mut draft)?;
    for part in &margins.footers {
        body.margin(part, BlockKind::Footer, &mut draft)?;
    }
    draft.finish()
}

/// The parts that are printed above and below the text.
#[derive(Default)]
struct Margins {
    headers: Vec<String>,
    footers: Vec<String>,
}

/// The headers and footers that the sections name, each once.
fn margins(text: &str, relations: &Relations) -> Result<Margins, Refusal> {
    let mut margins = Margins::default();
    if !text.contains("headerReference") && !text.contains("footerReference") {
        return Ok(margins);
    }
    let mut xml = Xml::new(text);
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        let parts = match element.name() {
            "headerReference" => &mut margins.headers,
            "footerReference" => &mut margins.footers,
            _ => continue,
        };
        let relation = element.prefixed("id").and_then(|id| relations.get(&*id));
        if let Some(relation) = relation.filter(|relation| !relation.is_external && !parts.contains(&relation.target)) {
            parts.push(relation.target.clone());
        }
    }
    Ok(margins)
}

/// What a paragraph is, before its style and numbering are looked up.
#[derive(Debug, Default)]
struct Paragraph {
    style: Option<String>,
    outline: Option<u8>,
    numbering: Option<(String, usize)>,
    /// How its characters look unless they say it themselves.
    look: Look,
    starts_page: bool,
    /// Whether a page ends within it.
    breaks_behind: bool,
    text: Text,
}
