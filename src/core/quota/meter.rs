//! A meter: the windows of one scope, a model or a whole provider with one key, held against its limits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::window::{Span, Window};
use super::{Allowance, FreeLimits};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// A limit that a refusal named is believed for so long.
const LEARNED_FOR: u64 = 7 * DAY;

/// What a limit counts, and within which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Requests a minute.
    RequestsPerMinute,
    /// Requests an hour.
    RequestsPerHour,
    /// Requests a day.
    RequestsPerDay,
    /// Tokens a minute.
    TokensPerMinute,
    /// Tokens a day.
    TokensPerDay,
}

impl Axis {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::RequestsPerMinute,
        Self::RequestsPerHour,
        Self::RequestsPerDay,
        Self::TokensPerMinute,
        Self::TokensPerDay,
    ];

    /// Its name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestsPerMinute => "requests_per_minute",
            Self::RequestsPerHour => "requests_per_hour",
            Self::RequestsPerDay => "requests_per_day",
            Self::TokensPerMinute => "tokens_per_minute",
            Self::TokensPerDay => "tokens_per_day",
        }
    }

    /// Whether it counts tokens; else requests.
    #[must_use]
    pub fn counts_tokens(self) -> bool {
        matches!(self, Self::TokensPerMinute | Self::TokensPerDay)
    }

    fn span(self, limits: &FreeLimits) -> Span {
        match self {
            Self::RequestsPerMinute | Self::TokensPerMinute => Span::Sliding(MINUTE),
            Self::RequestsPerHour => Span::Sliding(HOUR),
            Self::RequestsPerDay | Self::TokensPerDay => limits.reset.map_or(Span::Sliding(DAY), Span::Daily),
        }
    }
}

/// What was used so far, as it is kept. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Used {
    windows: Vec<(Axis, Window)>,
    /// Limits that refusals named, and until when they are believed.
    learned: Vec<(Axis, u64, u64)>,
}

impl Used {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty() && self.learned.is_empty()
    }
}

/// A meter. Asking and taking go together under one lock of the caller's.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    limits: FreeLimits,
    used: Used,
    /// What a vendor's last answer said is left, of requests and of tokens.
    told: [Option<Told>; 2],
    under_way: UnderWay,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    /// Less than nothing where more was taken for a call than a vendor gives at once.
    left: i64,
    until: u64,
}

/// Calls that were begun and are not settled.
#[derive(Debug, Clone, Copy, Default)]
struct UnderWay {
    requests: u64,
    tokens: u64,
}

/// What one call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    at: u64,
    tokens: u64,
}

/// There is no room for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Until then, in milliseconds since 1970.
    Until(u64),
    /// It needs more tokens than are ever allowed at once: these.
    TooLarge {
        /// So many.
        most: u64,
    },
}

impl Full {
    /// The one that lasts longer.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Until(one), Self::Until(other)) => Self::Until(one.max(other)),
            (Self::TooLarge { most: one }, Self::TooLarge { most: other }) => Self::TooLarge { most: one.min(other) },
            (large @ Self::TooLarge { .. }, Self::Until(_)) | (Self::Until(_), large) => large,
        }
    }
}

/// How one limit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub axis: Axis,
    /// What is allowed.
    pub limit: u64,
    /// What of it is left.
    pub left: u64,
    /// When all of it is there again, in milliseconds since 1970; `None`: it is.
    pub whole_at: Option<u64>,
}

/// A limit, for those that count what is used of it together with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// Which.
    pub axis: Axis,
    /// What is allowed.
    pub limit: u64,
    /// How long its time is, in milliseconds.
    pub span_ms: u64,
    /// Of a day that begins at an hour, when it began and ends, in milliseconds since 1970; `None`: its time moves along.
    pub stands: Option<(u64, u64)>,
}

impl Meter {
    /// A meter of these limits with what was used before. What is used is counted whether or not it is limited: a limit that
    /// a refusal names is about what was used before it as well.
    #[must_use]
    pub fn new(limits: FreeLimits, used: Used) -> Self {
        let mut meter = Self { limits, ..Self::default() };
        for axis in Axis::ALL {
            let span = axis.span(&limits);
            let before = used.windows.iter().find(|(its, window)| *its == axis && window.span() == span);
            let window = before.map_or_else(|| Window::of(span), |(_, window)| window.clone());
            meter.used.windows.push((axis, window));
        }
        meter.used.learned = used.learned;
        meter
    }

