//! Pictures in the replies of a chat: in one shape whatever the target, whole and streamed.

use serde_json::{Value, json};

use super::chat_talk::{asking, with_providers};
use super::chat_words::{answers, chunk, done, says, whole};
use super::images_words::{encoded, png};
use super::messages;
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

#[test]
fn a_client_of_the_messages_api_gets_them_as_blocks() {
    let image = json!({ "type": "image_url", "image_url": { "url": url() } });
    let block = json!({ "type": "image",
        "source": { "type": "base64", "media_type": "image/png", "data": encoded(&png(64, 48)) } });
    let answer = whole(&json!({ "role": "assistant", "content": "Here it is.", "images": [image] }), "stop");
    let up = Upstream::doing([answers(200, &answer)]);
    let server = with_providers(&[up.entry("far", json!({}))]);
    let content = messages::ask(&server, json!({})).ok()["content"].clone();
    assert_eq!((&content[0]["text"], &content[1], content.get(2)), (&json!("Here it is."), &block, None));
    let steps = vec![
        chunk(&json!({ "content": "Here it " }), None),
        chunk(&json!({ "images": [image] }), None),
        chunk(&json!({ "content": "is." }), Some("stop")),
        done(),
    ];
    let up = Upstream::doing([Act::Stream(steps)]);
    let server = with_providers(&[up.entry("far", json!({}))]);
    let events = messages::events(&messages::ask(&server, json!({ "stream": true })));
    let begun: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "content_block_start")
        .map(|event| &event["content_block"])
        .collect();
    assert_eq!((begun.len(), begun[1]), (3, &block), "{events:?}");
}

#[test]
fn markdown_that_holds_a_picture_is_one() {
    let text = format!("Here: ![a fox]({})\nDone, and ![a link](https://a.example/b.png).", url());
    let up = Upstream::doing([answers(200, &whole(&json!({ "role": "assistant", "content": text }), "stop"))]);
    let server = with_providers(&[up.entry("far", json!({}))]);
    let message = asking(json!({})).send(&server).ok()["choices"][0]["message"].clone();
    let rest = "Here: \nDone, and ![a link](https://a.example/b.png).";
    assert_eq!((shown(&message), &message["content"]), (vec![url()], &json!(rest)));
    // In a stream it is cut anywhere.
    let (first, second) = text.split_at(40);
    let steps = vec![
        chunk(&json!({ "content": first }), None),
        chunk(&json!({ "content": second }), None),
        chunk(&json!({}), Some("stop")),
        done(),
    ];
    let up = Upstream::doing([Act::Stream(steps)]);
    let server = with_providers(&[up.entry("far", json!({}))]);
    let answer = asking(json!({ "stream": true })).send(&server);
    let chunks: Vec<Value> = answer.events().iter().filter_map(|event| serde_json::from_str(event).ok()).collect();
    let deltas: Vec<&Value> = chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]).collect();
    assert_eq!(deltas.iter().flat_map(|delta| shown(delta)).collect::<Vec<_>>(), [url()], "{answer}");
    let said: String = deltas.iter().filter_map(|delta| delta["content"].as_str()).collect();
    assert_eq!(said, rest);
}

#[test]
fn half_a_picture_is_shown_to_no_target() {
    let up = Upstream::doing([says("A fox.")]);
    let server = with_providers(&[up.entry("far", json!({ "models": [{ "id": "m", "accepts": ["text", "image"] }] }))]);
    let bytes = png(64, 48);
    let ask = |bytes: &[u8]| {
        let url = format!("data:image/png;base64,{}", encoded(bytes));
        let content = json!([{ "type": "image_url", "image_url": { "url": url } }]);
        asking(json!({ "messages": [{ "role": "user", "content": content }] })).send(&server)
    };
    let cut = ask(&bytes[..bytes.len() - 20]);
    assert_eq!((cut.status, up.calls()), (422, 0), "{cut}");
    assert_eq!(cut.json()["error"]["param"], "messages[0].content[0]");
    assert_eq!(ask(&bytes).status, 200);
}

/// Agents offer it with every request, whatever the target does.
#[test]
fn a_tool_that_makes_pictures_is_dropped_and_named() {
    let function = json!({ "type": "function", "function": { "name": "look", "parameters": { "type": "object" } } });
    let up = Upstream::doing([says("Well.")]);
    let server = with_providers(&[up.entry("far", json!({ "models": [{ "id": "m", "tools": true }] }))]);
    let answer = asking(json!({ "tools": [function, { "type": "image_generation" }] })).send(&server);
    assert_eq!((answer.status, answer.header("x-mediary-dropped")), (200, Some("tools[1]")), "{answer}");
    let sent = up.last().json();
    assert_eq!(
        (sent["tools"].as_array().map(Vec::len), &sent["tools"][0]["function"]["name"]),
        (Some(1), &json!("look"))
    );
    let alone = asking(json!({ "tools": [{ "type": "image_generation" }] })).send(&server);
    assert_eq!((alone.status, up.last().json().get("tools")), (200, None), "{alone}");
}
