//! Which targets are asked: models, tiers, aliases, and the bounds that operators and requests set.

use mediary::config::ModelRouting;
use mediary_core::plan::{CostPolicy, Privacy};
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{fails, says};
use super::client::Request;
use super::server::TestServer;
use super::upstream::Upstream;

/// Two providers, each with a model of its own and one that both have.
struct Two {
    a: Upstream,
    b: Upstream,
    server: TestServer,
}

impl Two {
    /// `edit` may change the entries.
    fn new(edit: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let [a, b] = [says("From a"), says("From b")].map(|act| Upstream::doing([act]));
        let models = |own: &str| json!({ "models": [{ "id": "m" }, { "id": own }] });
        let mut entries = [a.entry("a", models("only-a")), b.entry("b", models("org/only-b"))];
        let [first, second] = &mut entries;
        edit(first, second);
        let server = with_providers(&entries);
        Self { a, b, server }
    }
}

#[test]
fn a_model_is_found_by_every_spelling_of_its_name() {
    let two = Two::new(|_, _| ());
    let rows = [
        ("m", "a/m"),
        ("a/m", "a/m"),
        ("b/m", "b/m"),
        ("b:m", "b/m"),
        ("only-a", "a/only-a"),
        ("org/only-b", "b/org/only-b"),
        ("b/org/only-b", "b/org/only-b"),
    ];
    for (asked, target) in rows {
        let answer = two.server.chat(json!({ "model": asked }));
        assert_eq!(answer.header("x-routed-via"), Some(target), "{asked}");
        let (provider, model) = target.split_once('/').expect("targets have two parts");
        let asked_one = if provider == "a" { &two.a } else { &two.b };
        assert_eq!(asked_one.last().json()["model"], model, "{asked}");
    }
}

#[test]
fn a_pinned_model_is_asked_and_no_other() {
    let (a, b) = (Upstream::doing([fails(500, "no", None)]), Upstream::doing([says("From b")]));
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
    server.chat(json!({ "model": "a/m" })).refused(503, "all_providers_failed", "a/m");
    assert_eq!((a.calls(), b.calls()), (2, 0));
}

#[test]
fn an_unknown_name_goes_to_every_target_by_priority_where_the_operator_says_so() {
    let [a, b] = [fails(500, "no", None), says("From b")].map(|act| Upstream::doing([act]));
    let entries = [a.entry("a", json!({})), b.entry("b", json!({}))];
    let any = serving(&entries, |config| config.routing.model_routing = ModelRouting::Any);
    let answer = any.chat(json!({ "model": "gpt-unheard-of" }));
    assert_eq!((answer.said().as_str(), answer.header("x-routed-via")), ("From b", Some("b/m")));
    assert_eq!([a.last().json()["model"].clone(), b.last().json()["model"].clone()], ["m", "m"]);
    // Known names still mean what they say.
    any.chat(json!({ "model": "a/m" })).refused(503, "all_providers_failed", "a/m did not answer");
    let only = serving(&entries, |config| config.routing.model_routing = ModelRouting::Match);
    only.chat(json!({ "model": "gpt-unheard-of" })).refused(404, "model_not_found", "gpt-unheard-of");
    assert_eq!((a.calls(), b.calls()), (4, 1));
}

#[test]
fn an_alias_stands_for_its_targets_in_their_order() {
    let [a, b] = [says("From a"), fails(500, "no", None)].map(|act| Upstream::doing([act]));
    let entries = [a.entry("a", json!({})), b.entry("b", json!({}))];
    let targets = vec!["b/m".parse().expect("a target"), "a/m".parse().expect("a target")];
    let server = serving(&entries, |config| drop(config.aliases.insert("ours".into(), targets)));
    let answer = server.chat(json!({ "model": "ours" }));
    assert_eq!((answer.header("x-routed-via"), answer.header("x-fallback-attempts")), (Some("a/m"), Some("1")));
    assert_eq!((a.calls(), b.calls()), (1, 2));
}

#[test]
fn a_target_that_has_spent_its_quota_is_asked_last_until_it_begins_anew() {
    let limited = |said: &str, left: &str| {
        says(said).header("x-ratelimit-limit-requests", "100").header("x-ratelimit-remaining-requests", left)
    };
    let [spent, rich] = [limited("From spent", "0"), limited("From rich", "40")].map(|act| Upstream::doing([act]));
    let ranked = || json!({ "priority": 1, "models": [{ "id": "m", "tiers": { "standard": 1 } }] });
    let server = with_providers(&[spent.entry("spent", ranked()), rich.entry("rich", ranked())]);
    for pinned in ["spent/m", "rich/m"] {
        assert_eq!(server.chat(json!({ "model": pinned })).status, 200);
    }
    // Ties are drawn in turn, so without their quotas both would be asked.
    for _ in 0..6 {
        assert_eq!(server.chat(json!({ "model": "standard" })).said(), "From rich");
    }
    let stats = Request::new("GET", "/v1/stats").send(&server).ok();
    let left: Vec<_> =
        stats["data"].as_array().unwrap().iter().map(|row| (&row["target"], &row["quota_left"])).collect();
    assert!(left.contains(&(&json!("spent/m"), &json!(0.0))), "{left:?}");
}

