//! Limits that a refusal names: in words, "on tokens per minute (TPM): Limit 6000, Used 5862, Requested 500", or in headers
//! whose names say what they count and within which time, `x-ratelimit-limit-requests-day`.

use http::header::HeaderMap;
use mediary_core::quota::Axis;

/// How each limit is spelt, in small letters and without spaces.
const AXES: [(Axis, &[&str]); 5] = [
    (Axis::TokensPerMinute, &["tokensperminute", "tokenspermin", "(tpm)"]),
    (Axis::TokensPerDay, &["tokensperday", "(tpd)"]),
    (Axis::RequestsPerMinute, &["requestsperminute", "requestspermin", "(rpm)"]),
    (Axis::RequestsPerHour, &["requestsperhour", "(rph)"]),
    (Axis::RequestsPerDay, &["requestsperday", "(rpd)"]),
];

/// The limit that a text names, if it names exactly one.
pub(crate) fn stated_limit(text: &str) -> Option<(Axis, u64)> {
    let text = text.to_ascii_lowercase();
    let dense: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_' && *c != '-').collect();
    let mut named = AXES.iter().filter(|(_, names)| names.iter().any(|name| dense.contains(name)));
    let (axis, _) = named.next()?;
    if named.next().is_some() {
        return None;
    }
    // The word stands before its number in some places and without one in others.
    let numbers = text.match_indices("limit").filter_map(|(at, word)| number(&text[at + word.len()..]));
    let numbers: Vec<u64> = numbers.collect();
    let first = *numbers.first()?;
    numbers.iter().all(|number| *number == first).then_some((*axis, first))
}

/// The limit of which headers say that nothing is left, if there is one whose time they say as well.
pub(crate) fn reached_limit(headers: &HeaderMap) -> Option<(Axis, u64)> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    headers.keys().map(http::HeaderName::as_str).find_map(|name| {
        let is_reached = name.contains("ratelimit") && name.contains("remaining") && number(name) == Some(0);
        let words: Vec<&str> = name.split('-').filter(|_| is_reached).collect();
        let says = |word| words.contains(&word);
        let axis = match (says("requests"), says("tokens")) {
            (true, false) if says("minute") => Axis::RequestsPerMinute,
            (true, false) if says("hour") => Axis::RequestsPerHour,
            (true, false) if says("day") => Axis::RequestsPerDay,
            (false, true) if says("minute") => Axis::TokensPerMinute,
            (false, true) if says("day") => Axis::TokensPerDay,
            _ => return None,
        };
        let limit = number(&name.replace("remaining", "limit")).filter(|limit| *limit > 0)?;
        Some((axis, limit))
    })
}

/// The number at the beginning of a text, behind at most a sign between.
fn number(text: &str) -> Option<u64> {
    let text = text.strip_prefix("value").or_else(|| text.strip_prefix(" of")).unwrap_or(text);
    let text = text.trim_start_matches([' ', ':', '=', '"', '\'']);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(text.len());
    text[..end].replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_where_it_is_named_with_what_it_counts() {
        let rows = [
            (
                "Rate limit reached for model `m` on tokens per minute (TPM): Limit 6000, Used 5862, Requested 500. \
                 Please try again in 8.6s.",
                Some((Axis::TokensPerMinute, 6_000)),
            ),
            (
                "Rate limit reached on requests per day (RPD): Limit 1,000, Used 1000",
                Some((Axis::RequestsPerDay, 1_000)),
            ),
            ("Limit of 3 requests per min", Some((Axis::RequestsPerMinute, 3))),
            (
                "Quota exceeded, limit: 20 GenerateRequestsPerDayPerProjectPerModel-FreeTier",
                Some((Axis::RequestsPerDay, 20)),
            ),
            ("Quota exceeded, limit: 0, requests_per_day", Some((Axis::RequestsPerDay, 0))),
            ("limit: 20 per project", None),
            ("tokens per minute limit reached", None),
            ("limit 5 requests per minute, limit 100 requests per day", None),
            ("requests per minute: limit 5, or limit 6 tomorrow", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(stated_limit(text), expected, "{text}");
        }
    }
    #[test]
    fn a_limit_is_read_from_headers_that_say_what_it_is() {
        let rows: [(&[(&str, &str)], _); 5] = [
            (
                &[
                    ("x-ratelimit-limit-requests-day", "14400"),
                    ("x-ratelimit-remaining-requests-day", "9"),
                    ("x-ratelimit-limit-tokens-minute", "60000"),
                    ("x-ratelimit-remaining-tokens-minute", "0"),
                ],
                Some((Axis::TokensPerMinute, 60_000)),
            ),
            (
                &[("x-ratelimit-limit-requests-day", "20"), ("x-ratelimit-remaining-requests-day", "0")],
                Some((Axis::RequestsPerDay, 20)),
            ),
            // By the minute at one provider, by the day at the next: it does not say.
            (&[("x-ratelimit-limit-requests", "20"), ("x-ratelimit-remaining-requests", "0")], None),
            (&[("x-ratelimit-limit-requests-day", "20"), ("x-ratelimit-remaining-requests-day", "1")], None),
            (&[("x-ratelimit-remaining-requests-day", "0")], None),
        ];
        for (stated, expected) in rows {
            let headers = stated.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(reached_limit(&headers), expected, "{stated:?}");
        }
    }
}
