//! What else a reading becomes: events page by page, pictures with boxes, and what is remembered.

use mediary::config::Bytes;
use serde_json::{Value, json};

use super::client::{Multipart, Request, reading};
use super::craft::add_picture_page;
use super::pdf::Pdf;
use super::server::{PATIENCE, TestServer, sample, shared};

/// The events of a stream: names and data.
fn events(text: &str) -> Vec<(String, Value)> {
    let field = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
    };
    text.split("\n\n")
        .filter_map(|event| {
            let data = field(event, "data")?;
            Some((field(event, "event")?, serde_json::from_str(&data).expect("data is JSON")))
        })
        .collect()
}

fn three_pages() -> Vec<u8> {
    let mut pdf = Pdf::of_texts(&["The first page has a text of its own."]);
    add_picture_page(&mut pdf, &sample("sign.png"));
    pdf.page("", &super::pdf::text_at(60, 700, 12, "The third page has one too."));
    pdf.bytes()
}

#[test]
fn a_stream_tells_of_each_page_and_then_of_the_whole() {
    let answer = reading(three_pages(), "stream=true").send(shared());
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let events = events(answer.text());
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["page", "page", "page", "done"]);
    let told: Vec<(&Value, &Value, &Value)> =
        events[..3].iter().map(|(_, data)| (&data["page"]["index"], &data["done"], &data["total"])).collect();
    let number = |n: u64| json!(n);
    assert_eq!(
        told,
        [
            (&number(0), &number(1), &number(3)),
            (&number(1), &number(2), &number(3)),
            (&number(2), &number(3), &number(3)),
        ]
    );
    let whole = &events[3].1;
    assert_eq!(whole["object"], "ocr");
    assert_eq!(whole["pages"][1], events[1].1["page"], "a page is the same in both");
    assert!(whole["content"].as_str().unwrap().contains("Platform 9 closes"), "{whole:#}");
}

#[test]
fn pages_come_with_pictures_of_themselves_as_they_were_sent() {
    let fetched = |page: &Value| {
        let url = page["image_url"].as_str().unwrap_or_else(|| panic!("there is a link: {page:#}"));
        Request::new("GET", &url[url.find("/v1/").expect("a path")..]).send(shared())
    };
    let events = events(reading(three_pages(), "stream=true&pictures=true&detail=lines").send(shared()).text());
    let whole = &events.last().expect("it ends").1;
    for (index, page) in whole["pages"].as_array().expect("pages").iter().enumerate() {
        let picture = fetched(page);
        assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/jpeg")), "page {index}");
        let size = image_size(&picture.body);
        assert_eq!(
            size,
            (page["width_px"].as_u64().unwrap(), page["height_px"].as_u64().unwrap()),
            "boxes fit page {index}"
        );
        // What was told of the page while the others were read leads to the same picture, or waits for the end.
        let told = &events[index].1["page"]["image_url"];
        assert!(told.is_null() || *told == page["image_url"], "{told}");
    }
    let picture = reading(sample("receipt.jpg"), "pictures=true&pages=1").send(shared()).ok();
    assert_eq!(fetched(&picture["pages"][0]).status, 200);
    let table = reading(sample("table.csv"), "pictures=true").send(shared()).ok();
    assert!(table["pages"][0]["image_url"].is_null(), "a table has no picture: {table:#}");
    reading(sample("sign.png"), "pictures=true&output=image").send(shared()).refused(
        400,
        "invalid_request",
        "leave `pictures` out",
    );
}

/// Width and height of a JPEG, by the segment that says so.
fn image_size(jpeg: &[u8]) -> (u64, u64) {
    let number = |at: usize| u16::from_be_bytes([jpeg[at], jpeg[at + 1]]);
    let mut at = 2;
    while !matches!(jpeg[at + 1], 0xc0..=0xc2) {
        at += 2 + usize::from(number(at + 2));
    }
    (number(at + 7).into(), number(at + 5).into())
}

#[test]
fn what_cannot_be_read_at_all_has_its_status_in_a_stream_too() {
    reading("%PDF-1.4 nothing", "stream=true").send(shared()).refused(422, "unreadable_file", "damaged");
    reading(sample("invoice.pdf"), "stream=true&pages=9").send(shared()).refused(400, "invalid_request", "no page 9");
    let two = Multipart::default().file("a.txt", "text/plain", b"a").file("b.txt", "text/plain", b"b");
    two.field("stream", "true").request().send(shared()).refused(400, "invalid_request", "a stream is of one file");
}

