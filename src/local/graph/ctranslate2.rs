//! Weights in CTranslate2's format: a header, then tensor after tensor with its name, its shape and its values, and all of
//! it possibly in several files that belong one after another.
//!
//! That the files are the right ones is for the caller to know; here is only checked what would otherwise give a wrong
//! graph. Only tensors of 16-bit floats can be asked for, which is what all weights are in.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::WriteFailed;

/// The only version of the format that is read.
const VERSION: u32 = 6;
/// CTranslate2's number for 16-bit floats.
const F16: u8 = 4;

/// The weights, with all their bytes in memory.
#[derive(Debug)]
pub(super) struct CTranslate2 {
    bytes: Vec<u8>,
    tensors: BTreeMap<String, Tensor>,
}

#[derive(Debug)]
struct Tensor {
    shape: Vec<u64>,
    element: u8,
    values: Range<usize>,
}

impl CTranslate2 {
    pub(super) fn open(parts: &[&Path]) -> Result<Self, WriteFailed> {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend(std::fs::read(part)?);
        }
        let tensors = tensors(&bytes).ok_or_else(|| {
            WriteFailed::Unfit(format!("these are no weights of CTranslate2, version {VERSION}, or they are cut off"))
        })?;
        Ok(Self { bytes, tensors })
    }

    /// The shape of a tensor of 16-bit floats.
    pub(super) fn shape(&self, name: &str) -> Result<&[u64], WriteFailed> {
        let unfit = |what: &str| WriteFailed::Unfit(format!("there is no tensor `{name}`{what}"));
        let tensor = self.tensors.get(name).ok_or_else(|| unfit(""))?;
        let count: u64 = tensor.shape.iter().product();
        if tensor.element != F16 || tensor.values.len() as u64 != count * 2 {
            return Err(unfit(" of 16-bit floats"));
        }
        Ok(&tensor.shape)
    }

    /// Makes sure that there is a tensor with this shape.
    pub(super) fn expect(&self, name: &str, shape: &[u64]) -> Result<(), WriteFailed> {
        let found = self.shape(name)?;
        if found != shape {
            return Err(WriteFailed::Unfit(format!("`{name}` is {found:?} instead of {shape:?}")));
        }
        Ok(())
    }

    /// The values of a tensor; none of one that is not there.
    pub(super) fn floats(&self, name: &str) -> Vec<f32> {
        self.halves(name).as_chunks().0.iter().map(|half| widened(u16::from_le_bytes(*half))).collect()
    }

    /// The values of a tensor as they lie there: 16-bit floats.
    pub(super) fn halves(&self, name: &str) -> &[u8] {
        self.tensors.get(name).map_or(&[], |tensor| &self.bytes[tensor.values.clone()])
    }
}

fn tensors(bytes: &[u8]) -> Option<BTreeMap<String, Tensor>> {
    let mut rest = bytes;
    if number(&mut rest)? != VERSION {
        return None;
    }
    // The kind of model and its revision.
    text(&mut rest)?;
    number(&mut rest)?;
    let count = number(&mut rest)?;
    let mut tensors = BTreeMap::new();
    for _ in 0..count {
        let name = text(&mut rest)?;
        let [rank] = *taken::<1>(&mut rest)?;
        let shape = (0..rank).map(|_| number(&mut rest).map(u64::from)).collect::<Option<_>>()?;
        let [element] = *taken::<1>(&mut rest)?;
        let length = number(&mut rest)? as usize;
        let start = bytes.len() - rest.len();
        rest = rest.get(length..)?;
        tensors.insert(name, Tensor { shape, element, values: start..start + length });
    }
    Some(tensors)
}

fn taken<'a, const COUNT: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; COUNT]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    taken(rest).map(|bytes| u32::from_le_bytes(*bytes))
}

/// A text with its length before it, counted with the zero that ends it.
fn text(rest: &mut &[u8]) -> Option<String> {
    let length = usize::from(u16::from_le_bytes(*taken(rest)?));
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(String::from_utf8_lossy(text.strip_suffix(b"\0")?).into_owned())
}

/// A 16-bit float in 32 bits, which hold every one of them exactly.
fn widened(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2.0_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2.0_f32.powi(exponent - 15),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_widen_exactly() {
        let rows =
            [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 5.960_464_5e-8), (0x7bff, 65_504.0), (0x3555, 0.333_251_95)];
        for (half, expected) in rows {
            assert_eq!(widened(half), expected);
        }
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = Vec::new();
        file.extend(6_u32.to_le_bytes());
        file.extend([2, 0, b'W', 0]);
        file.extend([3_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat());
        file.extend([2, 0, b'a', 0, 1, 2, 0, 0, 0, F16, 4, 0, 0, 0]);
        file.extend([0x00, 0x3c, 0x00, 0xc0]);
        let [whole, first, second] = ["whole", "first", "second"].map(|name| folder.path().join(name));
        std::fs::write(&whole, &file).unwrap();
        std::fs::write(&first, &file[..9]).unwrap();
        std::fs::write(&second, &file[9..]).unwrap();
        for parts in [&[whole.as_path()][..], &[first.as_path(), second.as_path()]] {
            let weights = CTranslate2::open(parts).unwrap();
            assert_eq!((weights.floats("a"), weights.shape("a").unwrap()), (vec![1.0, -2.0], &[2][..]));
            assert!(weights.expect("a", &[1]).is_err() && weights.shape("b").is_err());
        }
        assert!(CTranslate2::open(&[&first]).is_err() && CTranslate2::open(&[&second]).is_err());
    }
}
