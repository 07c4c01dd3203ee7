//! Where a text may be cut so that its pieces can be spoken by themselves: behind a sentence, else a clause, else a word.
//!
//! Pure. How the engines of this process cut what they are given, to be heard sooner, is their own business.

/// What ends a sentence, where a blank follows.
const ENDS: &str = ".!?…";
/// What ends a sentence, whatever follows.
const WIDE_ENDS: &str = "。！？．।؟۔\n";
/// What ends a clause, where a blank follows.
const CLAUSE_ENDS: &str = ",;:—–";
/// What may stand between the end of a sentence and the blank behind it.
const CLOSING: &str = "\"')]}”’»›」』）";

/// A sentence that is shorter is spoken with the next one, if that is there already.
const SHORT_BYTES: usize = 24;

/// Whether there is anything in a text to speak: a letter or a digit. Marks and pictures alone are not spoken.
pub(in crate::gateway) fn has_words(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// How much of a text that still grows is whole sentences, in bytes. A mark at its very end may yet be followed by more
/// than a blank: it is no end.
pub(super) fn whole_sentences(text: &str) -> usize {
    cuts(text).filter(|(_, cut)| *cut == Cut::Sentence).map(|(at, _)| at).last().unwrap_or(0)
}

/// How much of a text that still grows is its first whole sentence, in bytes; 0: there is none yet. Short ones are taken
/// together, since each begins anew with a breath.
pub(in crate::gateway) fn first_sentence(text: &str) -> usize {
    let sentences = cuts(text).filter(|(_, cut)| *cut == Cut::Sentence).map(|(at, _)| at);
    let mut last = 0;
    for at in sentences {
        last = at;
        if at >= SHORT_BYTES {
            break;
        }
    }
    last
}

/// A text in pieces of at most so many bytes, which together are all of its words. One character may be longer.
pub(super) fn pieces(text: &str, most_bytes: usize) -> Vec<&str> {
    let (mut rest, mut pieces) = (text.trim(), Vec::new());
    while rest.len() > most_bytes {
        let (piece, behind) = rest.split_at(last_cut(rest, most_bytes));
        pieces.push(piece.trim_end());
        rest = behind.trim_start();
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The last place within so many bytes where the text is best cut.
fn last_cut(text: &str, most_bytes: usize) -> usize {
    let mut best = None;
    for (at, cut) in cuts(text).take_while(|(at, _)| *at <= most_bytes) {
        // A little more of a piece is not worth a cut within a sentence.
        if best.is_none_or(|(_, before)| cut >= before) {
            best = Some((at, cut));
        }
    }
    let letter = || text.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let within = || letter().take_while(|at| *at <= most_bytes).last().or_else(|| letter().next());
    best.map(|(at, _)| at).or_else(within).unwrap_or(text.len())
}

/// How good a place is for a cut, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Word,
    Clause,
    Sentence,
}

/// All places where a text may be cut, each behind a blank or a wide mark.
fn cuts(text: &str) -> impl Iterator<Item = (usize, Cut)> {
    let mut last = Cut::Word;
    text.char_indices().filter_map(move |(at, letter)| {
        let behind = at + letter.len_utf8();
        if WIDE_ENDS.contains(letter) {
            last = Cut::Word;
            return Some((behind, Cut::Sentence));
        }
        if letter.is_whitespace() {
            return Some((behind, std::mem::replace(&mut last, Cut::Word)));
        }
        last = match letter {
            letter if ENDS.contains(letter) => Cut::Sentence,
            letter if CLAUSE_ENDS.contains(letter) => Cut::Clause,
            letter if CLOSING.contains(letter) => last,
            _ => Cut::Word,
        };
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_pictures_are_no_words() {
        for text in ["a", "7", "…no", "你好", "नमस्ते"] {
            assert!(has_words(text), "{text}");
        }
        for text in ["", " \n", "…!?", "😀🎉", "***", "\u{301}"] {
            assert!(!has_words(text), "{text}");
        }
    }

    #[test]
    fn a_growing_text_is_cut_behind_its_last_whole_sentence() {
        let rows = [
            ("Hello there. How are", "Hello there. "),
            ("It costs 3.5 now", ""),
            ("It costs 3.", ""),
            ("He said \"no.\" Then", "He said \"no.\" "),
            ("你好。今天", "你好。"),
            ("One\ntwo", "One\n"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(&text[..whole_sentences(text)], expected, "{text}");
        }
    }

    #[test]
    fn the_first_sentence_is_spoken_first_and_short_ones_together() {
        for (text, expected) in [
            ("No end yet", ""),
            ("Yes. ", "Yes. "),
            ("Yes. No. And this one is long enough. More. ", "Yes. No. And this one is long enough. "),
            ("This one is long enough already. More. ", "This one is long enough already. "),
        ] {
            assert_eq!(&text[..first_sentence(text)], expected, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_where_it_hurts_least() {
        let rows: [(&str, usize, &[&str]); 5] = [
            ("One two. Three four. Five.", 14, &["One two.", "Three four.", "Five."]),
            ("One, two three four", 12, &["One,", "two three", "four"]),
            ("aaaa bbbb", 6, &["aaaa", "bbbb"]),
            ("aaaaaaa", 3, &["aaa", "aaa", "a"]),
            ("äöü", 1, &["ä", "ö", "ü"]),
        ];
        for (text, most, expected) in rows {
            assert_eq!(pieces(text, most), expected, "{text}");
        }
    }

    #[test]
    fn pieces_keep_to_the_limit_and_lose_no_word() {
        let text = "Ünë deux, trois! Quatre? Cinq six\nsept.  huit neuf dix onze. ".repeat(3);
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
        for most in 4..80 {
            let pieces = pieces(&text, most);
            assert!(pieces.iter().all(|piece| piece.len() <= most && !piece.trim().is_empty()), "{most}");
            assert_eq!(letters(&pieces.concat()), letters(&text), "{most}");
        }
    }
}
