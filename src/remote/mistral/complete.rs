//! A prompt to be gone on with, and what stands behind it: fill-in-the-middle, for one prompt at a time. Answers are those
//! of chats.

use mediary_core::task::{Completion, Prompt};
use mediary_core::{Failure, FailureKind};

use crate::body::{self, Object};
use crate::dialect::{ChatCall, HttpCall};

/// Writes a request.
///
/// # Errors
/// What cannot be said here, for which there may be another target.
pub(super) fn encode(call: &ChatCall<'_>, completion: &Completion) -> Result<HttpCall, Failure> {
    let chat = call.task;
    let sampling = &chat.sampling;
    let asks_for = [
        ("echo", completion.echo),
        ("logprobs", completion.logprobs.is_some()),
        ("n", sampling.n > 1),
        ("best_of", completion.best_of.is_some_and(|best_of| best_of > 1)),
    ];
    if let Some((field, _)) = asks_for.into_iter().find(|(_, is_asked)| *is_asked) {
        return Err(unsaid(field));
    }
    let [Prompt::Text(prompt)] = completion.prompts.as_slice() else { return Err(unsaid("prompt")) };
    let mut out = body::buffer(chat);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.field("prompt", prompt);
    request.some("suffix", completion.suffix.as_ref());
    request.some("max_tokens", sampling.max_tokens);
    request.some("temperature", sampling.temperature.filter(|_| call.sends("temperature")));
    request.some("top_p", sampling.top_p.filter(|_| call.sends("top_p")));
    request.some("stop", Some(&sampling.stop).filter(|stop| !stop.is_empty() && call.sends("stop")));
    request.some("random_seed", sampling.seed.filter(|_| call.sends("seed")));
    if chat.stream {
        request.field("stream", &true);
    }
    request.close();
    Ok(HttpCall::json("/fim/completions", out).without(call))
}

fn unsaid(field: &str) -> Failure {
    Failure::new(FailureKind::Unacceptable, format!("`{field}` cannot be said to a model that fills in the middle"))
}
