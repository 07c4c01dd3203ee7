//! The body of a document, of a header or of a note: paragraphs and tables in their order.

use std::collections::HashMap;
use std::io::{Read, Seek};

use mediary_core::document::BlockKind;

use super::super::charts::Chart;
use super::super::draft::Draft;
use super::super::grid::Grid;
use super::super::limits::Refusal;
use super::super::package::{Package, Relations};
use super::super::text::Text;
use super::super::xml::{Element, Node, Xml};
use super::Paragraph;
use super::fields::Fields;
use super::numbering::Numbering;
use super::styles::Styles;

/// What reads text, with what the text refers to.
pub(super) struct Body<'a, R> {
    pub(super) package: Package<R>,
    pub(super) styles: &'a Styles,
    pub(super) numbering: Numbering,
    pub(super) relations: Relations,
    pub(super) fields: Fields,
    /// Footnotes, endnotes and comments by their kind and id, until the text refers to them.
    pub(super) notes: HashMap<(NoteKind, String), Text>,
    /// How many notes the text has referred to.
    pub(super) referred: usize,
    /// How many comments stand in it.
    pub(super) commented: usize,
    /// How many open tables and text boxes there are, which may have a colour of their own.
    pub(super) grounds: usize,
    /// Text boxes, pictures and notes of the paragraph that is being read; they follow it.
    pub(super) aside: Aside,
}

/// What is said of a place in the text, elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NoteKind {
    Footnote,
    Endnote,
    /// What a reader remarked, with who it was.
    Comment,
}

impl NoteKind {
    /// The kind of an element that holds a note.
    fn of(name: &str) -> Option<Self> {
        match name {
            "footnote" => Some(Self::Footnote),
            "endnote" => Some(Self::Endnote),
            "comment" => Some(Self::Comment),
            _ => None,
        }
    }
}

/// What stands beside a paragraph.
#[derive(Debug, Default)]
pub(super) struct Aside {
    pub(super) boxes: Vec<Text>,
    pub(super) pictures: Vec<Option<Vec<u8>>>,
    pub(super) charts: Vec<Chart>,
    pub(super) notes: Vec<(String, Text)>,
}

impl<'a, R: Read + Seek> Body<'a, R> {
    pub(super) fn new(package: Package<R>, styles: &'a Styles, numbering: Numbering) -> Self {
        Self {
            package,
            styles,
            numbering,
            relations: Relations::new(),
            fields: Fields::default(),
            notes: HashMap::new(),
            referred: 0,
            commented: 0,
            grounds: 0,
            aside: Aside::default(),
        }
    }

    /// Reads a whole part.
    pub(super) fn read(&mut self, text: &str, draft: &mut Draft) -> Result<(), Refusal> {
        let mut xml = Xml::new(text);
        while let Some(node) = xml.next()? {
            if let Node::Open(element) = node
                && element.name() == "body"
            {
                self.blocks(&mut xml, draft)?;
            }
        }
        Ok(())
    }

    /// Reads a header or footer.
    pub(super) fn margin(&mut self, part: &str, kind: BlockKind, draft: &mut Draft) -> Result<(), Refusal> {
        let Some(text) = self.package.text(part)? else { return Ok(()) };
        let outer = std::mem::replace(&mut self.relations, self.package.relations(part)?);
        let mut xml = Xml::new(&text);
        let mut all = Text::default();
        if xml.next_element()?.is_some() {
            all = self.flat(&mut xml)?;
        }
        draft.margin(kind, all);
        self.flush_aside(draft)?;
        self.relations = outer;
        Ok(())
    }

