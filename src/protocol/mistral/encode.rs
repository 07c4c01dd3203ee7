//! A reading becomes an answer.

use mediary_core::Failure;
use mediary_core::document::{Block, BlockKind, Link, LinkTarget, Page, Source};
use mediary_layout::{Relation, figure_name, relations, table_to_gfm, table_to_html, to_markdown, to_one_line};

use super::scores;
use super::wire::{
    Granularity, OcrBlock, OcrDimensions, OcrImage, OcrPage, OcrResponse, OcrTable, OcrUsage, OcrWordScore, TableFormat,
};
use crate::gateway::{Attached, FigureChoice, Reading};

/// What an image that names no resolution is taken to have: a pixel is a point.
const UNKNOWN_DPI: u32 = 72;

/// Writes answers in the form one request asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OcrEncoder {
    /// Tables apart from the text, in this form.
    pub tables: Option<TableFormat>,
    /// What is printed above the text apart from it.
    pub header: bool,
    /// What is printed below the text apart from it.
    pub footer: bool,
    /// Blocks and their places.
    pub blocks: bool,
    /// Confidences, so closely.
    pub scores: Option<Granularity>,
    /// Which figures are named, and given with their places.
    pub figures: FigureChoice,
}

/// How a text names a figure: as Mistral does, for clients look for exactly that to put the picture there.
pub(super) fn image_link(id: &str) -> String {
    format!("![{id}]({id})")
}

impl OcrEncoder {
    /// The answer for a document.
    ///
    /// # Errors
    /// What the first page failed with that could not be read: this format cannot say that of a page, and leaving it
    /// out would hide it.
    pub fn answer(&self, reading: &Reading) -> Result<OcrResponse, Failure> {
        let mut written = Written::default();
        self.add(reading, None, &mut written)?;
        Ok(OcrResponse {
            model: written.engines.join("+"),
            document_annotation: None,
            usage_info: OcrUsage {
                pages_processed: written.pages.len(),
                doc_size_bytes: reading.media.blob.len_bytes(),
            },
            pages: written.pages,
        })
    }

    /// Adds the pages of a document, then those of the files that came with it, each under its name. The format knows
    /// nothing of files within files, so that one which could not be read is a page that says so.
    fn add(&self, reading: &Reading, name: Option<&str>, written: &mut Written) -> Result<(), Failure> {
        let mut title = name.map(|name| format!("# {name}"));
        let before = written.total_pages;
        for outcome in &reading.pages {
            let page = outcome.page.as_ref().map_err(|failure| unread(outcome.index, failure))?;
            if !written.engines.contains(&page.engine) {
                written.engines.push(page.engine.clone());
            }
            let is_text = reading.is_plain_text();
            let (tables, figures) = (&mut written.tables, &mut written.figures);
            let writer = PageWriter { form: self, page, is_text, title: title.take(), tables, figures };
            let page = writer.write();
            written.pages.push(OcrPage { index: before + page.index, ..page });
        }
        written.total_pages += reading.total_pages;
        for Attached { name, result } in &reading.attachments {
            match result {
                Ok(attached) => self.add(attached, Some(name), written)?,
                Err(failure) => {
                    let title = Some(format!("# {name}\n\n(this file could not be read: {})", failure.detail));
                    let page = empty_page();
                    let (tables, figures) = (&mut written.tables, &mut written.figures);
                    let writer = PageWriter { form: self, page: &page, is_text: false, title, tables, figures };
                    let page = writer.write();
                    written.pages.push(OcrPage { index: written.total_pages, ..page });
                    written.total_pages += 1;
                }
            }
        }
        Ok(())
    }
}

/// An answer in the making.
#[derive(Default)]
struct Written {
    pages: Vec<OcrPage>,
    engines: Vec<String>,
    /// How many tables were given apart so far.
    tables: usize,
    /// How many figures were named so far.
    figures: usize,
    /// How many pages the documents so far have, selected or not.
    total_pages: usize,
}

fn empty_page() -> Page {
    Page {
        index: 0,
        source: Source::TextLayer,
        engine: String::new(),
        confidence: None,
        width_px: 0,
        height_px: 0,
        dpi: None,
        rotation_deg: 0,
        blocks: Vec::new(),
    }
}

