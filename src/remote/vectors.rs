//! The vectors of an answer, before anything is built on them: one for each input, all of one length, of real numbers.
//!
//! A search index takes whatever it is given, and a wrong vector in it shows only in what is not found later. So an answer
//! is taken whole or not at all. The readers of all dialects call this.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::Failure;
use mediary_core::task::{Embed, ReplyEvent};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::blame::garbled;

/// How long a vector that is `1.0` long may be and still pass for it.
const UNIT: std::ops::RangeInclusive<f64> = 0.999_999..=1.000_001;

/// What has to come back for a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    inputs: usize,
    dimensions: Option<usize>,
}

impl Expected {
    /// What the answer to this request has to hold.
    pub(crate) fn of(embed: &Embed) -> Self {
        let dimensions = embed.dimensions.map(|dimensions| usize::try_from(dimensions).unwrap_or(usize::MAX));
        Self { inputs: embed.inputs.len(), dimensions }
    }

    /// Whether fewer dimensions may have been asked for than the model has.
    pub(crate) fn is_shortened(&self) -> bool {
        self.dimensions.is_some()
    }

    /// Gives the vectors out in the order of their inputs, each with the index it came with.
    ///
    /// # Errors
    /// Garbled when one is missing, doubled, of another input, of another length or not made of numbers.
    pub(crate) fn give(
        &self,
        vectors: impl IntoIterator<Item = (usize, Vec<f32>)>,
        events: &mut Vec<ReplyEvent>,
    ) -> Result<(), Failure> {
        let mut places: Vec<Option<Vec<f32>>> = Vec::new();
        places.resize_with(self.inputs, || None);
        let mut dimensions = self.dimensions;
        for (index, vector) in vectors {
            let place =
                places.get_mut(index).ok_or_else(|| garbled("it holds a vector of an input that was not sent"))?;
            if place.is_some() {
                return Err(garbled("it holds two vectors of one input"));
            }
            if vector.is_empty() || *dimensions.get_or_insert(vector.len()) != vector.len() {
                return Err(garbled("a vector in it has another length than it should"));
            }
            if !vector.iter().all(|number| number.is_finite()) {
                return Err(garbled("a vector in it holds what is no number"));
            }
            if vector.iter().all(|number| *number == 0.0) {
                return Err(garbled("a vector in it holds only zeros"));
            }
            *place = Some(vector);
        }
        if places.iter().any(Option::is_none) {
            return Err(garbled("the vector of an input is missing in it"));
        }
        let all = places.into_iter().flatten().zip(0..);
        events.extend(all.map(|(vector, index)| ReplyEvent::Vector { index, vector }));
        Ok(())
    }
}

/// The vector in its direction, of length 1.
pub(crate) fn normalised(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    // What cannot be scaled is refused, not mended.
    if length > 0.0 && length.is_finite() && !UNIT.contains(&length) {
        vector.iter_mut().for_each(|number| *number = (f64::from(*number) / length) as f32);
    }
    vector
}

/// A vector as it is written: a list of numbers, or little-endian `f32` in base64.
#[derive(Debug, PartialEq)]
pub(crate) struct Numbers(pub(crate) Vec<f32>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumbersVisitor)
    }
}

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = Numbers;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of numbers or a base64 text")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Numbers, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = items.next_element()? {
            numbers.push(number);
        }
        Ok(Numbers(numbers))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Numbers, E> {
        let bytes = STANDARD.decode(text).map_err(|_| E::custom("no base64"))?;
        let (numbers, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(E::custom("not made of numbers of four bytes"));
        }
        Ok(Numbers(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::FailureKind;
    use mediary_core::task::EmbedInput;

    use super::*;

    fn expected(inputs: usize, dimensions: Option<u32>) -> Expected {
        let inputs = vec![EmbedInput::Text("a".to_owned()); inputs];
        Expected::of(&Embed { inputs, dimensions, ..Embed::default() })
    }

    /// An index and a vector, as an answer has them.
    type Given = (usize, &'static [f32]);

    fn given(expected: Expected, vectors: &[Given]) -> Result<Vec<(u32, Vec<f32>)>, Failure> {
        let mut events = Vec::new();
        expected.give(vectors.iter().map(|(index, vector)| (*index, vector.to_vec())), &mut events)?;
        let vector = |event| match event {
            ReplyEvent::Vector { index, vector } => (index, vector),
            other => unreachable!("{other:?} is no vector"),
        };
        Ok(events.into_iter().map(vector).collect())
    }

    #[test]
    fn vectors_come_out_in_the_order_of_their_inputs() {
        let sorted = given(expected(2, Some(2)), &[(1, &[0.5, 0.5]), (0, &[1.0, 0.0])]).unwrap();
        assert_eq!(sorted, [(0, vec![1.0, 0.0]), (1, vec![0.5, 0.5])]);
    }

    #[test]
    fn an_answer_that_cannot_be_right_is_refused_whole() {
        let rows: [(&[Given], Option<u32>, &str); 9] = [
            (&[(0, &[1.0, 0.0])], None, "missing"),
            (&[], None, "missing"),
            (&[(0, &[1.0]), (0, &[1.0])], None, "two vectors"),
            (&[(0, &[1.0]), (2, &[1.0])], None, "not sent"),
            (&[(0, &[1.0]), (1, &[1.0, 0.5])], None, "length"),
            (&[(0, &[]), (1, &[])], None, "length"),
            (&[(0, &[1.0, 0.5]), (1, &[1.0, 0.5])], Some(3), "length"),
            (&[(0, &[f32::NAN]), (1, &[1.0])], None, "no number"),
            (&[(0, &[0.0, 0.0]), (1, &[1.0, 0.0])], None, "zeros"),
        ];
        for (vectors, dimensions, words) in rows {
            let failure = given(expected(2, dimensions), vectors).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Garbled);
            assert!(failure.detail.contains(words), "{} does not say: {words}", failure.detail);
        }
        assert!(given(expected(1, None), &[(0, &[f32::INFINITY])]).is_err());
    }

    #[test]
    fn numbers_are_read_in_either_form() {
        let rows = [("[1, -0.5, 2e-1]", vec![1.0, -0.5, 0.2]), (r#""AACAPwAAAL8=""#, vec![1.0, -0.5]), ("[]", vec![])];
        for (json, numbers) in rows {
            assert_eq!(serde_json::from_str::<Numbers>(json).unwrap(), Numbers(numbers), "{json}");
        }
        // A number beyond f32 is read as infinite, and refused where vectors are given out.
        assert_eq!(serde_json::from_str::<Numbers>("[1e300]").unwrap(), Numbers(vec![f32::INFINITY]));
        for json in [r#""AACAPw""#, r#""AACAPwA=""#, r#""$""#, "[null]", r#"["1"]"#, "[1e999]", "7", "null", "{}"] {
            assert!(serde_json::from_str::<Numbers>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_vector_is_scaled_to_length_one_and_left_alone_if_it_has_it() {
        assert_eq!(normalised(vec![3.0, 4.0]), [0.6, 0.8]);
        assert_eq!(normalised(vec![0.6, 0.8]), [0.6, 0.8]);
        assert_eq!(normalised(vec![0.0, 0.0]), [0.0, 0.0]);
        assert!(normalised(vec![f32::INFINITY, 1.0])[0].is_infinite());
    }
}
