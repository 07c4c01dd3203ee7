//! Threads that are kept here, as resources that a client lists and reads: each is a text in Markdown.

use rmcp::ErrorData;
use rmcp::model::{ErrorCode, ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::Value;

use super::desk::Desk;
use super::trouble::Trouble;

/// How addresses of threads begin.
pub(super) const THREADS: &str = "mediary://threads/";
/// How a cursor begins that is in the list of threads.
const CURSOR: &str = "threads:";
/// So many are listed at once.
const PAGE: usize = 100;
const MARKDOWN: &str = "text/markdown";

/// Whether a cursor is in the list of threads.
pub(super) fn is_cursor(cursor: &str) -> bool {
    cursor.starts_with(CURSOR)
}

/// A page of the threads of this client.
pub(super) async fn listed(desk: &Desk<'_>, cursor: Option<&str>) -> Result<ListResourcesResult, ErrorData> {
    let after = cursor.and_then(|cursor| cursor.strip_prefix(CURSOR)).filter(|after| !after.is_empty());
    let after =
        after.map(|after| form_urlencoded::Serializer::new("&".to_owned()).append_pair("after", after).finish());
    let list = match desk.get(&format!("/v1/threads?limit={PAGE}{}", after.unwrap_or_default())).await {
        Ok(list) => list,
        // A server that keeps no threads, or does not know them, has none; nor has a key that may not ask for them.
        Err(_) => return Ok(ListResourcesResult::default()),
    };
    let threads = list["data"].as_array().map_or(&[][..], Vec::as_slice);
    let mut page = ListResourcesResult::with_all_items(threads.iter().map(resource).collect());
    if list["has_more"] == true {
        page.next_cursor = list["last_id"].as_str().map(|last| format!("{CURSOR}{last}"));
    }
    Ok(page)
}

fn resource(thread: &Value) -> Resource {
    let text = |name: &str| thread[name].as_str().unwrap_or_default();
    let name = if text("title").is_empty() { text("id") } else { text("title") };
    Resource::new(address(text("id")), name).with_mime_type(MARKDOWN)
}

/// The address of a thread.
pub(super) fn address(id: &str) -> String {
    format!("{THREADS}{id}")
}

/// How addresses of threads look.
pub(super) fn template() -> ResourceTemplate {
    let template = ResourceTemplate::new(format!("{THREADS}{{thread_id}}"), "thread");
    template.with_description("A conversation that is kept here, as Markdown").with_mime_type(MARKDOWN)
}

/// What was said in a thread; `None`: the address is of something else.
pub(super) async fn content(desk: &Desk<'_>, uri: &str) -> Option<Result<ReadResourceResult, ErrorData>> {
    let id = uri.strip_prefix(THREADS)?;
    let read = exported(desk, id)
        .await
        .map(|text| ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(MARKDOWN)]));
    Some(read.map_err(|_| {
        let message = format!("There is no resource {uri} here; resources/list names those that there are.");
        ErrorData::new(ErrorCode::RESOURCE_NOT_FOUND, message, None)
    }))
}

/// A thread as Markdown.
pub(super) async fn exported(desk: &Desk<'_>, id: &str) -> Result<String, Trouble> {
    // An id goes into a path.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    if !id.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric()) || !id.bytes().all(is_plain) {
        return Err(Trouble::new("That is no id of a thread; search_threads gives those that there are."));
    }
    let answer = desk.ask(axum::http::Method::GET, &format!("/v1/threads/{id}/export"), None).await?;
    let (_, bytes) = desk.whole(answer).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
