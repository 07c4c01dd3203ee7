//! Files that are sent ahead of the requests that name them: their owner's alone, kept over a restart, and to every task as
//! if their bytes had been sent.

use std::path::Path;

use mediary::config::{Bytes, Config, Secret};
use serde_json::{Value, json};

use super::chat_talk::{configure, serving};
use super::chat_words::says;
use super::client::{Answer, Request};
use super::images_edits::{Part, form, parts, text};
use super::images_words::{editor, gives, png};
use super::server::{TestServer, sample};
use super::upstream::Upstream;

const KEYS: [&str; 2] = ["key-of-one", "key-of-another"];

fn keeping(folder: &Path, providers: &[Value], edit: impl FnOnce(&mut Config)) -> TestServer {
    serving(providers, |config| {
        config.store.dir = Some(folder.join("store"));
        edit(config);
    })
}

fn put(server: &TestServer, key: &str, name: &str, mime: &str, bytes: &[u8], further: &[Part<'_>]) -> Answer {
    let file: Part<'_> = ("file", Some(name), mime, bytes);
    form("/v1/files", &[&[file], further].concat()).header("x-api-key", key).send(server)
}

fn id(file: &Value) -> String {
    file["id"].as_str().expect("files have ids").to_owned()
}

fn get(server: &TestServer, key: &str, path: &str) -> Answer {
    Request::new("GET", path.to_owned()).header("x-api-key", key).send(server)
}

fn remove(server: &TestServer, key: &str, id: &str) -> Answer {
    Request::new("DELETE", format!("/v1/files/{id}")).header("x-api-key", key).send(server)
}

fn posts(server: &TestServer, key: &str, path: &str, body: &Value) -> Answer {
    let request = Request::new("POST", path.to_owned()).header("x-api-key", key);
    request.body("application/json", body.to_string()).send(server)
}

#[test]
fn a_file_is_its_keys_alone_and_stays_until_it_is_removed() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let with_keys = |config: &mut Config| config.server.api_keys = KEYS.map(Secret::new).to_vec();
    let server = keeping(folder.path(), &[], with_keys);
    let [one, other] = KEYS;
    let bytes = sample("sign.png");
    let expiring = [
        text("purpose", "vision"),
        text("expires_after[anchor]", "created_at"),
        text("expires_after[seconds]", "3600"),
    ];
    let file = put(&server, one, "my sign.png", "image/png", &bytes, &expiring).ok();
    assert_eq!(
        (&file["object"], &file["filename"], &file["purpose"]),
        (&json!("file"), &json!("my sign.png"), &json!("vision"))
    );
    assert_eq!((&file["bytes"], &file["status"]), (&json!(bytes.len()), &json!("processed")));
    assert_eq!(file["expires_at"].as_i64(), file["created_at"].as_i64().map(|at| at + 3600));
    let second = put(&server, one, "same.png", "image/png", &bytes, &[]).ok();
    let path = format!("/v1/files/{}", id(&file));
    assert_eq!(get(&server, one, &path).ok(), file);
    let got = get(&server, one, &format!("{path}/content"));
    assert_eq!((got.status, got.header("content-type")), (200, Some("image/png")));
    assert_eq!(got.header("content-disposition"), Some("attachment; filename*=UTF-8''my%20sign%2Epng"));
    assert_eq!(got.body, bytes);
    let ids = |key: &str, query: &str| -> Vec<String> {
        let list = get(&server, key, &format!("/v1/files{query}")).ok();
        list["data"].as_array().map(|all| all.iter().map(id).collect()).unwrap_or_default()
    };
    assert_eq!(ids(one, ""), [id(&second), id(&file)]);
    assert_eq!(ids(one, "?purpose=vision"), [id(&file)]);
    assert_eq!(ids(one, &format!("?limit=1&after={}", id(&second))), [id(&file)]);
    // To others it is not there.
    assert!(ids(other, "").is_empty());
    for answer in [
        get(&server, other, &path),
        get(&server, other, &format!("{path}/content")),
        remove(&server, other, &id(&file)),
    ] {
        answer.refused(404, "file_not_found", "no such file with this key");
    }
    drop(server);
    let server = keeping(folder.path(), &[], with_keys);
    assert_eq!(get(&server, one, &path).ok(), file, "a restart forgets nothing");
    assert_eq!(remove(&server, one, &id(&file)).ok(), json!({ "id": id(&file), "object": "file", "deleted": true }));
    get(&server, one, &path).refused(404, "file_not_found", "removed");
    // Another file has the same bytes; with the last of them they go.
    let second_content = format!("/v1/files/{}/content", id(&second));
    assert_eq!(get(&server, one, &second_content).body, bytes);
    let bytes_of = own_folder(folder.path());
    let kept = || std::fs::read_dir(&bytes_of).expect("it is there").flatten();
    let hashes = || kept().filter(|entry| entry.file_name().len() == 64).count();
    assert_eq!(hashes(), 1);
    remove(&server, one, &id(&second)).ok();
    assert_eq!(hashes(), 0);
}

