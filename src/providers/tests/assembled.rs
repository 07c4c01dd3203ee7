//! Catalogs as shipped, and what comes of catalogs, configuration and environment together.

use std::collections::BTreeSet;
use std::fs;

use mediary_core::capability::{Abilities, Amount, Lifecycle, Price, SoftSupport, TaskKind, Tier};
use mediary_core::{MediaFormat, ProviderId, Target};
use mediary_remote::Auth;

use super::ALL_KEYS;
use crate::config::providers::ModelEntry;
use crate::config::{Config, Environment, Overrides};
use crate::providers::{BadCatalog, ProviderKey, ProviderSetup, Providers, catalog};

/// What `file` as `mediary.toml` and an environment of `NAME=value` lines give.
fn assembled(file: &str, env: &str) -> Result<Providers, BadCatalog> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mediary.toml"), file).unwrap();
    let mut environment = Environment::default();
    for (name, value) in env.lines().filter_map(|line| line.split_once('=')) {
        environment.set(name, value);
    }
    let config = Config::load(&Overrides::default(), &environment, folder.path()).unwrap().config;
    Providers::assemble(&config, &environment, Some(folder.path()))
}

pub(super) fn providers(file: &str, env: &str) -> Providers {
    assembled(file, env).unwrap()
}

pub(super) fn on(providers: &Providers) -> Vec<&str> {
    providers.enabled.iter().map(|provider| provider.id.as_str()).collect()
}

pub(super) fn setup<'a>(providers: &'a Providers, id: &str) -> &'a ProviderSetup {
    providers.get(&ProviderId::new(id)).unwrap_or_else(|| panic!("{id} is off: {:?}", providers.disabled))
}

pub(super) fn why(providers: &Providers, id: &str) -> String {
    providers.disabled.iter().find(|off| off.id.as_str() == id).map(|off| off.why.clone()).unwrap_or_default()
}

fn row<'a>(providers: &'a Providers, target: &str) -> &'a Abilities {
    providers.matrix.get(&target.parse().unwrap()).unwrap_or_else(|| panic!("no row for {target}"))
}

pub(super) fn keys(provider: &ProviderSetup) -> Vec<&str> {
    provider.keys.iter().map(ProviderKey::expose).collect()
}

#[test]
fn every_embedded_catalog_is_sound() {
    let catalogs = catalog::load(None).unwrap();
    assert_eq!(catalogs.len(), catalog::EMBEDDED.len());
    for catalog in &catalogs {
        let id = catalog.id.as_str();
        let is_keyless = catalog.auth == Some(Auth::None) && catalog.url_env.is_none();
        let leads_to_key = catalog.key_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        assert!(leads_to_key != is_keyless, "{id}");
        let has_way_in = catalog.key_env.is_some() || catalog.auth == Some(Auth::None);
        assert!(has_way_in, "{id} can never be on");
        for name in catalog.key_env.iter().chain(&catalog.url_env).flatten() {
            assert_eq!(name.to_uppercase(), *name, "{id}");
        }
        let base_url = catalog.base_url.as_deref().unwrap();
        let is_local = catalog.auth == Some(Auth::None) && base_url.starts_with("http://127.0.0.1:");
        assert!(base_url.starts_with("https://") || is_local, "{base_url}");
    }
}

