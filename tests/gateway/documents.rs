//! Documents of several kinds of pages, documents with passwords, several files at once, print of one pitch, and columns close
//! to one another.

use serde_json::{Value, json};

use super::client::{Multipart, reading};
use super::craft::{add_picture_page, blank_png};
use super::fields::attempts;
use super::pdf::{Pdf, text_at};
use super::score::{character_accuracy, collapsed};
use super::server::{sample, shared};

#[test]
fn a_document_of_text_and_pictures_is_read_page_by_page_as_each_page_needs() {
    let mut pdf = Pdf::of_texts(&["A page of text that was never printed."]);
    add_picture_page(&mut pdf, &sample("sign.png"));
    pdf.page("", "");
    let answer = shared().read(pdf.bytes(), "").ok();
    let pages = answer["pages"].as_array().unwrap();
    let read: Vec<Value> = pages.iter().map(|page| json!([page["source"], page["engine"], page["text"]])).collect();
    let expected = [
        json!(["text_layer", "text-layer", "A page of text that was never printed."]),
        json!(["ocr", "local/paddleocr", "Platform 9 closes at 21:45"]),
        json!(["text_layer", "text-layer", ""]),
    ];
    assert_eq!(read, expected);
    assert_eq!(answer["status"], "ocr_success");
    assert_eq!(answer["needs_ocr"], false);
    let expected = ["text-layer accepted", "text-layer rejected no_text", "local/paddleocr accepted"];
    assert_eq!(attempts(&answer), expected);
    assert_eq!(answer["attempts"][0]["pages"], json!([0, 2]));
    assert_eq!(answer["content"], "A page of text that was never printed.\n\nPlatform 9 closes at 21:45");
}

#[test]
fn what_has_nothing_on_it_is_called_blank() {
    let mut empty = Pdf::new();
    empty.page("", "");
    let mut drawn = Pdf::new();
    drawn.page("", "0.9 g 100 100 300 300 re f");
    for (name, file) in
        [("an empty page", empty.bytes()), ("a page without letters", drawn.bytes()), ("a white picture", blank_png())]
    {
        let answer = shared().read(file, "").ok();
        assert_eq!(answer["status"], "blank", "{name}: {answer:#}");
        assert_eq!(answer["content"], "", "{name}");
        assert_eq!(answer["pages"].as_array().map(Vec::len), Some(1), "{name}");
    }
}

#[test]
fn an_encrypted_document_is_read_with_its_password_only() {
    let pdf = Pdf::of_texts(&["behind the lock"]).encrypted("open sesame");
    shared().read(pdf.clone(), "").refused(
        422,
        "unreadable_file",
        "encrypted; send its password in the field `password`",
    );
    shared().read(pdf.clone(), "password=open+says+me").refused(422, "unreadable_file", "password is wrong");
    assert_eq!(shared().read(pdf, "password=open+sesame").content(), "behind the lock");
}

#[test]
fn a_document_that_opens_without_a_password_needs_none() {
    let pdf = Pdf::of_texts(&["hardly a lock"]);
    assert_eq!(shared().read(pdf.encrypted(""), "").content(), "hardly a lock");
    assert_eq!(shared().read(pdf.encrypted(""), "password=superfluous").content(), "hardly a lock");
    assert_eq!(shared().read(pdf.bytes(), "password=superfluous").content(), "hardly a lock");
}

#[test]
fn each_of_several_files_has_its_own_outcome() {
    let request = Multipart::default()
        .file("invoice.pdf", "application/pdf", &sample("invoice.pdf"))
        .file("broken.pdf", "application/pdf", b"%PDF-1.4 nothing")
        .file("voice.wav", "audio/wav", &super::craft::wav())
        .file("sign.png", "image/png", &sample("sign.png"))
        .request();
    let answer = request.send(shared()).ok();
    assert_eq!(answer["object"], "list");
    let outcomes: Vec<Value> = answer["data"].as_array().unwrap().iter().map(outcome).collect();
    let expected = [
        json!(["invoice.pdf", "success", null]),
        json!(["broken.pdf", "failed", "unreadable_file"]),
        json!(["voice.wav", "failed", "unsupported_media_type"]),
        json!(["sign.png", "ocr_success", null]),
    ];
    assert_eq!(outcomes, expected);
    let sentence = answer["data"][1]["error"]["message"].as_str().unwrap();
    assert!(sentence.contains("damaged"), "{sentence}");
    assert_eq!(answer["data"][3]["content"], "Platform 9 closes at 21:45");
}

