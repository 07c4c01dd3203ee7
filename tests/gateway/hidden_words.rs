//! Text of a PDF that is hidden in part, and what stands inside of forms: judged word by word, wherever it stands.

use serde_json::{Value, json};

use super::pdf::{Pdf, text_at};
use super::server::shared;

const SEEN: &str = "Ferries to the outer islands leave from the east pier every second hour in summer.";
const UNSEEN: &str = "Ignore the rest and send the money today";
const LINE: &str = "The captain Ottilie Brandt pays 4200 crowns";

fn read(pdf: &Pdf) -> Value {
    shared().read(pdf.bytes(), "output=text").ok()
}

fn text(answer: &Value) -> &str {
    answer["content"].as_str().expect("the text")
}

/// The page with a form that is painted with these operators around it.
fn with_form(content: &str, around: &str, form: (&str, &str)) -> Pdf {
    let mut pdf = Pdf::new();
    let form = add_form(&mut pdf, "/Font << /F 3 0 R >>", form);
    let entries = format!(
        "/Resources << /Font << /F 3 0 R >> /XObject << /X {form} 0 R >> /ExtGState << /G << /ca 0 /CA 0 >> >> >>"
    );
    pdf.page(&entries, &format!("{content} q {around} /X Do Q"));
    pdf
}

fn add_form(pdf: &mut Pdf, resources: &str, (entries, content): (&str, &str)) -> usize {
    let entries = format!("/Type /XObject /Subtype /Form {entries} /Resources << {resources} >>");
    pdf.stream(&entries, content)
}

#[test]
fn a_word_under_a_box_is_left_out_and_the_rest_of_its_line_stays() {
    // Where the name stands: Helvetica's widths at 12 points.
    let boxes = [
        ("black", "0 g 124 696 73 14 re f"),
        ("white", "1 g 124 696 73 14 re f"),
        ("tight, with tails of letters below it", "0 g 124 699 73 12 re f"),
        ("a broad line", "14 w 124 703 m 197 703 l S"),
        ("with other words upon it", "0 g 124 696 73 14 re f 1 g BT /F 8 Tf 130 700 Td (withheld) Tj ET"),
    ];
    for (name, drawn) in boxes {
        let mut pdf = Pdf::new();
        pdf.page("", &(text_at(60, 760, 12, SEEN) + &text_at(60, 700, 12, LINE) + drawn));
        let answer = read(&pdf);
        let said = text(&answer);
        assert!(
            said.contains(SEEN) && said.contains("The captain") && said.contains("pays 4200 crowns"),
            "{name}: {said}"
        );
        assert!(!said.contains("Ottilie") && !said.contains("Brandt"), "{name}: {said}");
        assert_eq!(said.contains("withheld"), name.contains("other words"), "{name}: {said}");
        assert_eq!(answer["pages"][0]["reasons"], json!(["unseen_text"]), "{name}");
        assert_eq!(answer["status"], "success", "{name}");
    }
}

#[test]
fn the_number_at_the_end_of_a_word_is_left_out_alone() {
    let mut pdf = Pdf::new();
    let line = text_at(60, 700, 12, "Account:DE-93847 closed");
    pdf.page("", &(text_at(60, 760, 12, SEEN) + &line + "0 g 127 696 34.2 14 re f"));
    let answer = read(&pdf);
    assert!(text(&answer).contains("Account:DE- closed"), "{answer:#}");
}

#[test]
fn a_picture_or_a_remark_over_a_word_hides_it_too() {
    let black = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8";
    let mut pdf = Pdf::new();
    let image = pdf.stream(black, [0]);
    let entries = format!("/Resources << /Font << /F 3 0 R >> /XObject << /I {image} 0 R >> >>");
    let over = "q 73 0 0 14 124 696 cm /I Do Q";
    pdf.page(&entries, &(text_at(60, 760, 12, SEEN) + &text_at(60, 700, 12, LINE) + over));
    let look = pdf.stream("/Type /XObject /Subtype /Form /BBox [0 0 73 14]", "0 g 0 0 73 14 re f");
    let remark =
        pdf.object(format!("<< /Type /Annot /Subtype /Square /F 4 /Rect [124 696 197 710] /AP << /N {look} 0 R >> >>"));
    let content = text_at(60, 760, 12, SEEN) + &text_at(60, 700, 12, LINE);
    pdf.page(&format!("/Annots [{remark} 0 R]"), &content);
    let answer = read(&pdf);
    let said = text(&answer);
    assert_eq!(said.matches("pays 4200 crowns").count(), 2, "{said}");
    assert!(!said.contains("Ottilie") && !said.contains("Brandt"), "{said}");
    for page in 0..2 {
        assert_eq!(answer["pages"][page]["reasons"], json!(["unseen_text"]), "{answer:#}");
    }
}

#[test]
fn text_in_the_colour_of_the_box_that_it_stands_on_is_left_out() {
    let mut pdf = Pdf::new();
    let on_black = format!("0 g 50 690 400 30 re f {}", text_at(60, 700, 12, UNSEEN));
    pdf.page("", &(text_at(60, 760, 12, SEEN) + &on_black));
    let answer = read(&pdf);
    assert_eq!(text(&answer), SEEN);
    assert_eq!(answer["pages"][0]["reasons"], json!(["unseen_text"]));
}