#[test]
fn no_shipped_model_stands_where_it_must_not_be_picked() {
    let all = providers("", ALL_KEYS);
    // What wants no key waits to be configured.
    let off: Vec<&str> = all.disabled.iter().map(|off| off.id.as_str()).collect();
    assert_eq!(off, ["edge", "llamacpp", "lmstudio", "localai", "vllm"]);
    assert_eq!(all.enabled.len() + off.len(), catalog::EMBEDDED.len());
    for row in all.matrix.rows() {
        let chats = row.does(TaskKind::Chat);
        let living = matches!(row.lifecycle, Lifecycle::Active | Lifecycle::Preview);
        assert!(row.ranks.is_empty() || (chats && living), "{}", row.target);
        for word in
            ["embed", "tts", "whisper", "ocr", "image", "imagen", "dall-e", "sora", "veo", "orpheus", "moderation"]
        {
            assert!(!(chats && row.target.model.as_str().contains(word)), "{} chats?", row.target);
        }
        let formats: BTreeSet<MediaFormat> = row.accepts.iter().map(|acceptance| acceptance.format).collect();
        assert_eq!(formats.len(), row.accepts.len(), "{} takes a format twice", row.target);
        let dialect = setup(&all, row.target.provider.as_str()).dialect;
        assert!(!chats || formats.iter().all(|format| dialect.carries(*format)), "{}", row.target);
    }
    for tier in Tier::ALL.into_iter().filter(|tier| *tier != Tier::Auto) {
        let free = all.matrix.rows().iter().any(|row| row.rank(tier).is_some() && row.price == Price::Free);
        assert!(free, "{tier} has no model that is free");
    }
    assert_eq!(row(&all, "mistral/mistral-ocr-latest").tasks, [TaskKind::Ocr]);
    assert_eq!(row(&all, "groq/whisper-large-v3-turbo").tasks, [TaskKind::Transcription]);
    assert!(!row(&all, "openai/text-embedding-3-small").tools, "what chats have in common is not said of others");
    assert!(all.customary.contains("whisper-1") && all.customary.contains("mistral-ocr-latest"));
}

#[test]
fn what_models_take_is_as_documented() {
    let all = providers("", ALL_KEYS);
    let takes = |target: &str, format| row(&all, target).acceptance(format).cloned();
    use MediaFormat::{Flac, Gif, Markdown, Mp3, Mp4, Pdf, Png, Wav};
    // Target, format, and whether it is taken.
    let rows = [
        ("gemini/gemini-3.5-flash", Png, true),
        ("gemini/gemini-3.5-flash", Gif, false),
        ("gemini/gemini-3.5-flash", Pdf, true),
        ("gemini/gemini-3.5-flash", Flac, true),
        ("gemini/gemini-3.5-flash", Mp4, true),
        ("gemini/gemini-3.5-flash", Markdown, true),
        ("anthropic/claude-sonnet-5", Gif, true),
        ("anthropic/claude-sonnet-5", Mp3, false),
        ("openai/gpt-4o", Pdf, true),
        ("openai/gpt-4o", Wav, false),
        ("openai/gpt-audio", Wav, true),
        ("openai/gpt-audio", Png, false),
        ("groq/openai/gpt-oss-120b", Png, false),
        ("groq/meta-llama/llama-4-scout-17b-16e-instruct", Png, true),
    ];
    for (target, format, expected) in rows {
        assert_eq!(takes(target, format).is_some(), expected, "{target} {format}");
    }
    let pdf = takes("gemini/gemini-3.5-flash", Pdf).unwrap();
    assert_eq!((pdf.bytes, pdf.pages, pdf.by_url), (Some(50_000_000), Some(1000), false));
    let png = takes("anthropic/claude-sonnet-5", Png).unwrap();
    assert_eq!((png.bytes, png.side_pixels, png.count), (Some(5_000_000), Some(8000), Some(100)));
    assert_eq!(takes("groq/meta-llama/llama-4-scout-17b-16e-instruct", Png).unwrap().count, Some(5));
    assert!(row(&all, "anthropic/claude-sonnet-5").media_in_tool_results);
    // A predecessor took every model of Gemini for paid, so that no request was ever sent there.
    assert_eq!(row(&all, "gemini/gemini-2.5-flash").price, Price::Free);
    assert_eq!(row(&all, "gemini/gemini-2.5-pro").price, Price::Unknown);
}

