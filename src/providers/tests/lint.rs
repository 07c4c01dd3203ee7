//! Catalogs as data: every row complete, dated and sourced, and nothing that is gone stands where a default is looked for.
//!
//! Each rule is a function from a catalog to complaints; the last test gives each of them something to complain of.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mediary_core::capability::{Lifecycle, TaskKind};

use super::matrix::shipped;
use crate::config::providers::{self, Day, ModelEntry, ProviderEntry, ProxyTerms};
use crate::providers::catalog;

/// Nothing was checked before this.
const FIRST_DAY: &str = "2025-06-01";

type Rule = fn(&ProviderEntry) -> Vec<String>;

/// The models of a catalog, whole.
fn models(catalog: &ProviderEntry) -> Vec<ModelEntry> {
    let none = ModelEntry::default();
    let defaults = catalog.defaults.as_ref().map_or(&none, |defaults| defaults.get_ref());
    catalog.models.iter().map(|model| model.get_ref().clone().over(defaults)).collect()
}

fn complain(catalog: &ProviderEntry, model: &ModelEntry, what: &str) -> String {
    format!("{}/{} {what}", catalog.id.as_str(), model.id.as_deref().unwrap_or_default())
}

fn is_living(model: &ModelEntry) -> bool {
    matches!(model.lifecycle.unwrap_or_default(), Lifecycle::Active | Lifecycle::Preview)
}

fn facts_have_a_source_and_a_day(catalog: &ProviderEntry) -> Vec<String> {
    let first: Day = FIRST_DAY.parse().unwrap();
    let is_dated = |day: Option<Day>| day.is_some_and(|day| day >= first);
    let is_sourced = |source: &Option<String>| source.as_ref().is_some_and(|source| source.len() > 10);
    let mut complaints = Vec::new();
    if !is_dated(catalog.checked) || !is_sourced(&catalog.source) {
        complaints.push(format!("{} says neither when nor against what it was checked", catalog.id.as_str()));
    }
    for model in models(catalog) {
        if (model.checked.is_some() && !is_dated(model.checked))
            || (model.source.is_some() && !is_sourced(&model.source))
        {
            complaints.push(complain(catalog, &model, "has a day or a source that is none"));
        }
        if model.checked.is_some() != model.source.is_some() {
            complaints.push(complain(catalog, &model, "has a day without a source, or the other way round"));
        }
    }
    complaints
}

fn terms_are_noted(catalog: &ProviderEntry) -> Vec<String> {
    let id = catalog.id.as_str();
    let Some(terms) = &catalog.terms else { return vec![format!("{id} does not say what its terms are")] };
    let first: Day = FIRST_DAY.parse().unwrap();
    let (Some(note), Some(_)) = (&terms.note, terms.checked.filter(|day| *day >= first)) else {
        return vec![format!("{id} has terms without a note, or without the day on which they were looked for")];
    };
    // What was not read says that it was not, and claims nothing.
    match (terms.proxies == ProxyTerms::Unknown) == note.starts_with("not read") {
        true => Vec::new(),
        false => vec![format!("{id} claims terms that were not read, or does not say that they were not")],
    }
}

fn rows_are_complete(catalog: &ProviderEntry) -> Vec<String> {
    let mut complaints = Vec::new();
    for model in models(catalog).iter().filter(|model| is_living(model)) {
        let tasks = model.tasks.as_deref().unwrap_or_default();
        let does = |task| tasks.contains(&task);
        let makes_pictures = tasks.iter().any(|task| matches!(task, TaskKind::ImageGeneration | TaskKind::ImageEdit));
        let vectors = model.vectors.as_ref();
        let rules = [
            (tasks.is_empty(), "has no tasks"),
            (
                catalog.dialect.is_some_and(|its| its.as_str() != "edge") && model.price.is_none(),
                "has no price, not even `unknown`",
            ),
            (does(TaskKind::Chat) && model.context_tokens.is_none(), "does not say how long its context is"),
            (does(TaskKind::Chat) && model.accepts.as_ref().is_none_or(Vec::is_empty), "does not say what it takes"),
            (does(TaskKind::Embedding) && model.context_tokens.is_none(), "does not say how long a text may be"),
            (
                does(TaskKind::Embedding) && vectors.is_none_or(|its| its.family.is_none() || its.dimensions.is_none()),
                "does not say of which family its vectors are, or how long",
            ),
            (
                does(TaskKind::Transcription) && model.accepts.as_ref().is_none_or(Vec::is_empty),
                "does not say what it hears",
            ),
            (makes_pictures && model.images.is_none(), "does not say which pictures it makes"),
            (
                does(TaskKind::Speech) && model.voices.is_none() && model.gives.is_none(),
                "does not say in which voices or forms it speaks",
            ),
        ];
        complaints
            .extend(rules.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| complain(catalog, model, what)));
    }
    complaints
}

