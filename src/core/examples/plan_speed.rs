//! How long a plan takes: prints the median over many plans for 1,000 targets of 30 providers and 20 parts.
//!
//! `cargo run --release -p mediary-core --example plan_speed`; one millisecond is what the plan may take.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use mediary_core::capability::{Abilities, Acceptance, CapabilityMatrix, PartShape, Tier};
use mediary_core::plan::{
    Aliases, Demand, Health, HealthSnapshot, Policy, RecipeName, TreatmentRecipe, Want, Yield, plan, resolve,
};
use mediary_core::task::PartPath;
use mediary_core::{MediaFormat, MediaKind, ModelName, ProviderId, Target};

const TARGETS: usize = 1_000;
const PARTS: usize = 20;
const ROUNDS: usize = 500;

fn main() -> std::io::Result<()> {
    let matrix = CapabilityMatrix::new((0..TARGETS).map(row));
    let health = HealthSnapshot(
        (0..TARGETS).map(|index| Health { latency_ms: Some(100 * (index as u32 % 70)), ..Health::default() }).collect(),
    );
    let recipes = recipes();
    let media = Demand { parts: (0..PARTS).map(part).collect(), text_tokens: 5_000, ..Demand::default() };
    let words = Demand { text_tokens: 500, ..Demand::default() };
    let crowded = Demand {
        parts: (0..PARTS).map(|index| PartShape { pages: Some(900), ..part(index) }).collect(),
        ..media.clone()
    };
    let any = Policy::wanting(Want::Any);
    let tier = Policy::wanting(Want::Tier(Tier::Auto));
    let one = Policy::wanting(Want::Targets(vec![matrix.rows()[500].target.clone()]));
    let strict = Policy { strict: true, ..any.clone() };
    let mut out = std::io::stdout().lock();
    let cases = [
        ("20 parts, any target", &media, &any),
        ("20 parts, auto", &media, &tier),
        ("20 parts, strict", &media, &strict),
        ("20 long parts, any target", &crowded, &any),
        ("20 parts, one target", &media, &one),
        ("words, any target", &words, &any),
        ("words, auto", &words, &tier),
        ("words, one target", &words, &one),
    ];
    for (name, demand, policy) in cases {
        let median = median(|| drop(black_box(plan(black_box(demand), &matrix, &health, &recipes, policy))));
        let candidates = plan(demand, &matrix, &health, &recipes, policy).map_or(0, |plan| plan.candidates.len());
        writeln!(out, "{name:24} {:8.1} µs, {candidates} candidates", median.as_secs_f64() * 1e6)?;
    }
    let unknown =
        median(|| drop(black_box(resolve(black_box("no-such-model-at-all"), None, &matrix, &Aliases::new()))));
    writeln!(out, "{:24} {:8.1} µs", "an unknown name", unknown.as_secs_f64() * 1e6)
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// A third reads text, a third sees, a third takes everything; half have limits.
fn row(index: usize) -> Abilities {
    let target = Target {
        provider: ProviderId::new(&format!("provider-{}", index % 30)),
        model: ModelName::new(&format!("some-family/model-{index}-instruct")),
    };
    let kinds: &[MediaKind] = match index % 3 {
        0 => &[],
        1 => &[MediaKind::Image],
        _ => &[MediaKind::Image, MediaKind::Document, MediaKind::Audio, MediaKind::Video],
    };
    let formats = MediaFormat::ALL.iter().filter(|format| kinds.contains(&format.kind()));
    let limit = (index.is_multiple_of(2)).then_some(8);
    let accepts = formats.map(|format| Acceptance { count: limit, pages: Some(100), ..Acceptance::of(*format) });
    Abilities {
        priority: (index % 20) as u32,
        accepts: accepts.collect(),
        context_tokens: Some(1_000_000),
        ranks: if index.is_multiple_of(4) { vec![(Tier::Standard, 1), (Tier::Multimodal, 2)] } else { Vec::new() },
        ..Abilities::chat(target)
    }
}

fn part(index: usize) -> PartShape {
    let formats = [MediaFormat::Png, MediaFormat::Pdf, MediaFormat::Mp3, MediaFormat::Mp4, MediaFormat::Csv];
    PartShape {
        side_pixels: Some(1_000),
        seconds: Some(20),
        pages: Some(3),
        ..PartShape::of(PartPath::Content { message: index, part: 0 }, formats[index % formats.len()], 100_000)
    }
}

fn recipes() -> Vec<TreatmentRecipe> {
    let media = [
        (MediaKind::Image, MediaFormat::Jpeg, 1),
        (MediaKind::Audio, MediaFormat::Mp3, 1),
        (MediaKind::Document, MediaFormat::Png, 20),
        (MediaKind::Video, MediaFormat::Jpeg, 16),
    ];
    let texts = [MediaKind::Text, MediaKind::Image, MediaKind::Document, MediaKind::Audio, MediaKind::Video];
    let media = media.into_iter().map(|(from, to, most_files)| (from, Yield::Media(to), most_files));
    let texts = texts.into_iter().map(|from| (from, Yield::Text, 1));
    let recipe = |(from, gives, most_files): (MediaKind, Yield, u32)| TreatmentRecipe {
        name: RecipeName::new(&format!("{from}-{gives:?}")),
        from,
        formats: Vec::new(),
        animated: false,
        gives,
        most_files,
        leaves_machine: false,
        missing: None,
    };
    media.chain(texts).map(recipe).collect()
}
