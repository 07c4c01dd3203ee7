//! What people wrote beside a slide, in the older and the newer form of comments.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::super::draft::Draft;
use super::super::limits::Refusal;
use super::super::package::{Package, Relations};
use super::super::xml::Xml;

/// Who wrote comments, by the ids that they are known by.
pub(super) type Authors = HashMap<String, String>;

/// The authors that a presentation names.
pub(super) fn authors<R: Read + Seek>(package: &mut Package<R>, relations: &Relations) -> Result<Authors, Refusal> {
    let mut found = Authors::new();
    for relation in relations.values().filter(|relation| matches!(relation.kind.as_str(), "commentAuthors" | "authors"))
    {
        let Some(text) = package.text(&relation.target)? else { continue };
        let mut xml = Xml::new(&text);
        while let Some(element) = xml.next_element()? {
            if let (Some(id), Some(name)) = (element.attribute("id"), element.attribute("name")) {
                found.insert(id.into_owned(), name.into_owned());
            }
        }
    }
    Ok(found)
}

/// Writes the comments of a slide, replies after what they reply to.
pub(super) fn write<R: Read + Seek>(
    package: &mut Package<R>,
    relations: &Relations,
    authors: &Authors,
    draft: &mut Draft,
) -> Result<(), Refusal> {
    let mut parts: Vec<&str> = relations
        .values()
        .filter(|one| one.kind == "comments" && !one.is_external)
        .map(|one| one.target.as_str())
        .collect();
    parts.sort_unstable();
    let mut said = Vec::new();
    for part in parts {
        if let Some(text) = package.text(part)? {
            said.extend(comments(&text, authors)?);
        }
    }
    if !said.is_empty() {
        draft.heading(3, "Comments".into());
        said.into_iter().for_each(|text| draft.item(0, "•", text.as_str().into()));
    }
    Ok(())
}

fn comments(text: &str, authors: &Authors) -> Result<Vec<String>, Refusal> {
    let (mut xml, mut said): (_, Vec<(String, String)>) = (Xml::new(text), Vec::new());
    while let Some(element) = xml.next_element()? {
        match element.name() {
            "cm" | "reply" => {
                let author = element.attribute("authorId").and_then(|id| authors.get(&*id)).cloned();
                said.push((author.unwrap_or_default(), String::new()));
            }
            // Older comments hold characters, newer ones paragraphs of them.
            "text" | "t" => {
                let characters = xml.characters()?;
                if let Some((_, words)) = said.last_mut() {
                    words.push_str(&characters);
                }
            }
            "p" | "br" => {
                if let Some((_, words)) = said.last_mut().filter(|(_, words)| !words.is_empty()) {
                    words.push('\n');
                }
            }
            _ => {}
        }
    }
    said.retain(|(_, words)| !words.trim().is_empty());
    let line = |(author, words): (String, String)| match author.as_str() {
        "" => words,
        author => format!("{author}: {words}"),
    };
    Ok(said.into_iter().map(line).collect())
}
