//! A model as it is written in a catalog or under `[[providers]]`, and what such models have in common.

use std::collections::BTreeMap;

use mediary_core::capability::{
    ImageQuality, Lifecycle, PictureRate, PictureRates, Price, Rate, Rates, Responses, Structured, TaskKind, Tier,
};
use mediary_core::{MediaFormat, MediaKind};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Day, FreeLimits, ImageEntry, VectorEntry, VideoEntry, VoiceEntry};
use crate::config::Bytes;

/// A model as written. What is left out comes from the entry below it, at last from the provider's `defaults`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, such as { id = \"name\" }")]
pub struct ModelEntry {
    /// Its name at its provider.
    pub id: Option<String>,
    /// Its name for people.
    pub name: Option<String>,
    /// What it does.
    pub tasks: Option<Vec<TaskKind>>,
    /// What it takes.
    pub accepts: Option<Vec<Accepted>>,
    /// How much of it, by medium or format; the format's counts for more.
    pub limits: Option<BTreeMap<Accepted, MediaLimits>>,
    /// The most tokens of request and reply together.
    pub context_tokens: Option<u32>,
    /// The most tokens of a reply.
    pub output_tokens: Option<u32>,
    /// Whether it calls functions.
    pub tools: Option<bool>,
    /// Whether it can be told which function to call.
    pub tool_choice: Option<bool>,
    /// Whether it knows tools whose input is free text, in the dialect `openai`.
    pub custom_tools: Option<bool>,
    /// Whether a tool's result may hold media.
    pub media_in_tool_results: Option<bool>,
    /// Whether replies come as they grow.
    pub streaming: Option<bool>,
    /// How far replies can be bound to a form.
    pub structured: Option<Structured>,
    /// Whether it thinks first and can be told for how long.
    pub reasoning: Option<bool>,
    /// The tools that its provider runs for it, by the beginnings of their kinds.
    pub hosted_tools: Option<Vec<String>>,
    /// Whether it answers in the format of OpenAI's Responses API, beside chats or in no other.
    pub responses: Option<Responses>,
    /// Whether it gives log probabilities.
    pub logprobs: Option<bool>,
    /// Whether it gives several replies at once.
    pub many_replies: Option<bool>,
    /// Whether it answers with audio.
    pub audio_output: Option<bool>,
    /// Whether its transcripts say who speaks.
    pub speakers: Option<bool>,
    /// The languages it hears or speaks, as ISO 639-1 codes.
    pub languages: Option<Vec<String>>,
    /// The voices it speaks with, its usual one first.
    pub voices: Option<Vec<VoiceEntry>>,
    /// The forms in which it gives a sound or a picture.
    #[serde(default, deserialize_with = "sounds")]
    pub gives: Option<Vec<MediaFormat>>,
    /// The pictures it makes.
    pub images: Option<ImageEntry>,
    /// The videos it makes.
    pub video: Option<VideoEntry>,
    /// The vectors it gives, if it embeds.
    pub vectors: Option<VectorEntry>,
    /// Soft parameters it refuses beside those its provider refuses.
    pub refuses: Option<Vec<String>>,
    /// What it costs.
    pub price: Option<PriceEntry>,
    /// What chats and texts to embed cost in batches of its provider's own, in percent of that; left out: it has none.
    pub batch_percent: Option<u8>,
    /// What of it is for nothing.
    pub free_limits: Option<FreeLimits>,
    /// The tiers it serves, with its rank in each; 1 is the best.
    pub tiers: Option<BTreeMap<Tier, u8>>,
    /// Where it is in its life.
    pub lifecycle: Option<Lifecycle>,
    /// Other names it is asked for by.
    pub aliases: Option<Vec<String>>,
    /// What this was checked against, if not what its provider's entry names.
    pub source: Option<String>,
    /// When that was done, if not when the provider's entry was.
    pub checked: Option<Day>,
}

impl ModelEntry {
    /// This entry, with what it leaves out from the one below.
    #[must_use]
    pub fn over(self, below: &Self) -> Self {
        macro_rules! layered {
            ($($field:ident),+) => { Self { $($field: self.$field.or_else(|| below.$field.clone())),+ } };
        }
        layered!(
            id,
            name,
            tasks,
            accepts,
            limits,
            context_tokens,
            output_tokens,
            tools,
            tool_choice,
            custom_tools,
            media_in_tool_results,
            streaming,
            structured,
            reasoning,
            hosted_tools,
            responses,
            logprobs,
            many_replies,
            audio_output,
            speakers,
            languages,
            voices,
            gives,
            images,
            video,
            vectors,
            refuses,
            price,
            batch_percent,
            free_limits,
            tiers,
            lifecycle,
            aliases,
            source,
            checked
        )
    }
}

/// Formats of sounds and pictures, by name.
fn sounds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<MediaFormat>>, D::Error> {
    let named: Vec<Accepted> = Vec::deserialize(deserializer)?;
    let format = |accepted: Accepted| match accepted {
        Accepted::Format(format) if matches!(format.kind(), MediaKind::Audio | MediaKind::Image) => Ok(format),
        Accepted::Format(_) | Accepted::Kind(_) => {
            Err(D::Error::custom("`gives` holds formats of sounds or pictures, such as mp3 or png"))
        }
    };
    named.into_iter().map(format).collect::<Result<_, _>>().map(Some)
}

