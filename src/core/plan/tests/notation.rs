//! Words to rows, requests, recipes and policies, and plans to words.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::capability::{
    Abilities, Ability, Acceptance, CapabilityMatrix, Lifecycle, PartShape, Price, Rate, Rates, SoftSupport,
    Structured, TaskKind, Tier,
};
use crate::plan::{
    Candidate, Chain, Chains, CostPolicy, Demand, Health, HealthSnapshot, Plan, Policy, Preset, Privacy, Quarantined,
    RecipeName, Treatment, TreatmentRecipe, Unplannable, Want, Yield, plan,
};
use crate::task::PartPath;
use crate::{MediaFormat, MediaKind, ProviderId, Target};

pub(super) fn target(word: &str) -> Target {
    word.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn number<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("`{word}` is no such number"))
}

fn rate(word: &str) -> Rate {
    Rate::written(number(word)).unwrap_or_else(|| panic!("`{word}` is no rate"))
}

fn format_named(name: &str) -> Option<MediaFormat> {
    MediaFormat::ALL.iter().copied().find(|format| format.name() == name)
}

fn kind_named(name: &str) -> Option<MediaKind> {
    let kinds = [MediaKind::Text, MediaKind::Image, MediaKind::Document, MediaKind::Audio, MediaKind::Video];
    kinds.into_iter().find(|kind| kind.to_string() == name)
}

/// `name[key=1,other=2]` as its name and its pairs.
fn bracketed(word: &str) -> (&str, Vec<(&str, u64)>) {
    let Some((name, rest)) = word.split_once('[') else { return (word, Vec::new()) };
    let inside = rest.strip_suffix(']').unwrap_or_else(|| panic!("`{word}` has no end"));
    let pairs = inside.split(',').map(|pair| pair.split_once('=').map(|(key, value)| (key, number(value))));
    (name, pairs.map(|pair| pair.unwrap_or_else(|| panic!("`{word}` has no pairs"))).collect())
}

fn small(value: u64) -> Option<u32> {
    Some(u32::try_from(value).unwrap())
}

fn acceptances(word: &str) -> Option<Vec<Acceptance>> {
    let (name, limits) = bracketed(word);
    let formats: Vec<MediaFormat> = match format_named(name) {
        Some(format) => vec![format],
        None => {
            let kind = kind_named(name)?;
            MediaFormat::ALL.iter().copied().filter(|format| format.kind() == kind).collect()
        }
    };
    let accept = |format| {
        let mut acceptance = Acceptance::of(format);
        for (key, value) in &limits {
            match *key {
                "bytes" => acceptance.bytes = Some(*value),
                "count" => acceptance.count = small(*value),
                "px" => acceptance.side_pixels = small(*value),
                "best" => acceptance.best_side_pixels = small(*value),
                "moves" => acceptance.animated = *value == 1,
                "s" => acceptance.seconds = small(*value),
                "pages" => acceptance.pages = small(*value),
                other => panic!("no limit is called {other}"),
            }
        }
        acceptance
    };
    Some(formats.into_iter().map(accept).collect())
}

pub(super) fn row(line: &str) -> (Abilities, Health) {
    let mut words = line.split_whitespace();
    let (mut row, mut health) = (Abilities::chat(target(words.next().unwrap())), Health::default());
    for word in words {
        if let Some(accepted) = acceptances(word) {
            row.accepts.extend(accepted);
            continue;
        }
        if let Some((tier, rank)) = word.split_once(':') {
            row.ranks.push((Tier::named(tier).unwrap_or_else(|| panic!("no tier {tier}")), number(rank)));
            continue;
        }
        match word.split_once('=').unwrap_or((word, "")) {
            ("p", value) => row.priority = number(value),
            ("ctx", value) => row.context_tokens = Some(number(value)),
            ("out", value) => row.output_tokens = Some(number(value)),
            ("tools", _) => row.tools = true,
            ("choice", _) => row.tool_choice = true,
            ("object", _) => row.structured = Structured::Json,
            ("schema", _) => row.structured = Structured::Schema,
            ("n", _) => row.many_replies = true,
            ("logprobs", _) => row.logprobs = true,
            ("sound", _) => row.audio_output = true,
            ("toolmedia", _) => row.media_in_tool_results = true,
            ("whole", _) => row.streaming = false,
            ("local", _) => row.is_local = true,
            ("free", _) => row.price = Price::Free,
            ("paid", value) => {
                let (input_usd, output_usd) = value.split_once('/').unwrap();
                row.price = Price::Paid(Rates::of_tokens(rate(input_usd), rate(output_usd)));
            }
            ("preview", _) => row.lifecycle = Lifecycle::Preview,
            ("deprecated", _) => row.lifecycle = Lifecycle::Deprecated,
            ("retired", _) => row.lifecycle = Lifecycle::Retired,
            ("embedding", _) => row.tasks = vec![TaskKind::Embedding],
            ("ocr", _) => row.tasks = vec![TaskKind::Ocr],
            ("only", value) => row.soft = SoftSupport::Only(value.split(',').map(str::to_owned).collect()),
            ("not", value) => row.soft = SoftSupport::AllBut(value.split(',').map(str::to_owned).collect()),
            ("set", value) => (row.priority, row.priority_is_set) = (number(value), true),
            ("thinks", _) => row.reasoning = true,
            ("cools", value) => health.cooldown = Some(Duration::from_secs(number(value))),
            ("usedup", value) => health.used_up = Some(Duration::from_secs(number(value))),
            ("broke", value) => health.breakdown = Some(Duration::from_secs(number(value))),
            ("ms", value) => health.latency_ms = Some(number(value)),
            ("quota", value) => health.quota_left = Some(number(value)),
            ("refuted", value) => {
                health.refuted = value.split(',').map(|name| Ability::named(name).unwrap()).collect();
            }
            ("kept", value) => {
                let left = (!value.is_empty()).then(|| Duration::from_secs(number(value)));
                health.quarantine = Some(Quarantined { why: "it is gone".to_owned(), left });
            }
            ("doubt", value) => health.doubtful = value.split(',').map(|name| format_named(name).unwrap()).collect(),
            (other, _) => panic!("no row has `{other}`"),
        }
    }
    (row, health)
}

