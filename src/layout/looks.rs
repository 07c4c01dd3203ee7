//! How rows look beside the text of their page: larger, heavier, slanted, in capitals, in another face or colour.
//!
//! Only what a document says of its letters is looked at; rows read in pixels have no look. What a look makes of a row is
//! judged in `headings`, and what it makes of a heading's level in `levels`.

use super::rows::Row;
use super::script;
use mediary_core::document::Face;

/// The share of a row's characters that are set in one way if the row is.
const MOSTLY: f32 = 0.85;
/// So many times the size of the text is larger, and is clearly larger.
const LARGER: [f32; 2] = [1.05, 1.12];
/// Smaller print than this is no heading.
const SMALLER: f32 = 0.93;
/// Capitals alone may be this much smaller than small letters are large: small capitals, measured by their height.
const SMALLER_CAPITALS: f32 = 0.66;
/// Sizes in one row differ by this share of the usual one at most: capitals and small ones do.
const SMALL_CAPITALS: f32 = 0.3;
/// Colours this far apart, over all three channels, are different.
const OTHER_COLOUR: i32 = 90;

/// How text is set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// How large it is, in points, or in any other unit that the texts compared share.
    pub size: f32,
    /// Whether it is bold.
    pub is_bold: bool,
    /// Whether it is slanted.
    pub is_italic: bool,
    /// Whether all of its letters are capitals.
    pub is_upper: bool,
    /// The family of its font.
    pub family: String,
    /// Red, green and blue.
    pub colour: [u8; 3],
}

/// How much a row stands out from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Prominence {
    /// It looks like text, or like small print.
    None,
    /// By its face, slant, capitals or colour only.
    Slight,
    /// By its size or weight.
    Strong,
}

impl Look {
    /// The one look of a row; `None` if it has several or it is not known.
    pub(super) fn of(row: &Row) -> Option<Self> {
        Self::all_of(std::slice::from_ref(row))
    }

    /// The one look of several rows.
    pub(super) fn all_of(rows: &[Row]) -> Option<Self> {
        let counted: Vec<(&Face, f32)> = faces(rows).collect();
        let all: f32 = counted.iter().map(|(_, count)| count).sum();
        let share = |has: &dyn Fn(&Face) -> bool| {
            counted.iter().filter(|(face, _)| has(face)).map(|(_, count)| count).sum::<f32>() / all
        };
        let (usual, _) = counted.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let has_one_size =
            share(&|face| (face.size_pt - usual.size_pt).abs() <= SMALL_CAPITALS * usual.size_pt) >= MOSTLY;
        let mostly = |has: &dyn Fn(&Face) -> bool| match share(has) {
            share if share >= MOSTLY => Some(true),
            share if share <= 1.0 - MOSTLY => Some(false),
            _ => None,
        };
        let is_upper = is_upper(rows.iter().flat_map(|row| &row.lines).map(|line| line.text.as_str()));
        // Small capitals are drawn as capitals of a smaller size after one of the size of the text.
        let largest = counted.iter().map(|(face, _)| face.size_pt).fold(usual.size_pt, f32::max);
        let look = Self {
            size: if is_upper { largest } else { usual.size_pt },
            is_bold: mostly(&|face| face.is_bold)?,
            is_italic: mostly(&|face| face.is_italic)?,
            is_upper,
            family: usual.family.clone(),
            colour: usual.colour,
        };
        has_one_size.then_some(look)
    }

    /// How most characters of some rows are set.
    pub(super) fn usual<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Option<Self> {
        let mut counted: Vec<(Self, f32)> = Vec::new();
        for row in rows {
            for (face, count) in faces(std::slice::from_ref(row)) {
                let look = Self::from(face);
                match counted.iter_mut().find(|(other, _)| other.is_like(&look)) {
                    Some((_, all)) => *all += count,
                    None => counted.push((look, count)),
                }
            }
        }
        counted.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(look, _)| look)
    }

    /// Whether two texts are set in the same way.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let ratio = self.size / other.size.max(f32::MIN_POSITIVE);
        (1.0 / LARGER[0]..LARGER[0]).contains(&ratio)
            && (self.is_bold, self.is_italic, self.is_upper) == (other.is_bold, other.is_italic, other.is_upper)
            && self.family == other.family
            && self.distance(other) <= OTHER_COLOUR
    }

    /// How far its colour is from another, over all channels.
    fn distance(&self, other: &Self) -> i32 {
        self.colour.iter().zip(other.colour).map(|(a, b)| (i32::from(*a) - i32::from(b)).abs()).sum()
    }

    /// How much it stands out from the usual text.
    pub(super) fn prominence(&self, text: &Self) -> Prominence {
        let ratio = self.size / text.size.max(f32::MIN_POSITIVE);
        let least = if self.is_upper && !text.is_upper { SMALLER_CAPITALS } else { SMALLER };
        if ratio < least {
            Prominence::None
        } else if ratio >= LARGER[1] || (self.is_bold && !text.is_bold) {
            Prominence::Strong
        } else if ratio >= LARGER[0]
            || (self.is_italic && !text.is_italic)
            || self.is_upper
            || self.family != text.family
            || self.distance(text) > OTHER_COLOUR
        {
            Prominence::Slight
        } else {
            Prominence::None
        }
    }
}

impl From<&Face> for Look {
    fn from(face: &Face) -> Self {
        Self {
            size: face.size_pt,
            is_bold: face.is_bold,
            is_italic: face.is_italic,
            is_upper: false,
            family: face.family.clone(),
            colour: face.colour,
        }
    }
}

/// The faces of rows, each with the number of its characters.
fn faces(rows: &[Row]) -> impl Iterator<Item = (&Face, f32)> {
    rows.iter().flat_map(|row| row.runs.iter().zip(&row.lines)).flat_map(|(runs, line)| {
        let mut start = 0;
        runs.iter().map(move |run| {
            let text = line.text.get(start..run.end).unwrap_or_default();
            start = run.end;
            (&run.face, script::visible(text) as f32)
        })
    })
}

/// Whether a row is set in characters that are all equally wide.
pub(super) fn is_fixed_pitch(row: &Row) -> bool {
    let mut faces = faces(std::slice::from_ref(row)).peekable();
    faces.peek().is_some() && faces.all(|(face, _)| face.is_fixed_pitch)
}

/// The share of a row's characters that are set in families of a kind, from 0 to 1; 0 where that is not known.
pub(super) fn share_in(row: &Row, is_of_kind: impl Fn(&str) -> bool) -> f32 {
    let (mut counted, mut all) = (0.0, 0.0);
    for (face, count) in faces(std::slice::from_ref(row)) {
        all += count;
        counted += if is_of_kind(&face.family) { count } else { 0.0 };
    }
    if all > 0.0 { counted / all } else { 0.0 }
}

/// Three capitals or more and no other letters.
fn is_upper<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut letters = 0_usize;
    for character in texts.flat_map(str::chars).filter(|character| character.is_alphabetic()) {
        if !character.is_uppercase() {
            return false;
        }
        letters += 1;
    }
    letters >= 3
}