/// A medium or one of its formats, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Accepted {
    /// Whatever of it the dialect carries.
    Kind(MediaKind),
    /// This format.
    Format(MediaFormat),
}

impl TryFrom<String> for Accepted {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        use MediaKind::{Audio, Document, Image, Text, Video};
        let kind = [Text, Image, Document, Audio, Video].into_iter().find(|kind| kind.to_string() == name);
        let format = || MediaFormat::ALL.iter().find(|format| format.name() == name);
        kind.map(Self::Kind).or_else(|| format().copied().map(Self::Format)).ok_or_else(|| {
            format!(
                "`{name}` is neither a medium (text, image, document, audio, video) nor a format such as pdf or png"
            )
        })
    }
}

/// How much of a medium or format a model takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaLimits {
    /// The most bytes of one file.
    pub bytes: Option<Bytes>,
    /// The most files in one request.
    pub count: Option<u32>,
    /// The longest side of an image.
    pub side_pixels: Option<u32>,
    /// The longer side of an image beyond which the model gains nothing; larger ones are scaled down to it.
    pub best_side_pixels: Option<u32>,
    /// Whether the model sees all pictures of an animation.
    pub animated: Option<bool>,
    /// The longest audio or video.
    pub seconds: Option<u32>,
    /// The most pages of a document.
    pub pages: Option<u32>,
    /// Whether the provider fetches an address by itself.
    pub by_url: Option<bool>,
}

/// A price: `"free"`, `"unknown"`, or dollars for each unit ([`Rates`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceEntry(pub Price);

impl<'de> Deserialize<'de> for PriceEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PriceVisitor).map(Self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paid {
    input_usd: Option<f64>,
    cached_usd: Option<f64>,
    cache_write_usd: Option<f64>,
    output_usd: Option<f64>,
    minute_usd: Option<f64>,
    character_usd: Option<f64>,
    image_usd: Option<ImagePrice>,
    second_usd: Option<f64>,
    page_usd: Option<f64>,
    search_usd: Option<f64>,
}

/// What a picture costs: one number, or rules by quality and size of which the first counts that is right.
#[derive(Deserialize)]
#[serde(untagged)]
enum ImagePrice {
    Each(f64),
    ByKind(Vec<ImageRule>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageRule {
    quality: Option<ImageQuality>,
    size: Option<String>,
    usd: f64,
}

struct PriceVisitor;

impl<'de> Visitor<'de> for PriceVisitor {
    type Value = Price;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .write_str("\"free\", \"unknown\" or rates such as { input_usd = …, output_usd = … } or { minute_usd = … }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Price, E> {
        match text {
            "free" => Ok(Price::Free),
            "unknown" => Ok(Price::Unknown),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Price, A::Error> {
        let paid = Paid::deserialize(MapAccessDeserializer::new(map))?;
        let rate = |number: Option<f64>| {
            let wrong = || A::Error::custom("a price is 0 or more, with at most twelve digits behind the point");
            number.map(|number| Rate::written(number).ok_or_else(wrong)).transpose()
        };
        let rates = Rates {
            input_usd: rate(paid.input_usd)?,
            cached_usd: rate(paid.cached_usd)?,
            cache_write_usd: rate(paid.cache_write_usd)?,
            output_usd: rate(paid.output_usd)?,
            minute_usd: rate(paid.minute_usd)?,
            character_usd: rate(paid.character_usd)?,
            image_usd: match paid.image_usd {
                None => None,
                Some(ImagePrice::Each(number)) => rate(Some(number))?.map(PictureRates::from),
                Some(ImagePrice::ByKind(rules)) => {
                    let sides = |size: String| {
                        size.parse().map_err(|why| A::Error::custom(format!("a size {why}, not {size}")))
                    };
                    let rule = |ImageRule { quality, size, usd }| {
                        let usd = rate(Some(usd))?.unwrap_or_default();
                        Ok(PictureRate { quality, size: size.map(sides).transpose()?, usd })
                    };
                    let rules: Vec<PictureRate> = rules.into_iter().map(rule).collect::<Result<_, A::Error>>()?;
                    let count = || A::Error::custom("image_usd has one to twelve rules");
                    Some(PictureRates::new(&rules).ok_or_else(count)?)
                }
            },
            second_usd: rate(paid.second_usd)?,
            page_usd: rate(paid.page_usd)?,
            search_usd: rate(paid.search_usd)?,
        };
        if rates == Rates::default() {
            return Err(A::Error::custom(
                "a price has a rate at least: input_usd and output_usd, minute_usd, character_usd, image_usd, second_usd, \
                 page_usd or search_usd",
            ));
        }
        if rates.input_usd.is_some() != rates.output_usd.is_some() {
            return Err(A::Error::custom("input_usd and output_usd go together; write 0 for what costs nothing"));
        }
        if (rates.cached_usd.is_some() || rates.cache_write_usd.is_some()) && rates.input_usd.is_none() {
            return Err(A::Error::custom("cached_usd and cache_write_usd go with input_usd"));
        }
        Ok(Price::Paid(rates))
    }
}
