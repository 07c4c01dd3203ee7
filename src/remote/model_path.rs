//! Addresses that hold the name of a model, slashes and all, as services have them that run each model at a place of its own.

use mediary_core::Failure;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a step of a path as it is.
const IN_STEP: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@');

/// The path of a model below `folder`.
///
/// # Errors
/// Malformed when the name would lead elsewhere: clients may write it.
pub(crate) fn below(folder: &str, model: &str) -> Result<String, Failure> {
    if model.split('/').any(|step| matches!(step, "" | "." | "..")) {
        return Err(Failure::malformed(format!("`{model}` is no name of a model; write it as its provider does")));
    }
    let steps = model.split('/').map(|step| utf8_percent_encode(step, IN_STEP).to_string());
    Ok(steps.fold(folder.to_owned(), |path, step| format!("{path}/{step}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        let path = |model| below("/run", model).ok();
        assert_eq!(path("@cf/openai/whisper").as_deref(), Some("/run/@cf/openai/whisper"));
        assert_eq!(path("a b?c#d%2e").as_deref(), Some("/run/a%20b%3Fc%23d%252e"));
        for odd in ["../../v4/user", "a/./b", "a//b", "", "..", "/a"] {
            assert_eq!(path(odd), None, "{odd}");
        }
    }
}
