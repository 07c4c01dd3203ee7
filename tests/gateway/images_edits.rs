//! `POST /v1/images/edits` and `/v1/images/variations`: forms and JSON mean the same, masks arrive as they should.

use image::ImageFormat;
use mediary::config::Bytes;
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::fails;
use super::client::{Answer, Request};
use super::images_words::{claiming, editor, encoded, gives, kind, mask, painter, picture, pictures, plain, png};
use super::server::TestServer;
use super::site::{Page, Site};
use super::upstream::{Seen, Upstream};

const EDITS: &str = "/v1/images/edits";
const VARIATIONS: &str = "/v1/images/variations";

/// A part of a form: the field, the file's name if it is one, its type, its bytes.
pub(crate) type Part<'a> = (&'a str, Option<&'a str>, &'a str, &'a [u8]);

pub(crate) fn form(route: &str, parts: &[Part<'_>]) -> Request {
    let mut body = Vec::new();
    for (field, name, mime, bytes) in parts {
        let name = name.map_or(String::new(), |name| format!("; filename=\"{name}\"\r\nContent-Type: {mime}"));
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{field}\"{name}\r\n\r\n").bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    Request::new("POST", route.to_owned()).body("multipart/form-data; boundary=edge", body)
}

pub(crate) fn file<'a>(field: &'a str, bytes: &'a [u8]) -> Part<'a> {
    (field, Some("a.png"), "image/png", bytes)
}

pub(crate) fn text<'a>(field: &'a str, value: &'a str) -> Part<'a> {
    (field, None, "", value.as_bytes())
}

/// The parts of a form that a provider got: names and bytes.
pub(crate) fn parts(seen: &Seen) -> Vec<(String, Vec<u8>)> {
    let kind = seen.header("content-type").unwrap_or_default();
    let boundary = format!("--{}", kind.split_once("boundary=").expect("it is a form").1);
    let body = &seen.body;
    let mut found = Vec::new();
    let at: Vec<usize> = (0..body.len()).filter(|&at| body[at..].starts_with(boundary.as_bytes())).collect();
    for pair in at.windows(2) {
        let part = &body[pair[0] + boundary.len() + 2..pair[1] - 2];
        let end = part.windows(4).position(|window| window == b"\r\n\r\n").expect("it has headers");
        let head = String::from_utf8_lossy(&part[..end]).into_owned();
        let name = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
        found.push((name, part[end + 4..].to_vec()));
    }
    found
}

fn with_editor() -> (Upstream, TestServer) {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[editor(&up, "far", json!({}))]);
    (up, server)
}

fn sent(up: &Upstream, field: &str) -> Vec<Vec<u8>> {
    parts(&up.last()).into_iter().filter(|(name, _)| name == field).map(|(_, bytes)| bytes).collect()
}

#[test]
fn a_form_and_json_are_the_same_edit() {
    let (up, server) = with_editor();
    let (one, two, mask) = (png(64, 48), picture(32, 32, ImageFormat::Jpeg), mask(64, 48));
    let url = |mime: &str, bytes: &[u8]| format!("data:{mime};base64,{}", encoded(bytes));
    let as_json = json!({ "prompt": "a hat", "images": [
        { "image_url": url("image/png", &one) }, { "image_url": url("image/jpeg", &two) } ],
        "mask": { "image_url": url("image/png", &mask) }, "quality": "high" });
    let rows = [
        form(
            EDITS,
            &[
                file("image", &one),
                file("image", &two),
                file("mask", &mask),
                text("prompt", "a hat"),
                text("quality", "high"),
            ],
        ),
        form(
            EDITS,
            &[
                text("prompt", "a hat"),
                text("quality", "high"),
                file("image[]", &one),
                file("image[]", &two),
                file("mask", &mask),
            ],
        ),
        form(
            EDITS,
            &[
                file("mask[]", &mask),
                file("images[]", &one),
                file("images[]", &two),
                text("prompt", "a hat"),
                text("quality", "high"),
            ],
        ),
        Request::new("POST", EDITS).body("application/json", as_json.to_string()),
    ];
    for request in rows {
        let answer = request.send(&server);
        assert_eq!(pictures(&answer), [png(64, 48)], "{answer}");
        assert_eq!(up.last().path, EDITS);
        assert_eq!(sent(&up, "image[]"), [one.clone(), two.clone()]);
        assert_eq!(sent(&up, "mask"), std::slice::from_ref(&mask), "once, and as the file it was");
        assert_eq!((sent(&up, "prompt"), sent(&up, "quality")), (vec![b"a hat".to_vec()], vec![b"high".to_vec()]));
    }
}

