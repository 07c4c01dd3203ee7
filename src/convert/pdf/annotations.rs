//! What people put onto a page: values of form fields, free text, and where stamps are.
//!
//! PDFium draws them and leaves them out of the page's text. Notes that open on a click are not on the page and not
//! here.

use mediary_core::document::{Line, Rect, SetLine};
use pdfium_render::prelude::*;

/// More annotations than this are not looked at.
const MOST: usize = 5_000;

/// The lines of a page's annotations, with boxes as `to_pixels` gives them.
pub(super) fn lines(page: &PdfPage<'_>, to_pixels: impl Fn(&PdfRect) -> Rect) -> Vec<Line> {
    let mut lines = Vec::new();
    for annotation in page.annotations().iter().take(MOST) {
        if annotation.is_hidden() {
            continue;
        }
        let Ok(bounds) = annotation.bounds() else { continue };
        let Some(text) = text_of(&annotation) else { continue };
        let bbox = to_pixels(&bounds);
        let texts: Vec<&str> = text.split(['\r', '\n']).map(str::trim).filter(|text| !text.is_empty()).collect();
        let height = bbox.height() / texts.len().max(1) as f32;
        for (index, text) in texts.into_iter().enumerate() {
            let top = bbox.top + index as f32 * height;
            let bbox = Rect { top, bottom: top + height, ..bbox };
            lines.push(Line { text: text.to_owned(), bbox, confidence: None, words: Vec::new() });
        }
    }
    lines
}

fn text_of(annotation: &PdfPageAnnotation<'_>) -> Option<String> {
    if let Some(field) = annotation.as_form_field() {
        return value_of(field);
    }
    let is_free_text = annotation.annotation_type() == PdfPageAnnotationType::FreeText;
    annotation.contents().filter(|text| is_free_text && !text.trim().is_empty())
}

/// What a field shows; a box that is ticked shows a tick.
fn value_of(field: &PdfFormField<'_>) -> Option<String> {
    match field {
        PdfFormField::Text(text) if text.is_password() => None,
        PdfFormField::Text(text) => text.value(),
        PdfFormField::ComboBox(combo) => combo.value(),
        PdfFormField::ListBox(list) => list.value(),
        PdfFormField::Checkbox(checkbox) => checkbox.is_checked().ok().map(|is| ticked(is).to_owned()),
        PdfFormField::RadioButton(radio) => radio.is_checked().ok().map(|is| ticked(is).to_owned()),
        PdfFormField::PushButton(_) | PdfFormField::Signature(_) | PdfFormField::Unknown(_) => None,
    }
}

fn ticked(is_ticked: bool) -> &'static str {
    if is_ticked { "[x]" } else { "[ ]" }
}

/// Where stamps are, in points. What they show is drawn, and read like a picture.
pub(super) fn stamps(page: &PdfPage<'_>) -> Vec<PdfRect> {
    let is_stamp = |annotation: &PdfPageAnnotation<'_>| {
        annotation.annotation_type() == PdfPageAnnotationType::Stamp && !annotation.is_hidden()
    };
    let all = page.annotations().iter().take(MOST);
    all.filter(is_stamp).filter_map(|annotation| annotation.bounds().ok()).collect()
}

/// Where something is drawn over the page that may hide what is beneath, in points.
pub(super) fn opaque(page: &PdfPage<'_>) -> Vec<PdfRect> {
    use PdfPageAnnotationType::{FileAttachment, Link, Popup, Squiggly, Strikeout, Text, Underline, Widget, XfaWidget};
    let hides_nothing = [FileAttachment, Link, Popup, Squiggly, Strikeout, Text, Underline, Widget, XfaWidget];
    let all = page.annotations().iter().take(MOST);
    let may_hide = |annotation: &PdfPageAnnotation<'_>| {
        !annotation.is_hidden() && !hides_nothing.contains(&annotation.annotation_type())
    };
    all.filter(may_hide).filter_map(|annotation| annotation.bounds().ok()).collect()
}

/// Puts lines among others: each after the one to its left in the same row, else before the first one below it.
///
/// A field is higher than its text, which is taken to have the page's usual height.
pub(super) fn insert(own: &mut Vec<SetLine>, lines: Vec<Line>) {
    let mut heights: Vec<f32> = own.iter().map(|own| own.line.bbox.height()).collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(f32::MAX);
    for mut line in lines {
        let above = ((line.bbox.height() - usual) / 2.0).max(0.0);
        line.bbox = Rect { top: line.bbox.top + above, bottom: line.bbox.bottom - above, ..line.bbox };
        let place = after_label(own, &line.bbox).or_else(|| {
            own.iter().position(|SetLine { line: other, .. }| {
                other.bbox.top >= line.bbox.bottom - 0.3 * line.bbox.height()
                    && other.bbox.left < line.bbox.right
                    && line.bbox.left < other.bbox.right
            })
        });
        let place = place.or_else(|| own.iter().position(|other| other.line.bbox.top >= line.bbox.bottom));
        own.insert(place.unwrap_or(own.len()), line.into());
    }
}

fn after_label(own: &[SetLine], bbox: &Rect) -> Option<usize> {
    let shares_row = |other: &Rect| {
        let shared = other.bottom.min(bbox.bottom) - other.top.max(bbox.top);
        shared > 0.4 * other.height().min(bbox.height()) && other.left < bbox.left
    };
    let left = own.iter().enumerate().filter(|(_, own)| shares_row(&own.line.bbox));
    left.max_by(|a, b| a.1.line.bbox.right.total_cmp(&b.1.line.bbox.right)).map(|(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left: f32, top: f32) -> Line {
        let bbox = Rect { left, top, right: left + 80.0, bottom: top + 20.0 };
        Line { text: text.to_owned(), bbox, confidence: None, words: Vec::new() }
    }

    #[test]
    fn values_stand_behind_their_labels_and_stamps_where_they_are() {
        let mut own: Vec<SetLine> =
            [line("title", 0.0, 0.0), line("name:", 0.0, 50.0), line("date:", 0.0, 100.0)].map(SetLine::from).into();
        insert(&mut own, vec![line("Ada", 100.0, 52.0), line("stamp", 0.0, 25.0), line("end", 0.0, 200.0)]);
        let texts: Vec<&str> = own.iter().map(|own| own.line.text.as_str()).collect();
        assert_eq!(texts, ["title", "stamp", "name:", "Ada", "date:", "end"]);
    }
}
