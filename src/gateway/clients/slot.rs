//! What clients have used and reserved of budgets, in the journal: as of the last call, whenever the process ends.
//!
//! The database has it too, a moment later ([`super::KeptClients`]). What was reserved when a process was killed counts as used
//! from then on: its calls were under way, and nothing tells what they came to.

use std::path::Path;
use std::sync::Arc;

use mediary_store::Journal;

use super::super::administration::unix_seconds;
use super::period::Period;
use super::purse::{Purse, Spent};
use super::{Client, Clients};

/// The name of the journal's file, beside the database.
const FILE: &str = "budgets.journal";

/// The slot of a client's budget.
#[derive(Debug)]
pub(super) struct Slot {
    journal: Arc<Journal>,
    number: u32,
    client: String,
}

/// What stands in a slot, as its record has it: numbers first, each with its lowest byte in front, and the client's id in
/// the rest. It is written three times a call, which JSON would be felt in.
#[derive(Debug, PartialEq, Eq)]
struct State {
    /// The seconds at which the day and the month begin, each with what was used in it.
    periods: [(i64, Spent); 2],
    reserved: Spent,
    client: String,
}

const SPENT_BYTES: usize = size_of::<u128>() + 5 * size_of::<u64>();

impl Slot {
    /// Writes down how a budget stands. Where that fails, the database still has it, a moment later.
    pub(super) fn put(&self, periods: [(i64, Spent); 2], reserved: &Spent) {
        if let Err(error) = self.journal.put(self.number, &record(&periods, reserved, &self.client)) {
            tracing::debug!(error.detail = %error, "a budget is not written down at once");
        }
    }
}

fn record(periods: &[(i64, Spent); 2], reserved: &Spent, client: &str) -> Vec<u8> {
    let mut record = Vec::with_capacity(3 * SPENT_BYTES + 2 * size_of::<i64>() + client.len());
    for (start, spent) in periods {
        record.extend(start.to_le_bytes());
        record.extend(bytes_of(spent));
    }
    record.extend(bytes_of(reserved));
    record.extend(client.as_bytes());
    record
}

fn bytes_of(spent: &Spent) -> [u8; SPENT_BYTES] {
    let Spent { usd_parts, pages, milliseconds, images, tokens, calls } = *spent;
    let mut bytes = [0; SPENT_BYTES];
    let (money, counts) = bytes.split_at_mut(size_of::<u128>());
    money.copy_from_slice(&usd_parts.to_le_bytes());
    for (bytes, count) in counts.chunks_exact_mut(size_of::<u64>()).zip([pages, milliseconds, images, tokens, calls]) {
        bytes.copy_from_slice(&count.to_le_bytes());
    }
    bytes
}

impl State {
    /// What a record says; `None`: it is none of these.
    fn of(mut record: &[u8]) -> Option<Self> {
        let rest = &mut record;
        let periods =
            [(i64::from_le_bytes(taken(rest)?), spent_of(rest)?), (i64::from_le_bytes(taken(rest)?), spent_of(rest)?)];
        let reserved = spent_of(rest)?;
        Some(Self { periods, reserved, client: str::from_utf8(record).ok()?.to_owned() })
    }
}

fn spent_of(record: &mut &[u8]) -> Option<Spent> {
    let usd_parts = u128::from_le_bytes(taken(record)?);
    let mut count = || taken(record).map(u64::from_le_bytes);
    let (pages, milliseconds, images, tokens, calls) = (count()?, count()?, count()?, count()?, count()?);
    Some(Spent { usd_parts, pages, milliseconds, images, tokens, calls })
}

/// The next bytes of a record.
fn taken<const N: usize>(record: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = record.split_first_chunk()?;
    *record = rest;
    Some(*first)
}

/// The journal of all clients' budgets.
#[derive(Debug)]
pub(super) struct Budgets(Arc<Journal>);

impl Budgets {
    /// Opens the journal in a folder, and goes on from what stands in it where the database knows less.
    pub(super) fn open(folder: &Path, clients: &Clients) -> std::io::Result<Self> {
        let (journal, records) = Journal::open(&folder.join(FILE))?;
        let now = unix_seconds();
        for record in records {
            let Some(State { client, periods: [mut day, mut month], reserved }) = State::of(&record) else { continue };
            let Some(client) = clients.of(&client) else { continue };
            day.1.add(&reserved);
            month.1.add(&reserved);
            client.counts.purse().catch_up([day, month], now);
        }
        Ok(Self(Arc::new(journal)))
    }

