//! Documents of many pages that are read in parts, as requests of their own, where many machines read.

use std::borrow::Cow;
use std::collections::HashMap;

use mediary_core::MediaFormat;
use serde::de::IgnoredAny;

use super::super::AppState;
use super::{mistral, source};
use crate::protocol::mistral::{OcrForm, page_ranges};

/// So many pages are a part: on one machine some seconds to half a minute.
const PART_PAGES: usize = 20;

/// The fields that make parts of a request in Mistral's format, each to be added to it. None: it is answered as a whole, since
/// its document has few pages, or pages are selected, or because what is wrong with it is said by whatever answers it.
pub(in crate::http) async fn parts(state: &AppState, owner: &[u8], body: &[u8]) -> Vec<String> {
    let Ok(request) = mistral::parse(body) else { return Vec::new() };
    // A field that is null is there all the same, and may not come twice.
    let selects =
        serde_json::from_slice::<HashMap<Cow<'_, str>, IgnoredAny>>(body).is_ok_and(|all| all.contains_key("pages"));
    if selects || !request.may_be_parted() {
        return Vec::new();
    }
    let Ok(OcrForm { source, name, .. }) = request.decode() else { return Vec::new() };
    let Ok(file) = source::open(state, owner, source, name).await else { return Vec::new() };
    let Ok(media) = file.classified() else { return Vec::new() };
    if media.format != MediaFormat::Pdf {
        return Vec::new();
    }
    let pages = state.gateway.pages_without_files(&media).await.unwrap_or(0);
    page_ranges(usize::try_from(pages).unwrap_or(0), PART_PAGES)
}
