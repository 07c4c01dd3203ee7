//! A transcript as ALTO 4.4: the XML in which libraries keep places and confidences of read text.
//!
//! Measures in pixels; kinds of blocks are not told apart. Pure; the door that was asked for `alto`
//! calls it.

use mediary_core::Failure;
use mediary_core::document::{Line, Page, Rect};

use super::xml::{
    Attributes, Direction, Paragraph, PixelBox, Spaced, Transcript, TranscriptPage, Xml, certainty, paragraphs,
};

const NAMESPACE: &str = "http://www.loc.gov/standards/alto/ns-v4#";
const SCHEMA: &str = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd";

/// The document as ALTO.
///
/// Boxes are taken to be in the page as it was sent, so a page that was turned before it was read
/// gets its rotation. A page that was not read is without print space, and its quality says so.
#[must_use]
pub(super) fn alto(transcript: &Transcript<'_>) -> String {
    let mut xml = Xml::new();
    let attributes = vec![
        ("xmlns", NAMESPACE.to_owned()),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance".to_owned()),
        ("xsi:schemaLocation", format!("{NAMESPACE} {SCHEMA}")),
        ("SCHEMAVERSION", "4.4".to_owned()),
    ];
    let engines = transcript.engines();
    xml.element("alto", attributes, |xml| {
        xml.element("Description", vec![], |xml| description(xml, transcript, &engines));
        xml.element("Layout", vec![], |xml| {
            for page in &transcript.pages {
                match page.page {
                    Ok(read) => read_page(xml, page, read, &engines),
                    Err(failure) => unread_page(xml, page, failure),
                }
            }
        });
    });
    xml.finish()
}

fn description(xml: &mut Xml, transcript: &Transcript<'_>, engines: &[&str]) {
    xml.leaf("MeasurementUnit", vec![], "pixel");
    if let Some(name) = transcript.file_name {
        xml.element("sourceImageInformation", vec![], |xml| xml.leaf("fileName", vec![], name));
    }
    for (place, engine) in engines.iter().enumerate() {
        processing(xml, processing_id(place), transcript.version, Some(engine));
    }
    if engines.is_empty() {
        processing(xml, processing_id(0), transcript.version, None);
    }
}

fn processing(xml: &mut Xml, id: String, version: &str, engine: Option<&str>) {
    xml.element("OCRProcessing", vec![("ID", id)], |xml| {
        xml.element("ocrProcessingStep", vec![], |xml| {
            if let Some(engine) = engine {
                xml.leaf("processingStepSettings", vec![], &format!("engine {engine}"));
            }
            xml.element("processingSoftware", vec![], |xml| {
                xml.leaf("softwareName", vec![], "Mediary");
                xml.leaf("softwareVersion", vec![], version);
            });
        });
    });
}

fn processing_id(place: usize) -> String {
    format!("processing_{}", place + 1)
}

fn read_page(xml: &mut Xml, TranscriptPage { index, .. }: &TranscriptPage<'_>, page: &Page, engines: &[&str]) {
    let number = index + 1;
    let place = PixelBox::whole(page);
    let mut attributes = page_attributes(number);
    attributes.extend([("HEIGHT", place.height().to_string()), ("WIDTH", place.width().to_string())]);
    let engine = engines.iter().position(|engine| *engine == page.engine);
    attributes.extend(engine.map(|engine| ("PROCESSING", processing_id(engine))));
    attributes.extend(certainty(page.confidence).map(|confidence| ("PC", thousandths(confidence))));
    if page.rotation_deg != 0 {
        attributes.push(("ROTATION", page.rotation_deg.to_string()));
    }
    xml.element("Page", attributes, |xml| {
        let paragraphs = paragraphs(page);
        if paragraphs.is_empty() {
            return xml.empty("PrintSpace", placed(place));
        }
        xml.element("PrintSpace", placed(place), |xml| {
            for (place, paragraph) in (1..).zip(&paragraphs) {
                block(xml, page, paragraph, &format!("{number}_{place}"));
            }
        });
    });
}

fn unread_page(xml: &mut Xml, TranscriptPage { index, .. }: &TranscriptPage<'_>, failure: &Failure) {
    let mut attributes = page_attributes(index + 1);
    attributes.extend([("QUALITY", "Missing".to_owned()), ("QUALITY_DETAIL", failure.to_string())]);
    xml.empty("Page", attributes);
}

fn page_attributes(number: usize) -> Attributes {
    vec![("ID", format!("page_{number}")), ("PHYSICAL_IMG_NR", number.to_string())]
}

fn block(xml: &mut Xml, page: &Page, paragraph: &Paragraph<'_>, id: &str) {
    let mut attributes = identified(format!("block_{id}"), PixelBox::on(page, paragraph.block.bbox));
    if paragraph.direction == Direction::RightToLeft {
        attributes.push(("BASEDIRECTION", "rtl".to_owned()));
    }
    xml.element("TextBlock", attributes, |xml| {
        for (place, (line, words)) in (1..).zip(&paragraph.lines) {
            let id = format!("{id}_{place}");
            let attributes = identified(format!("line_{id}"), PixelBox::on(page, line.bbox));
            xml.element("TextLine", attributes, |xml| text_line(xml, page, line, words, &id));
        }
    });
}

