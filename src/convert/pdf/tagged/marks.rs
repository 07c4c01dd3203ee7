//! Where the marked stretches of a page begin to write.
//!
//! Of a page's instructions only those that move the pen are followed, not what the letters are or how wide: each order to
//! write is noted with the place where it begins. Text in a form belongs to the stretch that the form is drawn in.

use std::collections::HashMap;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro_syntax::page::{Page, Resources};
use mediary_core::document::TagPlace;

/// Forms may draw forms; few documents go deeper.
const MAX_DEPTH: usize = 4;
/// A page that writes more often than this is not followed to its end.
const MOST_STARTS: usize = 60_000;
/// How far from where an order to write begins its first character may stand, in points.
const NEAR_PT: f32 = 0.6;

/// The places at which a page begins to write, in points.
#[derive(Debug, Default)]
pub(in crate::pdf) struct Marks {
    /// By the height of their line, rounded down; those that write upwards or slanted apart.
    level: HashMap<i32, Vec<Start>>,
    others: Vec<Start>,
}

/// A place at which writing begins.
#[derive(Debug, Clone, Copy)]
struct Start {
    x: f32,
    y: f32,
    /// Which way it goes from there; of length one.
    along: (f32, f32),
    place: Option<TagPlace>,
}

impl Marks {
    /// Follows a page, of which these marked stretches are known: their numbers in reading order, and their parts.
    pub(super) fn of(page: &Page<'_>, known: &[(i32, u32)]) -> Self {
        let places = (0_u32..).zip(known).map(|(order, (mark, part))| (*mark, TagPlace { part: *part, order }));
        let mut writer = Writer { places: places.collect(), starts: Vec::new() };
        let dictionary = page.raw().get::<Dict<'_>>("Resources").unwrap_or_else(Dict::empty);
        writer.follow(page.typed_operations(), page.resources(), &dictionary, Matrix::IDENTITY, None, 0);
        let mut marks = Self::default();
        for start in writer.starts {
            if start.along.0 > 0.999 {
                marks.level.entry(start.y.floor() as i32).or_default().push(start);
            } else {
                marks.others.push(start);
            }
        }
        marks
    }

    /// The place of a character by where it is written; `None` of what belongs to no part.
    pub(in crate::pdf) fn place_of(&self, x: f32, y: f32) -> Option<TagPlace> {
        let row = y.floor() as i32;
        let level = (row - 1..=row + 1).filter_map(|row| self.level.get(&row)).flatten();
        let distance = |start: &Start| {
            let (dx, dy) = (x - start.x, y - start.y);
            let (along, across) = (dx * start.along.0 + dy * start.along.1, dy * start.along.0 - dx * start.along.1);
            (along >= -NEAR_PT && across.abs() <= NEAR_PT).then_some(along)
        };
        let found = level.chain(&self.others).filter_map(|start| distance(start).map(|along| (along, start.place)));
        // What is written over other text is what is seen.
        found.min_by(|a, b| a.0.total_cmp(&b.0)).and_then(|(_, place)| place)
    }
}

/// A transformation as PDFs write it.
#[derive(Debug, Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// What this does, and then the other.
    fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [a2, b2, c2, d2, e2, f2]) = (self.0, other.0);
        Self([
            a * a2 + b * c2,
            a * b2 + b * d2,
            c * a2 + d * c2,
            c * b2 + d * d2,
            e * a2 + f * c2 + e2,
            e * b2 + f * d2 + f2,
        ])
    }

    fn moved(self, x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y]).then(self)
    }
}

/// The pen, as far as it is followed.
#[derive(Debug, Clone, Copy)]
struct Pen {
    page: Matrix,
    leading: f64,
    rise: f64,
}

struct Writer {
    places: HashMap<i32, TagPlace>,
    starts: Vec<Start>,
}

