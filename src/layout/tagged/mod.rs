//! Pages of tagged documents: the parts that the document names, in the order in which it names them.
//!
//! The best witness of a page's structure there is, where it speaks of the whole page and makes sense. What it leaves out at
//! the edges is a header or a footer; what it leaves out elsewhere stays after the part that it follows.

mod entries;
mod stretches;
mod trust;
mod writer;

use std::collections::BTreeMap;

use super::arrange::{Arranged, LayerPage};
use super::frame::{self, Piece};
use super::margins::{self, Zone};
use mediary_core::document::{BlockKind, SetLine};
use stretches::{Stretch, stretches};
use writer::Writer;

/// The page as its document has it; `None` if it says nothing or is not to be believed.
pub(super) fn arrange(lines: &[SetLine], page: &LayerPage<'_>) -> Option<Arranged> {
    let tags = page.tags.filter(|tags| tags.names_structure)?;
    let (pieces, rect) = frame::upright(lines.to_vec(), page.width_px, page.height_px);
    let zones = margins::zones(&pieces, &rect);
    let stretches = stretches(lines, &tags.parts);
    if !trust::is_believed(&stretches, &zones, &tags.parts) {
        return None;
    }
    // By the place of their part, counted from one; what belongs to none stands with the part before it.
    let mut parts: BTreeMap<usize, Vec<Stretch>> = BTreeMap::new();
    let mut loose: BTreeMap<usize, Vec<Piece>> = BTreeMap::new();
    let (mut header, mut footer) = (Vec::new(), Vec::new());
    let mut last = 0;
    for stretch in stretches {
        match (stretch.part(), zones[stretch.line]) {
            (Some(part), _) => {
                last = part + 1;
                parts.entry(last).or_default().push(stretch);
            }
            (None, Zone::Header) => header.push(stretch.piece),
            (None, Zone::Footer) => footer.push(stretch.piece),
            (None, Zone::Body) => loose.entry(last).or_default().push(stretch.piece),
        }
    }
    let mut writer = Writer::default();
    writer.lines(BlockKind::Header, header);
    writer.lines(BlockKind::Text, loose.remove(&0).unwrap_or_default());
    for (number, part) in (1..).zip(&tags.parts) {
        let mut own = parts.remove(&number).unwrap_or_default();
        own.sort_by_key(|stretch| stretch.place.map(|place| place.order));
        writer.part(part, own.into_iter().map(|stretch| stretch.piece).collect());
        writer.lines(BlockKind::Text, loose.remove(&number).unwrap_or_default());
    }
    writer.lines(BlockKind::Footer, footer);
    Some(writer.finished())
}