/// The words of a line. A line whose words are not known is one string, which has at least a place.
fn text_line(xml: &mut Xml, page: &Page, line: &Line, words: &[Spaced<'_>], id: &str) {
    if words.is_empty() {
        return string(xml, page, (line.text.trim(), line.bbox, line.confidence), format!("string_{id}_1"));
    }
    let mut before: Option<PixelBox> = None;
    for (place, word) in (1..).zip(words) {
        let bbox = PixelBox::on(page, word.bbox);
        if word.after_space {
            let gap = before.and_then(|before| before.between(bbox));
            xml.empty("SP", gap.map(placed).unwrap_or_default());
        }
        string(xml, page, (word.text, word.bbox, word.confidence), format!("string_{id}_{place}"));
        before = Some(bbox);
    }
}

fn string(xml: &mut Xml, page: &Page, (text, bbox, confidence): (&str, Rect, Option<f32>), id: String) {
    let mut attributes = identified(id, PixelBox::on(page, bbox));
    attributes.push(("CONTENT", text.to_owned()));
    attributes.extend(certainty(confidence).map(|confidence| ("WC", thousandths(confidence))));
    xml.empty("String", attributes);
}

fn identified(id: String, place: PixelBox) -> Attributes {
    let mut attributes = vec![("ID", id)];
    attributes.extend(placed(place));
    attributes
}

fn placed(place: PixelBox) -> Attributes {
    vec![
        ("HPOS", place.left.to_string()),
        ("VPOS", place.top.to_string()),
        ("WIDTH", place.width().to_string()),
        ("HEIGHT", place.height().to_string()),
    ]
}

/// Confidences to a thousandth: more digits would pretend.
fn thousandths(confidence: f32) -> String {
    ((confidence * 1_000.0).round() / 1_000.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::xml::tests::{check, golden, transcripts};
    use super::*;

    const GRAMMAR: &[(&str, &[&str])] = &[
        ("alto", &["Description", "Layout"]),
        ("Description", &["MeasurementUnit", "sourceImageInformation", "OCRProcessing"]),
        ("MeasurementUnit", &[]),
        ("sourceImageInformation", &["fileName"]),
        ("fileName", &[]),
        ("OCRProcessing", &["ocrProcessingStep"]),
        ("ocrProcessingStep", &["processingStepSettings", "processingSoftware"]),
        ("processingStepSettings", &[]),
        ("processingSoftware", &["softwareName", "softwareVersion"]),
        ("softwareName", &[]),
        ("softwareVersion", &[]),
        ("Layout", &["Page"]),
        ("Page", &["PrintSpace"]),
        ("PrintSpace", &["TextBlock"]),
        ("TextBlock", &["TextLine"]),
        ("TextLine", &["String", "SP"]),
        ("String", &[]),
        ("SP", &[]),
    ];

    #[test]
    fn transcripts_are_told_in_alto() {
        for (name, transcript) in transcripts() {
            let written = alto(&transcript);
            let elements = check(&written, "ID", GRAMMAR);
            for element in &elements {
                let required: &[&str] = match element.name.as_str() {
                    "OCRProcessing" => &["ID"],
                    "Page" => &["ID", "PHYSICAL_IMG_NR"],
                    "PrintSpace" => &["HPOS", "VPOS", "WIDTH", "HEIGHT"],
                    "TextBlock" | "TextLine" => &["ID", "HPOS", "VPOS", "WIDTH", "HEIGHT"],
                    "String" => &["ID", "CONTENT", "HPOS", "VPOS", "WIDTH", "HEIGHT"],
                    _ => &[],
                };
                assert!(required.iter().all(|attribute| element.has(attribute)), "{name}: {element:?}");
                for attribute in ["HPOS", "VPOS", "WIDTH", "HEIGHT", "PHYSICAL_IMG_NR"] {
                    assert!(!element.has(attribute) || element.value(attribute).parse::<u32>().is_ok(), "{element:?}");
                }
                for attribute in ["WC", "PC"].into_iter().filter(|attribute| element.has(attribute)) {
                    let confidence: f32 = element.value(attribute).parse().unwrap();
                    assert!((0.0..=1.0).contains(&confidence), "{name}: {element:?}");
                }
                if element.has("PROCESSING") {
                    let id = element.value("PROCESSING");
                    assert!(elements.iter().any(|other| other.has("ID") && other.value("ID") == id), "{name}: {id}");
                }
            }
            let pages = elements.iter().filter(|element| element.name == "Page").count();
            assert_eq!(pages, transcript.pages.len(), "{name}");
            golden("alto", name, &written);
        }
    }
}
