//! `POST /v1/images/generations` with scripted providers, looked at from both sides.

use image::ImageFormat;
use mediary_core::MediaFormat;
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{answers, fails};
use super::images_words::{
    asked, claiming, drawn, editor, encoded, gives, kind, painter, picture, pictures, plain, png,
};
use super::upstream::{Act, Step, Upstream};

#[test]
fn a_picture_comes_as_openai_has_it() {
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let fields = json!({ "quality": "low", "user": "me", "size": "64x48", "seed": 7, "style": "vivid" });
    let answer = drawn(&server, fields);
    assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("far/m")), "{answer}");
    assert_eq!(pictures(&answer), [png(64, 48)], "it is passed as it came");
    let body = answer.json();
    assert!(body["created"].as_u64().is_some_and(|created| created > 1_700_000_000));
    assert_eq!(
        (&body["size"], &body["output_format"], &body["quality"]),
        (&json!("64x48"), &json!("png"), &json!("low"))
    );
    assert_eq!((&body["usage"]["input_tokens"], &body["usage"]["output_tokens"]), (&json!(4), &json!(1000)));
    assert_eq!(answer.header("content-length").map(str::to_owned), Some(answer.body.len().to_string()));
    let seen = up.last();
    assert_eq!(seen.path, "/v1/images/generations");
    let sent = json!({ "prompt": "a fox", "model": "m", "size": "64x48", "quality": "low", "style": "vivid", "seed": 7,
                       "response_format": "b64_json", "user": "me" });
    assert_eq!(seen.json(), sent);
}

#[test]
fn whatever_a_target_gives_becomes_what_was_asked_for() {
    let file = png(40, 30);
    let data_url = format!("data:image/png;base64,{}", encoded(&file));
    let jpeg = picture(40, 30, ImageFormat::Jpeg);
    let rows = [
        gives(std::slice::from_ref(&file)),
        Act::File { mime: "image/png", bytes: file.clone() },
        Act::File { mime: "application/octet-stream", bytes: file.clone() },
        // Named wrongly, or not at all.
        Act::File { mime: "image/jpeg", bytes: file.clone() },
        Act::File { mime: "image/jpeg", bytes: jpeg },
        answers(200, &json!({ "data": [{ "url": data_url }] })),
        answers(200, &json!({ "images": [data_url] })),
        answers(200, &json!({ "artifacts": [{ "base64": encoded(&file), "finishReason": "SUCCESS" }] })),
        answers(200, &json!({ "result": { "image": encoded(&file) }, "success": true, "errors": [] })),
    ];
    for act in rows {
        let up = Upstream::doing([act.clone()]);
        let server = with_providers(&[painter(&up, "far", json!({}))]);
        for (name, format) in [("png", MediaFormat::Png), ("jpeg", MediaFormat::Jpeg), ("webp", MediaFormat::Webp)] {
            let answer = drawn(&server, json!({ "output_format": name }));
            let made = pictures(&answer);
            assert_eq!(made.iter().map(|made| kind(made)).collect::<Vec<_>>(), [(format, (40, 30))], "{act:?}");
            assert_eq!(answer.json()["output_format"], name);
        }
    }
}

#[test]
fn a_picture_at_an_address_is_fetched_through_the_guard() {
    let file = Act::File { mime: "image/png", bytes: png(40, 30) };
    let up = Upstream::listing(file, [Act::Close]);
    let url = format!("http://{}/made.png", up.address);
    let other = Upstream::doing([answers(200, &json!({ "data": [{ "url": url }] }))]);
    let allowed = serving(&[painter(&other, "far", json!({}))], |config| {
        config.fetch.allow = mediary_remote::AllowList::parse(&["127.0.0.1".to_owned()]).expect("it is an address");
    });
    assert_eq!(pictures(&drawn(&allowed, json!({}))), [png(40, 30)]);
    let guarded = with_providers(&[painter(&other, "far", json!({}))]);
    let refused = drawn(&guarded, json!({}));
    assert_eq!(refused.status, 503, "{refused}");
    assert!(refused.text().contains("cannot be fetched"), "{refused}");
}

#[test]
fn what_is_no_picture_is_followed_by_the_next_target() {
    let html = b"<!doctype html><html><body>Sign in</body></html>".to_vec();
    let cut = png(80, 80)[..200].to_vec();
    let bad = [
        Act::File { mime: "image/png", bytes: html.clone() },
        gives(&[html]),
        gives(&[cut]),
        gives(&[claiming(20_000)]),
        gives(&[plain()]),
        gives(&[]),
        answers(200, &json!({ "data": [{ "b64_json": "no base64 at all!" }] })),
        answers(200, &json!("nothing")),
        fails(503, "busy", None),
        fails(429, "slow down", None),
        Act::Close,
        Act::Half(json!({ "data": [{ "b64_json": encoded(&png(64, 64)) }] }).to_string()),
    ];
    for act in bad {
        let first = Upstream::doing([act.clone()]);
        let second = Upstream::doing([gives(&[png(64, 64)])]);
        let server = with_providers(&[painter(&first, "first", json!({})), painter(&second, "second", json!({}))]);
        let answer = drawn(&server, json!({}));
        assert_eq!(answer.header("x-routed-via"), Some("second/m"), "{act:?}: {answer}");
        assert_eq!(answer.header("x-fallback-attempts"), Some("1"), "{act:?}");
        assert_eq!(
            (first.calls(), second.calls()),
            (1, 1),
            "{act:?}: what may have been paid for is not asked for twice"
        );
    }
}

