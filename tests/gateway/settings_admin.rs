//! Settings and the password over HTTP: in force at once, kept over a restart, and of two who change them the second is told.

use serde_json::{Value, json};

use super::chat_words::says;
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_admin::{PASSWORD, logs_in, sends, session};
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::Upstream;

/// A place with a password and two providers of the tier `fast`, of which `a` comes first.
fn place(a: &Upstream, b: &Upstream) -> Place {
    let price = json!({ "input_usd": 1.0, "output_usd": 2.0 });
    let fast = |rank: u32| json!({ "models": [{ "id": "m", "tiers": { "fast": rank }, "price": price }] });
    let place = Place::with(&[a.entry("a", fast(1)), b.entry("b", fast(2))]);
    place.told(&["admin", "password"], &format!("{PASSWORD}\n"));
    place
}

fn settings(served: &Served, admin: &str) -> Value {
    served.get("/api/admin/settings", admin).ok()
}

fn sets(served: &Served, admin: &str, revision: &Value, settings: &Value) -> Answer {
    let change = json!({ "revision": revision, "settings": settings });
    sends(served, "PUT /api/admin/settings", admin, &change)
}

/// Who answers the tier `fast` first.
fn first(served: &Served) -> Value {
    let chat = json!({ "model": "fast", "messages": [{ "role": "user", "content": "Hello" }] });
    sends(served, "POST /v1/plan", "", &chat).json()["candidates"][0]["target"].clone()
}

#[test]
fn an_order_of_a_tier_is_in_force_at_once_and_after_a_restart() {
    let (a, b) = (Upstream::doing([says("A.")]), Upstream::doing([says("B.")]));
    let place = place(&a, &b);
    {
        let served = place.serve(&[]);
        let admin = logs_in(&served);
        assert_eq!(first(&served), "a/m");
        let chains = json!({ "fast": { "order": ["b/m", "a/m"], "off": [] } });
        let kept = sets(&served, &admin, &json!(0), &json!({ "chains": chains }));
        assert_eq!((kept.status, &kept.json()["revision"]), (200, &json!(1)), "{kept}");
        wait_until("the order is in force", || first(&served) == "b/m");
        let off = json!({ "fast": { "order": ["b/m", "a/m"], "off": ["b/m"] } });
        assert_eq!(sets(&served, &admin, &json!(1), &json!({ "chains": off })).status, 200);
        wait_until("it is switched off", || first(&served) == "a/m");
        let chat = json!({ "model": "fast", "messages": [{ "role": "user", "content": "Hello" }] });
        let plan = sends(&served, "POST /v1/plan", "", &chat).json();
        let passed = plan["passed_over"].as_array().expect("a list").iter().find(|one| one["target"] == "b/m");
        let reason = passed.expect("it is told")["reason"].as_str().expect("a sentence").to_owned();
        assert!(reason.contains("switched off for this tier"), "{reason}");
        // A request that names it still gets it.
        let named = json!({ "model": "b/m", "messages": [{ "role": "user", "content": "Hello" }] });
        assert_eq!(sends(&served, "POST /v1/chat/completions", "", &named).said(), "B.");
        let asked = sends(&served, "POST /v1/chat/completions", "", &chat);
        assert_eq!((asked.said().as_str(), a.calls(), b.calls()), ("A.", 1, 1));
    }
    let served = place.serve(&[]);
    assert_eq!(first(&served), "a/m");
    assert_eq!(settings(&served, &logs_in(&served))["settings"]["chains"]["fast"]["off"], json!(["b/m"]));
}

#[test]
fn a_preset_orders_the_plan_for_all_tiers_or_for_one_of_them() {
    let (a, b) = (Upstream::doing([says("A.")]), Upstream::doing([says("B.")]));
    let fast = |rank: u32, usd: f64| {
        let price = json!({ "input_usd": usd, "output_usd": usd });
        json!({ "models": [{ "id": "m", "tiers": { "fast": rank }, "price": price }] })
    };
    let place = Place::with(&[a.entry("a", fast(1, 3.0)), b.entry("b", fast(2, 1.0))]);
    place.told(&["admin", "password"], &format!("{PASSWORD}\n"));
    // From the configuration, …
    let served = place.serve(&[("MEDIARY_ROUTING__PRESET", "cost")]);
    let admin = logs_in(&served);
    assert_eq!(first(&served), "b/m");
    assert_eq!(settings(&served, &admin)["in_force"]["routing"]["preset"], "cost");
    // … from the settings over it, …
    let quality = sets(&served, &admin, &json!(0), &json!({ "routing": { "preset": "quality" } }));
    assert_eq!(quality.status, 200, "{quality}");
    wait_until("the better one is first", || first(&served) == "a/m");
    // … and for this tier alone, whose answers it was that were quicker.
    let named = json!({ "model": "b/m", "messages": [{ "role": "user", "content": "Hello" }] });
    assert_eq!(sends(&served, "POST /v1/chat/completions", "", &named).status, 200);
    let speed = json!({ "routing": { "preset": "quality" }, "chains": { "fast": { "preset": "speed" } } });
    assert_eq!(sets(&served, &admin, &json!(1), &speed).status, 200);
    wait_until("the one that was called is first", || first(&served) == "b/m");
    assert_eq!(settings(&served, &admin)["settings"]["chains"]["fast"]["preset"], "speed");
}

