//! The sections about the web beyond the providers: search engines and videos.

pub(super) mod search;
pub(super) mod youtube;

pub use search::{Search, SearchSetting};
pub use youtube::Youtube;
