//! What requests cost, as their answers say it: in headers, in a stream before its end, and in a plan beforehand.

use serde_json::{Value, json};

use super::chat_talk::{over, serving, with_providers};
use super::chat_words::{answers, fails, says, streams};
use super::client::{Answer, Request};
use super::images_words::{drawn, encoded, painter, png};
use super::server::TestServer;
use super::upstream::Upstream;

const SUM: &str = "x-mediary-cost-usd";
const ITEMS: &str = "x-mediary-cost-items";

fn priced(up: &Upstream, id: &str, price: &Value) -> Value {
    up.with_model(id, json!({ "price": price }))
}

fn cost(answer: &Answer) -> (Option<&str>, Option<&str>) {
    (answer.header(SUM), answer.header(ITEMS))
}

#[test]
fn a_whole_answer_says_what_it_cost_to_the_last_digit() {
    let up = Upstream::doing([says("Hello")]);
    let rows = [
        // 9 × 0.15 / 10⁶ + 2 × 0.6 / 10⁶
        (
            json!({ "input_usd": 0.15, "output_usd": 0.6 }),
            "0.00000255",
            "\"p/m\";for=chat;input=9;output=2;usd=0.00000255",
        ),
        (json!("free"), "0", "\"p/m\";for=chat;usd=0"),
        (json!("unknown"), "unpriced", "\"p/m\";for=chat;usd=unpriced"),
    ];
    for (price, sum, items) in rows {
        let models = json!({ "models": [{ "id": "m", "price": price }] });
        for entry in [up.far_entry("p", models.clone()), up.entry("p", models.clone())] {
            assert_eq!(cost(&with_providers(&[entry]).chat(json!({}))), (Some(sum), Some(items)), "{price}");
        }
    }
    // A server on this machine of which nothing is said costs nothing.
    let rows = [(up.entry("p", json!({})), "0"), (up.far_entry("p", json!({})), "unpriced")];
    for (entry, sum) in rows {
        assert_eq!(cost(&with_providers(&[entry]).chat(json!({}))).0, Some(sum));
    }
}

#[test]
fn a_stream_says_it_before_its_end_where_it_is_not_known_before() {
    let up = Upstream::doing([streams(&["Hel", "lo"])]);
    let paid = with_providers(&[priced(&up, "p", &json!({ "input_usd": 0.15, "output_usd": 0.6 }))]);
    let answer = paid.chat(json!({ "stream": true }));
    assert_eq!((answer.said().as_str(), cost(&answer)), ("Hello", (None, None)));
    let text = answer.text();
    let said = text.find(": X-Mediary-Cost-USD: 0.00000255\n").expect("the cost is in the stream");
    assert!(said < text.find("[DONE]").expect("it ends"), "{text}");
    assert!(text.contains(": X-Mediary-Cost-Items: \"p/m\";for=chat;input=9;output=2;usd=0.00000255\n"), "{text}");
    let free = with_providers(&[priced(&up, "p", &json!("free"))]);
    let answer = free.chat(json!({ "stream": true }));
    assert_eq!((answer.header(SUM), answer.text().contains("Cost")), (Some("0"), false), "{answer}");
}

#[test]
fn what_a_failed_attempt_was_billed_is_a_part_of_it() {
    // It has counted its tokens and said nothing.
    let mut empty = super::chat_words::saying("");
    empty["usage"] = json!({ "prompt_tokens": 100, "completion_tokens": 0, "total_tokens": 100 });
    let (mute, down) = (Upstream::doing([answers(200, &empty)]), Upstream::doing([fails(500, "no", None)]));
    let good = Upstream::doing([says("Hello")]);
    let price = json!({ "input_usd": 1.0, "output_usd": 2.0 });
    let server =
        with_providers(&[priced(&mute, "mute", &price), priced(&down, "down", &price), priced(&good, "good", &price)]);
    let answer = server.chat(json!({}));
    assert_eq!(answer.said(), "Hello");
    let items = answer.header(ITEMS).unwrap_or_default();
    // A refusal is not billed, an answer is.
    assert!(items.contains("\"mute/m\";for=chat;input=100;usd=0.0001;failed") && !items.contains("down"), "{items}");
    assert!(items.ends_with("\"good/m\";for=chat;input=9;output=2;usd=0.000013"), "{items}");
    let mutes = items.matches("mute").count() as u64;
    let expected = format!("{:.6}", 0.000_013 + mutes as f64 * 0.0001);
    assert_eq!(answer.header(SUM), Some(expected.as_str()), "{items}");
}

#[test]
fn what_is_free_comes_first_where_that_is_wanted_and_paying_can_want_a_word() {
    let ups = [says("From paid"), says("From free")].map(|act| Upstream::doing([act]));
    let [paid, free] = &ups;
    let entries =
        [priced(paid, "paid", &json!({ "input_usd": 1.0, "output_usd": 2.0 })), priced(free, "free", &json!("free"))];
    let open = with_providers(&entries);
    assert_eq!(open.chat(json!({})).said(), "From paid");
    assert_eq!(open.chat_with(("x-mediary-cost", "free_first"), json!({})).said(), "From free");
    assert_eq!(open.chat_with(("x-mediary-cost", "free_first"), json!({ "model": "paid/m" })).said(), "From paid");
    let careful = serving(&entries, |config| config.routing.confirm_paid = true);
    assert_eq!(careful.chat(json!({})).said(), "From free");
    careful.chat(json!({ "model": "paid/m" })).refused(422, "no_target", "X-Mediary-Allow-Paid: true");
    for (header, said) in [("true", "From paid"), ("false", "From free")] {
        assert_eq!(careful.chat_with(("x-mediary-allow-paid", header), json!({})).said(), said);
    }
    careful.chat_with(("x-mediary-allow-paid", "yes"), json!({})).refused(400, "invalid_request", "true or false");
}