    /// Counts on under other limits.
    pub fn limit_to(&mut self, limits: FreeLimits) {
        if limits != self.limits {
            let used = std::mem::take(&mut self.used);
            *self = Self { told: self.told, under_way: self.under_way, ..Self::new(limits, used) };
        }
    }

    /// The limits that are written.
    #[must_use]
    pub fn limits(&self) -> FreeLimits {
        self.limits
    }

    /// Whether anything is limited, as far as that is written or was learned.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.limits.is_limited() || !self.used.learned.is_empty()
    }

    /// Whether anything counts, was learned or told.
    #[must_use]
    pub fn is_used(&self) -> bool {
        let is_told = self.told.iter().any(Option::is_some);
        is_told || !self.used.learned.is_empty() || self.used.windows.iter().any(|(_, window)| !window.is_empty())
    }

    /// What was used of what is limited, to be kept.
    #[must_use]
    pub fn used(&self) -> Used {
        let learned = &self.used.learned;
        let is_learned = |axis: Axis| learned.iter().any(|(its, ..)| *its == axis);
        let windows = self
            .used
            .windows
            .iter()
            .filter(|(axis, window)| !window.is_empty() && (self.limits.of(*axis).is_some() || is_learned(*axis)));
        Used { windows: windows.cloned().collect(), learned: learned.clone() }
    }

    fn limit(&self, axis: Axis, now: u64) -> Option<u64> {
        let learned = self.used.learned.iter().find(|(its, _, until)| *its == axis && *until > now);
        let learned = learned.map(|(_, limit, _)| *limit);
        let written = self.limits.of(axis).map(u64::from);
        written.into_iter().chain(learned).min()
    }

    /// Whether a call has room, that is sure to use `least` tokens and may use `most`; gives how many are to be taken for
    /// it.
    ///
    /// # Errors
    /// When it has none.
    pub fn room(&mut self, least: u64, most: u64, now: u64) -> Result<u64, Full> {
        let mut tokens = most.max(least);
        for axis in [Axis::TokensPerMinute, Axis::TokensPerDay] {
            if let Some(limit) = self.limit(axis, now) {
                if least > limit {
                    return Err(Full::TooLarge { most: limit });
                }
                // A reply is rarely as long as allowed; where that would never fit, it takes all there is.
                tokens = tokens.min(limit);
            }
        }
        let mut full: Option<Full> = None;
        for index in 0..self.used.windows.len() {
            let axis = self.used.windows[index].0;
            let Some(limit) = self.limit(axis, now) else { continue };
            let amount = if axis.counts_tokens() { tokens } else { 1 };
            let window = &mut self.used.windows[index].1;
            if window.left(limit, now) < amount {
                // A limit of nothing never has room; it is asked again when that may have changed.
                let at = if limit < amount { now + LEARNED_FOR } else { window.free_at(limit, amount, now) };
                full = Some(full.map_or(Full::Until(at), |full| full.or(Full::Until(at))));
            }
        }
        // Where no limit is known, how much of a long reply a vendor reserves is not either: what is sure to be used counts.
        let wanted = if self.is_limited() { tokens } else { least.max(1) };
        for (told, amount) in self.told.iter().zip([1, wanted]) {
            if let Some(told) = told.filter(|told| told.until > now && told.left < signed(amount)) {
                full = Some(full.map_or(Full::Until(told.until), |full| full.or(Full::Until(told.until))));
            }
        }
        full.map_or(Ok(tokens), Err)
    }

    /// Takes what a call was given room for.
    pub fn take(&mut self, tokens: u64, now: u64) -> Taken {
        for (axis, window) in &mut self.used.windows {
            window.take(if axis.counts_tokens() { tokens } else { 1 }, now);
        }
        for (told, amount) in self.told.iter_mut().zip([1, tokens]) {
            if let Some(told) = told {
                told.left = told.left.saturating_sub(signed(amount));
            }
        }
        self.under_way.requests += 1;
        self.under_way.tokens += tokens;
        Taken { at: now, tokens }
    }

    /// A call has ended that used so many tokens.
    pub fn settle(&mut self, taken: Taken, tokens: u64) {
        let windows = self.used.windows.iter_mut().filter(|(axis, _)| axis.counts_tokens());
        windows.for_each(|(_, window)| window.correct(taken.at, taken.tokens, tokens));
        if let Some(told) = &mut self.told[1] {
            told.left = told.left.saturating_add(signed(taken.tokens)).saturating_sub(signed(tokens));
        }
        self.under_way.requests = self.under_way.requests.saturating_sub(1);
        self.under_way.tokens = self.under_way.tokens.saturating_sub(taken.tokens);
    }

    /// A call was not made after all: everything that was taken for it is given back.
    pub fn undo(&mut self, taken: Taken) {
        for (axis, window) in &mut self.used.windows {
            window.correct(taken.at, if axis.counts_tokens() { taken.tokens } else { 1 }, 0);
        }
        for (told, amount) in self.told.iter_mut().zip([1, taken.tokens]) {
            if let Some(told) = told {
                told.left = told.left.saturating_add(signed(amount));
            }
        }
        self.under_way.requests = self.under_way.requests.saturating_sub(1);
        self.under_way.tokens = self.under_way.tokens.saturating_sub(taken.tokens);
    }

    /// What a vendor's answer said is left of requests and of tokens. Calls that are under way may not be counted in it.
    pub fn told(&mut self, requests: Option<Allowance>, tokens: Option<Allowance>, now: u64) {
        let told = |allowance: Allowance, under_way: u64| Told {
            left: signed(allowance.left.saturating_sub(under_way)),
            until: now + u64::try_from(allowance.resets_in.as_millis()).unwrap_or(u64::MAX).min(DAY),
        };
        self.told = [
            requests.map(|requests| told(requests, self.under_way.requests)),
            tokens.map(|tokens| told(tokens, self.under_way.tokens)),
        ];
    }

    /// A refusal named a limit. It counts where it is below what was known.
    pub fn learn(&mut self, axis: Axis, limit: u64, now: u64) {
        if self.limit(axis, now).is_some_and(|known| known <= limit) {
            return;
        }
        self.used.learned.retain(|(its, _, until)| *its != axis && *until > now);
        self.used.learned.push((axis, limit, now + LEARNED_FOR));
    }

    /// How each limit stands.
    pub fn standings(&mut self, now: u64) -> Vec<Standing> {
        let mut all = Vec::new();
        for index in 0..self.used.windows.len() {
            let axis = self.used.windows[index].0;
            let Some(limit) = self.limit(axis, now) else { continue };
            let window = &mut self.used.windows[index].1;
            all.push(Standing { axis, limit, left: window.left(limit, now), whole_at: window.whole_at(now) });
        }
        all
    }

    /// Its limits.
    #[must_use]
    pub fn limited(&self, now: u64) -> Vec<Limited> {
        let limited = self.used.windows.iter().filter_map(|(axis, window)| {
            let (span_ms, stands) = window.bounds(now);
            Some(Limited { axis: *axis, limit: self.limit(*axis, now)?, span_ms, stands })
        });
        limited.collect()
    }

    /// The share that is left of the limit of which least is left.
    pub fn share_left(&mut self, now: u64) -> Option<f32> {
        let shares = self.standings(now).into_iter().map(|one| one.left as f32 / one.limit.max(1) as f32);
        shares.min_by(f32::total_cmp)
    }

    /// How long it takes until a call of the smallest kind has room; `None`: it has.
    pub fn full_for(&mut self, now: u64) -> Option<Duration> {
        match self.room(1, 1, now) {
            Ok(_) => None,
            Err(Full::Until(at)) => Some(Duration::from_millis(at.saturating_sub(now).max(1))),
            Err(Full::TooLarge { .. }) => Some(Duration::from_millis(LEARNED_FOR)),
        }
    }
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
