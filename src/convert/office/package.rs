//! A zip package of parts: OOXML, OpenDocument, EPUB. Parts are unpacked within a limit on all of them together, whatever
//! their headers say; nothing is written anywhere, so names are only names.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Read, Seek};

use mediary_core::media::decode_text;
use zip::ZipArchive;
use zip::result::ZipError;

use super::limits::Refusal;
use super::xml::{Node, Xml};

/// A package, open.
pub(super) struct Package<R> {
    archive: ZipArchive<R>,
    limit: u64,
    left: u64,
}

/// What another part is to a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    /// The last word of its type: `image`, `hyperlink`, `notesSlide`.
    pub(super) kind: String,
    /// The part's name, or an address.
    pub(super) target: String,
    /// Whether it is an address.
    pub(super) is_external: bool,
}

/// What the parts are to a part, by the ids that it uses.
pub(super) type Relations = HashMap<String, Relation>;

impl<R: Read + Seek> Package<R> {
    /// Opens a package whose parts may have so many bytes together.
    pub(super) fn open(reader: R, limit: u64) -> Result<Self, Refusal> {
        let archive = ZipArchive::new(reader).map_err(Refusal::damaged)?;
        Ok(Self { archive, limit, left: limit })
    }

    /// What the parts are called, in the order of their names.
    pub(super) fn names(&self) -> Result<Vec<String>, Refusal> {
        let named = self.archive.file_names().map(|name| name.map(Cow::into_owned).map_err(Refusal::damaged));
        let mut names = named.collect::<Result<Vec<String>, Refusal>>()?;
        names.sort();
        Ok(names)
    }

    /// A part's bytes; `None` if there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let entry = match self.archive.by_name(name.trim_start_matches('/')) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(why)) if why.contains("assword") => return Err(Refusal::Encrypted),
            Err(error) => return Err(Refusal::damaged(error)),
        };
        let mut bytes = Vec::new();
        entry.take(self.left + 1).read_to_end(&mut bytes).map_err(Refusal::damaged)?;
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| Refusal::unpacked(self.limit))?;
        Ok(Some(bytes))
    }

    /// Unpacks all parts without keeping them, to see that they are within the limit together.
    pub(super) fn measure(&mut self) -> Result<(), Refusal> {
        for index in 0..self.archive.len() {
            let mut entry = match self.archive.by_index(index) {
                Ok(entry) => entry,
                Err(ZipError::UnsupportedArchive(why)) if why.contains("assword") => return Err(Refusal::Encrypted),
                Err(error) => return Err(Refusal::damaged(error)),
            };
            // What says that it is small and is not ends with an error where it is read.
            let most = self.left.min(entry.size());
            if entry.size() > self.left {
                return Err(Refusal::unpacked(self.limit));
            }
            // Only what is packed suspiciously well is worth the time.
            let length = match entry.size() / 100 > entry.compressed_size() {
                true => {
                    std::io::copy(&mut (&mut entry).take(most + 1), &mut std::io::sink()).map_err(Refusal::damaged)?
                }
                false => most,
            };
            self.left = self.left.checked_sub(length).ok_or_else(|| Refusal::unpacked(self.limit))?;
        }
        Ok(())
    }

    /// A part's text; `None` if there is no such part.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        Ok(self.part(name)?.map(text_of))
    }

    /// A part's text, without which there is no document.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::damaged(format!("it has no part {name}")))
    }

    /// What the parts are to a part.
    pub(super) fn relations(&mut self, part: &str) -> Result<Relations, Refusal> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let Some(text) = self.text(&format!("{folder}/_rels/{name}.rels"))? else { return Ok(Relations::new()) };
        let (mut xml, mut relations) = (Xml::new(&text), Relations::new());
        while let Some(node) = xml.next()? {
            let Node::Open(element) = node else { continue };
            let (Some(id), Some(target)) = (element.attribute("Id"), element.attribute("Target")) else { continue };
            let kind = element.attribute("Type").unwrap_or_default();
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            let is_external = element.attribute("TargetMode").is_some_and(|mode| mode == "External");
            let target = if is_external { target.into_owned() } else { resolved(folder, &target) };
            relations.insert(id.into_owned(), Relation { kind, target, is_external });
        }
        Ok(relations)
    }
}

/// The text of a part, in whatever encoding it is.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.remove(0);
            }
            text
        }
        Err(error) => decode_text(error.as_bytes()).text,
    }
}

/// The name of a part that is named from within a folder.
pub(super) fn resolved(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_from_where_they_are_named() {
        let rows = [
            ("word", "media/a.png", "word/media/a.png"),
            ("ppt/slides", "../media/a.png", "ppt/media/a.png"),
            ("ppt/slides", "/ppt/media/a.png", "ppt/media/a.png"),
            ("", "content.xml", "content.xml"),
            ("a", "../../../../etc/passwd", "etc/passwd"),
        ];
        for (folder, target, expected) in rows {
            assert_eq!(resolved(folder, target), expected);
        }
    }
}
