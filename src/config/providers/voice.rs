//! A voice as it is written in a catalog or under `[[providers]]`: its name, or a table with what else is known of it.

use mediary_core::capability::{Gender, Voice};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The language of a voice that speaks many.
const MANY: &str = "mul";
/// What providers mostly make.
const USUAL_RATE_HZ: u32 = 24_000;

/// A voice as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceEntry(pub Voice);

impl<'de> Deserialize<'de> for VoiceEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VoiceVisitor).map(Self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: String,
    language: Option<String>,
    gender: Option<Gender>,
    rate_hz: Option<u32>,
}

struct VoiceVisitor;

impl<'de> Visitor<'de> for VoiceVisitor {
    type Value = Voice;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the name of a voice or { name = …, language = …, gender = … }")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Voice, E> {
        voice(Table { name: name.to_owned(), language: None, gender: None, rate_hz: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Voice, A::Error> {
        voice(Table::deserialize(MapAccessDeserializer::new(map))?)
    }
}

fn voice<E: Error>(Table { name, language, gender, rate_hz }: Table) -> Result<Voice, E> {
    if name.trim().is_empty() {
        return Err(E::custom("a voice has a name"));
    }
    let language = language.unwrap_or_else(|| MANY.to_owned());
    Ok(Voice { name, language, gender, rate_hz: rate_hz.unwrap_or(USUAL_RATE_HZ) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Written {
        voices: Vec<VoiceEntry>,
    }

    #[test]
    fn a_voice_is_a_name_or_more() {
        let text =
            "voices = [\"Kore\", { name = \"ava\", language = \"en-US\", gender = \"female\", rate_hz = 48000 }]";
        let voices = toml::from_str::<Written>(text).unwrap().voices;
        let kore = Voice { name: "Kore".to_owned(), language: "mul".to_owned(), gender: None, rate_hz: 24_000 };
        let ava = Voice {
            name: "ava".to_owned(),
            language: "en-US".to_owned(),
            gender: Some(Gender::Female),
            rate_hz: 48_000,
        };
        assert_eq!(voices, [VoiceEntry(kore), VoiceEntry(ava)]);
        for (wrong, words) in [
            ("\" \"", "a voice has a name"),
            ("{ name = \"a\", sex = \"female\" }", "unknown field `sex`"),
            ("{ name = \"a\", gender = \"tenor\" }", "unknown variant `tenor`"),
            ("7", "the name of a voice or"),
        ] {
            let told = toml::from_str::<Written>(&format!("voices = [{wrong}]")).unwrap_err().to_string();
            assert!(told.contains(words), "{told}");
        }
    }
}
