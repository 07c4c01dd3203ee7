//! A file of E5's in which the weights have four bits each: numbers of the model, its pieces of words, and its tensors.
//!
//! Read piece by piece, never as a whole, and only as far as is asked for: the graph wants the tensors when it is written, the
//! tokenizer the pieces when the engine starts. Everything is little-endian; a block of 32 weights is a scale (f16) and 16
//! bytes, the low halves of which come before the high ones, each less 8. Source: the source that comes with the package.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// How the file begins.
const MAGIC: [u8; 4] = *b"E5S1";
/// Weights in a block.
pub(crate) const BLOCK: usize = 32;
/// Bytes of a block.
const BLOCK_BYTES: usize = 18;
/// More pieces, tensors or bytes than these are a damaged file.
const MOST_PIECES: u32 = 1 << 20;
const MOST_TENSORS: u32 = 4096;
const MOST_BYTES: u64 = 1 << 30;

/// The model's measures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measures {
    pub(crate) hidden: u64,
    pub(crate) layers: u64,
    pub(crate) heads: u64,
    pub(crate) wide: u64,
    pub(crate) words: u64,
    pub(crate) positions: u64,
    pub(crate) kinds: u64,
    pub(crate) epsilon: f32,
}

/// The pieces that words are made of.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// Each with how likely it is.
    pub(crate) pieces: Vec<(Box<str>, f32)>,
    pub(crate) begin: u32,
    pub(crate) end: u32,
    pub(crate) unknown: u32,
    /// What letters are replaced by before words are cut.
    pub(crate) letters: BTreeMap<char, Box<str>>,
}

/// Where a tensor lies.
#[derive(Debug, Clone, Copy)]
struct Entry {
    is_packed: bool,
    values: u64,
    offset: u64,
}

/// An open file.
#[derive(Debug)]
pub(crate) struct Packed {
    file: File,
    pub(crate) measures: Measures,
    tensors: BTreeMap<String, Entry>,
}

/// Weights of one tensor as they lie there: whole numbers from -8 to 7, and a scale for each block.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub(crate) numbers: Vec<i8>,
    pub(crate) scales: Vec<f32>,
}

impl Packed {
    /// Opens a file for its tensors.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let (measures, _, tensors) = read(path)?;
        Ok(Self { file: File::open(path)?, measures, tensors })
    }

    /// Reads a file's pieces.
    pub(crate) fn pieces(path: &Path) -> io::Result<Pieces> {
        read(path).map(|(_, pieces, _)| pieces)
    }

    /// Whether there is a tensor of so many values.
    pub(crate) fn has(&self, name: &str, values: u64) -> bool {
        self.tensors.get(name).is_some_and(|entry| entry.values == values)
    }

    /// The values of a tensor.
    pub(crate) fn floats(&self, name: &str) -> io::Result<Vec<f32>> {
        let entry = self.entry(name)?;
        if entry.is_packed {
            let Blocks { numbers, scales } = self.blocks(name)?;
            let of = |(numbers, scale): (&[i8], &f32)| -> Vec<f32> {
                numbers.iter().map(|number| f32::from(*number) * scale).collect()
            };
            return Ok(numbers.chunks(BLOCK).zip(&scales).flat_map(of).collect());
        }
        let bytes = self.bytes(entry.offset, entry.values * 4)?;
        Ok(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }

    /// The weights of a packed tensor.
    pub(crate) fn blocks(&self, name: &str) -> io::Result<Blocks> {
        let entry = self.entry(name)?;
        if !entry.is_packed || !entry.values.is_multiple_of(BLOCK as u64) {
            return Err(damaged("a tensor is not packed as it should be"));
        }
        let count = entry.values / BLOCK as u64;
        let bytes = self.bytes(entry.offset, count * BLOCK_BYTES as u64)?;
        let mut numbers = Vec::with_capacity(bytes.len() / BLOCK_BYTES * BLOCK);
        let mut scales = Vec::with_capacity(bytes.len() / BLOCK_BYTES);
        for block in bytes.chunks_exact(BLOCK_BYTES) {
            scales.push(half(u16::from_le_bytes([block[0], block[1]])));
            let less_eight = |half: u8| i8::try_from(half).unwrap_or_default() - 8;
            numbers.extend(block[2..].iter().map(|byte| less_eight(byte & 0x0f)));
            numbers.extend(block[2..].iter().map(|byte| less_eight(byte >> 4)));
        }
        Ok(Blocks { numbers, scales })
    }

    fn entry(&self, name: &str) -> io::Result<Entry> {
        self.tensors.get(name).copied().ok_or_else(|| damaged("a tensor is missing"))
    }

    fn bytes(&self, offset: u64, count: u64) -> io::Result<Vec<u8>> {
        if count > MOST_BYTES {
            return Err(damaged("a tensor is too long"));
        }
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(count).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == count { Ok(bytes) } else { Err(damaged("it ends in the midst of a tensor")) }
    }
}

