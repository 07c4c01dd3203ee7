//! Texts or lists of tokens, as an `input` to embed or a `prompt` to go on with.
//!
//! Read as they come: kept until their kind is known, each token would take ten times as much.

use std::fmt;

use serde::de::{self, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// What clients send.
#[derive(Debug)]
pub(super) enum Inputs {
    Text(String),
    Texts(Vec<String>),
    Tokens(Vec<u32>),
    ManyTokens(Vec<Vec<u32>>),
}

impl<'de> Deserialize<'de> for Inputs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Wanted;

        impl<'de> Visitor<'de> for Wanted {
            type Value = Inputs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text, a list of texts, a list of tokens, or a list of such lists")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Inputs, E> {
                Ok(Inputs::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Inputs, A::Error> {
                match list.next_element()? {
                    None => Ok(Inputs::Texts(Vec::new())),
                    Some(First::Text(text)) => all(text, list).map(Inputs::Texts),
                    Some(First::Token(token)) => all(token, list).map(Inputs::Tokens),
                    Some(First::Tokens(tokens)) => all(tokens, list).map(Inputs::ManyTokens),
                }
            }
        }

        deserializer.deserialize_any(Wanted)
    }
}

/// The first of a list; the others are of its kind.
enum First {
    Text(String),
    Token(u32),
    Tokens(Vec<u32>),
}

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Wanted;

        impl<'de> Visitor<'de> for Wanted {
            type Value = First;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text, a token or a list of tokens")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<First, E> {
                Ok(First::Text(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<First, E> {
                let wrong = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
                u32::try_from(number).map(First::Token).map_err(wrong)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<First, A::Error> {
                let Some(first) = list.next_element()? else { return Ok(First::Tokens(Vec::new())) };
                all(first, list).map(First::Tokens)
            }
        }

        deserializer.deserialize_any(Wanted)
    }
}

fn all<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(first: T, mut list: A) -> Result<Vec<T>, A::Error> {
    let mut all = vec![first];
    while let Some(one) = list.next_element()? {
        all.push(one);
    }
    Ok(all)
}
