//! Each tool of the Model Context Protocol, as its client and the provider see it.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::audio_pieces::recording;
use super::audio_transcriptions::{ear, hears};
use super::chat_talk::{serving, with_providers};
use super::chat_words::{answers, says};
use super::craft::wav;
use super::images_words::{editor, encoded, gives, painter, png};
use super::mcp_talk::{asked, called, done, inside, stateless, unfenced, words};
use super::server::{TestServer, sample, shared};
use super::site::{Page, Site};
use super::upstream::{Act, Upstream};

fn keeping(folder: &Path, providers: &[Value]) -> TestServer {
    serving(providers, |config| config.store.dir = Some(folder.join("store")))
}

#[test]
fn a_picture_that_was_made_is_a_file_that_other_tools_take() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let (made, changed) = (png(6, 4), png(4, 6));
    let (painting, editing) = (
        Upstream::doing([gives(std::slice::from_ref(&made))]),
        Upstream::doing([gives(std::slice::from_ref(&changed))]),
    );
    let seeing = Upstream::doing([says("A fox.")]);
    let seeing_entry = seeing.entry("seeing", json!({ "models": [{ "id": "m", "accepts": ["text", "image"] }] }));
    let providers = [painter(&painting, "painting", json!({})), editor(&editing, "editing", json!({})), seeing_entry];
    let server = keeping(folder.path(), &providers);
    let (told, data) = done(&server, "generate_image", &json!({ "prompt": "a fox", "model": "painting/m" }));
    let file = &data["pictures"][0]["file"];
    let id = file["file_id"].as_str().expect("it is kept").to_owned();
    assert!(told.contains(&id), "{told}");
    assert_eq!((&file["mime_type"], &file["bytes"]), (&json!("image/png"), &json!(made.len())));
    assert_eq!(painting.last().json()["prompt"], "a fox");

    let listed = asked(&server, "resources/list", json!({}));
    let uri = format!("mediary://files/{id}");
    assert_eq!(listed["resources"][0]["uri"], uri.as_str(), "{listed:#}");
    let read = asked(&server, "resources/read", json!({ "uri": uri }));
    assert_eq!(
        (&read["contents"][0]["mimeType"], &read["contents"][0]["blob"]),
        (&json!("image/png"), &json!(encoded(&made)))
    );
    let templates = asked(&server, "resources/templates/list", json!({}));
    assert_eq!(templates["resourceTemplates"][0]["uriTemplate"], "mediary://files/{file_id}");
    for unknown in ["mediary://files/file-none", "mediary://files/../models", "file:///etc/passwd"] {
        let answer = stateless("resources/read", json!({ "uri": unknown }), &[]).send(&server).json();
        assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("resources/list")), "{answer:#}");
    }

    let arguments =
        json!({ "prompt": "at night", "model": "editing/m", "pictures": [{ "file_id": id }], "show": true });
    let edited = called(&server, "edit_image", &arguments);
    let blocks = edited["content"].as_array().expect("it has content");
    let of = |kind: &str| blocks.iter().find(|block| block["type"] == kind).unwrap_or(&Value::Null);
    assert_eq!(of("image")["data"], encoded(&changed), "{edited:#}");
    assert_eq!(
        (&of("resource_link")["mimeType"], &of("resource_link")["size"]),
        (&json!("image/png"), &json!(changed.len()))
    );

    let (told, data) =
        done(&server, "describe_media", &json!({ "file_id": uri, "model": "seeing/m", "question": "What is it?" }));
    assert_eq!(unfenced(&told, &data), ("A fox.", ""));
    assert_eq!((inside(data["text"].as_str().unwrap()), &data["model"]), ("A fox.", &json!("seeing/m")));
    let sent = seeing.last().json();
    assert_eq!(sent["messages"][0]["content"][0], json!({ "type": "text", "text": "What is it?" }));
    let url = sent["messages"][0]["content"][1]["image_url"]["url"].as_str().unwrap_or_default().to_owned();
    assert_eq!(STANDARD.decode(url.rsplit(',').next().unwrap_or_default()).ok(), Some(made), "{url}");
}

#[test]
fn where_no_files_are_kept_what_is_made_comes_along() {
    let painting = Upstream::doing([gives(&[png(6, 4)])]);
    let server = with_providers(&[painter(&painting, "painting", json!({}))]);
    let made = called(&server, "generate_image", &json!({ "prompt": "a fox", "model": "painting/m" }));
    assert_eq!(made["content"][1]["data"], encoded(&png(6, 4)), "{made:#}");
    assert_eq!(made["structuredContent"]["pictures"][0]["file"], Value::Null);
    assert_eq!(asked(&server, "resources/list", json!({}))["resources"], json!([]));
}

