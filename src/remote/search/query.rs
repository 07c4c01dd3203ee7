//! What is searched for, and what is found, in words that all engines share.

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchQuery {
    /// The words.
    pub text: String,
    /// How many results are wanted.
    pub most: u32,
    /// Which page of them, from 1.
    pub page: u32,
    /// Their language, as an ISO 639-1 code.
    pub language: Option<String>,
    /// How old they may be.
    pub period: Option<SearchPeriod>,
    /// What is kept out of them; `None`: as the engine has it.
    pub safe: Option<SafeSearch>,
}

/// How old results may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the periods are their names")]
pub enum SearchPeriod {
    Day,
    Week,
    Month,
    Year,
}

/// How far results that are not for children are kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SafeSearch {
    /// They are not.
    Off,
    /// Pictures are.
    Moderate,
    /// Texts are as well.
    Strict,
}

/// A page that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPage {
    /// Its title; its address, if it has none.
    pub title: String,
    /// Its address.
    pub url: String,
    /// What of it fits the words.
    pub snippet: String,
    /// When it was published, in the engine's own words.
    pub published: Option<String>,
    /// The engines that found it, where the one that was asked asks others.
    pub found_by: Vec<String>,
}

impl SearchPeriod {
    /// All periods.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The period of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }

    /// Its first letter, by which most engines know it.
    pub(super) fn letter(self) -> &'static str {
        &self.name()[..1]
    }
}

impl SafeSearch {
    /// All steps.
    pub const ALL: [Self; 3] = [Self::Off, Self::Moderate, Self::Strict];

    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Moderate => "moderate",
            Self::Strict => "strict",
        }
    }

    /// The step of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}
