//! Objects of which some fields are known and the others are passed on: these stay the text that they were written as.

use std::borrow::Cow;
use std::fmt;

use mediary_core::task::Extras;
use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::value::RawValue;

/// The fields that a `T` knows, and the others. `T` is a struct that derives how it is read and flattens nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Open<T> {
    pub(crate) known: T,
    pub(crate) others: Extras,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Open<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut others = Extras::new();
        let known = T::deserialize(Apart { deserializer, others: &mut others })?;
        Ok(Self { known, others })
    }
}

/// Hands a struct the fields that it names, and keeps the others.
struct Apart<'a, D> {
    deserializer: D,
    others: &'a mut Extras,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Apart<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserializer.deserialize_map(Fields { visitor, names, others: self.others })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("only a struct knows which fields it has"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The map as it is read, with those fields of it that the struct has.
struct Fields<'a, M> {
    visitor: M,
    names: &'static [&'static str],
    others: &'a mut Extras,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Fields<'_, V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(formatter)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { visitor, names, others } = self;
        visitor.visit_map(Fields { visitor: map, names, others })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(Name(name)) = self.visitor.next_key()? {
            if self.names.contains(&&*name) {
                return seed.deserialize(CowStrDeserializer::new(name)).map(Some);
            }
            let written: Box<RawValue> = self.visitor.next_value()?;
            self.others.insert(name, written);
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.visitor.next_value_seed(seed)
    }
}

/// A name, borrowed from the text where nothing in it is escaped. It is read as a string and not as something around one,
/// since complaints tell the path that they are about by the strings that names are read as.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a field")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Known<'a> {
        #[serde(default, alias = "othertext")]
        text: Option<Cow<'a, str>>,
        #[serde(default)]
        list: Vec<Open<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        number: u8,
    }

    fn read(text: &str) -> Result<Open<Known<'_>>, String> {
        let mut json = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut json).map_err(|error| format!("{}: {}", error.path(), error.inner()))
    }

    #[test]
    fn known_fields_are_read_and_the_others_stay_text() {
        let text = r#"{"x":[1, 2],"othertext":"t","list":[{"number":1,"y":{}}],"\u007a":null,"x":3}"#;
        let open = read(text).expect("an object");
        assert_eq!((open.known.text.as_deref(), open.known.list[0].known.number), (Some("t"), 1));
        assert_eq!(serde_json::to_string(&open.others).unwrap(), r#"{"x":3,"z":null}"#);
        assert_eq!(serde_json::to_string(&open.known.list[0].others).unwrap(), r#"{"y":{}}"#);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_path() {
        let wrong = |text| read(text).expect_err("a complaint");
        assert!(wrong(r#"{"list":[{"z":1},{"number":300}]}"#).starts_with("list[0]: missing field `number`"));
        assert!(
            wrong(r#"{"x":1,"list":[{"number":300}]}"#).starts_with("list[0].number: invalid value: integer `300`")
        );
        assert!(wrong("[]").starts_with(".: invalid type: sequence, expected struct Known"), "{}", wrong("[]"));
        assert!(wrong(r#"{"text":"a","text":"b"}"#).contains("duplicate field `text`"));
    }
}
