//! What a configuration key is, and which spelling was probably meant.
//!
//! Each section lists its keys beside its struct; `schema` puts the lists together. Defaults are not here: they stand
//! beside the fields.

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

fn closeness(known: &str, wanted: &str) -> f64 {
    // Jaro-Winkler favours a shared beginning, which is right for typing slips, but it alone misses swapped letters at
    // the front, which Damerau-Levenshtein counts as one.
    strsim::jaro_winkler(known, wanted).max(strsim::normalized_damerau_levenshtein(known, wanted))
}