#[test]
fn a_recording_is_heard_in_the_form_that_is_wanted() {
    let heard = json!({
        "text": "Hello there. Good day.", "language": "english", "duration": 2.5,
        "segments": [{ "id": 0, "start": 0.0, "end": 1.0, "text": " Hello there." }, { "id": 1, "start": 1.0, "end": 2.5, "text": " Good day." }],
    });
    let up = Upstream::doing([answers(200, &heard)]);
    let verbose = json!({ "models": [{ "id": "m", "tasks": ["transcription"], "accepts": ["wav", "mp3"] }] });
    let server = with_providers(&[up.entry("ear", verbose)]);
    let data = encoded(&wav());
    let (words, result) = done(&server, "transcribe", &json!({ "data": data, "language": "en", "model": "ear/m" }));
    assert_eq!((unfenced(&words, &result).0, &result["model"]), ("Hello there. Good day.", &json!("ear/m")));
    assert_eq!(inside(result["text"].as_str().unwrap()), "Hello there. Good day.");
    let sent = String::from_utf8_lossy(&up.last().body).into_owned();
    assert!(sent.contains("name=\"language\"\r\n\r\nen\r\n"), "{sent}");
    let (words, result) = done(&server, "transcribe", &json!({ "data": data, "format": "segments", "model": "ear/m" }));
    assert_eq!(unfenced(&words, &result).0, "[0.0–1.0] Hello there.\n[1.0–2.5] Good day.");
    let (words, _) = done(&server, "transcribe", &json!({ "data": data, "format": "srt", "model": "ear/m" }));
    assert!(words.contains("00:00:01,000 --> 00:00:02,500\nGood day."), "{words}");
}

#[test]
fn a_plain_hearer_is_enough_for_a_text() {
    let up = Upstream::doing([hears("Hello there.")]);
    let server = with_providers(&[ear(&up, "ear", json!({}))]);
    let (words, data) = done(&server, "transcribe", &json!({ "data": encoded(&wav()), "model": "ear/m" }));
    assert_eq!(unfenced(&words, &data), ("Hello there.", ""));
}

#[test]
fn a_text_is_spoken_into_a_file() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let up = Upstream::doing([Act::File { mime: "audio/wav", bytes: recording(1) }]);
    let speaker = up.entry("mouth", json!({ "models": [{ "id": "m", "tasks": ["speech"], "voices": ["alloy"] }] }));
    let server = keeping(folder.path(), &[speaker]);
    let arguments =
        json!({ "text": "Good morning.", "model": "mouth/m", "voice": "alloy", "format": "wav", "show": true });
    let spoken = called(&server, "speak", &arguments);
    assert_eq!(spoken["isError"], false, "{spoken:#}");
    assert_eq!(up.last().json()["input"], "Good morning.");
    let blocks = spoken["content"].as_array().expect("it has content");
    assert_eq!(blocks.iter().filter(|block| block["type"] == "audio" || block["type"] == "resource_link").count(), 2);
    assert!(
        spoken["structuredContent"]["file"]["file_id"].as_str().is_some_and(|id| id.starts_with("file-")),
        "{spoken:#}"
    );
}

#[test]
fn a_long_text_is_cut_and_the_whole_kept() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let server = keeping(folder.path(), &[]);
    let long = "Words and words. ".repeat(20);
    let site = Site::new(vec![("/long.txt", Page::file("text/plain", long.clone()))]);
    let fetching = serving(&[], |config| {
        config.store.dir = Some(folder.path().join("other"));
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
    });
    let arguments = json!({ "url": site.url("/long.txt"), "max_chars": 50, "output": "text" });
    let (told, data) = done(&fetching, "read_document", &arguments);
    let id = data["file"]["file_id"].as_str().unwrap_or_default();
    assert!(
        told.contains(&format!("[Cut after 50 of {} characters. The whole is the file {id};", long.trim_end().len())),
        "{told}"
    );
    let read = asked(&fetching, "resources/read", json!({ "uri": data["file"]["uri"] }));
    assert_eq!(read["contents"][0]["text"].as_str().map(str::trim_end), Some(long.trim_end()), "{read:#}");
    // What may not be fetched is not.
    let inside = called(&server, "read_document", &json!({ "url": site.url("/long.txt") }));
    assert_eq!(inside["isError"], true, "{inside:#}");
    assert!(words(&inside).contains("[fetch]"), "{inside:#}");
}

