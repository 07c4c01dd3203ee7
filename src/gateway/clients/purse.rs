//! A purse: what a client has used today and this month, and what its calls under way may use yet.
//!
//! A call is let in only if what was spent, what others have reserved and what it may use itself fit into the budget
//! together; asking and taking happen under one lock of the caller's. Sums of money are exact.

use mediary_core::capability::{Rate, Usd};
use serde::{Deserialize, Serialize};

use super::period::Period;
use super::rules::{Budget, Rules};
use super::slot::Slot;
use super::standings::LimitNumber;

/// An amount of everything that budgets are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Spent {
    /// US dollars, in parts of 10⁻¹⁸.
    pub usd_parts: u128,
    /// Pages.
    pub pages: u64,
    /// Thousandths of seconds of recordings and videos.
    pub milliseconds: u64,
    /// Pictures.
    pub images: u64,
    /// Tokens.
    pub tokens: u64,
    /// Calls to targets.
    pub calls: u64,
}

impl Spent {
    /// The dollars.
    #[must_use]
    pub fn usd(&self) -> Usd {
        Usd::of_parts(self.usd_parts)
    }

    /// Adds another amount.
    pub fn add(&mut self, other: &Self) {
        self.usd_parts = self.usd_parts.saturating_add(other.usd_parts);
        self.pages += other.pages;
        self.milliseconds += other.milliseconds;
        self.images += other.images;
        self.tokens += other.tokens;
        self.calls += other.calls;
    }

    fn sub(&mut self, other: &Self) {
        self.usd_parts = self.usd_parts.saturating_sub(other.usd_parts);
        self.pages = self.pages.saturating_sub(other.pages);
        self.milliseconds = self.milliseconds.saturating_sub(other.milliseconds);
        self.images = self.images.saturating_sub(other.images);
    }
}

/// A budget that is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Over {
    /// Which, as it is told: `5 dollars a day`.
    pub(super) limit: String,
    /// When it begins anew, in seconds since 1970.
    pub(super) resets_at: i64,
}

/// How one limit of a budget stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What it counts, and in which period: `usd-day`.
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) limit: u128,
    pub(super) left: u128,
    pub(super) is_money: bool,
    pub(super) is_time: bool,
    pub(super) resets_at: i64,
}

/// What was used and reserved.
#[derive(Debug, Default)]
pub(super) struct Purse {
    day: Page,
    month: Page,
    /// What calls under way may use yet.
    reserved: Spent,
    /// Where it is written down at once.
    slot: Option<Slot>,
    /// Periods that have ended since they were last kept.
    ended: Vec<(String, Spent)>,
    is_changed: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Page {
    period: Option<Period>,
    spent: Spent,
}

impl Purse {
    /// Turns to the periods that it is now. A clock that was set back turns nothing back: what was spent stays spent.
    fn turn(&mut self, now: i64) {
        let is_over = |page: &Page, now: Period| page.period.is_none_or(|period| period.start < now.start);
        let (today, this_month) = (Period::day(now), Period::month(now));
        if is_over(&self.day, today) {
            if let Some(period) = self.day.period {
                self.ended.push((period.day_name(), self.day.spent));
            }
            self.day = Page { period: Some(today), spent: Spent::default() };
        }
        if is_over(&self.month, this_month) {
            if let Some(period) = self.month.period {
                self.ended.push((period.month_name(), self.month.spent));
            }
            self.month = Page { period: Some(this_month), spent: Spent::default() };
        }
    }

    /// What was used in the periods that it is now.
    pub(super) fn spent(&mut self, now: i64) -> (Spent, Spent) {
        self.turn(now);
        (self.day.spent, self.month.spent)
    }

    /// Reserves what a call may use.
    ///
    /// # Errors
    /// When it does not fit.
    pub(super) fn reserve(&mut self, rules: &Rules, most: &Spent, now: i64) -> Result<(), Over> {
        self.fits(rules, most, now)?;
        self.reserved.add(most);
        self.put_down();
        Ok(())
    }

    /// Whether so much more would fit.
    ///
    /// # Errors
    /// When it does not.
    pub(super) fn fits(&mut self, rules: &Rules, most: &Spent, now: i64) -> Result<(), Over> {
        self.turn(now);
        for line in self.lines(rules) {
            let needs = line.needs(most);
            // With nothing left even what needs nothing is refused: how much it needs is known when it is done.
            if line.left < needs || line.left == 0 {
                return Err(Over { limit: line.told(), resets_at: line.resets_at });
            }
        }
        Ok(())
    }

    /// How each limit of the budgets stands.
    pub(super) fn lines(&self, rules: &Rules) -> Vec<Line> {
        let of_day = Lines { names: ["usd-day", "pages-day", "seconds-day", "images-day"], page: self.day };
        let of_month = Lines { names: ["usd-month", "pages-month", "seconds-month", "images-month"], page: self.month };
        let mut lines = of_day.of(&rules.day, &self.reserved);
        lines.extend(of_month.of(&rules.month, &self.reserved));
        lines
    }

