//! Configurations of other gateways, made up here, and what they amount to: a file that this program takes, in which no key
//! is written out unasked.

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aes::Aes256;
use aes_gcm::{AeadInPlace, AesGcm, KeyInit};
use mediary_store::ForeignDatabase;

use super::{carried, of_text};
use crate::config::{Config, Environment, Overrides};
use crate::providers::Providers;

/// The providers that the printed file gives, with these variables set.
fn assembled(file: &str, env: &Environment) -> (Config, Providers) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mediary.toml"), file).unwrap();
    let config = Config::load(&Overrides::default(), env, folder.path());
    let config = config.unwrap_or_else(|error| panic!("{error}\n{file}")).config;
    let providers = Providers::assemble(&config, env, None).unwrap_or_else(|error| panic!("{error}\n{file}"));
    (config, providers)
}

fn has(file: &str, lines: &[&str]) {
    for line in lines {
        assert!(file.contains(line), "{line}\n{file}");
    }
}

fn on(providers: &Providers) -> Vec<&str> {
    let mut ids: Vec<&str> = providers.enabled.iter().map(|provider| provider.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn ai_free_swap_becomes_providers_by_priority_and_one_name() {
    let file = of_text(
        r#"
keep_cycles: 2
model_name: aifree
show_provider: false
server: { host: 127.0.0.1, port: 8123, api_key: "${SERVER_KEY}" }
providers:
  - priority: 2
    backends:
      - { provider: qwen, api_key: "${QWEN}", model: qwen-flash }
      - { provider: openai_compat, name: My Box, base_url: "http://127.0.0.1:9000/v1/", api_key: "sk-box", model: llama }
  - priority: 1
    backends:
      - { provider: gemini, api_key: "${G1}", model: gemini-2.5-flash, extra: { timeout: 20 } }
      - { provider: gemini, api_key: "${G2}", model: gemini-2.5-flash }
"#,
    )
    .unwrap()
    .written(false);
    has(
        &file,
        &[
            "keep_cycles = 2",
            "model_routing = \"any\"",
            "port = 8123",
            "api_keys = [\"${SERVER_KEY}\"]",
            "aifree = [\"gemini/gemini-2.5-flash\", \"dashscope/qwen-flash\", \"my-box/llama\"]",
            "base_url = \"https://dashscope.aliyuncs.com/compatible-mode/v1\"",
            "# Not carried over: extra.timeout",
            "show_provider = false",
            "set MY_BOX_API_KEY to it",
        ],
    );
    assert!(!file.contains("sk-box"), "{file}");
    let env =
        Environment::from([("SERVER_KEY", "s"), ("QWEN", "q"), ("G1", "a"), ("G2", "b"), ("MY_BOX_API_KEY", "c")]);
    let (config, providers) = assembled(&file, &env);
    assert_eq!(on(&providers), ["dashscope", "gemini", "my-box"]);
    let gemini = providers.enabled.iter().find(|its| its.id.as_str() == "gemini").unwrap();
    assert_eq!((gemini.priority, gemini.keys.len(), config.server.port), (1, 2, 8123));
}

#[test]
fn litellm_becomes_names_for_targets_with_their_fallbacks() {
    let text = r#"
model_list:
  - model_name: fast
    litellm_params: { model: groq/openai/gpt-oss-20b, api_key: os.environ/GROQ_API_KEY, rpm: 25 }
  - model_name: fast
    litellm_params: { model: cerebras/gpt-oss-120b, api_key: os.environ/CEREBRAS_API_KEY }
  - model_name: smart
    litellm_params: { model: gpt-4o, api_key: sk-openai-secret, temperature: 0.2 }
    model_info: { input_cost_per_token: 0.0000025, output_cost_per_token: 0.00001, max_input_tokens: 100000 }
  - model_name: mine
    litellm_params: { model: openai/qwen-vl, api_base: "http://10.0.0.5:8000/v1", api_key: none }
    model_info: { supports_vision: true, supports_function_calling: true }
  - model_name: vectors
    litellm_params: { model: ollama/bge-m3, api_base: "http://127.0.0.1:11434" }
    model_info: { mode: embedding }
  - model_name: odd
    litellm_params: { model: watsonx/thing }
  - model_name: "openai/*"
    litellm_params: { model: "openai/*" }
router_settings: { routing_strategy: latency-based-routing, num_retries: 3, fallbacks: [ { fast: [smart] } ] }
litellm_settings: { drop_params: true, cache: true }
general_settings: { master_key: sk-master-secret, database_url: "postgres://u:p@h/db" }
"#;
    let carried = of_text(text).unwrap();
    let file = carried.written(false);
    has(
        &file,
        &[
            "my-fast = [\"groq/openai/gpt-oss-20b\", \"cerebras/gpt-oss-120b\", \"openai/gpt-4o\"]",
            "mine = \"10-0-0-5-8000/qwen-vl\"",
            "vectors = \"ollama/bge-m3\"",
            "rpm = 25",
            "input_usd = 2.5",
            "context_tokens = 100000",
            "base_url = \"http://127.0.0.1:11434/api\"",
            "set MEDIARY_API_KEY to it",
            "# Not carried over: the name `fast`, which is a tier's here: its targets stand under `my-fast`",
            "# Not carried over: litellm_params.temperature of `smart`",
            "# Not carried over: the model `odd`: its provider `watsonx` is not known here",
            "# Not carried over: the pattern `openai/*`",
            "# Not carried over: litellm_settings.cache",
            "# Not carried over: general_settings.database_url",
        ],
    );
    for secret in ["sk-openai-secret", "sk-master-secret", "postgres://"] {
        assert!(!file.contains(secret), "{file}");
    }
    assert!(carried.written(true).contains("sk-openai-secret"));
    let env = Environment::from([
        ("GROQ_API_KEY", "g"),
        ("CEREBRAS_API_KEY", "c"),
        ("OPENAI_API_KEY", "o"),
        ("10_0_0_5_8000_API_KEY", "none"),
        ("MEDIARY_API_KEY", "m"),
    ]);
    let (_, providers) = assembled(&carried.written(true), &env);
    assert_eq!(on(&providers), ["10-0-0-5-8000", "cerebras", "groq", "ollama", "openai"]);
}

#[test]
fn litellms_keys_of_one_model_are_said_to_be_of_all_here() {
    let text = |second: &str| {
        format!(
            "model_list:\n\
             - {{ model_name: one, litellm_params: {{ model: groq/a, api_key: os.environ/GROQ_A }} }}\n\
             - {{ model_name: one, litellm_params: {{ model: groq/a, api_key: os.environ/GROQ_B }} }}\n\
             - {{ model_name: two, litellm_params: {{ model: groq/b, api_key: os.environ/{second} }} }}\n"
        )
    };
    let bound = of_text(&text("GROQ_A")).unwrap().written(false);
    has(
        &bound,
        &["# Not carried over: that `groq/b` is called with some of the keys of `groq` only", "move models and keys"],
    );
    assert!(!bound.contains("that `groq/a`"), "it is called with all of them: {bound}");
    let apart = of_text(&text("GROQ_C")).unwrap().written(false);
    has(&apart, &["that `groq/a` is called", "that `groq/b` is called"]);
    // Two keys of one model are turns, as here.
    let turns = text("GROQ_A").lines().take(3).collect::<Vec<_>>().join("\n");
    assert!(!of_text(&turns).unwrap().written(false).contains("some of the keys"));
}

#[test]
fn a_wallas_env_keeps_its_keys_in_their_variables() {
    let file = of_text(
        "# keys\nGEMINI_API_KEY=AIza-secret\nexport GROQ_API_KEY='gsk-secret'\nGITHUB_TOKEN=ghp_secret # mine\nCOHERE_API_KEY=\n\
         PROXY_API_KEY=in-secret\nWALLAS_PORT=8001\nWALLAS_HOST=0.0.0.0\nWALLAS_REQUEST_TIMEOUT_SECONDS=60.0\n\
         WALLAS_MODEL_REFRESH_SECONDS=21600\nOLLAMA_UPSTREAM=http://localhost:11434\nCAMOFOX_URL=http://localhost:9377\n",
    )
    .unwrap()
    .written(true);
    has(
        &file,
        &[
            "cost = \"free\"",
            "first_byte_seconds = 60",
            "refresh_hours = 6",
            "\"${GITHUB_TOKEN}\"",
            "base_url = \"http://localhost:11434/api\"",
            "api_keys = [\"${PROXY_API_KEY}\"]",
            "# Not carried over: CAMOFOX_URL",
            "# Not carried over: the .env itself",
        ],
    );
    assert!(!file.contains("secret") && !file.contains("cohere"), "{file}");
    let env = Environment::from([
        ("GEMINI_API_KEY", "a"),
        ("GROQ_API_KEY", "b"),
        ("GITHUB_TOKEN", "c"),
        ("PROXY_API_KEY", "d"),
    ]);
    let (_, providers) = assembled(&file, &env);
    assert_eq!(on(&providers), ["gemini", "github", "groq", "ollama"]);
}

#[test]
fn an_export_of_keys_becomes_their_providers() {
    let text = r#"{"keys":[
        {"platform":"google","key":"AIza-secret","label":"one","enabled":true},
        {"platform":"google","key":"AIza-other"},
        {"platform":"cloudflare","key":"0a1b:token-secret"},
        {"platform":"kilo","key":"none"},
        {"platform":"groq","key":"gsk-off","enabled":false},
        {"platform":"routeway","key":"x","label":"spare"}]}"#;
    let carried = of_text(text).unwrap();
    let file = carried.written(false);
    has(
        &file,
        &[
            "api_keys = [\"${GEMINI_API_KEY_1}\", \"${GEMINI_API_KEY_2}\"]",
            "set CLOUDFLARE_ACCOUNT_ID to 0a1b",
            "# Not carried over: a key of routeway (spare), which is not known here",
        ],
    );
    assert!(!file.contains("secret") && !file.contains("groq"), "{file}");
    let (_, providers) = assembled(&carried.written(true), &Environment::from([("CLOUDFLARE_ACCOUNT_ID", "0a1b")]));
    assert_eq!(on(&providers), ["cloudflare", "gemini", "kilo"]);
}