#[test]
fn tiers_are_served_by_the_targets_ranked_in_them_in_either_language_and_by_header() {
    let up = Upstream::doing([says("Hello")]);
    let ranks = json!({ "models": [
        { "id": "quick", "tiers": { "fast": 1, "standard": 2 } },
        { "id": "wise", "tiers": { "reasoning": 1, "standard": 1 } },
        { "id": "maker", "tiers": { "code": 1, "agentic": 1 } },
        { "id": "eye", "tiers": { "vision": 1, "multimodal": 1 } },
        { "id": "long", "tiers": { "long-context": 1 } },
    ] });
    let server = with_providers(&[up.entry("a", ranks)]);
    let rows = [
        ("fast", "quick"),
        ("rapido", "quick"),
        ("standard", "wise"),
        ("reasoning", "wise"),
        ("razonamiento", "wise"),
        ("agentic", "maker"),
        ("agentico", "maker"),
        ("code", "maker"),
        ("codigo", "maker"),
        ("vision", "eye"),
        ("vista", "eye"),
        ("multimodal", "eye"),
        ("long-context", "long"),
        ("contexto-largo", "long"),
    ];
    for (tier, model) in rows {
        assert_eq!(server.chat(json!({ "model": tier })).status, 200);
        assert_eq!(up.last().json()["model"], model, "{tier}");
        for header in ["x-mediary-tier", "x-willaku-tier"] {
            assert_eq!(server.chat_with((header, tier), json!({ "model": "" })).status, 200);
            assert_eq!(up.last().json()["model"], model, "{header}: {tier}");
        }
    }
    // What the body names counts for more than the header.
    server.chat_with(("x-mediary-tier", "fast"), json!({ "model": "vista" }));
    assert_eq!(up.last().json()["model"], "eye");
    server.chat_with(("x-mediary-tier", "fast"), json!({ "model": "long" }));
    assert_eq!(up.last().json()["model"], "long");
    // `auto` looks at the question.
    let fix = "Fix this:\n```rust\nfn main() { panic!() }\n```";
    for asked in [json!("auto"), json!(""), Value::Null] {
        server.chat(json!({ "model": asked, "messages": [{ "role": "user", "content": fix }] }));
        assert_eq!(up.last().json()["model"], "maker", "{asked}");
    }
}

#[test]
fn a_request_can_be_bound_to_providers() {
    let two = Two::new(|_, _| ());
    for (bound, by) in [("b", "b/m"), ("a", "a/m"), ("absent, b", "b/m"), ("b,a", "a/m")] {
        let answer = two.server.chat_with(("x-mediary-provider", bound), json!({}));
        assert_eq!(answer.header("x-routed-via"), Some(by), "{bound}");
    }
    let calls = (two.a.calls(), two.b.calls());
    two.server.chat_with(("x-mediary-provider", "absent"), json!({})).refused(422, "no_target", "provider asked for");
    two.server.chat_with(("x-mediary-provider", "b"), json!({ "model": "a/m" })).refused(422, "no_target", "a/m");
    assert_eq!((two.a.calls(), two.b.calls()), calls);
}

/// An entry whose model costs this.
fn priced(up: &Upstream, id: &str, price: &Value) -> Value {
    up.with_model(id, json!({ "price": price }))
}

#[test]
fn cost_is_bound_by_the_operator_or_the_request_and_never_loosened() {
    let ups = [says("From paid"), says("From unknown"), says("From free")].map(|act| Upstream::doing([act]));
    let [paid, unknown, free] = &ups;
    let entries = [
        priced(paid, "paid", &json!({ "input_usd": 1.0, "output_usd": 2.0 })),
        priced(unknown, "unknown", &json!("unknown")),
        priced(free, "free", &json!("free")),
    ];
    let open = with_providers(&entries);
    let bound = serving(&entries, |config| config.routing.cost = CostPolicy::Free);
    for (server, header, said) in [
        (&open, "any", "From paid"),
        (&open, "free", "From free"),
        (&bound, "free", "From free"),
        (&bound, "any", "From free"),
    ] {
        assert_eq!(server.chat_with(("x-mediary-cost", header), json!({})).said(), said, "{header}");
    }
    assert_eq!(bound.chat(json!({})).said(), "From free");
    bound.chat(json!({ "model": "paid/m" })).refused(422, "no_target", "not known to be free");
    assert_eq!((paid.calls(), unknown.calls()), (1, 0));
}

#[test]
fn what_may_not_leave_this_machine_does_not_whatever_the_request_says() {
    let (far, near) = (Upstream::doing([says("From afar")]), Upstream::doing([says("From here")]));
    let entries = [far.far_entry("far", json!({})), near.entry("near", json!({}))];
    let open = with_providers(&entries);
    let bound = serving(&entries, |config| config.routing.privacy = Privacy::Local);
    assert_eq!(open.chat(json!({})).said(), "From afar");
    assert_eq!(open.chat_with(("x-mediary-privacy", "local"), json!({})).said(), "From here");
    assert_eq!(bound.chat(json!({})).said(), "From here");
    for header in ["any", "local"] {
        let answer = bound.chat_with(("x-mediary-privacy", header), json!({}));
        assert_eq!(answer.said(), "From here", "{header}");
        let answer = bound.chat_with(("x-mediary-privacy", header), json!({ "model": "far/m" }));
        answer.refused(422, "no_target", "not on this machine");
    }
    assert_eq!(far.calls(), 1);
}
