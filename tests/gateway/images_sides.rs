//! Sizes, ratios and what else a client says of a picture: delivered, or named, or refused.

use mediary_core::MediaFormat;
use serde_json::{Value, json};

use super::chat_talk::with_providers;
use super::client::{Answer, Request};
use super::images_words::{asked, drawn, events, gives, kind, painter, pictures, png};
use super::server::TestServer;
use super::upstream::{Act, Step, Upstream};

fn strict(server: &TestServer, fields: Value) -> Answer {
    asked(fields).header("X-Mediary-Strict", "true").send(server)
}

fn plan(server: &TestServer, endpoint: &str, request: Value) -> Value {
    let mut body = json!({ "endpoint": endpoint });
    body["request"] = request;
    Request::new("POST", "/v1/plan").body("application/json", body.to_string()).send(server).ok()
}

#[test]
fn a_ratio_is_delivered_wherever_it_stands() {
    let up = Upstream::doing([gives(&[png(96, 64)])]);
    let server = with_providers(&[painter(&up, "far", json!({ "images": { "sizes": ["64x64", "96x64"] } }))]);
    for fields in [json!({ "size": "16:9" }), json!({ "aspect_ratio": "16:9" })] {
        let answer = drawn(&server, fields);
        assert_eq!(kind(&pictures(&answer)[0]).1, (96, 54), "{answer}");
        assert_eq!(answer.header("x-mediary-treatments"), Some("\"aspect_ratio\";do=transcode;by=\"96x64\""));
        assert_eq!((&answer.json()["size"], &up.last().json()["size"]), (&json!("96x54"), &json!("96x64")));
    }
    // What has the ratio already is not touched.
    let answer = drawn(&server, json!({ "aspect_ratio": "3:2" }));
    assert_eq!((pictures(&answer), answer.header("x-mediary-treatments")), (vec![png(96, 64)], None), "{answer}");
}

#[test]
fn a_ratio_that_no_target_makes_is_refused_where_it_must_be_exact() {
    let up = Upstream::doing([gives(&[png(64, 64)])]);
    let server = with_providers(&[painter(&up, "far", json!({ "images": { "sizes": ["64x64"] } }))]);
    let refused = strict(&server, json!({ "aspect_ratio": "16:9" }));
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (422, &json!("aspect_ratio")), "{refused}");
    assert_eq!(up.calls(), 0);
    // One of which nothing is known is asked, and what comes is looked at.
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let refused = strict(&server, json!({ "aspect_ratio": "16:9" }));
    assert_eq!((refused.status, up.calls()), (400, 1), "{refused}");
    assert!(refused.text().contains("16:9"), "{refused}");
    assert_eq!(strict(&server, json!({ "aspect_ratio": "1:1" })).status, 200);
}

#[test]
fn sides_that_no_picture_has_are_refused_by_name() {
    let up = Upstream::doing([gives(&[png(64, 64)])]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let rows = [
        (json!({ "size": "16x9" }), "size", "16:9"),
        (json!({ "size": "1x1" }), "size", "16 pixels"),
        (json!({ "size": "9000x9000" }), "size", "8192"),
        (json!({ "size": "wide" }), "size", "1024x1024"),
        (json!({ "aspect_ratio": "99:1" }), "aspect_ratio", "16:1"),
        (json!({ "aspect_ratio": "wide" }), "aspect_ratio", "16:9"),
    ];
    for (fields, param, words) in rows {
        let refused = drawn(&server, fields);
        refused.refused(400, "invalid_request", words);
        assert_eq!(refused.json()["error"]["param"], param);
    }
    assert_eq!(up.calls(), 0);
    let both = json!({ "size": "64x64", "aspect_ratio": "16:9" });
    let answer = drawn(&server, both.clone());
    assert_eq!((answer.status, answer.header("x-mediary-dropped")), (200, Some("aspect_ratio")), "{answer}");
    assert_eq!(strict(&server, both).status, 400);
}

#[test]
fn how_much_may_be_lost_is_honoured_or_named() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[painter(&up, "far", json!({ "refuses": ["output_compression"] }))]);
    for (format, dropped) in [("webp", None), ("png", Some("output_compression")), ("jpeg", None)] {
        let answer = drawn(&server, json!({ "output_format": format, "output_compression": 20 }));
        assert_eq!(answer.header("x-mediary-dropped"), dropped, "{format}");
    }
    for format in [MediaFormat::Jpeg, MediaFormat::Webp] {
        let size = |compression: u32| {
            let answer = drawn(&server, json!({ "output_format": format.name(), "output_compression": compression }));
            let made = pictures(&answer).remove(0);
            assert_eq!(kind(&made).0, format);
            made.len()
        };
        assert!(size(10) < size(95), "{format}");
    }
}

