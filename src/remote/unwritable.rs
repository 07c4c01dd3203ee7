//! What is said of a part or a parameter that has no form in a dialect.
//!
//! The matrix promised too much then: such a failure is a mistake in a catalog, and tests look for it.

use mediary_core::{Failure, Media};

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

/// A part was not fetched before it came here.
pub(crate) fn unfetched() -> Failure {
    Failure::broken("a part of the request was not fetched before it was written")
}
