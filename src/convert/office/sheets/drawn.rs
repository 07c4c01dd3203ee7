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
