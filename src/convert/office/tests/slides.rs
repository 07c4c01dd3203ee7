//! Presentations of PowerPoint's own format.

use mediary_core::MediaFormat::Pptx;

use super::packing::{package, relations};
use super::pages;

fn shape(placeholder: &str, place: (u32, u32), paragraphs: &str) -> String {
    let placeholder = if placeholder.is_empty() { String::new() } else { format!("<p:ph type=\"{placeholder}\"/>") };
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"{}\" y=\"{}\"/></a:xfrm></p:spPr>\
         <p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp>",
        place.0, place.1
    )
}

fn said(properties: &str, text: &str) -> String {
    format!("<a:p><a:pPr {properties}</a:pPr><a:r><a:rPr/><a:t>{text}</a:t></a:r></a:p>")
}

fn slide(shapes: &str) -> String {
    format!(
        "<p:sld xmlns:p=\"p\" xmlns:a=\"a\" xmlns:r=\"r\"><p:cSld><p:spTree><p:grpSpPr/>{shapes}</p:spTree></p:cSld></p:sld>"
    )
}

fn pptx(slides: &[(&str, &str)], notes: &str) -> Vec<u8> {
    let root = relations(&[("r", "officeDocument", "ppt/presentation.xml", false)]);
    let ids: String =
        (1..=slides.len()).map(|number| format!("<p:sldId id=\"{}\" r:id=\"s{number}\"/>", 255 + number)).collect();
    let main = format!("<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>");
    let names: Vec<(String, String)> =
        (1..=slides.len()).map(|number| (format!("s{number}"), format!("slides/slide{number}.xml"))).collect();
    let targets: Vec<(&str, &str, &str, bool)> =
        names.iter().map(|(id, target)| (id.as_str(), "slide", target.as_str(), false)).collect();
    let mut parts = vec![
        ("_rels/.rels".to_owned(), root),
        ("ppt/presentation.xml".to_owned(), main),
        ("ppt/_rels/presentation.xml.rels".to_owned(), relations(&targets)),
        ("ppt/notesSlides/notes1.xml".to_owned(), slide(notes)),
    ];
    for (number, (text, rels)) in (1..).zip(slides) {
        parts.push((format!("ppt/slides/slide{number}.xml"), (*text).to_owned()));
        parts.push((format!("ppt/slides/_rels/slide{number}.xml.rels"), (*rels).to_owned()));
    }
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    package(&parts)
}

#[test]
fn a_slide_has_its_title_first_then_what_stands_on_it_from_top_to_bottom() {
    let first = [
        shape("", (0, 900), &said(">", "at the foot")),
        shape(
            "body",
            (0, 300),
            &[
                said(">", "one"),
                said("lvl=\"1\">", "one a"),
                said("><a:buNone/>", "plain"),
                said("><a:buAutoNum type=\"alphaLcParenR\"/>", "n"),
                said("><a:buAutoNum type=\"alphaLcParenR\"/>", "m"),
            ]
            .concat(),
        ),
        shape("title", (0, 500), &said(">", "Quay wall")),
        shape("sldNum", (0, 950), &said(">", "7")),
        shape("ftr", (0, 960), &said(">", "Harbour")),
    ];
    let notes = [shape("sldImg", (0, 0), ""), shape("body", (0, 1), &said(">", "Speak slowly."))].concat();
    let rels = relations(&[("n", "notesSlide", "../notesSlides/notes1.xml", false)]);
    let second = slide(&shape("ctrTitle", (0, 0), &said(">", "The end")));
    let expected = [
        vec![
            "h1 Quay wall",
            "list • one | >• one a",
            "p plain",
            "list a) n | b) m",
            "p at the foot",
            "footer Harbour",
            "h3 Notes",
            "p Speak slowly.",
        ],
        vec!["h1 The end"],
    ];
    let empty = relations(&[]);
    assert_eq!(pages(Pptx, &pptx(&[(&slide(&first.concat()), &rels), (&second, &empty)], &notes)), expected);
}

