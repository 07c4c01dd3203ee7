//! Who may not try a password for now: an address after a few wrong ones, everyone after many.
//!
//! Time comes in as a value.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Wrong ones are forgotten after this, …
const REMEMBERED: Duration = Duration::from_mins(10);
/// … and locks end after this.
const LOCKED: Duration = Duration::from_mins(5);
/// So many of one address lock it; …
const MOST_OF_ADDRESS: u32 = 5;
/// … so many of all addresses together lock the account.
const MOST_OF_ACCOUNT: u32 = 50;
/// More addresses than this are not told apart.
const MOST_ADDRESSES: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Lockout {
    addresses: HashMap<Option<IpAddr>, Failures>,
    account: Failures,
}

#[derive(Debug, Default, Clone, Copy)]
struct Failures {
    count: u32,
    first: Option<Instant>,
    locked_until: Option<Instant>,
}

impl Failures {
    fn add(&mut self, most: u32, now: Instant) {
        if self.first.is_none_or(|first| now.duration_since(first) >= REMEMBERED) {
            *self = Self { count: 0, first: Some(now), locked_until: self.locked_until };
        }
        self.count += 1;
        if self.count >= most {
            *self = Self { count: 0, first: None, locked_until: Some(now + LOCKED) };
        }
    }

    fn left(&self, now: Instant) -> Option<Duration> {
        self.locked_until.map(|until| until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    fn is_over(&self, now: Instant) -> bool {
        self.left(now).is_none() && self.first.is_none_or(|first| now.duration_since(first) >= REMEMBERED)
    }
}

impl Lockout {
    /// How much longer an address may not try.
    pub(super) fn left(&self, from: Option<IpAddr>, now: Instant) -> Option<Duration> {
        let of_address = self.addresses.get(&network(from)).and_then(|failures| failures.left(now));
        of_address.max(self.account.left(now))
    }

    /// An address has sent a wrong one.
    pub(super) fn failed(&mut self, from: Option<IpAddr>, now: Instant) {
        if self.addresses.len() >= MOST_ADDRESSES {
            self.addresses.retain(|_, failures| !failures.is_over(now));
        }
        let key = if self.addresses.len() >= MOST_ADDRESSES { None } else { network(from) };
        self.addresses.entry(key).or_default().add(MOST_OF_ADDRESS, now);
        self.account.add(MOST_OF_ACCOUNT, now);
    }

    /// An address has sent the right one.
    pub(super) fn passed(&mut self, from: Option<IpAddr>) {
        self.addresses.remove(&network(from));
    }
}

/// Who has one address of a network of IPv6 has all of them.
fn network(from: Option<IpAddr>) -> Option<IpAddr> {
    from.map(|address| match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    })
}
