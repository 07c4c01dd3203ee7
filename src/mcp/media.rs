//! What a tool is given to work on: a file by its address, its id here, its path, or its bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments;
use super::desk::{Desk, FILES};
use super::form::Form;
use super::trouble::Trouble;

/// No file of this machine that is larger is read into memory.
const MOST_FILE_BYTES: u64 = 512 << 20;
/// What is larger goes to the server ahead of a chat that names it.
const MOST_INLINE_BYTES: usize = 8 << 20;

/// One of these, and no other.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Source {
    /// An http(s) address
    url: Option<String>,
    /// The id of a file kept here
    file_id: Option<String>,
    /// An absolute path on this machine
    path: Option<String>,
    /// Base64 of a small file
    data: Option<String>,
}

/// What was named, as it goes on.
#[derive(Debug)]
pub(super) enum Medium {
    /// The server fetches it.
    There(String),
    /// The server has it.
    Kept(String),
    /// Its bytes and its name.
    Bytes(Vec<u8>, String),
}

impl Source {
    /// Its own schema: without paths for clients that are elsewhere.
    pub(super) fn schema(is_here: bool) -> JsonObject {
        let mut schema = arguments::schema::<Self>();
        if !is_here && let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.remove("path");
        }
        schema
    }

    /// Takes its fields out of arguments.
    pub(super) fn take(arguments: &mut JsonObject) -> Result<Self, Trouble> {
        let fields = ["url", "file_id", "path", "data"];
        arguments::read(fields.into_iter().filter_map(|name| arguments.remove_entry(name)).collect())
    }

    /// Whether it names anything.
    pub(super) fn names_something(&self) -> bool {
        [&self.url, &self.file_id, &self.path, &self.data].iter().any(|way| way.is_some())
    }

    /// What it names.
    ///
    /// # Errors
    /// When it names nothing or several things, or a file that cannot be read.
    pub(super) async fn medium(self, desk: &Desk<'_>) -> Result<Medium, Trouble> {
        let ways = if desk.is_here { "`url`, `file_id`, `path` or `data`" } else { "`url`, `file_id` or `data`" };
        match (self.url, self.file_id, self.path, self.data) {
            (Some(url), None, None, None) => located(&url),
            (None, Some(id), None, None) => Ok(Medium::Kept(id.strip_prefix(FILES).unwrap_or(&id).to_owned())),
            (None, None, Some(path), None) if desk.is_here => of_path(&path).await,
            (None, None, Some(_), None) => Err(Trouble::new(
                "This server is not on your machine and sees none of its paths: send `url`, `data`, or the `file_id` of a file \
                 that was sent to POST /v1/files.",
            )),
            (None, None, None, Some(data)) => inline(&data),
            (None, None, None, None) => Err(Trouble::new(format!("Nothing is named to work on: give one of {ways}."))),
            _ => Err(Trouble::new(format!("Several things are named: give only one of {ways}."))),
        }
    }
}

impl Medium {
    /// As a file of a form, or as the fields that name it.
    pub(super) fn within(self, form: Form, url_field: &str) -> Form {
        match self {
            Self::There(url) => form.field(url_field, &url),
            Self::Kept(id) => form.field("file_id", &id),
            Self::Bytes(bytes, name) => form.file("file", &name, "application/octet-stream", &bytes),
        }
    }

    /// As a part of a chat's message.
    pub(super) async fn part(self, desk: &Desk<'_>) -> Result<Value, Trouble> {
        Ok(match self {
            Self::There(url) => json!({ "type": "file", "file": { "file_data": url } }),
            Self::Kept(id) => json!({ "type": "file", "file": { "file_id": id } }),
            Self::Bytes(bytes, name) => {
                if bytes.len() > MOST_INLINE_BYTES
                    && let Some(file) = desk.keep(&name, "application/octet-stream", &bytes).await?
                {
                    return Ok(json!({ "type": "file", "file": { "file_id": file.file_id } }));
                }
                json!({ "type": "file", "file": { "filename": name, "file_data": STANDARD.encode(bytes) } })
            }
        })
    }

