//! Packages made for tests: parts in a zip, and the XML that is around all of them.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// A zip of parts.
pub(super) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    package_of_bytes(&parts)
}

/// A zip of parts, some of which are no text.
pub(super) fn package_of_bytes(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The part of relations of a part: id, type, target, and whether it leads outside.
pub(super) fn relations(all: &[(&str, &str, &str, bool)]) -> String {
    let one = |(id, kind, target, is_external): &(&str, &str, &str, bool)| {
        let mode = if *is_external { " TargetMode=\"External\"" } else { "" };
        format!("<Relationship Id=\"{id}\" Type=\"http://schemas.example/{kind}\" Target=\"{target}\"{mode}/>")
    };
    format!("<Relationships>{}</Relationships>", all.iter().map(one).collect::<String>())
}

/// A letter of Word's with this body, these styles, and more parts.
pub(super) fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\" xmlns:r=\"r\"><w:body>{body}</w:body></w:document>"
    );
    let root = relations(&[("r1", "officeDocument", "word/document.xml", false)]);
    let mut parts = vec![("[Content_Types].xml", "<Types/>"), ("_rels/.rels", &root), ("word/document.xml", &document)];
    parts.extend(more);
    package(&parts)
}
