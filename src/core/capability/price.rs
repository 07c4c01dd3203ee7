//! What tokens, sound, characters, pictures and pages cost.

use serde::Serialize;

use super::{PictureKind, PictureRates, Rate, Usd};

/// What a target costs. An unknown price counts as paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[expect(clippy::large_enum_variant, reason = "a price is copied; a catalog has some hundreds, most of them paid")]
pub enum Price {
    /// Nothing, within the provider's limits.
    Free,
    /// Not published.
    Unknown,
    /// In US dollars.
    Paid(Rates),
}

/// What each unit costs, in US dollars. What has no rate is not charged for; one at least has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Rates {
    /// A million tokens of request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_usd: Option<Rate>,
    /// A million tokens of request that the provider had cached. Where it is not stated, a request with such tokens has no
    /// known cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_usd: Option<Rate>,
    /// A million tokens of request that the provider wrote into its cache; the same holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_usd: Option<Rate>,
    /// A million tokens of reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_usd: Option<Rate>,
    /// A minute of a recording that is listened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minute_usd: Option<Rate>,
    /// A million characters of text that is spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character_usd: Option<Rate>,
    /// A picture that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_usd: Option<PictureRates>,
    /// A second of video that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_usd: Option<Rate>,
    /// A page that is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_usd: Option<Rate>,
    /// A search: one query over the documents of a request that ranks them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_usd: Option<Rate>,
}

/// How much there is to pay for. What is not known is `None`, what there is none of is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Amount {
    /// Tokens of the request, cached ones included.
    pub prompt_tokens: u64,
    /// Of these, those that the provider had cached.
    pub cached_tokens: u64,
    /// And those that it wrote into its cache.
    pub written_tokens: u64,
    /// Tokens of the reply.
    pub completion_tokens: u64,
    /// Seconds of recordings.
    pub heard_seconds: Option<f64>,
    /// Characters that are spoken.
    pub characters: u64,
    /// Pictures that are made.
    pub images: u32,
    /// What is known of them for their price.
    pub picture: PictureKind,
    /// Seconds of video that is made.
    pub shown_seconds: Option<f64>,
    /// Pages that are read.
    pub pages: u32,
    /// Searches.
    pub searches: u32,
}

/// A unit that was charged for: its name, how many, and what they cost. Seconds and minutes are thousandths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charged {
    /// What is counted: `input`, `cached`, `cache_write`, `output`, `heard_ms`, `characters`, `images`, `shown_ms`, `pages` or `searches`.
    pub unit: &'static str,
    /// How many.
    pub count: u64,
    /// What they cost.
    pub usd: Usd,
}

impl Rates {
    /// A price by tokens alone: dollars for a million of request, and of reply.
    #[must_use]
    pub fn of_tokens(input_usd: Rate, output_usd: Rate) -> Self {
        Self { input_usd: Some(input_usd), output_usd: Some(output_usd), ..Self::default() }
    }

    /// The same where each unit but a picture costs so many hundredths of it.
    fn at_percent(self, percent: u8) -> Self {
        let share = |rate: Option<Rate>| rate.map(|rate| rate.at_percent(percent));
        Self {
            input_usd: share(self.input_usd),
            cached_usd: share(self.cached_usd),
            cache_write_usd: share(self.cache_write_usd),
            output_usd: share(self.output_usd),
            minute_usd: share(self.minute_usd),
            character_usd: share(self.character_usd),
            image_usd: self.image_usd,
            second_usd: share(self.second_usd),
            page_usd: share(self.page_usd),
            search_usd: share(self.search_usd),
        }
    }

