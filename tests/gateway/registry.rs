//! What providers list: told when it changes, kept when they are out, and asked for only by name beside a catalog.

use mediary_core::plan::Privacy;
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{fails, says};
use super::client::Request;
use super::server::TestServer;
use super::upstream::{Act, Upstream};

fn list(models: Value) -> Act {
    let mut body = json!({ "object": "list" });
    body["data"] = models;
    let headers = vec![("content-type", "application/json".to_owned())];
    Act::Answer { status: 200, headers, body: body.to_string() }
}

/// What a look at the lists says of the only provider.
fn refreshed(server: &TestServer) -> Value {
    let answer = Request::new("POST", "/v1/registry/refresh").send(server);
    assert_eq!(answer.status, 200, "{answer}");
    answer.json()["data"][0].clone()
}

/// The models that can be asked, as targets.
fn models(server: &TestServer) -> Vec<String> {
    let all = server.get("/v1/models").json();
    let ids = all["data"].as_array().into_iter().flatten().filter_map(|model| model["id"].as_str()).map(str::to_owned);
    ids.filter(|id| id.starts_with("a/") || id.starts_with("b/")).collect()
}

#[test]
fn a_refresh_tells_what_came_went_and_changed_its_work() {
    let up = Upstream::listing(list(json!([{ "id": "m" }, { "id": "new" }, { "id": "flip" }])), [says("Hello")]);
    let server =
        with_providers(&[up.entry("a", json!({ "models": [{ "id": "m" }, { "id": "own" }], "lists_models": true }))]);
    let first = refreshed(&server);
    assert_eq!(first["status"], "listed", "{first}");
    assert_eq!(first["added"], json!(["flip", "new"]));
    assert_eq!((&first["removed"], &first["unlisted"], &first["models"]), (&json!([]), &json!(["own"]), &json!(3)));
    assert_eq!(models(&server), ["a/m", "a/own", "a/new", "a/flip"]);

    up.lists(list(
        json!([{ "id": "m", "type": "embedding" }, { "id": "flip", "type": "embedding" }, { "id": "third" }]),
    ));
    let second = refreshed(&server);
    assert_eq!((&second["added"], &second["removed"]), (&json!(["third"]), &json!(["new"])));
    let flip = json!([{ "model": "flip", "from": ["chat"], "to": ["embedding"] }]);
    assert_eq!(second["reclassified"], flip, "what is curated is not reclassified: {second}");
    assert_eq!(models(&server), ["a/m", "a/own", "a/flip", "a/third"]);
    assert_eq!(server.chat(json!({ "model": "a/m" })).said(), "Hello", "the configuration overrules the list");

    // What went comes back in its old place.
    up.lists(list(json!([{ "id": "m" }, { "id": "new" }])));
    assert_eq!(refreshed(&server)["added"], json!(["new"]));
    assert_eq!(models(&server), ["a/m", "a/own", "a/new"]);
}

#[test]
fn an_outage_erases_nothing_neither_now_nor_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::listing(list(json!([{ "id": "new", "context_length": 4096 }])), [says("Hello")]);
    let entry = up.entry("a", json!({ "lists_models": true }));
    let start = || {
        let dir = folder.path().join("registry");
        serving(std::slice::from_ref(&entry), |config| config.registry.dir = Some(dir))
    };
    let server = start();
    assert_eq!(refreshed(&server)["added"], json!(["new"]));
    up.lists(fails(503, "down", None));
    let failed = refreshed(&server);
    assert_eq!((&failed["status"], &failed["models"], &failed["removed"]), (&json!("failed"), &json!(1), &json!([])));
    assert!(failed["why"].is_string() && failed["age_seconds"].is_u64(), "{failed}");
    assert_eq!(models(&server), ["a/m", "a/new"]);
    drop(server);

    let server = start();
    assert_eq!(models(&server), ["a/m", "a/new"], "the last good list was kept");
    let providers = server.get("/v1/providers").json();
    let its = providers["data"].as_array().unwrap().iter().find(|its| its["id"] == "a").unwrap();
    assert!(its["list_age_seconds"].is_u64(), "{its}");
    assert_eq!(server.chat(json!({ "model": "a/new" })).said(), "Hello");

    // The list of another address is none of this provider's.
    let other = Upstream::listing(fails(503, "down", None), [says("Hello")]);
    let elsewhere = other.entry("a", json!({ "lists_models": true }));
    let dir = folder.path().join("registry");
    let server = serving(&[elsewhere], |config| config.registry.dir = Some(dir));
    assert_eq!(models(&server), ["a/m"]);
}

