//! Quarter turns of pages, and boxes turned back to the page as it was sent. Pixels are turned by `Raster::turned`.

use serde::{Deserialize, Serialize};

use super::{Block, Point, Rect, Rules, Segment};

/// How a page is turned to stand upright, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Turn {
    /// It stands upright.
    #[default]
    None,
    /// By 90°.
    Quarter,
    /// By 180°.
    Half,
    /// By 270°.
    ThreeQuarters,
}

impl Turn {
    /// Degrees clockwise.
    #[must_use]
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }

    /// A box on the turned page, on the page as it was: `width` × `height` large before it was turned.
    #[must_use]
    pub fn undone(self, rect: Rect, width: f32, height: f32) -> Rect {
        let Rect { left, top, right, bottom } = rect;
        match self {
            Self::None => rect,
            Self::Quarter => Rect { left: top, top: height - right, right: bottom, bottom: height - left },
            Self::Half => Rect { left: width - right, top: height - bottom, right: width - left, bottom: height - top },
            Self::ThreeQuarters => Rect { left: width - bottom, top: left, right: width - top, bottom: right },
        }
    }

    /// A box on the page as it is, on the turned page: `width` × `height` large before it is turned.
    #[must_use]
    pub fn done(self, rect: Rect, width: f32, height: f32) -> Rect {
        let back = match self {
            Self::None => Self::None,
            Self::Quarter => Self::ThreeQuarters,
            Self::Half => Self::Half,
            Self::ThreeQuarters => Self::Quarter,
        };
        match self {
            Self::Quarter | Self::ThreeQuarters => back.undone(rect, height, width),
            Self::None | Self::Half => back.undone(rect, width, height),
        }
    }

    /// Ruling lines on the page as it is, on the turned page: what ran across may run down then.
    #[must_use]
    pub fn done_to_rules(self, rules: &Rules, width: f32, height: f32) -> Rules {
        let turned = |segment: &Segment| {
            let (a, b) = (segment.start, segment.end);
            let rect = Rect { left: a.x.min(b.x), top: a.y.min(b.y), right: a.x.max(b.x), bottom: a.y.max(b.y) };
            let Rect { left, top, right, bottom } = self.done(rect, width, height);
            Segment { start: Point::new(left, top), end: Point::new(right, bottom) }
        };
        let all = |segments: &[Segment]| segments.iter().map(turned).collect::<Vec<Segment>>();
        let (horizontal, vertical) = (all(&rules.horizontal), all(&rules.vertical));
        match self {
            Self::None | Self::Half => Rules { horizontal, vertical },
            Self::Quarter | Self::ThreeQuarters => Rules { horizontal: vertical, vertical: horizontal },
        }
    }

    /// Blocks of the page as it is, with their boxes on the turned page.
    #[must_use]
    pub fn done_in(self, blocks: Vec<Block>, width: f32, height: f32) -> Vec<Block> {
        match self {
            Self::None => blocks,
            Self::Quarter => Self::ThreeQuarters.undone_in(blocks, height, width),
            Self::Half => Self::Half.undone_in(blocks, width, height),
            Self::ThreeQuarters => Self::Quarter.undone_in(blocks, height, width),
        }
    }

    /// Blocks of the turned page, with their boxes on the page as it was.
    #[must_use]
    pub fn undone_in(self, mut blocks: Vec<Block>, width: f32, height: f32) -> Vec<Block> {
        if self == Self::None {
            return blocks;
        }
        let undo = |rect: &mut Rect| {
            // What has no place has none on the other page either.
            if *rect != Rect::default() {
                *rect = self.undone(*rect, width, height);
            }
        };
        for block in &mut blocks {
            undo(&mut block.bbox);
            for line in &mut block.lines {
                undo(&mut line.bbox);
                line.words.iter_mut().for_each(|word| undo(&mut word.bbox));
            }
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Raster;

    const ALL: [Turn; 4] = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];

    /// A dark page, 5 × 3, with one white pixel.
    fn page(white: (usize, usize)) -> Raster {
        let mut bgr = vec![0; 5 * 3 * Raster::CHANNELS];
        let start = (white.1 * 5 + white.0) * Raster::CHANNELS;
        bgr[start..start + Raster::CHANNELS].fill(255);
        Raster::from_bgr(5, 3, bgr).unwrap()
    }

    fn white_of(page: &Raster) -> (usize, usize) {
        let place = page.bgr().chunks(Raster::CHANNELS).position(|pixel| pixel[0] == 255).unwrap();
        (place % page.width() as usize, place / page.width() as usize)
    }

    #[test]
    fn a_pixel_goes_round_clockwise() {
        let corner = page((0, 0));
        let places: Vec<_> = ALL.iter().map(|turn| white_of(&corner.turned(*turn))).collect();
        assert_eq!(places, [(0, 0), (2, 0), (4, 2), (0, 4)]);
    }

    #[test]
    fn rules_turn_with_their_page() {
        let line = |from: (f32, f32), to: (f32, f32)| Segment {
            start: Point::new(from.0, from.1),
            end: Point::new(to.0, to.1),
        };
        let rules = Rules { horizontal: vec![line((1.0, 1.0), (4.0, 1.0))], vertical: Vec::new() };
        let turned = Turn::Quarter.done_to_rules(&rules, 5.0, 3.0);
        assert_eq!(turned, Rules { horizontal: Vec::new(), vertical: vec![line((2.0, 1.0), (2.0, 4.0))] });
        assert_eq!(Turn::ThreeQuarters.done_to_rules(&turned, 3.0, 5.0), rules);
        assert_eq!(Turn::None.done_to_rules(&rules, 5.0, 3.0), rules);
    }

    #[test]
    fn boxes_come_back_to_where_their_pixels_were() {
        for turn in ALL {
            for place in [(0, 0), (4, 0), (2, 1), (3, 2)] {
                let (x, y) = white_of(&page(place).turned(turn));
                let (left, top) = (x as f32, y as f32);
                let back = turn.undone(Rect { left, top, right: left + 1.0, bottom: top + 1.0 }, 5.0, 3.0);
                let (x, y) = (place.0 as f32, place.1 as f32);
                assert_eq!(back, Rect { left: x, top: y, right: x + 1.0, bottom: y + 1.0 }, "{turn:?} {place:?}");
            }
        }
    }
}
