//! The input of a tool that takes free text, as the arguments of the function that stands for it everywhere else: one text
//! in an object, which is opened, grows and is closed.

use mediary_core::task::FreeText;
use serde_json::Value;

/// What ends it.
pub(super) const END: &str = "\"}";

/// What begins it.
pub(super) fn beginning() -> String {
    format!("{{\"{}\":\"", FreeText::INPUT)
}

/// A piece of it.
pub(super) fn piece(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_one_text() {
        let whole = [beginning(), piece("a \"b\"\n"), piece("ü\\"), END.to_owned()].concat();
        assert_eq!(FreeText::input_of(&whole), "a \"b\"\nü\\");
    }
}
