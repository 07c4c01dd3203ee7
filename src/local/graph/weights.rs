//! Where a BERT's weights come from: safetensors, or E5's packed file, whose tensors have shorter names.

use std::io::{self, Write};

use super::WriteFailed;
use super::initializer::write_floats;
use super::safetensors::Safetensors;
use crate::packed::{Blocks, Packed};

/// Weights by the names that BERT's usual files have.
pub(super) trait Weights {
    /// Makes sure that there is a tensor of this shape.
    fn expect(&self, name: &str, shape: &[u64]) -> Result<(), WriteFailed>;

    /// The values of a tensor.
    fn floats(&self, name: &str) -> io::Result<Vec<f32>>;

    /// Writes the values of a tensor.
    fn copy(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        write_floats(out, &self.floats(name)?)
    }

    /// The values of a tensor as small whole numbers and their scales, where they lie like that.
    fn blocks(&self, _name: &str) -> Option<io::Result<Blocks>> {
        None
    }
}

impl Weights for Safetensors {
    fn expect(&self, name: &str, shape: &[u64]) -> Result<(), WriteFailed> {
        Self::expect(self, name, shape)
    }

    fn floats(&self, name: &str) -> io::Result<Vec<f32>> {
        Self::floats(self, name)
    }

    fn copy(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        Self::copy(self, name, out)
    }
}

impl Weights for Packed {
    fn expect(&self, name: &str, shape: &[u64]) -> Result<(), WriteFailed> {
        let values = shape.iter().product();
        if self.has(&packed_name(name), values) {
            return Ok(());
        }
        Err(WriteFailed::Unfit(format!("there is no tensor `{}` of {values} values", packed_name(name))))
    }

    fn floats(&self, name: &str) -> io::Result<Vec<f32>> {
        Self::floats(self, &packed_name(name))
    }

    fn blocks(&self, name: &str) -> Option<io::Result<Blocks>> {
        Some(Self::blocks(self, &packed_name(name)))
    }
}

/// The name of a tensor in E5's file: `encoder.layer.3.output.dense.weight` is `l3.fo.w`.
fn packed_name(name: &str) -> String {
    const PARTS: [(&str, &str); 12] = [
        ("attention.self.query", "q"),
        ("attention.self.key", "k"),
        ("attention.self.value", "v"),
        ("attention.output.dense", "ao"),
        ("attention.output.LayerNorm", "aln"),
        ("intermediate.dense", "fi"),
        ("output.dense", "fo"),
        ("output.LayerNorm", "oln"),
        ("embeddings.word_embeddings.weight", "emb.word"),
        ("embeddings.position_embeddings.weight", "emb.pos"),
        ("embeddings.token_type_embeddings.weight", "emb.type"),
        ("embeddings.LayerNorm", "emb.ln"),
    ];
    let short = |part: &str| PARTS.iter().find(|(long, _)| *long == part).map(|(_, short)| *short);
    if let Some(whole) = short(name) {
        return whole.to_owned();
    }
    let (part, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = if kind == "bias" { "b" } else { "w" };
    match part.strip_prefix("encoder.layer.").and_then(|rest| rest.split_once('.')) {
        Some((layer, part)) => format!("l{layer}.{}.{kind}", short(part).unwrap_or(part)),
        None => format!("{}.{kind}", short(part).unwrap_or(part)),
    }
}

#[cfg(test)]
mod tests {
    use super::packed_name;

    #[test]
    fn names_are_those_of_the_packed_file() {
        for (long, short) in [
            ("embeddings.word_embeddings.weight", "emb.word"),
            ("embeddings.LayerNorm.bias", "emb.ln.b"),
            ("encoder.layer.11.attention.self.query.weight", "l11.q.w"),
            ("encoder.layer.0.attention.output.LayerNorm.weight", "l0.aln.w"),
            ("encoder.layer.0.output.dense.bias", "l0.fo.b"),
            ("encoder.layer.0.output.LayerNorm.bias", "l0.oln.b"),
            ("encoder.layer.3.intermediate.dense.weight", "l3.fi.w"),
        ] {
            assert_eq!(packed_name(long), short);
        }
    }
}
