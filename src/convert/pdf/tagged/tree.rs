//! The tree of a document's tags, flattened into the parts of each page.

use std::collections::HashMap;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, ObjRef, Object, ObjectIdentifier, String as PdfString};
use hayro_syntax::xref::XRef;
use mediary_core::document::{CellPlace, ItemPlace, TaggedPart};

use super::roles::{Role, role_of};

/// No more elements than this are looked at; trees may be rings.
const MOST_ELEMENTS: usize = 400_000;
/// Nor deeper ones.
const DEEPEST: usize = 96;
/// No table is wider, nor any entry.
const MOST_COLUMNS: u32 = 512;
/// The longest description of a picture that is kept, in characters.
const MOST_DESCRIBED: usize = 2_000;

/// The tags of all pages.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// By page.
    pub(super) pages: Vec<PageTags>,
    /// Whether headings, lists or tables are named anywhere.
    pub(super) names_structure: bool,
}

/// The tags of a page.
#[derive(Debug, Default)]
pub(super) struct PageTags {
    /// In reading order.
    pub(super) parts: Vec<TaggedPart>,
    /// The numbers of marked stretches in reading order, each with the place of its part.
    pub(super) marks: Vec<(i32, u32)>,
}

impl Tree {
    /// Walks the whole tree.
    pub(super) fn of(pdf: &Pdf) -> Self {
        let xref = pdf.xref();
        let numbers = pdf.pages().iter().enumerate().filter_map(|(index, page)| Some((page.raw().obj_id()?, index)));
        let numbers: HashMap<ObjectIdentifier, usize> = numbers.collect();
        let mut tree = Self::default();
        tree.pages.resize_with(pdf.pages().len(), PageTags::default);
        let root = xref.get::<Dict<'_>>(xref.root_id()).and_then(|root| root.get::<Dict<'_>>("StructTreeRoot"));
        if let Some(root) = root {
            let map = root.get::<Dict<'_>>("RoleMap");
            let last = vec![u32::MAX; tree.pages.len()];
            let mut walk = Walk { xref, numbers, map, left: MOST_ELEMENTS, count: 0, last, tree: &mut tree };
            walk.children(&root, &Place::default());
        }
        tree
    }
}

/// What is known of the text below an element.
#[derive(Clone, Default)]
struct Place {
    page: Option<usize>,
    /// The part that its text belongs to, by number, and what that is.
    part: Option<(u32, TaggedPart)>,
    /// The outermost list, and how deep in it.
    list: Option<(u32, u8)>,
    item: Option<ItemPlace>,
    table: Option<Grid>,
    /// How many sections it lies in.
    sections: u8,
    depth: usize,
}

/// A table, and how many columns it has.
#[derive(Clone, Copy)]
struct Grid {
    number: u32,
    columns: u32,
}

struct Walk<'a, 't> {
    xref: &'a XRef,
    numbers: HashMap<ObjectIdentifier, usize>,
    map: Option<Dict<'a>>,
    /// How many elements may still be looked at.
    left: usize,
    /// The numbers that were given to parts, lists and tables.
    count: u32,
    /// The number of the last part on each page.
    last: Vec<u32>,
    tree: &'t mut Tree,
}

/// What an element has below it.
enum Child<'a> {
    Element(Dict<'a>),
    Mark(i32, Option<usize>),
}