#[test]
fn several_models_answer_and_are_ranked() {
    let (one, other) = (Upstream::doing([says("Short.")]), Upstream::doing([says("A much longer answer.")]));
    let server = with_providers(&[one.entry("one", json!({})), other.entry("other", json!({}))]);
    let models = json!(["one/m", "other/m"]);
    let (told, data) = done(&server, "fork", &json!({ "prompt": "a", "models": models, "criteria": ["length"] }));
    assert!(told.contains("[Best of 2: "), "{told}");
    assert_eq!(data["ranking"].as_array().map(Vec::len), Some(2), "{data:#}");
    assert!(data["text"].as_str().is_some_and(|text| told.starts_with(text)), "{data:#}");
    let (told, data) = done(&server, "compare", &json!({ "task": "a", "models": models, "criteria": ["length"] }));
    assert!(told.contains("## one/m") && told.contains("A much longer answer."), "{told}");
    assert!(
        data["table"].as_str().is_some_and(|table| table.contains("| one/m |") || table.contains("one/m")),
        "{data:#}"
    );
}

#[test]
fn vectors_come_as_data_and_many_as_a_file() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let vectors = |count: usize, width: usize| {
        let all: Vec<Value> = (0..count)
            .map(|index| json!({ "object": "embedding", "index": index, "embedding": vec![0.5; width] }))
            .collect();
        answers(
            200,
            &json!({ "object": "list", "model": "m", "data": all, "usage": { "prompt_tokens": 2, "total_tokens": 2 } }),
        )
    };
    let up = Upstream::doing([vectors(2, 3), vectors(3, 8_000)]);
    let server =
        keeping(folder.path(), &[up.entry("up", json!({ "models": [{ "id": "m", "tasks": ["embedding"] }] }))]);
    let (told, data) = done(&server, "embed", &json!({ "texts": ["a", "b"], "model": "up/m" }));
    assert_eq!(told, "2 vectors of 3 numbers by up/m, in the structured result.");
    assert_eq!(data["vectors"], json!([[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]));
    let (told, data) = done(&server, "embed", &json!({ "texts": ["a", "b", "c"], "model": "up/m" }));
    assert!(told.contains("in the file file-"), "{told}");
    assert_eq!((&data["vectors"], &data["count"]), (&json!([]), &json!(3)));
}

#[test]
fn what_there_is_is_told_and_where_a_question_would_go() {
    let up = Upstream::doing([says("Yes.")]);
    let server = with_providers(&[up.entry("up", json!({}))]);
    let (told, data) = done(&server, "list_models", &json!({ "provider": "up" }));
    assert!(told.starts_with("up/m: chat"), "{told}");
    assert_eq!((&data["total"], &data["models"][0]["id"]), (&json!(1), &json!("up/m")));
    let (told, _) = done(&server, "list_models", &json!({ "limit": 1 }));
    assert!(told.contains("narrow it"), "{told}");
    let media = json!([{ "data": encoded(&sample("sign.png")) }]);
    let (told, data) = done(&server, "explain_plan", &json!({ "prompt": "a", "model": "up/m", "media": media }));
    assert!(told.contains("up/m") && told.contains("extract"), "{told}");
    assert_eq!(data["candidates"][0]["target"], "up/m", "{data:#}");
    assert_eq!(up.calls(), 0, "nothing is spent");
    let (told, _) = done(&server, "stats", &json!({}));
    assert_eq!(told, "No target was called yet.");
    done(&server, "ask_model", &json!({ "prompt": "a", "model": "m" }));
    let (told, _) = done(&server, "stats", &json!({}));
    assert!(told.starts_with("up/m: 1 answers, 0 failures"), "{told}");
}

#[test]
fn a_document_by_its_address_is_read_by_the_route_as_well() {
    let request = super::client::Request::new("POST", "/v1/ocr/process");
    let both = json!({ "file_id": "file-1", "file_url": "https://a.example/x" });
    let answer = request.clone().body("application/json", both.to_string()).send(shared());
    answer.refused(400, "invalid_request", "one of `file_data`, `file_id` and `file_url`");
    let inside = json!({ "file_url": "http://127.0.0.1:1/x.pdf" });
    let answer = request.body("application/json", inside.to_string()).send(shared());
    assert!(answer.json()["error"]["message"].as_str().is_some_and(|text| text.contains("[fetch]")), "{answer}");
}
