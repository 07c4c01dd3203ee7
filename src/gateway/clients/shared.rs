//! Limits that several servers hold a client to together: what the counters are asked, and what their answers mean.
//!
//! The rules are those of one server alone (`admitted` next door); so are the words in which a client is told.

use std::sync::Arc;
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use mediary_store::{
    Ask, Cap, Counters, CountersAway, Enter, Hold, Lacking, Look, Room, Span, SpentIn, Stand, Sum, UsedIn,
};

use super::super::administration::unix_seconds;
use super::admitted::{Estimate, Refused, SOON};
use super::client::Client;
use super::period::Period;
use super::purse::{Line, Spent, lines_of};
use super::standings::{LimitNumber, LimitStanding};

/// What was spent on a day is remembered for so long, in milliseconds, …
const DAYS_KEPT: u64 = 40 * 86_400_000;
/// … and what was in a month.
const MONTHS_KEPT: u64 = 70 * 86_400_000;

const REQUESTS: &str = "requests";
const TOKENS: &str = "tokens";

impl Client {
    fn scope(&self) -> String {
        format!("client:{}", self.id)
    }

    /// The counters that this client's limits are shared by; `None`: it has none that others could help to pass.
    pub(super) fn counters(&self) -> Option<&Arc<Counters>> {
        self.shared.as_ref().filter(|_| self.rules.is_limited())
    }

    /// Takes a place for a request. Gives the name of its lease.
    pub(super) async fn enter_shared(&self, counters: &Counters) -> Result<Result<String, Refused>, CountersAway> {
        let (now, id) = (unix_seconds(), counters.new_id());
        let lines = lines_of(&self.rules, now);
        let windows = self.rules.requests_per_minute.map(|limit| Room {
            span: Span::minute(REQUESTS),
            limit: Some(limit.into()),
            least: 1,
            most: 1,
            stays: false,
        });
        let ask = Ask {
            seeds: self.seeds(now),
            enter: Some(Enter { id: id.clone(), most: self.rules.requests_at_once }),
            windows: windows.into_iter().collect(),
            budgets: lines.iter().map(|line| cap(line, now, &Spent::default())).collect(),
            ..Ask::default()
        };
        Ok(match counters.ask(&self.scope(), ask).await? {
            Ok(_) => Ok(id),
            Err(lacking) => Err(self.refused(lacking, &lines)),
        })
    }

    fn refused(&self, lacking: Lacking, lines: &[Line]) -> Refused {
        let rate = |ends_in| {
            let limit = format!("{} requests a minute", self.rules.requests_per_minute.unwrap_or_default());
            Refused::Rate { limit, ends_in }
        };
        match lacking {
            Lacking::Places => {
                let most = self.rules.requests_at_once.unwrap_or_default();
                Refused::Rate { limit: format!("{most} requests at once"), ends_in: SOON }
            }
            Lacking::Room { ends_in, .. } => rate(Duration::from_millis(ends_in.max(1))),
            Lacking::Never { .. } => rate(Duration::from_mins(1)),
            Lacking::Budget { at } => match lines.get(at) {
                Some(line) => Refused::Budget { limit: line.told(), ends_in: super::admitted::until(line.resets_at) },
                None => rate(SOON),
            },
        }
    }

    /// Reserves what a call may use. Gives the name of its lease.
    pub(super) async fn hold_shared(
        &self,
        counters: &Counters,
        estimate: &Estimate,
    ) -> Result<Result<String, Failure>, CountersAway> {
        let (now, id) = (unix_seconds(), counters.new_id());
        let lines = lines_of(&self.rules, now);
        let windows = self.rules.tokens_per_minute.map(|limit| Room {
            span: Span::minute(TOKENS),
            limit: Some(limit.into()),
            least: estimate.least_tokens,
            most: estimate.most_tokens,
            stays: false,
        });
        let ask = Ask {
            windows: windows.into_iter().collect(),
            budgets: lines.iter().map(|line| cap(line, now, &estimate.most)).collect(),
            hold: Some(Hold { id: id.clone(), needs: needs(&estimate.most) }),
            ..Ask::default()
        };
        Ok(match counters.ask(&self.scope(), ask).await? {
            Ok(_) => Ok(id),
            Err(Lacking::Budget { at }) => Err(lines.get(at).map_or_else(too_much, Line::lacks)),
            Err(Lacking::Never { .. }) => Err(self.lacks_tokens(None)),
            Err(Lacking::Room { ends_in, .. }) => Err(self.lacks_tokens(Some(Duration::from_millis(ends_in.max(1))))),
            Err(Lacking::Places) => Err(too_much()),
        })
    }

    /// Something was used. Where the counters are away, it is told them when they are back.
    pub(super) fn spend_shared(&self, counters: &Counters, used: Spent) {
        let counts = self.counts.clone();
        counters.tell(&self.scope(), self.spending(&used), move || counts.owe(&used));
    }

    fn spent_in(&self, used: &Spent, now: i64) -> Vec<SpentIn> {
        let units = units(used);
        vec![
            SpentIn { period: Period::day(now).day_name(), units: units.clone(), keep: DAYS_KEPT },
            SpentIn { period: Period::month(now).month_name(), units, keep: MONTHS_KEPT },
        ]
    }

    fn spending(&self, used: &Spent) -> Ask {
        let limited = self.rules.tokens_per_minute.is_some() && used.tokens > 0;
        let window = limited.then(|| UsedIn { span: Span::minute(TOKENS), amount: used.tokens });
        Ask { spent: self.spent_in(used, unix_seconds()), used: window.into_iter().collect(), ..Ask::default() }
    }

