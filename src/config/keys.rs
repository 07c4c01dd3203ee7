//! All keys that exist, and the nearest one to a key that does not.
//!
//! Each section lists its keys beside its struct; the table in the docs, the expectations in error messages and the
//! spelling hints all come from these lists. Defaults are not here: they stand beside the fields.

use super::{cache, engines, fetch, limits, routing, server};

/// A configuration key.
pub(super) struct Key {
    /// Dotted path, such as `server.port`.
    pub(super) path: &'static str,
    /// What a value must be, fit to follow "must be".
    pub(super) wants: &'static str,
    /// What it does, one phrase for the reference table.
    pub(super) meaning: &'static str,
    /// Whether its values are to be kept from every printout.
    pub(super) secret: bool,
}

impl Key {
    /// A key whose value may be printed.
    pub(super) const fn new(path: &'static str, wants: &'static str, meaning: &'static str) -> Self {
        Self { path, wants, meaning, secret: false }
    }

    /// A key whose value must not be printed.
    pub(super) const fn secret(path: &'static str, wants: &'static str, meaning: &'static str) -> Self {
        Self { path, wants, meaning, secret: true }
    }

    /// The environment variable that sets this key.
    pub(super) fn variable(&self) -> String {
        format!("MEDIARY_{}", self.path.replace('.', "__").to_uppercase())
    }
}

/// Every key, in the order of the reference.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    [server::KEYS, limits::KEYS, fetch::KEYS, routing::KEYS, engines::KEYS, cache::KEYS].into_iter().flatten()
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
    let sibling = nearest_of(&names_in(section), name).map(|known| join(section, known));
    sibling.or_else(|| {
        all().find(|key| key.path.rsplit('.').next() == Some(wanted.as_str())).map(|key| key.path.to_owned())
    })
}

/// The nearest of these spellings, if any is near.
pub(super) fn nearest_of<'a>(known: &[&'a str], name: &str) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    known
        .iter()
        .map(|known| (closeness(known, &wanted), *known))
        .filter(|(closeness, _)| *closeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
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

fn closeness(known: &str, wanted: &str) -> f64 {
    // Jaro-Winkler favours a shared beginning, which is right for typing slips, but it alone misses swapped letters at
    // the front, which Damerau-Levenshtein counts as one.
    strsim::jaro_winkler(known, wanted).max(strsim::normalized_damerau_levenshtein(known, wanted))
}
