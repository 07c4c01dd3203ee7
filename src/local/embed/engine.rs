//! The model as an engine: texts of a task in, vectors and the count of their tokens out.
//!
//! Tokens of other tokenizers are not understood; the gateway makes texts of them before.

use mediary_core::Failure;
use mediary_core::engine::{Emit, Engine, Job};
use mediary_core::task::{EmbedInput, ReplyEvent, Task, Usage};

use super::MiniLm;

impl Engine for MiniLm {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Embed(embed) = &job.task else { return Err(crate::other_task("all-minilm-l6-v2", &job.task)) };
        let mut texts = Vec::with_capacity(embed.inputs.len());
        for input in &embed.inputs {
            match input {
                EmbedInput::Text(text) => texts.push(text.clone()),
                EmbedInput::Tokens(_) => {
                    return Err(Failure::broken("tokens of another tokenizer were handed to all-minilm-l6-v2"));
                }
            }
        }
        let mut tell = |index: usize, vector| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            if emit(ReplyEvent::Vector { index, vector }).is_break() {
                job.cancel.cancel();
            }
        };
        let prompt_tokens = self.embed(&texts, &mut tell, &job.cancel)?;
        // A caller that has left needs no end.
        let _ = emit(ReplyEvent::Usage(Usage { prompt_tokens, ..Usage::default() }));
        Ok(())
    }
}