#[test]
fn refused_content_is_not_taken_elsewhere() {
    for act in [
        fails(400, "Your request was rejected by the safety system", Some("moderation_blocked")),
        fails(400, "Your request was rejected", Some("content_policy_violation")),
        answers(200, &json!({ "artifacts": [{ "base64": "AAAA", "finishReason": "CONTENT_FILTERED" }] })),
    ] {
        let first = Upstream::doing([act.clone()]);
        let second = Upstream::doing([gives(&[png(64, 64)])]);
        let server = with_providers(&[painter(&first, "first", json!({})), painter(&second, "second", json!({}))]);
        let answer = drawn(&server, json!({}));
        assert_eq!((answer.status, second.calls()), (400, 0), "{act:?}: {answer}");
        assert_eq!(answer.json()["error"]["code"], "content_policy_violation", "{answer}");
    }
}

#[test]
fn sizes_are_delivered_or_made_and_named() {
    let fixed = json!({ "images": { "sizes": ["64x64", "96x64"] } });
    let up = Upstream::doing([gives(&[png(96, 64)])]);
    let server = with_providers(&[painter(&up, "far", fixed)]);
    let exact = drawn(&server, json!({ "size": "96x64" }));
    assert_eq!((kind(&pictures(&exact)[0]).1, exact.header("x-mediary-treatments")), ((96, 64), None));
    let near = drawn(&server, json!({ "size": "192x108" }));
    assert_eq!(kind(&pictures(&near)[0]).1, (192, 108));
    assert_eq!(near.header("x-mediary-treatments"), Some("\"size\";do=transcode;by=\"96x64\""));
    assert_eq!((&near.json()["size"], &up.last().json()["size"]), (&json!("192x108"), &json!("96x64")));
    // The target gives another size than it was asked for.
    let odd = drawn(&server, json!({ "size": "64x64" }));
    assert_eq!(kind(&pictures(&odd)[0]).1, (64, 64));
    assert_eq!(odd.header("x-mediary-treatments"), Some("\"size\";do=transcode;by=\"96x64\""));
    let strict = asked(json!({ "size": "192x108" })).header("X-Mediary-Strict", "true").send(&server);
    assert_eq!((strict.status, &strict.json()["error"]["param"]), (422, &json!("size")), "{strict}");
    let calls = up.calls();
    let promised = asked(json!({ "size": "64x64" })).header("X-Mediary-Strict", "true").send(&server);
    assert_eq!((promised.status, up.calls()), (400, calls + 1), "{promised}");
    let unasked = drawn(&server, json!({ "size": "auto" }));
    assert_eq!((kind(&pictures(&unasked)[0]).1, &up.last().json()["size"]), ((96, 64), &Value::Null));
}

#[test]
fn targets_that_go_by_ratios_are_asked_for_one() {
    let answer = json!({ "candidates": [{ "content": { "parts": [
        { "inlineData": { "mimeType": "image/png", "data": encoded(&png(96, 64)) } } ] } }] });
    let up = Upstream::doing([answers(200, &answer)]);
    let model = json!({ "images": { "ratios": ["1:1", "3:2", "16:9"] } });
    let mut entry = painter(&up, "far", model);
    entry["dialect"] = "gemini".into();
    let server = with_providers(&[entry]);
    let by_size = drawn(&server, json!({ "size": "192x128" }));
    assert_eq!(kind(&pictures(&by_size)[0]).1, (192, 128));
    let seen = up.last();
    assert!(seen.path.ends_with("/models/m:generateContent"), "{}", seen.path);
    assert_eq!(seen.json()["generationConfig"]["imageConfig"]["aspectRatio"], "3:2");
    let by_ratio = drawn(&server, json!({ "aspect_ratio": "16:9" }));
    assert_eq!((by_ratio.status, kind(&pictures(&by_ratio)[0]).1), (200, (96, 54)), "it is cut to what it was to be");
    assert_eq!(up.last().json()["generationConfig"]["imageConfig"]["aspectRatio"], "16:9");
}

