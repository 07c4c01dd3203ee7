//! A picture of a page, and what a target read on it: lines put in order, or Markdown taken apart.
//!
//! Which target reads, and whether a result is good enough, is decided in `page_reader` and `page_work`.

use std::sync::Arc;

use mediary_core::document::{Block, BlockKind, Line, Page, Quad, Source, Turn};
use mediary_core::task::PageText;
use mediary_core::{Raster, Target};
use mediary_layout::{
    Arranged, HeadingLook, ReadPage, arrange_read, find_drawn, find_rules, ink_share, letterings, with_figures,
};

use super::markdown::blocks;
use super::reading::Reason;
use super::recipe::Recipe;

/// Beyond this share of its text a page counts as written in a script that no engine here knows.
const UNKNOWN_SCRIPT: f32 = 0.3;

/// A picture to read, and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) raster: Arc<Raster>,
    /// Place of its page in the document, from 0.
    pub(super) index: usize,
    /// Pixels per inch, if known.
    pub(super) dpi: Option<u32>,
    /// Whether words are wanted.
    pub(super) words: bool,
    /// Whether it is the whole page; in a part figures are not looked for.
    pub(super) is_whole: bool,
}

/// A page as a target read it.
#[derive(Debug)]
pub(super) struct EngineRead {
    pub(super) page: Page,
    /// How its headings look.
    pub(super) headings: Vec<HeadingLook>,
    /// The share of its text, from 0 to 1, in a script that the engine does not know.
    unknown_script: f32,
    /// Whether there may be lettering that was too small for it.
    small_print: bool,
}

impl EngineRead {
    /// The text that a target read, as blocks of the page as it was sent.
    pub(super) fn new(target: &Target, picture: &Picture, text: PageText) -> Self {
        match text {
            PageText::Lines { turn, lines, unknown_script, small_print } => {
                let Arranged { mut blocks, headings } = in_order(turn, lines, &picture.raster, picture.is_whole);
                if !picture.words {
                    blocks.iter_mut().flat_map(|block| &mut block.lines).for_each(|line| line.words.clear());
                }
                let confidence = Page::confidence_of(&blocks);
                let page = page(target, picture, confidence, turn.degrees(), blocks);
                Self { page, headings, unknown_script, small_print }
            }
            // Without places: blocks lie below one another over the page, so that every output can be written from it;
            // boxes of such a page say no more than the order.
            PageText::Markdown { text, confidence } => {
                let (width, height) = (picture.raster.width() as f32, picture.raster.height() as f32);
                let blocks = blocks(unfenced(&text), width, height, confidence);
                let page = page(target, picture, confidence, 0, blocks);
                Self { page, headings: Vec::new(), unknown_script: 0.0, small_print: false }
            }
        }
    }

    /// Why the result is not believed; empty if it is.
    pub(super) fn doubts(&self, recipe: &Recipe, target: &Target, picture: &Picture) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.small_print {
            reasons.push(Reason::SmallPrint);
        }
        if self.page.is_blank() {
            if ink_share(&picture.raster) >= recipe.blank_ink {
                reasons.push(Reason::InkWithoutText);
            }
            return reasons;
        }
        if self.unknown_script > UNKNOWN_SCRIPT {
            reasons.push(Reason::Script);
        }
        if self.page.confidence.unwrap_or(1.0) < recipe.accepted_from(target) {
            reasons.push(Reason::LowConfidence);
        }
        reasons
    }

    /// The blocks of a part of a page, moved to where the part is; a part has no headers and footers.
    pub(super) fn moved(self, left: f32, top: f32) -> Vec<Block> {
        let mut blocks = self.page.blocks;
        for block in &mut blocks {
            if matches!(block.kind, BlockKind::Header | BlockKind::Footer) {
                block.kind = BlockKind::Text;
            }
            block.bbox = block.bbox.moved(left, top);
            for line in &mut block.lines {
                line.bbox = line.bbox.moved(left, top);
                line.words.iter_mut().for_each(|word| word.bbox = word.bbox.moved(left, top));
            }
        }
        blocks
    }
}

fn page(target: &Target, picture: &Picture, confidence: Option<f32>, rotation_deg: u16, blocks: Vec<Block>) -> Page {
    Page {
        index: picture.index,
        source: Source::Ocr,
        engine: target.to_string(),
        confidence,
        width_px: picture.raster.width(),
        height_px: picture.raster.height(),
        dpi: picture.dpi,
        rotation_deg,
        blocks,
    }
}

/// Lines in no order become a page's blocks, on the page as it was sent; what is drawn on a whole page is looked for.
fn in_order(turn: Turn, lines: Vec<(Quad, Line)>, raster: &Raster, is_whole: bool) -> Arranged {
    let (width_px, height_px) = (raster.width(), raster.height());
    let (turned_width, turned_height) = match turn {
        Turn::None | Turn::Half => (width_px, height_px),
        Turn::Quarter | Turn::ThreeQuarters => (height_px, width_px),
    };
    let turned;
    let upright = match turn {
        Turn::None => raster,
        turn => {
            turned = raster.turned(turn);
            &turned
        }
    };
    let (rules, faces) = (find_rules(upright), letterings(upright, &lines));
    let drawn = if is_whole { find_drawn(upright, &lines, &rules) } else { Vec::new() };
    let page = ReadPage { rules: &rules, faces: &faces, width_px: turned_width, height_px: turned_height };
    let Arranged { blocks, mut headings } = arrange_read(lines, page);
    let blocks = with_figures(blocks, &drawn);
    let (width, height) = (width_px as f32, height_px as f32);
    for heading in &mut headings {
        heading.bbox = turn.undone(heading.bbox, width, height);
    }
    Arranged { blocks: turn.undone_in(blocks, width, height), headings }
}

/// Models like to put a whole page between fences.
fn unfenced(markdown: &str) -> &str {
    let text = markdown.trim();
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let inner = inner.and_then(|inner| inner.split_once('\n')).filter(|(language, _)| !language.contains(' '));
    match inner {
        Some((_, inner)) if !inner.contains("```") => inner,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_around_the_whole_page_is_taken_off_and_no_other() {
        let rows = [
            ("```markdown\n# A\n\nb\n```", "# A\n\nb\n"),
            ("```\nplain\n```\n", "plain\n"),
            ("text\n```\ncode\n```", "text\n```\ncode\n```"),
            ("```\na\n```\nb\n```\nc\n```", "```\na\n```\nb\n```\nc\n```"),
            ("plain", "plain"),
        ];
        for (markdown, expected) in rows {
            assert_eq!(unfenced(markdown), expected, "{markdown}");
        }
    }
}
