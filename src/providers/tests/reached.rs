//! Where providers are reached: on this machine, without keys, at addresses of parts.

use super::assembled::{keys, on, providers, setup, why};
use crate::providers::Providers;

#[test]
fn servers_on_this_machine_are_looked_for_only_where_the_operator_allows_it() {
    const LOCAL: [&str; 5] = ["llamacpp", "lmstudio", "localai", "ollama", "vllm"];
    let sorted = |providers: &Providers| {
        let mut ids: Vec<String> = on(providers).into_iter().map(str::to_owned).collect();
        ids.sort_unstable();
        ids
    };
    assert!(on(&providers("", "")).is_empty());
    let all = providers("[registry]\nlocal = true\n", "");
    assert_eq!(sorted(&all), LOCAL);
    for id in LOCAL {
        let its = setup(&all, id);
        assert!(its.is_loopback && its.discovers && its.keys.is_empty(), "{id}");
    }
    // At another address than the usual one, by its variable.
    let moved = providers("[registry]\nlocal = true\n", "VLLM_API_BASE=127.0.0.1:9123");
    assert_eq!(setup(&moved, "vllm").endpoint.base_url, "http://127.0.0.1:9123/v1");
    // The policy is about this machine: what is elsewhere is not looked for.
    assert!(!sorted(&all).contains(&"edge".to_owned()));
}

#[test]
fn a_provider_without_keys_is_called_where_it_is_named_and_with_a_key_everywhere() {
    assert!(why(&providers("", ""), "llm7").contains("or name it under [[providers]] to call it without one"));
    let named = providers("[[providers]]\nid = \"llm7\"\n", "");
    assert!(on(&named) == ["llm7"] && keys(setup(&named, "llm7")).is_empty());
    assert_eq!(keys(setup(&providers("", "LLM7_API_KEY=k"), "llm7")), ["k"]);
    // A key whose variable is unset is a mistake, not a wish to do without.
    let unset = providers("[[providers]]\nid = \"llm7\"\napi_keys = [\"${NONE}\"]\n", "");
    assert!(why(&unset, "llm7").contains("NONE"), "{}", why(&unset, "llm7"));
}

#[test]
fn an_address_of_parts_can_be_given_whole() {
    let parts = providers("", "AZURE_OPENAI_API_KEY=k\nAZURE_OPENAI_RESOURCE=mine");
    assert_eq!(setup(&parts, "azure").endpoint.base_url, "https://mine.openai.azure.com/openai/v1");
    let whole = providers("", "AZURE_OPENAI_API_KEY=k\nAZURE_OPENAI_ENDPOINT=https://other.openai.azure.com/");
    assert_eq!(setup(&whole, "azure").endpoint.base_url, "https://other.openai.azure.com/openai/v1");
    assert!(why(&providers("", "AZURE_OPENAI_API_KEY=k"), "azure").contains("AZURE_OPENAI_RESOURCE"));
}
