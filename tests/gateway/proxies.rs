//! Providers behind proxies: which requests go through one, and what a client and an operator see of it.
//!
//! Plain calls are handed to a proxy whole, so a scripted provider can stand in for one that hands them on. Tunnels, which
//! need certificates, are tested beside the connector.

use mediary::config::Config;
use mediary_remote::ProxyRules;
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{says, streams};
use super::client::Request;
use super::upstream::{Act, Upstream};

/// An entry for a provider that no look-up finds.
fn far(up: &Upstream, fields: Value) -> Value {
    up.entry("far", super::chat_talk::over(json!({ "base_url": "http://provider.test/v1" }), fields))
}

fn through(proxy: &Upstream) -> String {
    format!("http://ann:hunter2@{}", proxy.address)
}

#[test]
fn a_provider_is_reached_through_its_own_proxy_under_its_own_name() {
    let proxy = Upstream::doing([says("Hello"), streams(&["Hel", "lo"])]);
    let server = with_providers(&[far(&proxy, json!({ "proxy": through(&proxy) }))]);
    assert_eq!(server.chat(json!({})).said(), "Hello");
    assert_eq!(server.chat(json!({ "stream": true })).said(), "Hello");
    for seen in proxy.seen() {
        assert_eq!(seen.path, "http://provider.test/v1/chat/completions");
        assert_eq!(seen.header("host"), Some("provider.test"));
        assert_eq!(seen.header("proxy-authorization"), Some("Basic YW5uOmh1bnRlcjI="));
        assert_eq!(seen.key(), Upstream::key_of("far"));
    }
    let shown = Request::new("GET", "/v1/providers").send(&server);
    assert!(shown.status == 200 && !shown.text().contains("hunter2"), "{shown}");
}

#[test]
fn a_proxy_of_the_environment_is_for_all_but_this_machine_and_the_excepted() {
    let rules = |proxy: &Upstream, no: &str| {
        let proxy = through(proxy).parse().ok();
        let rules = ProxyRules::new(proxy, None, no);
        move |config: &mut Config| config.proxies = rules
    };
    // What the provider's entry says beside its address, the rule's exceptions, and whether the proxy is asked.
    let rows = [
        (json!({}), "", true),
        (json!({}), "other.test", true),
        (json!({}), "provider.test", false),
        (json!({}), "*", false),
        (json!({ "proxy": "none" }), "", false),
        (json!({ "proxy": "" }), "", false),
    ];
    for (fields, no, is_asked) in rows {
        let proxy = Upstream::doing([says("Hello")]);
        let server = serving(&[far(&proxy, fields.clone())], rules(&proxy, no));
        let answer = server.chat(json!({}));
        assert_eq!((answer.status == 200, proxy.calls() > 0), (is_asked, is_asked), "{fields} {no}: {answer}");
    }
    let (proxy, near) = (Upstream::doing([Act::Close]), Upstream::doing([says("Hello")]));
    let server = serving(&[near.entry("near", json!({}))], rules(&proxy, ""));
    assert_eq!(server.chat(json!({})).said(), "Hello");
    assert_eq!((proxy.calls(), near.last().path.as_str()), (0, "/v1/chat/completions"));
}

#[test]
fn a_proxy_that_refuses_costs_its_provider_the_call_and_says_so() {
    let refuses = Act::Answer { status: 407, headers: Vec::new(), body: String::new() };
    let proxy = Upstream::doing([refuses]);
    let entry = far(&proxy, json!({ "proxy": through(&proxy) }));
    let alone = with_providers(std::slice::from_ref(&entry)).chat(json!({}));
    assert_eq!(alone.status, 503, "{alone}");
    assert!(alone.text().contains("the proxy wants a name and a password"), "{alone}");
    assert!(!alone.text().contains("hunter2"), "{alone}");
    let other = Upstream::doing([says("Hello")]);
    let server = with_providers(&[entry, other.entry("other", json!({}))]);
    let answer = server.chat(json!({}));
    assert_eq!((answer.said().as_str(), answer.header("x-routed-via")), ("Hello", Some("other/m")));
}
