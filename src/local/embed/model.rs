//! A graph that gives each row of tokens its vector: what the engines of embeddings have in common.

use mediary_core::Failure;
use mediary_core::engine::Cancel;
use ort::session::Session;
use ort::value::TensorRef;

use super::batches::{Batch, batches};

/// An opened graph.
#[derive(Debug)]
pub(super) struct SentenceModel {
    session: Session,
    /// What it is called in failures.
    name: &'static str,
    dimensions: usize,
    ids: Vec<i64>,
    mask: Vec<i64>,
}

impl SentenceModel {
    pub(super) fn new(session: Session, name: &'static str, dimensions: usize) -> Self {
        Self { session, name, dimensions, ids: Vec::new(), mask: Vec::new() }
    }

    /// Gives `emit` the vector of each row of tokens, by its index, batch by batch and so not in order.
    pub(super) fn vectors(
        &mut self,
        tokens: &[Vec<i64>],
        emit: &mut dyn FnMut(usize, Vec<f32>),
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        for batch in batches(&lengths) {
            cancel.check()?;
            self.run_batch(&batch, tokens, emit)?;
        }
        Ok(())
    }

    fn run_batch(
        &mut self,
        batch: &Batch,
        tokens: &[Vec<i64>],
        emit: &mut dyn FnMut(usize, Vec<f32>),
    ) -> Result<(), Failure> {
        let (name, dimensions) = (self.name, self.dimensions);
        let failed = |error: ort::Error| Failure::broken(format!("local/{name} failed: {error}"));
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
        if **shape != [batch.inputs.len() as i64, dimensions as i64] {
            return Err(Failure::broken(format!(
                "the model of local/{name} gave {shape:?}; run `mediary models pull`"
            )));
        }
        for (vector, &input) in vectors.chunks_exact(dimensions).zip(&batch.inputs) {
            let square: f32 = vector.iter().map(|value| value * value).sum();
            // Also false for what is not a number.
            if !(0.99..1.01).contains(&square) {
                return Err(Failure::broken(format!("local/{name} has no vector for input {input}")));
            }
            emit(input, vector.to_vec());
        }
        Ok(())
    }
}
