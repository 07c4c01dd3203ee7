//! `local/all-minilm-l6-v2`: one vector of 384 numbers for each text, in this process.
//!
//! Texts become tokens (`wordpiece`), tokens batches of like length (`batches`), and the model's graph gives each row its
//! vector, pooled and of length 1. An input that cannot have a vector of its own is a failure that names it: nothing is
//! cut off, and there are no zeros. Where the files lie is decided above.
//!
//! The model is sentence-transformers' all-MiniLM-L6-v2 (Apache-2.0), its graph is written by [`crate::graph`].

mod batches;
mod engine;
mod normalise;
mod wordpiece;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use mediary_core::engine::Cancel;
use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind};
use ort::session::Session;
use ort::value::TensorRef;

use crate::runtime::Runtime;
use batches::{Batch, LONGEST, batches};
use wordpiece::WordPiece;

/// Where the engine's files lie.
#[derive(Debug, Clone)]
pub struct MiniLmFiles {
    /// The graph with its weights (ONNX), as `mediary models pull` writes it.
    pub model: PathBuf,
    /// The vocabulary: `tokenizer.json`.
    pub tokenizer: PathBuf,
}

/// The engine: a loaded model with its vocabulary.
#[derive(Debug)]
pub struct MiniLm {
    session: Session,
    tokenizer: WordPiece,
    ids: Vec<i64>,
    mask: Vec<i64>,
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
        Ok(Self { session, tokenizer, ids: Vec::new(), mask: Vec::new() })
    }

    /// Gives `emit` the vector of each input, by the input's index, batch by batch and so not in order. Returns how many
    /// tokens there were, the two that mark begin and end of each input included.
    ///
    /// # Errors
    /// Before anything is given when an input is empty ([`FailureKind::Malformed`]) or longer than [`Self::LONGEST`]
    /// tokens ([`FailureKind::ContextTooLong`]); at any time when the model fails or `cancel` is set.
    pub fn embed(
        &mut self,
        inputs: &[String],
        emit: &mut dyn FnMut(usize, Vec<f32>),
        cancel: &Cancel,
    ) -> Result<u64, Failure> {
        let mut tokens = Vec::with_capacity(inputs.len());
        for (index, input) in inputs.iter().enumerate() {
            cancel.check()?;
            tokens.push(self.tokens(index, input)?);
        }
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        for batch in batches(&lengths) {
            cancel.check()?;
            self.run_batch(&batch, &tokens, emit)?;
        }
        Ok(lengths.into_iter().map(|length| length as u64).sum())
    }

    /// The tokens of an input that can have a vector.
    fn tokens(&self, index: usize, input: &str) -> Result<Vec<i64>, Failure> {
        let tokens = self.tokenizer.tokens(input);
        let place = PartPath::Item("input", index);
        match tokens.len() {
            0..=2 => Err(Failure::malformed("there is no text in it; leave it out or send some").at(place)),
            count if count > LONGEST => Err(Failure::new(
                FailureKind::ContextTooLong,
                format!(
                    "it has {count} tokens, and local/all-minilm-l6-v2 takes at most {LONGEST}; split it into shorter inputs"
                ),
            )
            .at(place)),
            _ => Ok(tokens),
        }
    }

    fn run_batch(
        &mut self,
        batch: &Batch,
        tokens: &[Vec<i64>],
        emit: &mut dyn FnMut(usize, Vec<f32>),
    ) -> Result<(), Failure> {
        let failed = |error: ort::Error| Failure::broken(format!("local/all-minilm-l6-v2 failed: {error}"));
        let shape = [batch.inputs.len(), batch.length];
        self.ids.clear();
        self.mask.clear();
        for (row, &input) in batch.inputs.iter().enumerate() {
            self.ids.extend(&tokens[input]);
            self.mask.resize(self.ids.len(), 1);
            self.ids.resize((row + 1) * batch.length, 0);
            self.mask.resize((row + 1) * batch.length, 0);
        }
        let ids = TensorRef::from_array_view((shape, self.ids.as_slice())).map_err(failed)?;
        let mask = TensorRef::from_array_view((shape, self.mask.as_slice())).map_err(failed)?;
        let outputs = self.session.run(ort::inputs!["input_ids" => ids, "attention_mask" => mask]).map_err(failed)?;
        let (shape, vectors) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        if **shape != [batch.inputs.len() as i64, Self::DIMENSIONS as i64] {
            return Err(Failure::broken(format!(
                "the model of local/all-minilm-l6-v2 gave {shape:?}; run `mediary models pull`"
            )));
        }
        for (vector, &input) in vectors.chunks_exact(Self::DIMENSIONS).zip(&batch.inputs) {
            let square: f32 = vector.iter().map(|value| value * value).sum();
            // Also false for what is not a number.
            if !(0.99..1.01).contains(&square) {
                return Err(Failure::broken(format!("local/all-minilm-l6-v2 has no vector for input {input}")));
            }
            emit(input, vector.to_vec());
        }
        Ok(())
    }
}
