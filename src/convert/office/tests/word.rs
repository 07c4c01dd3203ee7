//! Letters of Word's own format.

use mediary_core::MediaFormat::Docx;

use super::packing::{docx, package_of_bytes, relations};
use super::{document, page, pages};

const STYLES: &str = "<w:styles xmlns:w=\"w\">\
    <w:style w:styleId=\"Ttl\"><w:name w:val=\"Title\"/></w:style>\
    <w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>\
    <w:style w:styleId=\"Own\"><w:name w:val=\"My chapter\"/><w:basedOn w:val=\"berschrift1\"/></w:style>\
    <w:style w:styleId=\"Out\"><w:name w:val=\"Outline\"/><w:pPr><w:outlineLvl w:val=\"2\"/></w:pPr></w:style>\
    <w:style w:styleId=\"LB2\"><w:name w:val=\"List Bullet 2\"/><w:pPr><w:numPr><w:numId w:val=\"2\"/></w:numPr></w:pPr></w:style>\
    <w:style w:styleId=\"Loop\"><w:name w:val=\"Loop\"/><w:basedOn w:val=\"Loop\"/></w:style></w:styles>";

const NUMBERING: &str = "<w:numbering xmlns:w=\"w\">\
    <w:abstractNum w:abstractNumId=\"0\">\
    <w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/></w:lvl>\
    <w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"lowerLetter\"/><w:lvlText w:val=\"%2)\"/></w:lvl>\
    <w:lvl w:ilvl=\"2\"><w:start w:val=\"1\"/><w:numFmt w:val=\"lowerRoman\"/><w:lvlText w:val=\"%1.%3\"/></w:lvl>\
    </w:abstractNum>\
    <w:abstractNum w:abstractNumId=\"1\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"\"/></w:lvl></w:abstractNum>\
    <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>\
    <w:num w:numId=\"2\"><w:abstractNumId w:val=\"1\"/></w:num>\
    <w:num w:numId=\"3\"><w:abstractNumId w:val=\"0\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"7\"/></w:lvlOverride></w:num>\
    </w:numbering>";

fn p(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn item(list: u32, level: u32, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr>\
         <w:r><w:t>{text}</w:t></w:r></w:p>"
    )
}

