//! The sections about the web beyond the providers: search engines, videos and the browser.

pub(super) mod browser;
pub(super) mod search;
pub(super) mod youtube;

pub use browser::Browser;
pub use search::{Search, SearchSetting};
pub use youtube::Youtube;
