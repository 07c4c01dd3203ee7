//! Draws what was read onto the picture of its page, to be looked at: where blocks, lines and words lie, in which order
//! blocks are read, and what is doubtful.
//!
//! Changes no boxes and judges nothing. `mediary ocr --draw` and the door show the result.

use mediary_core::Raster;
use mediary_core::document::{BlockKind, Page, Rect};

use super::canvas::{Canvas, Colour};

/// The longer side of A4, for pictures that do not say how large they are.
const PAGE_INCHES: f32 = 11.7;
/// The colour of lines and words that were not recognised: a document's own characters.
const CERTAIN: Colour = Colour([120, 120, 120]);

/// A copy of the picture with the page's boxes outlined: blocks in the colour of their kind with their place in reading
/// order at the left, lines and, thinner, words from green (sure) to red (doubtful).
///
/// The picture may have another size than the page; boxes are scaled to it.
#[must_use]
pub fn draw_boxes(picture: &Raster, page: &Page) -> Raster {
    let mut canvas = Canvas::over(picture);
    if page.width_px == 0 || page.height_px == 0 {
        return canvas.finish();
    }
    let across = picture.width() as f32 / page.width_px as f32;
    let down = picture.height() as f32 / page.height_px as f32;
    let to_picture = |rect: Rect| Rect {
        left: rect.left * across,
        top: rect.top * down,
        right: rect.right * across,
        bottom: rect.bottom * down,
    };
    let longer_px = picture.width().max(picture.height()) as f32;
    let dpi = page.dpi.map_or(longer_px / PAGE_INCHES, |dpi| dpi as f32 * across.max(down));
    let pen = (dpi / 75.0).round().clamp(1.0, 12.0);

    // From the smallest to the largest, so that a block's frame is never broken by what is in it.
    let lines = || page.blocks.iter().flat_map(|block| &block.lines);
    for word in lines().flat_map(|line| &line.words) {
        canvas.outline(to_picture(word.bbox), (pen / 2.0).floor().max(1.0), certainty(word.confidence));
    }
    for line in lines() {
        canvas.outline(grown(to_picture(line.bbox), pen), pen, certainty(line.confidence));
    }
    for (number, block) in (1..).zip(&page.blocks) {
        // Beside the frames of its lines, not on them.
        let frame = grown(to_picture(block.bbox), 3.0 * pen);
        let colour = colour_of(&block.kind);
        canvas.outline(frame, pen, colour);
        canvas.number(number, frame, 2.0 * pen, colour);
    }
    canvas.finish()
}

/// The palette of Okabe and Ito ("Color Universal Design", 2008), which the colour-blind tell apart.
fn colour_of(kind: &BlockKind) -> Colour {
    Colour(match kind {
        BlockKind::Text => [0, 114, 178],
        BlockKind::Heading { .. } => [213, 94, 0],
        BlockKind::List(_) => [0, 158, 115],
        BlockKind::Table(_) => [204, 121, 167],
        BlockKind::KeyValue(_) => [230, 159, 0],
        BlockKind::Header => [86, 180, 233],
        BlockKind::Footer
        | BlockKind::Code
        | BlockKind::Figure { .. }
        | BlockKind::Formula { .. }
        | BlockKind::Note { .. } => [60, 60, 60],
    })
}

/// Green for 1, over amber to red for 0.5 and less: below that nothing is worth telling apart.
fn certainty(confidence: Option<f32>) -> Colour {
    const STEPS: [[f32; 3]; 3] = [[200.0, 0.0, 0.0], [230.0, 170.0, 0.0], [0.0, 150.0, 60.0]];
    let Some(confidence) = confidence else { return CERTAIN };
    let place = ((confidence - 0.5) * 4.0).clamp(0.0, 2.0);
    let (from, to) = if place < 1.0 { (STEPS[0], STEPS[1]) } else { (STEPS[1], STEPS[2]) };
    let share = if place < 1.0 { place } else { place - 1.0 };
    Colour([0, 1, 2].map(|channel| (from[channel] + (to[channel] - from[channel]) * share) as u8))
}

fn grown(rect: Rect, by: f32) -> Rect {
    Rect { left: rect.left - by, top: rect.top - by, right: rect.right + by, bottom: rect.bottom + by }
}
