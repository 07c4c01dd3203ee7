//! A file goes to the server in parts, so that it is held in memory nowhere; its first line says where its requests go.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use mediary_remote::Method;
use serde_json::{Value, json};

use super::server::Server;

/// So much is sent at once.
const PART_BYTES: u64 = 16 << 20;
const BOUNDARY: &str = "mediary-part-of-a-file-5b0e9c4a";

/// Sends a file; gives its id there.
pub(super) async fn uploaded(server: &Server, path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let mut file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    if bytes == 0 {
        return Err(format!("{} is empty", path.display()));
    }
    let name = path.file_name().map_or_else(|| "requests.jsonl".into(), |name| name.to_string_lossy().into_owned());
    let announced = json!({ "filename": name, "purpose": "batch", "bytes": bytes, "mime_type": "application/jsonl" });
    let upload = id(&server.posts("/v1/uploads", &announced).await?)?;
    let mut parts = Vec::new();
    loop {
        let mut part = Vec::new();
        file.by_ref().take(PART_BYTES).read_to_end(&mut part).map_err(unreadable)?;
        if part.is_empty() {
            break;
        }
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let body = Some((media_type.as_str(), form(&part)));
        parts.push(id(&server.told(Method::POST, &format!("/v1/uploads/{upload}/parts"), body).await?)?);
    }
    let whole = server.posts(&format!("/v1/uploads/{upload}/complete"), &json!({ "part_ids": parts })).await?;
    id(&whole["file"])
}

fn id(object: &Value) -> Result<String, String> {
    object["id"].as_str().map(str::to_owned).ok_or_else(|| "what answers there is no server of Mediary's".to_owned())
}

fn form(part: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"data\"; filename=\"part\"\r\nContent-Type: \
         application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), part, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// Where the first line of a file goes.
pub(super) fn endpoint_of(file: &Path) -> Result<String, String> {
    let opened = File::open(file).map_err(|error| format!("{} cannot be opened: {error}", file.display()))?;
    let no_line = || format!("{} has no line that names its `url`; say where they go with --endpoint", file.display());
    for line in BufReader::new(opened).lines() {
        let line = line.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        let line = line.trim_start_matches('\u{feff}').trim();
        if !line.is_empty() {
            let line: Value = serde_json::from_str(line).map_err(|_| no_line())?;
            return line["url"].as_str().map(str::to_owned).ok_or_else(no_line);
        }
    }
    Err(no_line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_requests_go_stands_in_the_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.jsonl");
        let of = |text: &str| {
            std::fs::write(&file, text).unwrap();
            endpoint_of(&file)
        };
        assert_eq!(of("\u{feff}\n{\"url\":\"/v1/embeddings\"}\nno JSON"), Ok("/v1/embeddings".to_owned()));
        assert!(of("no JSON").unwrap_err().contains("--endpoint"));
        assert!(of("{}").is_err() && of("").is_err());
        assert!(endpoint_of(&folder.path().join("none")).unwrap_err().contains("cannot be opened"));
    }
}