fn unread(index: usize, failure: &Failure) -> Failure {
    let detail = format!(
        "page {index} was not read: {}; select others with `pages`, or use /v1/ocr/process, which tells of each page \
         how it went",
        failure.detail
    );
    Failure::new(failure.kind.clone(), detail)
}

/// Writes one page.
struct PageWriter<'a> {
    form: &'a OcrEncoder,
    page: &'a Page,
    /// A text file is its own answer; it may be Markdown already.
    is_text: bool,
    /// What stands above it: the name of the file that it begins.
    title: Option<String>,
    /// How many tables were given apart so far, in the whole document.
    tables: &'a mut usize,
    /// How many figures were named so far, likewise.
    figures: &'a mut usize,
}

impl PageWriter<'_> {
    fn write(mut self) -> OcrPage {
        let page = self.page;
        let wants_words = self.form.scores == Some(Granularity::Word);
        let mut markdown = self.title.take().unwrap_or_default();
        let mut length_chars = markdown.chars().count();
        let (mut tables, mut headers, mut footers) = (Vec::new(), Vec::new(), Vec::new());
        let (mut blocks, mut words, mut images) = (Vec::new(), Vec::new(), Vec::new());
        for (block, relation) in page.blocks.iter().zip(relations(&page.blocks)) {
            let image = self.image(block);
            let mut text = match &image {
                Some(image) => image_link(&image.id),
                None if is_placed_figure(block) => String::new(),
                None if self.is_text => block.text(),
                None => to_markdown(std::slice::from_ref(block)),
            };
            images.extend(image);
            let table = self.table(block);
            blocks.push(self.block(block, relation, &text, table.as_ref()));
            match &block.kind {
                BlockKind::Header if self.form.header => {
                    headers.push(to_one_line(block));
                    continue;
                }
                BlockKind::Footer if self.form.footer => {
                    footers.push(to_one_line(block));
                    continue;
                }
                _ => {}
            }
            if text.is_empty() {
                continue;
            }
            if !markdown.is_empty() {
                markdown.push_str("\n\n");
                length_chars += 2;
            }
            match table {
                Some(table) => {
                    text = format!("[{id}]({id})", id = table.id);
                    tables.push(table);
                }
                None if wants_words => words.extend(scores::of_words(block, &text, length_chars)),
                None => {}
            }
            length_chars += text.chars().count();
            markdown.push_str(&text);
        }
        let words: Option<Vec<OcrWordScore>> = wants_words.then_some(words);
        OcrPage {
            index: page.index,
            markdown,
            images,
            tables,
            hyperlinks: addresses(&page.blocks),
            header: joined(&headers),
            footer: joined(&footers),
            dimensions: dimensions(page),
            confidence_scores: self.form.scores.and_then(|_| scores::of_page(page, words)),
            blocks: self.form.blocks.then_some(blocks),
        }
    }

    /// The block as a table of its own, if it is one and they are given apart.
    fn table(&mut self, block: &Block) -> Option<OcrTable> {
        let (BlockKind::Table(table), Some(format)) = (&block.kind, self.form.tables) else { return None };
        let (extension, content) = match format {
            TableFormat::Markdown => ("md", table_to_gfm(table, &block.links)),
            TableFormat::Html => ("html", table_to_html(table, &block.links)),
        };
        let id = format!("tbl-{}.{extension}", self.tables);
        *self.tables += 1;
        let wants_words = self.form.scores == Some(Granularity::Word);
        let word_confidence_scores = wants_words.then(|| scores::of_words(block, &content, 0));
        Some(OcrTable { id, content, format, word_confidence_scores })
    }

    /// The figure, if the block is one that has a place and is wanted.
    fn image(&mut self, block: &Block) -> Option<OcrImage> {
        let is_wanted = is_placed_figure(block) && self.form.figures.takes(&block.bbox, *self.figures);
        is_wanted.then(|| {
            let id = figure_name(*self.figures);
            *self.figures += 1;
            OcrImage {
                id,
                top_left_x: pixel(block.bbox.left.floor()),
                top_left_y: pixel(block.bbox.top.floor()),
                bottom_right_x: pixel(block.bbox.right.ceil()),
                bottom_right_y: pixel(block.bbox.bottom.ceil()),
                image_base64: None,
                image_annotation: None,
            }
        })
    }

    fn block(&self, block: &Block, relation: Relation, text: &str, table: Option<&OcrTable>) -> OcrBlock {
        let (r#type, content) = match &block.kind {
            BlockKind::Text if relation.caption_of.is_some() => ("caption", text.to_owned()),
            BlockKind::Formula { .. } => ("equation", block.text()),
            BlockKind::Text | BlockKind::KeyValue(_) | BlockKind::Note { .. } => ("text", text.to_owned()),
            BlockKind::Code => ("code", text.to_owned()),
            BlockKind::Figure { .. } => ("image", text.to_owned()),
            BlockKind::Heading { .. } => ("title", to_one_line(block)),
            BlockKind::List(_) => ("list", text.to_owned()),
            BlockKind::Table(_) => ("table", table.map_or(text, |table| table.content.as_str()).to_owned()),
            BlockKind::Header => ("header", to_one_line(block)),
            BlockKind::Footer => ("footer", to_one_line(block)),
        };
        OcrBlock {
            r#type,
            content,
            top_left_x: pixel(block.bbox.left.floor()),
            top_left_y: pixel(block.bbox.top.floor()),
            bottom_right_x: pixel(block.bbox.right.ceil()),
            bottom_right_y: pixel(block.bbox.bottom.ceil()),
            table_id: table.map(|table| table.id.clone()),
            confidence_scores: (self.form.scores == Some(Granularity::Block)).then(|| scores::of_block(block)),
        }
    }
}

