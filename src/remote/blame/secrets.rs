//! What of a provider's words may be shown: neither keys nor what looks like one, and not without end.

use mediary_core::Failure;

/// How much of a provider's message is shown.
const MOST_CHARS: usize = 300;
/// From this length on, a run of letters and digits may be a key.
const KEY_CHARS: usize = 24;
/// From this length on, a piece between hyphens is no word and no number any more.
const PIECE_CHARS: usize = 16;
/// How keys of known providers begin.
const PREFIXES: [&str; 12] =
    ["sk-", "sk_", "pk-", "pk_", "rk-", "gsk_", "csk-", "hf_", "xai-", "nvapi-", "AIza", "github_pat_"];
/// A key shorter than this is a placeholder, and replacing it would only garble the text.
const SHORTEST_KEY: usize = 6;

/// The failure, without the key should its provider have repeated it.
pub(crate) fn without_key(mut failure: Failure, key: Option<&str>) -> Failure {
    if let Some(key) = key.filter(|key| key.len() >= SHORTEST_KEY && failure.detail.contains(key)) {
        failure.detail = failure.detail.replace(key, "…");
    }
    failure
}

/// A provider's message as it may be shown: on one line, cut, and without anything that looks like a key.
pub(crate) fn shown(message: &str) -> String {
    let mut shown = String::new();
    let mut after_bearer = false;
    for word in message.split_whitespace().take(MOST_CHARS) {
        if !shown.is_empty() {
            shown.push(' ');
        }
        match after_bearer {
            true => shown.push('…'),
            false => push_without_keys(&mut shown, word),
        }
        after_bearer = word.eq_ignore_ascii_case("bearer");
    }
    if let Some((at, _)) = shown.char_indices().nth(MOST_CHARS) {
        shown.truncate(at);
        shown.push('…');
    }
    shown
}

fn push_without_keys(shown: &mut String, word: &str) {
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(|c| !may_be_in_key(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        shown.push_str(if looks_like_key(run) { "…" } else { run });
        let next = after.find(may_be_in_key).unwrap_or(after.len());
        shown.push_str(&after[..next]);
        rest = &after[next..];
    }
}

fn may_be_in_key(character: char) -> bool {
    // Providers show keys with stars in the middle; the ends are kept back as well.
    character.is_ascii_alphanumeric() || "-_+/=*".contains(character)
}

fn looks_like_key(run: &str) -> bool {
    if PREFIXES.iter().any(|prefix| run.len() >= prefix.len() + 4 && run.starts_with(prefix)) || run.contains("***") {
        return true;
    }
    // Names of models and fields are long too, but made of short words.
    let is_random = |piece: &str| {
        let has = |test: fn(&char) -> bool| piece.chars().any(|c| test(&c));
        piece.len() >= PIECE_CHARS
            && (has(char::is_ascii_digit) || has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase))
    };
    run.len() >= KEY_CHARS && run.split(['-', '_']).any(is_random)
}

#[cfg(test)]
mod tests {
    use mediary_core::FailureKind;

    use super::*;

    #[test]
    fn what_looks_like_a_key_is_not_shown() {
        let rows = [
            ("Incorrect API key provided: sk-proj-abcd1234.", "Incorrect API key provided: …."),
            ("key sk-ab***yz is wrong", "key … is wrong"),
            ("Authorization: Bearer abc.def.ghi sent", "Authorization: Bearer … sent"),
            ("hash 0123456789abcdef01234567 unknown", "hash … unknown"),
            ("token \"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\"", "token \"…\""),
            ("gsk_abcdefgh1234", "…"),
            ("  two\n lines ", "two lines"),
            (
                "model `meta-llama/llama-4-maverick-17b-128e-instruct` takes no max_completion_tokens_of_some_kind",
                "model `meta-llama/llama-4-maverick-17b-128e-instruct` takes no max_completion_tokens_of_some_kind",
            ),
            ("messages[0].content[1].image_url", "messages[0].content[1].image_url"),
        ];
        for (message, expected) in rows {
            assert_eq!(shown(message), expected);
        }
    }

    #[test]
    fn long_messages_are_cut() {
        let cut = shown(&"ä ".repeat(1000));
        assert_eq!(cut.chars().count(), 301);
        assert!(cut.ends_with('…'));
    }

    #[test]
    fn the_key_that_was_sent_is_never_repeated() {
        let failure = |detail: &str| Failure::new(FailureKind::BadKey, detail);
        assert_eq!(without_key(failure("no hunter22 here"), Some("hunter22")), failure("no … here"));
        assert_eq!(without_key(failure("none of it"), Some("none")), failure("none of it"));
        assert_eq!(without_key(failure("a"), None), failure("a"));
    }
}