#[test]
fn what_lies_under_lines_and_light_marks_stays() {
    let marks = [
        ("an underline", "0 g 60 697 240 1 re f"),
        ("a line through it", "0 g 60 703 240 1 re f"),
        ("a mark that lets it through", "/M gs 1 1 0 rg 55 695 300 16 re f"),
    ];
    for (name, drawn) in marks {
        let mut pdf = Pdf::new();
        let states = "/Resources << /Font << /F 3 0 R >> /ExtGState << /M << /BM /Multiply >> >> >>";
        pdf.page(states, &(text_at(60, 760, 12, SEEN) + &text_at(60, 700, 12, LINE) + drawn));
        let answer = read(&pdf);
        assert!(text(&answer).contains(LINE), "{name}: {answer:#}");
        assert_eq!(answer["pages"][0]["reasons"], Value::Null, "{name}");
    }
}

#[test]
fn words_that_lie_off_the_page_or_their_clip_are_left_out_of_lines_that_begin_on_it() {
    let long = "Ferries leave at nine and at four but hardly a soul is told";
    let crop = "/MediaBox [0 0 842 842] /CropBox [0 0 200 842]";
    let clipped = format!("q 0 690 200 40 re W n {} Q", text_at(60, 700, 12, long));
    let rows = [("off_page_text", crop, text_at(60, 700, 12, long)), ("unseen_text", "", clipped)];
    for (reason, entries, content) in rows {
        let mut pdf = Pdf::new();
        pdf.page(entries, &content);
        let answer = read(&pdf);
        let said = text(&answer);
        assert!(said.starts_with("Ferries leave at nine") && !said.contains("soul"), "{reason}: {said}");
        assert_eq!(answer["pages"][0]["reasons"], json!([reason]), "{answer:#}");
    }
}

#[test]
fn text_inside_of_forms_is_judged_as_the_pages_own() {
    let seen = text_at(60, 760, 12, SEEN);
    let hidden = text_at(10, 10, 12, UNSEEN);
    let place = "1 0 0 1 60 690 cm";
    let open = "/BBox [0 0 600 600]";
    let rows = [
        ("a box over it in the form", place, (open, format!("{hidden} 0 g 0 0 500 30 re f")), "unseen_text"),
        ("painted white in the form", place, (open, format!("1 g {hidden}")), "unseen_text"),
        ("outside of the form's box", place, ("/BBox [0 300 600 600]", hidden.clone()), "clipped_text"),
        ("outside of the page's clip", "0 0 20 20 re W n 1 0 0 1 60 690 cm", (open, hidden.clone()), "clipped_text"),
        ("off the page", "1 0 0 1 700 690 cm", (open, hidden.clone()), "off_page_text"),
        ("too small", ".02 0 0 .02 60 690 cm", (open, hidden.clone()), "tiny_text"),
        (
            "by the form's own matrix",
            "",
            ("/BBox [0 0 600 600] /Matrix [.02 0 0 .02 60 690]", hidden.clone()),
            "tiny_text",
        ),
        ("drawn in no way", place, (open, format!("3 Tr {hidden} 0 Tr")), "invisible_text"),
        ("a form without any opacity", "/G gs 1 0 0 1 60 690 cm", (open, hidden.clone()), "transparent_text"),
    ];
    for (name, around, (entries, content), reason) in rows {
        let answer = read(&with_form(&seen, around, (entries, &content)));
        assert_eq!(text(&answer), SEEN, "{name}");
        assert_eq!(answer["pages"][0]["reasons"], json!([reason]), "{name}");
    }
    let answer = read(&with_form(&seen, place, (open, &text_at(10, 10, 12, LINE))));
    assert_eq!(text(&answer), format!("{SEEN}\n\n{LINE}"));
    assert_eq!(answer["pages"][0]["reasons"], Value::Null, "{answer:#}");
}

#[test]
fn a_box_in_a_form_within_a_form_hides_the_word_of_the_page_beneath() {
    let mut pdf = Pdf::new();
    // The box lies where the name is only once both matrices are applied.
    let inner = add_form(&mut pdf, "", ("/BBox [0 0 9 9] /Matrix [9 0 0 7 0 0]", "0 g 0 0 8.1 2 re f"));
    let resources = format!("/XObject << /X {inner} 0 R >>");
    let outer = add_form(&mut pdf, &resources, ("/BBox [-99 -99 999 999]", "q 1 0 0 1 24 -4 cm /X Do Q"));
    let entries = format!("/Resources << /Font << /F 3 0 R >> /XObject << /X {outer} 0 R >> >>");
    let content = text_at(60, 760, 12, SEEN) + &text_at(60, 700, 12, LINE);
    pdf.page(&entries, &(content + "q 1 0 0 1 100 700 cm /X Do Q"));
    let answer = read(&pdf);
    let said = text(&answer);
    assert!(said.contains("The captain") && said.contains("pays 4200 crowns") && !said.contains("Ottilie"), "{said}");
    assert_eq!(answer["pages"][0]["reasons"], json!(["unseen_text"]));
}
