//! How the lines of a page are set, measured in its pixels: how high their small letters are, how wide their strokes, whether
//! they slant, and in what colour they are printed.
//!
//! Boxes say little of that: a detector's are as coarse as the copy that it looks at. Measured to a fraction of a pixel, a
//! heading that is a tenth larger than the text, or only heavier or slanted, stands out as it does for a reader. The gateway asks
//! once a page has been read, and hands the answer to `arrange_read`; what a look makes of a line is judged in `looks` and
//! `headings`, as for documents that say how they are set.

use mediary_core::Raster;
use mediary_core::document::{Face, Line, Point, Quad, Run};

use super::frame::weighted_median;
use super::{leads, script};

/// So many times the usual width of a stroke, for letters of one height, is heavy.
const HEAVY: f32 = 1.27;
/// Columns lean so much more upright after so much slant, in columns a row: then letters do.
const SLANT: f32 = 0.2;
const SLANTED: f32 = 1.03;
/// At most so many pixels of a line are looked at.
const MOST_COLUMNS: usize = 640;
/// Lines of fewer pixels in height are not measured.
const LEAST_HEIGHT: f32 = 9.0;
/// Nor are those with less contrast.
const LEAST_CONTRAST: u8 = 50;
/// Rows of a line with this share of the ink of its fullest belong to its small letters.
const FULL: f32 = 0.45;
/// Lighter than this is paper.
const PALE: f32 = 0.15;
/// Longer stretches of ink, in heights of small letters, are rules and bars.
const LONGEST: f32 = 0.8;
/// Fewer strokes, and fewer letters, say little.
const FEWEST_STROKES: usize = 10;
const FEWEST_LETTERS: usize = 4;
/// Small letters beside capitals and digits; lines with a share of those in between are of neither height.
const SMALL_TO_TALL: f32 = 0.7;
const TALL_SHARES: [f32; 2] = [0.3, 0.75];
/// Signs that are as high as capitals.
const TALL_SIGNS: &str = "()[]{}§@/&|%#$€£?!";

/// What was measured of a line.
#[derive(Debug, Clone, PartialEq)]
struct Measured {
    /// How high its small letters are, in pixels.
    height: f32,
    /// How wide its strokes are, beside that.
    stroke: Option<f32>,
    is_slanted: bool,
    colour: [u8; 3],
}

/// For each line of an upright page how it is set, in one way or in two; none where that cannot be measured. Sizes are in
/// pixels.
#[must_use]
pub fn letterings(page: &Raster, lines: &[(Quad, Line)]) -> Vec<Vec<Run>> {
    let measured: Vec<Option<Measured>> = lines.iter().map(|(quad, line)| measured(page, quad, &line.text)).collect();
    let strokes = measured.iter().zip(lines).filter_map(|(one, (quad, _))| Some((one.as_ref()?.stroke?, quad.width())));
    let usual = weighted_median(strokes.collect()).unwrap_or(f32::INFINITY);
    let face = |one: Measured| Face {
        size_pt: one.height,
        is_bold: one.stroke.is_some_and(|stroke| stroke >= HEAVY * usual),
        is_italic: one.is_slanted,
        colour: one.colour,
        ..Face::default()
    };
    let runs = |(one, (quad, line)): (Option<Measured>, &(Quad, Line))| {
        let Some(whole) = one else { return Vec::new() };
        let parts = leads::lead(quad, line).and_then(|lead| {
            let (first, rest) = line.text.split_at_checked(lead.end)?;
            let [first, rest] = [(&lead.quads[0], first), (&lead.quads[1], rest)]
                .map(|(quad, text)| measured_part(page, quad, text, whole.height).map(face));
            Some((lead.end, first?, rest?))
        });
        let end = line.text.len();
        match parts {
            Some((lead, first, rest)) if (first.is_bold, first.is_italic) != (rest.is_bold, rest.is_italic) => {
                vec![Run { end: lead, face: first }, Run { end, face: rest }]
            }
            _ => vec![Run { end, face: face(whole) }],
        }
    };
    measured.into_iter().zip(lines).map(runs).collect()
}

