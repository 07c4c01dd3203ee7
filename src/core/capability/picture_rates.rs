//! What a picture costs that is made: one price for all, or one by how carefully it is made and how large it is.
//!
//! Rules are held against a picture in their order. Of one whose quality or size is not known yet the dearest rule counts that
//! may be right; whether that is sure is for the asker to ask.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::Rate;
use crate::task::ImageSize;

/// More rules than this has no model.
const MOST_RULES: usize = 12;

/// How carefully a picture is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageQuality {
    /// In a hurry.
    Low,
    /// As usual.
    Medium,
    /// With care.
    High,
}

/// What its price depends on, as far as that is known of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PictureKind {
    /// How carefully it is made.
    pub quality: Option<ImageQuality>,
    /// How large it is.
    pub size: Option<ImageSize>,
}

impl PictureKind {
    /// What words of a wire format say of a picture; `auto` says nothing.
    #[must_use]
    pub fn named(quality: Option<&str>, size: Option<ImageSize>) -> Self {
        let quality = match quality {
            Some("low") => Some(ImageQuality::Low),
            Some("medium") => Some(ImageQuality::Medium),
            Some("high") => Some(ImageQuality::High),
            _ => None,
        };
        Self { quality, size }
    }

    /// The same, with what another says of it where this one is silent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { quality: self.quality.or(other.quality), size: self.size.or(other.size) }
    }
}

/// The price of pictures of a kind; what it does not name may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureRate {
    /// Of this quality.
    pub quality: Option<ImageQuality>,
    /// Of this size.
    pub size: Option<ImageSize>,
    /// What one costs.
    pub usd: Rate,
}

/// What pictures cost. There is a rule at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureRates([Option<PictureRate>; MOST_RULES]);

impl From<Rate> for PictureRates {
    /// All pictures alike.
    fn from(usd: Rate) -> Self {
        let mut rules = [None; MOST_RULES];
        rules[0] = Some(PictureRate { quality: None, size: None, usd });
        Self(rules)
    }
}

impl PictureRates {
    /// By rules of which the first counts that is right; `None`: there is none, or more than are kept.
    #[must_use]
    pub fn new(rules: &[PictureRate]) -> Option<Self> {
        let mut kept = [None; MOST_RULES];
        kept.get_mut(..rules.len())?.iter_mut().zip(rules).for_each(|(place, rule)| *place = Some(*rule));
        (!rules.is_empty()).then_some(Self(kept))
    }

    /// What a picture of a kind costs at most; `None`: there is no price for it.
    #[must_use]
    pub fn at_most(&self, kind: PictureKind) -> Option<Rate> {
        self.possible(kind).max()
    }

    /// Whether what a picture of a kind costs at most is what it costs.
    #[must_use]
    pub fn is_sure(&self, kind: PictureKind) -> bool {
        self.possible(kind).min() == self.at_most(kind)
    }

    /// The prices that may be right, up to the first that surely is.
    fn possible(&self, kind: PictureKind) -> impl Iterator<Item = Rate> {
        let mut is_found = false;
        let rules = self.0.into_iter().flatten();
        rules.filter_map(move |rule| {
            let fits = |of_rule: bool, is_other: bool| !of_rule || !is_other;
            let fits_quality = fits(rule.quality.is_some(), kind.quality.is_some() && kind.quality != rule.quality);
            let fits_size = fits(rule.size.is_some(), kind.size.is_some() && kind.size != rule.size);
            let counts = fits_quality && fits_size && !is_found;
            let is_sure = rule.quality.is_none_or(|its| kind.quality == Some(its))
                && rule.size.is_none_or(|its| kind.size == Some(its));
            is_found |= is_sure;
            counts.then_some(rule.usd)
        })
    }
}

impl Serialize for PictureRates {
    /// As it is written in catalogs: one number, or a list of rules.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules: Vec<PictureRate> = self.0.into_iter().flatten().collect();
        match rules.as_slice() {
            [PictureRate { quality: None, size: None, usd }] => usd.serialize(serializer),
            rules => rules.serialize(serializer),
        }
    }
}

impl Serialize for PictureRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 1 + usize::from(self.quality.is_some()) + usize::from(self.size.is_some());
        let mut rule = serializer.serialize_struct("PictureRate", fields)?;
        if let Some(quality) = self.quality {
            rule.serialize_field("quality", &quality)?;
        }
        if let Some(size) = self.size {
            rule.serialize_field("size", &size.to_string())?;
        }
        rule.serialize_field("usd", &self.usd)?;
        rule.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_is_right_counts_and_what_is_not_known_costs_the_most() {
        let usd = |number: f64| Rate::written(number).unwrap();
        let rule = |quality, size: Option<&str>, number| {
            let kind = PictureKind::named(Some(quality), size.map(|size| size.parse().unwrap()));
            PictureRate { quality: kind.quality, size: kind.size, usd: usd(number) }
        };
        let rates = PictureRates::new(&[
            rule("low", Some("1024x1024"), 0.011),
            rule("low", None, 0.016),
            rule("high", Some("1024x1024"), 0.167),
            rule("high", None, 0.25),
        ])
        .unwrap();
        let rows = [
            (Some("low"), Some("1024x1024"), Some(0.011), true),
            (Some("low"), Some("1536x1024"), Some(0.016), true),
            (Some("high"), Some("1024x1536"), Some(0.25), true),
            // It may be a square or not.
            (Some("low"), None, Some(0.016), false),
            (Some("auto"), Some("1024x1024"), Some(0.25), false),
            (None, None, Some(0.25), false),
            (Some("medium"), Some("1024x1024"), None, true),
        ];
        for (quality, size, most, is_sure) in rows {
            let kind = PictureKind::named(quality, size.map(|size| size.parse().unwrap()));
            assert_eq!((rates.at_most(kind), rates.is_sure(kind)), (most.map(usd), is_sure), "{quality:?} {size:?}");
        }
        let flat = PictureRates::from(usd(0.04));
        assert_eq!(
            (flat.at_most(PictureKind::default()), flat.is_sure(PictureKind::default())),
            (Some(usd(0.04)), true)
        );
        assert_eq!(serde_json::to_string(&flat).unwrap(), "0.04");
        let text = serde_json::to_string(&rates).unwrap();
        assert!(
            text.starts_with(r#"[{"quality":"low","size":"1024x1024","usd":0.011},{"quality":"low","usd":0.016}"#),
            "{text}"
        );
        assert_eq!(PictureRates::new(&[]), None);
        assert_eq!(PictureRates::new(&[rule("low", None, 1.0); MOST_RULES + 1]), None);
    }
}
