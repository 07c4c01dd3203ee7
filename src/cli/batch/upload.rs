//! A file goes to the server in parts, so that it is held in memory nowhere.

use std::fs::File;
use std::io::Read;
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
