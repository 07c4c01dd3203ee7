//! The example requests of `samples/requests/`: each is understood, and its media are found where they stand.
//!
//! They are planned, not sent, with a provider that takes everything; what clients get for them is in `tests/clients`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::with_providers;
use super::cli::mediary;
use super::client::Request;
use super::server::{TestServer, checkout, sample};

/// A medium of a request: its place, its format, and the sample that it is.
type Medium = (&'static str, &'static str, &'static str);

/// The requests, the tier that each asks for, and their media. Of `auto` it is the tier that was chosen.
const REQUESTS: [(&str, &str, &[Medium]); 9] = [
    ("chat", "standard", &[]),
    ("stream", "fast", &[]),
    ("reasoning", "reasoning", &[]),
    ("tools", "agentic", &[]),
    ("structured", "standard", &[]),
    ("vision", "vision", &[("messages[0].content[1]", "png", "sign.png")]),
    ("pdf", "multimodal", &[("messages[0].content[1]", "pdf", "invoice.pdf")]),
    ("audio", "multimodal", &[("messages[0].content[1]", "wav", "chime.wav")]),
    ("tool-result-image", "agentic", &[("messages[2].content[1]", "png", "sign.png")]),
];

const TIERS: [&str; 8] = ["fast", "standard", "reasoning", "agentic", "code", "vision", "multimodal", "long-context"];

/// A server with one provider, whose one model takes whatever can be sent. It is never called.
pub(crate) fn all_taking() -> TestServer {
    let tiers: serde_json::Map<String, Value> = TIERS.iter().map(|tier| ((*tier).to_owned(), json!(1))).collect();
    let model = json!({
        "id": "everything", "accepts": ["text", "image", "document", "audio", "video"], "tiers": tiers,
        "context_tokens": 100_000, "tools": true, "media_in_tool_results": true, "structured": "schema", "reasoning": true,
    });
    with_providers(&[json!({
        "id": "all", "dialect": "openai", "base_url": "http://127.0.0.1:9/v1", "api_keys": ["sk-none"], "models": [model],
    })])
}

fn request(name: &str) -> Vec<u8> {
    sample(&format!("requests/{name}.json"))
}

#[test]
fn every_request_is_in_the_table() {
    let files = std::fs::read_dir(checkout().join("samples/requests")).unwrap();
    let files: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, REQUESTS.iter().map(|(name, ..)| format!("{name}.json")).collect());
}

#[test]
fn every_request_is_planned_with_its_media_where_they_stand() {
    let server = all_taking();
    for (name, tier, media) in REQUESTS {
        let plan = Request::new("POST", "/v1/plan").body("application/json", request(name)).send(&server).ok();
        assert_eq!(plan["tier"], tier, "{name}: {plan:#}");
        let parts = plan["parts"].as_array().unwrap_or_else(|| unreachable!("{name}: {plan:#}"));
        let found: Vec<(&str, &str, u64)> = parts
            .iter()
            .map(|part| {
                (part["place"].as_str().unwrap(), part["format"].as_str().unwrap(), part["bytes"].as_u64().unwrap())
            })
            .collect();
        let expected: Vec<(&str, &str, u64)> =
            media.iter().map(|(place, format, file)| (*place, *format, sample(file).len() as u64)).collect();
        assert_eq!(found, expected, "{name}");
        let [candidate] = plan["candidates"].as_array().unwrap().as_slice() else { unreachable!("{name}: {plan:#}") };
        assert_eq!(candidate["target"], "all/everything", "{name}");
        assert_eq!(candidate["dropped"], json!([]), "{name}");
        let forwarded: Vec<Value> =
            media.iter().map(|(place, ..)| json!({ "place": place, "do": "forward" })).collect();
        assert_eq!(candidate["treatments"], json!(forwarded), "{name}");
    }
}

#[test]
fn the_media_of_requests_are_the_samples_themselves() {
    // A sample that changes wants `make_requests.py` run again.
    for (name, _, media) in REQUESTS {
        let body: Value = serde_json::from_slice(&request(name)).unwrap();
        for (place, _, file) in media {
            let pointer = format!("/{}", place.replace(['.', '['], "/").replace(']', ""));
            let part = body.pointer(&pointer).unwrap_or_else(|| unreachable!("{name}: nothing at {place}"));
            let base64 = STANDARD.encode(sample(file));
            assert!(part.to_string().contains(&base64), "{name}: {place} is not {file}; run samples/make_requests.py");
        }
    }
}

#[test]
fn a_request_is_planned_on_the_command_line() {
    let plan = |arguments: &[&str], key: Option<&str>| {
        let mut command = mediary(&[&["plan"], arguments].concat());
        command.envs(key.map(|key| ("GEMINI_API_KEY", key)));
        let output = command.output().expect("the program was built");
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let file = "samples/requests/vision.json";
    let (code, out, err) = plan(&[file], Some("not-called"));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let size = sample("sign.png").len();
    for line in [
        "tier vision: ".to_owned(),
        format!("messages[0].content[1]: png, {size} bytes\n"),
        "\n1. gemini/".to_owned(),
        "\n   forward messages[0].content[1]\n".to_owned(),
    ] {
        assert!(out.contains(&line), "`{line}` is not in:\n{out}");
    }
    assert!(!out.contains("not-called"), "{out}");
    let (code, out, err) = plan(&["--json", file], Some("not-called"));
    let body: Value = serde_json::from_str(&out).unwrap_or_else(|error| unreachable!("{error}: {out}{err}"));
    assert_eq!((code, &body["object"], &body["tier"]), (Some(0), &json!("plan"), &json!("vision")));
    // Other routes by their names.
    let url = format!("data:image/png;base64,{}", super::images_words::encoded(&sample("sign.png")));
    let edit = json!({ "prompt": "at night", "images": [{ "image_url": url }] });
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let path = folder.path().join("edit.json");
    let envelope = json!({ "endpoint": "/v1/images/edits", "request": edit });
    std::fs::write(&path, envelope.to_string()).expect("the folder is the test's own");
    let (code, out, err) = plan(&[path.to_str().expect("it is UTF-8")], Some("not-called"));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.starts_with("1. gemini/") && out.contains("-image"), "{out}");
    let (code, out, err) = plan(&[file], None);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("No provider is set up") && err.contains("GEMINI_API_KEY"), "{err}");
}
