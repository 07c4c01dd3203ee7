//! The tiles in which a page is shown to the detector.
//!
//! The detector looks at pictures of 600 × 800 pixels and shrinks whatever is larger, so the print of a whole
//! scanned page would come out three pixels high. Tiles overlap, and of each only the part that is nearer to its
//! own middle than to its neighbour's is kept: a word at a border is seen whole by the tile that keeps it.

use std::ops::Range;

/// The detector's input.
const DETECTOR_WIDTH: u32 = 600;
const DETECTOR_HEIGHT: u32 = 800;
/// How much a tile is shrunk for the detector, at most. Measured on pages at 200 dots an inch: with whole pages shrunk
/// threefold, word F1 is 0.94 at 7 point and 0.63 at 6; at this it is 0.998 and 0.989, and finer tiles gain nothing.
const SHRINK: f32 = 2.0;
/// The share of a tile that its neighbour sees too.
const OVERLAP: f32 = 0.12;
/// A page is cut into so many tiles at most, along each side; larger pages are shrunk more.
const MOST_PER_SIDE: u32 = 4;

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tile {
    /// The columns that are shown.
    pub columns: Range<usize>,
    /// The rows that are shown.
    pub rows: Range<usize>,
    /// The columns of which the answer counts.
    pub kept_columns: Range<usize>,
    /// The rows of which the answer counts.
    pub kept_rows: Range<usize>,
}

/// Covers a page with tiles. What they keep does not overlap and leaves nothing out.
pub(super) fn over(width: u32, height: u32) -> Vec<Tile> {
    let columns = spans(width, DETECTOR_WIDTH);
    let rows = spans(height, DETECTOR_HEIGHT);
    let row = |rows: &Span| {
        let tile = |columns: &Span| Tile {
            columns: columns.shown.clone(),
            rows: rows.shown.clone(),
            kept_columns: columns.kept.clone(),
            kept_rows: rows.kept.clone(),
        };
        columns.iter().map(tile).collect::<Vec<_>>()
    };
    rows.iter().flat_map(row).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Span {
    shown: Range<usize>,
    kept: Range<usize>,
}

fn spans(pixels: u32, detector_pixels: u32) -> Vec<Span> {
    let wanted = detector_pixels as f32 * SHRINK;
    let step = wanted * (1.0 - OVERLAP);
    let count = ((pixels as f32 - wanted) / step).ceil().clamp(0.0, (MOST_PER_SIDE - 1) as f32) as usize + 1;
    let pixels = pixels as usize;
    // All tiles are of one size, so that the last one does not see a sliver.
    let share = 1.0 / (count as f32 - (count - 1) as f32 * OVERLAP);
    let shown = ((pixels as f32 * share).ceil() as usize).min(pixels);
    let start = |index: usize| if count == 1 { 0 } else { (pixels - shown) * index / (count - 1) };
    let border = |index: usize| match index {
        0 => 0,
        index if index == count => pixels,
        index => usize::midpoint(start(index), start(index - 1) + shown),
    };
    (0..count)
        .map(|index| Span { shown: start(index)..start(index) + shown, kept: border(index)..border(index + 1) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_keep_every_pixel_once_and_see_what_they_keep() {
        for (width, height) in
            [(1, 1), (600, 800), (901, 1200), (1654, 2339), (1896, 242), (9000, 40), (10_000, 14_000)]
        {
            let tiles = over(width, height);
            let kept: usize = tiles.iter().map(|tile| tile.kept_columns.len() * tile.kept_rows.len()).sum();
            assert_eq!(kept, width as usize * height as usize, "{width}×{height}");
            for tile in &tiles {
                let within =
                    |kept: &Range<usize>, shown: &Range<usize>| shown.start <= kept.start && kept.end <= shown.end;
                assert!(within(&tile.kept_columns, &tile.columns) && within(&tile.kept_rows, &tile.rows), "{tile:?}");
                assert!(tile.columns.end <= width as usize && tile.rows.end <= height as usize, "{tile:?}");
            }
        }
    }

    #[test]
    fn a_page_has_as_many_tiles_as_its_print_needs_and_a_bounded_number() {
        let rows = [
            ("a sign", (300, 80), 1),
            ("what loses nothing by being shrunk", (1200, 1600), 1),
            ("an A4 page at 200 dots an inch", (1654, 2339), 4),
            ("a screenshot", (1920, 1080), 2),
            ("a poster", (20_000, 30_000), 16),
        ];
        for (name, (width, height), expected) in rows {
            assert_eq!(over(width, height).len(), expected, "{name}");
        }
    }

    #[test]
    fn neighbours_see_a_word_at_their_border_whole() {
        let spans = spans(1654, DETECTOR_WIDTH);
        let border = spans[0].kept.end;
        assert!(spans[0].shown.end - border >= 40 && border - spans[1].shown.start >= 40, "{spans:?}");
    }
}