#[test]
fn a_provider_is_on_when_its_key_is_in_the_environment() {
    let none = providers("", "");
    assert!(none.enabled.is_empty() && none.matrix.rows().is_empty());
    assert_eq!(why(&none, "gemini"), "no key; set GEMINI_API_KEY or GOOGLE_API_KEY");
    assert_eq!(
        why(&none, "ollama"),
        "set OLLAMA_API_BASE or OLLAMA_HOST, or name it under [[providers]]; `registry.local = true` looks for it"
    );

    // The environment, and which providers are on.
    let rows: &[(&str, &[&str])] = &[
        ("GROQ_API_KEY=abc", &["groq"]),
        ("GROQ_API_KEY=", &[]),
        ("GROQ_API_KEY= ", &[]),
        ("GROQ_API_KEY=two words", &[]),
        ("GOOGLE_API_KEY=abc", &["gemini"]),
        ("MISTRAL_API_KEY=a\nGROQ_API_KEY=b\nOPENAI_API_KEY=c", &["groq", "mistral", "openai"]),
        ("OLLAMA_HOST=0.0.0.0:11434", &["ollama"]),
        ("OLLAMA_HOST=127.0.0.1:8001", &[]),
    ];
    for (env, expected) in rows {
        assert_eq!(on(&providers("", env)), *expected, "{env}");
    }
    assert!(why(&providers("", "GROQ_API_KEY=two words"), "groq").starts_with("GROQ_API_KEY holds characters"));
    assert_eq!(why(&providers("", "OLLAMA_HOST=127.0.0.1:8001"), "ollama"), "its address is this server's own");
    let both = providers("", "GEMINI_API_KEY=first\nGOOGLE_API_KEY=second");
    assert_eq!(keys(setup(&both, "gemini")), ["first"]);
}

#[test]
fn the_configuration_overrides_disables_and_gives_several_keys() {
    let all = providers(
        r#"
        [[providers]]
        id = "groq"
        base_url = "http://localhost:9999/v1/"
        api_keys = ["${ONE}", "${NONE}", "two", "two"]
        priority = 3
        headers = { x-team = "us" }
        quirks = { stream_usage = false }
        models = [
            { id = "openai/gpt-oss-20b", tiers = { fast = 7 } },
            { id = "brand-new", accepts = ["text", "image"], price = { input_usd = 1.0, output_usd = 2.5 } },
        ]

        [[providers]]
        id = "mistral"
        enabled = false

        [aliases]
        quick = "groq/openai/gpt-oss-20b"
        "#,
        "ONE=one\nMISTRAL_API_KEY=k",
    );
    assert_eq!(on(&all), ["groq"]);
    assert_eq!(why(&all, "mistral"), "switched off by `enabled = false`");
    let groq = setup(&all, "groq");
    assert_eq!(keys(groq), ["one", "two"]);
    assert_eq!((groq.priority, groq.is_loopback, groq.name.as_str()), (3, true, "Groq"));
    assert_eq!(groq.endpoint.base_url, "http://localhost:9999/v1");
    assert_eq!(groq.endpoint.headers, [("x-team".to_owned(), "us".to_owned())]);
    let quirks = &groq.endpoint.quirks;
    assert!(!quirks.stream_usage && quirks.max_completion_tokens, "one quirk is overridden, the others stay");
    let changed = row(&all, "groq/openai/gpt-oss-20b");
    assert_eq!((changed.rank(Tier::Fast), changed.rank(Tier::Standard)), (Some(7), None));
    assert!(changed.tools && changed.reasoning, "what is not written stays as in the catalog");
    let added = row(&all, "groq/brand-new");
    assert!(
        added.tools && added.acceptance(MediaFormat::Png).unwrap().count == Some(5),
        "defaults hold for new models"
    );
    let a_million_each = Amount { prompt_tokens: 1_000_000, completion_tokens: 1_000_000, ..Amount::default() };
    assert_eq!(added.price.of(&a_million_each).unwrap().to_string(), "3.5");
    assert!(row(&all, "groq/llama-3.1-8b-instant").priority == 3);
    let quick: Vec<Target> = vec!["groq/openai/gpt-oss-20b".parse().unwrap()];
    assert_eq!(all.aliases.get("quick"), Some(&quick));
}

