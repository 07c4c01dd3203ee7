//! A form with files, as some routes want it.

use uuid::Uuid;

/// A form in the making.
#[derive(Debug)]
pub(super) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// An empty one.
    pub(super) fn new() -> Self {
        // Drawn anew for each, so that no file can have it inside.
        Self { boundary: format!("mediary-{}", Uuid::now_v7().simple()), body: Vec::new() }
    }

    /// The same with a field.
    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        self.begin(&format!("name=\"{name}\""), None);
        self.body.extend_from_slice(value.as_bytes());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The same with a field, if there is one.
    pub(super) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.field(name, value),
            None => self,
        }
    }

    /// The same with a file.
    pub(super) fn file(mut self, field: &str, name: &str, mime: &str, bytes: &[u8]) -> Self {
        let name: String = name.chars().filter(|letter| !letter.is_control() && *letter != '"').collect();
        self.begin(&format!("name=\"{field}\"; filename=\"{name}\""), Some(mime));
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// Its media type, and its bytes.
    pub(super) fn finish(mut self) -> (String, Vec<u8>) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }

    fn begin(&mut self, disposition: &str, mime: Option<&str>) {
        let mime: Option<String> = mime.map(|mime| mime.chars().filter(|letter| !letter.is_control()).collect());
        let mime = mime.map(|mime| format!("Content-Type: {mime}\r\n")).unwrap_or_default();
        let head = format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n{mime}\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_fields_and_files_between_its_boundaries() {
        let form =
            Form::new().field("a", "1").maybe("b", None).file("file", "a\"\r\nb.txt", "text/plain\r\n", b"words");
        let (mime, body) = form.finish();
        let boundary = mime.strip_prefix("multipart/form-data; boundary=").unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--{boundary}\r\nContent-Disposition: \
             form-data; name=\"file\"; filename=\"ab.txt\"\r\nContent-Type: text/plain\r\n\r\nwords\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }
}
