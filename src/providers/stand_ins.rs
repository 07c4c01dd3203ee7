//! StandIns of models, and the tiers that stand in for them.
//!
//! Clients made for one vendor ask for that vendor's models by name. Where none of the name is set up, the family that
//! the name belongs to says what it is asked for. Which families there are is said by catalogs.

use std::collections::BTreeMap;

use mediary_core::capability::Tier;

/// The tiers that stand in for families, each by the words of its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StandIns(Vec<(Vec<String>, Tier)>);

impl StandIns {
    /// Adds families; those that were added before go first.
    pub(super) fn add(&mut self, families: &BTreeMap<String, Tier>) {
        let words = |name: &String| name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
        self.0.extend(families.iter().map(|(name, tier)| (words(name), *tier)).filter(|(words, _)| !words.is_empty()));
    }

    /// The tier that stands in for a model: that of the family of most words, the first of which begins the name and the
    /// others of which are in it.
    #[must_use]
    pub fn tier_of(&self, model: &str) -> Option<Tier> {
        let model = model.to_lowercase();
        let has: Vec<&str> =
            model.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let is_of = |words: &Vec<String>| {
            has.first() == words.first().map(String::as_str).as_ref()
                && words.iter().all(|word| has.contains(&word.as_str()))
        };
        let mut of: Vec<_> = self.0.iter().filter(|(words, _)| is_of(words)).collect();
        of.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        of.first().map(|(_, tier)| *tier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_the_family_of_most_words() {
        let mut stand_ins = StandIns::default();
        let written = [("claude", Tier::Standard), ("claude haiku", Tier::Fast), ("opus", Tier::Reasoning)];
        stand_ins.add(&written.map(|(name, tier)| (name.to_owned(), tier)).into());
        let rows = [
            ("claude-haiku-4-5-20251001", Some(Tier::Fast)),
            ("claude-3-5-haiku-latest", Some(Tier::Fast)),
            ("claude-sonnet-5", Some(Tier::Standard)),
            ("Claude-Sonnet-5[1m]", Some(Tier::Standard)),
            ("opus", Some(Tier::Reasoning)),
            ("my-haiku", None),
            ("claudette", None),
            ("", None),
        ];
        for (model, tier) in rows {
            assert_eq!(stand_ins.tier_of(model), tier, "{model}");
        }
    }
}