#[test]
fn a_provider_of_ones_own_needs_an_address_and_a_dialect() {
    let own = providers(
        r#"
        [[providers]]
        id = "my-vllm"
        dialect = "openai"
        base_url = "http://127.0.0.1:9000/v1"
        api_keys = ["none"]
        priority = 1
        models = [{ id = "qwen-vl", tasks = ["chat"], accepts = ["text", "image"], context_tokens = 32768 }]

        [[providers]]
        id = "keyless"
        dialect = "openai"
        base_url = "http://nas.example:9000/v1"

        [[providers]]
        id = "forgotten"
        dialect = "openai"
        base_url = "https://${HOST_OF_IT}/v1"
        api_keys = ["${KEY_OF_IT}"]
        "#,
        "HOST_OF_IT=forgotten.example",
    );
    assert_eq!(on(&own), ["my-vllm", "keyless"]);
    assert_eq!(why(&own, "forgotten"), "its keys name KEY_OF_IT, which is not set");
    let vllm = setup(&own, "my-vllm");
    assert_eq!((vllm.endpoint.auth.clone(), vllm.discovers), (Auth::Bearer, false));
    let qwen = row(&own, "my-vllm/qwen-vl");
    assert_eq!((qwen.is_local, qwen.price, qwen.context_tokens), (true, Price::Free, Some(32768)));
    let keyless = setup(&own, "keyless");
    assert_eq!((keyless.endpoint.auth.clone(), keyless.discovers, keyless.is_loopback), (Auth::None, true, false));
    assert_eq!(keyless.discovered("x", &[]).price, Price::Unknown);

    let holed = providers("[[providers]]\nid = \"x\"\ndialect = \"openai\"\nbase_url = \"https://${H}/v1\"", "");
    assert_eq!(why(&holed, "x"), "it needs H, which is not set");

    let refused = assembled("[[providers]]\nid = \"grok\"\napi_keys = [\"k\"]", "").unwrap_err().to_string();
    let expected =
        "mediary.toml:1:1: no catalog knows the provider `grok`, so it needs `dialect`; or was another id meant?";
    assert_eq!(refused, expected);
}

#[test]
fn models_that_are_not_listed_have_what_their_provider_says_of_all() {
    let all = providers("[[providers]]\nid = \"ollama\"", "");
    let ollama = setup(&all, "ollama");
    assert!(ollama.discovers && ollama.is_loopback && ollama.keys.is_empty());
    assert_eq!(ollama.endpoint.base_url, "http://127.0.0.1:11434/api");
    for (model, is_local) in
        [("qwen3-vl:8b", true), ("gpt-oss", true), ("gpt-oss:120b-cloud", false), ("glm-4.7:cloud", false)]
    {
        let row = ollama.discovered(model, &[]);
        assert_eq!((row.is_local, row.price.is_free()), (is_local, is_local), "{model}");
        assert_eq!(row.target.to_string(), format!("ollama/{model}"));
    }
    let cloud = "[[providers]]\nid = \"ollama\"\nbase_url = \"https://ollama.com/api\"\napi_keys = [\"k\"]";
    let cloud = providers(cloud, "OLLAMA_HOST=127.0.0.1");
    let cloud = setup(&cloud, "ollama");
    assert_eq!((cloud.endpoint.auth.clone(), cloud.is_loopback), (Auth::Bearer, false));
    assert_eq!(cloud.endpoint.base_url, "https://ollama.com/api", "what is written counts for more than a variable");
}