#[test]
fn data_urls_are_taken_in_every_spelling_that_chats_take() {
    let (up, server) = with_editor();
    let one = png(64, 48);
    let base64 = encoded(&one);
    let escaped = base64.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
    let lines = base64.as_bytes().chunks(60).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n");
    let rows = [
        format!("data:image/png;base64,{base64}"),
        format!("DATA:image/png;base64,{base64}"),
        format!("data:IMAGE/PNG;BASE64,{base64}"),
        format!("data:image/png;base64,{escaped}"),
        format!("data:;base64,{}", base64.replace('+', "-").replace('/', "_")),
        format!("data:image/png;base64,{}", base64.trim_end_matches('=')),
        format!("data:image/png;base64,{lines}"),
    ];
    for url in rows {
        let body = json!({ "prompt": "a hat", "images": [{ "image_url": url }] });
        let answer = Request::new("POST", EDITS).body("application/json", body.to_string()).send(&server);
        assert_eq!(answer.status, 200, "{url:.40}: {answer}");
        assert_eq!(sent(&up, "image"), std::slice::from_ref(&one), "{url:.40}");
    }
    let calls = up.calls();
    for url in ["data:image/png,abc", "data:image/png;base64", "DATA:image/png;base64,AA=A", "data:;base64,A"] {
        let body = json!({ "prompt": "a hat", "images": [{ "image_url": url }] });
        let answer = Request::new("POST", EDITS).body("application/json", body.to_string()).send(&server);
        answer.refused(400, "invalid_request", "base64");
    }
    assert_eq!(up.calls(), calls);
}

#[test]
fn unknown_fields_and_files_pass_as_they_came() {
    let (up, server) = with_editor();
    let (one, odd) = (png(64, 48), [0_u8, 159, 146, 150, 255]);
    let parts = [
        file("image", &one),
        text("prompt", "two\nlines"),
        text("strength", "0.75"),
        text("tags[]", "a"),
        text("tags[]", "b"),
        ("control_net", Some("c.bin"), "application/x-own", &odd[..]),
    ];
    assert_eq!(form(EDITS, &parts).send(&server).status, 200);
    assert_eq!(sent(&up, "image"), std::slice::from_ref(&one));
    assert_eq!((sent(&up, "prompt"), sent(&up, "strength")), (vec![b"two\nlines".to_vec()], vec![b"0.75".to_vec()]));
    assert_eq!(
        (sent(&up, "tags[]"), sent(&up, "control_net")),
        (vec![b"a".to_vec(), b"b".to_vec()], vec![odd.to_vec()])
    );
}

#[test]
fn masks_are_checked_and_turned_into_what_the_target_wants() {
    let (up, server) = with_editor();
    let one = png(64, 48);
    let ask =
        |mask: &[u8]| form(EDITS, &[file("image", &one), file("mask", mask), text("prompt", "a hat")]).send(&server);
    let other_size = ask(&mask(32, 48));
    other_size.refused(400, "invalid_request", "32 × 48");
    assert_eq!(other_size.json()["error"]["param"], "mask");
    assert_eq!(ask(&png(64, 48)).status, 422, "it says nowhere what is to be changed");
    assert_eq!(ask(&plain()).status, 422);
    assert_eq!(ask(b"<html>no mask</html>").status, 415);
    assert_eq!(up.calls(), 0);
    // White places are what is to be changed, for a target that goes by transparency.
    let white = {
        let halves = image::RgbImage::from_fn(64, 48, |x, _| image::Rgb(if x < 32 { [255; 3] } else { [0; 3] }));
        let mut bytes = std::io::Cursor::new(Vec::new());
        halves.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let answer = ask(&white);
    assert_eq!(answer.header("x-mediary-treatments"), Some("\"mask\";do=transcode;by=\"alpha\""), "{answer}");
    let alpha = image::load_from_memory(&sent(&up, "mask")[0]).unwrap().to_rgba8();
    assert_eq!((alpha.get_pixel(0, 0)[3], alpha.get_pixel(63, 0)[3]), (0, 255));
    // And the other way round.
    let black = json!({ "images": { "sources": 1, "mask": "black_and_white" } });
    let server = with_providers(&[editor(&up, "far", black)]);
    let request = form(
        EDITS,
        &[file("image", &one), ("mask", Some("m.png"), "image/png", &mask(64, 48)), text("prompt", "a hat")],
    );
    let answer = request.send(&server);
    assert_eq!(answer.header("x-mediary-treatments"), Some("\"mask\";do=transcode;by=\"black_and_white\""), "{answer}");
    let grey = image::load_from_memory(&sent(&up, "mask")[0]).unwrap().to_luma8();
    assert_eq!((grey.get_pixel(0, 0)[0], grey.get_pixel(63, 0)[0]), (255, 0));
}

#[test]
fn a_target_without_edits_or_masks_is_passed_over_before_anything_is_sent() {
    let words = Upstream::doing([gives(&[png(64, 48)])]);
    let unmasked = Upstream::doing([gives(&[png(64, 48)])]);
    let able = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[
        painter(&words, "words", json!({})),
        editor(&unmasked, "unmasked", json!({ "images": { "sources": 1 } })),
        editor(&able, "able", json!({})),
    ]);
    let (one, mask) = (png(64, 48), mask(64, 48));
    let masked = form(EDITS, &[file("image", &one), file("mask", &mask), text("prompt", "a hat")]).send(&server);
    assert_eq!(masked.header("x-routed-via"), Some("able/m"), "{masked}");
    let several = form(EDITS, &[file("image", &one), file("image", &one), text("prompt", "a hat")]).send(&server);
    assert_eq!(several.header("x-routed-via"), Some("able/m"), "{several}");
    let bare = form(EDITS, &[file("image", &one), text("prompt", "a hat")]).send(&server);
    assert_eq!(bare.header("x-routed-via"), Some("unmasked/m"), "{bare}");
    assert_eq!((words.calls(), unmasked.calls(), able.calls()), (0, 1, 2));
    let pinned = form(EDITS, &[file("image", &one), text("prompt", "a hat"), text("model", "words/m")]).send(&server);
    assert_eq!((pinned.status, words.calls()), (422, 0), "{pinned}");
    assert!(pinned.text().contains("image_edit"), "{pinned}");
}

