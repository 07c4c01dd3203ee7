//! Files of an office as they come: packages, compound files, whatever their bytes are. They are read or refused, never a panic.
//!
//! An input is a byte that chooses the format, then the file.

#![no_main]

mod seeds;

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use mediary_convert::office::{FORMATS, OfficeLimits, read};
use mediary_core::MediaFormat;
use zip::write::SimpleFileOptions;

fuzz_target!(init: seeds::write("office_files", file_seeds()), |input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let format = FORMATS[usize::from(*choice) % FORMATS.len()];
    // Their library panics over damaged files, which the reader catches and a fuzzer does not.
    if matches!(format, MediaFormat::Xls | MediaFormat::Xlsb) {
        return;
    }
    let limits = OfficeLimits { unpacked_bytes: 1 << 20, attachments: 10 };
    if let Err(refusal) = read(format, Box::new(Cursor::new(bytes.to_vec())), limits) {
        assert!(!refusal.failure(format).detail.is_empty());
    }
});

fn file_seeds() -> Vec<Vec<u8>> {
    let package = |parts: &[(&str, &str)]| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).expect("a vector takes everything");
            zip.write_all(text.as_bytes()).expect("a vector takes everything");
        }
        zip.finish().expect("a vector takes everything").into_inner()
    };
    let letter = package(&[("word/document.xml", "<w:body><w:p><w:r><w:t>a</w:t></w:r></w:p></w:body>")]);
    let text = package(&[("content.xml", "<office:body><text:p>a</text:p></office:body>")]);
    // The header of a compound file, its directory and its table.
    let mut compound = vec![0_u8; 1536];
    compound[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    compound[24..34].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    (compound[44], compound[57], compound[76]) = (1, 0x10, 1);
    compound[1024..1028].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    let all = 0..u8::try_from(FORMATS.len()).expect("there are few formats");
    all.flat_map(|choice| [&letter, &text, &compound].map(|file| [&[choice], file.as_slice()].concat())).collect()
}
