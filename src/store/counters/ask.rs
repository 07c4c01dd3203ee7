//! What is asked of the counters of one scope in one step, and what they answer. What units and periods mean is the
//! caller's business.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};

/// Numbers are told as so many of these and a rest, each exact where numbers are floating.
const BILLION: u128 = 1_000_000_000;

/// An amount of anything, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Sum(pub u128);

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Far above any amount there is, and exact.
        let most = (1_u128 << 53) - 1;
        let pair = [(self.0 / BILLION).min(most), self.0 % BILLION].map(|half| u64::try_from(half).unwrap_or(u64::MAX));
        pair.serialize(serializer)
    }
}

impl Sum {
    /// Of both halves as they are told; a rest may be a loan from the other half.
    fn told(billions: &str, rest: &str) -> Self {
        let [billions, rest] = [billions, rest].map(|text| text.parse::<i128>().unwrap_or(0));
        Self(u128::try_from(billions * 1_000_000_000 + rest).unwrap_or(0))
    }
}

/// A window in which something is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Which; each has its own count.
    pub name: Cow<'static, str>,
    /// How long it is, in milliseconds: it moves along.
    pub span: u64,
    /// Into slots of how many milliseconds it is cut.
    pub each: u64,
    /// Where it does not move along: when it began and ends, in milliseconds since 1970.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub stands: Option<Stands>,
}

/// A window that begins at an hour, such as a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stands {
    /// When it began.
    #[serde(rename = "slot")]
    pub began: u64,
    /// When it ends.
    pub ends: u64,
}

impl Span {
    /// Any sixty seconds.
    #[must_use]
    pub fn minute(name: &'static str) -> Self {
        Self { name: name.into(), span: 60_000, each: 500, stands: None }
    }
}

/// Room in a window that is to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Room {
    /// The window.
    #[serde(flatten)]
    pub span: Span,
    /// What it may hold; `None`: it is only counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// What is needed at least, …
    pub least: u64,
    /// … and taken where there is so much.
    pub most: u64,
    /// Whether it counts as used at once, and is not given back with a hold.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stays: bool,
}

/// A budget that is to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cap {
    /// In which period.
    pub period: String,
    /// Of what.
    pub unit: &'static str,
    /// How much there is of it.
    pub limit: Sum,
    /// How much of that is needed.
    pub need: Sum,
}

/// What was spent in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpentIn {
    /// Which.
    pub period: String,
    /// How much of what.
    pub units: Vec<(&'static str, Sum)>,
    /// For how many milliseconds that is to be known.
    pub keep: u64,
}

/// What was used of a window without having been taken before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsedIn {
    /// The window.
    #[serde(flatten)]
    pub span: Span,
    /// How much.
    pub amount: u64,
}

/// A place among those at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enter {
    /// Of whom.
    pub id: String,
    /// How many there are; `None`: it is only counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

/// Something that is taken until it is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Of whom.
    pub id: String,
    /// What of budgets.
    pub needs: Vec<(&'static str, Sum)>,
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Look {
    /// How these windows stand.
    pub windows: Vec<Span>,
    /// What is spent or reserved, by period and unit.
    pub budgets: Vec<(String, &'static str)>,
    /// Periods of which everything is told that was spent.
    pub totals: Vec<String>,
}

/// What is asked in one step. First everything is given back and counted that was said to be; then what is wanted is taken
/// if all of it fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ask {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// Holds and places that go on.
    pub renew: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// Holds that end.
    pub release: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// Places that end.
    pub leave: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// What was spent in periods of which nothing is known yet.
    pub seeds: Vec<SpentIn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// What was spent.
    pub spent: Vec<SpentIn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// What was used.
    pub used: Vec<UsedIn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// A place that is wanted.
    pub enter: Option<Enter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// Room that is wanted.
    pub windows: Vec<Room>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    /// Budgets that are to hold.
    pub budgets: Vec<Cap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// That room and these needs are held until they are released.
    pub hold: Option<Hold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// What is to be told.
    pub look: Option<Look>,
}

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// There are too many at once.
    Places,
    /// A window is full, by its place in what was asked, for so many milliseconds.
    Room {
        /// Its place.
        at: usize,
        /// Until there is enough.
        ends_in: u64,
    },
    /// A window will never hold so much.
    Never {
        /// Its place.
        at: usize,
    },
    /// A budget is spent, by its place.
    Budget {
        /// Its place.
        at: usize,
    },
}

/// How counters stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stand {
    /// How many are at once.
    pub running: u32,
    /// Of each window what is used, and in how many milliseconds all of it is there again.
    pub windows: Vec<(u64, u64)>,
    /// Of each budget what is spent or reserved.
    pub budgets: Vec<Sum>,
    /// Of each period what is spent, by unit; `None`: nothing is known of it.
    pub totals: Vec<Option<Vec<(String, Sum)>>>,
}

#[derive(Deserialize)]
pub(super) struct Reply {
    full: Option<String>,
    #[serde(default)]
    at: usize,
    #[serde(default)]
    ends: String,
    now: String,
    #[serde(default)]
    running: u32,
    #[serde(default)]
    windows: Vec<[String; 2]>,
    #[serde(default)]
    budgets: Vec<[String; 2]>,
    #[serde(default)]
    totals: Vec<Vec<String>>,
}

impl Reply {
    /// What was taken and told, or what stands in the way.
    pub(super) fn read(self) -> Result<Stand, Lacking> {
        let number = |text: &str| text.parse::<u64>().unwrap_or(0);
        let now = number(&self.now);
        let until = |text: &str| number(text).saturating_sub(now);
        // The script counts from one.
        let at = self.at.saturating_sub(1);
        match self.full.as_deref() {
            Some("running") => return Err(Lacking::Places),
            Some("window") => return Err(Lacking::Room { at, ends_in: until(&self.ends) }),
            Some("never") => return Err(Lacking::Never { at }),
            Some(_) => return Err(Lacking::Budget { at }),
            None => {}
        }
        let totals = self.totals.iter().map(|fields| totals(fields)).collect();
        Ok(Stand {
            running: self.running,
            windows: self.windows.iter().map(|[used, whole_at]| (number(used), until(whole_at))).collect(),
            budgets: self.budgets.iter().map(|[billions, rest]| Sum::told(billions, rest)).collect(),
            totals,
        })
    }
}

/// Sums by their units, of the fields of both their halves.
fn totals(fields: &[String]) -> Option<Vec<(String, Sum)>> {
    let value = |name: String| {
        let found = fields.chunks_exact(2).find(|pair| pair[0] == name);
        found.map_or(String::new(), |pair| pair[1].clone())
    };
    let units = fields.chunks_exact(2).filter_map(|pair| pair[0].strip_suffix(".h"));
    let all: Vec<_> = units
        .map(|unit| (unit.to_owned(), Sum::told(&value(format!("{unit}.h")), &value(format!("{unit}.l")))))
        .collect();
    (!all.is_empty()).then_some(all)
}