fn is_placed_figure(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Figure { number: Some(_), .. })
}

/// The addresses that a page's links lead to, each once.
fn addresses(blocks: &[Block]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for Link { to, .. } in blocks.iter().flat_map(|block| &block.links) {
        match to {
            LinkTarget::Address(address) if !found.contains(address) => found.push(address.clone()),
            LinkTarget::Address(_) | LinkTarget::Note(_) => {}
        }
    }
    found
}

fn joined(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join("\n"))
}

fn dimensions(page: &Page) -> Option<OcrDimensions> {
    let (height, width) = (page.height_px, page.width_px);
    (height > 0 && width > 0).then(|| OcrDimensions { dpi: page.dpi.unwrap_or(UNKNOWN_DPI), height, width })
}

/// Boxes lie within their pages but for a rounding error, and casts of floats end at the ends of the type.
fn pixel(place: f32) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mediary_core::document::{Line, Rect, Source, Table, Word};
    use mediary_core::{Blob, Claim, FailureKind, classify};
    use serde_json::{Value, json};

    use super::*;
    use crate::gateway::PageOutcome;

    const ALL: FigureChoice = FigureChoice { most: None, least_side_px: 0 };
    const PLAIN: OcrEncoder =
        OcrEncoder { tables: None, header: false, footer: false, blocks: false, scores: None, figures: ALL };

    fn line(text: &str, confidence: Option<f32>) -> Line {
        let word = |word: &str| Word { text: word.to_owned(), bbox: Rect::default(), confidence };
        let words = text.split(' ').map(word).collect();
        // Lines without a place are never joined.
        let bbox = Rect { left: 1.5, top: 2.5, right: 30.2, bottom: 40.0 };
        Line { text: text.to_owned(), bbox, confidence, words }
    }

    fn block(kind: BlockKind, lines: &[(&str, f32)]) -> Block {
        let bbox = Rect { left: 1.5, top: 2.5, right: 30.2, bottom: 40.0 };
        Block {
            kind,
            bbox,
            lines: lines.iter().map(|(text, sure)| line(text, Some(*sure))).collect(),
            links: Vec::new(),
        }
    }

    fn page() -> Page {
        let table = Table { rows: vec![vec!["Tea".into(), "2".into()]], ..Table::default() };
        let blocks = vec![
            block(BlockKind::Header, &[("Ledger 7", 0.9)]),
            block(BlockKind::Heading { level: 1 }, &[("Größe *", 0.8)]),
            block(BlockKind::Text, &[("a hy-", 0.9), ("phen and", 0.7)]),
            block(BlockKind::Table(table), &[("Tea 2", 0.6)]),
            block(BlockKind::Footer, &[("page 1", 0.9)]),
        ];
        let confidence = Page::confidence_of(&blocks);
        Page {
            index: 3,
            source: Source::Ocr,
            engine: "local/paddleocr".to_owned(),
            confidence,
            width_px: 100,
            height_px: 200,
            dpi: None,
            rotation_deg: 0,
            blocks,
        }
    }

    fn reading(pages: Vec<Result<Page, Failure>>) -> Reading {
        let media = classify(Blob::in_memory(b"%PDF-1.4\n".to_vec()), Claim::default()).unwrap();
        let outcome = |(index, page): (usize, Result<Page, Failure>)| match page {
            Ok(page) => {
                let mut outcome = PageOutcome::read(page);
                outcome.index = index;
                outcome
            }
            Err(failure) => PageOutcome::failed(index, failure),
        };
        Reading {
            media,
            total_pages: pages.len(),
            pages: pages.into_iter().enumerate().map(outcome).collect(),
            attachments: Vec::new(),
            attempts: Vec::new(),
            duration: Duration::ZERO,
            cached: false,
            facts: None,
        }
    }

    fn written(form: OcrEncoder) -> Value {
        let answer = form.answer(&reading(vec![Ok(page())])).unwrap();
        serde_json::to_value(answer).unwrap()["pages"][0].take()
    }

    #[test]
    fn a_page_has_its_text_and_size() {
        let text = "Ledger 7\n\n# Größe \\*\n\na hyphen and\n\n|  |  |\n| --- | --- |\n| Tea | 2 |\n\npage 1";
        let expected = json!({
            "index": 3, "markdown": text, "images": [], "tables": [], "hyperlinks": [], "header": null, "footer": null,
            "dimensions": { "dpi": 72, "height": 200, "width": 100 }, "confidence_scores": null, "blocks": null
        });
        assert_eq!(written(PLAIN), expected);
    }

    #[test]
    fn parts_are_given_apart_on_request() {
        let form = OcrEncoder { tables: Some(TableFormat::Html), header: true, footer: true, blocks: true, ..PLAIN };
        let page = written(form);
        assert_eq!(page["markdown"], "# Größe \\*\n\na hyphen and\n\n[tbl-0.html](tbl-0.html)");
        assert_eq!((&page["header"], &page["footer"]), (&json!("Ledger 7"), &json!("page 1")));
        let html = page["tables"][0]["content"].as_str().unwrap();
        assert!(html.starts_with("<table>") && html.contains("<td>Tea</td>"), "{html}");
        assert_eq!((&page["tables"][0]["id"], &page["tables"][0]["format"]), (&json!("tbl-0.html"), &json!("html")));
        let blocks = page["blocks"].as_array().unwrap();
        let kinds: Vec<&str> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["header", "title", "text", "table", "footer"]);
        let expected = json!({
            "type": "title", "content": "Größe *", "top_left_x": 1, "top_left_y": 2, "bottom_right_x": 31,
            "bottom_right_y": 40
        });
        assert_eq!(blocks[1], expected);
        assert_eq!((&blocks[3]["content"], &blocks[3]["table_id"]), (&json!(html), &json!("tbl-0.html")));
        let page = written(OcrEncoder { tables: Some(TableFormat::Markdown), ..PLAIN });
        assert_eq!(page["tables"][0]["id"], "tbl-0.md");
        assert!(page["markdown"].as_str().unwrap().contains("[tbl-0.md](tbl-0.md)\n\npage 1"), "{page:#}");
    }

    #[test]
    fn tables_are_numbered_through_the_document() {
        let form = OcrEncoder { tables: Some(TableFormat::Html), ..PLAIN };
        let answer = form.answer(&reading(vec![Ok(page()), Ok(page())])).unwrap();
        let ids: Vec<&str> = answer.pages.iter().flat_map(|page| &page.tables).map(|table| table.id.as_str()).collect();
        assert_eq!(ids, ["tbl-0.html", "tbl-1.html"]);
    }

    #[test]
    fn figures_are_named_with_their_places_as_far_as_they_are_wanted() {
        let figure = |number: usize, side: f32| {
            let bbox = Rect { left: 10.5, top: 20.0, right: 10.5 + side, bottom: 20.2 + side };
            let kind = BlockKind::Figure { described: String::new(), number: Some(number) };
            Block { kind, ..Block::figure(bbox) }
        };
        let with_figures = |form: OcrEncoder| {
            let blocks = vec![figure(0, 50.0), figure(1, 9.0), figure(2, 60.0), figure(3, 70.0)];
            let answer = form.answer(&reading(vec![Ok(Page { blocks, ..page() })])).unwrap();
            serde_json::to_value(answer).unwrap()["pages"][0].take()
        };
        let page = with_figures(OcrEncoder { blocks: true, ..PLAIN });
        assert_eq!(page["images"].as_array().map(Vec::len), Some(4));
        let expected = json!({
            "id": "img-0.jpeg", "top_left_x": 10, "top_left_y": 20, "bottom_right_x": 61, "bottom_right_y": 71,
            "image_base64": null, "image_annotation": null
        });
        assert_eq!(page["images"][0], expected);
        assert_eq!(
            (&page["blocks"][3]["type"], &page["blocks"][3]["content"]),
            (&json!("image"), &json!(image_link("img-3.jpeg")))
        );
        let page = with_figures(OcrEncoder { figures: FigureChoice { most: Some(2), least_side_px: 10 }, ..PLAIN });
        assert_eq!(page["markdown"], "![img-0.jpeg](img-0.jpeg)\n\n![img-1.jpeg](img-1.jpeg)");
        assert_eq!(page["images"][1]["bottom_right_x"], 71, "the one of nine pixels is left out, and so is the last");
    }

    #[test]
    fn confidences_are_told_as_closely_as_asked() {
        let scores = |granularity| OcrEncoder { scores: Some(granularity), blocks: true, ..PLAIN };
        let page = written(scores(Granularity::Page));
        assert_eq!(page["confidence_scores"]["minimum_page_confidence_score"], json!(0.6_f32));
        assert!(page["confidence_scores"].get("word_confidence_scores").is_none(), "{page:#}");
        let page = written(scores(Granularity::Block));
        let expected = json!({
            "average_content_confidence_score": 0.777_f32, "minimum_content_confidence_score": 0.7_f32,
            "block_type_confidence_score": null
        });
        assert_eq!(page["blocks"][2]["confidence_scores"], expected);
        let page = written(scores(Granularity::Word));
        let markdown: Vec<char> = page["markdown"].as_str().unwrap().chars().collect();
        let words = page["confidence_scores"]["word_confidence_scores"].as_array().unwrap();
        let places: Vec<(&str, String)> = words
            .iter()
            .map(|word| {
                let (text, start) = (word["text"].as_str().unwrap(), word["start_index"].as_u64().unwrap() as usize);
                (text, markdown[start..].iter().take(text.chars().count()).collect())
            })
            .collect();
        let found = |text: &str| places.iter().find(|(word, _)| *word == text).map(|(_, there)| there.as_str());
        for word in ["Ledger", "7", "Größe", "a", "phen", "and", "Tea", "2", "page", "1"] {
            assert_eq!(found(word), Some(word), "{places:?}");
        }
        assert_eq!((found("hy-"), words.len()), (Some("hyp"), 12), "{places:?}");
        let apart = OcrEncoder { tables: Some(TableFormat::Html), ..scores(Granularity::Word) };
        let page = written(apart);
        let table = &page["tables"][0];
        let start = table["word_confidence_scores"][0]["start_index"].as_u64().unwrap() as usize;
        assert!(table["content"].as_str().unwrap()[start..].starts_with("Tea"), "{table:#}");
        assert_eq!(page["confidence_scores"]["word_confidence_scores"].as_array().unwrap().len(), 10);
    }

    #[test]
    fn a_documents_own_characters_have_no_confidence() {
        let own = |mut page: Page| {
            let lines = page.blocks.iter_mut().flat_map(|block| &mut block.lines);
            lines.flat_map(|line| &mut line.words).for_each(|word| word.confidence = None);
            Page { confidence: None, engine: "text-layer".to_owned(), ..page }
        };
        let form = OcrEncoder { scores: Some(Granularity::Word), ..PLAIN };
        let answer = form.answer(&reading(vec![Ok(own(page())), Ok(page()), Ok(own(page()))])).unwrap();
        assert!(answer.pages[0].confidence_scores.is_none());
        assert_eq!((answer.model.as_str(), answer.usage_info.pages_processed), ("text-layer+local/paddleocr", 3));
    }

    #[test]
    fn a_page_that_failed_is_not_left_out() {
        let failed = Failure::new(FailureKind::TimedOut, "too slow");
        let failure = PLAIN.answer(&reading(vec![Ok(page()), Err(failed)])).unwrap_err();
        assert_eq!(failure.kind, FailureKind::TimedOut);
        assert!(failure.detail.starts_with("page 1 was not read: too slow; "), "{failure}");
    }
}