    /// Gives back what was reserved.
    pub(super) fn release(&mut self, most: &Spent) {
        self.reserved.sub(most);
        self.put_down();
    }

    /// Something was used.
    pub(super) fn spend(&mut self, used: &Spent, now: i64) {
        self.turn(now);
        self.day.spent.add(used);
        self.month.spent.add(used);
        self.is_changed = true;
        // What is reserved stands for it until that is given back, which comes next.
        if self.reserved == Spent::default() {
            self.put_down();
        }
    }

    /// Writes down how it stands, where there is a place for that.
    fn put_down(&self) {
        if let (Some(slot), Some(day), Some(month)) = (&self.slot, self.day.period, self.month.period) {
            slot.put([(day.start, self.day.spent), (month.start, self.month.spent)], &self.reserved);
        }
    }

    /// From now on it is written down there.
    pub(super) fn keep_in(&mut self, slot: Slot) {
        self.slot = Some(slot);
    }

    /// Where it is written down.
    pub(super) fn slot(&self) -> Option<&Slot> {
        self.slot.as_ref()
    }

    /// What was used of each period that has changed since this was asked last.
    pub(super) fn changed(&mut self) -> Vec<(String, Spent)> {
        let mut all = std::mem::take(&mut self.ended);
        if std::mem::take(&mut self.is_changed) {
            all.extend(self.day.period.map(|period| (period.day_name(), self.day.spent)));
            all.extend(self.month.period.map(|period| (period.month_name(), self.month.spent)));
        }
        all
    }

    /// What was used has to be kept once more.
    pub(super) fn mark(&mut self) {
        self.is_changed = true;
    }

    /// Goes on from what was used before in a period that it is now.
    pub(super) fn recall(&mut self, period: &str, spent: Spent, now: i64) {
        self.turn(now);
        if self.day.period.is_some_and(|its| its.day_name() == period) {
            self.day.spent = spent;
        }
        if self.month.period.is_some_and(|its| its.month_name() == period) {
            self.month.spent = spent;
        }
    }
}

/// The limits of budgets, with nothing used of them.
pub(super) fn lines_of(rules: &Rules, now: i64) -> Vec<Line> {
    if rules.day.is_open() && rules.month.is_open() {
        return Vec::new();
    }
    let mut purse = Purse::default();
    purse.turn(now);
    purse.lines(rules)
}

struct Lines {
    names: [&'static str; 4],
    page: Page,
}

impl Lines {
    fn of(&self, budget: &Budget, reserved: &Spent) -> Vec<Line> {
        let Page { period, spent } = self.page;
        let resets_at = period.map_or(0, |period| period.end);
        let dollars = budget.usd.and_then(Rate::written).map(|rate| rate.times(1, 1).parts());
        let seconds = budget.seconds.map(|seconds| u128::from(seconds) * 1_000);
        let rows = [
            ("usd", dollars, spent.usd_parts + reserved.usd_parts),
            ("pages", budget.pages.map(u128::from), u128::from(spent.pages + reserved.pages)),
            ("seconds", seconds, u128::from(spent.milliseconds + reserved.milliseconds)),
            ("images", budget.images.map(u128::from), u128::from(spent.images + reserved.images)),
        ];
        let lines = rows.into_iter().zip(self.names).filter_map(|((unit, limit, used), name)| {
            let limit = limit?;
            let left = limit.saturating_sub(used);
            Some(Line { name, unit, limit, left, is_money: unit == "usd", is_time: unit == "seconds", resets_at })
        });
        lines.collect()
    }
}

impl Line {
    /// A number of its unit, as it is told.
    pub(super) fn number(&self, number: u128) -> LimitNumber {
        let count = |number: u128| LimitNumber::Count(u64::try_from(number).unwrap_or(u64::MAX));
        match (self.is_money, self.is_time) {
            (true, _) => LimitNumber::Dollars(Usd::of_parts(number)),
            (_, true) => count(number / 1_000),
            _ => count(number),
        }
    }

    /// How much of an amount it is about.
    pub(super) fn needs(&self, most: &Spent) -> u128 {
        match self.unit {
            "usd" => most.usd_parts,
            "pages" => most.pages.into(),
            "seconds" => most.milliseconds.into(),
            _ => most.images.into(),
        }
    }

    pub(super) fn is_daily(&self) -> bool {
        self.name.ends_with("day")
    }

    pub(super) fn told(&self) -> String {
        let unit = if self.is_money { "dollars" } else { self.unit };
        let period = if self.is_daily() { "a day" } else { "a month" };
        format!("{} {unit} {period}", self.number(self.limit))
    }
}