#[test]
fn a_database_gives_its_keys_its_chain_and_what_no_catalog_knows() {
    let lock = [7_u8; 32];
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let locked = |text: &str, iv: [u8; 16]| {
        let mut bytes = text.as_bytes().to_vec();
        let cipher = AesGcm::<Aes256, U16>::new_from_slice(&lock).unwrap();
        let tag = cipher.encrypt_in_place_detached(GenericArray::from_slice(&iv), b"", &mut bytes).unwrap();
        format!("'{}', '{}', '{}'", hex(&bytes), hex(&iv), hex(&tag))
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("freeapi.db");
    let statements = [
        "CREATE TABLE settings (key TEXT, value TEXT)".to_owned(),
        "CREATE TABLE api_keys (id INTEGER, platform TEXT, label TEXT, encrypted_key TEXT, iv TEXT, auth_tag TEXT, enabled INTEGER)".to_owned(),
        "CREATE TABLE models (id INTEGER, platform TEXT, model_id TEXT, rpm_limit INTEGER, rpd_limit INTEGER, tpm_limit INTEGER, tpd_limit INTEGER, context_window INTEGER, enabled INTEGER)".to_owned(),
        "CREATE TABLE fallback_config (id INTEGER, model_db_id INTEGER, priority INTEGER, enabled INTEGER)".to_owned(),
        format!("INSERT INTO settings VALUES ('encryption_key', '{}'), ('unified_api_key', 'freellmapi-secret'), ('admin_pin_hash', 'x')", hex(&lock)),
        format!(
            "INSERT INTO api_keys VALUES (1, 'groq', 'main', {}, 1), (2, 'groq', 'off', {}, 0), (3, 'google', '', 'zz', 'zz', 'zz', 1)",
            locked("gsk-secret", [1; 16]),
            locked("gsk-off", [2; 16])
        ),
        "INSERT INTO models VALUES (1, 'groq', 'openai/gpt-oss-20b', 30, 1000, 8000, NULL, 131072, 1), \
         (2, 'groq', 'brand-new', 5, NULL, NULL, NULL, 4096, 1), (3, 'routeway', 'm', NULL, NULL, NULL, NULL, NULL, 1)"
            .to_owned(),
        "INSERT INTO fallback_config VALUES (1, 2, 1, 1), (2, 1, 2, 1), (3, 3, 3, 1)".to_owned(),
    ];
    ForeignDatabase::make(&file, &statements).unwrap();
    let found = carried(&file, None).unwrap();
    let with_keys = found.written(true);
    has(
        &with_keys,
        &[
            "api_keys = [\"gsk-secret\"]",
            "api_keys = [\"freellmapi-secret\"]",
            "freellmapi = [\"groq/brand-new\", \"groq/openai/gpt-oss-20b\"]",
            "id = \"brand-new\"",
            "rpm = 5",
            "# Not carried over: a key of google, which could not be opened",
            "# Not carried over: routeway/m, whose provider is not known here",
            "# Not carried over: the dashboard's PIN",
        ],
    );
    assert!(!with_keys.contains("gsk-off"), "{with_keys}");
    assert!(!found.written(false).contains("secret"), "{}", found.written(false));
    let (_, providers) = assembled(&with_keys, &Environment::default());
    assert_eq!(on(&providers), ["groq"]);
    let other = carried(&file, Some(&hex(&[8; 32]))).unwrap().written(true);
    assert!(!other.contains("gsk-secret") && other.contains("could not be opened"), "{other}");
}

#[test]
fn what_is_of_no_known_kind_is_refused_with_a_sentence() {
    for (text, words) in [
        ("just words", "of no kind that is known"),
        ("a: [1, 2", "neither YAML, JSON nor"),
        ("FOO=bar\n", "of no kind that is known"),
        ("[]", "of no kind that is known"),
    ] {
        let error = of_text(text).err().unwrap_or_default();
        assert!(error.contains(words), "{text}: {error}");
    }
    assert!(carried(std::path::Path::new("/nowhere/at/all"), None).unwrap_err().contains("cannot be read"));
}
