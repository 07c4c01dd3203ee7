//! What vendors want back with their thoughts, on its way through clients of this format: as `encrypted_content`, with its
//! maker's format before it, so that it goes back to that vendor alone.

use mediary_core::task::Reasoning;

/// What stands before the maker.
const OURS: &str = "mediary:";

/// A signature as clients are given it.
pub(super) fn out(maker: &str, signature: &str) -> String {
    format!("{OURS}{maker}:{signature}")
}

/// Thoughts as a client gives them back. What is not of our writing was made by a server of this format.
pub(super) fn back(text: String, encrypted: Option<String>) -> Reasoning {
    let Some(encrypted) = encrypted.filter(|encrypted| !encrypted.is_empty()) else {
        return Reasoning { text, ..Reasoning::default() };
    };
    let (maker, signature) = match encrypted.strip_prefix(OURS).and_then(|rest| rest.split_once(':')) {
        Some((maker, signature)) => (maker.to_owned(), signature.to_owned()),
        None => (super::WIRE_FORMAT.to_owned(), encrypted),
    };
    Reasoning { text, signature: Some(signature), thought_by: Some(maker), places: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_come_back_to_their_makers() {
        let thoughts = back("t".into(), Some(out("gemini", "a:b+/=")));
        assert_eq!(thoughts.signature_for("gemini"), Some("a:b+/="));
        assert_eq!(thoughts.signature_for("anthropic"), None);
        let foreign = back("t".into(), Some("gAAAAB".into()));
        assert_eq!(
            (foreign.signature_for("gemini"), foreign.signature_for(super::super::WIRE_FORMAT)),
            (None, Some("gAAAAB"))
        );
        assert_eq!(back("t".into(), None).signature, None);
    }
}