#[test]
fn several_pictures_take_as_many_calls_as_they_need() {
    let up = Upstream::doing([gives(&[png(64, 64)])]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let answer = drawn(&server, json!({ "n": 5 }));
    assert_eq!((pictures(&answer).len(), up.calls()), (5, 5));
    assert!(up.seen().iter().all(|seen| seen.json().get("n").is_none()));
    assert_eq!(answer.json()["usage"]["output_tokens"], 5000, "each is counted once");
    let many = Upstream::doing([gives(&vec![png(64, 64); 3]), gives(&vec![png(64, 64); 2])]);
    let server = with_providers(&[painter(&many, "far", json!({ "images": { "count": 3 } }))]);
    let answer = drawn(&server, json!({ "n": 5 }));
    let counts: Vec<Value> = many.seen().iter().map(|seen| seen.json()["n"].clone()).collect();
    assert_eq!((pictures(&answer).len(), counts), (5, vec![json!(3), json!(2)]));
}

#[test]
fn pictures_that_are_there_are_not_thrown_away_for_those_that_are_not() {
    let up = Upstream::doing([gives(&[png(64, 64)]), fails(400, "no more", None)]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let answer = drawn(&server, json!({ "n": 3 }));
    assert_eq!((pictures(&answer).len(), answer.header("x-mediary-dropped")), (1, Some("n")), "{answer}");
}

#[test]
fn a_picture_is_shown_as_it_grows() {
    let event = |kind: &str, bytes: &[u8], more: Value| {
        let mut event = json!({ "type": format!("image_generation.{kind}"), "b64_json": encoded(bytes) });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Step::Data(event.to_string())
    };
    let steps = vec![
        event("partial_image", &png(64, 48), json!({ "partial_image_index": 0 })),
        event("partial_image", &png(64, 49), json!({ "partial_image_index": 1 })),
        event("completed", &png(64, 50), json!({ "usage": { "input_tokens": 9, "output_tokens": 20 } })),
    ];
    let up = Upstream::doing([Act::Stream(steps.clone())]);
    let server = with_providers(&[painter(&up, "far", json!({ "streaming": true }))]);
    let answer = drawn(&server, json!({ "stream": true, "partial_images": 2 }));
    assert_eq!(answer.header("content-type"), Some("text/event-stream"), "{answer}");
    let events = super::images_words::events(&answer);
    let told: Vec<(&Value, &Value)> = events.iter().map(|event| (&event["type"], &event["b64_json"])).collect();
    let expected = [
        (json!("image_generation.partial_image"), json!(encoded(&png(64, 48)))),
        (json!("image_generation.partial_image"), json!(encoded(&png(64, 49)))),
        (json!("image_generation.completed"), json!(encoded(&png(64, 50)))),
    ];
    assert_eq!(told, expected.iter().map(|(kind, bytes)| (kind, bytes)).collect::<Vec<_>>());
    assert_eq!(events[2]["usage"]["output_tokens"], 20);
    assert_eq!((&up.last().json()["stream"], &up.last().json()["partial_images"]), (&json!(true), &json!(2)));
    // One that does not stream gives the last event only.
    let plain = Upstream::doing([gives(&[png(64, 48)])]);
    let server = with_providers(&[painter(&plain, "far", json!({}))]);
    let answer = drawn(&server, json!({ "stream": true, "partial_images": 2 }));
    let events = super::images_words::events(&answer);
    assert_eq!((events.len(), &events[0]["type"]), (1, &json!("image_generation.completed")));
    assert_eq!(plain.last().json().get("stream"), None);
    // What breaks off after its first stage is told in the stream.
    let cut = Upstream::doing([Act::Stream(vec![steps[0].clone(), Step::Cut])]);
    let server = with_providers(&[painter(&cut, "far", json!({ "streaming": true }))]);
    let answer = drawn(&server, json!({ "stream": true, "partial_images": 1 }));
    assert!(answer.text().contains("partial_image") && answer.text().contains("\"error\""), "{answer}");
    assert!(!answer.text().contains("completed"), "{answer}");
}

#[test]
fn base64_is_in_no_error() {
    let secret = encoded(&png(64, 64));
    let up = Upstream::doing([fails(400, &format!("cannot use {secret}"), None)]);
    let server = with_providers(&[painter(&up, "far", json!({}))]);
    let answer = drawn(&server, json!({}));
    assert!(answer.status >= 400 && !answer.text().contains(&secret[..64]), "{answer}");
}

#[test]
fn what_the_plan_says_is_what_is_known_before() {
    let up = Upstream::doing([gives(&[png(64, 64)])]);
    let server = with_providers(&[painter(&up, "words", json!({})), editor(&up, "pictures", json!({}))]);
    let answer = drawn(&server, json!({ "model": "words/m" }));
    assert_eq!(answer.status, 200);
    let wrong = drawn(&server, json!({ "n": 0 }));
    wrong.refused(400, "invalid_request", "from 1 to 10");
    let nobody = drawn(&server, json!({ "model": "nobody/m" }));
    assert_eq!(nobody.status, 404, "{nobody}");
}
