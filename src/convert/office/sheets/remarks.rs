//! Comments on cells of an `xlsx`: who said what of which cell.
//!
//! Conversations of newer versions are kept in the older form too, behind a sentence for programs that know no
//! conversations; that sentence is left out.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::super::limits::Refusal;
use super::super::package::Package;
use super::super::xml::Xml;
use super::drawn::Drawn;

/// How the older form of a conversation begins, and what stands before its words.
const CONVERSATION: &str = "[Threaded comment]";
const WORDS: &str = "Comment:";

/// What stands beside the cells of a sheet.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Remarks, as they are printed.
    pub(super) remarks: Vec<String>,
    /// What is drawn over the cells.
    pub(super) drawn: Drawn,
}

/// What stands beside the cells of each sheet, by its name.
pub(super) type Remarks = HashMap<String, Beside>;

/// Reads what stands beside the cells of a workbook.
pub(super) fn read<R: Read + Seek>(package: &mut Package<R>) -> Result<Remarks, Refusal> {
    let mut remarks = Remarks::new();
    let root = package.relations("")?;
    let main = root.values().find(|relation| relation.kind == "officeDocument" && !relation.is_external);
    let main = main.map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target.clone());
    let relations = package.relations(&main)?;
    let Some(text) = package.text(&main)? else { return Ok(remarks) };
    let mut xml = Xml::new(&text);
    while let Some(element) = xml.next_element()? {
        if element.name() != "sheet" {
            continue;
        }
        let relation = element.prefixed("id").and_then(|id| relations.get(&*id));
        let (Some(name), Some(relation)) = (element.attribute("name"), relation) else { continue };
        let of_sheet = package.relations(&relation.target)?;
        let drawn = Drawn::over(package, &of_sheet)?;
        let beside = remarks.entry(name.into_owned()).or_default();
        beside.drawn = drawn;
        for part in of_sheet.values().filter(|relation| relation.kind == "comments" && !relation.is_external) {
            if let Some(text) = package.text(&part.target)? {
                beside.remarks.extend(of_part(&text)?);
            }
        }
    }
    Ok(remarks)
}

fn of_part(text: &str) -> Result<Vec<String>, Refusal> {
    let (mut authors, mut said): (Vec<String>, Vec<(String, String, String)>) = (Vec::new(), Vec::new());
    let mut xml = Xml::new(text);
    while let Some(element) = xml.next_element()? {
        match element.name() {
            "author" => authors.push(xml.characters()?),
            "comment" => {
                let place = element.attribute("ref").unwrap_or_default().into_owned();
                let author = element.number::<usize>("authorId").and_then(|number| authors.get(number).cloned());
                // Conversations name a key where others name a person.
                let author = author.filter(|author| !author.starts_with("tc={")).unwrap_or_default();
                said.push((place, author, String::new()));
            }
            "t" => {
                let characters = xml.characters()?;
                if let Some((.., words)) = said.last_mut() {
                    words.push_str(&characters);
                }
            }
            // How to say it aloud.
            "rPh" => xml.skip()?,
            _ => {}
        }
    }
    Ok(said.into_iter().filter_map(|(place, author, words)| remark(&place, &author, &words)).collect())
}

fn remark(place: &str, author: &str, words: &str) -> Option<String> {
    let words = match words.strip_prefix(CONVERSATION).and_then(|words| words.split_once(WORDS)) {
        Some((_, words)) => words.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"),
        // Programs put the name of who writes in front of the words.
        None => words.strip_prefix(&format!("{author}:")).unwrap_or(words).trim().to_owned(),
    };
    let author = if author.is_empty() { String::new() } else { format!(", {author}") };
    (!words.is_empty()).then(|| format!("{place}{author}: {words}"))
}