    /// Begins anew: everything that stood in it is in the database.
    pub(super) fn begin(&self, clients: &Clients) {
        if let Err(error) = self.0.clear() {
            tracing::warn!(error.detail = %error, "the journal of budgets cannot be emptied");
        }
        self.take_in(clients);
    }

    /// Gives every client with a budget a slot that has none.
    pub(super) fn take_in(&self, clients: &Clients) {
        let all = clients.all();
        let mut taken = all.iter().filter_map(|client| client.counts.purse().slot().map(|slot| slot.number + 1)).max();
        for client in all.iter().filter(|client| has_budget(client)) {
            let mut purse = client.counts.purse();
            if purse.slot().is_none() {
                let number = taken.unwrap_or(0);
                taken = Some(number + 1);
                purse.keep_in(Slot { journal: self.0.clone(), number, client: client.id.clone() });
            }
        }
    }
}

fn has_budget(client: &Client) -> bool {
    !client.rules.day.is_open() || !client.rules.month.is_open()
}

impl Purse {
    /// Goes on from what the journal says of a day and a month, where that is more than is known.
    fn catch_up(&mut self, [day, month]: [(i64, Spent); 2], now: i64) {
        let known = self.spent(now);
        let is_more = |journal: &Spent, known: &Spent| journal.calls >= known.calls && journal != known;
        if is_more(&day.1, &known.0) {
            self.recall(&Period::day(day.0).day_name(), day.1, now);
            self.mark();
        }
        if is_more(&month.1, &known.1) {
            self.recall(&Period::month(month.0).month_name(), month.1, now);
            self.mark();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use mediary_store::ClientKey;

    use super::*;
    use crate::gateway::clients::{Budget, Rules};

    fn clients() -> Clients {
        let rules = Rules { month: Budget { usd: Some(5.0), ..Budget::default() }, ..Rules::default() };
        let key = |id: &str, rules: &Rules| ClientKey {
            id: id.to_owned(),
            name: String::new(),
            digest: vec![0; 32],
            previous: None,
            tail: String::new(),
            rules: serde_json::to_string(rules).unwrap(),
            is_admin: false,
            is_disabled: false,
            created_at: 0,
            expires_at: None,
        };
        let clients = Clients::default();
        clients.renew(vec![key("limited", &rules), key("free", &Rules::default())]);
        clients
    }

    #[test]
    fn a_record_says_what_was_put_into_it_and_a_piece_of_one_says_nothing() {
        let spent = |number: u64| Spent {
            usd_parts: u128::MAX - u128::from(number),
            pages: number,
            milliseconds: number + 1,
            images: number + 2,
            tokens: u64::MAX - number,
            calls: number + 3,
        };
        let state =
            State { periods: [(-5, spent(1)), (7, spent(20))], reserved: spent(300), client: "ck_ü".to_owned() };
        let record = record(&state.periods, &state.reserved, &state.client);
        assert_eq!(State::of(&record), Some(state));
        assert_eq!(State::of(&record[..3 * SPENT_BYTES]), None);
    }

    #[test]
    fn what_was_used_and_what_was_under_way_is_known_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let used = |parts: u128, calls: u64| Spent { usd_parts: parts, calls, ..Spent::default() };
        let now = unix_seconds();
        let before = clients();
        let budgets = Budgets::open(folder.path(), &before).unwrap();
        budgets.begin(&before);
        let limited = before.of("limited").unwrap();
        limited.counts.purse().reserve(&limited.rules, &used(100, 0), now).unwrap();
        limited.counts.purse().spend(&used(40, 1), now);
        limited.counts.purse().release(&used(100, 0));
        limited.counts.purse().reserve(&limited.rules, &used(7, 0), now).unwrap();
        // A key without a budget needs none.
        before.of("free").unwrap().counts.purse().spend(&used(1, 1), now);
        // Nothing else of the process is left.
        drop((limited, before, budgets));

        let after = clients();
        let budgets = Budgets::open(folder.path(), &after).unwrap();
        assert_eq!(after.of("limited").unwrap().spent().1, used(47, 1));
        assert_eq!(after.of("free").unwrap().spent().1, Spent::default());
        // What the database knows of more calls is newer.
        after.of("limited").unwrap().counts.purse().spend(&used(10, 3), now);
        drop(budgets);
        Budgets::open(folder.path(), &after).unwrap().begin(&after);
        assert_eq!(after.of("limited").unwrap().spent().1, used(57, 4));
        let numbers: HashMap<String, bool> =
            after.all().iter().map(|client| (client.id.clone(), client.counts.purse().slot().is_some())).collect();
        assert_eq!((numbers["limited"], numbers["free"]), (true, false));
    }
}