/// A part of a line, whose letters are as high as those of the whole.
fn measured_part(page: &Raster, quad: &Quad, text: &str, height: f32) -> Option<Measured> {
    let part = measured(page, quad, text)?;
    Some(Measured { stroke: part.stroke.map(|stroke| stroke * part.height / height), height, ..part })
}

fn measured(page: &Raster, quad: &Quad, text: &str) -> Option<Measured> {
    let shape = tallness(text)?;
    if quad.height() < LEAST_HEIGHT || quad.width() < quad.height() {
        return None;
    }
    let sample = Sample::of(page, quad)?;
    let rows: Vec<f32> = sample.rows().map(|row| row.iter().sum()).collect();
    let band = Band::of(&rows)?;
    let height = band.height * if shape == Tallness::Tall { SMALL_TO_TALL } else { 1.0 };
    let stroke = sample.stroke(&band).map(|stroke| stroke / height);
    (height >= 3.0).then(|| Measured { height, stroke, is_slanted: sample.is_slanted(&band), colour: sample.colour })
}

/// Which of its letters make up the height of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tallness {
    Small,
    Tall,
}

/// `None` of lines whose letters have no small and large forms, of short ones, and of those with about as many tall as small ones.
fn tallness(text: &str) -> Option<Tallness> {
    let is_tall =
        |character: char| character.is_uppercase() || character.is_ascii_digit() || TALL_SIGNS.contains(character);
    let visible = || text.chars().filter(|character| character.is_alphanumeric() || TALL_SIGNS.contains(*character));
    let all = visible().count();
    let tall = visible().filter(|character| is_tall(*character)).count();
    let cased = visible().filter(|character| is_tall(*character) || character.is_lowercase()).count();
    if all < FEWEST_LETTERS || 10 * cased < 9 * all || script::reads_right_to_left([text]) {
        return None;
    }
    match tall as f32 / all as f32 {
        share if share <= TALL_SHARES[0] => Some(Tallness::Small),
        share if share >= TALL_SHARES[1] => Some(Tallness::Tall),
        _ => None,
    }
}

/// The rows that small letters fill.
struct Band {
    rows: std::ops::Range<usize>,
    /// To a fraction of a row.
    height: f32,
}

impl Band {
    fn of(rows: &[f32]) -> Option<Self> {
        let mut sorted = rows.to_vec();
        sorted.sort_by(f32::total_cmp);
        let full = FULL * sorted.get(sorted.len() * 17 / 20)?;
        let mut bands: Vec<std::ops::Range<usize>> = Vec::new();
        for (row, _) in rows.iter().enumerate().filter(|(_, ink)| **ink >= full && **ink > 0.0) {
            match bands.last_mut() {
                Some(band) if band.end == row => band.end += 1,
                _ => bands.push(row..row + 1),
            }
        }
        let ink = |band: &std::ops::Range<usize>| rows[band.clone()].iter().sum::<f32>();
        let band = bands.into_iter().max_by(|a, b| ink(a).total_cmp(&ink(b)))?;
        // How far between two rows the ink falls below what is full.
        let fall = |inside: usize, outside: Option<usize>| {
            let beyond = outside.and_then(|row| rows.get(row)).copied().unwrap_or(0.0);
            let (last, step) = (rows[inside], rows[inside] - beyond);
            if step > 0.0 { ((last - full) / step).clamp(0.0, 1.0) } else { 0.0 }
        };
        let height =
            (band.len() - 1) as f32 + fall(band.start, band.start.checked_sub(1)) + fall(band.end - 1, Some(band.end));
        Some(Self { rows: band, height })
    }
}

/// The ink of a line, row by row, from 0 to 1.
struct Sample {
    columns: usize,
    ink: Vec<f32>,
    colour: [u8; 3],
}

