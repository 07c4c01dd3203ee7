//! What is said of a task, a part or a parameter that has no form in a dialect.
//!
//! The matrix promised too much then: such a failure is a mistake in a catalog, and tests look for it.

use mediary_core::capability::TaskKind;
use mediary_core::{Failure, Media, Target};

use crate::{Reader, whole};

/// A task has no form.
pub(crate) fn task(dialect: &str, kind: TaskKind) -> Failure {
    Failure::broken(format!("work of the kind `{}` has no form in the dialect {dialect}", kind.name()))
}

/// Reads the answer to a task that has no form, which is never sent.
pub(crate) fn reader(dialect: &'static str, kind: TaskKind) -> Box<dyn Reader> {
    whole::reader(move |_, _| Err(task(dialect, kind)))
}

/// Jobs have no form.
pub(crate) fn job(dialect: &str) -> Failure {
    Failure::broken(format!("jobs have no form in the dialect {dialect}"))
}

/// A target was given tokens that it does not take.
pub(crate) fn tokens(target: &Target) -> Failure {
    Failure::broken(format!("{target} takes texts only, and was given tokens"))
}

/// A medium has no form.
pub(crate) fn medium(dialect: &str, media: &Media) -> Failure {
    let (kind, format) = (media.kind(), media.format);
    Failure::unsupported(format!("{kind} in the format {format} has no form in the dialect {dialect}"))
}

/// Media have no form in the results of tools.
pub(crate) fn medium_in_result(dialect: &str, media: &Media) -> Failure {
    let kind = media.kind();
    Failure::unsupported(format!("{kind} in the result of a tool has no form in the dialect {dialect}"))
}

/// A parameter has no form.
pub(crate) fn parameter(dialect: &str, name: &str) -> Failure {
    Failure::broken(format!("`{name}` has no form in the dialect {dialect}"))
}

/// A page to read was not drawn before it came here.
pub(crate) fn undrawn() -> Failure {
    Failure::broken("a page was not drawn before it was to be sent")
}

/// A part was not fetched before it came here.
pub(crate) fn unfetched() -> Failure {
    Failure::broken("a part of the request was not fetched before it was written")
}