#[test]
fn anthropics_clients_are_answered_in_its_words() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = keeping(folder.path(), &[], |_| ());
    let speaks = |request: Request| request.header("anthropic-version", "2023-06-01").send(&server);
    let bytes = sample("sign.png");
    let file = speaks(form("/v1/files", &[("file", Some("a.png"), "image/png", &bytes)])).ok();
    assert_eq!(
        (&file["type"], &file["size_bytes"], &file["mime_type"]),
        (&json!("file"), &json!(bytes.len()), &json!("image/png"))
    );
    assert!(file["created_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{file}");
    let list = speaks(Request::new("GET", "/v1/files?limit=5")).ok();
    assert_eq!((&list["data"][0], &list["first_id"], &list["has_more"]), (&file, &file["id"], &json!(false)));
    let removed = speaks(Request::new("DELETE", format!("/v1/files/{}", id(&file)))).ok();
    assert_eq!(removed, json!({ "id": id(&file), "type": "file_deleted" }));
}

#[test]
fn what_cannot_be_kept_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = keeping(folder.path(), &[], |config| config.files.bytes = Bytes::new(10));
    let file: Part<'_> = ("file", Some("a.txt"), "text/plain", b"four");
    form("/v1/files", &[text("purpose", "vision")]).send(&server).refused(400, "invalid_request", "field `file`");
    form("/v1/files", &[file, file]).send(&server).refused(400, "invalid_request", "one by one");
    form("/v1/files", &[file, text("colour", "red")]).send(&server).refused(
        400,
        "invalid_request",
        "no field of a file",
    );
    let bare = Request::new("POST", "/v1/files").body("text/plain", "four");
    bare.send(&server).refused(400, "invalid_request", "send a form");
    let first = form("/v1/files", &[file]).send(&server).ok();
    form("/v1/files", &[file]).send(&server).ok();
    form("/v1/files", &[file]).send(&server).refused(507, "files_full", "raise `bytes` in [files]");
    remove(&server, "", &id(&first)).ok();
    form("/v1/files", &[file]).send(&server).ok();
    // Without a place for them there are none, and the message says what to do.
    let none = TestServer::with(|_| ());
    form("/v1/files", &[file]).send(&none).refused(503, "files_not_kept", "[store] dir");
    let part = json!({ "type": "file", "file": { "file_id": "file-1" } });
    let chat = json!({ "model": "m", "messages": [{ "role": "user", "content": [part] }] });
    posts(&none, "", "/v1/chat/completions", &chat).refused(400, "invalid_request", "files are not kept here");
}