/// `name from->gives x20 leaves moving missing=Install_it.`; `from` is a medium, or formats joined by `+`.
pub(super) fn recipe(line: &str) -> TreatmentRecipe {
    let mut words = line.split_whitespace();
    let name = RecipeName::new(words.next().unwrap());
    let (from, gives) = words.next().and_then(|word| word.split_once("->")).unwrap();
    let formats: Vec<_> = from.split('+').filter_map(format_named).filter(|_| kind_named(from).is_none()).collect();
    let from = kind_named(from).unwrap_or_else(|| formats[0].kind());
    let gives = if gives == "text" { Yield::Text } else { Yield::Media(format_named(gives).unwrap()) };
    let mut recipe = TreatmentRecipe {
        name,
        from,
        formats,
        animated: false,
        gives,
        most_files: 1,
        leaves_machine: false,
        missing: None,
    };
    for word in words {
        if let Some(most) = word.strip_prefix('x') {
            recipe.most_files = number(most);
        } else if let Some(missing) = word.strip_prefix("missing=") {
            recipe.missing = Some(missing.replace('_', " "));
        } else if word == "moving" {
            recipe.animated = true;
        } else {
            assert_eq!(word, "leaves");
            recipe.leaves_machine = true;
        }
    }
    recipe
}

fn part(word: &str, message: usize) -> Option<PartShape> {
    let plain = word.strip_suffix('!').unwrap_or(word);
    let (name, sizes) = bracketed(plain);
    let place = PartPath::Content { message, part: 0 };
    let mut part = PartShape { in_tool_result: plain != word, ..PartShape::of(place, format_named(name)?, 1_000) };
    for (key, value) in sizes {
        match key {
            "bytes" => part.bytes = value,
            "px" => part.side_pixels = small(value),
            "s" => part.seconds = small(value),
            "pages" => part.pages = small(value),
            "moves" => part.animated = value == 1,
            "meta" => part.has_metadata = value == 1,
            other => panic!("no part has {other}"),
        }
    }
    Some(part)
}

/// The n-th part stands in the n-th message.
pub(super) fn demand(line: &str) -> Demand {
    let mut demand = Demand::default();
    for word in line.split_whitespace() {
        if let Some(part) = part(word, demand.parts.len()) {
            demand.parts.push(part);
            continue;
        }
        match word.split_once('=').unwrap_or((word, "")) {
            ("tools", _) => demand.hard.tools = true,
            ("choice", _) => demand.hard.tool_choice = true,
            ("form", "json") => demand.hard.structured = Structured::Json,
            ("form", "schema") => demand.hard.structured = Structured::Schema,
            ("n", _) => demand.hard.many_replies = true,
            ("logprobs", _) => demand.hard.logprobs = true,
            ("sound", _) => demand.hard.audio_output = true,
            ("tokens", value) => demand.text_tokens = number(value),
            ("out", value) => demand.output_tokens = Some(number(value)),
            ("soft", value) => demand.soft = value.split(',').map(str::to_owned).collect(),
            ("code", _) => demand.signs.code = true,
            ("reasoning", _) => demand.signs.reasoning = true,
            ("brief", _) => demand.signs.brief = true,
            (other, _) => panic!("no request has `{other}`"),
        }
    }
    demand
}

