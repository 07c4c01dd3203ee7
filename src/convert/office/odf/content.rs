//! The body of an OpenDocument text or presentation: paragraphs, lists, tables, frames, slides.

use std::io::{Read, Seek};

use mediary_core::document::BlockKind;

use super::super::draft::Draft;
use super::super::grid::Grid;
use super::super::limits::Refusal;
use super::super::package::{Package, resolved};
use super::super::text::Text;
use super::super::xml::{Element, Node, Xml};
use super::items::Before;
use super::lists::Styles;

/// What repeats itself is repeated so often at most.
const MAX_REPEATED: usize = 1_000;

/// What reads the body.
pub(super) struct Content<R> {
    package: Package<R>,
    pub(super) styles: Styles,
    /// The list style and the numbers of the lists that are open.
    pub(super) list: String,
    pub(super) numbers: Vec<u32>,
    /// The lists before, which others continue or stand below.
    pub(super) before: Before,
    /// The mark of the item whose first paragraph has not come yet.
    pub(super) mark: Option<String>,
    /// Whether what comes is the title of a slide.
    is_title: bool,
    notes: Vec<(String, Text)>,
    pictures: Vec<Option<Vec<u8>>>,
    boxes: Vec<Text>,
}

impl<R: Read + Seek> Content<R> {
    pub(super) fn new(package: Package<R>, styles: Styles) -> Self {
        Self {
            package,
            styles,
            list: String::new(),
            numbers: Vec::new(),
            before: Before::default(),
            mark: None,
            is_title: false,
            notes: Vec::new(),
            pictures: Vec::new(),
            boxes: Vec::new(),
        }
    }

    /// The headers or footers of all kinds of pages.
    pub(super) fn margins(
        &mut self,
        styles: &str,
        name: &str,
        kind: &BlockKind,
        draft: &mut Draft,
    ) -> Result<(), Refusal> {
        let mut xml = Xml::new(styles);
        let mut seen: Vec<String> = Vec::new();
        while let Some(element) = xml.next_element()? {
            if element.name() != name {
                continue;
            }
            let text = self.flat(&mut xml)?;
            if !text.is_blank() && !seen.iter().any(|other| other == text.as_str()) {
                seen.push(text.as_str().to_owned());
                draft.margin(kind.clone(), text);
            }
            self.flush(draft);
        }
        Ok(())
    }