fn plan(server: &TestServer, body: &Value) -> Value {
    Request::new("POST", "/v1/plan").body("application/json", body.to_string()).send(server).ok()
}

#[test]
fn a_plan_says_what_it_would_cost() {
    let up = Upstream::doing([says("never asked")]);
    let model =
        json!({ "tasks": ["video_generation"], "price": { "second_usd": 0.1 }, "video": { "seconds": [4, 8] } });
    let server = with_providers(&[up.with_model("v", model)]);
    let request = json!({ "endpoint": "/v1/videos", "request": { "model": "v/m", "prompt": "A fox", "seconds": "8" } });
    assert_eq!(plan(&server, &request)["candidates"][0]["estimated_cost_usd"], 0.8);
    assert_eq!(up.calls(), 0);
}

/// What three kinds of pictures cost, as catalogs have it.
fn by_kind() -> Value {
    json!({ "image_usd": [
        { "quality": "low", "size": "64x48", "usd": 0.011 },
        { "quality": "low", "usd": 0.016 },
        { "quality": "high", "usd": 0.25 },
    ] })
}

#[test]
fn a_picture_costs_what_its_quality_and_size_say() {
    let model = || json!({ "images": { "sizes": ["64x48", "48x64"] }, "price": by_kind() });
    let told = |fields: Value| {
        let body = json!({ "created": 1, "data": [{ "b64_json": encoded(&png(64, 48)) }] });
        answers(200, &over(body, fields))
    };
    // What was asked for, what the answer says, and what it costs.
    let rows = [
        (json!({ "quality": "low", "size": "64x48" }), json!({}), "0.011"),
        (json!({ "quality": "low", "size": "48x64" }), json!({}), "0.016"),
        (json!({ "quality": "high", "size": "64x48" }), json!({}), "0.25"),
        // What the target made counts for more than what was asked for.
        (json!({ "quality": "auto" }), json!({ "quality": "low", "size": "64x48" }), "0.011"),
        (json!({ "quality": "high", "size": "64x48" }), json!({ "quality": "low" }), "0.011"),
        // It may be the cheap one or the dear one.
        (json!({ "size": "64x48" }), json!({}), "unpriced"),
        (json!({ "quality": "medium", "size": "64x48" }), json!({}), "unpriced"),
    ];
    for (asked, said, usd) in rows {
        let up = Upstream::doing([told(said.clone())]);
        let server = with_providers(&[painter(&up, "p", model())]);
        assert_eq!(drawn(&server, asked.clone()).header(SUM), Some(usd), "{asked} {said}");
    }
    // Beforehand the most that it may cost is said.
    let up = Upstream::doing([told(json!({}))]);
    let server = with_providers(&[painter(&up, "p", model())]);
    for (fields, usd) in [(json!({ "quality": "low", "size": "64x48" }), 0.011), (json!({}), 0.25)] {
        let request = over(json!({ "model": "p/m", "prompt": "a fox" }), fields);
        let planned = plan(&server, &json!({ "endpoint": "/v1/images/generations", "request": request }));
        assert_eq!(planned["candidates"][0]["estimated_cost_usd"], usd, "{planned:#}");
    }
}

#[test]
fn a_ranking_costs_as_many_searches_as_its_provider_bills() {
    let ranked = |meta: Value| {
        let results = json!([{ "index": 0, "relevance_score": 0.5 }]);
        answers(200, &over(json!({ "results": results }), meta))
    };
    let rows = [
        (json!({}), "0.002"),
        (json!({ "meta": { "billed_units": { "search_units": 1 } } }), "0.002"),
        (json!({ "meta": { "billed_units": { "search_units": 3.0 } } }), "0.006"),
    ];
    for (meta, usd) in rows {
        let up = Upstream::doing([ranked(meta.clone())]);
        let model = json!({ "tasks": ["rerank"], "price": { "search_usd": 0.002 } });
        let server = with_providers(&[up.with_model("p", model)]);
        let request = json!({ "model": "p/m", "query": "q", "documents": ["a"] });
        let request = Request::new("POST", "/v1/rerank").body("application/json", request.to_string());
        assert_eq!(request.send(&server).header(SUM), Some(usd), "{meta}");
    }
}

#[test]
fn an_error_says_what_was_billed_before_it() {
    let mut empty = super::chat_words::saying("");
    empty["usage"] = json!({ "prompt_tokens": 100, "completion_tokens": 0, "total_tokens": 100 });
    let mute = Upstream::doing([answers(200, &empty)]);
    let server = with_providers(&[priced(&mute, "mute", &json!({ "input_usd": 1.0, "output_usd": 2.0 }))]);
    let failed = server.chat(json!({}));
    assert_eq!((failed.status, failed.header(SUM)), (503, Some("0.0001")), "{failed}");
    assert_eq!(failed.header(ITEMS), Some("\"mute/m\";for=chat;input=100;usd=0.0001;failed"));
    // One that no target was asked for costs nothing and says nothing.
    let refused = server.chat(json!({ "model": "nothing/here" }));
    assert_eq!((refused.status, refused.header(SUM)), (404, None), "{refused}");
}
