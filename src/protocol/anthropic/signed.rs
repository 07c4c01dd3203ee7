//! What vendors want back unchanged, on its way through clients that know nothing of it.
//!
//! A signature of another vendor's goes out with its maker's format before it, so that it is known when it comes back:
//! thoughts go only to the vendor that signed them. A signature of a call has no place in this format; it travels in the
//! call's id, which every client repeats.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The format whose signatures stand as they are.
pub(super) const OWN: &str = "anthropic";
/// What stands before the maker of a signature that is another vendor's.
const FOREIGN: &str = "mediary:";
/// What stands before the signature in the id of a call.
const SIGNED: &str = "__signed_";

/// A signature as clients are given it.
pub(super) fn out(maker: &str, signature: Option<&str>) -> String {
    let signature = signature.unwrap_or_default();
    if maker == OWN { signature.to_owned() } else { format!("{FOREIGN}{maker}:{signature}") }
}

/// The maker's format and the signature, if there is one, out of what a client gave back.
pub(super) fn back(text: &str) -> (&str, Option<&str>) {
    let foreign = text.strip_prefix(FOREIGN).and_then(|rest| rest.split_once(':'));
    let (maker, signature) = foreign.unwrap_or((OWN, text));
    (maker, Some(signature).filter(|signature| !signature.is_empty()))
}

/// The id of a call with its signature. Ids here are of few letters.
pub(in crate::protocol) fn id_out(id: &str, signature: Option<&str>) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    let plain: String = id.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    match signature {
        Some(signature) => format!("{plain}{SIGNED}{}", URL_SAFE_NO_PAD.encode(signature)),
        None => plain,
    }
}

/// The id and the signature out of an id that a client gave back.
pub(in crate::protocol) fn id_back(id: &str) -> (&str, Option<String>) {
    let signed = id.rsplit_once(SIGNED).and_then(|(id, coded)| {
        let signature = String::from_utf8(URL_SAFE_NO_PAD.decode(coded).ok()?).ok()?;
        Some((id, Some(signature)))
    });
    signed.unwrap_or((id, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_come_back_to_their_makers() {
        for (maker, signature) in [(OWN, Some("EqQB/+=")), ("gemini", Some("a:b")), ("openai", None), ("gemini", None)]
        {
            let told = out(maker, signature);
            assert_eq!(back(&told), (maker, signature), "{told}");
        }
        assert_eq!(out(OWN, Some("EqQB")), "EqQB", "a vendor's own signature is not touched");
    }

    #[test]
    fn an_id_carries_a_signature_in_letters_that_ids_may_have() {
        for (id, signature) in [("call_1", Some("AbC/+==")), ("call.1:x", Some("")), ("toolu_1", None)] {
            let told = id_out(id, signature);
            assert!(told.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)), "{told}");
            let (back, found) = id_back(&told);
            assert_eq!(found.as_deref(), signature, "{told}");
            assert_eq!(back.len(), id.len());
        }
        assert_eq!(id_back("a__signed_!"), ("a__signed_!", None));
    }
}