#[test]
fn an_answer_does_not_say_what_was_not_done() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[painter(&up, "far", json!({ "refuses": ["background"] }))]);
    let answer = drawn(&server, json!({ "background": "transparent", "quality": "high" }));
    assert_eq!(answer.header("x-mediary-dropped"), Some("background"));
    assert_eq!((answer.json().get("background"), &answer.json()["quality"]), (None, &json!("high")));
}

#[test]
fn a_plan_shows_what_a_target_is_asked_for_instead() {
    let up = Upstream::doing([gives(&[png(64, 64)])]);
    let server = with_providers(&[painter(&up, "far", json!({ "images": { "sizes": ["1024x1024"] } }))]);
    let first = |request: Value| plan(&server, "/v1/images/generations", request)["candidates"][0].clone();
    let near = first(json!({ "prompt": "a fox", "size": "800x600" }));
    assert_eq!(near["treatments"], json!([{ "place": "size", "do": "transcode", "asked": "1024x1024" }]), "{near}");
    assert_eq!(first(json!({ "prompt": "a fox", "size": "1024x1024" }))["treatments"], json!([]));
    let film = json!({ "id": "m", "tasks": ["video_generation"], "video": { "seconds": [4, 8] },
                       "price": { "second_usd": 0.4 } });
    let server = with_providers(&[up.entry("far", json!({ "models": [film] }))]);
    let plan = plan(&server, "/v1/videos", json!({ "prompt": "a fox", "seconds": 5 }));
    let first = &plan["candidates"][0];
    assert_eq!(first["treatments"], json!([{ "place": "seconds", "do": "change", "asked": "4" }]), "{plan}");
    assert_eq!(first["estimated_cost_usd"], json!(1.6), "four seconds are paid for");
    assert_eq!(up.calls(), 0);
}

fn event(kind: &str, bytes: &[u8], more: Value) -> Step {
    let mut event =
        json!({ "type": format!("image_generation.{kind}"), "b64_json": super::images_words::encoded(bytes) });
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    Step::Data(event.to_string())
}

#[test]
fn a_stream_shows_no_more_than_was_asked_for_and_says_what_it_is() {
    let steps = vec![
        event("partial_image", &png(64, 48), json!({ "partial_image_index": 0 })),
        event("partial_image", &png(64, 49), json!({ "partial_image_index": 1 })),
        event("completed", &png(64, 50), json!({ "usage": { "input_tokens": 9, "output_tokens": 20 } })),
    ];
    let up = Upstream::doing([Act::Stream(steps)]);
    let server = with_providers(&[painter(&up, "far", json!({ "streaming": true }))]);
    let told = events(&drawn(&server, json!({ "stream": true, "partial_images": 1, "size": "32x24" })));
    let kinds: Vec<(&Value, &Value)> = told.iter().map(|event| (&event["type"], &event["size"])).collect();
    let expected = [
        (json!("image_generation.partial_image"), json!("64x48")),
        (json!("image_generation.completed"), json!("32x24")),
    ];
    assert_eq!(kinds, expected.iter().map(|(kind, size)| (kind, size)).collect::<Vec<_>>());
    let notes = json!([{ "place": "size", "do": "transcode", "by": "64x50" }]);
    assert_eq!(told[1]["mediary"]["treatments"], notes, "the headers have left by then");
}

#[test]
fn events_of_several_pictures_count_their_cost_once() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let told = events(&drawn(&server, json!({ "stream": true, "n": 2 })));
    let tokens = told.iter().map(|event| event["usage"]["output_tokens"].as_u64().expect("it is counted"));
    assert_eq!((told.len(), tokens.sum::<u64>(), up.calls()), (2, 2000, 2), "{told:?}");
    let images: u64 = told.iter().filter_map(|event| event["usage"]["images"].as_u64()).sum();
    assert_eq!(images, 2);
}