#[test]
fn soft_parameters_are_those_of_the_dialect_but_for_refused_ones() {
    let all = providers("[[providers]]\nid = \"gemini\"\nquirks = { refuses = [\"top_k\"] }", ALL_KEYS);
    let gemini = &row(&all, "gemini/gemini-3.5-flash").soft;
    assert!(matches!(gemini, SoftSupport::Only(_)));
    assert!(gemini.takes("seed") && !gemini.takes("top_k") && !gemini.takes("user"));
    let groq = &row(&all, "groq/openai/gpt-oss-20b").soft;
    assert!(groq.takes("user") && !groq.takes("logit_bias"));
    let gpt = &row(&all, "openai/gpt-5").soft;
    assert!(gpt.takes("seed") && !gpt.takes("presence_penalty"));
}

#[test]
fn a_catalog_beside_the_configuration_replaces_the_embedded_one_and_may_add_one() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("models/providers");
    fs::create_dir_all(&dir).unwrap();
    let catalog = |id: &str| {
        format!(
            "id = \"{id}\"\nname = \"Mine\"\ndialect = \"openai\"\nbase_url = \"https://{id}.example/v1\"\n\
             key_env = [\"MINE_KEY\"]\n[[models]]\nid = \"m\"\ntasks = [\"chat\"]\naliases = [\"the-one\"]\n"
        )
    };
    fs::write(dir.join("groq.toml"), catalog("groq")).unwrap();
    fs::write(dir.join("mine.toml"), catalog("mine")).unwrap();
    fs::write(dir.join("notes.txt"), "no catalog").unwrap();
    let env = Environment::from([("MINE_KEY", "k")]);
    let all = Providers::assemble(&Config::default(), &env, Some(folder.path())).unwrap();
    assert_eq!(on(&all), ["groq", "mine"]);
    assert_eq!(all.matrix.rows().len(), 2);
    let names: Vec<String> = all.aliases["the-one"].iter().map(Target::to_string).collect();
    assert_eq!(names, ["groq/m", "mine/m"]);
}

#[test]
fn a_bad_catalog_is_refused_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("models/providers");
    fs::create_dir_all(&dir).unwrap();
    let sound = "id = \"mine\"\nname = \"Mine\"\ndialect = \"openai\"\nbase_url = \"https://mine.example/v1\"\n\
                 key_env = [\"MINE_KEY\"]\n\n[[models]]\nid = \"m\"\ntasks = [\"chat\"]\n";
    let rows = [
        ("", "", ""),
        ("name =", "nmae =", ":2:1: unknown key `nmae`; did you mean `name`?"),
        ("\"openai\"", "\"opneai\"", ":3:11: unknown variant `opneai`"),
        ("https://mine", "mine", ":4:12: `base_url` must be an http or https address"),
        ("[\"MINE_KEY\"]", "[\"mine_key\"]", ":5:11: must be a list of variables' names in upper case"),
        ("\"chat\"", "\"embedding\"]\ntiers = { fast = 1 }\naliases = [\"x\"", ":7:1: the model `m` does not chat"),
        (
            "id = \"m\"",
            "id = \"m\"\nlifecycle = \"retired\"\ntiers = { fast = 1 }",
            ":7:1: the model `m` is on its way out",
        ),
        ("id = \"m\"", "id = \"m\"\ntiers = { auto = 1 }", ":7:1: the model `m` has a rank in `auto`"),
        ("id = \"m\"", "id = \"m\"\naccepts = [\"html\", \"gifs\"]", ":9:11: `gifs` is neither a medium"),
        ("id = \"m\"", "id = \"m\"\nprice = \"cheap\"", ":9:9: invalid value: string \"cheap\", expected \"free\""),
        ("id = \"m\"", "id = \"m\"\nprice = {}", ":9:9: a price has a rate at least"),
        ("id = \"m\"", "id = \"m\"\nprice = { minute_usd = -1.0 }", ":9:9: a price is 0 or more"),
        ("id = \"m\"", "id = \"m\"\nprice = { input_usd = 1.0 }", ":9:9: input_usd and output_usd go together"),
        ("tasks = [\"chat\"]", "", ":7:1: the model `m` has no `tasks`"),
        (
            "[[models]]",
            "[[models]]\nid = \"m\"\ntasks = [\"chat\"]\n[[models]]",
            ":10:1: the model `m` is listed twice",
        ),
        ("id = \"m\"", "", ":7:1: a model without an `id`"),
        ("id = \"mine\"", "id = \"other\"", "the catalog is of `other`, so its file has to be `other.toml`"),
        ("id = \"mine\"", "id = \"local\"", ":1:6: `local` is the engines in this process"),
        ("id = \"mine\"", "id = \"mine\"\napi_keys = [\"k\"]", ":1:1: keys do not belong into a catalog"),
        (
            "dialect = \"openai\"",
            "dialect = \"anthropic\"\ndefaults = { accepts = [\"wav\"] }",
            ":8:1: the model `m` accepts wav",
        ),
        ("[[models]]", "[quirks]\nnull_contnet = true\n[[models]]", "null_contnet"),
        ("[[models]]", "[[models]", ":7:10: not TOML"),
    ];
    for (right, wrong, expected) in rows {
        fs::write(dir.join("mine.toml"), sound.replacen(right, wrong, 1)).unwrap();
        let loaded = catalog::load(Some(folder.path()));
        let message = loaded.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains(expected), "{wrong}: {message}");
        assert_eq!(message.is_empty(), expected.is_empty(), "{wrong}: {message}");
        assert!(message.is_empty() || message.contains("mine.toml"), "{message}");
    }
}