/// Everything before the tensors, and where those are.
fn read(path: &Path) -> io::Result<(Measures, Pieces, BTreeMap<String, Entry>)> {
    let mut source = Source(BufReader::with_capacity(1 << 20, File::open(path)?));
    if source.take::<4>()? != MAGIC {
        return Err(damaged("it does not begin as such a file does"));
    }
    let _version = source.u32()?;
    let mut number = || source.u32().map(u64::from);
    let (hidden, layers, heads, wide) = (number()?, number()?, number()?, number()?);
    let (words, positions, kinds) = (number()?, number()?, number()?);
    let epsilon = source.f32()?;
    let block = source.u32()?;
    let measures = Measures { hidden, layers, heads, wide, words, positions, kinds, epsilon };
    if block as usize != BLOCK || heads == 0 || !hidden.is_multiple_of(heads) || !hidden.is_multiple_of(BLOCK as u64) {
        return Err(damaged("its measures do not fit together"));
    }
    let pieces = source.pieces()?;
    let count = source.u32()?;
    if count > MOST_TENSORS {
        return Err(damaged("it has too many tensors"));
    }
    let mut tensors = BTreeMap::new();
    for _ in 0..count {
        let length = u16::from_le_bytes(source.take()?);
        let name = source.text(u64::from(length))?;
        let [kind] = source.take()?;
        let values = u64::from(source.u32()?);
        let offset = u64::from_le_bytes(source.take()?);
        let _bytes: [u8; 8] = source.take()?;
        tensors.insert(name, Entry { is_packed: kind == 1, values, offset });
    }
    Ok((measures, pieces, tensors))
}

struct Source<R>(R);

impl<R: Read> Source<R> {
    fn take<const COUNT: usize>(&mut self) -> io::Result<[u8; COUNT]> {
        let mut bytes = [0; COUNT];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> io::Result<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> io::Result<f32> {
        self.take().map(f32::from_le_bytes)
    }

    fn bytes(&mut self, count: u64) -> io::Result<Vec<u8>> {
        if count > MOST_BYTES {
            return Err(damaged("a part of it is too long"));
        }
        let mut bytes = Vec::new();
        (&mut self.0).take(count).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == count { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn text(&mut self, count: u64) -> io::Result<String> {
        String::from_utf8(self.bytes(count)?).map_err(|_| damaged("a name is no text"))
    }

    fn pieces(&mut self) -> io::Result<Pieces> {
        let count = self.u32()?;
        let (begin, end, _pad, unknown) = (self.u32()?, self.u32()?, self.u32()?, self.u32()?);
        let length = u64::from_le_bytes(self.take()?);
        if count > MOST_PIECES || [begin, end, unknown].iter().any(|number| *number >= count) {
            return Err(damaged("its pieces do not fit together"));
        }
        let offsets = self.bytes(u64::from(count + 1) * 4)?;
        let scores = self.bytes(u64::from(count) * 4)?;
        let letters = self.bytes(length)?;
        let offsets: Vec<usize> = offsets.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four) as usize).collect();
        let scores = scores.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four));
        let piece = |(ends, score): (&[usize], f32)| -> io::Result<(Box<str>, f32)> {
            let bytes = letters.get(ends[0]..ends[1]).ok_or_else(|| damaged("a piece lies outside"))?;
            let piece = str::from_utf8(bytes).map_err(|_| damaged("a piece is no text"))?;
            Ok((piece.into(), score))
        };
        let pieces: io::Result<Vec<(Box<str>, f32)>> = offsets.windows(2).zip(scores).map(piece).collect();
        Ok(Pieces { pieces: pieces?, begin, end, unknown, letters: self.letters()? })
    }

    /// What letters are replaced by: each with the count of what stands for it.
    fn letters(&mut self) -> io::Result<BTreeMap<char, Box<str>>> {
        let count = self.u32()?;
        let length = u64::from(self.u32()?);
        let mut source = Source(&mut self.0);
        let mut read = 0;
        let mut letters = BTreeMap::new();
        let letter = |number: u32| char::from_u32(number).ok_or_else(|| damaged("a letter is none"));
        for _ in 0..count {
            let replaced = letter(source.u32()?)?;
            let [others] = source.take()?;
            let by: io::Result<String> = (0..others).map(|_| letter(source.u32()?)).collect();
            letters.insert(replaced, by?.into_boxed_str());
            read += 5 + 4 * u64::from(others);
        }
        if read == length { Ok(letters) } else { Err(damaged("its letters are not as many as it says")) }
    }
}

