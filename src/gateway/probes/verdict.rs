//! What follows from what came of a probe: what was found, whether the model is kept out of plans, and whether it is worth
//! asking it anything else.
//!
//! One table, by the kind of failure. A breakdown shows nothing of what a model can do; a refusal of what it was sent does.

use std::time::Duration;

use mediary_core::FailureKind;
use mediary_core::capability::Ability;

/// A model that is gone may come back with another release of its provider.
const GONE_SECONDS: i64 = 7 * 24 * 3600;
/// A model that does not do its work is tried again after a day.
const FAILED_SECONDS: i64 = 24 * 3600;
/// Of what its provider says about a refusal, so much is kept.
const MOST_WORDS: usize = 200;

/// What came of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The model has the ability.
    Proven,
    /// It has not, for this reason.
    Refuted(String),
    /// Nothing was found out, for this reason. What was known before stands.
    Unclear(String),
    /// It was not asked, for this reason.
    Skipped(String),
}

impl Outcome {
    /// Its name in answers.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refuted(_) => "refuted",
            Self::Unclear(_) => "unclear",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Why, but for what is proven.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Proven => None,
            Self::Refuted(why) | Self::Unclear(why) | Self::Skipped(why) => Some(why),
        }
    }
}

/// That a model is to be kept out of plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// In a few words.
    pub(super) why: String,
    /// Whether a client that ends it by hand has to confirm that.
    pub(super) confirm: bool,
    /// For how long.
    pub(super) seconds: i64,
}

/// What follows from what came of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    pub(super) sentence: Option<Sentence>,
    /// Why there is no use in asking the model anything else now.
    pub(super) ends: Option<&'static str>,
}

impl Verdict {
    /// Nothing follows but what was found.
    pub(super) fn of(outcome: Outcome) -> Self {
        Self { outcome, sentence: None, ends: None }
    }

    /// What follows from a failure. `works_otherwise`: the model has shown another ability a moment ago.
    pub(super) fn failed(ability: Ability, kind: &FailureKind, why: &str, works_otherwise: bool) -> Self {
        use FailureKind as Kind;
        let unclear = |ends| Self { ends, ..Self::of(Outcome::Unclear(format!("{}: {}", kind.name(), short(why)))) };
        match kind {
            Kind::Unacceptable | Kind::UnsupportedMedium | Kind::TooLarge => Self::refuted(
                ability,
                format!("its provider refused what it was sent: {}", short(why)),
                works_otherwise,
            ),
            // It says the request is wrong; where the same target took another one, what is wrong is what differs.
            Kind::Malformed if works_otherwise && !ability.is_whole_task() => {
                Self::refuted(ability, format!("its provider refused what it was sent: {}", short(why)), true)
            }
            Kind::EmptyAnswer => Self::refuted(ability, "it answered with nothing".to_owned(), works_otherwise),
            Kind::ModelGone => {
                let why = "its provider has no such model".to_owned();
                let sentence = Sentence { why: why.clone(), confirm: false, seconds: GONE_SECONDS };
                Self { outcome: Outcome::Refuted(why), sentence: Some(sentence), ends: Some("the model is gone") }
            }
            Kind::QuotaSpent { resets_in } => {
                let seconds = resets_in.map_or(FAILED_SECONDS, whole_seconds);
                let why = "the quota or credit of its keys is spent".to_owned();
                let sentence = Sentence { why: why.clone(), confirm: true, seconds };
                Self { outcome: Outcome::Unclear(why), sentence: Some(sentence), ends: Some("its quota is spent") }
            }
            Kind::BadKey => unclear(Some("its key was refused")),
            Kind::RateLimited { .. } => unclear(Some("its rate limit is reached")),
            Kind::Unreachable => unclear(Some("its provider cannot be reached")),
            Kind::TimedOut => unclear(Some("its provider is slow now")),
            Kind::Overloaded { .. } | Kind::Lost => unclear(Some("its provider breaks down now")),
            Kind::Malformed | Kind::ContextTooLong | Kind::ContentRefused | Kind::Garbled => unclear(None),
            Kind::Unreadable | Kind::Unknown | Kind::Busy { .. } | Kind::NotInstalled => unclear(None),
            Kind::OverBudget { .. } | Kind::NotAllowed | Kind::ClientGone | Kind::Broken => unclear(None),
        }
    }

    /// What follows where it has not what it is said to have. A model that does not do the one kind of work that it is there
    /// for is kept out of plans.
    pub(super) fn refuted(ability: Ability, why: String, works_otherwise: bool) -> Self {
        let fails_in_kind = ability.is_whole_task() && !works_otherwise;
        let sentence = Sentence { why: why.clone(), confirm: false, seconds: FAILED_SECONDS };
        Self {
            outcome: Outcome::Refuted(why),
            sentence: fails_in_kind.then_some(sentence),
            ends: fails_in_kind.then_some("the model fails"),
        }
    }
}

fn whole_seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs().max(1)).unwrap_or(i64::MAX)
}

fn short(why: &str) -> String {
    why.chars().take(MOST_WORDS).collect()
}
