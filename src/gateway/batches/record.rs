//! A batch's texts in the database: what was asked, when it came into which state, what came of it and of each line.
//!
//! They outlive the program that wrote them: a field that is added later needs a default.

use std::collections::BTreeMap;

use mediary_core::Failure;
use mediary_store::BatchState;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchAsked {
    /// Where each line goes.
    pub endpoint: String,
    /// The file of its lines; `None`: they came with the request.
    pub input_file: Option<String>,
    /// Until when it is to be done, as it was written.
    pub window: String,
    /// What its client notes of it.
    pub metadata: BTreeMap<String, String>,
    /// How long its files are kept, in seconds.
    pub output_life: Option<i64>,
    /// Headers that bound each line.
    pub headers: Vec<(String, String)>,
    /// The client that it is charged to.
    pub client: Option<String>,
}

/// What is wrong with a line, or with all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFault {
    /// What programs can tell faults apart by.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// The field.
    pub param: Option<String>,
    /// The line's number, from 1 on.
    pub line: Option<i64>,
}

impl LineFault {
    /// A fault.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), param: None, line: None }
    }

    /// The same, blaming a field.
    #[must_use]
    pub fn about(self, param: &str) -> Self {
        Self { param: Some(param.to_owned()), ..self }
    }
}

/// What a batch has become.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchOutcome {
    /// The file of lines that were answered.
    pub output_file: Option<String>,
    /// The file of those that were not.
    pub error_file: Option<String>,
    /// What was wrong with its lines.
    pub faults: Vec<LineFault>,
    /// How it ends when its files are written.
    pub end: Option<String>,
    /// How many lines were given up since it was cancelled.
    pub cancelled: u64,
    /// How many since its time was over.
    pub expired: u64,
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineOutcome {
    /// It was answered, well or not.
    Answered {
        /// The status of the answer.
        status: u16,
        /// The request's id.
        request_id: String,
        /// What it says.
        body: String,
    },
    /// It was not.
    GivenUp {
        /// What programs can tell reasons apart by.
        code: String,
        /// A sentence.
        message: String,
    },
}

impl LineOutcome {
    /// It was given up.
    pub(super) fn given_up(code: &str, message: &str) -> Self {
        Self::GivenUp { code: code.to_owned(), message: message.to_owned() }
    }

    /// Whether it was answered well.
    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::Answered { status, .. } if (200..300).contains(status))
    }
}

/// When a batch came into which state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchTimes(BTreeMap<String, i64>);

impl BatchTimes {
    /// When it came into a state.
    #[must_use]
    pub fn at(&self, state: BatchState) -> Option<i64> {
        self.0.get(state.name()).copied()
    }

    /// The same, with another state.
    pub(super) fn with(mut self, state: BatchState, at: i64) -> Self {
        self.0.insert(state.name().to_owned(), at);
        self
    }
}

/// Writes a text. What is written here has a form.
pub(super) fn write(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a text.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::broken(format!("a batch cannot be read back: {error}")))
}
