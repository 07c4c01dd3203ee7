//! What calls may cost at most, and what of a budget is left for them.
//!
//! A call is bounded before it is made: its prompt by its letters, since no token is less than one, and its reply by the
//! most tokens that the target is told to write. So whatever a target says, the budget holds.

use mediary_core::capability::{Amount, Price, Usd};
use mediary_core::task::{Chat, Part};

/// A reply that may not be longer than this is not worth asking for.
const LEAST_TOKENS: u32 = 64;
/// No reply is longer.
const MOST_TOKENS: u32 = 1 << 17;
/// What stands around a message, a tool and a call.
const AROUND_TOKENS: u64 = 32;

/// What is left of a budget in dollars; `None`: it has no end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purse(Option<u128>);

/// That a call might pass the budget: what it may cost at most, if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dear(pub(super) Option<Usd>);

/// What is set aside for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allotted {
    /// The most tokens of its reply; `None`: as many as the target likes.
    pub(super) max_tokens: Option<u32>,
    /// What it costs at most; nothing where the budget has no end.
    pub(super) at_most: Usd,
}

impl Purse {
    pub(super) fn new(usd: Option<Usd>) -> Self {
        Self(usd.map(Usd::parts))
    }

    /// Sets aside what a call costs at most. `share`: among how many calls what is left is shared, if the request does not
    /// say how long a reply may be.
    ///
    /// # Errors
    /// When it might pass what is left.
    pub(super) fn allot(
        &mut self,
        price: Price,
        prompt_tokens: u64,
        (wanted, replies): (Option<u32>, u32),
        share: usize,
    ) -> Result<Allotted, Dear> {
        let Some(left) = self.0 else { return Ok(Allotted { max_tokens: wanted, at_most: Usd::ZERO }) };
        let cost = |tokens: u32| {
            let completion_tokens = u64::from(tokens) * u64::from(replies);
            price.of(&Amount { prompt_tokens, completion_tokens, ..Amount::default() })
        };
        let Some(bare) = cost(0) else { return Err(Dear(None)) };
        if bare == Usd::ZERO && cost(MOST_TOKENS) == Some(Usd::ZERO) {
            return Ok(Allotted { max_tokens: wanted, at_most: Usd::ZERO });
        }
        let fits = |tokens: u32, room: u128| cost(tokens).is_some_and(|usd| usd.parts() <= room);
        let max_tokens = match wanted {
            Some(wanted) if fits(wanted, left) => wanted,
            Some(wanted) => return Err(Dear(cost(wanted))),
            None => {
                let room = left / share.max(1) as u128;
                let (mut least, mut most) = (0, MOST_TOKENS);
                while least < most {
                    let middle = least + (most - least).div_ceil(2);
                    if fits(middle, room) { least = middle } else { most = middle - 1 }
                }
                if least < LEAST_TOKENS {
                    return Err(Dear(cost(LEAST_TOKENS)));
                }
                least
            }
        };
        let at_most = cost(max_tokens).ok_or(Dear(None))?;
        self.0 = Some(left - at_most.parts());
        Ok(Allotted { max_tokens: Some(max_tokens), at_most })
    }

    /// Gives back what was set aside and not spent. `spent`: `None` if that is not known; then nothing comes back.
    pub(super) fn settle(&mut self, allotted: Allotted, spent: Option<Usd>) {
        if let (Some(left), Some(spent)) = (&mut self.0, spent) {
            *left += allotted.at_most.parts().saturating_sub(spent.parts());
        }
    }
}

/// As many tokens as a chat has at most: no token is less than a byte. Media count twice what they are reckoned with.
pub(super) fn most_prompt_tokens(chat: &Chat, reckoned: u64) -> u64 {
    let mut bytes = 0_u64;
    for message in &chat.messages {
        let texts = message.parts.iter().map(|part| match part {
            Part::Text(text) => text.len(),
            Part::Media(_) | Part::Remote { .. } => 0,
        });
        let calls = message.tool_calls.iter().map(|call| call.name.len() + call.arguments.len());
        let thoughts = message.reasoning.as_ref().map_or(0, |reasoning| reasoning.text.len());
        bytes += AROUND_TOKENS + (texts.sum::<usize>() + calls.sum::<usize>() + thoughts) as u64;
    }
    for tool in chat.all_tools() {
        let parameters = tool.parameters.as_ref().map_or(0, |schema| schema.to_string().len());
        bytes += AROUND_TOKENS + (tool.name.len() + tool.description.map_or(0, |text| text.len()) + parameters) as u64;
    }
    bytes.max(2 * reckoned)
}

#[cfg(test)]
mod tests {
    use mediary_core::capability::{Rate, Rates};

    use super::*;

    fn price(input: f64, output: f64) -> Price {
        Price::Paid(Rates::of_tokens(Rate::written(input).unwrap(), Rate::written(output).unwrap()))
    }

    fn usd(number: f64) -> Usd {
        Rate::written(number).unwrap().times(1, 1)
    }

    #[test]
    fn what_is_allotted_never_comes_to_more_than_the_budget() {
        let mut purse = Purse::new(Some(usd(0.01)));
        let mut sum = Usd::ZERO;
        for share in (1..=4).rev() {
            let allotted = purse.allot(price(1.0, 10.0), 100, (None, 1), share).unwrap();
            assert!(allotted.max_tokens.is_some_and(|tokens| (200..260).contains(&tokens)), "{allotted:?}");
            sum += allotted.at_most;
        }
        assert!(sum <= usd(0.01) && sum > usd(0.0099), "{sum}");
        assert_eq!(purse.allot(price(1.0, 10.0), 100, (None, 1), 1), Err(Dear(Some(usd(0.00074)))));
    }

    #[test]
    fn what_might_pass_it_is_refused_and_what_was_not_spent_comes_back() {
        let mut purse = Purse::new(Some(usd(0.001)));
        assert_eq!(purse.allot(price(1.0, 10.0), 0, (Some(101), 1), 1), Err(Dear(Some(usd(0.00101)))));
        assert_eq!(purse.allot(price(1.0, 10.0), 0, (Some(51), 2), 1), Err(Dear(Some(usd(0.00102)))), "two replies");
        let allotted = purse.allot(price(1.0, 10.0), 0, (Some(100), 1), 1).unwrap();
        assert!(purse.allot(price(1.0, 10.0), 0, (Some(1), 1), 1).is_err());
        purse.settle(allotted, Some(usd(0.0004)));
        assert!(purse.allot(price(1.0, 10.0), 0, (Some(60), 1), 1).is_ok());
        assert!(purse.allot(Price::Unknown, 0, (Some(1), 1), 1) == Err(Dear(None)), "its price is not known");
        assert!(purse.allot(Price::Free, 1 << 20, (None, 1), 1).is_ok_and(|free| free.max_tokens.is_none()));
        let mut open = Purse::new(None);
        assert!(open.allot(Price::Unknown, 1 << 20, (None, 1), 1).is_ok());
    }
}
