//! Numbers as clients write them: −1 for none, and whole numbers with a fraction of zero.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

/// A number of at least 0; −1 and null stand for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Limit(pub(super) Option<u32>);

/// Any whole number, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seed(pub(super) Option<i64>);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "u32";
        let number = deserializer.deserialize_any(Whole(expected))?;
        match number {
            None | Some(-1) => Ok(Self(None)),
            Some(number) => match u32::try_from(number) {
                Ok(number) => Ok(Self(Some(number))),
                Err(_) => Err(de::Error::invalid_value(de::Unexpected::Signed(number), &expected)),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole("i64")).map(Self)
    }
}

/// Reads a whole number; its name is what a complaint says was expected.
struct Whole(&'static str);

impl Visitor<'_> for Whole {
    type Value = Option<i64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        i64::try_from(number).map(Some).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        // A whole number is written without its fraction.
        number.to_string().parse().map(Some).map_err(|_| E::invalid_value(de::Unexpected::Float(number), &self))
    }
}
