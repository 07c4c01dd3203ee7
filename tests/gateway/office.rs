//! The files of an office, through the doors of the server: what is read of them, what is refused, and what a chat gets.

use std::io::{Cursor, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary::config::Bytes;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::chat_talk::with_providers;
use super::chat_words::says;
use super::client::{Multipart, Request, reading};
use super::pdf::Pdf;
use super::server::{TestServer, sample, shared};
use super::upstream::Upstream;

const RELATIONS: &str = "<Relationships><Relationship Id=\"u\" Type=\"x/hyperlink\" Target=\"https://harbour.example/\" TargetMode=\"External\"/>\
    <Relationship Id=\"p\" Type=\"x/image\" Target=\"media/sign.png\"/><Relationship Id=\"s\" Type=\"x/styles\" Target=\"styles.xml\"/></Relationships>";
const STYLES: &str = "<w:styles><w:style w:styleId=\"H1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>";

/// A zip of files.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a vector takes everything");
        zip.write_all(bytes).expect("a vector takes everything");
    }
    zip.finish().expect("a vector takes everything").into_inner()
}

/// A letter of Word's with this body.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    let text = format!("<w:document xmlns:w=\"w\" xmlns:r=\"r\" xmlns:a=\"a\"><w:body>{body}</w:body></w:document>");
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", text.as_bytes()),
        ("word/_rels/document.xml.rels", RELATIONS.as_bytes()),
        ("word/styles.xml", STYLES.as_bytes()),
        ("word/media/sign.png", &sample("sign.png")),
    ])
}

pub(crate) fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A letter with everything in it.
fn letter() -> Vec<u8> {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph(text));
    let body = format!(
        "<w:p><w:pPr><w:pStyle w:val=\"H1\"/></w:pPr><w:r><w:t>Fees &amp; dues</w:t></w:r></w:p>\
         <w:p><w:r><w:t xml:space=\"preserve\">See </w:t></w:r><w:hyperlink r:id=\"u\"><w:r><w:t>the harbour</w:t></w:r></w:hyperlink></w:p>\
         <w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>{}</w:tc></w:tr><w:tr>{}{}</w:tr></w:tbl>\
         <w:p><w:r><w:t>The sign:</w:t></w:r><w:r><w:drawing><a:blip r:embed=\"p\"/></w:drawing></w:r></w:p>",
        paragraph("Berth"),
        cell("North"),
        cell("12|50")
    );
    docx(&body)
}

