//! PowerPoint's own format (`pptx` and its kin): a page for each slide, its title first, then what stands on it from top to
//! bottom, then the speaker's notes and what was remarked beside it.
//!
//! ECMA-376, part 1. Nothing is animated, and what a slide takes from its layout is decoration.

mod comments;
mod shapes;
mod words;

use std::io::{Read, Seek};

use super::document::OfficeDocument;
use super::draft::Draft;
use super::embedded;
use super::limits::{OfficeLimits, Refusal};
use super::package::Package;
use super::xml::{Node, Xml};
use comments::Authors;
use shapes::Slide;
use words::Words;

/// Reads a presentation.
pub(super) fn read(input: impl Read + Seek, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut package = Package::open(input, limits.unpacked_bytes)?;
    let root = package.relations("")?;
    let main = root.values().find(|relation| relation.kind == "officeDocument" && !relation.is_external);
    let main = main.map_or_else(|| "ppt/presentation.xml".to_owned(), |relation| relation.target.clone());
    let relations = package.relations(&main)?;
    let text = package.required(&main)?;
    let authors = comments::authors(&mut package, &relations)?;
    let mut draft = Draft::new(limits);
    embedded::attach(&mut package, &mut draft)?;
    let mut xml = Xml::new(&text);
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        if element.name() != "sldId" {
            continue;
        }
        let relation = element.prefixed("id").and_then(|id| relations.get(&*id));
        let Some(part) = relation.map(|relation| relation.target.clone()) else { continue };
        slide(&mut package, &part, &authors, &mut draft)?;
    }
    draft.finish()
}

fn slide<R: Read + Seek>(
    package: &mut Package<R>,
    part: &str,
    authors: &Authors,
    draft: &mut Draft,
) -> Result<(), Refusal> {
    let Some(text) = package.text(part)? else { return Ok(()) };
    let relations = package.relations(part)?;
    let notes =
        relations.values().find(|relation| relation.kind == "notesSlide").map(|relation| relation.target.clone());
    let mut slide = Slide { package, relations, shapes: Vec::new() };
    slide.look(&text)?;
    slide.write(is_hidden(&text)?, draft)?;
    if let Some(part) = notes
        && let Some(text) = package.text(&part)?
    {
        let relations = package.relations(&part)?;
        let mut notes = Slide { package, relations, shapes: Vec::new() };
        notes.look(&text)?;
        let said: Vec<Words> = notes.bodies();
        if !said.is_empty() {
            draft.heading(3, "Notes".into());
            said.into_iter().for_each(|words| words.write(draft));
        }
    }
    let relations = package.relations(part)?;
    comments::write(package, &relations, authors, draft)?;
    draft.end_page()
}

/// Whether a slide is left out when the presentation is shown.
fn is_hidden(text: &str) -> Result<bool, Refusal> {
    let mut xml = Xml::new(text);
    let root = xml.next_element()?;
    Ok(root.is_some_and(|root| root.attribute("show").is_some_and(|show| matches!(&*show, "0" | "false"))))
}
