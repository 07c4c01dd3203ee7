//! What clients have used and reserved of budgets, in the journal: as of the last call, whenever the process ends.
//!
//! The database has it too, a moment later ([`super::KeptClients`]). What was reserved when a process was killed counts as used
//! from then on: its calls were under way, and nothing tells what they came to.

use std::path::Path;
use std::sync::Arc;

use mediary_store::Journal;
use serde::{Deserialize, Serialize};

use super::super::administration::unix_seconds;
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

/// What stands in a slot.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    client: String,
    /// The day and the month, each with what was used in it.
    periods: [(String, Spent); 2],
    reserved: Spent,
}

impl Slot {
    /// Writes down how a budget stands. Where that fails, the database still has it, a moment later.
    pub(super) fn put(&self, periods: [(String, Spent); 2], reserved: Spent) {
        let state = State { client: self.client.clone(), periods, reserved };
        let put =
            serde_json::to_vec(&state).map_err(Into::into).and_then(|record| self.journal.put(self.number, &record));
        if let Err(error) = put {
            tracing::debug!(error.detail = %error, "a budget is not written down at once");
        }
    }
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
            let Ok(State { client, periods, reserved }) = serde_json::from_slice(&record) else { continue };
            let Some(client) = clients.of(&client) else { continue };
            for (period, mut spent) in periods {
                spent.add(&reserved);
                client.counts.purse().catch_up(&period, spent, now);
            }
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
    /// Goes on from what the journal says, where that is more than is known.
    fn catch_up(&mut self, period: &str, spent: Spent, now: i64) {
        let (day, month) = self.spent(now);
        let known = if period.len() > "2026-11".len() { day } else { month };
        if spent.calls >= known.calls && spent != known {
            self.recall(period, spent, now);
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
