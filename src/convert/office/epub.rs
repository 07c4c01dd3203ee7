//! Books (EPUB 2 and 3): a page for each chapter, in the order in which they are read. Books under digital locks are refused.

use std::collections::HashMap;
use std::io::{Read, Seek};

use percent_encoding::percent_decode_str;

use super::document::OfficeDocument;
use super::draft::Draft;
use super::html;
use super::limits::{OfficeLimits, Refusal};
use super::package::{Package, resolved};
use super::xml::{Node, Xml};

/// Reads a book.
pub(super) fn read(input: impl Read + Seek, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut package = Package::open(input, limits.unpacked_bytes)?;
    let container = package.required("META-INF/container.xml")?;
    let mut xml = Xml::new(&container);
    let mut root = None;
    while let Some(element) = xml.next_element()? {
        if element.name() == "rootfile" && root.is_none() {
            root = element.attribute("full-path").map(std::borrow::Cow::into_owned);
        }
    }
    let root = root.ok_or_else(|| Refusal::damaged("its container names no book"))?;
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let locked = locked(&mut package)?;
    let chapters = chapters(&package.required(&root)?, &folder)?;
    let mut draft = Draft::new(limits);
    for chapter in chapters {
        if locked.contains(&chapter) {
            return Err(Refusal::Encrypted);
        }
        let Some(text) = package.text(&chapter)? else { continue };
        let folder = chapter.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut refusal = None;
        let mut picture = |source: &str| {
            let path = source.split(['?', '#']).next().unwrap_or_default();
            let path = percent_decode_str(path).decode_utf8_lossy();
            match package.part(&resolved(folder, &path)) {
                Ok(found) => found,
                Err(why) => {
                    refusal = Some(why);
                    None
                }
            }
        };
        html::write(&text, &mut draft, &mut picture)?;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        draft.end_page()?;
    }
    draft.finish()
}

/// The parts of the chapters, in the order of reading.
fn chapters(text: &str, folder: &str) -> Result<Vec<String>, Refusal> {
    let (mut parts, mut order, mut xml) = (HashMap::new(), Vec::new(), Xml::new(text));
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        match element.name() {
            "item" => {
                let (Some(id), Some(part)) = (element.attribute("id"), element.attribute("href")) else { continue };
                let kind = element.attribute("media-type").unwrap_or_default();
                if kind.contains("html") {
                    let part = percent_decode_str(&part).decode_utf8_lossy();
                    parts.insert(id.into_owned(), resolved(folder, &part));
                }
            }
            "itemref" => order.extend(element.attribute("idref").map(std::borrow::Cow::into_owned)),
            _ => {}
        }
    }
    Ok(order.iter().filter_map(|id| parts.get(id).cloned()).collect())
}

/// The parts that are encrypted; fonts often are, which locks nothing.
fn locked<R: Read + Seek>(package: &mut Package<R>) -> Result<Vec<String>, Refusal> {
    let mut locked = Vec::new();
    if let Some(text) = package.text("META-INF/encryption.xml")? {
        let mut xml = Xml::new(&text);
        while let Some(element) = xml.next_element()? {
            if element.name() == "CipherReference" {
                let part = element.attribute("URI").unwrap_or_default();
                locked.push(resolved("", &percent_decode_str(&part).decode_utf8_lossy()));
            }
        }
    }
    Ok(locked)
}
