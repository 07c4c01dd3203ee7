//! The first words of a line that may be a heading run into its paragraph, so that they are measured by themselves.
//!
//! A line has one look for most purposes; only a numbered name, or a few words that end like a sentence, is worth another.

use super::headings;
use mediary_core::document::{Line, Point, Quad, Rect};

/// A heading that runs in has at most so many words.
const MOST_WORDS: usize = 9;

/// Where the first words end, in bytes, and the places of both parts of the line.
#[derive(Debug)]
pub(super) struct Lead {
    pub(super) end: usize,
    pub(super) quads: [Quad; 2],
}

/// The first words of a line with measured words, up to the first stop after a capital; `None` if nothing is left then.
pub(super) fn lead(quad: &Quad, line: &Line) -> Option<Lead> {
    let mut end = 0;
    for (place, word) in line.words.iter().enumerate().take(MOST_WORDS) {
        end += line.text.get(end..)?.find(word.text.as_str())? + word.text.len();
        let lead = line.text.get(..end)?;
        let is_named = lead.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
        let letters = lead.chars().filter(|c| c.is_alphabetic()).count();
        // The number itself may end in a stop.
        if word.text.ends_with(['.', ':']) && letters >= 3 {
            let next = line.words.get(place + 1).filter(|_| is_named && line.words.len() >= place + 3)?;
            let is_whole = place > 0 || headings::depth_of(lead).is_none();
            return is_whole.then(|| Lead { end, quads: parted(quad, &line.bbox, word.bbox.right, next.bbox.left) });
        }
    }
    None
}

/// A line's quad up to one place along it, and from another on.
fn parted(quad: &Quad, bbox: &Rect, end: f32, start: f32) -> [Quad; 2] {
    let share = |x: f32| ((x - bbox.left) / bbox.width().max(1.0)).clamp(0.0, 1.0);
    let [a, b, c, d] = quad.0;
    let along = |from: Point, to: Point, share: f32| {
        Point::new(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y))
    };
    let (end, start) = (share(end), share(start));
    [Quad([a, along(a, b, end), along(d, c, end), d]), Quad([along(a, b, start), b, c, along(d, c, start)])]
}