#[test]
fn merging_loses_no_field_of_a_model() {
    let names = "id = \"m\"\nname = \"M\"\ntasks = [\"chat\"]\naccepts = [\"pdf\"]\nlimits = { pdf = { bytes = 1, count = 2, side_pixels = 4, best_side_pixels = 3, animated = true, seconds = 5, pages = 3, by_url = true } }\n\
                 context_tokens = 1\noutput_tokens = 2\ntools = true\ntool_choice = true\ncustom_tools = true\nmedia_in_tool_results = true\n\
                 streaming = false\nstructured = \"json\"\nreasoning = true\nhosted_tools = [\"t_\"]\nresponses = \"only\"\nlogprobs = true\nmany_replies = true\n\
                 audio_output = true\nspeakers = true\nlanguages = [\"en\"]\nvoices = [{ name = \"v\", gender = \"male\" }]\ngives = [\"wav\"]\nimages = { sizes = [\"8x8\"], range = { step = 1, least = 1, most = 2, ratio = 3, pixels = 4 }, ratios = [\"1:1\"], count = 1, sources = 1, mask = \"alpha\" }\nvideo = { seconds = [4], sizes = [\"8x8\"], ratios = [\"1:1\"], lines = [720], audio = true, remixes = true, needs_picture = true, by_address = true, fixed = true }\n\
                 vectors = { family = \"f\", dimensions = 1, shortenable = true, takes_tokens = true, inputs = 2, batch_tokens = 3 }\n\
                 refuses = [\"seed\"]\nprice = \"free\"\nbatch_percent = 50\nfree_limits = { rpm = 1, rph = 9, rpd = 2, tpm = 3, tpd = 4, reset = { hour = 3, zone = \"Asia/Shanghai\" } }\n\
                 tiers = { code = 2 }\nlifecycle = \"preview\"\naliases = [\"n\"]\nsource = \"s\"\nchecked = \"2026-01-02\"";
    let whole: ModelEntry = toml::from_str(names).unwrap();
    let debugged = format!("{whole:?}");
    assert!(!debugged.contains("None"), "a field is missing above: {debugged}");
    assert_eq!(format!("{:?}", ModelEntry::default().over(&whole)), debugged);
    assert_eq!(format!("{:?}", whole.clone().over(&ModelEntry::default())), debugged);
}
