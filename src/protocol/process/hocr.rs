//! A transcript as hOCR 1.2: XHTML that carries the place and the confidence of every word.
//!
//! Every block is a content area of one paragraph; kinds of blocks are not told apart. Pure; the
//! door that was asked for `hocr` calls it.

use mediary_core::document::Page;

use super::xml::{Attributes, Direction, Paragraph, PixelBox, Transcript, TranscriptPage, Xml, certainty, paragraphs};

/// What readers of the document may expect to find in it.
const CAPABILITIES: &str = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf ocrp_dir";

/// The document as hOCR.
///
/// Boxes are taken to be in the page as it was sent, so the text of a page that was turned before it
/// was read gets the angle. A page that was not read is empty, with the reason in a comment.
#[must_use]
pub(super) fn hocr(transcript: &Transcript<'_>) -> String {
    let mut xml = Xml::new();
    xml.doctype("html");
    xml.element("html", vec![("xmlns", "http://www.w3.org/1999/xhtml".to_owned())], |xml| {
        xml.element("head", vec![], |xml| head(xml, transcript));
        xml.element("body", vec![], |xml| {
            for page in &transcript.pages {
                whole_page(xml, transcript.file_name, page);
            }
        });
    });
    xml.finish()
}

fn head(xml: &mut Xml, transcript: &Transcript<'_>) {
    let engines = transcript.engines().join(", ");
    let engines = if engines.is_empty() { engines } else { format!(" ({engines})") };
    // A browser that reads this as HTML would take an empty title's end for its text.
    xml.leaf("title", vec![], transcript.file_name.filter(|name| !name.is_empty()).unwrap_or("document"));
    xml.empty("meta", vec![("charset", "utf-8".to_owned())]);
    let mut meta = |name: &str, content: String| {
        xml.empty("meta", vec![("name", name.to_owned()), ("content", content)]);
    };
    meta("ocr-system", format!("Mediary {}{engines}", transcript.version));
    meta("ocr-capabilities", CAPABILITIES.to_owned());
    // The format means the pages that follow here, not those that the file has.
    meta("ocr-number-of-pages", transcript.pages.len().to_string());
    for unknown in ["ocr-langs", "ocr-scripts"] {
        meta(unknown, "unknown".to_owned());
    }
}

fn whole_page(xml: &mut Xml, file_name: Option<&str>, TranscriptPage { index, page }: &TranscriptPage<'_>) {
    let mut properties: Vec<String> = Vec::new();
    if let Some(name) = file_name.filter(|name| !name.is_empty()) {
        properties.push(format!("image \"{}\"", path(name)));
    }
    let place = page.map_or(PixelBox { left: 0, top: 0, right: 0, bottom: 0 }, PixelBox::whole);
    properties.extend([bbox(place), format!("ppageno {index}")]);
    if let Some(dpi) = page.ok().and_then(|page| page.dpi) {
        properties.push(format!("scan_res {dpi} {dpi}"));
    }
    let number = index + 1;
    let attributes = marked("ocr_page", format!("page_{number}"), &properties);
    xml.element("div", attributes, |xml| match page {
        Ok(page) => {
            for (place, paragraph) in (1..).zip(&paragraphs(page)) {
                area(xml, page, paragraph, &format!("{number}_{place}"));
            }
        }
        Err(failure) => xml.comment(&format!("page {number} was not read: {failure}")),
    });
}

fn area(xml: &mut Xml, page: &Page, paragraph: &Paragraph<'_>, id: &str) {
    let place = [bbox(PixelBox::on(page, paragraph.block.bbox))];
    xml.element("div", marked("ocr_carea", format!("block_{id}"), &place), |xml| {
        let mut attributes = marked("ocr_par", format!("par_{id}"), &place);
        if paragraph.direction == Direction::RightToLeft {
            attributes.push(("dir", "rtl".to_owned()));
        }
        xml.element("p", attributes, |xml| lines(xml, page, paragraph, id));
    });
}

