//! What stands on a slide: shapes with words, tables, pictures, in the order in which they are seen.

use std::io::{Read, Seek};

use mediary_core::document::BlockKind;

use super::super::charts::Chart;
use super::super::draft::Draft;
use super::super::grid::Grid;
use super::super::limits::Refusal;
use super::super::package::{Package, Relations};
use super::super::text::Text;
use super::super::xml::{Element, Node, Xml};
use super::words::Words;

/// A slide that is being looked at.
pub(super) struct Slide<'a, R> {
    pub(super) package: &'a mut Package<R>,
    pub(super) relations: Relations,
    pub(super) shapes: Vec<Shape>,
}

/// Something on a slide.
pub(super) struct Shape {
    /// Its upper left corner; `None`: where the layout has it.
    place: Option<(i64, i64)>,
    role: Role,
    content: Content,
}

/// What a shape is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Title,
    /// The body of the slide, whose paragraphs are items unless they say otherwise.
    Body,
    Footer,
    /// The number of a slide, the date, the picture of the slide on a page of notes.
    Ornament,
    Other,
}

enum Content {
    Words(Words),
    Table(Grid),
    Picture(Option<Vec<u8>>),
    Chart(Chart),
}

impl<R: Read + Seek> Slide<'_, R> {
    /// Looks at all shapes of a part.
    pub(super) fn look(&mut self, text: &str) -> Result<(), Refusal> {
        let mut xml = Xml::new(text);
        while let Some(node) = xml.next()? {
            if let Node::Open(element) = node
                && element.name() == "spTree"
            {
                self.tree(&mut xml, None)?;
            }
        }
        Ok(())
    }

    /// The paragraphs of the bodies alone: what is said on a page of notes.
    pub(super) fn bodies(self) -> Vec<Words> {
        let bodies = self.shapes.into_iter().filter(|shape| shape.role == Role::Body);
        bodies
            .filter_map(|shape| match shape.content {
                Content::Words(words) if !words.is_blank() => Some(words.unmarked()),
                _ => None,
            })
            .collect()
    }

    /// Writes the slide: its title, then from top to bottom. A hidden one says so.
    pub(super) fn write(self, is_hidden: bool, draft: &mut Draft) -> Result<(), Refusal> {
        let mut shapes = self.shapes;
        if is_hidden && !shapes.iter().any(|shape| shape.role == Role::Title) {
            draft.heading(1, "(hidden)".into());
        }
        // What has no place of its own stays among its neighbours; the title is above all.
        let mut last = (i64::MIN, i64::MIN);
        let mut keyed: Vec<((i64, i64), Shape)> = Vec::with_capacity(shapes.len());
        for shape in shapes.drain(..) {
            last = shape.place.unwrap_or(last);
            let place = if shape.role == Role::Title { (i64::MIN, i64::MIN) } else { last };
            keyed.push((place, shape));
        }
        keyed.sort_by_key(|(place, shape)| (shape.role == Role::Footer, shape.role != Role::Title, *place));
        for (_, shape) in keyed {
            match (shape.content, shape.role) {
                (_, Role::Ornament) => {}
                (Content::Words(words), Role::Title) => {
                    let mut title = words.flat();
                    if is_hidden {
                        title.push(" (hidden)");
                    }
                    draft.heading(1, title);
                }
                (Content::Words(words), Role::Footer) => draft.margin(BlockKind::Footer, words.flat()),
                (Content::Words(words), Role::Body) => words.write(draft),
                (Content::Words(words), Role::Other) => words.write(draft),
                (Content::Table(grid), _) => draft.table(grid)?,
                (Content::Chart(chart), _) => chart.write(draft)?,
                (Content::Picture(Some(bytes)), _) => draft.picture(bytes),
                (Content::Picture(None), _) => draft.unread_picture(),
            }
        }
        Ok(())
    }

    /// Shapes until the tree or group ends. Those of a group stand where the group does.
    fn tree(&mut self, xml: &mut Xml<'_>, group: Option<(i64, i64)>) -> Result<(), Refusal> {
        let mut group = group;
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "grpSp" => self.tree(xml, group)?,
                "grpSpPr" => group = group.or(place(xml)?),
                "AlternateContent" | "Choice" => self.tree(xml, group)?,
                "sp" | "cxnSp" => self.shape(xml, group)?,
                "pic" => self.picture(xml, group)?,
                "graphicFrame" => self.frame(xml, group)?,
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn shape(&mut self, xml: &mut Xml<'_>, group: Option<(i64, i64)>) -> Result<(), Refusal> {
        let (mut found, mut role, mut words) = (None, Role::Other, Words::default());
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "nvSpPr" => role = role_of(xml)?,
                "spPr" => found = place(xml)?,
                "txBody" => words = self.words(xml)?,
                _ => xml.skip()?,
            }
        }
        if role == Role::Body {
            words = words.listed();
        }
        if !words.is_blank() {
            self.shapes.push(Shape { place: group.or(found), role, content: Content::Words(words) });
        }
        Ok(())
    }

    fn picture(&mut self, xml: &mut Xml<'_>, group: Option<(i64, i64)>) -> Result<(), Refusal> {
        let (mut found, mut picture) = (None, None);
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "blipFill" => picture = self.blip(xml)?,
                "spPr" => found = place(xml)?,
                _ => xml.skip()?,
            }
        }
        self.shapes.push(Shape { place: group.or(found), role: Role::Other, content: Content::Picture(picture) });
        Ok(())
    }

    fn blip(&mut self, xml: &mut Xml<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        let mut picture = None;
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            if element.name() == "blip" {
                let relation = element.prefixed("embed").and_then(|id| self.relations.get(&*id));
                if let Some(target) = relation.filter(|relation| !relation.is_external).map(|it| it.target.clone()) {
                    picture = self.package.part(&target)?;
                }
            }
            xml.skip()?;
        }
        Ok(picture)
    }

    /// A frame: a table, or a drawing whose words are kept in a part of their own.
    fn frame(&mut self, xml: &mut Xml<'_>, group: Option<(i64, i64)>) -> Result<(), Refusal> {
        let mut found = None;
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "xfrm" => found = offset(xml)?,
                "graphic" | "graphicData" => {
                    // One within the other; the table is inside.
                    self.graphic(xml, group.or(found))?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn graphic(&mut self, xml: &mut Xml<'_>, place: Option<(i64, i64)>) -> Result<(), Refusal> {
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "tbl" => {
                    let grid = self.table(xml)?;
                    self.shapes.push(Shape { place, role: Role::Other, content: Content::Table(grid) });
                }
                "relIds" => {
                    let relation = element.prefixed("dm").and_then(|id| self.relations.get(&*id));
                    if let Some(part) = relation.map(|relation| relation.target.clone()) {
                        self.diagram(&part, place)?;
                    }
                    xml.skip()?;
                }
                "chart" => {
                    let relation = element.prefixed("id").and_then(|id| self.relations.get(&*id));
                    let part = relation.map(|relation| relation.target.clone()).unwrap_or_default();
                    if let Some(text) = self.package.text(&part)? {
                        let content = Content::Chart(Chart::read(&text)?);
                        self.shapes.push(Shape { place, role: Role::Other, content });
                    }
                    xml.skip()?;
                }
                "graphicData" => self.graphic(xml, place)?,
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    /// The words of a diagram, a line for each of its points.
    fn diagram(&mut self, part: &str, place: Option<(i64, i64)>) -> Result<(), Refusal> {
        let Some(text) = self.package.text(part)? else { return Ok(()) };
        let mut xml = Xml::new(&text);
        let mut all = Words::default();
        while let Some(node) = xml.next()? {
            if let Node::Open(element) = node
                && element.name() == "t"
                && let Ok(words) = self.words(&mut xml)
            {
                all.0.extend(words.0.into_iter().filter(|said| !said.text.is_blank()));
            }
        }
        if !all.is_blank() {
            self.shapes.push(Shape { place, role: Role::Other, content: Content::Words(all.listed()) });
        }
        Ok(())
    }

    fn table(&mut self, xml: &mut Xml<'_>) -> Result<Grid, Refusal> {
        let (mut grid, mut names_columns) = (Grid::default(), false);
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            match element.name() {
                "tblPr" => {
                    names_columns = element.attribute("firstRow").is_some_and(|value| value == "1" || value == "true");
                    xml.skip()?;
                }
                "tr" => {
                    grid.row();
                    if names_columns && grid.rows() == 1 {
                        grid.header();
                    }
                    let mut column = 0;
                    while let Some(node) = xml.within()? {
                        let Node::Open(element) = node else { continue };
                        if element.name() != "tc" {
                            xml.skip()?;
                            continue;
                        }
                        let span = |name| element.number(name).unwrap_or(1_usize).clamp(1, 1_000);
                        let (rows, columns) = (span("rowSpan"), span("gridSpan"));
                        // Places that an entry above or to the left takes are written too.
                        let is_taken =
                            |name| element.attribute(name).is_some_and(|value| value == "1" || value == "true");
                        let is_covered = is_taken("hMerge") || is_taken("vMerge");
                        let text = self.entry(xml)?;
                        if !is_covered {
                            grid.place(column, text, rows, columns)?;
                        }
                        column += 1;
                    }
                }
                _ => xml.skip()?,
            }
        }
        Ok(grid)
    }

    fn entry(&mut self, xml: &mut Xml<'_>) -> Result<Text, Refusal> {
        let mut text = Text::default();
        while let Some(node) = xml.within()? {
            let Node::Open(element) = node else { continue };
            if element.name() == "txBody" { text.append_line(self.words(xml)?.flat()) } else { xml.skip()? }
        }
        Ok(text)
    }
}

/// What a shape's placeholder says that it is.
fn role_of(xml: &mut Xml<'_>) -> Result<Role, Refusal> {
    let mut role = Role::Other;
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        if element.name() == "nvPr" {
            while let Some(node) = xml.within()? {
                let Node::Open(element) = node else { continue };
                if element.name() == "ph" {
                    role = of_placeholder(&element);
                }
                xml.skip()?;
            }
            continue;
        }
        xml.skip()?;
    }
    Ok(role)
}

fn of_placeholder(element: &Element<'_>) -> Role {
    match element.attribute("type").as_deref() {
        Some("title" | "ctrTitle") => Role::Title,
        // Without a type it is what the slide is about.
        Some("body" | "obj") | None => Role::Body,
        Some("ftr" | "hdr") => Role::Footer,
        Some("sldNum" | "dt" | "sldImg") => Role::Ornament,
        Some(_) => Role::Other,
    }
}

/// The place in a shape's properties.
fn place(xml: &mut Xml<'_>) -> Result<Option<(i64, i64)>, Refusal> {
    let mut found = None;
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        if element.name() == "xfrm" { found = offset(xml)? } else { xml.skip()? }
    }
    Ok(found)
}

/// Top and left of a frame.
fn offset(xml: &mut Xml<'_>) -> Result<Option<(i64, i64)>, Refusal> {
    let mut found = None;
    while let Some(node) = xml.within()? {
        let Node::Open(element) = node else { continue };
        if element.name() == "off" {
            found = element.number("y").zip(element.number("x"));
        }
        xml.skip()?;
    }
    Ok(found)
}