#[test]
fn pages_are_drawn_with_what_was_read_and_can_be_fetched() {
    let answer = shared().read(three_pages(), "output=image").ok();
    assert_eq!(answer.get("content"), None);
    for (index, page) in answer["pages"].as_array().unwrap().iter().enumerate() {
        let url = page["image_url"].as_str().expect("each page has a picture");
        let path = url.strip_prefix(&format!("http://{}", shared().address)).expect("links lead to this server");
        let picture = shared().get(path);
        assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")), "page {index}");
        let drawn = image::load_from_memory(&picture.body).expect("a picture").to_rgb8();
        assert_eq!(json!([drawn.width(), drawn.height()]), json!([page["width_px"], page["height_px"]]));
        let coloured =
            drawn.pixels().filter(|pixel| pixel.0.iter().max().unwrap() - pixel.0.iter().min().unwrap() > 80);
        assert!(coloured.count() > 200, "page {index} has no boxes");
    }
    shared().get("/v1/ocr/images/ocr-unknown/0").refused(404, "no_such_image", "kept for an hour");
    shared().get("/v1/ocr/images/..%2f..%2fetc/passwd").refused(404, "no_such_image", "kept for an hour");
}

#[test]
fn one_page_can_be_had_as_a_picture_at_once() {
    let picture = reading(sample("sign.png"), "output=image").header("accept", "image/png").send(shared());
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")), "{}", picture.status);
    assert_eq!(image::load_from_memory(&picture.body).expect("a picture").width(), 640);
    reading(three_pages(), "output=image").header("accept", "image/png").send(shared()).refused(
        400,
        "invalid_request",
        "select it with `pages`",
    );
    shared().read("just a text", "output=image").refused(400, "invalid_request", "no pages to draw");
}

#[test]
fn the_same_bytes_with_the_same_options_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::with(|config| {
        config.cache.bytes = Bytes::new(10_000_000);
        config.cache.dir = Some(folder.path().join("cache"));
    });
    let read = |fields: &str| server.read(sample("sign.png"), fields).ok();
    let first = read("");
    assert_eq!(first["cached"], false);
    let mut second = read("");
    assert_eq!(second["cached"], true);
    for changing in ["id", "usage", "cached"] {
        second[changing] = first[changing].clone();
    }
    assert_eq!(second, first, "what is remembered is the same answer");
    // Other options, and a wish for a new reading, are not answered from memory; other forms of the same are.
    assert_eq!(read("detail=words")["cached"], true, "tables need words in either case");
    assert_eq!(read("output=text")["cached"], false);
    assert_eq!(read("engine=local/paddleocr:fast")["cached"], false);
    assert_eq!(read("cache=false")["cached"], false);
    let events = events(reading(sample("sign.png"), "stream=true").send(&server).text());
    assert_eq!(events.last().unwrap().1["cached"], true);
    // Another server on the same folder knows it as well.
    drop(server);
    let other = TestServer::with(|config| {
        config.cache.bytes = Bytes::new(10_000_000);
        config.cache.dir = Some(folder.path().join("cache"));
    });
    assert_eq!(other.read(sample("sign.png"), "").ok()["cached"], true);
}

#[test]
fn what_needs_a_password_is_never_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::with(|config| {
        config.cache.bytes = Bytes::new(10_000_000);
        config.cache.dir = Some(folder.path().join("cache"));
    });
    let pdf = Pdf::of_texts(&["behind the lock"]).encrypted("open sesame");
    for _ in 0..2 {
        let answer = server.read(pdf.clone(), "password=open+sesame").ok();
        assert_eq!(answer["cached"], false);
    }
    let kept = std::fs::read_dir(folder.path().join("cache/readings")).unwrap().count();
    assert_eq!(kept, 0);
}

#[test]
fn a_client_that_leaves_a_stream_stops_the_reading() {
    let server = TestServer::with(|_| ());
    let mut pdf = Pdf::new();
    for _ in 0..40 {
        add_picture_page(&mut pdf, &sample("sign.png"));
    }
    let request = reading(pdf.bytes(), "stream=true").bytes(&server);
    let mut connection = server.connect();
    std::io::Write::write_all(&mut connection, &request).unwrap();
    let mut some = [0; 512];
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(std::io::Read::read(&mut connection, &mut some).unwrap() > 0);
    assert_eq!(server.ocr_depth(), 1);
    drop(connection);
    super::server::wait_until("the engine is free", || server.ocr_depth() == 0);
}

#[test]
fn a_drawing_needs_the_key_like_everything_else() {
    let server = TestServer::with(|config| config.server.api_keys = vec![mediary::config::Secret::new("secret")]);
    let answer = Request::new("GET", "/v1/ocr/images/ocr-unknown/0").send(&server);
    assert_eq!(answer.status, 401, "{answer}");
}
