//! What tokens, sound, characters and pictures cost.

use serde::Serialize;

/// What a target costs. An unknown price counts as paid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Price {
    /// Nothing, within the provider's limits.
    Free,
    /// Not published.
    Unknown,
    /// In US dollars.
    Paid(Rates),
}

/// What each unit costs, in US dollars. What has no rate is not charged for; one at least has.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Rates {
    /// A million tokens of request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_usd: Option<f64>,
    /// A million tokens of reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_usd: Option<f64>,
    /// A minute of a recording that is listened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minute_usd: Option<f64>,
    /// A million characters of text that is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character_usd: Option<f64>,
    /// A picture that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_usd: Option<f64>,
    /// A second of video that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_usd: Option<f64>,
}

/// How much there is to pay for. What is not known is `None`, what there is none of is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Amount {
    /// Tokens of the request.
    pub prompt_tokens: u64,
    /// Tokens of the reply.
    pub completion_tokens: u64,
    /// Seconds of recordings.
    pub heard_seconds: Option<f64>,
    /// Characters that are spoken.
    pub characters: u64,
    /// Pictures that are made.
    pub images: u32,
    /// Seconds of video that is made.
    pub shown_seconds: Option<f64>,
}

impl Rates {
    /// A price by tokens alone: dollars for a million of request, and of reply.
    #[must_use]
    pub fn of_tokens(input_usd: f64, output_usd: f64) -> Self {
        Self { input_usd: Some(input_usd), output_usd: Some(output_usd), ..Self::default() }
    }

    /// Every unit with its rate, by the name that it has in a catalog.
    #[must_use]
    pub fn by_unit(&self) -> [(&'static str, Option<f64>); 6] {
        let Self { input_usd, output_usd, minute_usd, character_usd, image_usd, second_usd } = *self;
        [
            ("input_usd", input_usd),
            ("output_usd", output_usd),
            ("minute_usd", minute_usd),
            ("character_usd", character_usd),
            ("image_usd", image_usd),
            ("second_usd", second_usd),
        ]
    }

    /// What an amount costs; `None` where a unit that has a rate is not known.
    fn of(&self, amount: &Amount) -> Option<f64> {
        let rows = [
            (self.input_usd, Some(amount.prompt_tokens as f64 / 1e6)),
            (self.output_usd, Some(amount.completion_tokens as f64 / 1e6)),
            (self.minute_usd, amount.heard_seconds.map(|seconds| seconds / 60.0)),
            (self.character_usd, Some(amount.characters as f64 / 1e6)),
            (self.image_usd, Some(f64::from(amount.images))),
            (self.second_usd, amount.shown_seconds),
        ];
        let charged = rows.into_iter().filter_map(|(rate, units)| rate.map(|rate| Some(units? * rate)));
        charged.sum()
    }
}

impl Price {
    /// Whether a request is sure to cost nothing.
    #[must_use]
    pub fn is_free(self) -> bool {
        matches!(self, Self::Free)
    }

    /// What an amount costs, in US dollars; `None` where it is not known.
    #[must_use]
    pub fn of(self, amount: &Amount) -> Option<f64> {
        match self {
            Self::Free => Some(0.0),
            Self::Unknown => None,
            Self::Paid(rates) => rates.of(amount),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_has_its_rate_and_what_is_not_known_has_no_cost() {
        let amount = Amount {
            prompt_tokens: 1_000_000,
            completion_tokens: 2_000_000,
            heard_seconds: Some(90.0),
            characters: 500_000,
            images: 3,
            shown_seconds: Some(8.0),
        };
        // To a tenth of a millionth of a dollar: binary fractions have no thousandths.
        let by = |rates: Rates| Price::Paid(rates).of(&amount).map(|usd| (usd * 1e7).round() / 1e7);
        assert_eq!(by(Rates::of_tokens(1.0, 2.5)), Some(6.0));
        assert_eq!(by(Rates { minute_usd: Some(0.006), ..Rates::default() }), Some(0.009));
        assert_eq!(by(Rates { character_usd: Some(15.0), ..Rates::default() }), Some(7.5));
        assert_eq!(by(Rates { image_usd: Some(0.04), ..Rates::default() }), Some(0.12));
        assert_eq!(by(Rates { second_usd: Some(0.1), ..Rates::default() }), Some(0.8));
        assert_eq!(Price::Free.of(&amount), Some(0.0));
        assert_eq!(Price::Unknown.of(&amount), None);
        let unmeasured = Amount { heard_seconds: None, ..amount };
        let rates = Rates { minute_usd: Some(0.006), ..Rates::of_tokens(1.0, 1.0) };
        assert_eq!(Price::Paid(rates).of(&unmeasured), None);
        assert_eq!(Price::Paid(Rates::of_tokens(1.0, 1.0)).of(&unmeasured), Some(3.0));
    }
}
