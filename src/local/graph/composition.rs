//! Which graphs can be written, by the names that model cards use, and how writing one fails.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::{bert, mobilenet, whisper};

/// A kind of model whose graph is written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Composition {
    /// A BERT that makes one normalised vector of a text, the mean over its tokens. Made from its weights
    /// (safetensors) and its `config.json`, in this order.
    BertSentenceEmbedding,
    /// The same of E5, whose weights are packed. Made from that one file.
    PackedSentenceEmbedding,
    /// The encoder of a Whisper. Made from its weights (CTranslate2) in two files.
    WhisperEncoder,
    /// The decoder of a Whisper. Made from its weights (CTranslate2) in two files and its `config.json`, in this order.
    WhisperDecoder,
    /// A MobileNetV2 that sorts pictures. Made from the list of its weights and their values (TensorFlow.js), in this order.
    MobilenetV2,
}

impl Composition {
    /// Writes the model's ONNX file from the files it is made from.
    ///
    /// # Errors
    /// When they are not what this kind of model is made from, or cannot be read, or `out` cannot be written to.
    pub fn write(self, sources: &[PathBuf], out: &mut dyn Write) -> Result<(), WriteFailed> {
        match self {
            Self::BertSentenceEmbedding => {
                let [weights, config] = files(sources)?;
                bert::write(weights, config, out)
            }
            Self::PackedSentenceEmbedding => {
                let [weights] = files(sources)?;
                bert::write_packed(weights, out)
            }
            Self::WhisperEncoder => {
                let weights: [&Path; 2] = files(sources)?;
                whisper::write_encoder(&weights, out)
            }
            Self::WhisperDecoder => {
                let [first, second, config] = files(sources)?;
                whisper::write_decoder(&[first, second], config, out)
            }
            Self::MobilenetV2 => {
                let [list, values] = files(sources)?;
                mobilenet::write(list, values, out)
            }
        }
    }
}

fn files<const COUNT: usize>(sources: &[PathBuf]) -> Result<[&Path; COUNT], WriteFailed> {
    let paths: Vec<&Path> = sources.iter().map(PathBuf::as_path).collect();
    paths.try_into().map_err(|paths: Vec<&Path>| {
        WriteFailed::Unfit(format!("it is made from {COUNT} files, and {} are named", paths.len()))
    })
}

/// A graph could not be written.
#[derive(Debug, Error)]
pub enum WriteFailed {
    /// A source is not what such a graph is made from.
    #[error("{0}")]
    Unfit(String),
    /// A file cannot be read or written.
    #[error(transparent)]
    Disk(#[from] io::Error),
}