#[test]
fn every_task_takes_a_file_by_its_id_and_any_target_gets_its_bytes() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let up = Upstream::doing([says("A picture."), says("A picture."), says("A picture.")]);
    let brush = Upstream::doing([gives(&[png(64, 48)])]);
    let seeing = json!({ "models": [{ "id": "m", "accepts": ["image"] }] });
    let server = keeping(folder.path(), &[], |config| {
        configure(config, &[up.entry("a", seeing), editor(&brush, "b", json!({}))]);
        config.fetch.files = 2;
    });
    let picture = png(64, 48);
    let file = id(&put(&server, "", "a.png", "image/png", &picture, &[text("purpose", "vision")]).ok());
    let asked = [
        (
            "/v1/chat/completions",
            json!({ "messages": [{ "role": "user", "content": [
            { "type": "text", "text": "What is it?" }, { "type": "file", "file": { "file_id": file } }] }] }),
        ),
        (
            "/v1/responses",
            json!({ "input": [{ "role": "user", "content": [
            { "type": "input_text", "text": "What is it?" }, { "type": "input_image", "file_id": file }] }] }),
        ),
        (
            "/v1/messages",
            json!({ "max_tokens": 10, "messages": [{ "role": "user", "content": [
            { "type": "text", "text": "What is it?" },
            { "type": "image", "source": { "type": "file", "file_id": file } }] }] }),
        ),
    ];
    for (path, mut body) in asked {
        body["model"] = json!("a/m");
        posts(&server, "", path, &body).ok();
        let sent = up.last().json();
        let sent = sent["messages"][0]["content"].as_array().cloned().unwrap_or_default();
        let url = sent.iter().find_map(|part| part["image_url"]["url"].as_str()).unwrap_or_default();
        let base64 = url.strip_prefix("data:image/png;base64,").unwrap_or_default();
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64);
        assert_eq!(bytes.ok(), Some(picture.clone()), "{path}: {sent:?}");
    }
    let edit = json!({ "model": "b/m", "prompt": "Brighter", "images": [{ "file_id": file }] });
    posts(&server, "", "/v1/images/edits", &edit).ok();
    assert!(parts(&brush.last()).iter().any(|(_, bytes)| *bytes == picture), "the picture itself is sent");
    // Read here, from the same bytes.
    let scan = sample("sign.png");
    let scan = id(&put(&server, "", "sign.png", "image/png", &scan, &[text("purpose", "ocr")]).ok());
    let read = json!({ "model": "mistral-ocr-latest", "document": { "type": "file", "file_id": scan } });
    let read = posts(&server, "", "/v1/ocr", &read).ok();
    assert!(read["pages"][0]["markdown"].as_str().is_some_and(|text| text.len() > 20), "{read}");
    // A request names no more files than addresses.
    let many: Vec<Value> = (0..3)
        .map(|_| id(&put(&server, "", "a.png", "image/png", &picture, &[]).ok()))
        .map(|id| json!({ "type": "file", "file": { "file_id": id } }))
        .collect();
    let named = |parts: &[Value]| {
        let chat = json!({ "model": "a/m", "messages": [{ "role": "user", "content": parts }] });
        posts(&server, "", "/v1/chat/completions", &chat)
    };
    named(&many[..2]).ok();
    named(&many).refused(413, "file_too_large", "more than 2 files");
    // One that is not there is told with its place.
    let missing = json!({ "type": "file", "file": { "file_id": "file-none" } });
    let chat = json!({ "model": "a/m", "messages": [{ "role": "user", "content": [missing] }] });
    let refused = posts(&server, "", "/v1/chat/completions", &chat);
    refused.refused(400, "invalid_request", "there is no file `file-none` with this key");
    assert_eq!(refused.json()["error"]["param"], "messages[0].content[0]");
}

#[test]
fn a_file_comes_in_parts_and_is_whole_in_the_order_that_is_said() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = keeping(folder.path(), &[], |_| ());
    let begun = posts(
        &server,
        "",
        "/v1/uploads",
        &json!({ "filename": "long.txt", "bytes": 11, "purpose": "batch", "mime_type": "text/plain" }),
    )
    .ok();
    assert_eq!(
        (&begun["object"], &begun["status"], &begun["file"]),
        (&json!("upload"), &json!("pending"), &Value::Null)
    );
    let path = |rest: &str| format!("/v1/uploads/{}/{rest}", id(&begun));
    let add =
        |bytes: &[u8]| form(&path("parts"), &[("data", Some("blob"), "application/octet-stream", bytes)]).send(&server);
    let (world, hello) = (add(b"world").ok(), add(b"hello ").ok());
    assert_eq!((&hello["object"], &hello["upload_id"]), (&json!("upload.part"), &begun["id"]));
    add(b"!").refused(400, "invalid_request", "11 were announced");
    let complete = |parts: Value| posts(&server, "", &path("complete"), &json!({ "part_ids": parts }));
    complete(json!([hello["id"]])).refused(400, "invalid_request", "6 bytes together, and 11");
    complete(json!(["part-none"])).refused(400, "invalid_request", "`part_ids[0]`");
    let whole = complete(json!([hello["id"], world["id"]])).ok();
    assert_eq!((&whole["status"], &whole["file"]["filename"]), (&json!("completed"), &json!("long.txt")));
    let content = get(&server, "", &format!("/v1/files/{}/content", id(&whole["file"])));
    assert_eq!(content.body, b"hello world");
    complete(json!([hello["id"]])).refused(400, "invalid_request", "completed already");
    let other = posts(&server, "", "/v1/uploads", &json!({ "filename": "b", "bytes": 3 })).ok();
    let cancel = format!("/v1/uploads/{}/cancel", id(&other));
    assert_eq!(posts(&server, "", &cancel, &json!({})).ok()["status"], "cancelled");
    posts(&server, "", "/v1/uploads/upload-none/cancel", &json!({})).refused(
        404,
        "upload_not_found",
        "POST /v1/uploads",
    );
}

