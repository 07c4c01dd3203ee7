//! `[routing]`, `[[providers]]` and `[aliases]`: what is read of them, and what is refused, where.

use std::time::Duration;

use mediary_core::plan::{CostPolicy, Privacy};

use super::{check, load, outcome};
use crate::config::{Config, ModelRouting, Overrides};

fn config(file: &str, env: &str) -> Config {
    load(file, env, &Overrides::default()).unwrap().config
}

#[test]
fn routing_is_as_the_design_has_it_and_can_be_changed() {
    let usual = Config::default().routing;
    assert_eq!((usual.max_attempts, usual.budget, usual.keep_cycles), (20, Duration::from_secs(45), 1));
    assert_eq!((usual.first_byte, usual.reasoning_first_byte), (Duration::from_secs(60), Duration::from_secs(180)));
    assert_eq!((usual.privacy, usual.cost, usual.model_routing), (Privacy::Any, CostPolicy::Any, ModelRouting::Match));
    assert_eq!((usual.sticky, usual.hand_on_urls), (Duration::from_secs(1800), false));
    let careful = config("[routing]\ncost = \"free_first\"\nconfirm_paid = true", "").routing;
    assert_eq!((careful.cost, careful.confirm_paid), (CostPolicy::FreeFirst, true));
    let file = "[routing]\nprivacy = \"local\"\ncost = \"free\"\nmodel_routing = \"any\"\nsticky_minutes = 0";
    let changed = config(file, "MEDIARY_ROUTING__KEEP_CYCLES=3\nMEDIARY_ROUTING__HAND_ON_URLS=true").routing;
    assert_eq!((changed.privacy, changed.cost), (Privacy::Local, CostPolicy::Free));
    assert_eq!((changed.model_routing, changed.sticky), (ModelRouting::Any, Duration::ZERO));
    assert_eq!((changed.keep_cycles, changed.hand_on_urls), (3, true));
}

#[test]
fn providers_and_aliases_are_named_among_the_changes() {
    check(&[
        (
            "[[providers]]\nid = \"a\"\n[[providers]]\nid = \"b\"\n",
            "",
            "providers = \"a\" # mediary.toml:1:1\nproviders = \"b\" # mediary.toml:3:1",
        ),
        ("providers = [{ id = \"a\" }]", "", "providers = \"a\" # mediary.toml:1:14"),
        (
            "[aliases]\nzwei = [\"groq/a/b\", \"x/y\"]\n\"gpt-4\" = \"gemini/${MODEL}\"\n",
            "MODEL=m",
            "aliases = { \"zwei\" = [\"groq/a/b\", \"x/y\"] } # mediary.toml:2:1\n\
             aliases = { \"gpt-4\" = [\"gemini/m\"] } # mediary.toml:3:1",
        ),
    ]);
}

