//! A PDF file written object by object, straight to its destination: only offsets are kept.
//!
//! Knows how objects are numbered, framed and found again, and nothing of what is in them.

use std::io::{self, Read, Write};

use pdf_writer::{Chunk, Ref};

/// A file that is being written.
#[derive(Debug)]
pub(super) struct ObjectFile<W> {
    output: W,
    written: u64,
    /// Where each object begins; 0 for one that was numbered and not written.
    offsets: Vec<u64>,
}

impl<W: Write> ObjectFile<W> {
    pub(super) fn begin(output: W) -> io::Result<Self> {
        let mut file = Self { output, written: 0, offsets: Vec::new() };
        // Four high bytes tell programs that the file is not text.
        file.put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")?;
        Ok(file)
    }

    /// A number for an object that is written later.
    pub(super) fn reserve(&mut self) -> Ref {
        Ref::new(self.reserve_many(1))
    }

    /// The first of so many numbers in a row.
    pub(super) fn reserve_many(&mut self, count: i32) -> i32 {
        let first = self.offsets.len() + 1;
        self.offsets.extend((0..count).map(|_| 0));
        i32::try_from(first).expect("a file has fewer objects than pages and words are allowed")
    }

    /// Writes a chunk of one object.
    pub(super) fn object(&mut self, chunk: &Chunk) -> io::Result<()> {
        for number in chunk.refs() {
            self.begins(number);
        }
        self.put(chunk.as_bytes())
    }

    /// Writes a stream of known length without holding it. `entries` are those of its dictionary but for the length.
    pub(super) fn stream(&mut self, number: Ref, entries: &str, length: u64, data: &mut dyn Read) -> io::Result<()> {
        self.begins(number);
        self.put(format!("{} 0 obj\n<< {entries} /Length {length} >>\nstream\n", number.get()).as_bytes())?;
        let copied = io::copy(&mut data.take(length), &mut self.output)?;
        if copied != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.written += length;
        self.put(b"\nendstream\nendobj\n\n")
    }

    /// Writes the table of objects and hands the destination back.
    pub(super) fn finish(mut self, catalog: Ref) -> io::Result<W> {
        let start = self.written;
        let size = self.offsets.len() + 1;
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f\r\n");
        for offset in &self.offsets {
            let kind = if *offset == 0 { 'f' } else { 'n' };
            table += &format!("{offset:010} 00000 {kind}\r\n");
        }
        table += &format!("trailer\n<< /Size {size} /Root {} 0 R >>\nstartxref\n{start}\n%%EOF\n", catalog.get());
        self.put(table.as_bytes())?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn begins(&mut self, number: Ref) {
        if let Some(offset) = usize::try_from(number.get() - 1).ok().and_then(|index| self.offsets.get_mut(index)) {
            *offset = self.written;
        }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_where_the_table_says() {
        let mut file = ObjectFile::begin(Vec::new()).unwrap();
        let (catalog, data) = (file.reserve(), file.reserve());
        file.stream(data, "/Kind /Data", 4, &mut b"abcd".as_slice()).unwrap();
        let mut chunk = Chunk::new();
        chunk.indirect(catalog).dict();
        file.object(&chunk).unwrap();
        let bytes = file.finish(catalog).unwrap();
        let text = String::from_utf8_lossy(&bytes).replace(char::REPLACEMENT_CHARACTER, "?");
        let table = &text[text.find("xref").unwrap()..];
        let offset = |line: usize| table.lines().nth(line).unwrap()[..10].parse::<usize>().unwrap();
        assert!(bytes[offset(3)..].starts_with(b"1 0 obj"), "{text}");
        assert!(bytes[offset(4)..].starts_with(b"2 0 obj"), "{text}");
        assert!(text.contains("/Length 4 >>\nstream\nabcd\nendstream"), "{text}");
    }

    #[test]
    fn a_stream_that_ends_early_is_an_error() {
        let mut file = ObjectFile::begin(Vec::new()).unwrap();
        let data = file.reserve();
        assert!(file.stream(data, "", 5, &mut b"abcd".as_slice()).is_err());
    }
}