#[test]
fn a_policy_is_in_force_at_once_and_falls_back_to_the_configuration() {
    let (a, b) = (Upstream::doing([says("A.")]), Upstream::doing([says("B.")]));
    let place = place(&a, &b);
    let served = place.serve(&[("MEDIARY_ROUTING__STICKY_MINUTES", "7")]);
    let admin = logs_in(&served);
    let before = settings(&served, &admin);
    assert_eq!((&before["revision"], &before["in_force"]["routing"]["sticky_minutes"]), (&json!(0), &json!(7)));
    let rules = json!({ "routing": { "cost": "free", "sticky_minutes": 1 }, "log": { "requests": true, "days": 3 } });
    let kept = sets(&served, &admin, &json!(0), &rules);
    assert_eq!(kept.status, 200, "{kept}");
    let in_force = &kept.json()["in_force"];
    assert_eq!((&in_force["routing"]["cost"], &in_force["log"]["days"]), (&json!("free"), &json!(3)));
    let chat = json!({ "model": "a/m", "messages": [{ "role": "user", "content": "Hello" }] });
    wait_until("only what is free is asked", || sends(&served, "POST /v1/chat/completions", "", &chat).status != 200);
    // Requests are logged from then on, without a restart.
    let logged = || {
        drop(sends(&served, "POST /v1/chat/completions", "", &chat));
        served.get("/api/admin/requests", &admin).json()["data"].as_array().is_some_and(|rows| !rows.is_empty())
    };
    wait_until("requests are logged", logged);
    assert_eq!(sets(&served, &admin, &json!(1), &json!({})).json()["in_force"]["routing"]["sticky_minutes"], 7);
    wait_until("it costs again", || sends(&served, "POST /v1/chat/completions", "", &chat).status == 200);
    wait_until("none is logged any more", || served.get("/api/admin/requests", &admin).status == 503);
}

#[test]
fn of_two_who_change_the_same_the_second_is_told_and_what_cannot_be_is_refused() {
    let up = Upstream::doing([says("Hello.")]);
    let place = place(&up, &up);
    let served = place.serve(&[]);
    let (one, other) = (logs_in(&served), logs_in(&served));
    let seen = settings(&served, &other)["revision"].clone();
    assert_eq!(sets(&served, &one, &seen, &json!({ "log": { "days": 5 } })).status, 200);
    let second = sets(&served, &other, &seen, &json!({ "log": { "days": 9 } }));
    second.refused(409, "settings_changed", "revision is 1");
    assert_eq!(settings(&served, &other)["settings"]["log"]["days"], 5, "the first one stays");
    assert_eq!(sets(&served, &other, &json!(1), &json!({ "log": { "days": 9 } })).status, 200);
    sets(&served, &one, &json!(2), &json!({ "log": { "days": 0 } })).refused(400, "invalid_request", "log.days");
    sets(&served, &one, &json!(2), &json!({ "chains": { "fast": { "order": ["m"] } } })).refused(
        400,
        "invalid_request",
        "`m` is no target",
    );
    sets(&served, &one, &json!(2), &json!({ "routing": { "privacy": "none" } })).refused(
        400,
        "invalid_request",
        "line 1",
    );
    sets(&served, "", &json!(2), &json!({})).refused(401, "not_an_administrator", "log in");
    assert_eq!(settings(&served, &one)["revision"], 2);
}

#[test]
fn a_new_password_wants_the_old_one_and_ends_every_other_session() {
    let up = Upstream::doing([says("Hello.")]);
    let place = place(&up, &up);
    let served = place.serve(&[]);
    let (one, other) = (logs_in(&served), logs_in(&served));
    let change = |current: &str, password: &str| json!({ "current": current, "password": password });
    let line = "PUT /api/admin/password";
    sends(&served, line, &one, &change("wrong horse", "better horse")).refused(401, "wrong_password", "wrong");
    sends(&served, line, &one, &change(PASSWORD, "short")).refused(400, "invalid_request", "at least 8");
    let changed = sends(&served, line, &one, &change(PASSWORD, "better horse battery"));
    assert_eq!(changed.status, 200, "{changed}");
    let fresh = session(&changed);
    assert_eq!(settings(&served, &fresh)["revision"], 0);
    for ended in [one, other] {
        served.get("/api/admin/settings", &ended).refused(401, "not_an_administrator", "log in");
    }
    sends(&served, "POST /api/admin/login", "", &json!({ "password": PASSWORD })).refused(401, "wrong_password", "");
}

#[test]
fn a_session_is_a_key_for_every_route_and_only_with_its_token() {
    let up = Upstream::doing([says("Hello.")]);
    let place = place(&up, &up);
    let served = place.serve(&[("MEDIARY_API_KEY", "sk-of-the-server")]);
    let admin = logs_in(&served);
    let cookie = admin.lines().next().expect("the cookie").to_owned() + "\r\n";
    let chat = json!({ "model": "a/m", "messages": [{ "role": "user", "content": "Hello" }] });
    let asked = |headers: &str| sends(&served, "POST /v1/chat/completions", headers, &chat);
    asked("").refused(401, "missing_api_key", "wants an API key");
    asked(&cookie).refused(401, "missing_api_key", "wants an API key");
    asked(&format!("{cookie}x-csrf-token: guess\r\n")).refused(401, "missing_api_key", "wants an API key");
    asked(&format!("{admin}origin: https://app.example\r\n")).refused(401, "missing_api_key", "wants an API key");
    assert_eq!(asked(&admin).said(), "Hello.");
    assert_eq!(served.get("/v1/models", &admin).status, 200);
    assert_eq!(up.calls(), 1);
}