/// A number of 16 bits (IEEE 754) as one of 32.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 => f32::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2_f32.powi(exponent - 15),
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A file of one word's measures with these pieces and tensors: packed ones are blocks of a scale of one and ones.
    pub(crate) fn file(pieces: &[(&str, f32)], letters: &[(char, &str)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut put = |number: u32| bytes.extend(number.to_le_bytes());
        [1, 32, 0, 1, 32, 2, 4, 1].into_iter().for_each(&mut put);
        bytes.extend(1e-12_f32.to_le_bytes());
        let mut put = |number: u32| bytes.extend(number.to_le_bytes());
        put(32);
        put(u32::try_from(pieces.len()).unwrap());
        [0, 2, 1, 3].into_iter().for_each(&mut put);
        let text: String = pieces.iter().map(|(piece, _)| *piece).collect();
        bytes.extend((text.len() as u64).to_le_bytes());
        let mut at = 0_u32;
        bytes.extend(at.to_le_bytes());
        for (piece, _) in pieces {
            at += u32::try_from(piece.len()).unwrap();
            bytes.extend(at.to_le_bytes());
        }
        pieces.iter().for_each(|(_, score)| bytes.extend(score.to_le_bytes()));
        bytes.extend(text.as_bytes());
        let mut table = Vec::new();
        for (letter, by) in letters {
            table.extend(u32::from(*letter).to_le_bytes());
            table.push(u8::try_from(by.chars().count()).unwrap());
            by.chars().for_each(|letter| table.extend(u32::from(letter).to_le_bytes()));
        }
        bytes.extend(u32::try_from(letters.len()).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(table.len()).unwrap().to_le_bytes());
        bytes.extend(table);
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(4_u16.to_le_bytes());
        bytes.extend(b"w.ed");
        bytes.push(1);
        bytes.extend(32_u32.to_le_bytes());
        let offset = bytes.len() as u64 + 16;
        bytes.extend(offset.to_le_bytes());
        bytes.extend(18_u64.to_le_bytes());
        // 0.5 in sixteen bits; then 0 to 15 in the low halves, and 15 in all high ones.
        bytes.extend(0x3800_u16.to_le_bytes());
        bytes.extend((0..16_u8).map(|low| low | 0xf0));
        bytes
    }

    #[test]
    fn blocks_are_low_halves_and_then_high_ones_each_less_eight() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packed.bin");
        std::fs::write(&path, file(&[("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)], &[])).unwrap();
        let packed = Packed::open(&path).unwrap();
        assert!(packed.has("w.ed", 32) && !packed.has("w.ed", 64) && !packed.has("other", 32));
        let values = packed.floats("w.ed").unwrap();
        assert_eq!((values[0], values[15], values[16], values[31]), (-4.0, 3.5, 3.5, 3.5));
        let Blocks { numbers, scales } = packed.blocks("w.ed").unwrap();
        assert_eq!((numbers.len(), numbers[0], scales.as_slice()), (32, -8, &[0.5][..]));
        assert_eq!(packed.measures.hidden, 32);
    }

    #[test]
    fn a_damaged_file_is_refused_wherever_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packed.bin");
        let whole = file(&[("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)], &[('Ａ', "A")]);
        for end in (0..whole.len() - 18).step_by(7) {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert!(Packed::open(&path).is_err(), "{end}");
        }
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(Packed::open(&path).unwrap().floats("w.ed").is_err());
        assert_eq!((half(0x3c00), half(0xc000), half(0x0001)), (1.0, -2.0, 2_f32.powi(-24)));
    }
}
