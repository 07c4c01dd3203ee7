//! Prompts to be gone on with, as OpenAI's older format has them. Answers are read as chats are: a text stands where a
//! message does.

use mediary_core::Failure;
use mediary_core::task::{Completion, Prompt};

use super::encode::{extras, sends};
use super::habits;
use crate::body::{self, Object, array};
use crate::dialect::{ChatCall, HttpCall};

/// Fields that are written from elsewhere.
const OWN: [&str; 17] = [
    "model",
    "prompt",
    "suffix",
    "echo",
    "best_of",
    "logprobs",
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "stop",
    "n",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "stream",
    "stream_options",
];

/// Writes a request.
pub(super) fn encode(call: &ChatCall<'_>, completion: &Completion) -> Result<HttpCall, Failure> {
    let chat = call.task;
    let sampling = &chat.sampling;
    let mut out = body::buffer(chat);
    let mut request = Object::open(&mut out);
    let has_sends = |name: &str| sends(call, name);
    request.field("model", call.model());
    match completion.prompts.as_slice() {
        [Prompt::Text(text)] => request.field("prompt", text),
        [Prompt::Tokens(tokens)] => request.field("prompt", tokens),
        many => array(request.key("prompt"), many, |out, prompt| {
            match prompt {
                Prompt::Text(text) => body::value(out, text),
                Prompt::Tokens(tokens) => body::value(out, tokens),
            }
            Ok(())
        })?,
    }
    request.some("suffix", completion.suffix.as_ref());
    request.some("echo", Some(true).filter(|_| completion.echo));
    request.some("best_of", completion.best_of);
    request.some("logprobs", completion.logprobs);
    request.some("max_tokens", sampling.max_tokens);
    request.some("temperature", habits::temperature(call));
    request.some("top_p", sampling.top_p.filter(|_| has_sends("top_p")));
    request.some("top_k", sampling.top_k.filter(|_| has_sends("top_k")));
    request.some("stop", habits::stops(call));
    request.some("n", Some(sampling.n).filter(|n| *n > 1));
    request.some("seed", sampling.seed.filter(|_| has_sends("seed")));
    request.some("presence_penalty", sampling.presence_penalty.filter(|_| has_sends("presence_penalty")));
    request.some("frequency_penalty", sampling.frequency_penalty.filter(|_| has_sends("frequency_penalty")));
    if chat.stream {
        request.field("stream", &true);
        super::encode::stream_options(&mut request, call);
    }
    extras(&mut request, &chat.extras, &OWN, has_sends);
    request.close();
    Ok(HttpCall::json("/completions", out).without(call))
}
