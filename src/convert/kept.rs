//! Files that come out of others: letters and portfolios hold some.

use mediary_core::{Blob, Failure};

/// Keeps the bytes of a file that comes out of another.
pub trait Keep: Send {
    /// Appends a chunk.
    ///
    /// # Errors
    /// When there is no room for it.
    fn write(&mut self, chunk: &[u8]) -> Result<(), Failure>;

    /// What was written.
    fn finish(self: Box<Self>) -> Blob;
}

/// A file that comes with a document.
#[derive(Debug, Clone)]
pub struct KeptFile {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes.
    pub blob: Blob,
}

/// The last part of a path, without what shows nothing: a name, wherever it is shown.
pub(crate) fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name: String = name.chars().filter(|character| !character.is_control()).take(200).collect();
    if name.is_empty() || name == "." || name == ".." { "attachment".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        let rows = [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\evil.exe", "evil.exe"),
            ("..", "attachment"),
            ("", "attachment"),
            ("a\u{0}b\n.docx", "ab.docx"),
        ];
        for (path, expected) in rows {
            assert_eq!(file_name(path), expected, "{path:?}");
        }
    }
}