    /// What an amount costs, unit by unit; `None` where a unit that has a rate is not known. Of pictures whose quality or
    /// size is not known, the most that they may cost.
    fn of(&self, amount: &Amount) -> Option<Vec<Charged>> {
        let cached = amount.cached_tokens.min(amount.prompt_tokens);
        let written = amount.written_tokens.min(amount.prompt_tokens - cached);
        let costs_otherwise = |rate: Option<Rate>, count: u64| self.input_usd.is_some() && rate.is_none() && count > 0;
        if costs_otherwise(self.cached_usd, cached) || costs_otherwise(self.cache_write_usd, written) {
            return None;
        }
        // Of none it does not matter what one would cost.
        let image_usd = match self.image_usd.filter(|_| amount.images > 0) {
            Some(rates) => Some(rates.at_most(amount.picture)?),
            None => None,
        };
        let rows = [
            ("input", self.input_usd, Some(amount.prompt_tokens - cached - written), MILLION),
            ("cached", self.cached_usd, Some(cached), MILLION),
            ("cache_write", self.cache_write_usd, Some(written), MILLION),
            ("output", self.output_usd, Some(amount.completion_tokens), MILLION),
            ("heard_ms", self.minute_usd, amount.heard_seconds.map(thousandths), 60_000),
            ("characters", self.character_usd, Some(amount.characters), MILLION),
            ("images", image_usd, Some(amount.images.into()), 1),
            ("shown_ms", self.second_usd, amount.shown_seconds.map(thousandths), 1_000),
            ("pages", self.page_usd, Some(amount.pages.into()), 1),
            ("searches", self.search_usd, Some(amount.searches.into()), 1),
        ];
        let charged = rows.into_iter().filter_map(|(unit, rate, count, each)| {
            let of = |count| Charged { unit, count, usd: rate.unwrap_or_default().times(count, each) };
            rate.map(|_| count.map(of))
        });
        let charged: Option<Vec<Charged>> = charged.collect();
        Some(charged?.into_iter().filter(|charged| charged.count > 0).collect())
    }
}

/// Tokens and characters are charged for by the million.
const MILLION: u64 = 1_000_000;

/// Seconds as whole thousandths; what is no length of time is none.
fn thousandths(seconds: f64) -> u64 {
    // Casts of floats saturate, and what is no number becomes 0.
    (seconds * 1e3).round() as u64
}

impl Price {
    /// Whether a request is sure to cost nothing.
    #[must_use]
    pub fn is_free(self) -> bool {
        matches!(self, Self::Free)
    }

    /// The same at a share of it, in percent.
    #[must_use]
    pub fn at_percent(self, percent: u8) -> Self {
        match self {
            Self::Paid(rates) => Self::Paid(rates.at_percent(percent)),
            Self::Free | Self::Unknown => self,
        }
    }

    /// Whether what an amount costs is sure, and not the most that pictures of an unknown kind may cost.
    #[must_use]
    pub fn is_sure(self, amount: &Amount) -> bool {
        match self {
            Self::Paid(Rates { image_usd: Some(rates), .. }) => amount.images == 0 || rates.is_sure(amount.picture),
            Self::Free | Self::Unknown | Self::Paid(_) => true,
        }
    }

    /// What an amount costs, unit by unit; `None` where it is not known. What is free has no units.
    #[must_use]
    pub fn charged(self, amount: &Amount) -> Option<Vec<Charged>> {
        match self {
            Self::Free => Some(Vec::new()),
            Self::Unknown => None,
            Self::Paid(rates) => rates.of(amount),
        }
    }

