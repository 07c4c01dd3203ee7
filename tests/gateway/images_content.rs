//! `GET /content/{token}`: files by their links, in ranges, for whoever has the link and for a while.

use std::time::Duration;

use mediary::config::{Bytes, Config};
use serde_json::json;

use super::chat_talk::{serving, with_providers};
use super::client::{Answer, Request};
use super::images_words::{asked, drawn, gives, painter, png};
use super::server::TestServer;
use super::upstream::Upstream;

/// A server with a content store of its own.
fn keeping(up: &Upstream, edit: impl FnOnce(&mut Config)) -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let dir = folder.path().join("content");
    let server = serving(&[painter(up, "far", json!({}))], |config| {
        config.content.dir = Some(dir);
        edit(config);
    });
    (folder, server)
}

fn link(server: &TestServer) -> String {
    let body = drawn(server, json!({ "response_format": "url" })).ok();
    let url = body["data"][0]["url"].as_str().expect("it is a link").to_owned();
    url.strip_prefix(&format!("http://{}", server.address)).expect("it points here").to_owned()
}

fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    headers.iter().fold(Request::new("GET", path), |request, (name, value)| request.header(name, value)).send(server)
}

#[test]
fn a_link_gives_the_file_whole_in_ranges_and_by_its_head() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let (_folder, server) = keeping(&up, |_| ());
    let (path, file) = (link(&server), png(64, 48));
    let whole = get(&server, &path, &[]);
    assert_eq!((whole.status, whole.header("content-type")), (200, Some("image/png")));
    assert_eq!((&whole.body, whole.header("accept-ranges")), (&file, Some("bytes")));
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    let tag = whole.header("etag").expect("it has one").to_owned();
    let part = get(&server, &path, &[("Range", "bytes=10-19")]);
    let range = format!("bytes 10-19/{}", file.len());
    assert_eq!((part.status, &part.body[..], part.header("content-range")), (206, &file[10..20], Some(range.as_str())));
    let end = get(&server, &path, &[("Range", "bytes=-5"), ("If-Range", &tag)]);
    assert_eq!((end.status, &end.body[..]), (206, &file[file.len() - 5..]));
    let changed = get(&server, &path, &[("Range", "bytes=-5"), ("If-Range", "\"other\"")]);
    assert_eq!((changed.status, changed.body.len()), (200, file.len()));
    let beyond = get(&server, &path, &[("Range", "bytes=9999999-")]);
    assert_eq!(
        (beyond.status, beyond.header("content-range")),
        (416, Some(format!("bytes */{}", file.len()).as_str()))
    );
    let head = Request::new("HEAD", path.clone()).send(&server);
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, whole.header("content-length")));
    // A link can be sent back in.
    let body = json!({ "model": "m", "prompt": "a hat", "image": format!("http://{}{path}", server.address) });
    let edit = Request::new("POST", "/v1/images/edits").body("application/json", body.to_string()).send(&server);
    assert_eq!(edit.status, 503, "no target here edits, but the picture was found: {edit}");
    assert!(edit.text().contains("no_providers"), "{edit}");
}

#[test]
fn links_cannot_be_guessed_and_need_no_key() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let (_folder, server) = keeping(&up, |config| {
        config.server.api_keys = vec![mediary::config::Secret::new("a-key-for-this-test")];
    });
    let answer =
        asked(json!({ "response_format": "url" })).header("Authorization", "Bearer a-key-for-this-test").send(&server);
    let url = answer.ok()["data"][0]["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&format!("http://{}", server.address)).unwrap();
    assert_eq!(get(&server, path, &[]).status, 200);
    let foreign = [("Origin", "https://elsewhere.example"), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(get(&server, path, &foreign).status, 200, "the link is the secret");
    for wrong in ["/content/", "/content/x", &path[..path.len() - 4], "/content/..%2Fkey", "/content/key"] {
        let refused = get(&server, wrong, &[]);
        assert!(matches!(refused.status, 401 | 404), "{wrong}: {refused}");
    }
    let mut forged = path.to_owned();
    let at = "/content/".len() + 3;
    let letter = if &forged[at..=at] == "A" { "B" } else { "A" };
    forged.replace_range(at..=at, letter);
    assert_eq!(get(&server, &forged, &[]).status, 404);
}

#[test]
fn what_is_too_old_or_had_to_make_way_is_gone() {
    let up = Upstream::doing([gives(&[png(64, 48)]), gives(&[png(64, 47)])]);
    let room = png(64, 48).len() as u64 + 100;
    let (_folder, server) = keeping(&up, |config| config.content.bytes = Bytes::new(room));
    let first = link(&server);
    assert_eq!(get(&server, &first, &[]).status, 200);
    let second = link(&server);
    assert_eq!((get(&server, &first, &[]).status, get(&server, &second, &[]).status), (410, 200));
    let (_folder, server) = keeping(&up, |config| config.content.max_age = Duration::ZERO);
    assert_eq!(get(&server, &link(&server), &[]).status, 410);
}

#[test]
fn without_a_store_links_are_refused_and_base64_is_not() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let refused = drawn(&server, json!({ "response_format": "url" }));
    assert_eq!((refused.status, refused.text().contains("[content] dir")), (503, true), "{refused}");
    assert_eq!(drawn(&server, json!({})).status, 200);
}
