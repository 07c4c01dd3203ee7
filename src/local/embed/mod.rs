//! Embeddings in this process: `local/all-minilm-l6-v2` for English and `local/e5-small` for some hundred languages, one vector
//! of 384 numbers for each text.
//!
//! Texts become tokens (`wordpiece`, `unigram`), tokens batches of like length (`batches`), and the model's graph gives each
//! row its vector, pooled and of length 1 (`model`). An input that cannot have a vector of its own is a failure that names it,
//! and there are no zeros; what is too long is cut off only where the request asks for it, and counted (`length`). Where the
//! files lie is decided above.
//!
//! The graphs are written by [`crate::graph`].

mod batches;
mod e5;
mod engine;
mod length;
mod model;
mod normalise;
mod unigram;
mod wordpiece;

#[cfg(test)]
mod tests;

pub use e5::{E5, E5Files};
pub use engine::Counted;
pub use length::Overlong;

use std::path::PathBuf;

use mediary_core::Failure;
use mediary_core::engine::Cancel;

use crate::runtime::Runtime;
use batches::LONGEST;
use length::fitted;
use model::SentenceModel;
use wordpiece::WordPiece;

/// Where the engine's files lie.
#[derive(Debug, Clone)]
pub struct MiniLmFiles {
    /// The graph with its weights (ONNX), as `mediary models pull` writes it.
    pub model: PathBuf,
    /// The vocabulary: `tokenizer.json`.
    pub tokenizer: PathBuf,
}

/// What it is called.
const NAME: &str = "all-minilm-l6-v2";
/// Tokens that every text has: the two that mark its begin and end.
const MARKS: usize = 2;

/// The engine of sentence-transformers' all-MiniLM-L6-v2 (Apache-2.0): a loaded model with its vocabulary.
#[derive(Debug)]
pub struct MiniLm {
    model: SentenceModel,
    tokenizer: WordPiece,
}

impl MiniLm {
    /// The numbers in a vector.
    pub const DIMENSIONS: usize = 384;
    /// The longest input it takes, counted in tokens, with the two that mark its begin and end.
    pub const LONGEST: usize = LONGEST;

    /// Opens the model with a number of threads of its own.
    ///
    /// # Errors
    /// When a file is missing, damaged or not of this kind.
    pub fn load(runtime: &Runtime, files: &MiniLmFiles, threads: usize) -> Result<Self, Failure> {
        let tokenizer = WordPiece::read(&files.tokenizer)?;
        let session = runtime.open(&files.model, threads)?;
        Ok(Self { model: SentenceModel::new(session, NAME, Self::DIMENSIONS), tokenizer })
    }

    /// Gives `emit` the vector of each input, by the input's index, batch by batch and so not in order. Returns how many
    /// tokens there were, the two that mark begin and end of each input included.
    ///
    /// # Errors
    /// Before anything is given when an input is empty ([`mediary_core::FailureKind::Malformed`]) or longer than
    /// [`Self::LONGEST`] tokens and to be refused ([`mediary_core::FailureKind::ContextTooLong`]); at any time when the model
    /// fails or `cancel` is set.
    pub fn embed(
        &mut self,
        inputs: &[String],
        overlong: Overlong,
        emit: &mut dyn FnMut(usize, Vec<f32>),
        cancel: &Cancel,
    ) -> Result<Counted, Failure> {
        let mut tokens = Vec::with_capacity(inputs.len());
        let mut cut = 0;
        for (index, input) in inputs.iter().enumerate() {
            cancel.check()?;
            let (fitted, over) = fitted(self.tokenizer.tokens(input), index, overlong, MARKS, NAME)?;
            cut += over;
            tokens.push(fitted);
        }
        self.model.vectors(&tokens, emit, cancel)?;
        Ok(Counted { tokens: tokens.iter().map(|tokens| tokens.len() as u64).sum(), cut })
    }
}