    /// What is known here of what was spent, for counters that have forgotten it.
    fn seeds(&self, now: i64) -> Vec<SpentIn> {
        if self.rules.day.is_open() && self.rules.month.is_open() {
            return Vec::new();
        }
        let (day, month) = self.counts.purse().spent(now);
        let seeds = self.spent_in(&day, now).into_iter().take(1).chain(self.spent_in(&month, now).into_iter().skip(1));
        seeds.filter(|seed| seed.units.iter().any(|(_, sum)| sum.0 > 0)).collect()
    }

    /// A request is over.
    pub(super) fn leave_shared(&self, counters: &Counters, id: String) {
        // What is not heard of ends by itself.
        counters.tell(&self.scope(), Ask { leave: vec![id], ..Ask::default() }, || {});
    }

    /// A call is over, and what it used was counted.
    pub(super) fn release_shared(&self, counters: &Counters, id: String) {
        counters.tell(&self.scope(), Ask { release: vec![id], ..Ask::default() }, || {});
    }

    /// How all its limits stand.
    pub(super) async fn standings_shared(&self, counters: &Counters) -> Result<Vec<LimitStanding>, CountersAway> {
        let now = unix_seconds();
        let lines = lines_of(&self.rules, now);
        let minutes = [(REQUESTS, self.rules.requests_per_minute), (TOKENS, self.rules.tokens_per_minute)];
        let minutes: Vec<(&'static str, u32)> =
            minutes.into_iter().filter_map(|(name, limit)| Some((name, limit?))).collect();
        let look = Look {
            windows: minutes.iter().map(|(name, _)| Span::minute(name)).collect(),
            budgets: lines.iter().map(|line| (period(line, now), line.unit)).collect(),
            totals: Vec::new(),
        };
        let asked = counters.ask(&self.scope(), Ask { look: Some(look), ..Ask::default() }).await?;
        let Stand { running, windows, budgets, .. } = asked.unwrap_or_default();
        let windows = minutes.iter().zip(windows).map(|((name, limit), (used, whole_in))| LimitStanding {
            name,
            limit: LimitNumber::Count(u64::from(*limit)),
            left: LimitNumber::Count(u64::from(*limit).saturating_sub(used)),
            resets_in: whole_in.div_ceil(1_000),
        });
        let at_once = self.rules.requests_at_once.map(|most| LimitStanding {
            name: "concurrent",
            limit: LimitNumber::Count(most.into()),
            left: LimitNumber::Count(most.saturating_sub(running).into()),
            resets_in: 0,
        });
        let budgets = lines.iter().zip(budgets).map(|(line, used)| LimitStanding {
            name: line.name,
            limit: line.number(line.limit),
            left: line.number(line.limit.saturating_sub(used.0)),
            resets_in: u64::try_from(line.resets_at - now).unwrap_or(0),
        });
        Ok(windows.chain(at_once).chain(budgets).collect())
    }

    /// What all servers together have spent for it in a period; `None`: only this one knows.
    pub(super) async fn total_shared(&self, period: &str) -> Option<Spent> {
        let counters = self.shared.as_ref()?;
        let owed = self.counts.owed();
        if owed != Spent::default() && !counters.are_away() {
            self.spend_shared(counters, self.counts.pays());
        }
        let look = Look { totals: vec![period.to_owned()], ..Look::default() };
        let told = counters.ask(&self.scope(), Ask { look: Some(look), ..Ask::default() }).await.ok()?.ok()?;
        let mut total = of_units(&told.totals.into_iter().next()??);
        total.add(&self.counts.owed());
        Some(total)
    }
}

fn too_much() -> Failure {
    Failure::new(FailureKind::RateLimited { retry_after: Some(SOON) }, "This key has too much under way.")
}

fn period(line: &Line, now: i64) -> String {
    if line.is_daily() { Period::day(now).day_name() } else { Period::month(now).month_name() }
}

fn cap(line: &Line, now: i64, most: &Spent) -> Cap {
    Cap { period: period(line, now), unit: line.unit, limit: Sum(line.limit), need: Sum(line.needs(most)) }
}

/// Amounts of what budgets are for.
fn needs(most: &Spent) -> Vec<(&'static str, Sum)> {
    let all = [
        ("usd", most.usd_parts),
        ("pages", most.pages.into()),
        ("seconds", most.milliseconds.into()),
        ("images", most.images.into()),
    ];
    all.into_iter().map(|(unit, amount)| (unit, Sum(amount))).filter(|(_, sum)| sum.0 > 0).collect()
}

/// Amounts of everything.
fn units(used: &Spent) -> Vec<(&'static str, Sum)> {
    let counted = [("tokens", used.tokens), ("calls", used.calls)].map(|(unit, amount)| (unit, Sum(amount.into())));
    needs(used).into_iter().chain(counted).collect()
}

fn of_units(units: &[(String, Sum)]) -> Spent {
    let amount = |name: &str| units.iter().find(|(unit, _)| unit == name).map_or(0, |(_, sum)| sum.0);
    let number = |name: &str| u64::try_from(amount(name)).unwrap_or(u64::MAX);
    Spent {
        usd_parts: amount("usd"),
        pages: number("pages"),
        milliseconds: number("seconds"),
        images: number("images"),
        tokens: number("tokens"),
        calls: number("calls"),
    }
}
