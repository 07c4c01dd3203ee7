//! A reading becomes an answer.

use mediary_core::document::{Block, BlockKind, Line, Link, LinkTarget, Page, Rect, Word};
use mediary_layout::{Relation, figure_name, relations};

use super::alto::alto;
use super::decode::{Detail, Output};
use super::hocr::hocr;
use super::wire::{
    AttemptBody, BlockBody, ImageBody, ItemBody, LineBody, LinkBody, MediaBody, PageBody, ReadingBody, SpanBody, Usage,
    WordBody,
};
use super::xml::{Transcript, TranscriptPage};
use crate::gateway::{Attached, Attempt, PageOutcome, Reading, Reason, figures_of};

/// Writes answers in the form one request asked for.
#[derive(Debug, Clone, Copy)]
pub struct Encoder {
    /// In what form text is wanted.
    pub output: Output,
    /// How closely places are wanted.
    pub detail: Detail,
}

impl Encoder {
    /// The reading in the wanted form, for clients that want nothing else. Where structure is wanted, that
    /// is the text.
    #[must_use]
    pub fn content(&self, file_name: Option<&str>, reading: &Reading) -> String {
        match self.output {
            Output::Markdown => reading.markdown(),
            Output::Text | Output::Json | Output::Pdf | Output::Image => reading.text(),
            Output::Hocr => hocr(&transcript(file_name, reading)),
            Output::Alto => alto(&transcript(file_name, reading)),
        }
    }

    /// The answer for a file that was read.
    #[must_use]
    pub fn reading(&self, id: String, file_name: Option<String>, reading: &Reading) -> ReadingBody {
        let content =
            (!matches!(self.output, Output::Json | Output::Image)).then(|| self.content(file_name.as_deref(), reading));
        ReadingBody { content, ..self.without_content(id, file_name, reading) }
    }

    fn without_content(&self, id: String, file_name: Option<String>, reading: &Reading) -> ReadingBody {
        let size_bytes = reading.media.blob.len_bytes();
        let attached = |(number, attached): (usize, &Attached)| {
            let (id, name) = (format!("{id}-{number}"), Some(attached.name.clone()));
            match &attached.result {
                Ok(reading) => self.without_content(id, name, reading),
                Err(failure) => self.failed(id, name, serde_json::json!({ "message": failure.detail })),
            }
        };
        ReadingBody {
            attachments: (1..).zip(&reading.attachments).map(attached).collect(),
            id,
            object: "ocr",
            status: reading.status().name(),
            content: None,
            needs_ocr: reading.needs_ocr(),
            cached: reading.cached,
            media: Some(MediaBody {
                kind: reading.media.kind().to_string(),
                format: reading.media.format.to_string(),
                pages: reading.total_pages,
                size_bytes,
                sha256: reading.media.blob.hash().to_string(),
            }),
            file_name,
            pages: reading.pages.iter().map(|outcome| self.page(outcome)).collect(),
            attempts: reading.attempts.iter().map(attempt).collect(),
            usage: Some(Usage {
                pages_processed: reading.pages.iter().filter(|outcome| outcome.page.is_ok()).count(),
                doc_size_bytes: size_bytes,
                duration_ms: milliseconds(reading.duration),
            }),
            error: None,
        }
    }

    /// The answer for one of several files that could not be read.
    #[must_use]
    pub fn failed(&self, id: String, file_name: Option<String>, error: serde_json::Value) -> ReadingBody {
        ReadingBody {
            id,
            object: "ocr",
            status: "failed",
            content: None,
            needs_ocr: false,
            cached: false,
            media: None,
            file_name,
            pages: Vec::new(),
            attachments: Vec::new(),
            attempts: Vec::new(),
            usage: None,
            error: Some(error),
        }
    }

    /// Adds the figures of a reading to its answer, and of the files that came with it to theirs, without their pictures.
    pub fn add_images(reading: &Reading, body: &mut ReadingBody) {
        for (outcome, page) in reading.pages.iter().zip(&mut body.pages) {
            page.images = outcome.page.iter().flat_map(|page| figures_of(page).map(image)).collect();
        }
        for (attached, body) in reading.attachments.iter().zip(&mut body.attachments) {
            if let Ok(reading) = &attached.result {
                Self::add_images(reading, body);
            }
        }
    }

    /// The answer for one page.
    #[must_use]
    pub fn page(&self, outcome: &PageOutcome) -> PageBody {
        match &outcome.page {
            Ok(page) => self.read_page(page, &outcome.reasons),
            Err(failure) => PageBody {
                index: outcome.index,
                source: None,
                engine: None,
                confidence: None,
                width_px: 0,
                height_px: 0,
                dpi: None,
                rotation_deg: 0,
                text: String::new(),
                image_url: None,
                images: Vec::new(),
                blocks: None,
                needs_ocr: false,
                reasons: Vec::new(),
                error: Some(failure.detail.clone()),
            },
        }
    }

    fn read_page(&self, page: &Page, reasons: &[Reason]) -> PageBody {
        PageBody {
            index: page.index,
            source: Some(page.source.name()),
            engine: Some(page.engine.clone()),
            confidence: page.confidence.map(thousandths),
            width_px: page.width_px,
            height_px: page.height_px,
            dpi: page.dpi,
            rotation_deg: page.rotation_deg,
            text: page.text(),
            image_url: None,
            images: Vec::new(),
            blocks: (self.detail > Detail::None).then(|| self.blocks(page)),
            needs_ocr: !reasons.is_empty(),
            reasons: reasons.iter().map(|reason| reason.name()).collect(),
            error: None,
        }
    }

