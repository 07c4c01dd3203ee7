//! Files that are kept here, as resources that a client lists and reads.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::ErrorData;
use rmcp::model::{ErrorCode, ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::Value;

use super::desk::{Desk, FILES, header};
use super::trouble::Trouble;

/// So many are listed at once.
const PAGE: usize = 100;
/// What is larger is not told through the protocol, which has it all in one text.
const MOST_BYTES: u64 = 16 << 20;

/// A page of the files of this client.
pub(super) async fn listed(desk: &Desk<'_>, cursor: Option<&str>) -> Result<ListResourcesResult, ErrorData> {
    let after =
        cursor.map(|cursor| form_urlencoded::Serializer::new("&".to_owned()).append_pair("after", cursor).finish());
    let path = format!("/v1/files?limit={PAGE}{}", after.unwrap_or_default());
    let list = match desk.get(&path).await {
        Ok(list) => list,
        // A server that keeps no files has none.
        Err(trouble) if trouble.to_string().contains("files_not_kept") => return Ok(ListResourcesResult::default()),
        Err(trouble) => return Err(refused(&trouble)),
    };
    let files = list["data"].as_array().map_or(&[][..], Vec::as_slice);
    let mut page = ListResourcesResult::with_all_items(files.iter().map(resource).collect());
    if list["has_more"] == true {
        page.next_cursor = list["last_id"].as_str().map(str::to_owned);
    }
    Ok(page)
}

fn resource(file: &Value) -> Resource {
    let text = |name: &str| file[name].as_str().unwrap_or_default();
    let name = if text("filename").is_empty() { text("id") } else { text("filename") };
    let resource = Resource::new(format!("{FILES}{}", text("id")), name);
    match file["bytes"].as_u64() {
        Some(bytes) => resource.with_size(bytes),
        None => resource,
    }
}

/// How addresses of files look.
pub(super) fn template() -> ResourceTemplate {
    let template = ResourceTemplate::new(format!("{FILES}{{file_id}}"), "file");
    template.with_description("A file kept here, by its id: what tools made, and what was sent to POST /v1/files")
}

/// What stands in a file: a text as it is, else base64.
pub(super) async fn content(desk: &Desk<'_>, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let unknown = || {
        let message = format!("There is no resource {uri} here; resources/list names those that there are.");
        ErrorData::new(ErrorCode::RESOURCE_NOT_FOUND, message, None)
    };
    let id = uri.strip_prefix(FILES).ok_or_else(unknown)?;
    // An id goes into a path.
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return Err(unknown());
    }
    let file = desk.get(&format!("/v1/files/{id}")).await.map_err(|_| unknown())?;
    if file["bytes"].as_u64().is_some_and(|bytes| bytes > MOST_BYTES) {
        let message = format!(
            "The file has more than {} MB: fetch it with GET /v1/files/{id}/content, or name it as `file_id` to a tool.",
            MOST_BYTES >> 20
        );
        return Err(ErrorData::invalid_params(message, None));
    }
    let answer =
        desk.ask(Method::GET, &format!("/v1/files/{id}/content"), None).await.map_err(|trouble| refused(&trouble))?;
    let (headers, bytes) = desk.whole(answer).await.map_err(|trouble| refused(&trouble))?;
    let mime = header(&headers, "content-type").unwrap_or("application/octet-stream").to_owned();
    let is_text = mime.starts_with("text/") || mime.starts_with("application/json");
    let contents = match String::from_utf8(bytes) {
        Ok(text) if is_text => ResourceContents::text(text, uri),
        Ok(text) => ResourceContents::blob(STANDARD.encode(text), uri),
        Err(bytes) => ResourceContents::blob(STANDARD.encode(bytes.as_bytes()), uri),
    };
    Ok(ReadResourceResult::new(vec![contents.with_mime_type(mime)]))
}

fn refused(trouble: &Trouble) -> ErrorData {
    ErrorData::internal_error(trouble.to_string(), None)
}
