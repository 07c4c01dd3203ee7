//! The configuration as written: the shape of `mediary.toml`, section by section.
//!
//! Serde does the reading, and unknown keys are refused. Values are not yet held against each other; the sections' own
//! `check` functions turn these structs into the checked types. Only `load` and the reference use them.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::cache::RawCache;
use super::engines::RawEngines;
use super::fetch::RawFetch;
use super::limits::RawLimits;
use super::routing::RawRouting;
use super::server::RawServer;

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) server: RawServer,
    pub(super) limits: RawLimits,
    pub(super) fetch: RawFetch,
    pub(super) routing: RawRouting,
    pub(super) engines: RawEngines,
    pub(super) cache: RawCache,
}

impl Raw {
    /// Whether `value` has the right type and shape for the key at `path`.
    pub(super) fn fits(path: &str, value: &Value) -> bool {
        let mut table = Table::new();
        insert(&mut table, path, value.clone());
        table.try_into::<Self>().is_ok()
    }

    /// All keys with their values, by dotted path.
    pub(super) fn flattened(&self) -> Vec<(String, Value)> {
        let table = Table::try_from(self).expect("every field has a TOML form");
        let mut leaves = Vec::new();
        flatten("", table, &mut leaves);
        leaves
    }
}

/// Puts `value` at the dotted `path`, making the sections on the way.
pub(super) fn insert(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let below = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(below) = below {
                insert(below, rest, value);
            }
        }
    }
}

fn flatten(section: &str, table: Table, leaves: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let path = super::keys::join(section, &name);
        match value {
            Value::Table(below) => flatten(&path, below, leaves),
            leaf => leaves.push((path, leaf)),
        }
    }
}
