//! Rich text.

use mediary_core::MediaFormat::Rtf;
use mediary_core::document::Hidden;

use super::{document, page, pages};

#[test]
fn rich_text_is_read_with_its_structure() {
    let text =
        br#"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}{\colortbl;\red0;}
{\stylesheet{\s0 Normal;}{\s1 heading 1;}}{\*\generator Word;}{\info{\title no}}
{\header\pard Harbour Office\par}
\pard\s1 Fees\par
\pard The fee is 7 \'80, \u8364?7 \{net\} and {\f1\'cf\'f0\'e8\'e2\'e5\'f2}{\v secret}.{\footnote\pard In May.\par}\par
{\field{\*\fldinst HYPERLINK "https://a.example/"}{\fldrslt rose}} again\line next\par
{\listtext 1.\tab}\ls1\ilvl0 one\par
{\listtext a)\tab}\ls1\ilvl1 inner\par
\pard\trowd\cellx1000\cellx2000\intbl Berth\cell Fee\cell\row
\trowd\cellx1000\cellx2000\intbl North\par quay\cell 7\cell\row
\pard end\par}"#;
    let expected = [
        "header Harbour Office",
        "h1 Fees",
        "p The fee is 7 €, €7 {net} and Привет.[1] [0:41-44 note 1]",
        "p rose again⏎next [0:0-4 https://a.example/]",
        "list 1. one | >a) inner",
        "table Berth, Fee / North⏎quay, 7",
        "p end",
        "note 1: In May.",
    ];
    assert_eq!(document(Rtf, text).pages[0].hidden, [Hidden::Invisible]);
    let found = page(Rtf, text);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        // Cyrillic letters have two bytes each.
        assert_eq!(found.split(" [").next(), expected.split(" [").next());
    }
}

#[test]
fn marks_before_hanging_lines_make_lists() {
    let text = br"{\rtf1 {\pard\li360\fi-360\bullet\tx360\tab oil\par}{\pard\li720\fi-360\endash\tx360\tab inner\par}
{\pard\li360\fi-360\bullet\tab paint\par}{\pard\li0\fi0 Then:\par}
{\pard\li360\fi-360 1.\tx360\tab first\par}{\pard\li360\fi-360 2)\tab second\par}
{\pard\li360\fi-360 Note\tab no item\par}{\pard 1.\tab nor this\par}}";
    let expected = [
        "list • oil | >• inner | • paint",
        "p Then:",
        "list 1. first | 2) second",
        "p Note\tno item",
        "p 1.\tnor this",
    ];
    assert_eq!(page(Rtf, text), expected);
}

#[test]
fn tables_have_their_columns_from_the_edges_of_all_rows() {
    let text = br"{\rtf1 \trowd\cellx2000\cellx3000\intbl both\cell c\cell\cell\row
\trowd\cellx1000\cellx2010\clvmgf\cellx3000\intbl a\cell b\cell tall\cell\row
\trowd\cellx1000\cellx2000\clvmrg\cellx3000\intbl d\cell e{\par x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx9\nestrow}}\cell\cell\row
\pard end\par}";
    let found = page(Rtf, text);
    let expected = "table both, both, c / a, b, tall / d, e⏎x y, tall 0+0:1x2 1+2:2x1";
    assert_eq!(found[0].split(" [").next(), Some(expected), "{found:#?}");
    assert_eq!(found[1..], ["p end"]);
}

#[test]
fn pictures_and_pages_of_rich_text() {
    let text =
        br"{\rtf1 one\par\page{\pict\pngblip 89504e47}{\*\shppict{\pict\jpegblip ffd8}}{\pict\wmetafile8 0102}two\par}";
    assert_eq!(pages(Rtf, text), [vec!["p one"], vec!["picture 0", "picture 1", "p two"]]);
    let found = document(Rtf, text);
    assert_eq!(found.pictures, [&b"\x89PNG"[..], b"\xff\xd8"]);
    assert!(found.pages[1].has_unread_pictures);
}

#[test]
fn lists_of_one_level_nest_by_their_place() {
    let item = |list: u32, left: u32, mark: &str, text: &str| {
        format!("{{\\listtext {mark}\\tab}}\\ls{list}\\ilvl0\\li{left}\\fi-360 {text}\\par\n")
    };
    let items = [item(1, 360, "1.", "one"), item(2, 720, "a)", "inner"), item(1, 360, "2.", "two")].concat();
    let text = format!("{{\\rtf1 \\pard {items}\\pard end\\par}}");
    assert_eq!(page(Rtf, text.as_bytes()), ["list 1. one | >a) inner | 2. two", "p end"]);
}
