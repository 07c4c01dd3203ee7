//! How long requests of a group took: percentiles, by rows of the log that are taken at even distances.

use std::collections::BTreeMap;

use mediary_store::{SumsBy, SumsOf, Timing};
use serde::Serialize;
use utoipa::ToSchema;

/// So many rows are looked at, of all groups together: the error of a median is then about a percent of the rows.
pub(super) const MOST_TIMED: i64 = 10_000;

const QUARTER_MS: i64 = 900_000;
const HOUR_MS: i64 = 3_600_000;

/// How long answers took, in milliseconds to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::http) struct RequestPercentiles {
    p50: i64,
    p95: i64,
    p99: i64,
    /// By so many requests, evenly taken.
    of: usize,
}

/// The percentiles of each group of sums, by its name. Requests that failed count only where statuses are told apart.
pub(super) fn by_group(timings: Vec<Timing>, of: &SumsOf) -> BTreeMap<String, RequestPercentiles> {
    let mut groups: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for timing in timings {
        let is_wanted = of.client.as_ref().is_none_or(|client| *client == timing.client);
        if is_wanted && (timing.status < 400 || of.by == SumsBy::Status) {
            groups.entry(group(&timing, of)).or_default().push(timing.total_ms);
        }
    }
    groups.into_iter().map(|(group, times)| (group, RequestPercentiles::of(times))).collect()
}

/// A group as [`mediary_store::Sums`] names it.
fn group(timing: &Timing, of: &SumsOf) -> String {
    let begins = |each: i64| {
        let ahead = of.offset_minutes.div_euclid(15) * QUARTER_MS;
        ((timing.ended_at + ahead).div_euclid(each) * each - ahead).to_string()
    };
    match of.by {
        SumsBy::Hour => begins(HOUR_MS),
        SumsBy::Day => begins(24 * HOUR_MS),
        SumsBy::Client => timing.client.clone(),
        SumsBy::Provider => timing.provider.clone(),
        SumsBy::Model => format!("{}/{}", timing.provider, timing.model),
        SumsBy::Task => timing.task.clone(),
        SumsBy::Status => timing.status.to_string(),
    }
}

impl RequestPercentiles {
    fn of(mut times: Vec<i64>) -> Self {
        times.sort_unstable();
        // The least time that so many of a hundred do not pass.
        let at = |share: usize| times[(times.len() * share).div_ceil(100).max(1) - 1];
        Self { p50: at(50), p95: at(95), p99: at(99), of: times.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(ended_at: i64, status: i64, total_ms: i64) -> Timing {
        Timing {
            ended_at,
            client: "ck_a".into(),
            provider: "groq".into(),
            model: "m".into(),
            task: "chat".into(),
            status,
            total_ms,
        }
    }

    fn sums(by: SumsBy) -> SumsOf {
        SumsOf { by, since: 0, until: 0, offset_minutes: 330, client: None }
    }

    #[test]
    fn percentiles_are_times_that_were_taken() {
        let timings: Vec<Timing> = (1..=200).map(|n| timing(0, 200, n)).collect();
        let of_model = by_group(timings, &sums(SumsBy::Model))["groq/m"];
        assert_eq!(of_model, RequestPercentiles { p50: 100, p95: 190, p99: 198, of: 200 });
        let one = by_group(vec![timing(0, 200, 7)], &sums(SumsBy::Task))["chat"];
        assert_eq!(one, RequestPercentiles { p50: 7, p95: 7, p99: 7, of: 1 });
    }

    #[test]
    fn failures_count_only_where_statuses_are_told_apart() {
        let timings = vec![timing(0, 200, 10), timing(0, 503, 1)];
        assert_eq!(by_group(timings.clone(), &sums(SumsBy::Provider))["groq"].of, 1);
        assert_eq!(by_group(timings.clone(), &sums(SumsBy::Status))["503"].p50, 1);
        let of_none = SumsOf { client: Some("ck_b".into()), ..sums(SumsBy::Status) };
        assert!(by_group(timings, &of_none).is_empty());
    }

    #[test]
    fn hours_and_days_begin_as_those_of_the_sums_do() {
        let timings = || vec![timing(3_600_000, 200, 10)];
        let hours: Vec<String> = by_group(timings(), &sums(SumsBy::Hour)).into_keys().collect();
        assert_eq!(hours, ["1800000"], "in India an hour begins half an hour apart from those of UTC");
        let days: Vec<String> = by_group(timings(), &sums(SumsBy::Day)).into_keys().collect();
        assert_eq!(days, ["-19800000"]);
    }
}