pub(super) fn policy(line: &str) -> Policy {
    let mut policy = Policy::wanting(Want::Any);
    for word in line.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("tier", value) => policy.want = Want::Tier(Tier::named(value).unwrap()),
            ("want", value) => policy.want = Want::Targets(value.split(',').map(target).collect()),
            ("strict", _) => policy.strict = true,
            ("local", _) => policy.privacy = Privacy::Local,
            ("free", _) => policy.cost = CostPolicy::Free,
            ("freefirst", _) => policy.cost = CostPolicy::FreeFirst,
            ("unconfirmed", _) => policy.cost = CostPolicy::Unconfirmed,
            ("from", value) => policy.providers = value.split(',').map(ProviderId::new).collect(),
            ("sticky", value) => policy.sticky = Some(target(value)),
            ("draw", value) => policy.draw = number(value),
            ("by", value) => {
                let (tier, preset) = value.split_once(':').unwrap_or(("", value));
                let preset = match preset {
                    "quality" => Preset::Quality,
                    "speed" => Preset::Speed,
                    "cost" => Preset::Cost,
                    other => panic!("no preset is called `{other}`"),
                };
                match Tier::named(tier) {
                    None => policy.preset = Some(preset),
                    Some(tier) => {
                        let chain = policy.chains.of(tier).cloned().unwrap_or_default();
                        let chain = Chain { preset: Some(preset), ..chain };
                        policy.chains = Arc::new(Chains::new([(tier, chain)]));
                    }
                }
            }
            ("chain" | "off", value) => {
                let (tier, targets) = value.split_once(':').unwrap();
                let tier = Tier::named(tier).unwrap();
                let mut chain = policy.chains.of(tier).cloned().unwrap_or_default();
                let its = if word.starts_with("off") { &mut chain.off } else { &mut chain.order };
                *its = targets.split(',').map(target).collect();
                policy.chains = Arc::new(Chains::new([(tier, chain)]));
            }
            (other, _) => panic!("no policy has `{other}`"),
        }
    }
    policy
}

pub(super) fn matrix(rows: &[&str]) -> (CapabilityMatrix, HealthSnapshot) {
    let (rows, health): (Vec<_>, Vec<_>) = rows.iter().map(|line| row(line)).unzip();
    (CapabilityMatrix::new(rows), HealthSnapshot(health))
}

/// What came of planning.
pub(super) struct Planned(pub(super) Result<Plan, Unplannable>);

pub(super) fn planned(rows: &[&str], recipes: &[&str], request: &str, wish: &str) -> Planned {
    let (matrix, health) = matrix(rows);
    let recipes: Vec<_> = recipes.iter().map(|line| recipe(line)).collect();
    Planned(plan(&demand(request), &matrix, &health, &recipes, &policy(wish)))
}

impl Planned {
    /// `a/b(forward), c/d(text)`, or why there is none: `cooling 30`, `part 1 pdf: Install it.`, `context 10/5`,
    /// `none`, `no targets`.
    pub(super) fn words(&self) -> String {
        match &self.0 {
            Ok(plan) => plan.candidates.iter().map(candidate_words).collect::<Vec<_>>().join(", "),
            Err(Unplannable::NoTargets) => "no targets".to_owned(),
            Err(Unplannable::AllCoolingDown { soonest, .. }) => format!("cooling {}", soonest.as_secs()),
            Err(Unplannable::Part { place, format, hints, .. }) => {
                let PartPath::Content { message, .. } = place else { panic!("{place} is in no message") };
                let mut words = format!("part {message} {format}");
                if !hints.is_empty() {
                    write!(words, ": {}", hints.join(" | ")).unwrap();
                }
                words
            }
            Err(Unplannable::Context { needs, most, .. }) => format!("context {needs}/{most}"),
            Err(Unplannable::NoneFits { .. }) => "none".to_owned(),
        }
    }

    /// The candidates alone.
    pub(super) fn targets(&self) -> String {
        let plan = self.0.as_ref().unwrap_or_else(|error| panic!("{error:?}"));
        plan.candidates.iter().map(|candidate| candidate.target.to_string()).collect::<Vec<_>>().join(" ")
    }

    /// Why each was passed over: `a/b does not chat; c/d …`.
    pub(super) fn reasons(&self) -> String {
        let passed_over = match &self.0 {
            Ok(plan) => &plan.passed_over,
            Err(Unplannable::NoTargets) => return String::new(),
            Err(
                Unplannable::AllCoolingDown { passed_over, .. }
                | Unplannable::Part { passed_over, .. }
                | Unplannable::Context { passed_over, .. }
                | Unplannable::NoneFits { passed_over },
            ) => passed_over,
        };
        let one = |passed: &crate::plan::PassedOver| format!("{} {}", passed.target, passed.reason);
        passed_over.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

fn candidate_words(candidate: &Candidate) -> String {
    let treatments: Vec<_> = candidate
        .treatments
        .iter()
        .enumerate()
        .map(|(index, treatment)| match treatment {
            Treatment::Forward => "forward".to_owned(),
            Treatment::Transcode { to, .. } => match candidate.files_of(index) {
                1 => to.to_string(),
                files => format!("{to}*{files}"),
            },
            Treatment::Extract { .. } => "text".to_owned(),
        })
        .collect();
    let target = &candidate.target;
    if treatments.is_empty() { target.to_string() } else { format!("{target}({})", treatments.join(" ")) }
}