fn plain(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn with_parts(body: &str) -> Vec<u8> {
    let main = relations(&[
        ("s", "styles", "styles.xml", false),
        ("n", "numbering", "numbering.xml", false),
        ("f", "footnotes", "footnotes.xml", false),
        ("h", "header", "header1.xml", false),
        ("u", "hyperlink", "https://harbour.example/fees?a=1&amp;b=(2)", true),
    ]);
    let notes = "<w:footnotes xmlns:w=\"w\"><w:footnote w:id=\"0\" w:type=\"separator\"><w:p/></w:footnote>\
        <w:footnote w:id=\"4\"><w:p><w:r><w:t>As decided in May.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let header = "<w:hdr xmlns:w=\"w\"><w:p><w:r><w:t>Harbour Office</w:t></w:r></w:p></w:hdr>";
    docx(
        body,
        &[
            ("word/_rels/document.xml.rels", &main),
            ("word/styles.xml", STYLES),
            ("word/numbering.xml", NUMBERING),
            ("word/footnotes.xml", notes),
            ("word/header1.xml", header),
        ],
    )
}

#[test]
fn headings_have_the_level_of_their_style_whatever_it_is_called() {
    let body =
        [p("Ttl", "Report"), p("berschrift1", "One"), p("Own", "Two"), p("Out", "Three"), p("Loop", "text")].concat();
    assert_eq!(page(Docx, &with_parts(&body)), ["h1 Report", "h1 One", "h1 Two", "h3 Three", "p text"]);
}

#[test]
fn lists_count_as_word_counts() {
    let body = [
        item(1, 0, "first"),
        item(1, 1, "inner"),
        item(1, 1, "inner too"),
        item(1, 2, "deep"),
        item(1, 0, "second"),
        item(1, 1, "anew"),
        plain("between"),
        item(1, 0, "third"),
        item(3, 0, "from seven"),
        item(2, 0, "bullet"),
        p("LB2", "deeper bullet"),
    ];
    let expected = [
        "list 1. first | >a) inner | >b) inner too | >>1.i deep | 2. second | >a) anew",
        "p between",
        "list 3. third | 7. from seven | • bullet | >• deeper bullet",
    ];
    assert_eq!(page(Docx, &with_parts(&body.concat())), expected);
}

#[test]
fn links_notes_and_headers_stand_where_they_belong() {
    let body = "<w:p><w:r><w:t xml:space=\"preserve\">The </w:t></w:r><w:hyperlink r:id=\"u\"><w:r><w:t>fees</w:t></w:r></w:hyperlink>\
        <w:r><w:t xml:space=\"preserve\"> rose</w:t></w:r><w:r><w:footnoteReference w:id=\"4\"/></w:r><w:r><w:t>.</w:t></w:r></w:p>\
        <w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \"https://a.example/\" </w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>old link</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>\
        <w:p><w:fldSimple w:instr=\"PAGE\"><w:r><w:t>3</w:t></w:r></w:fldSimple></w:p>\
        <w:sectPr><w:headerReference r:id=\"h\"/></w:sectPr>";
    let expected = [
        "header Harbour Office",
        "p The fees rose[1]. [0:4-8 https://harbour.example/fees?a=1&b=%282%29] [0:13-16 note 1]",
        "p old link [0:0-8 https://a.example/]",
        "p 3",
        "note 1: As decided in May.",
    ];
    assert_eq!(page(Docx, &with_parts(body)), expected);
}

#[test]
fn comments_are_notes_of_whom_they_come_from() {
    let main = relations(&[("c", "comments", "comments.xml", false)]);
    let comments = "<w:comments xmlns:w=\"w\"><w:comment w:id=\"0\" w:author=\"Priya V.\"><w:p><w:r><w:t>Since when?</w:t></w:r></w:p></w:comment>\
        <w:comment w:id=\"1\" w:author=\"\"><w:p><w:r><w:t>Check.</w:t></w:r></w:p></w:comment></w:comments>";
    let body = "<w:p><w:commentRangeStart w:id=\"0\"/><w:r><w:t>The fees rose</w:t></w:r><w:commentRangeEnd w:id=\"0\"/>\
        <w:r><w:commentReference w:id=\"0\"/></w:r><w:r><w:t>.</w:t></w:r><w:r><w:commentReference w:id=\"1\"/></w:r></w:p>";
    let expected = [
        "p The fees rose[comment 1].[comment 2] [0:13-24 note comment 1] [0:25-36 note comment 2]",
        "note comment 1: Priya V.: Since when?",
        "note comment 2: Check.",
    ];
    let bytes = docx(body, &[("word/_rels/document.xml.rels", &main), ("word/comments.xml", comments)]);
    assert_eq!(page(Docx, &bytes), expected);
}

#[test]
fn what_was_deleted_or_hidden_is_not_in_the_text_and_what_was_inserted_is() {
    let body = "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>\
        <w:ins><w:r><w:t xml:space=\"preserve\"> new</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>\
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t>!</w:t></w:r></w:p>\
        <w:sdt><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>\
        <w:p><w:r><w:t>in\u{ad}vest</w:t><w:tab/><w:t>7</w:t><w:br/><w:t>next</w:t><w:noBreakHyphen/><w:t>line</w:t></w:r></w:p>";
    assert_eq!(page(Docx, &docx(body, &[])), ["p kept new!", "p in a control", "p invest\t7⏎next-line"]);
}

#[test]
fn what_is_not_seen_is_left_out_and_named() {
    let run =
        |look: &str, text: &str| format!("<w:r><w:rPr>{look}</w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let white = "<w:color w:val=\"FFFFFF\"/>";
    let styles = "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"Ghost\"><w:rPr><w:color w:val=\"FEFEFE\"/></w:rPr></w:style>\
        <w:style w:styleId=\"Heir\"><w:basedOn w:val=\"Ghost\"/></w:style>\
        <w:style w:styleId=\"Banner\"><w:basedOn w:val=\"Ghost\"/><w:pPr><w:shd w:fill=\"1F3864\"/></w:pPr></w:style></w:styles>";
    let main = relations(&[("s", "styles", "styles.xml", false)]);
    let read = |inner: &str| {
        let parts = [("word/_rels/document.xml.rels", main.as_str()), ("word/styles.xml", styles)];
        let bytes = docx(&format!("<w:p>{inner}</w:p>{}", plain("end")), &parts);
        let hidden: Vec<_> = document(Docx, &bytes).pages[0].hidden.iter().map(|why| why.name()).collect();
        (page(Docx, &bytes), hidden)
    };
    let seen = run("", "seen");
    let in_style = |style: &str| format!("<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}", run("", "secret"));
    let unseen = [
        (format!("{seen}{}", run("<w:vanish/>", "secret")), "invisible_text"),
        (format!("{seen}{}", run(white, "secret")), "unseen_text"),
        (format!("{seen}{}", run("<w:sz w:val=\"2\"/>", "secret")), "tiny_text"),
        (format!("{seen}{}", run("<w:rStyle w:val=\"Heir\"/>", "secret")), "unseen_text"),
        (format!("{seen}{}", run(&format!("{white}<w:shd w:fill=\"auto\"/>"), "secret")), "unseen_text"),
        (run("", "se\u{200b}en"), "zero_width_text"),
    ];
    for (inner, why) in &unseen {
        assert_eq!(read(inner), (vec!["p seen".to_owned(), "p end".to_owned()], vec![*why]), "{inner}");
    }
    for style in ["Ghost", "Heir"] {
        assert_eq!(read(&in_style(style)), (vec!["p end".to_owned()], vec!["unseen_text"]), "{style}");
    }
    let on_ground = [
        run(&format!("{white}<w:shd w:fill=\"000000\"/>"), "secret"),
        run(&format!("{white}<w:highlight w:val=\"black\"/>"), "secret"),
        format!("<w:pPr><w:shd w:fill=\"1F3864\"/></w:pPr>{}", run(white, "secret")),
        in_style("Banner"),
        format!("<w:pPr><w:pStyle w:val=\"Ghost\"/></w:pPr>{}", run("<w:color w:val=\"000000\"/>", "secret")),
        run(&format!("{white}<w:vanish w:val=\"0\"/><w:highlight w:val=\"red\"/>"), "secret"),
    ];
    for inner in &on_ground {
        assert_eq!(read(inner), (vec!["p secret".to_owned(), "p end".to_owned()], Vec::new()), "{inner}");
    }
    // The colour of a table's entry may be its table's.
    let table = format!(
        "<w:tbl><w:tr><w:tc><w:p>{}</w:p></w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
        run(white, "head"),
        plain("b\u{2060}")
    );
    let document = document(Docx, &docx(&table, &[]));
    assert_eq!(document.pages[0].hidden.iter().map(|why| why.name()).collect::<Vec<_>>(), ["zero_width_text"]);
    assert_eq!(page(Docx, &docx(&table, &[])), ["table head, b"]);
    // So may that of pages with a ground.
    let body = format!("<w:p>{}</w:p>", run(white, "on blue"));
    let drawn = format!("<w:p><w:r><w:drawing><wp:anchor behindDoc=\"1\"/></w:drawing></w:r></w:p>{body}");
    assert_eq!(page(Docx, &docx(&drawn, &[])), ["p on blue"]);
}

#[test]
fn tables_keep_spans_and_what_is_in_their_entries() {
    let cell = |properties: &str, text: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", plain(text));
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let nested = format!("<w:tc><w:tbl>{}</w:tbl>{}</w:tc>", row(&[cell("", "x"), cell("", "y")]), plain("below"));
    let body = format!(
        "<w:tbl><w:tblPr><w:tblLook w:val=\"0420\"/></w:tblPr>{}{}{}{}</w:tbl>",
        row(&[cell("<w:vMerge w:val=\"restart\"/>", "Berth"), cell("<w:gridSpan w:val=\"2\"/>", "Fee")]),
        row(&[cell("<w:vMerge/>", ""), cell("", "day"), cell("", "month")]),
        row(&[cell("", "North"), cell("", "12"), cell("", "300")]),
        row(&[nested, cell("", "1"), cell("", "2")]),
    );
    let expected =
        "table* Berth, Fee, Fee / Berth, day, month / North, 12, 300 / x y⏎below, 1, 2 0+0:2x1 0+1:1x2".to_owned();
    assert_eq!(page(Docx, &docx(&body, &[])), [expected]);
}

#[test]
fn pages_end_where_word_ended_them() {
    let break_in = |inner: &str| format!("<w:p><w:r>{inner}</w:r></w:p>");
    let body = [
        plain("one"),
        break_in("<w:br w:type=\"page\"/>"),
        plain("two"),
        break_in("<w:lastRenderedPageBreak/><w:t>three</w:t>"),
        break_in("<w:t>three ends</w:t><w:lastRenderedPageBreak/><w:t> here</w:t>"),
        "<w:p><w:pPr><w:pageBreakBefore/></w:pPr><w:r><w:t>four</w:t></w:r></w:p>".to_owned(),
    ];
    let expected = [vec!["p one"], vec!["p two"], vec!["p three", "p three ends here"], vec!["p four"]];
    assert_eq!(pages(Docx, &docx(&body.concat(), &[])), expected);
}

#[test]
fn pictures_and_boxes_follow_their_paragraph() {
    let drawing = "<w:p><w:r><w:t>see</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><a:blip r:embed=\"p\"/>\
        <wps:txbx><w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>\
        <mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict>\
        </mc:Fallback></mc:AlternateContent></w:r></w:p>";
    let text = format!(
        "<w:document xmlns:w=\"w\" xmlns:mc=\"m\" xmlns:a=\"a\" xmlns:r=\"r\" xmlns:wps=\"s\" xmlns:v=\"v\"><w:body>{drawing}</w:body></w:document>"
    );
    let rels = relations(&[("p", "image", "media/a.png", false), ("x", "image", "file:///etc/passwd", true)]);
    let bytes = package_of_bytes(&[
        ("word/document.xml", text.as_bytes()),
        ("word/_rels/document.xml.rels", rels.as_bytes()),
        ("word/media/a.png", b"\x89PNG"),
    ]);
    assert_eq!(page(Docx, &bytes), ["p see", "p in a box", "picture 0"]);
    assert_eq!(document(Docx, &bytes).pictures, [b"\x89PNG"]);
}

#[test]
fn a_letter_without_words_has_one_empty_page() {
    assert_eq!(pages(Docx, &docx("<w:p/>", &[])), [Vec::<String>::new()]);
}
