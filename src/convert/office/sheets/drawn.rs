//! What lies over the cells of a workbook: pictures, and boxes with words.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::super::draft::Draft;
use super::super::limits::Refusal;
use super::super::package::{Package, Relations, resolved};
use super::super::xml::{Node, Xml};

/// What was drawn over one sheet.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    words: Vec<String>,
    /// `None`: one that is not in the file.
    pictures: Vec<Option<Vec<u8>>>,
}

impl Drawn {
    /// Writes it below the sheet.
    pub(super) fn write(self, draft: &mut Draft) {
        self.words.iter().for_each(|words| draft.paragraph(words.as_str().into()));
        for picture in self.pictures {
            match picture {
                Some(bytes) => draft.picture(bytes),
                None => draft.unread_picture(),
            }
        }
    }

    /// Reads what is drawn over a sheet that has these relations.
    pub(super) fn over<R: Read + Seek>(package: &mut Package<R>, sheet: &Relations) -> Result<Self, Refusal> {
        let mut drawn = Self::default();
        for part in sheet.values().filter(|relation| relation.kind == "drawing" && !relation.is_external) {
            let Some(text) = package.text(&part.target)? else { continue };
            let relations = package.relations(&part.target)?;
            let (mut xml, mut words) = (Xml::new(&text), String::new());
            while let Some(node) = xml.next()? {
                match node {
                    Node::Open(element) if element.name() == "blip" => {
                        let relation = element.prefixed("embed").and_then(|id| relations.get(&*id));
                        if let Some(relation) = relation.filter(|relation| !relation.is_external) {
                            drawn.pictures.push(package.part(&relation.target)?);
                        }
                    }
                    Node::Open(element) if element.name() == "t" => words.push_str(&xml.characters()?),
                    // A paragraph begins: what came before is one.
                    Node::Open(element) if element.name() == "p" => drawn.say(&mut words),
                    _ => {}
                }
            }
            drawn.say(&mut words);
        }
        Ok(drawn)
    }

    fn say(&mut self, words: &mut String) {
        let words = std::mem::take(words);
        if !words.trim().is_empty() {
            self.words.push(words);
        }
    }
}

/// What is drawn over the sheets of an OpenDocument workbook, by their names.
pub(super) fn of_ods<R: Read + Seek>(package: &mut Package<R>) -> Result<HashMap<String, Drawn>, Refusal> {
    let mut all: HashMap<String, Drawn> = HashMap::new();
    let Some(text) = package.text("content.xml")? else { return Ok(all) };
    let (mut xml, mut sheet) = (Xml::new(&text), String::new());
    while let Some(element) = xml.next_element()? {
        match element.name() {
            "table" => sheet = element.attribute("name").unwrap_or_default().into_owned(),
            "image" => {
                // What stands for a chart or an object of another program is no picture of its own.
                let path = element.attribute("href").map(|href| resolved("", &href));
                if let Some(path) = path.filter(|path| path.starts_with("Pictures/")) {
                    all.entry(sheet.clone()).or_default().pictures.push(package.part(&path)?);
                }
            }
            _ => {}
        }
    }
    Ok(all)
}

/// Where a binary workbook says which sheets it has.
const BINARY_BOOK: &str = "xl/workbook.bin";
/// The record of one sheet in it (BrtBundleSh).
const BUNDLE_SHEET: u32 = 156;

/// What is drawn over the sheets of a binary workbook (\[MS-XLSB\]), by their names. Its drawings are those of `xlsx`.
pub(super) fn of_xlsb<R: Read + Seek>(package: &mut Package<R>) -> Result<HashMap<String, Drawn>, Refusal> {
    let mut all = HashMap::new();
    let Some(book) = package.part(BINARY_BOOK)? else { return Ok(all) };
    let sheets = package.relations(BINARY_BOOK)?;
    let mut rest = book.as_slice();
    while let Some((kind, data)) = record(&mut rest) {
        let named = if kind == BUNDLE_SHEET { sheet_of(data) } else { None };
        let Some((id, name)) = named else { continue };
        if let Some(sheet) = sheets.get(&id).filter(|relation| !relation.is_external) {
            let of_sheet = package.relations(&sheet.target)?;
            all.insert(name, Drawn::over(package, &of_sheet)?);
        }
    }
    Ok(all)
}

/// The next record: its kind, and its data (2.1.4). Both kind and length come seven bits at a time, the lowest first.
fn record<'d>(rest: &mut &'d [u8]) -> Option<(u32, &'d [u8])> {
    let mut number = |most: u32| {
        let mut number = 0;
        for place in 0..most {
            let (byte, after) = rest.split_first()?;
            *rest = after;
            number |= u32::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(number)
    };
    let (kind, length) = (number(2)?, number(4)?);
    let (data, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some((kind, data))
}

/// The relation of a sheet, and its name (2.4.720).
fn sheet_of(data: &[u8]) -> Option<(String, String)> {
    let mut rest = data.get(8..)?;
    Some((wide_text(&mut rest)?, wide_text(&mut rest)?))
}

/// A text of sixteen bits each, behind their number.
fn wide_text(rest: &mut &[u8]) -> Option<String> {
    let (count, after) = rest.split_first_chunk::<4>()?;
    let bytes = usize::try_from(u32::from_le_bytes(*count)).ok()?.checked_mul(2)?;
    let (text, after) = after.split_at_checked(bytes)?;
    *rest = after;
    let units: Vec<u16> = text.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}
