//! What rests until a time that is known: keys that were refused, keys at their limits for a model, models that are gone.
//! So far other servers can be told of it, and tell us.

use std::time::Instant;

use super::ledger::Ledger;

/// Something that is not to be called for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// A key of a provider.
    Key {
        /// The place of the provider.
        provider: usize,
        /// The place of the key.
        key: usize,
    },
    /// A key for one model.
    Pair {
        /// The row of the model.
        row: usize,
        /// The place of the key.
        key: usize,
    },
    /// A model, with any key.
    Model {
        /// Its row.
        row: usize,
    },
}

impl Ledger {
    /// Everything that rests, and until when.
    pub(super) fn rests_now(&self, now: Instant) -> Vec<(Rest, Instant)> {
        let pages = self.pages();
        let keys =
            pages.keys.iter().map(|((provider, key), until)| (Rest::Key { provider: *provider, key: *key }, *until));
        let pairs = pages.pairs.iter().map(|((row, key), until)| (Rest::Pair { row: *row, key: *key }, *until));
        let gone =
            pages.targets.iter().filter_map(|(row, record)| Some((Rest::Model { row: *row }, record.gone_until?)));
        keys.chain(pairs).chain(gone).filter(|(_, until)| *until > now).collect()
    }

    /// Lets something rest until then.
    pub(super) fn rest(&self, rest: Rest, until: Instant) {
        let mut pages = self.pages();
        match rest {
            Rest::Key { provider, key } => {
                pages.keys.insert((provider, key), until);
            }
            Rest::Pair { row, key } => {
                pages.pairs.insert((row, key), until);
            }
            Rest::Model { row } => pages.targets.entry(row).or_default().gone_until = Some(until),
        }
    }

    /// Something rests no longer.
    pub(super) fn wake(&self, rest: Rest) {
        let mut pages = self.pages();
        match rest {
            Rest::Key { provider, key } => {
                pages.keys.remove(&(provider, key));
            }
            Rest::Pair { row, key } => {
                pages.pairs.remove(&(row, key));
            }
            Rest::Model { row } => {
                if let Some(record) = pages.targets.get_mut(&row) {
                    record.gone_until = None;
                }
            }
        }
        drop(pages);
        self.changed.notify_waiters();
    }
}
