//! Ids of function calls as Mistral wants them: exactly nine letters and digits.

use std::borrow::Cow;

use mediary_core::ContentHash;

/// How long an id is.
const LENGTH: usize = 9;

/// The id itself if it is one of Mistral's, else always the same other one.
pub(super) fn short(id: &str) -> Cow<'_, str> {
    if id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id.into();
    }
    // Call and result are rewritten alike, in this turn and in every later one.
    let mut hash = ContentHash::of(id.as_bytes()).to_string();
    hash.truncate(LENGTH);
    hash.into()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn foreign_ids_become_nine_letters_and_digits_and_always_the_same() {
        assert_eq!(short("Ab3dEf6hI"), "Ab3dEf6hI");
        for id in ["call_abc", "", "Ab3dEf6hI0", "Ab3dEf6h-", "toolu_01A"] {
            let rewritten = short(id).into_owned();
            assert_eq!(rewritten.len(), 9, "{id}");
            assert!(rewritten.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
            assert_eq!(short(id), rewritten);
        }
        assert_ne!(short("call_1"), short("call_2"));
    }
}
