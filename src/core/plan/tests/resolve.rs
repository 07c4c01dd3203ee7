//! Names and the targets that they mean.

use super::notation::{matrix, target};
use crate::capability::Tier;
use crate::plan::{Aliases, Resolved, Want, resolve};

const ROWS: &[&str] = &[
    "gemini/gemini-2.5-flash p=2",
    "gemini/gemini-2.5-pro p=2",
    "groq/llama-3.3-70b p=3",
    "groq/openai/gpt-oss-120b p=3",
    "openrouter/meta-llama/llama-3.3-70b:free p=9",
    "openrouter/openai/gpt-oss-120b p=9",
    "openrouter/llama-3.3-70b p=1",
    "nvidia/nvidia/nemotron p=5",
    "ollama/gpt-oss:120b local",
    "ollama/qwen3:8b local",
    "openai/text-embedding-3-small embedding",
    "openai/gpt-4o",
    "local/paddleocr:fast ocr local",
];

fn aliases() -> Aliases {
    let alias = |name: &str, targets: &str| (name.to_owned(), targets.split(' ').map(target).collect());
    [
        alias("best", "gemini/gemini-2.5-pro openai/gpt-4o"),
        alias("half", "gone/model openai/gpt-4o"),
        alias("lost", "gone/model"),
        alias("fast", "gone/model"),
        alias("code", "openai/gpt-4o"),
        alias("qwen3:8b", "gone/model"),
        alias("gemini/gemini-2.5-pro", "openai/gpt-4o"),
        alias("empty", "gone/model"),
    ]
    .into_iter()
    .map(|(name, targets): (String, Vec<_>)| if name == "empty" { (name, Vec::new()) } else { (name, targets) })
    .collect()
}

fn words(name: &str, tier: Option<Tier>) -> String {
    match resolve(name, tier, &matrix(ROWS).0, &aliases()) {
        Resolved::Want(Want::Tier(tier)) => format!("tier {tier}"),
        Resolved::Want(Want::Any) => "any".to_owned(),
        Resolved::Want(Want::Targets(targets)) => targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Resolved::Unknown { near } => format!("? {}", near.join(" ")).trim_end().to_owned(),
    }
}

#[test]
fn a_name_means_the_first_thing_it_can() {
    let table = [
        // Exact targets.
        ("gemini/gemini-2.5-flash", "gemini/gemini-2.5-flash"),
        ("openrouter/meta-llama/llama-3.3-70b:free", "openrouter/meta-llama/llama-3.3-70b:free"),
        ("groq/openai/gpt-oss-120b", "groq/openai/gpt-oss-120b"),
        ("ollama/gpt-oss:120b", "ollama/gpt-oss:120b"),
        ("local/paddleocr:fast", "local/paddleocr:fast"),
        ("  gemini/gemini-2.5-flash ", "gemini/gemini-2.5-flash"),
        // It wins over an alias of its name.
        ("gemini/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        // A provider, a colon and its model; no other colon splits.
        ("gemini:gemini-2.5-flash", "gemini/gemini-2.5-flash"),
        ("ollama:gpt-oss:120b", "ollama/gpt-oss:120b"),
        ("groq:openai/gpt-oss-120b", "groq/openai/gpt-oss-120b"),
        ("openrouter:meta-llama/llama-3.3-70b:free", "openrouter/meta-llama/llama-3.3-70b:free"),
        ("gpt-oss:120b", "ollama/gpt-oss:120b"),
        // Aliases.
        ("best", "gemini/gemini-2.5-pro openai/gpt-4o"),
        ("half", "gone/model openai/gpt-4o"),
        ("code", "openai/gpt-4o"),
        // One that leads nowhere yields to a tier or a model, and stands if there is none.
        ("fast", "tier fast"),
        ("qwen3:8b", "ollama/qwen3:8b"),
        ("lost", "gone/model"),
        // Tiers in both languages.
        ("auto", "tier auto"),
        ("standard", "tier standard"),
        ("reasoning", "tier reasoning"),
        ("agentic", "tier agentic"),
        ("vision", "tier vision"),
        ("multimodal", "tier multimodal"),
        ("long-context", "tier long-context"),
        ("rapido", "tier fast"),
        ("razonamiento", "tier reasoning"),
        ("agentico", "tier agentic"),
        ("codigo", "tier code"),
        ("vista", "tier vision"),
        ("contexto-largo", "tier long-context"),
        // A model's bare name, at every provider that has it, by priority.
        ("gemini-2.5-flash", "gemini/gemini-2.5-flash"),
        ("llama-3.3-70b", "openrouter/llama-3.3-70b groq/llama-3.3-70b"),
        ("openai/gpt-oss-120b", "groq/openai/gpt-oss-120b openrouter/openai/gpt-oss-120b"),
        ("meta-llama/llama-3.3-70b:free", "openrouter/meta-llama/llama-3.3-70b:free"),
        // Even where the first segment is a provider without such a model.
        ("nvidia/nemotron", "nvidia/nvidia/nemotron"),
        // Models that do not chat are found as well; the planner says so.
        ("text-embedding-3-small", "openai/text-embedding-3-small"),
        ("paddleocr:fast", "local/paddleocr:fast"),
        // Nothing.
        ("", "tier auto"),
        ("   ", "tier auto"),
        // None.
        ("gemini/gemini-2.5-flush", "? gemini/gemini-2.5-flash gemini/gemini-2.5-pro"),
        ("gemini-2.5-flsh", "? gemini/gemini-2.5-flash gemini/gemini-2.5-pro"),
        ("GPT-4O", "? openai/gpt-4o ollama/gpt-oss:120b"),
        ("standart", "? standard"),
        ("empty", "?"),
        ("/", "?"),
        (":", "?"),
        ("gemini/", "? gemini/gemini-2.5-pro gemini/gemini-2.5-flash"),
        ("zzzz", "?"),
    ];
    for (name, expected) in table {
        assert_eq!(words(name, None), expected, "`{name}`");
    }
}

#[test]
fn a_tier_in_a_header_counts_only_without_a_name() {
    let table = [
        ("", "tier vision"),
        (" ", "tier vision"),
        ("auto", "tier auto"),
        ("reasoning", "tier reasoning"),
        ("gpt-4o", "openai/gpt-4o"),
        ("best", "gemini/gemini-2.5-pro openai/gpt-4o"),
        ("zzzz", "?"),
    ];
    for (name, expected) in table {
        assert_eq!(words(name, Some(Tier::Vision)), expected, "`{name}`");
    }
}

#[test]
fn near_names_are_few_each_model_once_and_none_for_endless_names() {
    let rows: Vec<String> = (0..600).map(|index| format!("p{}/model-{}", index % 7, index / 7)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let near = |name: &str| match resolve(name, None, &matrix(&rows).0, &Aliases::new()) {
        Resolved::Unknown { near } => near,
        Resolved::Want(want) => panic!("{want:?}"),
    };
    let found = near("model-12x");
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "p0/model-12");
    let mut models: Vec<_> = found.iter().map(|name| name.split_once('/').unwrap().1).collect();
    models.dedup();
    assert_eq!(models.len(), 3, "{found:?}");
    assert!(near(&"model-12".repeat(1_000)).is_empty());
}
