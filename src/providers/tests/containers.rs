//! The smallest files that hold others: so much of a zip and of a compound file as classification looks at.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip of files that are not packed.
pub(super) fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, text) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A compound file whose directory names this stream.
pub(super) fn compound(name: &str) -> Vec<u8> {
    let mut bytes = vec![0; 1536];
    bytes[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    (bytes[30], bytes[76]) = (9, 1);
    for (at, text) in [(512, "Root Entry"), (640, name)] {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[at..at + units.len()].copy_from_slice(&units);
        bytes[at + 64] = u8::try_from(units.len() + 2).unwrap();
    }
    bytes[1024..1028].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    bytes
}