    /// Everything until the element ends.
    pub(super) fn blocks(&mut self, xml: &mut Xml<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            self.block(&element, xml, draft)?;
        }
        Ok(())
    }

    fn block(&mut self, element: &Element<'_>, xml: &mut Xml<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        match element.name() {
            name @ ("h" | "p") => {
                let level = if name == "h" { Some(element.number("outline-level").unwrap_or(1)) } else { None };
                let style = element.attribute("style-name").unwrap_or_default().into_owned();
                if self.styles.begins_page(&style) && self.numbers.is_empty() {
                    draft.break_page()?;
                }
                let text = self.inline(xml)?;
                self.write(level.or_else(|| self.styles.is_title(&style).then_some(1)), text, draft);
            }
            "list" => self.list(element, xml, draft)?,
            "table" => {
                let grid = self.table(xml)?;
                self.before.end(self.numbers.is_empty());
                draft.table(grid)?;
                self.flush(draft);
            }
            "page" => {
                self.blocks(xml, draft)?;
                draft.end_page()?;
            }
            "notes" => {
                let said = self.flat(xml)?;
                if !said.is_blank() {
                    draft.heading(3, "Notes".into());
                    draft.paragraph(said);
                }
            }
            "frame" => {
                let class = element.attribute("class").unwrap_or_default().into_owned();
                let is_ornament = matches!(class.as_str(), "page-number" | "date-time" | "page");
                if is_ornament {
                    return xml.skip();
                }
                let outer = std::mem::replace(&mut self.is_title, class == "title");
                self.blocks(xml, draft)?;
                self.is_title = outer;
            }
            "image" => {
                self.image(element, xml)?;
                self.flush(draft);
            }
            // Deleted text, definitions, and forms that nothing prints.
            "tracked-changes"
            | "annotation"
            | "sequence-decls"
            | "variable-decls"
            | "user-field-decls"
            | "forms"
            | "object"
            | "object-ole"
            | "plugin"
            | "title"
            | "desc"
            | "dde-connection-decls"
            | "settings" => xml.skip()?,
            "soft-page-break" => {
                xml.skip()?;
                if self.numbers.is_empty() {
                    draft.break_page()?;
                }
            }
            _ => self.blocks(xml, draft)?,
        }
        Ok(())
    }

    fn write(&mut self, level: Option<u8>, text: Text, draft: &mut Draft) {
        if !text.is_blank() {
            self.before.end(self.numbers.is_empty());
            let depth = self.before.depth() + self.numbers.len().saturating_sub(1);
            let depth = u8::try_from(depth).unwrap_or(8);
            match (level.or(self.is_title.then_some(1)), self.mark.take()) {
                (Some(level), _) => draft.heading(level, text),
                (None, Some(mark)) => draft.item(depth, &mark, text),
                (None, None) => draft.paragraph(text),
            }
        }
        self.flush(draft);
    }

    fn flush(&mut self, draft: &mut Draft) {
        self.boxes.drain(..).for_each(|text| draft.paragraph(text));
        for picture in self.pictures.drain(..) {
            match picture {
                Some(bytes) => draft.picture(bytes),
                None => draft.unread_picture(),
            }
        }
        self.notes.drain(..).for_each(|(label, text)| draft.note(&label, text));
    }

    fn table(&mut self, xml: &mut Xml<'_>) -> Result<Grid, Refusal> {
        let mut grid = Grid::default();
        self.rows(xml, &mut grid, false)?;
        Ok(grid)
    }

    fn rows(&mut self, xml: &mut Xml<'_>, grid: &mut Grid, is_header: bool) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "table-header-rows" => self.rows(xml, grid, true)?,
                "table-rows" | "table-row-group" => self.rows(xml, grid, is_header)?,
                "table-row" => {
                    grid.row();
                    if is_header {
                        grid.header();
                    }
                    self.row(xml, grid)?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn row(&mut self, xml: &mut Xml<'_>, grid: &mut Grid) -> Result<(), Refusal> {
        let mut column = 0;
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            let count = |name| element.number(name).unwrap_or(1_usize).clamp(1, MAX_REPEATED);
            let repeated = count("number-columns-repeated");
            match element.name() {
                "table-cell" => {
                    let (rows, columns) = (count("number-rows-spanned"), count("number-columns-spanned"));
                    let text = self.flat(xml)?;
                    for _ in 0..repeated {
                        grid.place(column, text.clone(), rows, columns)?;
                        column += 1;
                    }
                }
                "covered-table-cell" => {
                    column += repeated;
                    xml.skip()?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    /// The text of the element that was opened last, a line for each paragraph.
    fn flat(&mut self, xml: &mut Xml<'_>) -> Result<Text, Refusal> {
        let mut text = Text::default();
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            let line = match element.name() {
                "p" | "h" => self.inline(xml)?,
                "table" => {
                    let mut lines = Text::default();
                    if let Some((table, _)) = self.table(xml)?.finish()? {
                        table.rows.iter().for_each(|row| lines.append_line(row.join(" ").as_str().into()));
                    }
                    lines
                }
                "image" => {
                    self.image(&element, xml)?;
                    continue;
                }
                "tracked-changes" | "annotation" | "page-thumbnail" | "title" | "desc" => {
                    xml.skip()?;
                    continue;
                }
                "frame" if element.attribute("class").is_some_and(|class| class == "page-number") => {
                    xml.skip()?;
                    continue;
                }
                _ => self.flat(xml)?,
            };
            text.append_line(line);
        }
        Ok(text)
    }

    /// The characters of a paragraph, with its links and notes.
    fn inline(&mut self, xml: &mut Xml<'_>) -> Result<Text, Refusal> {
        let mut text = Text::default();
        self.inline_into(xml, &mut text)?;
        Ok(text)
    }

    fn inline_into(&mut self, xml: &mut Xml<'_>, text: &mut Text) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let element = match node {
                // White space is one space; more of it is written as elements.
                Node::Text(characters) => {
                    text.push_flowing(&characters);
                    continue;
                }
                Node::Open(element) => element,
                Node::Close => break,
            };
            match element.name() {
                "s" => {
                    let count = element.number("c").unwrap_or(1_usize).min(MAX_REPEATED);
                    text.push(&" ".repeat(count));
                    xml.skip()?;
                }
                "tab" => {
                    text.push("\t");
                    xml.skip()?;
                }
                "line-break" => {
                    text.line_break();
                    xml.skip()?;
                }
                "a" => {
                    let address = element.attribute("href").unwrap_or_default().into_owned();
                    let start = text.here();
                    self.inline_into(xml, text)?;
                    text.link_since(start, &address);
                }
                "note" => self.note(xml, text)?,
                "text-box" => {
                    let boxed = self.flat(xml)?;
                    self.boxes.push(boxed);
                }
                "image" => self.image(&element, xml)?,
                "annotation" | "annotation-end" | "object" | "object-ole" | "title" | "desc" | "ruby-text" => {
                    xml.skip()?;
                }
                _ => self.inline_into(xml, text)?,
            }
        }
        Ok(())
    }

    fn note(&mut self, xml: &mut Xml<'_>, text: &mut Text) -> Result<(), Refusal> {
        let (mut label, mut body) = (String::new(), Text::default());
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "note-citation" => label = xml.characters()?.trim().to_owned(),
                "note-body" => body = self.flat(xml)?,
                _ => xml.skip()?,
            }
        }
        text.refer(&label);
        self.notes.push((label, body));
        Ok(())
    }

    fn image(&mut self, element: &Element<'_>, xml: &mut Xml<'_>) -> Result<(), Refusal> {
        let path = element.attribute("href").unwrap_or_default().into_owned();
        xml.skip()?;
        // An address leads out of the document and is not followed.
        if !path.is_empty() && !path.contains("://") {
            let picture = self.package.part(&resolved("", &path))?;
            self.pictures.push(picture);
        }
        Ok(())
    }
}
