//! What is new in a request, and which turns come back with it: judged by digests and counts alone.
//!
//! A client that sends an answer of a model's with its request keeps its conversation itself; it is given nothing, and what
//! the thread has is not kept twice. One that sends only what is new is given the last turns that fit, whole.

use mediary_store::MessageMark;

/// A message of a request, in short.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// Its place in the request.
    pub(super) at: usize,
    /// Whose it is.
    pub(super) role: &'static str,
    /// By which it is known.
    pub(super) digest: Vec<u8>,
}

/// What a request is to its thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    /// The places of what the thread has not yet.
    pub(super) new: Vec<usize>,
    /// Whether the client keeps the conversation itself.
    pub(super) has_history: bool,
}

/// What is new of a request without its instructions.
pub(super) fn share(kept: &[MessageMark], sent: &[Sent]) -> Share {
    // What comes behind the last answer is new whatever it says: the same question may be asked again. An answer at the very
    // end is the beginning of the next one.
    let before_last = &sent[..sent.len().saturating_sub(1)];
    let history = before_last.iter().rposition(|message| message.role == "assistant").map_or(0, |at| at + 1);
    let (old, new) = sent.split_at(history);
    let mut left = kept;
    let mut unknown = Vec::new();
    for message in old {
        match left.iter().position(|mark| mark.role == message.role && mark.digest == message.digest) {
            Some(at) => left = &left[at + 1..],
            // Clients may polish what a model said; the thread has what it said indeed.
            None if message.role == "assistant" && left.first().is_some_and(|next| next.role == "assistant") => {
                left = &left[1..];
            }
            None => unknown.push(message.at),
        }
    }
    unknown.extend(new.iter().map(|message| message.at));
    Share { new: unknown, has_history: history > 0 }
}

/// The turns of a thread that fit, the last ones: from which of its messages on, how many they are, and how many are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) from: usize,
    pub(super) turns: usize,
    pub(super) left_out: usize,
}

/// Chooses the last turns within so many tokens, and so many messages. A turn begins with its user's message and has everything up to the next. The
/// last one comes in any case where the request answers its calls (`goes_on`).
pub(super) fn chosen(kept: &[MessageMark], (budget, most): (u64, usize), goes_on: bool) -> Chosen {
    let mut begins: Vec<usize> = Vec::new();
    for (at, mark) in kept.iter().enumerate() {
        if mark.role == "user" || at == 0 {
            begins.push(at);
        }
    }
    let (mut from, mut turns, mut spent) = (kept.len(), 0, 0_u64);
    for begin in begins.iter().rev() {
        let its = kept[*begin..from].iter().map(|mark| u64::try_from(mark.tokens).unwrap_or(0));
        spent = its.fold(spent, u64::saturating_add);
        let is_needed = goes_on && turns == 0;
        if (spent > budget || kept.len() - begin > most) && !is_needed {
            break;
        }
        (from, turns) = (*begin, turns + 1);
    }
    Chosen { from, turns, left_out: begins.len() - turns }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `u1 a1`: a user's message and an answer.
    fn marks(text: &str) -> Vec<MessageMark> {
        let mark = |(at, word): (usize, &str)| MessageMark {
            seq: at as i64,
            role: role(word).to_owned(),
            tokens: 10,
            digest: word.as_bytes().to_vec(),
        };
        text.split_whitespace().enumerate().map(mark).collect()
    }

    fn role(word: &str) -> &'static str {
        match word.as_bytes()[0] {
            b'u' => "user",
            b'a' => "assistant",
            _ => "tool",
        }
    }

    fn new_of(kept: &str, sent: &str) -> (String, bool) {
        let words: Vec<&str> = sent.split_whitespace().collect();
        let all = words.iter().enumerate();
        let all: Vec<Sent> =
            all.map(|(at, word)| Sent { at, role: role(word), digest: word.as_bytes().to_vec() }).collect();
        let share = share(&marks(kept), &all);
        let new: Vec<&str> = share.new.iter().map(|at| words[*at]).collect();
        (new.join(" "), share.has_history)
    }

    #[test]
    fn only_what_is_new_is_new() {
        let rows = [
            // A client that sends only its message.
            ("", "u1", "u1", false),
            ("u1 a1", "u2", "u2", false),
            ("u1 a1", "u1", "u1", false),
            ("u1 a1", "t1", "t1", false),
            // One that sends everything, or the end of it.
            ("", "u1 a1 u2", "u1 a1 u2", true),
            ("u1 a1", "u1 a1 u2", "u2", true),
            ("u1 a1 u2 a2", "u2 a2 u3", "u3", true),
            ("u1 a1 t1 a2", "u1 a1 t1 a2 u2", "u2", true),
            ("u1 a1", "u1 a1 t1 t2", "t1 t2", true),
            // One whose conversation took another way, and goes on there.
            ("u1 a1 u2 a2", "u1 a1 u3", "u3", true),
            ("u1 a1 u2 a2 u3 a3", "u1 a1 u3 a3 u4", "u4", true),
            // The thread has not heard all of it.
            ("u1 a1", "u1 a1 u2 a2 u3", "u2 a2 u3", true),
            // One that has polished an answer.
            ("u1 a1 u2 a2", "u1 aX u2 a2 u3", "u3", true),
            ("u1 a1", "u1 aX u2", "u2", true),
            // The beginning of an answer is the client's.
            ("u1 a1", "u2 a2", "u2 a2", false),
            ("u1 a1", "u1 a1 u2 a2", "u2 a2", true),
        ];
        for (kept, sent, new, has_history) in rows {
            assert_eq!(new_of(kept, sent), (new.to_owned(), has_history), "{sent} to {kept}");
        }
    }

    #[test]
    fn whole_turns_come_back_the_oldest_go_first() {
        let rows = [
            ("u1 a1 u2 a2", 100, false, (0, 2, 0)),
            ("u1 a1 u2 a2", 39, false, (2, 1, 1)),
            ("u1 a1 u2 a2", 19, false, (4, 0, 2)),
            ("u1 a1 u2 a2", 19, true, (2, 1, 1)),
            ("u1 a1 t1 t2 a2", 49, false, (5, 0, 1)),
            ("u1 a1 t1 t2 a2 u2 a3", 69, false, (5, 1, 1)),
            ("u1 a1 t1 t2 a2 u2 a3", 70, false, (0, 2, 0)),
            ("a1 u1 a2", 20, false, (1, 1, 1)),
            ("", 20, true, (0, 0, 0)),
        ];
        for (kept, budget, goes_on, (from, turns, left_out)) in rows {
            let expected = Chosen { from, turns, left_out };
            assert_eq!(chosen(&marks(kept), (budget, 100), goes_on), expected, "{budget} of {kept}");
        }
        let expected = Chosen { from: 2, turns: 1, left_out: 1 };
        assert_eq!(chosen(&marks("u1 a1 u2 a2"), (100, 3), false), expected, "of many messages the oldest go");
    }
}
