//! A digest of values, written so that no two different ones are written alike.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What a request is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::gateway) struct Digest(pub(super) [u8; 32]);

impl Digest {
    /// A number that is the same for the same request: it settles ties between candidates, so that the same request meets
    /// the same target.
    pub(in crate::gateway) fn draw(&self) -> u64 {
        self.0.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// One for tests.
    #[cfg(test)]
    pub(in crate::gateway) fn of_number(number: u64) -> Self {
        Self([0; 32]).and(&number.to_le_bytes())
    }

    /// The same of a request and something else.
    pub(in crate::gateway) fn and(&self, what: &[u8]) -> Self {
        let mut canon = Canon::default();
        canon.bytes(&self.0);
        canon.bytes(what);
        canon.finish()
    }
}

/// Writes values so that no two different ones are written alike.
#[derive(Default)]
pub(super) struct Canon(Sha256);

impl Canon {
    pub(super) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.number(flag.into());
    }

    pub(super) fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn list<T>(&mut self, values: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(values.len() as u64);
        values.iter().for_each(|value| write(self, value));
    }

    pub(super) fn texts(&mut self, texts: &[String]) {
        self.list(texts, |canon, text| canon.text(text));
    }

    pub(super) fn real(&mut self, number: f64) {
        // Zero is zero, whatever its sign.
        self.number((number + 0.0).to_bits());
    }

    pub(super) fn json(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                self.number(1);
                self.fields(fields.iter());
            }
            Value::Array(items) => {
                self.number(2);
                self.list(items, Self::json);
            }
            other => {
                self.number(3);
                self.text(&other.to_string());
            }
        }
    }

    pub(super) fn fields<'v>(&mut self, fields: impl Iterator<Item = (&'v String, &'v Value)>) {
        let mut sorted: Vec<_> = fields.collect();
        sorted.sort_by_key(|(name, _)| *name);
        self.list(&sorted, |canon, (name, value)| {
            canon.text(name);
            canon.json(value);
        });
    }
}