#[test]
fn mistakes_in_providers_and_aliases_are_named_with_their_place() {
    let own = "[[providers]]\nid = \"a\"\n";
    let with = |line: &str| format!("{own}{line}\n");
    let rows: Vec<(String, &str)> = vec![
        ("[[provider]]\nid = \"a\"".into(), "mediary.toml:1:3: unknown key `provider`; did you mean [[providers]]?"),
        ("[alias]\na = \"b/c\"".into(), "mediary.toml:1:2: unknown section `alias`; did you mean [aliases]?"),
        (
            "[providers]\nid = \"a\"".into(),
            "mediary.toml:1:1: `providers` must be a list of tables: write [[providers]]",
        ),
        ("aliases = 3".into(), "mediary.toml:1:11: `aliases` must be a section: write [aliases]"),
        (with("base_ulr = \"x\""), "mediary.toml:3:1: unknown key `base_ulr`; did you mean `base_url`?"),
        (
            with("prioritty = 1\nmodels = [{ id = \"m\", acepts = [\"text\"] }]\nname = 3"),
            "mediary.toml:3:1: unknown key `prioritty`; did you mean `priority`?\n\
             mediary.toml:4:23: unknown key `acepts`; did you mean `accepts`?\n\
             mediary.toml:5:8: invalid type: integer `3`, expected a string",
        ),
        (
            with("models = [\"m\"]"),
            "mediary.toml:3:11: invalid type: string \"m\", expected a table, such as { id = \"name\" }",
        ),
        (
            with("[providers.quirks]\nnull_contents = true"),
            "mediary.toml:3:1: unknown key `null_contents`; did you mean `null_content`?",
        ),
        (
            with("dialect = \"grpc\""),
            "mediary.toml:3:11: unknown variant `grpc`, expected one of `openai`, `responses`, `gemini`, `anthropic`, `mistral`, `ollama`, `automatic1111`, `comfyui`, `cloudflare`, `huggingface`, `minimax`, `xai`, `edge`",
        ),
        (
            with("base_url = \"https://me:pw@host\""),
            "mediary.toml:3:12: `base_url` must be an http or https address without user, query or fragment, such as \
             \"http://127.0.0.1:9000/v1\"",
        ),
        (with("base_url = \"http://${X\""), "mediary.toml:3:12: this holds a \"${\" that is not of the form ${NAME}"),
        (
            with("[[providers]]\nid = \"a\""),
            "mediary.toml:3:1: the provider `a` is listed twice; write its tables as one",
        ),
        ("[[providers]]\nname = \"A\"".into(), "mediary.toml:1:1: missing field `id`"),
        (
            "[[providers]]\nid = \"A/B\"".into(),
            "mediary.toml:2:6: `id` must be made of lower-case letters, digits, dots, dashes and underscores",
        ),
        ("[aliases]\nfast = \"a/b\"".into(), "mediary.toml:2:1: `fast` is a tier; give the alias another name"),
        (
            "[aliases]\nx = \"y\"\nz = []".into(),
            "mediary.toml:2:1: the alias `x`: `y` is not a target; write it as provider/model, for example local/paddleocr\n\
             mediary.toml:3:1: the alias `z` must be a target such as \"gemini/gemini-2.5-flash\", or a list of them",
        ),
        (
            "[aliases]\nx = \"a/${NONE}\"".into(),
            "mediary.toml:2:1: the alias `x` needs the environment variable NONE, which is not set",
        ),
    ];
    for (file, expected) in rows {
        check(&[(&file, "", expected)]);
    }
}

#[test]
fn variables_stand_for_parts_of_texts_and_unset_ones_are_remembered() {
    let file = "[[providers]]\nid = \"a\"\nbase_url = \"http://${HOST}/v1\"\nname = \"${NO_NAME}\"\n\
                api_keys = [\"${NO_KEY}\", \"x${KEY}\"]\nmodels = [{ id = \"${MODEL}\" }]";
    let provider = &config(file, "HOST=h\nKEY=k\nMODEL=m").providers[0];
    assert_eq!(provider.entry.base_url.as_deref(), Some("http://h/v1"));
    assert_eq!(provider.entry.models[0].get_ref().id.as_deref(), Some("m"));
    let keys: Vec<&str> = provider.entry.api_keys.iter().flat_map(|keys| &keys.0).map(|key| key.expose()).collect();
    assert_eq!(keys, ["xk"]);
    assert_eq!(
        (provider.unset_keys.as_slice(), provider.unset.as_slice()),
        (&["NO_KEY".to_owned()][..], &["NO_NAME".to_owned()][..])
    );
    let one = &config("[[providers]]\nid = \"a\"\napi_keys = \"single\"", "").providers[0];
    assert_eq!(one.entry.api_keys.as_ref().map(|keys| keys.0.len()), Some(1));
}

#[test]
fn keys_of_providers_appear_in_no_output() {
    let own = "[[providers]]\nid = \"a\"\n";
    for line in [
        "api_keys = [\"hush\"]",
        "api_keys = [\"${K}\"]",
        "api_keys = \"hush\"",
        "api_keys = [\"hush hush\"]",
        "api_keys = [\"hush\", 3]",
        "api_keys = { hush = \"hush\" }",
        "api_key = \"hush\"",
        "key_env = \"hush\"",
        "key_env = [\"hush\"]",
        "headers = { x = \"hush\" }",
        "headers = { x = [\"hush\"] }",
        "headers = \"hush\"",
        "base_url = \"https://hush@a.example\"",
        "base_url = \"https://a.example?key=${K}\"",
    ] {
        let loaded = load(&format!("{own}{line}"), "K=hush", &Overrides::default());
        let debugged = format!("{loaded:?}");
        let printed = debugged + &outcome(loaded);
        assert!(!printed.contains("hush"), "{line}: {printed}");
    }
}
