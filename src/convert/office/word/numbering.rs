//! Numbered and bulleted lists: what each item is marked with, counted as Word counts.

use std::collections::HashMap;

use super::super::limits::Refusal;
use super::super::numerals::{letters, roman};
use super::super::xml::{Node, Xml};

/// Levels that a list may have.
const LEVELS: usize = 9;

/// All lists of a document, and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// Which abstract list each list follows, and where its levels begin if it says so.
    lists: HashMap<String, List>,
    abstracts: HashMap<String, Vec<Level>>,
    counters: HashMap<String, [u32; LEVELS]>,
}

#[derive(Debug, Default)]
struct List {
    follows: String,
    starts: HashMap<usize, u32>,
    begun: bool,
}

#[derive(Debug, Clone)]
struct Level {
    start: u32,
    format: String,
    /// `%1.%2)`: the numbers of which levels stand where.
    pattern: String,
}

impl Default for Level {
    fn default() -> Self {
        Self { start: 1, format: "decimal".to_owned(), pattern: String::new() }
    }
}

impl Numbering {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let (mut xml, mut numbering) = (Xml::new(text), Self::default());
        let (mut list, mut level): (Option<String>, usize) = (None, 0);
        let mut of_abstract: Option<String> = None;
        while let Some(node) = xml.next()? {
            let Node::Open(element) = node else { continue };
            let value = || element.attribute("val").unwrap_or_default().into_owned();
            match element.name() {
                "abstractNum" => {
                    let id = element.attribute("abstractNumId").unwrap_or_default().into_owned();
                    numbering.abstracts.insert(id.clone(), vec![Level::default(); LEVELS]);
                    (of_abstract, list) = (Some(id), None);
                }
                "num" => {
                    let id = element.attribute("numId").unwrap_or_default().into_owned();
                    numbering.lists.insert(id.clone(), List::default());
                    (of_abstract, list) = (None, Some(id));
                }
                "lvl" | "lvlOverride" => level = element.number::<usize>("ilvl").unwrap_or(0).min(LEVELS - 1),
                name => {
                    if let Some(list) = list.as_ref().and_then(|id| numbering.lists.get_mut(id)) {
                        match name {
                            "abstractNumId" => list.follows = value(),
                            "startOverride" => {
                                list.starts.insert(level, element.number("val").unwrap_or(1));
                            }
                            _ => {}
                        }
                    } else if let Some(levels) = of_abstract.as_ref().and_then(|id| numbering.abstracts.get_mut(id)) {
                        match name {
                            "start" => levels[level].start = element.number("val").unwrap_or(1),
                            "numFmt" => levels[level].format = value(),
                            "lvlText" => levels[level].pattern = value(),
                            _ => {}
                        }
                    }
                }
            }
        }
        Ok(numbering)
    }

    /// Counts an item and gives its mark; `None` if there is no such list, or its items have no mark.
    pub(super) fn mark(&mut self, list: &str, level: usize) -> Option<String> {
        let level = level.min(LEVELS - 1);
        let list = self.lists.get_mut(list)?;
        let levels = self.abstracts.get(&list.follows)?;
        let counter = self.counters.entry(list.follows.clone()).or_insert([0; LEVELS]);
        if !list.begun {
            list.begun = true;
            for (level, start) in &list.starts {
                counter[*level] = start.saturating_sub(1);
            }
        }
        let start = levels[level].start;
        counter[level] = if counter[level] == 0 && start > 0 { start } else { counter[level].saturating_add(1) };
        counter[level + 1..].fill(0);
        let Level { format, pattern, .. } = &levels[level];
        match format.as_str() {
            "bullet" => return Some("•".to_owned()),
            "none" => return None,
            _ => {}
        }
        let mut mark = String::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                mark.push(character);
                continue;
            }
            let Some(of) = characters.next().and_then(|digit| digit.to_digit(10)) else { continue };
            let of = (of as usize).saturating_sub(1).min(LEVELS - 1);
            // A level above that has no item of its own counts as begun.
            let number = if counter[of] == 0 { levels[of].start.max(1) } else { counter[of] };
            mark.push_str(&numeral(number, &levels[of].format));
        }
        let mark = mark.trim();
        (!mark.is_empty()).then(|| mark.to_owned())
    }
}

fn numeral(number: u32, format: &str) -> String {
    match format {
        "lowerLetter" => letters(number),
        "upperLetter" => letters(number).to_ascii_uppercase(),
        "lowerRoman" => roman(number),
        "upperRoman" => roman(number).to_ascii_uppercase(),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}
