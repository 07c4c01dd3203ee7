//! Judging: whether texts and pictures show what a provider's rules are against.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Extras, Part};

/// Texts and pictures to be judged.
#[derive(Debug, Clone, Default)]
pub struct Moderate {
    /// Each gets a judgement; one that is made of several parts is judged as a whole. Never empty.
    pub inputs: Vec<Vec<Part>>,
    /// Whether the inputs are texts, one part each, rather than the parts of one.
    pub is_list: bool,
    /// Everything else that was asked for.
    pub extras: Extras,
}

impl Moderate {
    /// Whether there is a picture in it.
    #[must_use]
    pub fn has_pictures(&self) -> bool {
        self.inputs.iter().flatten().any(|part| !matches!(part, Part::Text(_)))
    }
}

/// What an input shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// Whether it is against any rule.
    pub flagged: bool,
    /// Each rule by its provider's name, and whether it is against it.
    pub categories: BTreeMap<String, bool>,
    /// How sure that is, 0 to 1.
    pub scores: BTreeMap<String, f64>,
    /// Which kinds of input each rule was held against, where the provider says so.
    pub applied: Option<Value>,
}
