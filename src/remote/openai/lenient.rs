//! Values of answers in whatever shape they come: null for nothing, numbers for texts, objects for strings of JSON, lists
//! for texts.
//!
//! A field in a shape that was not expected must not cost the answer around it. Each value knows whether it was as the
//! format has it, so that nothing that was mended passes to a client as it came.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A text; empty where there is none. Numbers are taken as they are written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// It was no text.
    pub(super) is_odd: bool,
}

impl Word {
    fn odd(text: String) -> Self {
        Self { text, is_odd: true }
    }

    pub(super) fn some(self) -> Option<String> {
        (!self.text.is_empty()).then_some(self.text)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Content: a text, or a list of chunks in which thoughts and words are apart.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) thoughts: String,
    /// It was no text.
    pub(super) is_odd: bool,
}

impl Content {
    fn odd(text: String) -> Self {
        Self { text, thoughts: String::new(), is_odd: true }
    }
}

/// A piece of a list of content, or of thoughts.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Piece {
    text: Content,
    thinking: Content,
    summary: Content,
}

/// Arguments of a call: a string of JSON, or, against the specification, the object itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) text: String,
    /// It was no text.
    pub(super) is_odd: bool,
}

impl Arguments {
    fn odd(text: String) -> Self {
        Self { text, is_odd: true }
    }
}

/// The place of a reply or of a call; without a number where there is none that could be used.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) number: Option<u32>,
    /// It was no whole number.
    pub(super) is_odd: bool,
}

impl Index {
    fn odd(number: Option<u32>) -> Self {
        Self { number, is_odd: true }
    }

    /// Whether it is there as it should be.
    pub(super) fn is_canonical(self) -> bool {
        self.number.is_some() && !self.is_odd
    }
}

macro_rules! lenient {
    ($type:ident, $visitor:ident, { $($more:tt)* }) => {
        struct $visitor;

        impl<'de> Visitor<'de> for $visitor {
            type Value = $type;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<$type, E> {
                Ok($type::default())
            }

            $($more)*
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($visitor)
            }
        }
    };
}

/// Numbers and truths as their words, into a type with `text` and `is_odd`.
macro_rules! scalars {
    ($type:ident) => {
        fn visit_str<E>(self, text: &str) -> Result<$type, E> {
            Ok($type { text: text.to_owned(), ..$type::default() })
        }

        fn visit_string<E>(self, text: String) -> Result<$type, E> {
            Ok($type { text, ..$type::default() })
        }

        fn visit_bool<E>(self, _: bool) -> Result<$type, E> {
            Ok($type::odd(String::new()))
        }

        fn visit_u64<E>(self, number: u64) -> Result<$type, E> {
            Ok($type::odd(number.to_string()))
        }

        fn visit_i64<E>(self, number: i64) -> Result<$type, E> {
            Ok($type::odd(number.to_string()))
        }

        fn visit_f64<E>(self, number: f64) -> Result<$type, E> {
            Ok($type::odd(number.to_string()))
        }
    };
}

lenient!(Word, WordVisitor, {
    scalars!(Word);

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Word, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Word { is_odd: true, ..Word::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Word, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Word { is_odd: true, ..Word::default() })
    }
});

lenient!(Content, ContentVisitor, {
    scalars!(Content);

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Content, A::Error> {
        let mut content = Content { is_odd: true, ..Content::default() };
        while let Some(item) = items.next_element::<Content>()? {
            content.text.push_str(&item.text);
            content.thoughts.push_str(&item.thoughts);
        }
        Ok(content)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Content, A::Error> {
        let piece = Piece::deserialize(serde::de::value::MapAccessDeserializer::new(fields))?;
        let thoughts = piece.thinking.text + &piece.summary.text;
        Ok(Content { text: piece.text.text, thoughts, is_odd: true })
    }
});

lenient!(Arguments, ArgumentsVisitor, {
    scalars!(Arguments);

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Arguments, A::Error> {
        let value = Value::deserialize(serde::de::value::SeqAccessDeserializer::new(items))?;
        Ok(Arguments { text: value.to_string(), is_odd: true })
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Arguments, A::Error> {
        let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(fields))?;
        Ok(Arguments { text: value.to_string(), is_odd: true })
    }
});

lenient!(Index, IndexVisitor, {
    fn visit_u64<E>(self, number: u64) -> Result<Index, E> {
        Ok(Index { number: u32::try_from(number).ok(), is_odd: false })
    }

    fn visit_i64<E>(self, _: i64) -> Result<Index, E> {
        Ok(Index::odd(None))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Index, E> {
        // Whole numbers are written without a fraction by `Display`.
        Ok(Index::odd(number.to_string().parse().ok()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Index, E> {
        Ok(Index::odd(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Index, E> {
        Ok(Index::odd(text.trim().parse().ok()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Index, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Index::odd(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Index, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Index::odd(None))
    }
});