    fn blocks(&self, page: &Page) -> Vec<BlockBody> {
        let related = page.blocks.iter().zip(relations(&page.blocks));
        related.map(|(block, relation)| self.block(block, relation)).collect()
    }

    fn block(&self, block: &Block, relation: Relation) -> BlockBody {
        BlockBody {
            caption_of: relation.caption_of,
            footnote_of: relation.footnote_of,
            kind: block.kind.name(),
            level: if let BlockKind::Heading { level } = block.kind { Some(level) } else { None },
            rows: if let BlockKind::Table(table) = &block.kind { Some(table.rows.clone()) } else { None },
            spans: spans(block),
            items: if let BlockKind::List(items) = &block.kind { Some(items.iter().map(item).collect()) } else { None },
            described: described(&block.kind),
            image_id: image_id(&block.kind),
            is_tex: if let BlockKind::Formula { is_tex } = block.kind { Some(is_tex) } else { None },
            label: if let BlockKind::Note { label } = &block.kind { Some(label.clone()) } else { None },
            links: block.links.iter().filter_map(|link| self::link(block, link)).collect(),
            bbox: corners(block.bbox),
            confidence: block.confidence().map(thousandths),
            lines: block.lines.iter().map(|line| self.line(line)).collect(),
        }
    }

    fn line(&self, line: &Line) -> LineBody {
        LineBody {
            text: line.text.clone(),
            bbox: corners(line.bbox),
            confidence: line.confidence.map(thousandths),
            words: (self.detail == Detail::Words).then(|| line.words.iter().map(word).collect()),
        }
    }
}

fn described(kind: &BlockKind) -> Option<String> {
    let BlockKind::Figure { described, .. } = kind else { return None };
    (!described.is_empty()).then(|| described.clone())
}

fn image_id(kind: &BlockKind) -> Option<String> {
    let BlockKind::Figure { number, .. } = kind else { return None };
    number.map(figure_name)
}

fn image((number, place): (usize, Rect)) -> ImageBody {
    // Boxes lie within their pages but for a rounding error, and casts of floats end at the ends of the type.
    let pixel = |place: f32| place as u32;
    ImageBody {
        id: figure_name(number),
        top_left_x: pixel(place.left.floor()),
        top_left_y: pixel(place.top.floor()),
        bottom_right_x: pixel(place.right.ceil()),
        bottom_right_y: pixel(place.bottom.ceil()),
        image_base64: None,
    }
}

fn spans(block: &Block) -> Vec<SpanBody> {
    let BlockKind::Table(table) = &block.kind else { return Vec::new() };
    let span = |span: &mediary_core::document::Span| SpanBody {
        row: span.row,
        column: span.column,
        rows: span.rows,
        columns: span.columns,
    };
    table.spans.iter().map(span).collect()
}

fn item(item: &mediary_core::document::ListItem) -> ItemBody {
    ItemBody { depth: item.depth, marker: item.marker.clone(), text: item.text.clone() }
}

fn link(block: &Block, link: &Link) -> Option<LinkBody> {
    let piece = match &block.kind {
        BlockKind::List(items) => items.get(link.piece)?.text.as_str(),
        BlockKind::Table(table) => {
            let columns = table.columns().max(1);
            table.rows.get(link.piece / columns)?.get(link.piece % columns)?
        }
        BlockKind::Text
        | BlockKind::Heading { .. }
        | BlockKind::KeyValue(_)
        | BlockKind::Header
        | BlockKind::Footer
        | BlockKind::Code
        | BlockKind::Figure { .. }
        | BlockKind::Formula { .. }
        | BlockKind::Note { .. } => block.lines.get(link.piece)?.text.as_str(),
    };
    let text = piece.get(link.start..link.end)?.to_owned();
    let (url, note) = match &link.to {
        LinkTarget::Address(address) => (Some(address.clone()), None),
        LinkTarget::Note(label) => (None, Some(label.clone())),
    };
    Some(LinkBody { text, url, note })
}

fn transcript<'a>(file_name: Option<&'a str>, reading: &'a Reading) -> Transcript<'a> {
    // Pages of files that came along are counted on.
    let is_alone = reading.attachments.is_empty();
    let page = |(number, outcome): (usize, &'a PageOutcome)| {
        let index = if is_alone { outcome.index } else { number };
        TranscriptPage { index, page: outcome.page.as_ref() }
    };
    Transcript {
        file_name,
        version: env!("CARGO_PKG_VERSION"),
        pages: reading.all_pages().into_iter().enumerate().map(page).collect(),
    }
}

fn word(word: &Word) -> WordBody {
    WordBody { text: word.text.clone(), bbox: corners(word.bbox), confidence: word.confidence.map(thousandths) }
}

fn attempt(attempt: &Attempt) -> AttemptBody {
    AttemptBody {
        engine: attempt.engine.clone(),
        outcome: attempt.outcome.name(),
        reason: attempt.reason.clone(),
        pages: attempt.pages.clone(),
        duration_ms: milliseconds(attempt.duration),
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Places to a tenth of a pixel.
fn corners(rect: Rect) -> [f32; 4] {
    [rect.left, rect.top, rect.right, rect.bottom].map(|value| (value * 10.0).round() / 10.0)
}

/// Confidences to a thousandth: more digits would pretend.
fn thousandths(value: f32) -> f32 {
    (value * 1_000.0).round() / 1_000.0
}