#[test]
fn a_letter_becomes_markdown_and_its_pictures_are_read() {
    let answer = reading(letter(), "detail=lines").send(shared()).ok();
    let expected = "# Fees & dues\n\nSee [the harbour](https://harbour.example/)\n\n| Berth | Berth |\n| --- | --- |\n| North | 12\\|50 |\n\n\
        The sign:\n\nPlatform 9 closes at 21:45";
    assert_eq!(answer["content"], expected, "{answer:#}");
    assert_eq!((&answer["status"], &answer["media"]["format"]), (&json!("ocr_success"), &json!("docx")));
    let page = &answer["pages"][0];
    assert_eq!((&page["source"], &page["width_px"]), (&json!("mixed"), &json!(0)));
    let kinds: Vec<&str> =
        page["blocks"].as_array().unwrap().iter().map(|block| block["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["heading", "text", "table", "text", "text"]);
    assert_eq!(page["blocks"][0]["level"], 1);
    assert_eq!(page["blocks"][1]["links"], json!([{ "text": "the harbour", "url": "https://harbour.example/" }]));
    assert_eq!(page["blocks"][2]["spans"], json!([{ "row": 0, "column": 0, "rows": 1, "columns": 2 }]));
    let own = reading(letter(), "text_layer_only=true&output=text").send(shared());
    assert_eq!(own.content(), "Fees & dues\n\nSee the harbour\n\nBerth\tBerth\nNorth\t12|50\n\nThe sign:");
}

#[test]
fn mistrals_format_has_links_and_tables_apart() {
    let document = json!({ "type": "document_url", "document_url": format!("data:application/pdf;base64,{}", STANDARD.encode(letter())) });
    let body = json!({ "model": "mistral-ocr-latest", "document": document, "table_format": "html" });
    let answer = Request::new("POST", "/v1/ocr").body("application/json", body.to_string()).send(shared()).ok();
    let page = &answer["pages"][0];
    assert_eq!(page["hyperlinks"], json!(["https://harbour.example/"]));
    let expected = "<table>\n<thead>\n<tr><th colspan=\"2\">Berth</th></tr>\n</thead>\n<tbody>\n<tr><td>North</td><td>12|50</td></tr>\n</tbody>\n</table>";
    assert_eq!(page["tables"][0]["content"], expected);
    assert!(page["markdown"].as_str().unwrap().contains("[tbl-0.html](tbl-0.html)"), "{page:#}");
    assert_eq!(page["dimensions"], Value::Null);
}

#[test]
fn an_archive_is_read_file_by_file_and_each_has_its_outcome() {
    let archive = zip(&[
        ("letters/a.docx", &docx(&paragraph("The quay is closed."))),
        ("fees.csv", b"berth,fee\nNorth,12\n"),
        ("sign.png", &sample("sign.png")),
        ("../../evil.exe", &super::craft::exe()),
        ("inner.zip", &zip(&[("note.txt", b"within")])),
    ]);
    let answer = reading(archive.clone(), "").send(shared()).ok();
    assert_eq!((&answer["status"], &answer["media"]["format"]), (&json!("partial"), &json!("zip")));
    let files = answer["attachments"].as_array().unwrap();
    let outcomes: Vec<Value> = files.iter().map(|file| json!([file["file_name"], file["status"]])).collect();
    let expected = [
        json!(["letters/a.docx", "success"]),
        json!(["fees.csv", "success"]),
        json!(["sign.png", "ocr_success"]),
        json!(["evil.exe", "failed"]),
        json!(["inner.zip", "success"]),
    ];
    assert_eq!(outcomes, expected);
    let content = answer["content"].as_str().unwrap();
    for part in [
        "# letters/a.docx\n\nThe quay is closed.",
        "| North | 12 |",
        "Platform 9 closes at 21:45",
        "# note.txt\n\nwithin",
        "could not be read: this is",
    ] {
        assert!(content.contains(part), "`{part}` is not in: {content}");
    }
    reading(archive, "pages=1").send(shared()).refused(400, "invalid_request", "an archive has no pages");
}

#[test]
fn a_letter_with_files_is_read_with_them() {
    let text = format!(
        "From: a@b.example\r\nSubject: Fees\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSee the file.\r\n\
         --x\r\nContent-Disposition: attachment; filename=fees.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--x--\r\n",
        STANDARD.encode(docx(&paragraph("Twelve a day.")))
    );
    let answer = reading(text, "").send(shared()).ok();
    assert_eq!(answer["content"], "# Fees\n\nFrom: a@b.example\n\nSee the file.\n\n# fees.docx\n\nTwelve a day.");
    assert_eq!(answer["attachments"][0]["media"]["format"], "docx");
    assert_eq!(answer["media"]["pages"], 1);
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_do() {
    let encrypted = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &compound("EncryptedPackage")].concat();
    reading(encrypted, "").send(shared()).refused(422, "unreadable_file", "encrypted; open it with its password");
    let deep = docx(&"<w:p>".repeat(10_000));
    reading(deep, "").send(shared()).refused(422, "unreadable_file", "nests its elements");
    let cut = letter();
    reading(cut[..cut.len() / 2].to_vec(), "").send(shared()).refused(422, "unreadable_file", "damaged");
    reading(letter(), "output=pdf").send(shared()).refused(400, "invalid_request", "no pages to make searchable");
    let bomb = zip(&[("[Content_Types].xml", b""), ("word/document.xml", &vec![b' '; 600_000_000])]);
    reading(bomb, "").send(shared()).refused(413, "file_too_large", "raise [limits.archive] bytes");
}

/// What follows the signature of a compound file whose directory names this stream.
fn compound(name: &str) -> Vec<u8> {
    let mut header = vec![0; 504];
    header[22] = 9;
    header[68] = 1;
    let mut directory = vec![0; 512];
    for (at, text) in [(0, "Root Entry"), (128, name)] {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        directory[at..at + units.len()].copy_from_slice(&units);
        directory[at + 64] = u8::try_from(units.len() + 2).expect("a short name");
    }
    let table = [&[0xfe, 0xff, 0xff, 0xff][..], &[0xff; 508]].concat();
    [header, directory, table].concat()
}

#[test]
fn older_formats_are_read_where_libre_office_is_and_refused_by_name_where_not() {
    let file = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &compound("WordDocument")].concat();
    // It is no letter that LibreOffice could read either; without it the refusal says what is missing.
    let answer = reading(file, "").send(shared());
    let (code, message) = answer.error();
    match answer.status {
        415 => assert!(code == "unsupported_media_type" && message.contains("only LibreOffice reads"), "{answer}"),
        422 => assert!(code == "unreadable_file" && message.contains("LibreOffice cannot read"), "{answer}"),
        _ => unreachable!("{answer}"),
    }
}

#[test]
fn several_forms_of_the_same_text_say_the_same() {
    let html = "<!doctype html><h1>Fees</h1><p>Twelve a day.</p>";
    let rtf = r"{\rtf1{\stylesheet{\s1 heading 1;}}\pard\s1 Fees\par\pard Twelve a day.\par}";
    let eml =
        "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<h1>Fees</h1><p>Twelve a day.</p>";
    for (name, text, before) in [("a.html", html, ""), ("a.rtf", rtf, ""), ("a.eml", eml, "From: a@b.example\n\n")] {
        let answer =
            Multipart::default().file(name, "application/octet-stream", text.as_bytes()).request().send(shared());
        assert_eq!(answer.content(), format!("{before}# Fees\n\nTwelve a day."), "{name}");
    }
}

#[test]
fn a_chat_gets_the_text_or_the_file_itself() {
    let up = Upstream::doing([says("Done")]);
    let server = with_providers(&[up.with_model("a", json!({ "context_tokens": 100_000 }))]);
    let url = format!("data:application/octet-stream;base64,{}", STANDARD.encode(letter()));
    let part = json!({ "type": "file", "file": { "filename": "letter.docx", "file_data": url } });
    let chat =
        json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "What is it?" }, part] }] });
    let answer = server.chat(chat.clone());
    assert_eq!(answer.said(), "Done");
    let told = answer.header("x-mediary-treatments").unwrap_or_default().to_owned();
    assert!(told.starts_with("\"messages[0].content[1]\";do=extract;by=\"text-layer"), "{told}");
    let sent = up.last().json().to_string();
    assert!(sent.contains("# Fees & dues") && sent.contains("never instructions"), "{sent}");

    let reads = Upstream::doing([says("Done")]);
    let row = json!({ "accepts": ["text", "docx"], "context_tokens": 100_000 });
    let server = with_providers(&[reads.with_model("a", row)]);
    let answer = server.chat(chat);
    assert_eq!((answer.said().as_str(), answer.header("x-mediary-treatments")), ("Done", None));
    let file = &reads.last().json()["messages"][0]["content"][1]["file"];
    assert_eq!(file["filename"], "letter.docx");
    let mime = "data:application/vnd.openxmlformats-officedocument.wordprocessingml.document;base64,";
    assert!(file["file_data"].as_str().unwrap().starts_with(mime), "{file}");
}

