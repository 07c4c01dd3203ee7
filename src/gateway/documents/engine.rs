//! The engines that can read a picture of a page, behind one call.
//!
//! Knows names and tickets; whether a result is good enough is not decided here but in `page_reader`.

use std::sync::Arc;

use mediary_core::document::{BlockKind, Page, Source, Turn};
use mediary_core::{Failure, Raster, Target};
use mediary_layout::{arrange_ruled, find_rules};
use mediary_local::{Level, Ocrs, PaddleOcr, PageImage, ReadPage, Ticket};

use super::super::{Gateway, blocking};

/// An engine in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// PP-OCR models, at a level.
    PaddleOcr(Level),
    /// The crate `ocrs`: its detector and layout, and whichever recogniser it finds.
    Ocrs,
}

impl Engine {
    /// All of them, best known first.
    pub(crate) const ALL: [Self; 4] =
        [Self::PaddleOcr(Level::Auto), Self::PaddleOcr(Level::Fast), Self::PaddleOcr(Level::Accurate), Self::Ocrs];

    /// The engine that a target names; `None` if it is none of this process.
    pub(crate) fn of(target: &Target) -> Option<Self> {
        let name = target.to_string();
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }

    /// Its target, as answers and metrics spell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PaddleOcr(Level::Auto) => "local/paddleocr",
            Self::PaddleOcr(Level::Fast) => "local/paddleocr:fast",
            Self::PaddleOcr(Level::Accurate) => "local/paddleocr:accurate",
            Self::Ocrs => "local/ocrs",
        }
    }
}

impl Engine {
    /// What it is, in a sentence.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::PaddleOcr(Level::Auto) => {
                "PP-OCRv6 tiny, doubtful lines again with small: Latin script, Chinese, Japanese"
            }
            Self::PaddleOcr(Level::Fast) => "PP-OCRv6 tiny: reads Latin script and Chinese, quickest",
            Self::PaddleOcr(Level::Accurate) => "PP-OCRv6 small for every line: reads best",
            Self::Ocrs => "ocrs: detector and layout of its own; slow, and a second opinion where others are not sure",
        }
    }
}

/// Places in the queues of engines, taken when they are first needed and kept for a whole document.
#[derive(Debug)]
pub(super) struct Tickets<'g> {
    gateway: &'g Gateway,
    paddleocr: Option<Ticket<'g, PaddleOcr>>,
    ocrs: Option<Ticket<'g, Ocrs>>,
}

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
}

/// A page as an engine read it.
#[derive(Debug)]
pub(super) struct EngineRead {
    pub(super) page: Page,
    /// The share of its text, from 0 to 1, in a script that the engine does not know.
    pub(super) unknown_script: f32,
}

impl<'g> Tickets<'g> {
    pub(super) fn new(gateway: &'g Gateway) -> Self {
        Self { gateway, paddleocr: None, ocrs: None }
    }

    /// Takes a place in the queue of the engine.
    ///
    /// # Errors
    /// When all are taken.
    pub(super) fn take(&mut self, engine: Engine) -> Result<(), Failure> {
        match engine {
            Engine::PaddleOcr(_) if self.paddleocr.is_none() => self.paddleocr = Some(self.gateway.ocr.enter()?),
            Engine::Ocrs if self.ocrs.is_none() => self.ocrs = Some(self.gateway.ocrs.enter()?),
            Engine::PaddleOcr(_) | Engine::Ocrs => {}
        }
        Ok(())
    }

    /// Has a picture read.
    ///
    /// # Errors
    /// When the queue is full or the engine fails.
    pub(super) async fn read(&mut self, engine: Engine, picture: &Picture) -> Result<EngineRead, Failure> {
        self.take(engine)?;
        let job = |level| PageImage { raster: picture.raster.clone(), words: picture.words, level };
        let left = || Failure::broken("a queue was left too early");
        let read = match engine {
            Engine::PaddleOcr(level) => self.paddleocr.as_mut().ok_or_else(left)?.run(job(level)).await?,
            Engine::Ocrs => self.ocrs.as_mut().ok_or_else(left)?.run(job(Level::default())).await?,
        };
        let picture = picture.clone();
        // Looking for ruling lines goes over all pixels.
        blocking::run(move || Ok(put_in_order(engine, &picture, read))).await
    }
}

/// Lines in no order become a page's blocks, on the page as it was sent.
fn put_in_order(engine: Engine, picture: &Picture, read: ReadPage) -> EngineRead {
    let (width_px, height_px) = (picture.raster.width(), picture.raster.height());
    let (turned_width, turned_height) = match read.turn {
        Turn::None | Turn::Half => (width_px, height_px),
        Turn::Quarter | Turn::ThreeQuarters => (height_px, width_px),
    };
    let unknown_script = read.unknown_script;
    let rules = match read.turn {
        Turn::None => find_rules(&picture.raster),
        turn => find_rules(&picture.raster.turned(turn)),
    };
    let blocks = arrange_ruled(read.lines, &rules, turned_width, turned_height);
    let blocks = read.turn.undone_in(blocks, width_px as f32, height_px as f32);
    let page = Page {
        index: picture.index,
        source: Source::Ocr,
        engine: engine.name().to_owned(),
        confidence: Page::confidence_of(&blocks),
        width_px,
        height_px,
        dpi: picture.dpi,
        rotation_deg: read.turn.degrees(),
        blocks,
    };
    EngineRead { page, unknown_script }
}

impl EngineRead {
    /// The blocks of a part of a page, moved to where the part is; a part has no headers and footers.
    pub(super) fn moved(self, left: f32, top: f32) -> Vec<mediary_core::document::Block> {
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