impl Writer {
    fn follow(
        &mut self,
        mut operations: TypedIter<'_>,
        resources: &Resources<'_>,
        dictionary: &Dict<'_>,
        frame: Matrix,
        within: Option<TagPlace>,
        depth: usize,
    ) {
        let mut pen = Pen { page: frame, leading: 0.0, rise: 0.0 };
        let mut saved: Vec<Pen> = Vec::new();
        let mut stretches: Vec<Option<TagPlace>> = Vec::new();
        let mut line = Matrix::IDENTITY;
        let number = |number: &hayro_syntax::object::Number| number.as_f64();
        while let Some(operation) = operations.next() {
            if self.starts.len() >= MOST_STARTS {
                return;
            }
            let place = stretches.last().copied().unwrap_or(within);
            match operation {
                TypedInstruction::SaveState(_) => saved.push(pen),
                TypedInstruction::RestoreState(_) => pen = saved.pop().unwrap_or(pen),
                TypedInstruction::Transform(by) => {
                    pen.page = Matrix([&by.0, &by.1, &by.2, &by.3, &by.4, &by.5].map(number)).then(pen.page);
                }
                TypedInstruction::BeginText(_) => line = Matrix::IDENTITY,
                TypedInstruction::SetTextMatrix(to) => {
                    line = Matrix([&to.0, &to.1, &to.2, &to.3, &to.4, &to.5].map(number));
                }
                TypedInstruction::NextLine(by) => line = line.moved(number(&by.0), number(&by.1)),
                TypedInstruction::NextLineAndSetLeading(by) => {
                    pen.leading = -number(&by.1);
                    line = line.moved(number(&by.0), number(&by.1));
                }
                TypedInstruction::NextLineUsingLeading(_) => line = line.moved(0.0, -pen.leading),
                TypedInstruction::TextLeading(to) => pen.leading = number(&to.0),
                TypedInstruction::TextRise(to) => pen.rise = number(&to.0),
                TypedInstruction::ShowText(_) | TypedInstruction::ShowTexts(_) => self.start(line, pen, place),
                TypedInstruction::NextLineAndShowText(_) | TypedInstruction::ShowTextWithParameters(_) => {
                    line = line.moved(0.0, -pen.leading);
                    self.start(line, pen, place);
                }
                TypedInstruction::BeginMarkedContent(begun) => {
                    stretches.push(place.filter(|_| begun.0.as_str() != "Artifact"));
                }
                TypedInstruction::BeginMarkedContentWithProperties(begun) => {
                    let own = mark_of(begun.1, dictionary).map(|mark| self.places.get(&mark).copied());
                    let is_artifact = begun.0.as_str() == "Artifact";
                    stretches.push(match own {
                        // The numbers of a form are its own.
                        Some(own) if depth == 0 => own,
                        _ => place.filter(|_| !is_artifact),
                    });
                }
                TypedInstruction::EndMarkedContent(_) => {
                    stretches.pop();
                }
                TypedInstruction::XObject(form) if depth < MAX_DEPTH => {
                    if let Some(form) = resources.get_x_object(form.0) {
                        self.form(&form, (resources, dictionary), pen.page, place, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn form(
        &mut self,
        form: &Stream<'_>,
        (resources, dictionary): (&Resources<'_>, &Dict<'_>),
        frame: Matrix,
        within: Option<TagPlace>,
        depth: usize,
    ) {
        let dict = form.dict();
        if dict.get::<Name<'_>>("Subtype").is_none_or(|kind| kind.as_str() != "Form") {
            return;
        }
        let Ok(content) = form.decoded_data() else { return };
        let matrix = dict.get::<Array<'_>>("Matrix").map(|matrix| matrix.iter::<f64>().take(6).collect::<Vec<f64>>());
        let matrix = matrix.and_then(|matrix| <[f64; 6]>::try_from(matrix).ok()).map_or(Matrix::IDENTITY, Matrix);
        let operations = TypedIter::new(&content);
        let frame = matrix.then(frame);
        match dict.get::<Dict<'_>>("Resources") {
            Some(own) => self.follow(operations, &Resources::new(own.clone()), &own, frame, within, depth),
            None => self.follow(operations, resources, dictionary, frame, within, depth),
        }
    }

    fn start(&mut self, line: Matrix, pen: Pen, place: Option<TagPlace>) {
        let Matrix([a, b, _, _, x, y]) = line.moved(0.0, pen.rise).then(pen.page);
        let length = a.hypot(b).max(f64::MIN_POSITIVE);
        let along = ((a / length) as f32, (b / length) as f32);
        self.starts.push(Start { x: x as f32, y: y as f32, along, place });
    }
}

/// The number of a marked stretch, written beside it or among the page's resources.
fn mark_of(properties: &Object<'_>, resources: &Dict<'_>) -> Option<i32> {
    match properties {
        Object::Dict(dict) => dict.get::<i32>("MCID"),
        Object::Name(name) => {
            let named = resources.get::<Dict<'_>>("Properties")?.get::<Dict<'_>>(AsRef::<[u8]>::as_ref(name))?;
            named.get::<i32>("MCID")
        }
        _ => None,
    }
}