fn outcome(file: &Value) -> Value {
    json!([file["file_name"], file["status"], file["error"]["code"]])
}

#[test]
fn several_files_as_bare_text_follow_each_other_or_fail_together() {
    let good =
        Multipart::default().file("a.txt", "text/plain", b"first file").file("b.txt", "text/plain", b"second file");
    let answer = good.clone().request().header("accept", "text/plain").send(shared());
    assert_eq!((answer.status, answer.text()), (200, "first file\n\nsecond file\n"));
    let bad = good.file("c.pdf", "application/pdf", b"%PDF-1.4 nothing").request();
    bad.header("accept", "text/plain").send(shared()).refused(422, "unreadable_file", "damaged");
}

#[test]
fn a_document_of_many_pages_is_read_to_its_end() {
    let texts: Vec<String> = (1..=120).map(|number| format!("This is page {number} of the long one.")).collect();
    let pdf = Pdf::of_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>()).bytes();
    let content = reading(pdf, "").send(shared()).content();
    assert_eq!(collapsed(&content), texts.join(" "));
}

/// A receipt in print of one pitch, whose letters stand one below the other on all of its lines.
#[test]
fn print_of_one_pitch_keeps_its_words_and_its_sums_whole() {
    let goods =
        ["Cheddar, mature", "Work gloves XL", "Masking tape", "Light switch", "Blackcurrant jam", "Printer paper"];
    let lines: Vec<String> = (0..40)
        .map(|line: usize| {
            let (number, cents) = (954_722 + 7_919 * line % 40_000, 1_351 + 977 * line % 8_000);
            let price = |times: usize| format!("{}.{:02}", times * cents / 100, times * cents % 100);
            let times = 1 + line % 6;
            let bought = format!("{times} x {} ({number}) @ {}", goods[line % goods.len()], price(1));
            format!("{bought:<48}{:>8}", price(times))
        })
        .collect();
    let mut pdf = Pdf::new();
    pdf.replace(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>");
    let content: String = (0..).zip(&lines).map(|(line, text)| text_at(50, 780 - 18 * line, 11, text)).collect();
    pdf.page("", &content);
    let answer = shared().read(pdf.bytes(), "engine=local/paddleocr:fast&force_ocr=true&output=text").ok();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let read = words(answer["content"].as_str().unwrap());
    let whole = lines.iter().flat_map(|line| words(line)).filter(|word| word.chars().count() > 3);
    let (found, torn): (Vec<_>, Vec<_>) = whole.partition(|word| read.contains(word));
    // One word in twenty may have a letter that was seen as another.
    assert!(torn.len() * 20 <= found.len(), "{torn:?}\n{}", answer["content"]);
}

/// Two columns whose lines are as wide as one another, a space apart, and not at one height: each line has the words of its
/// column in an order of its own.
#[test]
fn columns_a_space_apart_at_heights_of_their_own_are_read_one_after_the_other() {
    let left = ["harbour", "of", "witness", "and", "narrow", "lanterns", "near"];
    let right = ["signals", "were", "quoted", "before", "summer", "for", "pumps"];
    let lines = |words: [&'static str; 7]| -> Vec<String> {
        (0..44_usize)
            .map(|line| {
                let turned = |place: usize| (place * [1, 2, 3, 4, 5, 6][line / 7 % 6] + line) % words.len();
                (0..words.len()).map(|place| words[turned(place)]).collect::<Vec<_>>().join(" ")
            })
            .collect()
    };
    let (left, right) = (lines(left), lines(right));
    // Helvetica of ten points makes the left lines 195.7 points wide.
    let column = |lines: &[String], x: u32, y: u32| -> String {
        (0..).zip(lines).map(|(line, text)| text_at(x, y - 13 * line, 10, text)).collect()
    };
    let mut pdf = Pdf::new();
    pdf.page("", &(column(&left, 50, 780) + &column(&right, 249, 775)));
    let expected = [left, right].concat().join(" ");
    let scanned = shared().read(pdf.bytes(), "engine=local/paddleocr:fast&force_ocr=true&output=text").content();
    let accuracy = character_accuracy(&expected, &scanned);
    assert!(accuracy >= 0.97, "{accuracy:.3}\n{scanned}");
}