#[test]
fn files_that_come_and_go_at_once_keep_their_bytes_and_pass_no_limit() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = keeping(folder.path(), &[], |config| config.files.bytes = Bytes::new(40));
    // All have the same ten bytes, and four of them fit.
    let put = || put(&server, "", "a.txt", "text/plain", b"ten bytes.", &[]);
    let kept: Vec<Value> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..12).map(|_| scope.spawn(put)).collect();
        let answers = all.into_iter().map(|thread| thread.join().expect("it does not panic"));
        answers.filter(|answer| answer.status == 200).map(|answer| answer.json()).collect()
    });
    assert_eq!(kept.len(), 4);
    // While one goes, another comes: whichever is first, those that are there have their bytes.
    std::thread::scope(|scope| {
        for file in &kept {
            scope.spawn(|| remove(&server, "", &id(file)).ok());
            scope.spawn(put);
        }
    });
    let list = get(&server, "", "/v1/files").ok();
    for file in list["data"].as_array().into_iter().flatten() {
        assert_eq!(get(&server, "", &format!("/v1/files/{}/content", id(file))).body, b"ten bytes.");
    }
}

#[test]
fn a_document_that_is_read_may_be_named_by_its_id() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = keeping(folder.path(), &[], |_| ());
    let file = id(&put(&server, "", "sign.png", "image/png", &sample("sign.png"), &[]).ok());
    let json = posts(&server, "", "/v1/ocr/process", &json!({ "file_id": file, "output": "text" })).ok();
    assert!(json["content"].as_str().is_some_and(|text| text.contains("21:45")), "{json}");
    assert_eq!(json["file_name"], "sign.png");
    let by_form = form("/v1/ocr/process", &[text("file_id", &file), text("output", "text")]).send(&server).ok();
    assert_eq!(by_form["content"], json["content"]);
    let both = json!({ "file_id": file, "file_data": "AAAA" });
    posts(&server, "", "/v1/ocr/process", &both).refused(
        400,
        "invalid_request",
        "one of `file_data`, `file_id` and `file_url`",
    );
    let none = json!({ "file_id": "file-none" });
    posts(&server, "", "/v1/ocr/process", &none).refused(404, "file_not_found", "no such file");
    posts(&server, "", "/v1/ocr/process", &json!({})).refused(400, "invalid_request", "there is no file");
}

/// The folder of the only database that has files in a place.
fn own_folder(place: &std::path::Path) -> std::path::PathBuf {
    let mut all = std::fs::read_dir(place.join("store/content/files")).expect("it is there").flatten();
    all.next().expect("it has one").path()
}

#[test]
fn bytes_that_a_killed_server_left_without_a_file_are_gone_after_the_next_start() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = keeping(folder.path(), &[], |_| ());
    let file = id(&put(&server, "", "a.txt", "text/plain", b"kept", &[]).ok());
    drop(server);
    // Written and not yet said whose: as a process leaves it that ends there.
    let own = own_folder(folder.path());
    let orphan = own.join("ab".repeat(32));
    std::fs::write(&orphan, b"left").expect("the folder is ours");
    // What another database has beside it is none of this server's.
    let other = own.with_file_name("other").join("cd".repeat(32));
    std::fs::create_dir(own.with_file_name("other")).expect("the folder is ours");
    std::fs::write(&other, b"theirs").expect("the folder is ours");
    let server = keeping(folder.path(), &[], |_| ());
    assert!(!orphan.exists() && other.exists());
    assert_eq!(get(&server, "", &format!("/v1/files/{file}/content")).body, b"kept");
}
