//! Constants of a graph, whose values are produced only while the file is written.
//!
//! A model's weights are larger than all else in it, and most of them need no more than copying or transposing: so
//! one of them at a time is in memory, and none of those that are copied.

use std::fmt;
use std::io::{self, Write};

/// What the values of a tensor are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// 32-bit floating point.
    F32,
    /// 16-bit floating point.
    F16,
    /// 64-bit integers with a sign.
    I64,
    /// 8-bit integers with a sign.
    I8,
    /// Yes or no.
    Bool,
}

impl Element {
    /// ONNX's number for it.
    pub(super) fn number(self) -> i32 {
        match self {
            Self::F32 => 1,
            Self::F16 => 10,
            Self::I64 => 7,
            Self::I8 => 3,
            Self::Bool => 9,
        }
    }

    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::I64 => 8,
            Self::I8 | Self::Bool => 1,
        }
    }
}

type Values<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'a;

/// A constant: its type, its shape and what writes its values, each with its low byte first.
pub struct Initializer<'a> {
    pub(super) element: Element,
    pub(super) dims: Vec<u64>,
    values: Box<Values<'a>>,
}

impl<'a> Initializer<'a> {
    /// Values that are produced when the file is written. They must be as many as the shape says.
    pub fn produced(element: Element, dims: &[u64], values: impl Fn(&mut dyn Write) -> io::Result<()> + 'a) -> Self {
        Self { element, dims: dims.to_vec(), values: Box::new(values) }
    }

    /// Floats that are at hand.
    #[must_use]
    pub fn floats(dims: &[u64], values: Vec<f32>) -> Self {
        Self::produced(Element::F32, dims, move |out| write_floats(out, &values))
    }

    /// A single float, without dimensions.
    #[must_use]
    pub fn float(value: f32) -> Self {
        Self::floats(&[], vec![value])
    }

    /// A row of integers.
    #[must_use]
    pub fn integers(values: &[i64]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self::produced(Element::I64, &[values.len() as u64], move |out| out.write_all(&bytes))
    }

    /// How many bytes its values take.
    pub(super) fn bytes(&self) -> u64 {
        self.dims.iter().product::<u64>() * self.element.bytes()
    }

    /// Writes the values, and refuses to pass when they are more or fewer than the shape says: what follows in the
    /// file would be read as something else.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut counted = Counted { out, left: self.bytes() };
        (self.values)(&mut counted)?;
        match counted.left {
            0 => Ok(()),
            left => Err(io::Error::other(format!("{left} bytes of a tensor of shape {:?} are missing", self.dims))),
        }
    }
}

impl fmt::Debug for Initializer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Initializer").field("element", &self.element).field("dims", &self.dims).finish_non_exhaustive()
    }
}

/// Writes floats in a row, without a second copy of all of them.
pub(super) fn write_floats(out: &mut dyn Write, values: &[f32]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for values in values.chunks(16 * 1024) {
        bytes.clear();
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        out.write_all(&bytes)?;
    }
    Ok(())
}

struct Counted<'a> {
    out: &'a mut dyn Write,
    left: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        let too_many = || io::Error::other("a tensor has more values than its shape says");
        self.left = self.left.checked_sub(count as u64).ok_or_else(too_many)?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