fn what_is_gone_is_no_default(catalog: &ProviderEntry) -> Vec<String> {
    let gone = models(catalog).into_iter().filter(|model| !is_living(model));
    let is_default = |model: &ModelEntry| model.tiers.is_some() || model.aliases.is_some();
    gone.filter(is_default).map(|model| complain(catalog, &model, "is gone, and has tiers or aliases")).collect()
}

const RULES: [Rule; 4] =
    [facts_have_a_source_and_a_day, terms_are_noted, rows_are_complete, what_is_gone_is_no_default];

#[test]
fn every_shipped_row_is_complete_dated_and_sourced() {
    let catalogs = catalog::load(None).unwrap();
    let complaints: Vec<String> = RULES.iter().flat_map(|rule| catalogs.iter().flat_map(rule)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn recipes_and_examples_name_no_model_that_is_gone() {
    let all = shipped();
    let gone: BTreeSet<String> = all
        .matrix
        .rows()
        .iter()
        .filter(|row| matches!(row.lifecycle, Lifecycle::Deprecated | Lifecycle::Retired))
        .map(|row| row.target.to_string())
        .collect();
    assert!(gone.contains("openai/dall-e-3") && gone.contains("perplexity/sonar"), "{gone:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for folder in ["pipelines", "samples/requests"] {
        for file in fs::read_dir(root.join(folder)).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            read += 1;
            for target in &gone {
                assert!(!text.contains(&format!("\"{target}\"")), "{folder} names {target}");
            }
        }
    }
    assert!(read > 10, "{read}");
}

#[test]
fn every_provider_of_the_list_has_a_catalog() {
    let known: BTreeSet<String> =
        catalog::load(None).unwrap().iter().map(|catalog| catalog.id.as_str().to_owned()).collect();
    for id in [
        "openai",
        "gemini",
        "anthropic",
        "mistral",
        "ollama",
        "groq",
        "cerebras",
        "sambanova",
        "nvidia",
        "openrouter",
        "github",
        "cohere",
        "huggingface",
        "pollinations",
        "cloudflare",
        "zai",
        "zhipu",
        "kilo",
        "llm7",
        "ollama-cloud",
        "xai",
        "dashscope",
        "deepseek",
        "moonshot",
        "siliconflow",
        "minimax",
        "together",
        "fireworks",
        "perplexity",
        "azure",
        "vertex",
        "bedrock",
    ] {
        assert!(known.contains(id), "{id}");
    }
}

#[test]
fn no_rule_sleeps() {
    let bad = r#"
id = "bad"
name = "Bad"
dialect = "openai"
base_url = "https://bad.example/v1"
checked = "2001-01-01"
[[models]]
id = "m"
tasks = ["chat"]
[[models]]
id = "gone"
tasks = ["chat"]
lifecycle = "retired"
aliases = ["other"]
"#;
    let catalog = providers::catalog(Path::new("bad.toml"), bad).unwrap();
    for (number, rule) in RULES.iter().enumerate() {
        assert!(!rule(&catalog).is_empty(), "rule {number} finds nothing");
    }
    let terms = |written: &str| {
        let text = bad.replacen("checked = \"2001-01-01\"", &format!("terms = {{ {written} }}"), 1);
        terms_are_noted(&providers::catalog(Path::new("bad.toml"), &text).unwrap()).len()
    };
    let found = [
        terms("proxies = \"unknown\", note = \"not read; yours to read\", checked = \"2026-08-22\""),
        terms("proxies = \"unknown\", note = \"not read; yours to read\""),
        terms("proxies = \"unknown\", note = \"fine\", checked = \"2026-08-22\""),
        terms("proxies = \"limited\", note = \"not read\", checked = \"2026-08-22\""),
        terms("proxies = \"limited\", note = \"for trials\", checked = \"2026-08-22\""),
    ];
    assert_eq!(found, [0, 1, 1, 1, 0]);
}