#[test]
fn variations_are_made_by_whatever_edits() {
    let (up, server) = with_editor();
    let one = png(64, 48);
    let answer = form(VARIATIONS, &[file("image", &one), text("n", "2")]).send(&server);
    assert_eq!(pictures(&answer).len(), 2, "{answer}");
    assert_eq!((up.last().path.as_str(), sent(&up, "image")), (EDITS, vec![one.clone()]));
    assert!(String::from_utf8_lossy(&sent(&up, "prompt")[0]).contains("variation"));
    let own = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[editor(&own, "far", json!({ "tasks": ["image_variation"] }))]);
    assert_eq!(form(VARIATIONS, &[file("image", &one)]).send(&server).status, 200);
    assert_eq!((own.last().path.as_str(), sent(&own, "prompt")), (VARIATIONS, vec![]));
    let none = form(VARIATIONS, &[text("n", "1")]).send(&server);
    none.refused(400, "invalid_request", "there is no picture");
}

#[test]
fn sources_are_looked_at_and_brought_into_a_form_that_is_taken() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[editor(&up, "far", json!({ "accepts": ["png"] }))]);
    let ask = |bytes: &[u8]| form(EDITS, &[file("image", bytes), text("prompt", "a hat")]).send(&server);
    for format in [ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::WebP, ImageFormat::Jpeg] {
        assert_eq!(ask(&picture(40, 30, format)).status, 200, "{format:?}");
        assert_eq!(kind(&sent(&up, "image")[0]).1, (40, 30), "{format:?}");
        assert!(sent(&up, "image")[0].starts_with(b"\x89PNG"), "{format:?}");
    }
    let calls = up.calls();
    let status = |answer: Answer| answer.status;
    assert_eq!(status(ask(b"<!doctype html><html></html>")), 415);
    assert_eq!(status(ask(&picture(64, 64, ImageFormat::Gif)[..20])), 422);
    assert_eq!(status(ask(b"")), 400);
    assert_eq!(status(ask(&claiming(20_000))), 413, "400 megapixels are more than is decoded");
    assert_eq!(up.calls(), calls);
}

#[test]
fn half_a_picture_is_sent_nowhere() {
    let (up, server) = with_editor();
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let bytes = picture(64, 48, format);
        let cut = form(EDITS, &[file("image", &bytes[..bytes.len() * 2 / 3]), text("prompt", "a hat")]).send(&server);
        cut.refused(422, "unreadable_file", "");
        assert_eq!(cut.json()["error"]["param"], "image", "{format:?}");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_route_that_a_provider_has_not_is_no_verdict_on_its_model() {
    let up = Upstream::doing([fails(404, "Not Found", None), gives(&[png(64, 48)])]);
    let server = with_providers(&[editor(&up, "far", json!({}))]);
    let edit = form(EDITS, &[file("image", &png(64, 48)), text("prompt", "a hat")]).send(&server);
    assert!(edit.status >= 400, "{edit}");
    let made = super::images_words::drawn(&server, json!({}));
    assert_eq!((made.status, up.calls()), (200, 2), "{made}");
}

#[test]
fn too_many_pictures_are_told_how_many_may_be_sent() {
    let (up, server) = with_editor();
    let one = png(64, 48);
    let parts = [&[text("prompt", "a hat")][..], &[file("image", &one); 5]].concat();
    let refused = form(EDITS, &parts).send(&server);
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (422, &json!("image")), "{refused}");
    assert!(refused.text().contains("at most 4 pictures") && up.calls() == 0, "{refused}");
}

