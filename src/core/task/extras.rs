//! Fields that are only passed on: they stay the text that they were written as.
//!
//! A parsed value takes many times the bytes of its text, and what goes on to a provider is written out again as it came. So
//! nothing is parsed here until it is looked into, and that once.

use std::fmt;
use std::ops::Index;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// Fields that have no place of their own in a task, by their names in OpenAI's wire format, in the order they came in.
///
/// Of several with one name the last holds.
#[derive(Clone, Default, PartialEq)]
pub struct Extras(IndexMap<String, Extra>);

/// One value, as the JSON that it was written as.
#[derive(Clone)]
pub struct Extra {
    written: Arc<RawValue>,
    read: OnceLock<Value>,
}

impl Extra {
    /// The value. What JSON can write and nothing here can hold, such as `1e999`, is null.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.read.get_or_init(|| read_of(&self.written))
    }

    /// Its text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.written.get()
    }

    /// Whether it is null, which many clients send for what they leave to the server.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_json() == "null"
    }

    /// The value, for good.
    #[must_use]
    pub fn into_value(self) -> Value {
        let Self { written, read } = self;
        read.into_inner().unwrap_or_else(|| read_of(&written))
    }
}

fn read_of(written: &RawValue) -> Value {
    serde_json::from_str(written.get()).unwrap_or_default()
}

impl From<Value> for Extra {
    fn from(value: Value) -> Self {
        Self { read: OnceLock::from(value.clone()), ..Self::from(to_raw_value(&value).unwrap_or_default()) }
    }
}

impl From<Box<RawValue>> for Extra {
    fn from(written: Box<RawValue>) -> Self {
        Self { written: written.into(), read: OnceLock::new() }
    }
}

/// Texts that say the same in other words are not parsed to find that out.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl fmt::Display for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_json())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written.serialize(serializer)
    }
}

impl Extras {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field, parsed when it is first looked into.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(Extra::value)
    }

    /// A field as it was written.
    #[must_use]
    pub fn written(&self, name: &str) -> Option<&Extra> {
        self.0.get(name)
    }

    /// Whether a field is there.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Puts a field in, in place of one of the same name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Extra>) {
        self.0.insert(name.into(), value.into());
    }

    /// Takes a field out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Extra> {
        self.0.shift_remove(name)
    }

    /// Takes out those that are null.
    #[must_use]
    pub fn without_nulls(mut self) -> Self {
        self.0.retain(|_, value| !value.is_null());
        self
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Extra)> {
        self.0.iter()
    }
}

impl fmt::Debug for Extras {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Index<&str> for Extras {
    type Output = Value;

    /// The value of a field; null where there is none.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl<V: Into<Extra>> FromIterator<(String, V)> for Extras {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name, value.into())).collect())
    }
}

impl<V: Into<Extra>> Extend<(String, V)> for Extras {
    fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, fields: I) {
        self.0.extend(fields.into_iter().map(|(name, value)| (name, value.into())));
    }
}

impl IntoIterator for Extras {
    type Item = (String, Extra);
    type IntoIter = indexmap::map::IntoIter<String, Extra>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Extras {
    type Item = (&'a String, &'a Extra);
    type IntoIter = indexmap::map::Iter<'a, String, Extra>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Serialize for Extras {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

impl<'de> Deserialize<'de> for Extras {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Extras;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extras, A::Error> {
                let mut extras = Extras::new();
                while let Some((name, written)) = map.next_entry::<String, Box<RawValue>>()? {
                    extras.insert(name, written);
                }
                Ok(extras)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Extras {
        serde_json::from_str(text).expect("an object")
    }

    #[test]
    fn what_is_passed_on_is_written_as_it_came() {
        let text = r#"{"b":[1.0,1e999,"\u00e4" ],"a":{"z":null,"y":2e3}}"#;
        let extras = read(text);
        assert_eq!(extras["b"], Value::Null, "no number is as large");
        assert_eq!(extras["a"], json!({ "z": null, "y": 2e3 }));
        assert_eq!(serde_json::to_string(&extras).unwrap(), text);
        assert_eq!(read(text), extras, "what was looked into is the same");
    }

    #[test]
    fn fields_are_replaced_taken_out_and_put_in_without_a_change_of_order() {
        let mut extras = read(r#"{"a":1,"b":null,"c":3,"a":4}"#).without_nulls();
        extras.insert("d", json!([5]));
        assert_eq!(extras.remove("c").map(Extra::into_value), Some(json!(3)));
        assert_eq!(serde_json::to_string(&extras).unwrap(), r#"{"a":4,"d":[5]}"#);
        assert!(extras.contains_key("d") && extras.get("b").is_none() && extras["b"].is_null());
        assert_eq!(serde_json::from_value::<Extras>(json!({ "a": 4, "d": [5] })).unwrap(), extras);
    }
}