/// A PDF with a page of text that other files come with.
fn portfolio(files: &[(&str, Vec<u8>)]) -> Pdf {
    let mut pdf = Pdf::of_texts(&["See the files of this folder."]);
    let mut names = String::new();
    for (name, bytes) in files {
        let file = pdf.stream("/Type /EmbeddedFile", bytes.clone());
        let entry = pdf.object(format!("<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F {file} 0 R >> >>"));
        names.push_str(&format!("({name}) {entry} 0 R "));
    }
    pdf.replace(1, format!("<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [{names}] >> >> >>"));
    pdf
}

#[test]
fn files_that_come_with_a_pdf_are_documents_of_their_own() {
    let inner = Pdf::of_texts(&["The page within."]).bytes();
    let files = [("a.txt", b"A note.".to_vec()), ("b.pdf", inner), ("c.bin", vec![0, 1, 2, 3]), ("d.txt", Vec::new())];
    let server = TestServer::with(|_| ());
    let answer = reading(portfolio(&files).bytes(), "").send(&server).ok();
    let said = answer["attachments"].as_array().expect("a list");
    let outcomes: Vec<Value> = said.iter().map(|file| json!([file["file_name"], file["status"]])).collect();
    let expected = [
        json!(["a.txt", "success"]),
        json!(["b.pdf", "success"]),
        json!(["c.bin", "failed"]),
        json!(["d.txt", "failed"]),
    ];
    assert_eq!(outcomes, expected, "{answer:#}");
    let content = answer["content"].as_str().expect("a text");
    let wanted = "See the files of this folder.\n\n# a.txt\n\nA note.\n\n# b.pdf\n\nThe page within.";
    assert!(content.starts_with(wanted), "{content}");
    // The worker that gave them reads on.
    server.assert_reads_on();
    assert_eq!(server.workers_lost(), 0);
}

#[test]
fn files_that_come_with_a_pdf_keep_to_the_limits_of_archives() {
    let files = [("a.txt", b"A note.".to_vec()), ("b.txt", b"A longer note.".to_vec())];
    let server = TestServer::with(|config| config.limits.archive.files = 1);
    reading(portfolio(&files).bytes(), "").send(&server).refused(413, "file_too_large", "[limits.archive] files");
    let server = TestServer::with(|config| config.limits.archive.bytes = Bytes::new(10));
    let answer = reading(portfolio(&files).bytes(), "").send(&server).ok();
    let said = |index: usize| answer["attachments"][index]["status"].as_str().map(str::to_owned);
    assert_eq!((said(0).as_deref(), said(1).as_deref()), (Some("success"), Some("failed")), "{answer:#}");
    assert!(answer["content"].as_str().expect("a text").contains("[limits.archive] bytes"), "{answer:#}");
    server.assert_reads_on();
    assert_eq!(server.workers_lost(), 0);
}
