//! What vendors want back with their thoughts, on its way through clients of this format: as `thoughtSignature`, which is
//! base64 of either alphabet, since some clients read it as bytes and write those anew. Another vendor's has its maker
//! inside, so that it goes back to that vendor alone.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mediary_core::task::Reasoning;

use super::WIRE_FORMAT;

/// What stands before the maker of a signature that is another vendor's.
const FOREIGN: &str = "mediary:";
/// Reads base64 with and without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A signature as clients are given it.
pub(super) fn out(maker: &str, signature: &str) -> String {
    match maker {
        WIRE_FORMAT => signature.to_owned(),
        maker => STANDARD.encode(format!("{FOREIGN}{maker}:{signature}")),
    }
}

/// Thoughts with the signature that a client gave back.
pub(super) fn back(text: String, signature: Option<String>) -> Reasoning {
    let Some(signature) = signature.filter(|signature| !signature.is_empty()) else {
        return Reasoning { text, ..Reasoning::default() };
    };
    let plain = LENIENT.decode(signature.replace('-', "+").replace('_', "/")).ok();
    let foreign = plain.and_then(|bytes| String::from_utf8(bytes).ok());
    let foreign = foreign.as_deref().and_then(|text| text.strip_prefix(FOREIGN)?.split_once(':'));
    let (maker, signature) = match foreign {
        Some((maker, its)) => (maker.to_owned(), Some(its.to_owned()).filter(|its| !its.is_empty())),
        None => (WIRE_FORMAT.to_owned(), Some(signature)),
    };
    Reasoning { text, signature, thought_by: Some(maker), places: Vec::new() }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn signatures_come_back_to_their_makers_however_a_client_writes_them() {
        for (maker, signature) in [("anthropic", "EqQB/+=ü?"), ("openai-responses", "a:b"), (WIRE_FORMAT, "U0lH")] {
            let told = out(maker, signature);
            let anew = URL_SAFE_NO_PAD.encode(STANDARD.decode(&told).unwrap());
            for told in [told, anew] {
                let thoughts = back("t".into(), Some(told));
                assert_eq!(thoughts.signature_for(maker), Some(signature));
                assert_eq!(thoughts.signature_for("other"), None);
            }
        }
        assert_eq!(out(WIRE_FORMAT, "U0lH"), "U0lH", "a vendor's own signature is not touched");
        let odd = back(String::new(), Some("no base64!".into()));
        assert_eq!(odd.signature_for(WIRE_FORMAT), Some("no base64!"));
        assert_eq!(back("t".into(), None).thought_by, None);
    }
}