#[test]
fn a_vendor_that_lists_nothing_at_all_is_out_and_a_server_on_this_machine_may_be_empty() {
    let up = Upstream::listing(list(json!([{ "id": "new" }])), [says("Hello")]);
    let fields = json!({ "lists_models": true });
    for (entry, stays) in [(up.far_entry("a", fields.clone()), true), (up.entry("a", fields), false)] {
        up.lists(list(json!([{ "id": "new" }])));
        let server = with_providers(&[entry]);
        assert_eq!(refreshed(&server)["added"], json!(["new"]));
        up.lists(list(json!([])));
        let empty = refreshed(&server);
        let expected = if stays { ("failed", json!([])) } else { ("listed", json!(["new"])) };
        assert_eq!((&empty["status"], &empty["removed"]), (&json!(expected.0), &expected.1), "{empty}");
        assert_eq!(models(&server).contains(&"a/new".to_owned()), stays);
    }
}

#[test]
fn a_model_that_is_only_listed_answers_when_it_is_named_and_not_otherwise() {
    let up = Upstream::listing(
        list(json!([{ "id": "dear", "pricing": { "prompt": "0.00001", "completion": "0.00003" } }])),
        [fails(404, "no such model", None), says("dear")],
    );
    let server = with_providers(&[up.entry("a", json!({ "lists_models": true }))]);
    refreshed(&server);
    // The curated model fails, and the listed one does not stand in for it.
    let refused = server.chat(json!({ "model": "auto" }));
    assert!(refused.status >= 400, "{refused}");
    assert_eq!(up.calls(), 1);
    assert_eq!(server.chat(json!({ "model": "a/dear" })).said(), "dear");
    assert_eq!(up.last().json()["model"], "dear");
    let model = server.get("/v1/models/a/dear").json();
    assert!(model.to_string().contains("asked only by name"), "{model}");
}

#[test]
fn two_servers_at_one_usual_port_are_told_apart_by_who_owns_the_models() {
    let up = Upstream::listing(list(json!([{ "id": "gguf", "owned_by": "llamacpp" }])), [says("Hello")]);
    let entry = |id: &str, fields: Value| {
        let mut entry = up.entry(id, json!({ "discovers": true }));
        let object = entry.as_object_mut().unwrap();
        object.remove("models");
        object.remove("api_keys");
        object.extend(fields.as_object().unwrap().clone());
        entry
    };
    let server = with_providers(&[entry("a", json!({})), entry("b", json!({ "owner": "llamacpp" }))]);
    assert_eq!(models(&server), ["b/gguf"]);
    assert_eq!(server.chat(json!({ "model": "gguf" })).header("x-routed-via"), Some("b/gguf"));
}

#[test]
fn nothing_is_asked_elsewhere_where_nothing_may_leave_this_machine() {
    let up = Upstream::listing(list(json!([{ "id": "new" }])), [says("Hello")]);
    let far = up.far_entry("a", json!({ "lists_models": true }));
    let near = up.entry("b", json!({ "lists_models": true }));
    let server = serving(&[far, near], |config| config.routing.privacy = Privacy::Local);
    let answer = Request::new("POST", "/v1/registry/refresh").send(&server).json();
    let asked: Vec<&str> =
        answer["data"].as_array().unwrap().iter().map(|its| its["provider"].as_str().unwrap()).collect();
    assert_eq!(asked, ["b"]);
}
