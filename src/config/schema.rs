//! Which keys and sections there are: the shape of `mediary.toml`, and the nearest key to one that does not exist.
//!
//! Serde reads the values, and unknown keys are refused; the sections' own `check` functions turn these structs into the
//! checked types. The README's table, the expectations in error messages and the spelling hints all come from the
//! sections' lists of keys. The readers of file, flags and environment ask here.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::keys::{self, Key};
use super::web::{browser, search, youtube};
use super::{
    admission, batches, cache, content, engines, fetch, files, fusion, google, jobs, limits, mcp, obsidian, probes,
    projects, queue, realtime, redaction, registry, reminders, request_logging, response_cache, routing, safety,
    server, store, telemetry, threads,
};

/// All sections as written.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) server: server::RawServer,
    pub(super) limits: limits::RawLimits,
    pub(super) admission: admission::RawAdmission,
    pub(super) fetch: fetch::RawFetch,
    pub(super) routing: routing::RawRouting,
    pub(super) engines: engines::RawEngines,
    pub(super) cache: cache::RawCache,
    pub(super) response_cache: response_cache::RawResponseCache,
    pub(super) fusion: fusion::RawFusion,
    pub(super) content: content::RawContent,
    pub(super) files: files::RawFiles,
    pub(super) threads: threads::RawThreads,
    pub(super) obsidian: obsidian::RawObsidian,
    pub(super) safety: safety::RawSafety,
    pub(super) store: store::RawStore,
    pub(super) jobs: jobs::RawJobs,
    pub(super) batches: batches::RawBatches,
    pub(super) projects: projects::RawProjects,
    pub(super) queue: queue::RawQueue,
    pub(super) search: search::RawSearch,
    pub(super) youtube: youtube::RawYoutube,
    pub(super) browser: browser::RawBrowser,
    pub(super) google: google::RawGoogle,
    pub(super) reminders: reminders::RawReminders,
    pub(super) realtime: realtime::RawRealtime,
    pub(super) redaction: redaction::RawRedaction,
    pub(super) mcp: mcp::RawMcp,
    pub(super) registry: registry::RawRegistry,
    pub(super) log: request_logging::RawLog,
    pub(super) telemetry: telemetry::RawTelemetry,
    pub(super) probes: probes::RawProbes,
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
pub(crate) fn insert(table: &mut Table, path: &str, value: Value) {
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
        let path = join(section, &name);
        match value {
            Value::Table(below) => flatten(&path, below, leaves),
            leaf => leaves.push((path, leaf)),
        }
    }
}

/// Every key, in the order of the reference.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    let sections = [
        server::KEYS,
        limits::KEYS,
        admission::KEYS,
        fetch::KEYS,
        routing::KEYS,
        engines::KEYS,
        cache::KEYS,
        response_cache::KEYS,
        fusion::KEYS,
        content::KEYS,
        files::KEYS,
        threads::KEYS,
        obsidian::KEYS,
        safety::KEYS,
        store::KEYS,
        jobs::KEYS,
        batches::KEYS,
        projects::KEYS,
        queue::KEYS,
        search::KEYS,
        youtube::KEYS,
        browser::KEYS,
        google::KEYS,
        reminders::KEYS,
        realtime::KEYS,
        redaction::KEYS,
        mcp::KEYS,
        registry::KEYS,
        request_logging::KEYS,
        telemetry::KEYS,
        probes::KEYS,
    ];
    sections.into_iter().flatten()
}

/// The sections whose contents are not keys of a list, as messages write them: tables of any number, and any names.
pub(super) const OPEN: [(&str, &str); 2] = [("providers", "[[providers]]"), ("aliases", "[aliases]")];

/// The key with exactly this path.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    all().find(|key| key.path == path)
}

/// Whether some key lies below this path.
pub(super) fn is_section(path: &str) -> bool {
    all().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The names that may stand directly in `section` (empty: at the top), keys and sections alike, each once.
pub(super) fn names_in(section: &str) -> Vec<&'static str> {
    let mut names = Vec::new();
    for key in all() {
        let rest = match section {
            "" => Some(key.path),
            _ => key.path.strip_prefix(section).and_then(|rest| rest.strip_prefix('.')),
        };
        let name = rest.and_then(|rest| rest.split('.').next());
        if let Some(name) = name.filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    if section.is_empty() {
        names.extend(OPEN.map(|(name, _)| name));
    }
    names
}

/// The path of the known key or section that was probably meant by `name` in `section`: the nearest spelling in the same
/// section, else a key of the same name elsewhere.
pub(super) fn nearest(section: &str, name: &str) -> Option<String> {
    let wanted = name.to_lowercase();
    let sibling = || keys::nearest_of(&names_in(section), name).map(|known| join(section, known));
    let namesake =
        || all().find(|key| key.path.rsplit('.').next() == Some(wanted.as_str())).map(|key| key.path.to_owned());
    if !section.is_empty() {
        return sibling().or_else(namesake);
    }
    // No key stands at the top, so one that does is out of its section, unless it is a section's name but for its end.
    let section = sibling().filter(|known| known.starts_with(&wanted) || wanted.starts_with(known.as_str()));
    section.or_else(namesake).or_else(sibling)
}

/// The key whose whole path is nearest to this one, if any is near.
pub(super) fn nearest_path(path: &str) -> Option<&'static Key> {
    all()
        .map(|key| (strsim::normalized_damerau_levenshtein(key.path, path), key))
        .filter(|(closeness, _)| *closeness > 0.6)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, key)| key)
}

/// The path of `name` in `section`.
pub(super) fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}
