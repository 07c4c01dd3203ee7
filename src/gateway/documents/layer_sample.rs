//! Text that a document carries, held against what can be seen.
//!
//! Invisible text over a scan is another program's recognition: a good one is kept, which saves reading the page; a bad
//! or misplaced one is found out by its densest strip. Letters that are unlikely in any language may be mapped wrongly,
//! or be codes and abbreviations: some of their lines are read and compared.

use std::sync::Arc;

use mediary_core::Failure;
use mediary_core::document::{Line, Rect, TextLayer, agreement};

use super::engine::Picture;
use super::page_reader::PageReader;
use super::picture_parts;
use super::reading::AttemptLog;

/// Height of the strip, in inches.
const STRIP_INCHES: f32 = 2.0;
/// Less text than this proves nothing.
const ENOUGH_CHARACTERS: usize = 40;

/// Whether the layer says what the page shows, as far as a strip of it tells.
///
/// # Errors
/// When the whole document has to fail.
pub(super) async fn agrees(
    layer: &TextLayer,
    picture: &Picture,
    least: f32,
    reader: &mut PageReader<'_>,
    attempts: &mut AttemptLog,
) -> Result<bool, Failure> {
    let height = picture.raster.height() as f32;
    let strip = (picture.dpi.unwrap_or(200) as f32 * STRIP_INCHES).min(height);
    let own: Vec<&Line> = layer.lines.iter().map(|own| &own.line).collect();
    let Some(top) = densest(&own, strip, height) else { return Ok(false) };
    let mut inside: Vec<&Line> = own.into_iter().filter(|line| is_inside(line, top, top + strip)).collect();
    if inside.iter().map(|line| line.text.len()).sum::<usize>() < ENOUGH_CHARACTERS {
        return Ok(false);
    }
    let raster = picture.raster.part(0, top as u32, picture.raster.width(), strip as u32);
    let strip = Picture { raster: Arc::new(raster), words: false, is_whole: false, ..picture.clone() };
    let Some(read) = reader.part(&strip, attempts).await? else { return Ok(false) };
    // Both from top to bottom, so that columns do not count as disagreement.
    let mut blocks = read.moved(0.0, top);
    let mut seen: Vec<&Line> = blocks.iter_mut().flat_map(|block| &block.lines).collect();
    Ok(agreement(&in_rows(&mut inside), &in_rows(&mut seen)) >= least)
}

/// So many lines are read.
const SAMPLE_LINES: usize = 6;

/// Whether lines in fonts with unlikely letters say what the page shows, as far as some of them tell.
///
/// # Errors
/// When the whole document has to fail.
pub(super) async fn lines_agree(
    layer: &TextLayer,
    picture: &Picture,
    least: f32,
    reader: &mut PageReader<'_>,
    attempts: &mut AttemptLog,
) -> Result<bool, Failure> {
    let mut lines: Vec<&Line> =
        layer.unlikely.iter().filter_map(|place| layer.lines.get(*place)).map(|own| &own.line).collect();
    // The longest tell most.
    lines.sort_by_key(|line| std::cmp::Reverse(line.text.len()));
    lines.truncate(SAMPLE_LINES);
    let places: Vec<Rect> = lines.iter().map(|line| line.bbox).collect();
    let Some((raster, left, top)) = picture_parts::cut(&picture.raster, &places) else { return Ok(false) };
    let sample = Picture { raster: Arc::new(raster), words: false, is_whole: false, ..picture.clone() };
    let Some(read) = reader.part(&sample, attempts).await? else { return Ok(false) };
    let mut blocks = read.moved(left, top);
    let mut seen: Vec<&Line> = blocks.iter_mut().flat_map(|block| &block.lines).collect();
    Ok(agreement(&in_rows(&mut lines), &in_rows(&mut seen)) >= least.min(LIKENESS))
}

/// Lines of codes are read less surely than prose, and a wrong mapping agrees in next to nothing.
const LIKENESS: f32 = 0.6;

/// Where the strip with the most characters begins.
fn densest(lines: &[&Line], strip: f32, height: f32) -> Option<f32> {
    let characters = |top: f32| -> usize {
        lines.iter().filter(|line| is_inside(line, top, top + strip)).map(|line| line.text.len()).sum()
    };
    let starts = lines.iter().map(|line| line.bbox.top - 2.0).map(|top| top.min(height - strip).max(0.0));
    starts.max_by_key(|&top| characters(top))
}

fn is_inside(line: &Line, top: f32, bottom: f32) -> bool {
    line.bbox.top >= top && line.bbox.bottom <= bottom
}

/// The text of lines, row by row and from left to right: rows are lines whose middles are less than half a
/// line apart.
fn in_rows(lines: &mut [&Line]) -> String {
    let middle = |line: &Line| f32::midpoint(line.bbox.top, line.bbox.bottom);
    lines.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut text = String::new();
    let mut rest = &mut *lines;
    while let Some(first) = rest.first() {
        let end = middle(first) + first.bbox.height() / 2.0;
        let count = rest.iter().take_while(|line| middle(line) < end).count().max(1);
        let (row, below) = rest.split_at_mut(count);
        row.sort_by(|a, b| a.bbox.left.total_cmp(&b.bbox.left));
        row.iter().for_each(|line| text.push_str(&line.text));
        rest = below;
    }
    text
}

#[cfg(test)]
mod tests {
    use mediary_core::document::Rect;

    use super::*;

    fn line(text: &str, left: f32, top: f32) -> Line {
        let bbox = Rect { left, top, right: left + 100.0, bottom: top + 20.0 };
        Line { text: text.to_owned(), bbox, confidence: None, words: Vec::new() }
    }

    #[test]
    fn rows_are_read_across_columns() {
        let lines = [line("c", 0.0, 100.0), line("b", 300.0, 3.0), line("a", 0.0, 0.0), line("d", 300.0, 96.0)];
        assert_eq!(in_rows(&mut lines.iter().collect::<Vec<_>>()), "abcd");
    }

    #[test]
    fn the_strip_lies_where_most_text_is() {
        let lines =
            [line("short", 0.0, 50.0), line("a long line of text", 0.0, 500.0), line("another one", 0.0, 530.0)];
        let all: Vec<&Line> = lines.iter().collect();
        assert_eq!(densest(&all, 100.0, 1000.0), Some(498.0));
        assert_eq!(densest(&all, 100.0, 560.0), Some(460.0));
        assert_eq!(densest(&[], 100.0, 1000.0), None);
    }
}
