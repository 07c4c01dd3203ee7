//! The words of a shape: paragraphs with their marks and levels, links of their runs.

use std::io::{Read, Seek};

use super::super::draft::Draft;
use super::super::formula;
use super::super::limits::Refusal;
use super::super::numerals::{letters, roman};
use super::super::text::Text;
use super::super::xml::{Node, Xml};
use super::shapes::Slide;

/// Paragraphs of a shape.
#[derive(Debug, Default)]
pub(super) struct Words(pub(super) Vec<Said>);

#[derive(Debug)]
pub(super) struct Said {
    pub(super) text: Text,
    level: u8,
    mark: Mark,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// As its shape has it.
    Inherited,
    None,
    Bullet,
    /// `arabicPeriod`, and where it begins.
    Number(String, u32),
}

impl<R: Read + Seek> Slide<'_, R> {
    /// The paragraphs of the element that was opened last.
    pub(super) fn words(&mut self, xml: &mut Xml<'_>) -> Result<Words, Refusal> {
        let mut words = Words::default();
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            if element.name() == "p" { words.0.push(self.said(xml)?) } else { xml.skip()? }
        }
        Ok(words)
    }

    fn said(&mut self, xml: &mut Xml<'_>) -> Result<Said, Refusal> {
        let mut said = Said { text: Text::default(), level: 0, mark: Mark::Inherited };
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "pPr" => {
                    said.level = element.number("lvl").unwrap_or(0).min(8);
                    said.mark = mark(xml)?;
                }
                "r" | "fld" => self.run(xml, &mut said.text)?,
                "br" => {
                    said.text.line_break();
                    xml.skip()?;
                }
                "m" | "oMathPara" | "oMath" | "AlternateContent" => said.text.push(&formula::linear(xml)?),
                _ => xml.skip()?,
            }
        }
        Ok(said)
    }

    fn run(&mut self, xml: &mut Xml<'_>, text: &mut Text) -> Result<(), Refusal> {
        let (start, mut address) = (text.here(), None);
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "rPr" => address = self.address(xml)?,
                "t" => text.push(&xml.characters()?),
                _ => xml.skip()?,
            }
        }
        text.link_since(start, &address.unwrap_or_default());
        Ok(())
    }

    fn address(&self, xml: &mut Xml<'_>) -> Result<Option<String>, Refusal> {
        let mut address = None;
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            if element.name() == "hlinkClick" {
                let relation = element.prefixed("id").and_then(|id| self.relations.get(&*id));
                address = relation.filter(|relation| relation.is_external).map(|relation| relation.target.clone());
            }
            xml.skip()?;
        }
        Ok(address)
    }
}

impl Words {
    pub(super) fn is_blank(&self) -> bool {
        self.0.iter().all(|said| said.text.is_blank())
    }

    /// As the body of a slide has them: what says nothing else is an item. A single paragraph is none.
    pub(super) fn listed(mut self) -> Self {
        if self.0.iter().filter(|said| !said.text.is_blank()).count() > 1 {
            self.0.iter_mut().filter(|said| said.mark == Mark::Inherited).for_each(|said| said.mark = Mark::Bullet);
        }
        self
    }

    /// As a page of notes has them: running text.
    pub(super) fn unmarked(mut self) -> Self {
        self.0.iter_mut().for_each(|said| said.mark = Mark::None);
        self
    }

    /// All of it as lines.
    pub(super) fn flat(self) -> Text {
        let mut text = Text::default();
        self.0.into_iter().for_each(|said| text.append_line(said.text));
        text
    }

    /// Writes paragraphs and items.
    pub(super) fn write(self, draft: &mut Draft) {
        let mut counters = [0_u32; 9];
        for Said { text, level, mark } in self.0 {
            let deeper = usize::from(level) + 1;
            counters[deeper.min(9)..].fill(0);
            match mark {
                Mark::None | Mark::Inherited => {
                    counters[usize::from(level)] = 0;
                    draft.paragraph(text);
                }
                Mark::Bullet => draft.item(level, "•", text),
                Mark::Number(kind, start) => {
                    let counter = &mut counters[usize::from(level)];
                    *counter = if *counter == 0 { start } else { counter.saturating_add(1) };
                    draft.item(level, &numbered(&kind, *counter), text);
                }
            }
        }
    }
}

/// A number as `buAutoNum` names its form: `alphaLcParenR`, `romanUcPeriod`, `arabicPlain`.
fn numbered(kind: &str, number: u32) -> String {
    let upper = kind.contains("Uc");
    let plain = match (kind.starts_with("alpha"), kind.starts_with("roman")) {
        (true, _) => letters(number),
        (_, true) => roman(number),
        _ => number.to_string(),
    };
    let plain = if upper { plain.to_ascii_uppercase() } else { plain };
    if kind.ends_with("ParenBoth") {
        format!("({plain})")
    } else if kind.ends_with("ParenR") {
        format!("{plain})")
    } else if kind.ends_with("Period") {
        format!("{plain}.")
    } else {
        plain
    }
}

fn mark(xml: &mut Xml<'_>) -> Result<Mark, Refusal> {
    let mut mark = Mark::Inherited;
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        match element.name() {
            "buNone" => mark = Mark::None,
            "buChar" | "buBlip" => mark = Mark::Bullet,
            "buAutoNum" => {
                let kind = element.attribute("type").unwrap_or_default().into_owned();
                mark = Mark::Number(kind, element.number("startAt").unwrap_or(1));
            }
            _ => {}
        }
        xml.skip()?;
    }
    Ok(mark)
}
