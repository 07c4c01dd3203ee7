//! `local/e5-small`: one vector of 384 numbers for each text, of some hundred languages, in this process.
//!
//! Texts that ask and texts that answer are told apart by a word before them, as the model was trained: `query: ` and
//! `passage: `. Which of them a text is, is said by the request's `input_type`; where it is not said, texts ask, as the model's
//! authors have it for texts that are compared with each other.
//!
//! The model is multilingual-e5-small (MIT) with weights of four bits; its graph is written by [`crate::graph`].

use std::path::PathBuf;

use mediary_core::Failure;
use mediary_core::engine::{Cancel, Emit, Engine, Job};
use mediary_core::task::{InputType, Task};

use super::engine::{Counted, carry_out};
use super::length::{Overlong, fitted};
use super::model::SentenceModel;
use super::unigram::Unigram;
use crate::runtime::Runtime;

const NAME: &str = "e5-small";

/// Where the engine's files lie.
#[derive(Debug, Clone)]
pub struct E5Files {
    /// The graph with its weights (ONNX), as `mediary models pull` writes it.
    pub model: PathBuf,
    /// The file that the weights came in, with the pieces of words.
    pub packed: PathBuf,
}

/// The engine: a loaded model with its pieces.
#[derive(Debug)]
pub struct E5 {
    model: SentenceModel,
    tokenizer: Unigram,
    /// Tokens of a text without words: the two marks, and what stands before it.
    marks: [usize; 2],
}

impl E5 {
    /// The numbers in a vector.
    pub const DIMENSIONS: usize = 384;

    /// Opens the model with a number of threads of its own.
    ///
    /// # Errors
    /// When a file is missing, damaged or not of this kind.
    pub fn load(runtime: &Runtime, files: &E5Files, threads: usize) -> Result<Self, Failure> {
        let tokenizer = Unigram::read(&files.packed)?;
        let session = runtime.open(&files.model, threads)?;
        let marks = [InputType::Query, InputType::Passage].map(|kind| tokenizer.tokens(before(kind)).len());
        Ok(Self { model: SentenceModel::new(session, NAME, Self::DIMENSIONS), tokenizer, marks })
    }

    /// Gives `emit` the vector of each input, by the input's index, batch by batch and so not in order.
    ///
    /// # Errors
    /// Before anything is given when an input is empty, or too long and to be refused; at any time when the model fails or
    /// `cancel` is set.
    pub fn embed(
        &mut self,
        inputs: &[String],
        input_type: InputType,
        overlong: Overlong,
        emit: &mut dyn FnMut(usize, Vec<f32>),
        cancel: &Cancel,
    ) -> Result<Counted, Failure> {
        let marks = self.marks[usize::from(input_type == InputType::Passage)];
        let mut tokens = Vec::with_capacity(inputs.len());
        let mut cut = 0;
        for (index, input) in inputs.iter().enumerate() {
            cancel.check()?;
            let all = self.tokenizer.tokens(&format!("{}{input}", before(input_type)));
            let (fitted, over) = fitted(all, index, overlong, marks, NAME)?;
            cut += over;
            tokens.push(fitted);
        }
        self.model.vectors(&tokens, emit, cancel)?;
        Ok(Counted { tokens: tokens.iter().map(|tokens| tokens.len() as u64).sum(), cut })
    }
}

/// What stands before a text.
fn before(input_type: InputType) -> &'static str {
    match input_type {
        InputType::Query => "query: ",
        InputType::Passage => "passage: ",
    }
}

impl Engine for E5 {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Embed(embed) = &job.task else { return Err(crate::other_task(NAME, &job.task)) };
        let input_type = embed.input_type().unwrap_or(InputType::Query);
        carry_out(embed, &job.cancel, emit, |texts, overlong, tell, cancel| {
            self.embed(texts, input_type, overlong, tell, cancel)
        })
    }
}