impl<'a> Walk<'a, '_> {
    fn number(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    fn children(&mut self, element: &Dict<'a>, place: &Place) {
        if place.depth >= DEEPEST {
            return;
        }
        for child in self.below(element) {
            match child {
                Child::Mark(mark, page) => self.mark(mark, page.or(place.page), place),
                Child::Element(child) => self.element(&child, place),
            }
        }
    }

    /// What is below an element, in its order.
    fn below(&mut self, element: &Dict<'a>) -> Vec<Child<'a>> {
        let resolved = |raw: MaybeRef<Object<'a>>| match raw {
            MaybeRef::Ref(reference) => self.xref.get::<Object<'a>>(reference.into()),
            MaybeRef::NotRef(object) => Some(object),
        };
        let Some(kids) = element.get_raw::<Object<'a>>("K").and_then(resolved) else { return Vec::new() };
        let kids: Vec<Object<'a>> = match kids {
            Object::Array(kids) => kids.raw_iter().take(self.left).filter_map(resolved).collect(),
            kid => vec![kid],
        };
        let kids: Vec<Child<'a>> = kids.into_iter().filter_map(|kid| self.child(kid)).collect();
        self.left = self.left.saturating_sub(kids.len());
        kids
    }

    fn child(&self, object: Object<'a>) -> Option<Child<'a>> {
        match object {
            Object::Dict(dict) if dict.contains_key("S") => Some(Child::Element(dict)),
            // A stretch inside a form has numbers of the form's own.
            Object::Dict(dict) if dict.contains_key("MCID") && !dict.contains_key("Stm") => {
                Some(Child::Mark(dict.get::<i32>("MCID")?, self.page_of(&dict)))
            }
            Object::Number(number) => Some(Child::Mark(i32::try_from(number.as_i64()).ok()?, None)),
            _ => None,
        }
    }

    fn page_of(&self, element: &Dict<'a>) -> Option<usize> {
        let page: ObjRef = element.get_ref("Pg")?;
        self.numbers.get(&page.into()).copied()
    }

    /// A marked stretch of a page: the end of every branch.
    fn mark(&mut self, mark: i32, page: Option<usize>, place: &Place) {
        let Some((page, (number, part))) = page.zip(place.part.as_ref()) else { return };
        let part = part.clone();
        let part = self.part(page, *number, part);
        self.tree.pages[page].marks.push((mark, part));
    }

    /// The place of a part among those of a page, to which it is added unless it is the last of them.
    fn part(&mut self, page: usize, number: u32, part: TaggedPart) -> u32 {
        let parts = &mut self.tree.pages[page].parts;
        if self.last[page] != number {
            self.last[page] = number;
            parts.push(part);
        }
        u32::try_from(parts.len() - 1).unwrap_or(u32::MAX)
    }

    fn element(&mut self, element: &Dict<'a>, above: &Place) {
        let Some(name) = element.get::<Name<'a>>("S") else { return };
        let mut role = role_of(&name, self.map.as_ref());
        let mut place = Place { page: self.page_of(element).or(above.page), depth: above.depth + 1, ..above.clone() };
        // What stands in an entry of a table is its text, whatever it is called.
        let is_in_cell = matches!(above.part, Some((_, TaggedPart::Cell(_))));
        if is_in_cell && !matches!(role, Role::Artifact | Role::Figure) {
            role = Role::Inline;
        }
        match role {
            Role::Artifact => return,
            Role::Inline => {}
            Role::Group => {
                place.sections = place.sections.saturating_add(u8::from(AsRef::<[u8]>::as_ref(&name) == b"Sect"));
            }
            Role::Text => {
                let is_first = !matches!(above.part, Some((_, TaggedPart::Heading { .. } | TaggedPart::Code)));
                if is_first && above.item.is_none() {
                    place.part = Some((self.number(), TaggedPart::Text));
                }
            }
            Role::Code => place.part = Some((self.number(), TaggedPart::Code)),
            Role::Heading(level) => {
                let level = level.unwrap_or(above.sections.max(1));
                self.tree.names_structure = true;
                place.part = Some((self.number(), TaggedPart::Heading { level }));
            }
            Role::List => {
                self.tree.names_structure = true;
                place.list = Some(above.list.map_or_else(|| (self.number(), 0), |(list, depth)| (list, depth + 1)));
                place.item = None;
            }
            Role::Item => {
                let (list, depth) = above.list.unwrap_or_else(|| (self.number(), 0));
                let item = ItemPlace { list, item: self.number(), depth };
                place.item = Some(item);
                place.part = Some((self.number(), TaggedPart::Item(item)));
            }
            Role::Label => {
                if let Some(item) = above.item {
                    place.part = Some((self.number(), TaggedPart::Label(item)));
                }
            }
            Role::Table => return self.table(element, &place),
            Role::Row | Role::Cell { .. } => {}
            Role::Figure => self.figure(element, &mut place, is_in_cell),
        }
        // Text right in a group is a paragraph of its own.
        let is_own = match role {
            Role::Group => above.item.is_none() && !is_in_cell,
            _ => place.part.is_none(),
        };
        if is_own {
            place.part = Some((self.number(), TaggedPart::Text));
        }
        self.children(element, &place);
    }

    fn figure(&mut self, element: &Dict<'a>, place: &mut Place, is_in_cell: bool) {
        let described = element.get::<PdfString<'a>>("Alt").map(|text| text_of(text.as_bytes())).unwrap_or_default();
        let part = (self.number(), TaggedPart::Figure { described });
        if is_in_cell {
            return;
        }
        // It is there though nothing is written in it.
        if let Some(page) = place.page {
            self.part(page, part.0, part.1.clone());
        }
        place.part = Some(part);
    }

    /// A table: its entries get their places, whatever stands between it and its rows.
    fn table(&mut self, table: &Dict<'a>, place: &Place) {
        let mut rows = Vec::new();
        self.rows(table, place.depth, &mut rows);
        let cells: Vec<Vec<(Dict<'a>, bool)>> = rows.iter().map(|row| self.cells(row)).collect();
        let is_frame = cells.iter().map(Vec::len).sum::<usize>() <= 1;
        if is_frame || cells.iter().flatten().any(|(cell, _)| self.holds_table(cell, 0)) {
            // A frame for laying out: what is in it stands for itself.
            return self.children(table, &Place { part: None, ..place.clone() });
        }
        self.tree.names_structure = true;
        let placed = placed(&cells);
        let columns = placed.iter().map(|(_, cell)| cell.column + cell.columns).max().unwrap_or(0);
        let grid = Grid { number: self.number(), columns };
        let mut placed = placed.into_iter();
        self.in_table(table, &Place { part: None, table: Some(grid), ..place.clone() }, &mut placed);
    }

    /// What is in a table besides its entries, such as a caption, and they in their order.
    fn in_table(&mut self, element: &Dict<'a>, place: &Place, cells: &mut impl Iterator<Item = (Dict<'a>, CellPlace)>) {
        if place.depth >= DEEPEST {
            return;
        }
        for child in self.below(element) {
            let Child::Element(child) = child else { continue };
            let Some(name) = child.get::<Name<'a>>("S") else { continue };
            let inner = Place { page: self.page_of(&child).or(place.page), depth: place.depth + 1, ..place.clone() };
            match role_of(&name, self.map.as_ref()) {
                Role::Row | Role::Group | Role::Inline => self.in_table(&child, &inner, cells),
                Role::Cell { .. } => {
                    if let (Some((cell, at)), Some(grid)) = (cells.next(), place.table) {
                        let at = CellPlace { table: grid.number, table_columns: grid.columns, ..at };
                        let page = self.page_of(&cell).or(inner.page);
                        let part = Some((self.number(), TaggedPart::Cell(at)));
                        self.children(&cell, &Place { page, part, item: None, list: None, ..inner });
                    }
                }
                _ => self.element(&child, &Place { table: None, ..place.clone() }),
            }
        }
    }

    /// The rows below an element that are not in a table below it.
    fn rows(&mut self, element: &Dict<'a>, depth: usize, rows: &mut Vec<Dict<'a>>) {
        if depth >= DEEPEST {
            return;
        }
        for child in self.below(element) {
            let Child::Element(child) = child else { continue };
            let Some(name) = child.get::<Name<'a>>("S") else { continue };
            match role_of(&name, self.map.as_ref()) {
                Role::Row => rows.push(child),
                Role::Group | Role::Inline => self.rows(&child, depth + 1, rows),
                _ => {}
            }
        }
    }

    /// The entries of a row, and whether they are heads.
    fn cells(&mut self, row: &Dict<'a>) -> Vec<(Dict<'a>, bool)> {
        let children = self.below(row).into_iter().filter_map(|child| match child {
            Child::Element(child) => Some(child),
            Child::Mark(..) => None,
        });
        let role = |child: &Dict<'a>| child.get::<Name<'a>>("S").map(|name| role_of(&name, self.map.as_ref()));
        children
            .filter_map(|child| match role(&child) {
                Some(Role::Cell { is_header }) => Some((child, is_header)),
                _ => None,
            })
            .collect()
    }

    fn holds_table(&mut self, element: &Dict<'a>, depth: usize) -> bool {
        depth < DEEPEST
            && self.below(element).into_iter().any(|child| match child {
                Child::Element(child) => {
                    let name = child.get::<Name<'a>>("S");
                    name.is_some_and(|name| role_of(&name, self.map.as_ref()) == Role::Table)
                        || self.holds_table(&child, depth + 1)
                }
                Child::Mark(..) => false,
            })
    }
}

