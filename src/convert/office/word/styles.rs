//! Styles: which are headings, which number their paragraphs, and which are not seen.

use std::collections::HashMap;

use super::super::limits::Refusal;
use super::super::xml::{Node, Xml};
use super::looks::Look;

/// Styles may follow styles; few go deeper.
const MAX_CHAIN: usize = 16;

/// All paragraph styles, by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    numbering: Option<String>,
    level: Option<usize>,
    look: Look,
}

impl Styles {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let (mut xml, mut styles) = (Xml::new(text), HashMap::new());
        while let Some(node) = xml.next()? {
            let Node::Open(element) = node else { continue };
            if element.name() != "style" {
                continue;
            }
            let id = element.attribute("styleId").unwrap_or_default().into_owned();
            styles.insert(id, Style::read(&mut xml)?);
        }
        Ok(Self(styles))
    }

    /// The level of a heading, from 1; `None`: the style makes none.
    pub(super) fn heading(&self, id: &str) -> Option<u8> {
        self.chain(id).find_map(|style| {
            let name = style.name.to_ascii_lowercase();
            let by_name = match name.strip_prefix("heading ") {
                Some(level) => level.trim().parse().ok(),
                None => (name == "title").then_some(1),
            };
            // The tenth outline level is that of running text.
            by_name.or_else(|| style.outline.filter(|outline| *outline < 9).map(|outline| outline + 1))
        })
    }

    /// The list that the style's paragraphs are items of, their level in it, and how deeply they are nested.
    pub(super) fn numbering(&self, id: &str) -> Option<(&str, usize, usize)> {
        let numbering = self.chain(id).find_map(|style| style.numbering.as_deref())?;
        let level = self.chain(id).find_map(|style| style.level);
        // `List Bullet 3` and its like have lists of their own, whose first level they are.
        let by_name = || self.0.get(id)?.name.strip_prefix("List ")?.rsplit_once(' ')?.1.parse::<usize>().ok();
        let depth = level.unwrap_or_else(|| by_name().map_or(0, |number| number.saturating_sub(1).min(8)));
        Some((numbering, level.unwrap_or(0), depth))
    }

    /// How the style's characters look.
    pub(super) fn look(&self, id: &str) -> Look {
        self.chain(id).fold(Look::default(), |look, style| look.over(style.look))
    }

    fn chain(&self, id: &str) -> impl Iterator<Item = &Style> {
        let first = self.0.get(id);
        std::iter::successors(first, |style| self.0.get(style.based_on.as_ref()?)).take(MAX_CHAIN)
    }
}

impl Style {
    fn read(xml: &mut Xml<'_>) -> Result<Self, Refusal> {
        let mut style = Self::default();
        let mut depth = 1;
        while depth > 0 {
            match xml.next()? {
                Some(Node::Open(element)) => {
                    depth += 1;
                    let value = || element.attribute("val").map(std::borrow::Cow::into_owned);
                    match element.name() {
                        "name" => style.name = value().unwrap_or_default(),
                        "basedOn" => style.based_on = value(),
                        "outlineLvl" => style.outline = element.number("val"),
                        "numId" => style.numbering = value(),
                        "ilvl" => style.level = element.number("val"),
                        _ => style.look.note(&element),
                    }
                }
                Some(Node::Close) => depth -= 1,
                Some(Node::Text(_)) => {}
                None => break,
            }
        }
        Ok(style)
    }
}
