//! The pictures of a page: how much of it they cover, and which of them are one.
//!
//! Programs cut pictures into bands and tiles. Whether a page is a scan is judged by what they cover together.

use pdfium_render::prelude::*;

/// A side of the grid on which coverage is counted.
const CELLS: u32 = 128;
/// Pictures whose edges are this close, in points, are parts of one.
const TOUCHING: f32 = 1.5;
/// A part is looked for among so many before it.
const LOOKED_BACK: usize = 256;
/// No more pictures are kept; the rest are counted.
const MOST: usize = 10_000;

/// A picture, or several that are one.
#[derive(Debug, Clone, Copy)]
struct Image {
    /// In points.
    place: PdfRect,
    dpi: Option<u32>,
}

/// The pictures of a page.
#[derive(Debug)]
pub(super) struct Images {
    page: PdfRect,
    all: Vec<Image>,
    /// Rows of cells, each with a bit for every cell that is covered in its middle.
    grid: Vec<u128>,
    is_empty: bool,
}

impl Images {
    /// None yet, on a page of these bounds.
    pub(super) fn on(page: PdfRect) -> Self {
        Self { page, all: Vec::new(), grid: vec![0; CELLS as usize], is_empty: true }
    }

    /// Keeps a picture that has so many pixels at its longer side, and is shown in a part of its place.
    pub(super) fn add(&mut self, whole: &PdfRect, shown: &PdfRect, longer_px: Option<u32>) {
        self.is_empty = false;
        let place = *shown;
        if self.all.len() < MOST {
            let inches = whole.width().value.max(whole.height().value) / 72.0;
            let dpi = longer_px.filter(|_| inches > 0.0).map(|pixels| (pixels as f32 / inches).round() as u32);
            self.all.push(Image { place, dpi });
        }
        let cells = |from: f32, to: f32, start: f32, length: f32| {
            let at =
                |place: f32| ((place - start) / length * CELLS as f32 - 0.5).ceil().clamp(0.0, CELLS as f32) as u32;
            at(from)..at(to)
        };
        let (page, value) = (&self.page, |points: PdfPoints| points.value);
        let across = cells(value(place.left()), value(place.right()), value(page.left()), value(page.width()));
        let up = cells(value(place.bottom()), value(place.top()), value(page.bottom()), value(page.height()));
        let bits = across.fold(0_u128, |bits, cell| bits | 1 << cell);
        self.grid[up.start as usize..up.end.max(up.start) as usize].iter_mut().for_each(|row| *row |= bits);
    }

    /// Whether there are none at all.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Share of the page that they cover together.
    pub(super) fn coverage(&self) -> f32 {
        let cells: u32 = self.grid.iter().map(|row| row.count_ones()).sum();
        cells as f32 / (CELLS * CELLS) as f32
    }

    /// Where pictures are, in points; the bands and tiles of one are put together.
    pub(super) fn places(&self) -> Vec<PdfRect> {
        self.joined().into_iter().map(|image| image.place).collect()
    }

    /// The resolution of the finest of the pictures that are as large as the largest, or nearly so.
    pub(super) fn dpi(&self) -> Option<u32> {
        let joined = self.joined();
        let area = |image: &Image| image.place.width().value * image.place.height().value;
        let largest = joined.iter().map(area).fold(0.0, f32::max);
        joined.iter().filter(|image| area(image) >= 0.5 * largest).filter_map(|image| image.dpi).max()
    }

    fn joined(&self) -> Vec<Image> {
        let bands = put_together(self.all.clone(), |place| place);
        // Sideways, by the same rule.
        let turned = |place: PdfRect| PdfRect::new(place.left(), place.bottom(), place.right(), place.top());
        let rows = put_together(bands, turned);
        put_together(rows, |place| place)
    }
}

/// Puts pictures together that stand edge to edge above one another, as `seen` shows them.
fn put_together(mut images: Vec<Image>, seen: impl Fn(PdfRect) -> PdfRect) -> Vec<Image> {
    images.sort_by(|a, b| seen(b.place).top().value.total_cmp(&seen(a.place).top().value));
    let near = |a: PdfPoints, b: PdfPoints| (a.value - b.value).abs() <= TOUCHING;
    let mut joined: Vec<Image> = Vec::new();
    for image in images {
        let place = seen(image.place);
        let above = joined.iter_mut().rev().take(LOOKED_BACK).find(|above| {
            let above = seen(above.place);
            near(above.left(), place.left()) && near(above.right(), place.right()) && near(above.bottom(), place.top())
        });
        match above {
            Some(above) => {
                above.place = super::curves::around(&above.place, &image.place);
                above.dpi = above.dpi.max(image.dpi);
            }
            None => joined.push(image),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(left: f32, bottom: f32, right: f32, top: f32) -> PdfRect {
        PdfRect::new_from_values(bottom, left, top, right)
    }

    fn sides(rect: &PdfRect) -> [f32; 4] {
        [rect.left().value, rect.bottom().value, rect.right().value, rect.top().value]
    }

    fn add(images: &mut Images, place: PdfRect, longer_px: Option<u32>) {
        images.add(&place, &place, longer_px);
    }

    #[test]
    fn bands_and_tiles_are_one_picture_and_cover_what_they_cover_together() {
        let mut images = Images::on(rect(0.0, 0.0, 600.0, 800.0));
        for band in 0..200 {
            let bottom = band as f32 * 4.0;
            add(&mut images, rect(0.0, bottom, 600.0, bottom + 4.0), Some(2_500));
        }
        assert_eq!(images.places().iter().map(sides).collect::<Vec<_>>(), [[0.0, 0.0, 600.0, 800.0]]);
        assert!(images.coverage() > 0.99, "{}", images.coverage());
        assert_eq!(images.dpi(), Some(300));
        let mut tiles = Images::on(rect(0.0, 0.0, 600.0, 800.0));
        for (column, row) in [(0, 0), (1, 1), (1, 0), (0, 1)] {
            let (left, bottom) = (column as f32 * 300.0, row as f32 * 400.0);
            add(&mut tiles, rect(left, bottom, left + 300.0, bottom + 400.0), None);
        }
        assert_eq!(tiles.places().len(), 1);
        assert_eq!(tiles.dpi(), None);
    }

    #[test]
    fn what_lies_over_another_or_off_the_page_covers_nothing_more() {
        let mut images = Images::on(rect(10.0, 10.0, 110.0, 110.0));
        assert!(images.is_empty() && images.coverage() == 0.0);
        add(&mut images, rect(10.0, 10.0, 60.0, 110.0), Some(100));
        add(&mut images, rect(10.0, 10.0, 60.0, 110.0), Some(100));
        add(&mut images, rect(200.0, 200.0, 900.0, 900.0), Some(100));
        assert_eq!(images.coverage(), 0.5);
        assert_eq!(images.places().len(), 3);
    }
}
