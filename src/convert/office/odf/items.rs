//! Lists and their items: how they are numbered, and how deep they stand.
//!
//! Writers that convert from other formats write each level of a list as a list of its own, indented further, and go on
//! counting in a list that names the one it continues.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::super::draft::Draft;
use super::super::limits::Refusal;
use super::super::xml::{Element, Node, Xml};
use super::content::Content;

/// What is indented by so many inches more stands below.
const NESTED_INCHES: f32 = 0.05;

/// The outermost lists that came before.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// How far in those stand that follow one another without anything in between, each below the one before.
    margins: Vec<f32>,
    /// The last number of each, by its id.
    ended: HashMap<String, u32>,
    /// The last number of the one before, and its style.
    last: Option<(String, u32)>,
}

impl Before {
    /// How many lists the one that is open stands below.
    pub(super) fn depth(&self) -> usize {
        self.margins.len().saturating_sub(1)
    }

    /// Something that belongs to no list came.
    pub(super) fn end(&mut self, is_outside: bool) {
        if is_outside {
            self.margins.clear();
        }
    }

    fn begin(&mut self, margin: f32) {
        while self.margins.last().is_some_and(|outer| margin <= outer + NESTED_INCHES) {
            self.margins.pop();
        }
        self.margins.push(margin);
    }

    /// The number that a list goes on from, if it goes on from one.
    fn continued(&self, element: &Element<'_>, style: &str) -> Option<u32> {
        if let Some(id) = element.attribute("continue-list") {
            return self.ended.get(&*id).copied();
        }
        let continues = element.attribute("continue-numbering").is_some_and(|value| value == "true");
        self.last.as_ref().filter(|(last, _)| continues && last == style).map(|(_, number)| *number)
    }
}

impl<R: Read + Seek> Content<R> {
    /// A list until it ends.
    pub(super) fn list(&mut self, element: &Element<'_>, xml: &mut Xml<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        let outer = self.list.clone();
        if let Some(style) = element.attribute("style-name") {
            self.list = style.into_owned();
        }
        let depth = self.numbers.len();
        let start = self.styles.level(&self.list, depth).map_or(1, |level| level.start);
        let id = element.attribute("id").map(std::borrow::Cow::into_owned);
        let continued = self.before.continued(element, &self.list).filter(|_| depth == 0);
        self.numbers.push(continued.unwrap_or(start.saturating_sub(1)));
        if depth == 0 {
            self.before.begin(self.styles.level(&self.list, 0).map_or(0.0, |level| level.margin));
        }
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                name @ ("list-item" | "list-header") => {
                    if name == "list-item" {
                        let value = element.number::<u32>("start-value");
                        self.numbers[depth] = value.unwrap_or_else(|| self.numbers[depth].saturating_add(1));
                        self.mark = Some(self.styles.mark(&self.list, &self.numbers));
                    }
                    self.blocks(xml, draft)?;
                    self.mark = None;
                }
                _ => xml.skip()?,
            }
        }
        if let Some(number) = self.numbers.pop().filter(|_| depth == 0) {
            self.before.ended.extend(id.map(|id| (id, number)));
            self.before.last = Some((self.list.clone(), number));
        }
        self.list = outer;
        Ok(())
    }
}
