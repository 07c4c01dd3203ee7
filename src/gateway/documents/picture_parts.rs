//! A page with text of its own and pictures: the text stays, the pictures are read, both are merged.
//!
//! All pictures of a page are read in one go, from the part of the page around them with everything else
//! painted over. Photographs give engines ideas; what they are not sure of is left out.

use std::sync::Arc;

use mediary_core::document::{BlockKind, Page, Rect, Source};
use mediary_core::{Failure, Raster};
use mediary_layout::merge_regions;

use super::engine::Picture;
use super::page_reader::PageReader;
use super::reading::{AttemptLog, PageOutcome, Reason};

/// Text in pictures has to be this likely to be right.
pub(super) const SURE: f32 = 0.4;
/// A little paper around the pictures, in pixels, because text at the very edge is missed.
const PADDING_PX: f32 = 8.0;

/// Adds what the pictures of a page show to its own text.
///
/// # Errors
/// When the whole document has to fail.
pub(super) async fn add(
    page: Page,
    picture: &Picture,
    parts: &[Rect],
    reader: &mut PageReader<'_>,
    attempts: &mut AttemptLog,
) -> Result<PageOutcome, Failure> {
    let Some((raster, left, top)) = cut(&picture.raster, parts) else { return Ok(PageOutcome::read(page)) };
    let part = Picture { raster: Arc::new(raster), is_whole: false, ..picture.clone() };
    let Some(read) = reader.part(&part, attempts).await? else {
        return Ok(PageOutcome { reasons: vec![Reason::UnreadPictures], ..PageOutcome::read(page) });
    };
    let mut found = read.moved(left, top);
    for block in &mut found {
        // Words in a figure are large because the figure is.
        if matches!(block.kind, BlockKind::Heading { .. }) {
            block.kind = BlockKind::Text;
        }
        block.lines.retain(|line| line.confidence.is_none_or(|confidence| confidence >= SURE));
    }
    let own_lines: usize = page.blocks.iter().map(|block| block.lines.len()).sum();
    let blocks = merge_regions(page.blocks, found);
    let is_mixed = blocks.iter().map(|block| block.lines.len()).sum::<usize>() > own_lines;
    let source = if is_mixed { Source::Mixed } else { page.source };
    let confidence = Page::confidence_of(&blocks);
    Ok(PageOutcome::read(Page { source, confidence, blocks, ..page }))
}

/// The part of a page around some pictures with all else painted white, and where it lies.
pub(super) fn cut(page: &Raster, parts: &[Rect]) -> Option<(Raster, f32, f32)> {
    let (width, height) = (page.width() as f32, page.height() as f32);
    let within = |rect: &Rect| Rect {
        left: (rect.left - PADDING_PX).clamp(0.0, width),
        top: (rect.top - PADDING_PX).clamp(0.0, height),
        right: (rect.right + PADDING_PX).clamp(0.0, width),
        bottom: (rect.bottom + PADDING_PX).clamp(0.0, height),
    };
    let parts: Vec<Rect> =
        parts.iter().map(within).filter(|rect| rect.width() >= 1.0 && rect.height() >= 1.0).collect();
    let around = Rect::around(parts.iter().copied())?;
    let (left, top) = (around.left as u32, around.top as u32);
    let part = page.part(left, top, around.width().ceil() as u32, around.height().ceil() as u32);
    let shown: Vec<Rect> = parts.iter().map(|rect| rect.moved(-(left as f32), -(top as f32))).collect();
    Some((part.only(&shown), left as f32, top as f32))
}
