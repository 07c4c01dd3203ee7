//! What was looked at, how it is, and what to do about it.

use std::fmt::Write as _;

use serde::Serialize;

/// A row of what the doctor says.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) subject: &'static str,
    pub(super) state: State,
    /// How it is.
    pub(super) says: String,
    /// What to do, where there is something to do.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub(super) advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    /// Something is missing that not everything needs.
    Warn,
    /// Something does not work.
    Bad,
}

impl Finding {
    pub(super) fn ok(subject: &'static str, says: impl Into<String>) -> Self {
        Self { subject, state: State::Ok, says: says.into(), advice: None }
    }

    pub(super) fn warn(subject: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { subject, state: State::Warn, says: says.into(), advice: Some(advice.into()) }
    }

    pub(super) fn bad(subject: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { subject, state: State::Bad, says: says.into(), advice: Some(advice.into()) }
    }
}

pub(super) fn table(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.subject.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Finding { subject, state, says, advice } in findings {
        let mark = match state {
            State::Ok => "ok  ",
            State::Warn => "warn",
            State::Bad => "BAD ",
        };
        // Writing to a text does not fail.
        let _ = writeln!(text, "{mark}  {subject:width$}  {says}");
        if let Some(advice) = advice {
            let _ = writeln!(text, "      {:width$}  → {advice}", "");
        }
    }
    text
}