impl Sample {
    fn of(page: &Raster, quad: &Quad) -> Option<Self> {
        let [origin, right, _, down] = quad.0;
        let (width, height) = (quad.width(), quad.height());
        let unit = |to: Point, length: f32| Point::new((to.x - origin.x) / length, (to.y - origin.y) / length);
        let (across, along) = (unit(right, width), unit(down, height));
        let (columns, rows) = ((width as usize).min(MOST_COLUMNS), height.ceil() as usize + 4);
        let mut pixels: Vec<[u8; 3]> = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let v = row as f32 - 1.5;
            for column in 0..columns {
                let u = column as f32 + 0.5;
                let (x, y) = (origin.x + u * across.x + v * along.x, origin.y + u * across.y + v * along.y);
                let x = (x.max(0.0) as usize).min(page.width() as usize - 1);
                let y = (y.max(0.0) as usize).min(page.height() as usize - 1);
                let place = x * Raster::CHANNELS;
                pixels.push(page.row(y).get(place..)?.first_chunk().copied()?);
            }
        }
        let grey = |pixel: &[u8; 3]| ((u16::from(pixel[0]) + 2 * u16::from(pixel[1]) + u16::from(pixel[2])) / 4) as u8;
        let greys: Vec<u8> = pixels.iter().map(grey).collect();
        let mut counts = [0_usize; 256];
        greys.iter().for_each(|grey| counts[usize::from(*grey)] += 1);
        let at = |share: f32| {
            let mut left = (share * greys.len() as f32) as usize;
            let reaches = |count: &usize| {
                let is_there = left < *count;
                left = left.saturating_sub(*count);
                is_there
            };
            counts.iter().position(reaches).unwrap_or(0) as u8
        };
        let paper = at(0.5);
        // Dark on light or light on dark, whichever is further from the paper.
        let ink = [at(0.01), at(0.99)].into_iter().max_by_key(|ink| ink.abs_diff(paper))?;
        if ink.abs_diff(paper) < LEAST_CONTRAST {
            return None;
        }
        let contrast = f32::from(ink) - f32::from(paper);
        let covered = |grey: &u8| {
            let covered = ((f32::from(*grey) - f32::from(paper)) / contrast).clamp(0.0, 1.0);
            if covered < PALE { 0.0 } else { covered }
        };
        let inked: Vec<f32> = greys.iter().map(covered).collect();
        let core = || pixels.iter().zip(&inked).filter(|(_, ink)| **ink > 0.9).map(|(pixel, _)| pixel);
        let count = core().count().max(1);
        let mean = |channel: usize| (core().map(|pixel| usize::from(pixel[channel])).sum::<usize>() / count) as u8;
        let colour = [mean(2), mean(1), mean(0)];
        Some(Self { columns, ink: inked, colour })
    }

    fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.ink.chunks_exact(self.columns)
    }

    /// The usual width of strokes between the top and the bottom of small letters: that of their stems.
    fn stroke(&self, band: &Band) -> Option<f32> {
        let quarter = band.rows.len() / 4;
        let mut widths: Vec<(f32, f32)> = Vec::new();
        for row in self.rows().take(band.rows.end - quarter).skip(band.rows.start + quarter) {
            let mut width = 0.0;
            for ink in row.iter().copied().chain([0.0]) {
                if ink > 0.25 {
                    width += ink;
                } else if width > 0.0 {
                    if width <= LONGEST * band.height {
                        widths.push((width, 1.0));
                    }
                    width = 0.0;
                }
            }
        }
        if widths.len() >= FEWEST_STROKES { weighted_median(widths) } else { None }
    }

    /// Whether stems stand more upright once the line has been leaned back.
    fn is_slanted(&self, band: &Band) -> bool {
        let room = (SLANT * band.rows.len() as f32).ceil() as usize + 1;
        let uprightness = |slant: f32| {
            let mut columns = vec![0.0_f32; self.columns + room];
            for (row, ink) in self.rows().enumerate().take(band.rows.end).skip(band.rows.start) {
                let shift = (slant * (row - band.rows.start) as f32).round() as usize;
                columns[shift..].iter_mut().zip(ink).for_each(|(column, ink)| *column += ink);
            }
            columns.iter().map(|column| column * column).sum::<f32>()
        };
        uprightness(SLANT) > SLANTED * uprightness(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::document::{Rect, Word};

    /// How a line is painted: strokes of a width and a height, leaning so much, in a grey.
    struct Painted {
        stroke: usize,
        height: usize,
        slant: f32,
        grey: u8,
    }

    const PLAIN: Painted = Painted { stroke: 3, height: 14, slant: 0.0, grey: 20 };

    fn page(painted: &[Painted]) -> (Raster, Vec<(Quad, Line)>) {
        let (width, height) = (500, 60 * painted.len());
        let mut bgr = vec![250; width * height * 3];
        let mut lines = Vec::new();
        for (number, line) in painted.iter().enumerate() {
            let bottom = 60 * number + 40;
            let quad = Quad::upright(10.0, (bottom - 26) as f32, 490.0, (bottom + 8) as f32);
            let text = "quay and boats of the narrow harbour".to_owned();
            lines.push((quad, Line { text, bbox: quad.bounds(), confidence: None, words: Vec::new() }));
            for up in 0..line.height {
                let lean = (line.slant * up as f32).round() as usize;
                for x in (20..450).filter(|x| (x - 20) % 12 < line.stroke) {
                    let place = ((bottom - up) * width + x + lean) * 3;
                    bgr[place..place + 3].fill(line.grey);
                }
            }
        }
        (Raster::from_bgr(width as u32, height as u32, bgr).unwrap(), lines)
    }

    #[test]
    fn larger_heavier_slanted_and_paler_lines_are_told() {
        let (raster, lines) = page(&[
            PLAIN,
            PLAIN,
            Painted { stroke: 5, ..PLAIN },
            Painted { height: 18, ..PLAIN },
            Painted { slant: 0.2, ..PLAIN },
            Painted { grey: 120, ..PLAIN },
            PLAIN,
        ]);
        let faces: Vec<Face> = letterings(&raster, &lines).into_iter().flatten().map(|run| run.face).collect();
        assert_eq!(faces.iter().map(|face| face.is_bold).collect::<Vec<_>>(), [0, 0, 1, 0, 0, 0, 0].map(|n| n == 1));
        assert_eq!(faces.iter().map(|face| face.is_italic).collect::<Vec<_>>(), [0, 0, 0, 0, 1, 0, 0].map(|n| n == 1));
        assert_eq!(faces.iter().map(|face| face.colour[0]).collect::<Vec<_>>(), [20, 20, 20, 20, 20, 120, 20]);
        let ratio = faces[3].size_pt / faces[0].size_pt;
        assert!((1.2..1.4).contains(&ratio), "{ratio}");
        assert!((faces[6].size_pt / faces[0].size_pt - 1.0).abs() < 0.02);
    }

    #[test]
    fn what_cannot_be_measured_has_no_face() {
        let (raster, lines) = page(&[PLAIN]);
        assert_eq!(letterings(&Raster::filled(600, 100, [255; 3]), &lines), [vec![]]);
        for text in ["1 a", "漢字漢字漢字", "No 12 of 345", "שלום שלום"] {
            let line = Line { text: text.to_owned(), ..lines[0].1.clone() };
            assert_eq!(letterings(&raster, &[(lines[0].0, line)]), [vec![]], "{text}");
        }
        assert!(letterings(&raster, &[]).is_empty());
    }
    #[test]
    fn the_first_words_of_a_line_may_be_heavier_than_the_rest() {
        let (mut raster, mut lines) = page(&[PLAIN, PLAIN, PLAIN]);
        let (width, bottom) = (500, 100);
        let mut bgr = raster.bgr().to_vec();
        for up in 0..14 {
            for x in (20..200).filter(|x| (x - 20) % 12 < 5) {
                let place = ((bottom - up) * width + x) * 3;
                bgr[place..place + 3].fill(20);
            }
        }
        raster = Raster::from_bgr(500, 180, bgr).unwrap();
        lines[1].1.text = "Narrow quays. boats of the harbour".to_owned();
        let word = |text: &str, left: f32, right: f32| Word {
            text: text.to_owned(),
            bbox: Rect { left, right, ..lines[1].0.bounds() },
            confidence: None,
        };
        let words = [("Narrow", 20.0, 110.0), ("quays.", 118.0, 200.0), ("boats", 208.0, 280.0), ("of", 290.0, 320.0)];
        let rest = [("the", 330.0, 360.0), ("harbour", 370.0, 450.0)];
        let words = words.into_iter().chain(rest).map(|(text, left, right)| word(text, left, right)).collect();
        lines[1].1.words = words;
        let found = letterings(&raster, &lines);
        let bold: Vec<(usize, bool)> = found[1].iter().map(|run| (run.end, run.face.is_bold)).collect();
        assert_eq!(bold, [(13, true), (34, false)]);
        assert_eq!(found[0].len(), 1);
    }
}