    /// Learns the notes of a part.
    pub(super) fn learn_notes(&mut self, part: &str, text: &str) -> Result<(), Refusal> {
        let outer = std::mem::replace(&mut self.relations, self.package.relations(part)?);
        let mut xml = Xml::new(text);
        while let Some(node) = xml.next()? {
            let Node::Open(element) = node else { continue };
            let Some(kind) = NoteKind::of(element.name()) else { continue };
            // Lines that part notes from text are kept as notes.
            let is_line = element.attribute("type").is_some_and(|kind| kind != "normal");
            let id = element.attribute("id").unwrap_or_default().into_owned();
            let author =
                element.attribute("author").filter(|author| kind == NoteKind::Comment && !author.trim().is_empty());
            let mut text =
                author.map_or_else(Text::default, |author| Text::from(format!("{}: ", author.trim()).as_str()));
            text.append(self.flat(&mut xml)?);
            if !is_line {
                self.notes.insert((kind, id), text);
            }
        }
        self.relations = outer;
        Ok(())
    }

    /// Paragraphs and tables until the element ends.
    fn blocks(&mut self, xml: &mut Xml<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "p" => self.block(xml, draft)?,
                "tbl" => {
                    let grid = self.table(xml)?;
                    draft.table(grid)?;
                    self.flush_aside(draft)?;
                }
                // Controls, tracked insertions and the like stand around what they hold.
                "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" | "AlternateContent" | "Choice" => {
                    self.blocks(xml, draft)?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn block(&mut self, xml: &mut Xml<'_>, draft: &mut Draft) -> Result<(), Refusal> {
        let Paragraph { style, outline, numbering, starts_page, breaks_behind, text, look: _ } = self.paragraph(xml)?;
        if starts_page {
            draft.break_page()?;
        }
        let of_style = style.as_deref();
        let level = outline.map(|outline| outline + 1).or_else(|| of_style.and_then(|id| self.styles.heading(id)));
        let numbering = numbering.map(|(list, level)| (list, level, level)).or_else(|| {
            let (list, level, depth) = of_style.and_then(|id| self.styles.numbering(id))?;
            Some((list.to_owned(), level, depth))
        });
        draft.hides_of(&text);
        if text.is_blank() {
            return self.flush_aside(draft);
        }
        let mark = numbering.as_ref().and_then(|(list, level, _)| self.numbering.mark(list, *level));
        match (level, mark, numbering) {
            (Some(level), Some(mark), _) if mark != "•" => {
                let mut numbered = Text::from(format!("{mark} ").as_str());
                numbered.append(text);
                draft.heading(level, numbered);
            }
            (Some(level), _, _) => draft.heading(level, text),
            (None, Some(mark), Some((.., depth))) => draft.item(u8::try_from(depth).unwrap_or(8), &mark, text),
            (None, _, _) => draft.paragraph(text),
        }
        self.flush_aside(draft)?;
        if breaks_behind { draft.break_page() } else { Ok(()) }
    }

    /// Puts what stood beside a paragraph behind it.
    fn flush_aside(&mut self, draft: &mut Draft) -> Result<(), Refusal> {
        let Aside { boxes, pictures, charts, notes } = std::mem::take(&mut self.aside);
        for text in boxes {
            draft.paragraph(text);
        }
        for picture in pictures {
            match picture {
                Some(bytes) => draft.picture(bytes),
                None => draft.unread_picture(),
            }
        }
        for chart in charts {
            chart.write(draft)?;
        }
        for (label, text) in notes {
            draft.note(&label, text);
        }
        Ok(())
    }

    /// A table, of which nested ones become lines of their entry.
    fn table(&mut self, xml: &mut Xml<'_>) -> Result<Grid, Refusal> {
        let mut grid = Grid::default();
        self.grounds += 1;
        self.rows(xml, &mut grid)?;
        self.grounds -= 1;
        Ok(grid)
    }

    fn rows(&mut self, xml: &mut Xml<'_>, grid: &mut Grid) -> Result<(), Refusal> {
        let mut names_columns = false;
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "tblPr" => names_columns = first_row_is_special(xml)?,
                "tr" => {
                    grid.row();
                    if names_columns && grid.rows() == 1 {
                        grid.header();
                    }
                    self.row(xml, grid, &mut 0)?;
                }
                "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" | "AlternateContent" | "Choice" => {
                    self.rows(xml, grid)?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn row(&mut self, xml: &mut Xml<'_>, grid: &mut Grid, column: &mut usize) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "trPr" => {
                    while let Some(node) = xml.within()? {
                        let Node::Open(element) = node else { continue };
                        match element.name() {
                            "tblHeader" if element.is_on() => grid.header(),
                            "gridBefore" => *column += element.number::<usize>("val").unwrap_or(0).min(64),
                            _ => {}
                        }
                        xml.skip()?;
                    }
                }
                "tc" => {
                    let (text, columns, goes_on) = self.entry(xml)?;
                    if goes_on {
                        grid.reach_down(*column);
                    } else {
                        grid.place(*column, text, 1, columns)?;
                    }
                    *column += columns;
                }
                "sdt" | "sdtContent" | "customXml" | "ins" | "smartTag" => self.row(xml, grid, column)?,
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    /// An entry: its text, how many columns it takes, and whether it belongs to the one above.
    fn entry(&mut self, xml: &mut Xml<'_>) -> Result<(Text, usize, bool), Refusal> {
        let (mut columns, mut goes_on, mut text) = (1, false, Text::default());
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            if element.name() == "tcPr" {
                while let Some(node) = xml.within()? {
                    let Node::Open(element) = node else { continue };
                    match element.name() {
                        "gridSpan" => columns = element.number("val").unwrap_or(1).clamp(1, 1_000),
                        "vMerge" => goes_on = element.attribute("val").is_none_or(|value| value != "restart"),
                        _ => {}
                    }
                    xml.skip()?;
                }
            } else {
                self.flat_block(&element, xml, &mut text)?;
            }
        }
        Ok((text, columns, goes_on))
    }

    /// The text of the element that was opened last, a line for each paragraph.
    pub(super) fn flat(&mut self, xml: &mut Xml<'_>) -> Result<Text, Refusal> {
        let mut text = Text::default();
        while let Some(node) = xml.within()? {
            if let Node::Open(element) = node {
                self.flat_block(&element, xml, &mut text)?;
            }
        }
        Ok(text)
    }

    fn flat_block(&mut self, element: &Element<'_>, xml: &mut Xml<'_>, text: &mut Text) -> Result<(), Refusal> {
        match element.name() {
            "p" => {
                let Paragraph { style, numbering, text: own, .. } = self.paragraph(xml)?;
                let of_style = || style.as_deref().and_then(|id| self.styles.numbering(id));
                let numbering = numbering.or_else(|| of_style().map(|(list, level, _)| (list.to_owned(), level)));
                let mark =
                    numbering.filter(|_| !own.is_blank()).and_then(|(list, level)| self.numbering.mark(&list, level));
                let mut line = mark.map_or_else(Text::default, |mark| Text::from(format!("{mark} ").as_str()));
                line.append(own);
                text.append_line(line);
                for boxed in std::mem::take(&mut self.aside.boxes) {
                    text.append_line(boxed);
                }
            }
            "tbl" => {
                if let Some((table, _)) = self.table(xml)?.finish()? {
                    for row in &table.rows {
                        text.append_line(row.join(" ").as_str().into());
                    }
                }
            }
            "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" | "AlternateContent" | "Choice" => {
                let inner = self.flat(xml)?;
                text.append_line(inner);
            }
            _ => xml.skip()?,
        }
        Ok(())
    }
}

/// Whether a table's look sets its first row apart.
fn first_row_is_special(xml: &mut Xml<'_>) -> Result<bool, Refusal> {
    let mut is_special = false;
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        if element.name() == "tblLook" {
            let by_bits = || {
                let bits = element.attribute("val")?;
                u16::from_str_radix(&bits, 16).ok().map(|bits| bits & 0x20 != 0)
            };
            let said = element.attribute("firstRow").map(|value| value == "1" || value == "true");
            is_special = said.or_else(by_bits).unwrap_or(false);
        }
        xml.skip()?;
    }
    Ok(is_special)
}
