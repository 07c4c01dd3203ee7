//! Styles of lists, and which paragraph styles begin a page: all that is needed of OpenDocument's styles.

use std::collections::{HashMap, HashSet};

use super::super::limits::Refusal;
use super::super::numerals::{letters, roman};
use super::super::xml::{Node, Xml};

/// Styles are made from others over so many steps at most.
const MOST_PARENTS: usize = 20;

/// The styles of a document, by their names.
#[derive(Debug, Default)]
pub(super) struct Styles {
    lists: HashMap<String, Vec<Level>>,
    /// Styles whose paragraphs begin a page.
    breaks: HashSet<String>,
    /// The style that a style is made from.
    parents: HashMap<String, String>,
}

/// How the items of a level are marked.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    /// `1`, `a`, `i`, …; `None`: with bullets.
    format: Option<String>,
    prefix: String,
    suffix: String,
    /// Where it begins to count.
    pub(super) start: u32,
    /// How many levels its number shows.
    shown: usize,
    /// How far in its items stand, in inches.
    pub(super) margin: f32,
}

impl Styles {
    /// Learns the styles of a part.
    pub(super) fn learn(&mut self, text: &str) -> Result<(), Refusal> {
        let mut xml = Xml::new(text);
        let (mut list, mut style, mut of_level) = (None, None, 0);
        while let Some(node) = xml.next()? {
            let Node::Open(element) = node else { continue };
            let value = |name| element.attribute(name).unwrap_or_default().into_owned();
            match element.name() {
                "list-style" => list = Some(value("name")),
                "style" => {
                    style = Some(value("name"));
                    self.parents.insert(value("name"), value("parent-style-name"));
                }
                name @ ("list-level-style-number" | "list-level-style-bullet" | "list-level-style-image") => {
                    let Some(list) = &list else { continue };
                    let level = element.number::<usize>("level").unwrap_or(1).clamp(1, 10);
                    let levels = self.lists.entry(list.clone()).or_default();
                    levels.resize(levels.len().max(level), Level::default());
                    of_level = level;
                    levels[level - 1] = Level {
                        format: (name == "list-level-style-number").then(|| value("num-format")),
                        prefix: value("num-prefix"),
                        suffix: value("num-suffix"),
                        start: element.number("start-value").unwrap_or(1),
                        shown: element.number("display-levels").unwrap_or(1).clamp(1, 10),
                        margin: 0.0,
                    };
                }
                "list-level-properties" | "list-level-label-alignment" => {
                    let Some(levels) = list.as_ref().and_then(|list| self.lists.get_mut(list)) else { continue };
                    let Some(level) = levels.get_mut(of_level.max(1) - 1) else { continue };
                    for name in ["margin-left", "space-before", "min-label-width"] {
                        level.margin += element.attribute(name).and_then(|length| inches(&length)).unwrap_or(0.0);
                    }
                }
                "paragraph-properties" if element.attribute("break-before").is_some_and(|kind| kind == "page") => {
                    self.breaks.extend(style.clone());
                }
                "body" => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether paragraphs of a style begin a page.
    pub(super) fn begins_page(&self, style: &str) -> bool {
        self.breaks.contains(style)
    }

    /// Whether a style is that of a title, or made from it.
    pub(super) fn is_title(&self, style: &str) -> bool {
        let mut style = style;
        for _ in 0..MOST_PARENTS {
            if style == "Title" {
                return true;
            }
            match self.parents.get(style) {
                Some(parent) => style = parent,
                None => return false,
            }
        }
        false
    }

    /// How a list marks the items of a level, from 0.
    pub(super) fn level(&self, list: &str, depth: usize) -> Option<&Level> {
        self.lists.get(list)?.get(depth)
    }

    /// The mark of an item: `numbers` are those of its level and of the levels above.
    pub(super) fn mark(&self, list: &str, numbers: &[u32]) -> String {
        let depth = numbers.len().saturating_sub(1);
        let bullet = || "•".to_owned();
        let Some(level) = self.level(list, depth) else { return bullet() };
        let Some(format) = level.format.as_deref().filter(|format| !format.is_empty()) else { return bullet() };
        let first = numbers.len().saturating_sub(level.shown);
        let shown: Vec<String> = (first..numbers.len())
            .map(|depth| {
                let of_level = self.level(list, depth).and_then(|level| level.format.as_deref());
                numeral(numbers[depth], if depth + 1 == numbers.len() { format } else { of_level.unwrap_or("1") })
            })
            .collect();
        let mark = format!("{}{}{}", level.prefix, shown.join("."), level.suffix);
        mark.trim().to_owned()
    }
}

/// A length with its unit.
fn inches(length: &str) -> Option<f32> {
    let end = length.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, unit) = length.split_at(end);
    let unit = match unit {
        "in" => 1.0,
        "cm" => 1.0 / 2.54,
        "mm" => 1.0 / 25.4,
        "pt" => 1.0 / 72.0,
        "pc" => 1.0 / 6.0,
        _ => return None,
    };
    Some(number.trim().parse::<f32>().ok()? * unit)
}

fn numeral(number: u32, format: &str) -> String {
    match format {
        "a" => letters(number),
        "A" => letters(number).to_ascii_uppercase(),
        "i" => roman(number),
        "I" => roman(number).to_ascii_uppercase(),
        _ => number.to_string(),
    }
}