    /// What an amount costs; `None` where it is not known.
    #[must_use]
    pub fn of(self, amount: &Amount) -> Option<Usd> {
        self.charged(amount).map(|charged| charged.iter().map(|charged| charged.usd).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::super::PictureRate;
    use super::*;
    use crate::task::ImageSize;

    fn usd(rate: f64) -> Option<Rate> {
        Some(Rate::written(rate).unwrap())
    }

    fn none() -> Rates {
        Rates::default()
    }

    #[test]
    fn each_unit_costs_what_is_calculated_by_hand() {
        let amount = Amount {
            prompt_tokens: 1_234_567,
            cached_tokens: 1_000_001,
            written_tokens: 0,
            completion_tokens: 89_013,
            heard_seconds: Some(97.25),
            characters: 4_321,
            images: 3,
            picture: PictureKind::named(Some("high"), Some(ImageSize::new(1_536, 1_024))),
            shown_seconds: Some(8.5),
            pages: 17,
            searches: 1,
        };
        let rule = |quality, number| {
            let kind = PictureKind::named(Some(quality), None);
            PictureRate { quality: kind.quality, size: None, usd: Rate::written(number).unwrap() }
        };
        let by_kind = PictureRates::new(&[rule("low", 0.016), rule("high", 0.25)]);
        let rows = [
            // 234,566 × 0.075 / 10⁶ and 1,000,001 × 0.01875 / 10⁶
            (Rates { input_usd: usd(0.075), cached_usd: usd(0.01875), ..none() }, "0.03634246875"),
            // 89,013 × 0.3 / 10⁶
            (Rates { output_usd: usd(0.3), ..none() }, "0.0267039"),
            // 97.25 / 60 × 0.006
            (Rates { minute_usd: usd(0.006), ..none() }, "0.009725"),
            // 97.25 / 60 × 0.0043 = 0.00696958333…
            (Rates { minute_usd: usd(0.0043), ..none() }, "0.006969583333"),
            // 4,321 × 15 / 10⁶
            (Rates { character_usd: usd(15.0), ..none() }, "0.064815"),
            // 3 × 0.042
            (Rates { image_usd: usd(0.042).map(PictureRates::from), ..none() }, "0.126"),
            // 3 × 0.25, of large ones that are made with care
            (Rates { image_usd: by_kind, ..none() }, "0.75"),
            // 8.5 × 0.1
            (Rates { second_usd: usd(0.1), ..none() }, "0.85"),
            // 17 × 0.001
            (Rates { page_usd: usd(0.001), ..none() }, "0.017"),
            (Rates { search_usd: usd(0.002), ..none() }, "0.002"),
            // All together: 0.03634246875 + 0.0267039 + 0.009725 + 0.126
            (
                Rates {
                    input_usd: usd(0.075),
                    cached_usd: usd(0.01875),
                    output_usd: usd(0.3),
                    minute_usd: usd(0.006),
                    image_usd: usd(0.042).map(PictureRates::from),
                    ..none()
                },
                "0.19877136875",
            ),
        ];
        for (rates, expected) in rows {
            assert_eq!(Price::Paid(rates).of(&amount).unwrap().to_string(), expected, "{rates:?}");
        }
        let charged = Price::Paid(rows[0].0).charged(&amount).unwrap();
        let said: Vec<String> = charged.iter().map(|one| format!("{} {} {}", one.unit, one.count, one.usd)).collect();
        assert_eq!(said, ["input 234566 0.01759245", "cached 1000001 0.01875001875"]);
    }

    #[test]
    fn a_share_of_a_price_is_a_share_of_each_unit() {
        let amount = Amount { prompt_tokens: 2_000_000, completion_tokens: 1_000_000, ..Amount::default() };
        let by_tokens = Price::Paid(Rates::of_tokens(Rate::written(0.15).unwrap(), Rate::written(0.6).unwrap()));
        // Half of 2 × 0.15 + 0.6
        assert_eq!(by_tokens.at_percent(50).of(&amount).unwrap().to_string(), "0.45");
        assert_eq!((Price::Free.at_percent(50), Price::Unknown.at_percent(50)), (Price::Free, Price::Unknown));
    }

    #[test]
    fn what_is_not_known_has_no_cost_and_is_not_free() {
        let amount = Amount { prompt_tokens: 1_000_000, images: 1, ..Amount::default() };
        assert_eq!(Price::Free.of(&amount), Some(Usd::ZERO));
        assert_eq!(Price::Unknown.of(&amount), None);
        assert_eq!(Price::Paid(Rates { minute_usd: usd(0.006), ..none() }).of(&amount), None);
        assert_eq!(Price::Paid(Rates { second_usd: usd(0.1), ..none() }).of(&amount), None);
        let by_tokens = Rates::of_tokens(Rate::written(1.0).unwrap(), Rate::written(1.0).unwrap());
        assert_eq!(Price::Paid(by_tokens).of(&amount).unwrap().to_string(), "1");
        // What is cached costs less, and what is written into a cache more; how much is not for us to guess.
        let cached = Amount { cached_tokens: 1, ..amount };
        let written = Amount { written_tokens: 1, ..amount };
        assert_eq!((Price::Paid(by_tokens).of(&cached), Price::Paid(by_tokens).of(&written)), (None, None));
        let all = Rates { cached_usd: usd(0.1), cache_write_usd: usd(1.25), ..by_tokens };
        let each = Amount { cached_tokens: 300_000, written_tokens: 200_000, ..amount };
        // 0.5 × 1 + 0.3 × 0.1 + 0.2 × 1.25
        assert_eq!(Price::Paid(all).of(&each).unwrap().to_string(), "0.78");
        // More cached than sent is a slip of a provider's, not a refund.
        let odd = Amount { cached_tokens: 9_000_000, written_tokens: 9_000_000, ..amount };
        assert_eq!(Price::Paid(all).of(&odd).unwrap().to_string(), "0.1");
    }
}
