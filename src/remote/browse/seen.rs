//! What is seen of a page, whichever browser shows it.

use serde::Deserialize;

/// A page that is open, as its browser knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabName {
    /// What keeps it apart from those of others: a browser context, or a user.
    pub apart: String,
    /// The page.
    pub page: String,
    /// What it is spoken to by.
    pub session: String,
}

/// What is seen of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SeenPage {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its text, with what can be acted on by references such as `[e3]`.
    pub text: String,
    /// How many there are of those.
    pub refs: usize,
    /// How many characters there are altogether.
    pub total_chars: usize,
    /// Why text that it carries is not among them.
    pub hidden: Vec<String>,
}

/// A link of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PageLink {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}