fn lines(xml: &mut Xml, page: &Page, paragraph: &Paragraph<'_>, id: &str) {
    for (place, (line, words)) in (1..).zip(&paragraph.lines) {
        let id = format!("{id}_{place}");
        let mut properties = vec![bbox(PixelBox::on(page, line.bbox))];
        if page.rotation_deg != 0 {
            properties.push(format!("textangle {}", page.rotation_deg));
        }
        if words.is_empty() {
            properties.extend(confidence(line.confidence));
        }
        xml.running("span", marked("ocr_line", format!("line_{id}"), &properties), |xml| {
            if words.is_empty() {
                xml.text(line.text.trim());
            }
            for (place, word) in (1..).zip(words) {
                if word.after_space {
                    xml.text(" ");
                }
                let mut properties = vec![bbox(PixelBox::on(page, word.bbox))];
                properties.extend(confidence(word.confidence));
                xml.leaf("span", marked("ocrx_word", format!("word_{id}_{place}"), &properties), word.text);
            }
        });
    }
}

/// The attributes of an element that means something in hOCR.
fn marked(class: &str, id: String, properties: &[String]) -> Attributes {
    vec![("class", class.to_owned()), ("id", id), ("title", properties.join("; "))]
}

fn bbox(PixelBox { left, top, right, bottom }: PixelBox) -> String {
    format!("bbox {left} {top} {right} {bottom}")
}

fn confidence(confidence: Option<f32>) -> Option<String> {
    certainty(confidence).map(|confidence| format!("x_wconf {:.0}", confidence * 100.0))
}

/// A file name as properties can carry it. They are plain ASCII between double quotes, and programs
/// that read them cut at every semicolon, quoted or not; such characters are written as in URLs.
fn path(name: &str) -> String {
    let mut path = String::new();
    for byte in name.bytes() {
        match byte {
            b'"' | b';' | b'%' | b'\\' | 0..b' ' | 0x7F.. => path.push_str(&format!("%{byte:02X}")),
            plain => path.push(char::from(plain)),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::super::xml::tests::{check, golden, transcripts};
    use super::*;

    const GRAMMAR: &[(&str, &[&str])] = &[
        ("html", &["head", "body"]),
        ("head", &["title", "meta"]),
        ("title", &[]),
        ("meta", &[]),
        ("body", &["div.ocr_page"]),
        ("div.ocr_page", &["div.ocr_carea"]),
        ("div.ocr_carea", &["p.ocr_par"]),
        ("p.ocr_par", &["span.ocr_line"]),
        ("span.ocr_line", &["span.ocrx_word"]),
        ("span.ocrx_word", &[]),
    ];

    #[test]
    fn transcripts_are_told_in_hocr() {
        for (name, transcript) in transcripts() {
            let written = hocr(&transcript);
            let elements = check(&written, "id", GRAMMAR);
            for element in elements.iter().filter(|element| element.has("class")) {
                let [left, top, right, bottom] = numbers(element.value("title"), "bbox")[..] else {
                    panic!("{name}: {element:?} has no place");
                };
                assert!(left <= right && top <= bottom, "{name}: {element:?}");
                let confidences = numbers(element.value("title"), "x_wconf");
                assert!(confidences.iter().all(|confidence| *confidence <= 100), "{name}: {element:?}");
            }
            let pages: Vec<_> = elements.iter().filter(|element| element.name == "div.ocr_page").collect();
            let expected: Vec<u32> = transcript.pages.iter().map(|page| page.index as u32).collect();
            let numbered: Vec<u32> = pages.iter().flat_map(|page| numbers(page.value("title"), "ppageno")).collect();
            assert_eq!(numbered, expected, "{name}");
            golden("hocr", name, &written);
        }
    }

    #[test]
    fn file_names_cannot_break_out_of_their_property() {
        let rows = [
            ("scan 1.pdf", "scan 1.pdf"),
            ("a\"; bbox 0 0 9 9", "a%22%3B bbox 0 0 9 9"),
            ("50%.png", "50%25.png"),
            ("\u{e4}\n", "%C3%A4%0A"),
        ];
        for (name, expected) in rows {
            assert_eq!(path(name), expected);
        }
    }

    /// The numbers of one property of a title; none if it is not there.
    fn numbers(title: &str, property: &str) -> Vec<u32> {
        let properties = title.split("; ").filter_map(|entry| entry.split_once(' '));
        let values = properties.filter(|(name, _)| *name == property).flat_map(|(_, values)| values.split(' '));
        values.map(|value| value.parse().unwrap()).collect()
    }
}
