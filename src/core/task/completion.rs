//! A prompt that is to be gone on with, as models were asked before they chatted. It travels inside of a chat, whose
//! messages are its prompts: what holds for a chat (sampling, streams, what a client is told) holds for it as well.

/// What a prompt asks for beyond a chat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completion {
    /// The prompts. Replies come for the first, then for the second, and so on.
    pub prompts: Vec<Prompt>,
    /// What is to stand behind the reply.
    pub suffix: Option<String>,
    /// Whether the prompt is to stand before the reply.
    pub echo: bool,
    /// Of how many replies those are the best that are given.
    pub best_of: Option<u32>,
    /// Log probabilities of the tokens, with so many alternatives each.
    pub logprobs: Option<u32>,
}

/// One prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// As characters.
    Text(String),
    /// As the numbers of the model's own tokenizer.
    Tokens(Vec<u32>),
}

impl Completion {
    /// What cannot be said to a model that only chats, by its field; `None`: nothing is lost. `n` replies are asked for,
    /// each prompt's.
    #[must_use]
    pub fn lost_in_chats(&self, n: u32, streams: bool) -> Option<&'static str> {
        let has_tokens = self.prompts.iter().any(|prompt| matches!(prompt, Prompt::Tokens(_)));
        let rows = [
            ("suffix", self.suffix.as_ref().is_some_and(|suffix| !suffix.is_empty())),
            // The numbers are another model's.
            ("prompt", has_tokens || (streams && self.prompts.len() > 1)),
            ("best_of", self.best_of.is_some_and(|best_of| best_of > n)),
            // Nothing is known of the prompt's own tokens, and a stream has begun before its reply.
            ("echo", self.echo && (streams || self.logprobs.is_some())),
        ];
        rows.into_iter().find(|(_, is_lost)| *is_lost).map(|(field, _)| field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_prompt_says_is_lost_in_chats() {
        let text = || vec![Prompt::Text("a".into())];
        let of = |completion: Completion, n, streams| {
            let prompts = if completion.prompts.is_empty() { text() } else { completion.prompts.clone() };
            Completion { prompts, ..completion }.lost_in_chats(n, streams)
        };
        let none = Completion::default;
        let two = || Completion { prompts: [text(), text()].concat(), ..none() };
        let rows = [
            (of(none(), 1, true), None),
            (of(Completion { suffix: Some(String::new()), ..none() }, 1, false), None),
            (of(Completion { suffix: Some("}".into()), ..none() }, 1, false), Some("suffix")),
            (of(Completion { best_of: Some(2), ..none() }, 2, false), None),
            (of(Completion { best_of: Some(3), ..none() }, 2, false), Some("best_of")),
            (of(Completion { echo: true, ..none() }, 1, false), None),
            (of(Completion { echo: true, ..none() }, 1, true), Some("echo")),
            (of(Completion { echo: true, logprobs: Some(0), ..none() }, 1, false), Some("echo")),
            (of(two(), 1, false), None),
            (of(two(), 1, true), Some("prompt")),
            (of(Completion { prompts: vec![Prompt::Tokens(vec![1])], ..none() }, 1, false), Some("prompt")),
        ];
        for (at, (found, expected)) in rows.into_iter().enumerate() {
            assert_eq!(found, expected, "row {at}");
        }
    }
}
