//! JSON objects and arrays, written field by field and element by element.

use mediary_core::Failure;
use serde::Serialize;

use super::{Buffer, value};

/// A JSON object as it is written, field by field.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    out: &'a mut Buffer,
    is_empty: bool,
}

impl<'a> Object<'a> {
    /// Opens an object.
    pub(crate) fn open(out: &'a mut Buffer) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Opens a field and hands out the buffer for its value.
    pub(crate) fn key(&mut self, name: &str) -> &mut Buffer {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        value(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// A field.
    pub(crate) fn field<T: Serialize + ?Sized>(&mut self, name: &str, its: &T) {
        value(self.key(name), its);
    }

    /// A field, if there is a value for it.
    pub(crate) fn some<T: Serialize>(&mut self, name: &str, its: Option<T>) {
        if let Some(its) = its {
            self.field(name, &its);
        }
    }

    /// Closes the object.
    pub(crate) fn close(self) {
        self.out.push(b'}');
    }
}

/// Writes an array, `each` writing one element.
///
/// # Errors
/// What `each` gave.
pub(crate) fn array<T>(
    out: &mut Buffer,
    items: impl IntoIterator<Item = T>,
    mut each: impl FnMut(&mut Buffer, T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(out, item)?;
    }
    out.push(b']');
    Ok(())
}
