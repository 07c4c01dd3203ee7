//! A task for an engine of embeddings: its texts in, vectors and the count of their tokens out.
//!
//! Tokens of other tokenizers are not understood; the gateway makes texts of them before.

use mediary_core::Failure;
use mediary_core::engine::{Cancel, Emit, Engine, Job};
use mediary_core::task::{Embed, EmbedInput, ReplyEvent, Task, Usage};

use super::MiniLm;
use super::length::Overlong;

/// How many tokens there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// That the model saw, marks included.
    pub tokens: u64,
    /// That were cut off.
    pub cut: u64,
}

type Tell<'a> = &'a mut dyn FnMut(usize, Vec<f32>);

/// Hands the texts of a task to `embed`, and tells what comes of it.
pub(super) fn carry_out(
    embed: &Embed,
    cancel: &Cancel,
    emit: Emit<'_>,
    run: impl FnOnce(&[String], Overlong, Tell<'_>, &Cancel) -> Result<Counted, Failure>,
) -> Result<(), Failure> {
    let mut texts = Vec::with_capacity(embed.inputs.len());
    for input in &embed.inputs {
        match input {
            EmbedInput::Text(text) => texts.push(text.clone()),
            EmbedInput::Tokens(_) => {
                return Err(Failure::broken("tokens of another tokenizer were handed to an engine of embeddings"));
            }
        }
    }
    let overlong = if embed.cuts_long_texts() { Overlong::Cut } else { Overlong::Refused };
    let mut tell = |index: usize, vector| {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        if emit(ReplyEvent::Vector { index, vector }).is_break() {
            cancel.cancel();
        }
    };
    let counted = run(&texts, overlong, &mut tell, cancel)?;
    let usage = Usage { prompt_tokens: counted.tokens, cut_tokens: counted.cut, ..Usage::default() };
    // A caller that has left needs no end.
    let _ = emit(ReplyEvent::Usage(usage));
    Ok(())
}

impl Engine for MiniLm {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Embed(embed) = &job.task else { return Err(crate::other_task("all-minilm-l6-v2", &job.task)) };
        carry_out(embed, &job.cancel, emit, |texts, overlong, tell, cancel| self.embed(texts, overlong, tell, cancel))
    }
}
