//! The book of complaints while written values become checked ones.
//!
//! The sections say which key holds or fails; this file knows where it was written, what it was and what it must be, and
//! so makes the message. All complaints are kept: nothing stops at the first.

use std::collections::BTreeMap;

use super::error::Problem;
use super::written::Written;

/// Collects what the checks of the sections find.
pub(super) struct Check<'a> {
    settled: &'a BTreeMap<&'static str, Written>,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    /// `settled` is the winning value of every key; `problems` what was found before.
    pub(super) fn new(settled: &'a BTreeMap<&'static str, Written>, problems: Vec<Problem>) -> Self {
        Self { settled, problems }
    }

    /// Complains about the value of `key` unless `holds`.
    pub(super) fn require(&mut self, key: &'static str, holds: bool) {
        if !holds {
            self.problems.push(self.written(key).refused());
        }
    }

    /// Passes a checked value on, or complains about `key` when there is none.
    pub(super) fn accept<T>(&mut self, key: &'static str, checked: Option<T>) -> Option<T> {
        self.require(key, checked.is_some());
        checked
    }

    /// Complains, at the first of `keys`, that these keys do not go together. Silent when one of them is wrong already:
    /// what was meant is not known then.
    pub(super) fn contradict(&mut self, keys: &[&'static str], why: &str) {
        let known_wrong = |problem: &Problem| problem.key.is_some_and(|key| keys.contains(&key));
        if self.problems.iter().any(known_wrong) {
            return;
        }
        if let Some(first) = keys.first() {
            let written = self.written(first);
            let message = format!("`{first}` is {}, but {why}", written.shown());
            self.problems.push(written.problem(message));
        }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn written(&self, key: &str) -> &'a Written {
        self.settled.get(key).expect("every key has a value, at least its default")
    }
}
