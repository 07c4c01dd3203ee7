//! What answers are compared by, and what is measured of them.

use std::time::Duration;

use mediary_core::capability::Usd;

/// The most that an answer gets for a criterion.
pub(super) const BEST: f64 = 10.0;

/// What answers are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criterion {
    /// How soon the whole answer was there; measured.
    Latency,
    /// What it cost; measured.
    Cost,
    /// How short it is; measured.
    Length,
    /// How well it does what was asked; judged.
    Quality,
    /// Whether what it says is right; judged.
    Correctness,
    /// How well it is written; judged.
    Style,
}

impl Criterion {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Latency, Self::Cost, Self::Length, Self::Quality, Self::Correctness, Self::Style];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Cost => "cost",
            Self::Length => "length",
            Self::Quality => "quality",
            Self::Correctness => "correctness",
            Self::Style => "style",
        }
    }

    /// The criterion of this name, in English or Spanish.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.trim().to_lowercase().as_str() {
            "latency" | "speed" | "velocidad" | "latencia" => Self::Latency,
            "cost" | "costo" | "coste" => Self::Cost,
            "length" | "brevity" | "longitud" => Self::Length,
            "quality" | "calidad" => Self::Quality,
            "correctness" | "corrección" | "correccion" => Self::Correctness,
            "style" | "estilo" => Self::Style,
            _ => return None,
        })
    }

    /// Whether a model judges it.
    #[must_use]
    pub fn is_judged(self) -> bool {
        matches!(self, Self::Quality | Self::Correctness | Self::Style)
    }

    /// What a judge is told of it.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Latency => "how soon it came",
            Self::Cost => "what it cost",
            Self::Length => "how short it is",
            Self::Quality => "how completely and how well it does what was asked",
            Self::Correctness => "whether everything that it states is right, and nothing that matters is left out",
            Self::Style => "how clearly and how fittingly it is written",
        }
    }
}

/// What is measured of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) took: Duration,
    /// `None`: it is not known.
    pub(super) usd: Option<Usd>,
    pub(super) chars: usize,
}

/// What answers get for a measured criterion, from 0 to 10: the best of them gets 10, one that is twice as slow, dear or
/// long gets 5. What is not known counts for nothing.
pub(super) fn measured(criterion: Criterion, all: &[Measured]) -> Vec<f64> {
    // Casts to floats are exact enough for a score.
    let amount = |one: &Measured| match criterion {
        Criterion::Latency => Some(one.took.as_secs_f64()),
        Criterion::Cost => one.usd.map(Usd::number),
        Criterion::Length => Some(one.chars as f64),
        Criterion::Quality | Criterion::Correctness | Criterion::Style => None,
    };
    let amounts: Vec<Option<f64>> = all.iter().map(amount).collect();
    let least = amounts.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let score = |amount: Option<f64>| match amount {
        Some(amount) if amount <= least => BEST,
        Some(amount) => BEST * least / amount,
        None => 0.0,
    };
    amounts.into_iter().map(score).collect()
}

#[cfg(test)]
mod tests {
    use mediary_core::capability::Rate;

    use super::*;

    #[test]
    fn the_best_gets_ten_and_one_that_is_twice_as_much_five() {
        let usd = |cents: f64| Rate::written(cents / 100.0).map(|rate| rate.times(1, 1));
        let one = |ms, usd, chars| Measured { took: Duration::from_millis(ms), usd, chars };
        let all = [one(100, usd(2.0), 300), one(200, usd(0.0), 100), one(400, None, 200)];
        assert_eq!(measured(Criterion::Latency, &all), [10.0, 5.0, 2.5]);
        assert_eq!(measured(Criterion::Cost, &all), [0.0, 10.0, 0.0], "free is best, and not known is worst");
        assert_eq!(
            measured(Criterion::Length, &all).iter().map(|one| one.round()).collect::<Vec<_>>(),
            [3.0, 10.0, 5.0]
        );
        assert_eq!(measured(Criterion::Latency, &[one(7, None, 0)]), [10.0]);
    }

    #[test]
    fn criteria_have_names_in_two_languages() {
        for criterion in Criterion::ALL {
            assert_eq!(Criterion::named(criterion.name()), Some(criterion));
        }
        let spanish = ["calidad", "Velocidad", " costo "].map(Criterion::named);
        assert_eq!(spanish, [Some(Criterion::Quality), Some(Criterion::Latency), Some(Criterion::Cost)]);
        assert_eq!(Criterion::named("beauty"), None);
    }
}
