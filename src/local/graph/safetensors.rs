//! Weights in the safetensors format: eight bytes that say how long the header is, a JSON header that says where each
//! tensor lies, then the values.
//!
//! Read piece by piece, never as a whole. That the file is the right one is for the caller to know; here is only checked
//! what would otherwise give a wrong graph.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Deserialize;

use super::WriteFailed;

/// Headers are some hundred bytes per tensor; more is no header.
const MOST_HEADER_BYTES: u64 = 16 * 1024 * 1024;

/// An open file of weights.
#[derive(Debug)]
pub(super) struct Safetensors {
    file: File,
    /// Where the values begin.
    start: u64,
    tensors: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

impl Safetensors {
    pub(super) fn open(path: &Path) -> Result<Self, WriteFailed> {
        let unfit = |what: String| WriteFailed::Unfit(format!("{} holds no tensors: {what}", path.display()));
        let mut file = File::open(path)?;
        let mut length = [0; 8];
        file.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        if length > MOST_HEADER_BYTES {
            return Err(unfit(format!("its header would have {length} bytes")));
        }
        let header = (&file).take(length);
        let mut header: BTreeMap<String, serde_json::Value> =
            serde_json::from_reader(io::BufReader::new(header)).map_err(|error| unfit(error.to_string()))?;
        header.remove("__metadata__");
        let entry = |(name, value)| Ok((name, serde_json::from_value(value)?));
        let tensors = header.into_iter().map(entry).collect::<Result<_, serde_json::Error>>();
        Ok(Self { file, start: 8 + length, tensors: tensors.map_err(|error| unfit(error.to_string()))? })
    }

    /// Makes sure that there is a tensor of 32-bit floats with this shape.
    pub(super) fn expect(&self, name: &str, shape: &[u64]) -> Result<(), WriteFailed> {
        let entry = self.tensors.get(name).ok_or_else(|| WriteFailed::Unfit(format!("there is no tensor `{name}`")))?;
        let bytes = entry.data_offsets[1].checked_sub(entry.data_offsets[0]);
        if entry.dtype != "F32" || entry.shape != shape || bytes != Some(shape.iter().product::<u64>() * 4) {
            let Entry { dtype, shape: found, .. } = entry;
            return Err(WriteFailed::Unfit(format!("`{name}` is {dtype} {found:?} instead of F32 {shape:?}")));
        }
        Ok(())
    }

    /// The values of a tensor. What was not [expected](Self::expect) has none.
    pub(super) fn floats(&self, name: &str) -> io::Result<Vec<f32>> {
        let mut bytes = Vec::new();
        self.bytes_of(name)?.read_to_end(&mut bytes)?;
        Ok(bytes.as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect())
    }

    /// Copies the values of a tensor as they lie there.
    pub(super) fn copy(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        io::copy(&mut self.bytes_of(name)?, out).map(drop)
    }

    fn bytes_of(&self, name: &str) -> io::Result<impl Read> {
        let [begin, end] = self.tensors.get(name).map_or([0, 0], |entry| entry.data_offsets);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.start + begin))?;
        Ok(file.take(end - begin))
    }
}
