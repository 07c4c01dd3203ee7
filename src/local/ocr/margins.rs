//! The part of a page that has anything on it, so that its white margins are not looked at.
//!
//! A page of print is white for a third of its height and width, and the detector's time goes with the area. What is white is
//! told by the page's own paper and its grain, on the small copy that the detector looks at.

use mediary_core::Raster;

/// So many rows or columns are judged together: of a thin digit each has only a pixel or two.
const BAND: usize = 8;
/// A band with fewer pixels of ink shows nothing: specks of dust have up to four.
const FEWEST: u32 = 6;
/// Print covers a tenth of where it stands. What is covered to this share is a picture or a shade, whose edges are taken for strokes
/// where little is seen around them.
const MOST_INK: f32 = 0.5;
/// Ink differs from the paper by at least so many steps of 256 …
const LEAST_CONTRAST: u32 = 12;
/// … and by so many times what the paper's own pixels differ by, up to …
const GRAINS: u32 = 4;
/// … so many steps; paper that is rougher has no margins.
const MOST_CONTRAST: u32 = 32;

/// From and to, across and along, in pixels of a copy (three bytes each, rows without gaps). Nothing for a page without ink, or
/// whose ink is no print.
pub(super) fn inked(copy: &[u8], width: usize) -> Option<[[u32; 2]; 2]> {
    let [paper, contrast] = paper(copy)?;
    let (mut columns, mut rows) = (vec![0_u32; width], Vec::new());
    for row in copy.chunks_exact(width * Raster::CHANNELS) {
        let mut inked = 0;
        for (column, pixel) in columns.iter_mut().zip(row.chunks_exact(Raster::CHANNELS)) {
            let is_ink = u32::from(pixel[1]).abs_diff(paper) > contrast;
            *column += u32::from(is_ink);
            inked += u32::from(is_ink);
        }
        rows.push(inked);
    }
    let inked = [reach(&columns)?, reach(&rows)?];
    let [across, along] = inked.map(|[from, to]| to - from);
    let ink: u32 = rows.iter().sum();
    (ink as f32 <= MOST_INK * (across * along) as f32).then_some(inked)
}

/// Where the first band with ink begins, and where the last ends.
fn reach(counts: &[u32]) -> Option<[u32; 2]> {
    let is_inked = |band: &[u32]| band.iter().sum::<u32>() >= FEWEST;
    let first = counts.chunks(BAND).position(is_inked)?;
    let last = counts.chunks(BAND).rposition(is_inked)?;
    Some([(first * BAND) as u32, ((last + 1) * BAND).min(counts.len()) as u32])
}

/// How light the paper is, which is what half of the page is darker than, and what differs from it is ink from where on. Nothing
/// where the paper is too rough to tell.
fn paper(copy: &[u8]) -> Option<[u32; 2]> {
    let mut counts = [0_usize; 256];
    for pixel in copy.chunks_exact(Raster::CHANNELS) {
        counts[usize::from(pixel[1])] += 1;
    }
    let all = copy.len() / Raster::CHANNELS;
    let darker_than = |share: usize| {
        let mut seen = 0;
        counts.iter().position(|count| {
            seen += count;
            seen * 4 > all * share
        })
    };
    let paper = darker_than(2)? as u32;
    // Three quarters are paper, so that the light side of it tells its grain.
    let grain = darker_than(3)? as u32 - paper;
    let contrast = (grain * GRAINS).max(LEAST_CONTRAST);
    (contrast <= MOST_CONTRAST).then_some([paper, contrast])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a page is called, its paper, the boxes on it, and where its ink reaches.
    type Case<'a> = (&'a str, u8, &'a [[usize; 5]], Option<[[u32; 2]; 2]>);

    /// A page of one shade with boxes of others on it: left, top, right, bottom, shade.
    fn page(width: usize, height: usize, paper: u8, boxes: &[[usize; 5]]) -> Vec<u8> {
        let shade = |x: usize, y: usize| {
            let within = |[left, top, right, bottom, _]: &&[usize; 5]| {
                (*left..*right).contains(&x) && (*top..*bottom).contains(&y)
            };
            boxes.iter().rev().find(within).map_or(paper, |found| found[4] as u8)
        };
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x, y)])).flat_map(|(x, y)| [shade(x, y); 3]).collect()
    }

    #[test]
    fn margins_are_what_has_no_ink() {
        let table: [Case<'_>; 8] = [
            ("print", 255, &[[30, 20, 70, 24, 0], [30, 56, 70, 60, 0]], Some([[24, 72], [16, 64]])),
            ("dust beside it", 255, &[[30, 20, 70, 28, 0], [2, 2, 4, 4, 0]], Some([[24, 72], [16, 32]])),
            ("a pale footer", 250, &[[30, 20, 70, 30, 0], [40, 80, 60, 86, 230]], Some([[24, 72], [16, 88]])),
            ("the number of page 1", 255, &[[30, 20, 70, 30, 0], [50, 79, 51, 90, 0]], Some([[24, 72], [16, 88]])),
            ("white on black", 0, &[[30, 20, 70, 26, 255]], Some([[24, 72], [16, 32]])),
            ("a shade", 255, &[[20, 20, 76, 76, 230]], None),
            ("nothing", 240, &[], None),
            ("what is as pale as the paper", 240, &[[30, 20, 70, 60, 236]], None),
        ];
        for (name, paper, boxes, expected) in table {
            assert_eq!(inked(&page(100, 90, paper, boxes), 100), expected, "{name}");
        }
    }

    #[test]
    fn rough_paper_has_no_margins() {
        let rough: Vec<u8> = (0..100 * 90).flat_map(|place| [[200_u8, 240, 180, 220][place * 7 % 4]; 3]).collect();
        assert_eq!(inked(&rough, 100), None);
    }
}
