//! When a provider wants to be asked again: headers, and sentences such as "try again in 7.66s".
//!
//! `Retry-After` is RFC 9110's; the reset headers are those of OpenAI-like providers, which write durations (`6m0s`), seconds,
//! or points in time as seconds or milliseconds since 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{HeaderMap, RETRY_AFTER};

/// A longer wait than a monthly quota's is a mistake.
const MOST: Duration = Duration::from_secs(32 * 24 * 3600);
/// Numbers above these are points in time, not durations.
const SINCE_1970_S: f64 = 1e9;
const SINCE_1970_MS: f64 = 1e12;

/// How long to wait, by the headers or else by the text.
pub(crate) fn stated_delay(headers: &HeaderMap, text: &str, now: SystemTime) -> Option<Duration> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let stated = header("retry-after-ms")
        .and_then(|value| value.parse().ok())
        .and_then(|ms: f64| seconds(ms / 1e3))
        .or_else(|| header(RETRY_AFTER.as_str()).and_then(|value| point_or_span(value, now)))
        .or_else(|| wait_in_text(text))
        .or_else(|| reset(headers, now));
    stated.filter(|delay| *delay <= MOST)
}

/// The wait that a sentence names.
fn wait_in_text(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    let openings =
        ["again in ", "retry in ", "retry after ", "again after ", "wait for ", "please wait ", "reset after "];
    openings.iter().find_map(|opening| {
        let (_, rest) = text.split_once(opening)?;
        let rest = rest.strip_prefix("about ").unwrap_or(rest);
        span(rest)
    })
}

/// The wait that the reset headers name: the longest of the limits that are reached, else the shortest of all.
fn reset(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let resets = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str();
        let is_reset = name.contains("ratelimit") && name.contains("reset");
        let wait = is_reset.then(|| point_or_span(value.to_str().ok()?.trim(), now))??;
        let left = headers.get(name.replace("reset", "remaining")).and_then(|value| value.to_str().ok());
        Some((left == Some("0"), wait))
    });
    let (reached, others): (Vec<_>, Vec<_>) = resets.partition(|(reached, _)| *reached);
    let longest = reached.into_iter().map(|(_, wait)| wait).max();
    longest.or_else(|| others.into_iter().map(|(_, wait)| wait).min())
}

pub(super) fn point_or_span(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(number) = value.parse::<f64>() {
        let point = match number {
            ms if ms >= SINCE_1970_MS => seconds(ms / 1e3)?,
            s if s >= SINCE_1970_S => seconds(s)?,
            s => return seconds(s),
        };
        return Some(point.saturating_sub(now.duration_since(UNIX_EPOCH).unwrap_or_default()));
    }
    if let Ok(date) = httpdate::parse_http_date(value) {
        return Some(date.duration_since(now).unwrap_or_default());
    }
    span(value)
}

/// A duration at the beginning of a text: `7.66s`, `1h2m3s`, `20 seconds`, `2 minutes and 3 seconds`. A bare number is
/// seconds.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start();
    let mut total = None;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        // A full stop after the number ends the sentence.
        let Ok(number) = rest[..end].trim_end_matches('.').parse::<f64>() else {
            return total;
        };
        rest = rest[end..].trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let factor = match &rest[..end] {
            "ms" | "millisecond" | "milliseconds" => 1e-3,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
            "d" | "day" | "days" => 86400.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            _ if total.is_none() => return seconds(number),
            _ => return total,
        };
        total = Some(total.unwrap_or_default() + seconds(number * factor)?);
        rest = rest[end..].trim_start_matches([' ', ',']).trim_start_matches("and ");
    }
}

fn seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderName, HeaderValue};

    use super::*;

    /// 2026-08-21 00:00:00 UTC.
    const NOW_S: u64 = 1_787_270_400;

    fn headers(rows: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        rows.iter().map(pair).collect()
    }

    #[test]
    fn every_spelling_of_a_wait_is_understood() {
        type Row = (&'static [(&'static str, &'static str)], &'static str, Option<u64>);
        let rows: [Row; 24] = [
            (&[("retry-after", "20")], "", Some(20_000)),
            (&[("retry-after", "1.5")], "", Some(1_500)),
            (&[("retry-after", "Fri, 21 Aug 2026 00:01:00 GMT")], "", Some(60_000)),
            (&[("retry-after", "Fri, 21 Aug 2020 00:01:00 GMT")], "", Some(0)),
            (&[("retry-after", "20"), ("retry-after-ms", "1250")], "", Some(1_250)),
            (&[("retry-after", "soon")], "Please try again in 7.66s.", Some(7_660)),
            (&[], "Please try again in 6m0s. Visit us", Some(360_000)),
            (&[], "Please try again in 120ms.", Some(120)),
            (&[], "please retry after 20 seconds", Some(20_000)),
            (&[], "Please wait 2 minutes and 3 seconds", Some(123_000)),
            (&[], "Retry in 5.", Some(5_000)),
            (&[], "Please try again in about 1 hour", Some(3_600_000)),
            (&[], "Please try again later", None),
            (&[("x-ratelimit-reset-requests", "1h2m3s")], "", Some(3_723_000)),
            (&[("x-ratelimit-reset-requests", "2m59.56s"), ("x-ratelimit-reset-tokens", "7.66s")], "", Some(7_660)),
            (
                &[
                    ("x-ratelimit-reset-requests", "2m0s"),
                    ("x-ratelimit-remaining-requests", "0"),
                    ("x-ratelimit-reset-tokens", "7s"),
                    ("x-ratelimit-remaining-tokens", "5"),
                ],
                "",
                Some(120_000),
            ),
            (&[("x-ratelimit-reset", "1787270460000")], "", Some(60_000)),
            (&[("x-ratelimit-reset", "1787270430")], "", Some(30_000)),
            (&[("x-ratelimit-reset", "1787270000")], "", Some(0)),
            (&[("x-ratelimit-reset-tokens-minute", "11.5")], "", Some(11_500)),
            (&[("retry-after", "99999999")], "", None),
            (&[("retry-after", "-1")], "", None),
            (&[("x-ratelimit-reset-requests", "")], "", None),
            (&[], "", None),
        ];
        let now = UNIX_EPOCH + Duration::from_secs(NOW_S);
        for (given, text, expected_ms) in rows {
            let delay = stated_delay(&headers(given), text, now);
            assert_eq!(delay, expected_ms.map(Duration::from_millis), "{given:?} {text}");
        }
    }
}