    /// As a picture among those of a request that changes them.
    pub(super) fn picture(self) -> Value {
        match self {
            Self::There(url) => json!({ "image_url": url }),
            Self::Kept(id) => json!({ "file_id": id }),
            Self::Bytes(bytes, _) => {
                json!({ "image_url": format!("data:application/octet-stream;base64,{}", STANDARD.encode(bytes)) })
            }
        }
    }
}

/// What an address names, which may be that of a file here, or hold the bytes itself.
fn located(url: &str) -> Result<Medium, Trouble> {
    let url = url.trim();
    if let Some(id) = url.strip_prefix(FILES) {
        return Ok(Medium::Kept(id.to_owned()));
    }
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        // What may be brought of Google's Drive is judged where it is brought.
        Some("http" | "https" | "drive") => Ok(Medium::There(url.to_owned())),
        Some("data") => inline(url),
        _ => Err(Trouble::new("`url` is no address that can be fetched: it has to begin with https:// or http://.")),
    }
}

fn inline(data: &str) -> Result<Medium, Trouble> {
    let no_base64 = || {
        Trouble::new(
            "`data` is no base64. Encode the bytes of the file; to send words, put them into the prompt instead.",
        )
    };
    let encoded = match data.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,").ok_or_else(no_base64)?.1,
        None => data,
    };
    let encoded: String = encoded.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(encoded.as_bytes()).map_err(|_| no_base64())?;
    if bytes.is_empty() {
        return Err(Trouble::new("`data` is empty; send the bytes of a file in base64."));
    }
    Ok(Medium::Bytes(bytes, String::new()))
}

async fn of_path(path: &str) -> Result<Medium, Trouble> {
    let plain = match path.strip_prefix("file://") {
        Some(rest) => percent_decode_str(rest).decode_utf8_lossy().into_owned(),
        None => path.to_owned(),
    };
    let unread = |error: std::io::Error| {
        Trouble::new(format!(
            "The file {plain} cannot be read: {error}. Give the absolute path of a file of this machine."
        ))
    };
    let length = tokio::fs::metadata(&plain).await.map_err(unread)?;
    if !length.is_file() {
        return Err(Trouble::new(format!("{plain} is no file; give the path of one.")));
    }
    if length.len() > MOST_FILE_BYTES {
        return Err(Trouble::new(format!(
            "The file {plain} has more than {} MB; send it to POST /v1/files, and give its id as `file_id`.",
            MOST_FILE_BYTES >> 20
        )));
    }
    let bytes = tokio::fs::read(&plain).await.map_err(unread)?;
    let name = std::path::Path::new(&plain).file_name();
    Ok(Medium::Bytes(bytes, name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_name_a_file_here_or_hold_the_bytes() {
        let told = |url: &str| match located(url) {
            Ok(Medium::There(url)) => format!("there {url}"),
            Ok(Medium::Kept(id)) => format!("kept {id}"),
            Ok(Medium::Bytes(bytes, _)) => format!("bytes {}", String::from_utf8(bytes).unwrap()),
            Err(trouble) => trouble.to_string(),
        };
        assert_eq!(told(" https://example.org/a.pdf"), "there https://example.org/a.pdf");
        assert_eq!(told("drive:1a2B"), "there drive:1a2B");
        assert_eq!(told("mediary://files/file-1"), "kept file-1");
        assert_eq!(told("data:text/plain;base64,d29yZHM="), "bytes words");
        assert!(told("data:,words").contains("no base64"));
        assert!(told("file:///etc/passwd").contains("https://"), "a path is no address");
        assert!(told("a.pdf").contains("https://"));
        assert!(inline("not base64!").unwrap_err().to_string().contains("no base64"));
        assert!(inline("").unwrap_err().to_string().contains("empty"));
    }
}
