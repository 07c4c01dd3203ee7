//! Durations into the numbers that are reported.

use std::time::Duration;

use serde_json::{Value, json};

/// Median, 99th percentile and largest of some durations in microseconds; `null` when there are none.
pub fn micros(mut times: Vec<Duration>) -> Value {
    times.sort_unstable();
    let Some(last) = times.len().checked_sub(1) else { return Value::Null };
    let at = |share: f64| times[(last as f64 * share).round() as usize].as_secs_f64() * 1e6;
    json!({ "p50_us": at(0.5), "p99_us": at(0.99), "max_us": at(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_durations() {
        let found = micros((1..=101).rev().map(Duration::from_micros).collect());
        assert_eq!(found, json!({ "p50_us": 51.0, "p99_us": 100.0, "max_us": 101.0 }));
        assert_eq!(micros(Vec::new()), Value::Null);
    }
}