#[test]
fn tables_links_and_groups_are_read() {
    let cell = |attributes: &str, text: &str| {
        format!("<a:tc {attributes}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>")
    };
    let table = format!(
        "<p:graphicFrame><p:xfrm><a:off x=\"0\" y=\"500\"/></p:xfrm><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow=\"1\"/>\
         <a:tr>{}{}</a:tr><a:tr>{}{}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>",
        cell("gridSpan=\"2\"", "both"),
        cell("hMerge=\"1\"", ""),
        cell("", "1"),
        cell("", "2")
    );
    let link = "<a:p><a:r><a:rPr><a:hlinkClick r:id=\"u\"/></a:rPr><a:t>fees</a:t></a:r><a:br/><a:r><a:t>below</a:t></a:r></a:p>";
    let group = format!(
        "<p:grpSp><p:grpSpPr><a:xfrm><a:off x=\"0\" y=\"100\"/></a:xfrm></p:grpSpPr>{}</p:grpSp>",
        shape("", (0, 999), link)
    );
    let rels = relations(&[("u", "hyperlink", "https://a.example/", true)]);
    let bytes = pptx(&[(&slide(&[table, group].concat()), &rels)], "");
    let expected = ["p fees⏎below [0:0-4 https://a.example/]", "table* both, both / 1, 2 0+0:1x2"];
    assert_eq!(pages(Pptx, &bytes), [expected]);
}

#[test]
fn hidden_slides_say_so() {
    let hidden = |shapes: &str| slide(shapes).replace("<p:sld ", "<p:sld show=\"0\" ");
    let (titled, bare) =
        (hidden(&shape("title", (0, 0), &said(">", "Reserves"))), hidden(&shape("", (0, 0), &said(">", "alone"))));
    let empty = relations(&[]);
    let found = pages(Pptx, &pptx(&[(&titled, &empty), (&bare, &empty)], ""));
    assert_eq!(found, [vec!["h1 Reserves (hidden)"], vec!["h1 (hidden)", "p alone"]]);
}

#[test]
fn comments_stand_behind_their_slide_with_who_wrote_them() {
    let old = "<p:cmLst xmlns:p=\"p\"><p:cm authorId=\"0\"><p:text>Check the depth</p:text></p:cm></p:cmLst>";
    let new = "<p188:cmLst xmlns:p188=\"p\" xmlns:a=\"a\"><p188:cm authorId=\"{7}\"><p188:replyLst><p188:reply authorId=\"{9}\">\
        <p188:txBody><a:p><a:r><a:t>Done</a:t></a:r></a:p></p188:txBody></p188:reply></p188:replyLst></p188:cm></p188:cmLst>";
    let rels = relations(&[
        ("c", "comments", "../comments/comment1.xml", false),
        ("d", "comments", "../comments/modern1.xml", false),
    ]);
    let root = relations(&[("r", "officeDocument", "ppt/presentation.xml", false)]);
    let main =
        relations(&[("s1", "slide", "slides/slide1.xml", false), ("a", "commentAuthors", "commentAuthors.xml", false)]);
    let bytes = package(&[
        ("_rels/.rels", &root),
        (
            "ppt/presentation.xml",
            "<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst><p:sldId id=\"256\" r:id=\"s1\"/></p:sldIdLst></p:presentation>",
        ),
        ("ppt/_rels/presentation.xml.rels", &main),
        ("ppt/commentAuthors.xml", "<p:l xmlns:p=\"p\"><p:cmAuthor id=\"0\" name=\"Ottilie\"/></p:l>"),
        ("ppt/slides/slide1.xml", &slide(&shape("title", (0, 0), &said(">", "Quay")))),
        ("ppt/slides/_rels/slide1.xml.rels", &rels),
        ("ppt/comments/comment1.xml", old),
        ("ppt/comments/modern1.xml", new),
    ]);
    assert_eq!(pages(Pptx, &bytes), [["h1 Quay", "h3 Comments", "list • Ottilie: Check the depth | • Done"]]);
}