#[test]
fn named_pictures_are_fetched_once_each_and_not_too_many() {
    let (one, two) = (png(64, 48), png(32, 32));
    let site = Site::new(vec![
        ("/one.png", Page::file("image/png", one.clone())),
        ("/two.png", Page::file("image/png", two.clone())),
        ("/endless", Page::endless()),
    ]);
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = serving(&[editor(&up, "far", json!({}))], |config| {
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
        config.fetch.files = 2;
        config.limits.upload_bytes = Bytes::new(500_000);
    });
    let naming = |route: &str, paths: &[&str], more: Value| {
        let images: Vec<Value> = paths.iter().map(|path| json!({ "image_url": site.url(path) })).collect();
        let mut body = json!({ "prompt": "a hat", "images": images });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        Request::new("POST", route).body("application/json", body.to_string()).send(&server)
    };
    // What is too much is told before anything is fetched.
    naming(EDITS, &["/one.png"; 1_000], json!({})).refused(400, "invalid_request", "at most 16");
    naming(VARIATIONS, &["/one.png", "/two.png"], json!({})).refused(400, "invalid_request", "one picture");
    naming(EDITS, &["/a", "/b", "/c"], json!({})).refused(413, "file_too_large", "[fetch] files");
    let third = naming(EDITS, &["/a", "/b"], json!({ "mask": site.url("/c") }));
    assert_eq!((third.status, &third.json()["error"]["param"]), (413, &json!("mask")), "{third}");
    assert_eq!((site.visits(), up.calls()), (0, 0));
    let made = naming(EDITS, &["/one.png", "/two.png", "/one.png"], json!({}));
    assert_eq!(made.status, 200, "{made}");
    assert_eq!((site.visits(), sent(&up, "image[]")), (2, vec![one.clone(), two, one]));
    let endless = naming(EDITS, &["/endless"], json!({}));
    endless.refused(413, "file_too_large", "500000 bytes");
    assert_eq!((&endless.json()["error"]["param"], up.calls()), (&json!("images[0]"), 1));
}

#[test]
fn open_webuis_requests_are_understood() {
    let (up, server) = with_editor();
    let one = png(64, 48);
    // A form with the picture under `image`, and fields that its settings leave empty.
    let parts = [
        text("model", "m"),
        text("prompt", "a hat"),
        text("n", "1"),
        text("size", ""),
        text("response_format", "b64_json"),
        file("image", &one),
    ];
    assert_eq!(form(EDITS, &parts).send(&server).status, 200);
    assert_eq!((sent(&up, "size"), sent(&up, "image")), (vec![], vec![one]));
    // A path below its own address says nothing of its server.
    let body = json!({ "model": "m", "prompt": "a hat", "image": "/api/v1/files/7f/content" });
    let answer = Request::new("POST", EDITS).body("application/json", body.to_string()).send(&server);
    answer.refused(400, "invalid_request", "/api/v1/files/7f/content");
    let body: Value =
        json!({ "model": "m", "prompt": "a fox", "n": 1, "size": "64x48", "response_format": "b64_json" });
    let made = Request::new("POST", "/v1/images/generations").body("application/json", body.to_string()).send(&server);
    assert_eq!(pictures(&made), [png(64, 48)]);
}

#[test]
fn an_edit_is_explained_without_being_made() {
    let (up, server) = with_editor();
    let explained = |endpoint: &str, request: Value| {
        let body = json!({ "endpoint": endpoint, "request": request });
        Request::new("POST", "/v1/plan").body("application/json", body.to_string()).send(&server)
    };
    let url = format!("data:image/png;base64,{}", encoded(&png(64, 48)));
    for (endpoint, task) in [(EDITS, "image_edit"), (VARIATIONS, "image_variation")] {
        let plan = explained(endpoint, json!({ "prompt": "a hat", "images": [{ "image_url": url }] })).ok();
        let target = plan["candidates"][0]["target"].as_str().unwrap();
        assert!(target.starts_with("far/"), "{target}");
        assert_eq!(plan["task"], task);
        let refused = explained(endpoint, json!({ "prompt": "a hat" }));
        assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("image")), "{refused}");
    }
    assert_eq!(up.calls(), 0, "a plan calls nothing");
}
