//! A picture changed by ComfyUI: uploaded first, then named in a graph, followed through the history, and fetched.

use serde_json::json;

use super::chat_talk::with_providers;
use super::images_edits::{file, form, text};
use super::images_words::{mask, pictures, png};
use super::videos_studio::{Reply, Studio};

fn comfyui() -> Studio {
    Studio::new(|seen, before| match (seen.method.as_str(), seen.path.split('?').next().unwrap_or_default()) {
        ("POST", "/upload/image") => Reply::Json(200, json!({ "name": "a.png", "subfolder": "", "type": "input" })),
        ("POST", "/prompt") => Reply::Json(200, json!({ "prompt_id": "j", "number": 1, "node_errors": {} })),
        ("GET", "/history/j") if before == 0 => Reply::Json(200, json!({})),
        ("GET", "/history/j") => {
            let image = json!({ "filename": "b.png", "subfolder": "", "type": "temp" });
            let status = json!({ "status_str": "success", "completed": true });
            Reply::Json(200, json!({ "j": { "outputs": { "7": { "images": [image] } }, "status": status } }))
        }
        ("GET", "/view") => Reply::File("image/png", png(64, 48)),
        _ => Reply::Close,
    })
}

#[test]
fn an_edit_is_uploaded_queued_followed_and_fetched() {
    let studio = comfyui();
    let model = json!({ "id": "sdxl.safetensors", "tasks": ["image_generation", "image_edit"], "streaming": false,
                        "images": { "mask": "black_and_white" } });
    let entry = json!({ "id": "comfy", "dialect": "comfyui", "base_url": format!("http://{}", studio.address),
                        "models": [model] });
    let server = with_providers(&[entry]);
    let (picture, over) = (png(40, 30), mask(40, 30));
    let parts = [text("prompt", "at night"), file("image", &picture), file("mask", &over)];
    let answer = form("/v1/images/edits", &parts).send(&server);
    assert_eq!(pictures(&answer), [png(64, 48)], "{answer}");
    let seen = studio.seen();
    let order: Vec<&str> = seen.iter().map(|seen| seen.path.split('?').next().unwrap_or_default()).collect();
    assert_eq!(order, ["/upload/image", "/upload/image", "/prompt", "/history/j", "/history/j", "/view"]);
    assert!(seen[0].body.windows(picture.len()).any(|window| window == picture), "the picture goes as it is");
    let graph = seen[2].json()["prompt"].clone();
    let named = |node: &str| graph[node]["inputs"]["image"].as_str().unwrap_or_default().to_owned();
    for (node, upload) in [("8", &seen[0]), ("11", &seen[1])] {
        let name = named(node);
        assert!(!name.is_empty() && String::from_utf8_lossy(&upload.body).contains(&name), "{node}: {graph:#}");
    }
    assert_ne!(named("8"), named("11"));
}

#[test]
fn an_upload_that_is_refused_is_a_failure_and_nothing_is_queued() {
    let studio = Studio::new(|_, _| Reply::Json(500, json!({ "error": "the disk is full" })));
    let model = json!({ "id": "m", "tasks": ["image_edit"], "streaming": false });
    let entry = json!({ "id": "comfy", "dialect": "comfyui", "base_url": format!("http://{}", studio.address),
                        "models": [model] });
    let server = with_providers(&[entry]);
    let answer = form("/v1/images/edits", &[text("prompt", "at night"), file("image", &png(40, 30))]).send(&server);
    assert!(answer.status >= 500, "{answer}");
    assert_eq!(studio.count("POST", "/prompt"), 0);
}