/// Places for the entries of rows: each in the first place that no entry from above takes.
fn placed<'a>(rows: &[Vec<(Dict<'a>, bool)>]) -> Vec<(Dict<'a>, CellPlace)> {
    let mut placed = Vec::new();
    // For each column the row from which on it is free.
    let mut free: Vec<u32> = Vec::new();
    for (row, cells) in (0_u32..).zip(rows) {
        let mut column = 0_u32;
        for (cell, is_header) in cells {
            while free.get(column as usize).is_some_and(|from| *from > row) {
                column += 1;
            }
            if column >= MOST_COLUMNS {
                break;
            }
            let height = (rows.len() - row as usize).try_into().unwrap_or(u32::MAX);
            let (rows, columns) = (span(cell, "RowSpan").min(height), span(cell, "ColSpan").min(MOST_COLUMNS - column));
            let end = (column + columns) as usize;
            if free.len() < end {
                free.resize(end, 0);
            }
            free[column as usize..end].fill(row + rows);
            let is_header = *is_header;
            let at = CellPlace { table: 0, row, column, rows, columns, is_header, table_columns: 0 };
            placed.push((cell.clone(), at));
            column += columns;
        }
    }
    placed
}

/// How many rows or columns an entry takes: an attribute, in one dictionary or in several.
fn span(cell: &Dict<'_>, name: &str) -> u32 {
    let own = cell.get::<Dict<'_>>("A").and_then(|attributes| attributes.get::<u32>(name));
    let several = || cell.get::<Array<'_>>("A")?.iter::<Dict<'_>>().find_map(|attributes| attributes.get::<u32>(name));
    own.or_else(several).unwrap_or(1).max(1)
}

/// A text string: UTF-16 or UTF-8 with a mark, else taken as Latin letters.
fn text_of(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => bytes.iter().map(|byte| char::from(*byte)).collect::<String>(),
    };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_DESCRIBED).collect();
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}
