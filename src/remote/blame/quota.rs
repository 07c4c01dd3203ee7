//! How much of a provider's rate limits is left, as it says with every answer.
//!
//! Names vary around three words: `x-ratelimit-remaining-requests`, `anthropic-ratelimit-tokens-remaining`, each with a
//! twin that says `limit` and one that says `reset`.

use std::time::{Duration, SystemTime};

use http::header::HeaderMap;
use mediary_core::provider::Quota;
use mediary_core::quota::Allowance;

use super::hint::point_or_span;

/// Most limits without a stated end are by the minute.
const USUAL_RESET: Duration = Duration::from_secs(60);

/// The limit of which the least is left; `None` where none is stated.
pub(crate) fn quota(headers: &HeaderMap, now: SystemTime) -> Option<Quota> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |name: &str| text(name)?.parse::<f64>().ok().filter(|number| number.is_finite());
    let of_one = |name: &str| {
        let remaining = number(name)?;
        let limit = number(&name.replace("remaining", "limit")).filter(|limit| *limit > 0.0)?;
        let reset = text(&name.replace("remaining", "reset")).and_then(|reset| point_or_span(reset, now));
        let resets_in = reset.unwrap_or(USUAL_RESET);
        Some(Quota { left: (remaining / limit).clamp(0.0, 1.0) as f32, resets_in, ..Quota::default() })
    };
    // Of several that count the same, that of which least is left.
    let allowance = |unit: &str| {
        let names = headers.keys().map(|name| name.as_str());
        let of_unit = names.filter(|name| {
            name.contains("ratelimit") && name.contains("remaining") && name.contains(unit) && !name.contains("put")
        });
        let allowances = of_unit.filter_map(|name| {
            let left = number(name)?.max(0.0) as u64;
            let reset = text(&name.replace("remaining", "reset")).and_then(|reset| point_or_span(reset, now));
            Some(Allowance { left, resets_in: reset.unwrap_or(USUAL_RESET) })
        });
        allowances.min_by_key(|allowance| allowance.left)
    };
    let names = headers.keys().map(|name| name.as_str());
    let stated = names.filter(|name| name.contains("ratelimit") && name.contains("remaining")).filter_map(of_one);
    let nearest = stated.min_by(|one, other| one.left.total_cmp(&other.left))?;
    Some(Quota { requests: allowance("requests"), tokens: allowance("tokens"), ..nearest })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers, and the share that is left for so many seconds.
    type Row = (&'static [(&'static str, &'static str)], Option<(f32, u64)>);

    #[test]
    fn the_nearest_limit_counts_and_half_a_statement_is_none() {
        let rows: [Row; 6] = [
            (&[("x-ratelimit-remaining-requests", "25"), ("x-ratelimit-limit-requests", "100")], Some((0.25, 60))),
            (
                &[
                    ("x-ratelimit-remaining-requests", "50"),
                    ("x-ratelimit-limit-requests", "100"),
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-limit-tokens", "6000"),
                    ("x-ratelimit-reset-tokens", "2m3s"),
                ],
                Some((0.0, 123)),
            ),
            (
                &[
                    ("anthropic-ratelimit-requests-remaining", "5"),
                    ("anthropic-ratelimit-requests-limit", "50"),
                    ("anthropic-ratelimit-requests-reset", "7"),
                ],
                Some((0.1, 7)),
            ),
            (&[("x-ratelimit-remaining-requests", "25")], None),
            (&[("x-ratelimit-remaining-requests", "many"), ("x-ratelimit-limit-requests", "100")], None),
            (&[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-limit-requests", "0")], None),
        ];
        for (stated, expected) in rows {
            let headers = stated.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            let found = quota(&headers, SystemTime::UNIX_EPOCH);
            assert_eq!(found.map(|quota| (quota.left, quota.resets_in.as_secs())), expected, "{stated:?}");
        }
    }

    #[test]
    fn what_is_left_of_requests_and_of_tokens_is_told_apart() {
        let stated = [
            ("x-ratelimit-remaining-requests", "25"),
            ("x-ratelimit-limit-requests", "100"),
            ("x-ratelimit-reset-requests", "7s"),
            ("x-ratelimit-remaining-tokens", "3000"),
            ("x-ratelimit-limit-tokens", "6000"),
            ("anthropic-ratelimit-input-tokens-remaining", "5"),
        ];
        let headers = stated.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let found = quota(&headers, SystemTime::UNIX_EPOCH).unwrap();
        let left = |left, seconds| Some(Allowance { left, resets_in: Duration::from_secs(seconds) });
        assert_eq!((found.requests, found.tokens), (left(25, 7), left(3000, 60)));
    }
}
