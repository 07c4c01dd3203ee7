//! Texts and presentations of OpenDocument.

use mediary_core::MediaFormat::{Odp, Odt};

use super::packing::package;
use super::{Refusal, page, pages, reading};

const NAMES: &str = "xmlns:office=\"o\" xmlns:text=\"x\" xmlns:table=\"t\" xmlns:draw=\"d\" xmlns:xlink=\"l\" xmlns:style=\"s\" \
    xmlns:presentation=\"p\" xmlns:fo=\"f\"";

fn odf(styles: &str, body: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>\
         <office:body>{body}</office:body></office:document-content>"
    );
    let shared = format!(
        "<office:document-styles {NAMES}><office:master-styles><style:master-page><style:header><text:p>Harbour Office</text:p>\
         </style:header></style:master-page></office:master-styles></office:document-styles>"
    );
    package(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", &content),
        ("styles.xml", &shared),
    ])
}

#[test]
fn a_text_is_read_with_its_structure() {
    let styles = "<text:list-style style:name=\"L1\"><text:list-level-style-number text:level=\"1\" style:num-format=\"1\" style:num-suffix=\".\"/>\
        <text:list-level-style-number text:level=\"2\" style:num-format=\"a\" style:num-suffix=\")\"/></text:list-style>\
        <style:style style:name=\"P9\"><style:paragraph-properties fo:break-before=\"page\"/></style:style>";
    let body = "<office:text><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>\
        <text:h text:outline-level=\"2\">Fees</text:h>\
        <text:p>They <text:a xlink:href=\"https://a.example/\">rose</text:a><text:note><text:note-citation>*</text:note-citation>\
        <text:note-body><text:p>In May.</text:p></text:note-body></text:note>   by<text:s text:c=\"2\"/>7\n %<text:line-break/>again</text:p>\
        <text:list text:style-name=\"L1\"><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>inner</text:p>\
        </text:list-item></text:list></text:list-item><text:list-item text:start-value=\"5\"><text:p>five</text:p></text:list-item></text:list>\
        <table:table><table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned=\"2\"><text:p>both</text:p>\
        </table:table-cell><table:covered-table-cell/></table:table-row></table:table-header-rows><table:table-row>\
        <table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>2</text:p><text:p>3</text:p></table:table-cell>\
        </table:table-row></table:table><text:p text:style-name=\"P9\">next page</text:p></office:text>";
    let expected = [
        vec![
            "header Harbour Office",
            "h2 Fees",
            "p They rose[*] by  7 %⏎again [0:5-9 https://a.example/] [0:9-12 note *]",
            "list 1. one | >a) inner | 5. five",
            "table* both, both / 1, 2⏎3 0+0:1x2",
            "note *: In May.",
        ],
        vec!["p next page"],
    ];
    assert_eq!(pages(Odt, &odf(styles, body)), expected);
}

#[test]
fn each_slide_is_a_page() {
    let body = "<office:presentation><draw:page draw:name=\"page1\"><draw:frame presentation:class=\"title\"><draw:text-box><text:p>Quay</text:p>\
        </draw:text-box></draw:frame><draw:frame presentation:class=\"outline\"><draw:text-box><text:list><text:list-item><text:p>one</text:p>\
        </text:list-item></text:list></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>Slowly.</text:p>\
        </draw:text-box></draw:frame></presentation:notes></draw:page><draw:page/></office:presentation>";
    let found = pages(Odp, &odf("", body));
    assert_eq!(found[0], ["header Harbour Office", "h1 Quay", "list • one", "h3 Notes", "p Slowly."]);
    assert_eq!(found.len(), 2);
}

#[test]
fn an_encrypted_text_is_refused() {
    let manifest =
        "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let bytes = package(&[("META-INF/manifest.xml", manifest), ("content.xml", "x")]);
    assert_eq!(reading(Odt, &bytes), Err(Refusal::Encrypted));
}

#[test]
fn an_address_is_no_picture() {
    let body = "<office:text><text:p>a<draw:frame><draw:image xlink:href=\"https://far.example/a.png\"/></draw:frame></text:p></office:text>";
    assert_eq!(page(Odt, &odf("", body)), ["header Harbour Office", "p a"]);
}

#[test]
fn lists_that_are_written_level_by_level_are_nested_and_go_on_counting() {
    let style = |name: &str, inches: &str, format: &str| {
        let kind = if format.is_empty() { "bullet" } else { "number" };
        format!(
            "<text:list-style style:name=\"{name}\"><text:list-level-style-{kind} text:level=\"1\" style:num-format=\"{format}\" \
             style:num-suffix=\".\"><style:list-level-properties><style:list-level-label-alignment fo:margin-left=\"{inches}in\"/>\
             </style:list-level-properties></text:list-level-style-{kind}></text:list-style>"
        )
    };
    let styles = [style("A", "0.25", "1"), style("B", "0.5", "")].concat()
        + "<style:style style:name=\"P1\" style:parent-style-name=\"Title\"/>";
    let list = |attributes: &str, text: &str| {
        format!("<text:list {attributes}><text:list-item><text:p>{text}</text:p></text:list-item></text:list>")
    };
    let body = [
        "<office:text><text:p text:style-name=\"P1\">Steps</text:p>".to_owned(),
        list("xml:id=\"l1\" text:style-name=\"A\"", "first"),
        list("text:style-name=\"B\"", "inner"),
        list("text:continue-list=\"l1\" text:style-name=\"A\"", "second"),
        "<text:p>Apart</text:p>".to_owned(),
        list("text:style-name=\"B\"", "alone"),
        list("text:style-name=\"A\"", "anew"),
        "</office:text>".to_owned(),
    ];
    let expected = [
        "header Harbour Office",
        "h1 Steps",
        "list 1. first | >• inner | 2. second",
        "p Apart",
        "list • alone | 1. anew",
    ];
    assert_eq!(page(Odt, &odf(&styles, &body.concat())), expected);
}
