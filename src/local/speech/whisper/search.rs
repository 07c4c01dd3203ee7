//! Finding the words of a segment: the likeliest token after another, or several ways side by side of which the likeliest
//! in the end is taken.
//!
//! What is heard clearly comes out the same either way, and several cost as much each; who calls this decides.

use std::rc::Rc;

use mediary_core::Failure;
use mediary_core::engine::Cancel;

use super::super::repetition::loop_start;
use super::choice::Choice;
use super::decoder::{Decoding, Encoded, Networks};

/// A way that has come to its end.
pub(super) struct Found {
    pub(super) tokens: Vec<i64>,
    /// For each token and the end, how much each head attends to each frame.
    pub(super) attention: Vec<Rc<[f32]>>,
    /// The mean logarithm of the probabilities of its tokens and its end.
    pub(super) mean_logprob: f32,
    /// Whether it has none, but repeats itself.
    pub(super) looped: bool,
}

/// A way that goes on.
struct Way {
    tokens: Vec<i64>,
    logprob: f32,
    decoding: Decoding,
}

impl Way {
    fn ended(&self, lead_in: usize, logprob: f32) -> Found {
        Found {
            tokens: self.tokens.clone(),
            attention: self.decoding.attention[lead_in - 1..].to_vec(),
            mean_logprob: logprob / (self.tokens.len() + 1) as f32,
            looped: false,
        }
    }
}

/// How far and how wide is searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How many ways are followed side by side.
    pub(super) ways: usize,
    /// The most tokens of one.
    pub(super) tokens: usize,
}

/// The likeliest way from a decoder that has been told what to do. `choice` says which tokens may come.
pub(super) fn search(
    networks: &mut Networks,
    heard: &Encoded,
    begun: Decoding,
    choice: &mut Choice<'_>,
    bounds: Bounds,
    cancel: &Cancel,
) -> Result<Found, Failure> {
    let lead_in = begun.attention.len();
    let mut ways = vec![Way { tokens: Vec::new(), logprob: 0.0, decoding: begun }];
    let mut found: Vec<Found> = Vec::new();
    while !ways.is_empty() {
        let mut steps: Vec<(f32, usize, i64)> = Vec::new();
        for (place, way) in ways.iter().enumerate() {
            let next = choice.next(&way.decoding.scores, way.tokens.is_empty(), bounds.ways);
            steps.extend(next.into_iter().map(|(token, logprob)| (way.logprob + logprob, place, token)));
        }
        steps.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut taken = Vec::new();
        for (logprob, place, token) in steps {
            if taken.len() == bounds.ways {
                break;
            }
            if token == choice.end() {
                found.push(ways[place].ended(lead_in, logprob));
            } else {
                taken.push((logprob, place, token));
            }
        }
        let length = ways[0].tokens.len() + 1;
        let likeliest = found.iter().filter(|one| !one.looped).map(|one| one.mean_logprob).fold(f32::MIN, f32::max);
        let is_behind = taken.first().is_none_or(|(logprob, ..)| logprob / length as f32 <= likeliest);
        if found.len() >= bounds.ways || is_behind {
            break;
        }
        let mut following = Vec::with_capacity(taken.len());
        for (logprob, place, token) in taken {
            cancel.check()?;
            let mut tokens = ways[place].tokens.clone();
            tokens.push(token);
            let repeats = loop_start(&tokens);
            if repeats.is_some() || tokens.len() >= bounds.tokens {
                let ended = ways[place].ended(lead_in, logprob);
                tokens.truncate(repeats.unwrap_or(tokens.len()));
                found.push(Found { tokens, looped: true, ..ended });
                continue;
            }
            let mut decoding = ways[place].decoding.branch();
            networks.step(heard, &mut decoding, token)?;
            following.push(Way { tokens, logprob, decoding });
        }
        ways = following;
    }
    let best =
        found.into_iter().max_by(|a, b| (!a.looped).cmp(&!b.looped).then(a.mean_logprob.total_cmp(&b.mean_logprob)));
    best.ok_or_else(|| Failure::broken("the decoder of a speech model gave no tokens"))
}
