//! How long it takes to take room within the free limits of a key and to settle it, with threads that contend for one key.
//!
//! `cargo run --release -p mediary-core --example quota_speed`; five microseconds is what a request may take, with eight
//! threads.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use mediary_core::ModelName;
use mediary_core::quota::{Bound, FreeLimits, KeyMeters};

const CALLS: u64 = 200_000;
/// Calls come a millisecond apart, so that windows move along and have something to forget.
const APART_MS: u64 = 1;
const START_MS: u64 = 1_782_691_200_000;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for threads in [1, 2, 4, 8] {
        let most = Some(u32::MAX);
        let limits = FreeLimits {
            requests_per_minute: most,
            requests_per_hour: most,
            requests_per_day: most,
            tokens_per_minute: most,
            tokens_per_day: most,
            reset: None,
        };
        let model = ModelName::new("openai/gpt-oss-120b");
        let key = Arc::new(KeyMeters::new(limits, [(model.clone(), limits)]));
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for call in 0..CALLS {
                        let held = key.hold(&model, Bound::Whole, (400, 2_400), START_MS + call * APART_MS);
                        held.map(|held| held.settle(700)).ok();
                    }
                });
            }
        });
        let each = began.elapsed().as_secs_f64() * 1e6 / (CALLS * threads) as f64;
        writeln!(out, "{threads} threads on one key: {each:.2} µs for each call, taken and settled")?;
    }
    Ok(())
}
