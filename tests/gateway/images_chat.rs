//! Pictures in the replies of a chat: in one shape whatever the target, whole and streamed.

use serde_json::{Value, json};

use super::chat_talk::{asking, with_providers};
use super::chat_words::{answers, chunk, done, whole};
use super::images_words::{encoded, png};
use super::upstream::{Act, Step, Upstream};

fn url() -> String {
    format!("data:image/png;base64,{}", encoded(&png(64, 48)))
}

/// The addresses of pictures that a message, or a delta of one, holds.
fn shown(message: &Value) -> Vec<String> {
    let images = message["images"].as_array().into_iter().flatten();
    images
        .map(|image| {
            assert_eq!(image["type"], "image_url");
            image["image_url"]["url"].as_str().expect("it has an address").to_owned()
        })
        .collect()
}

#[test]
fn pictures_of_a_reply_have_one_shape() {
    let image = json!({ "type": "image_url", "image_url": { "url": url() } });
    let openai = whole(&json!({ "role": "assistant", "content": "Here it is.", "images": [image] }), "stop");
    let parts = json!([{ "text": "Here it is." },
                       { "inlineData": { "mimeType": "image/png", "data": encoded(&png(64, 48)) } }]);
    let gemini = json!({ "candidates": [{ "content": { "role": "model", "parts": parts }, "finishReason": "STOP" }] });
    for (dialect, answer, stream) in [
        (
            "openai",
            openai,
            vec![
                chunk(&json!({ "content": "Here it is." }), None),
                chunk(&json!({ "images": [image] }), Some("stop")),
                done(),
            ],
        ),
        ("gemini", gemini.clone(), vec![Step::Data(gemini.to_string())]),
    ] {
        let up = Upstream::doing([answers(200, &answer)]);
        let server = with_providers(&[up.entry("far", json!({ "dialect": dialect }))]);
        let message = asking(json!({})).send(&server).ok()["choices"][0]["message"].clone();
        assert_eq!((shown(&message), &message["content"]), (vec![url()], &json!("Here it is.")), "{dialect}");
        let up = Upstream::doing([Act::Stream(stream)]);
        let server = with_providers(&[up.entry("far", json!({ "dialect": dialect }))]);
        let answer = asking(json!({ "stream": true })).send(&server);
        let chunks = answer.events();
        let told: Vec<String> = chunks
            .iter()
            .filter_map(|event| serde_json::from_str::<Value>(event).ok())
            .flat_map(|chunk| shown(&chunk["choices"][0]["delta"]))
            .collect();
        assert_eq!(told, [url()], "{dialect}: {answer}");
    }
}
