//! What a document says of itself as a whole: layers that are off, forms that only another program can draw, tags.
//!
//! PDFium tells none of this, so the catalogue is looked up with a reader of its own. It is asked in the worker, once
//! for each document; pages and their contents are PDFium's.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name};

use super::tagged::Tagged;

/// Facts about a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether there may be layers that are not shown.
    pub(super) hides_layers: bool,
    /// Whether its pages are drawn from an XFA form, for which the page contents are a placeholder.
    pub(super) is_xfa: bool,
}

impl Facts {
    /// A larger file is not looked into: everything that could be is taken to be so.
    pub(super) const MOST_BYTES: u64 = 64 << 20;

    /// What is assumed of a document that was not looked into.
    pub(super) const UNKNOWN: Self = Self { hides_layers: true, is_xfa: false };

    /// Looks into a document; also gives its tags, if it has some.
    pub(super) fn of(bytes: Vec<u8>, password: Option<&str>) -> (Self, Option<Tagged>) {
        if bytes.len() as u64 > Self::MOST_BYTES {
            return (Self::UNKNOWN, None);
        }
        let Ok(pdf) = Pdf::new_with_password(bytes, password.unwrap_or_default()) else { return (Self::UNKNOWN, None) };
        let (facts, is_tagged) = match pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) {
            Some(catalogue) => {
                let facts = Self { hides_layers: hides_layers(&catalogue), is_xfa: is_xfa(&catalogue) };
                (facts, catalogue.contains_key("StructTreeRoot"))
            }
            None => (Self::UNKNOWN, false),
        };
        (facts, is_tagged.then(|| Tagged::new(pdf)))
    }
}

/// ISO 32000-1, 8.11.4: groups that the default configuration turns off.
fn hides_layers(catalogue: &Dict<'_>) -> bool {
    let Some(properties) = catalogue.get::<Dict<'_>>("OCProperties") else { return false };
    let Some(default) = properties.get::<Dict<'_>>("D") else { return false };
    let is_off = |name: Name<'_>| AsRef::<[u8]>::as_ref(&name) != b"ON";
    default.get::<Array<'_>>("OFF").is_some_and(|off| off.raw_iter().next().is_some())
        || default.get::<Name<'_>>("BaseState").is_some_and(is_off)
        // Groups may depend on how the page is used; what becomes of them is seen on the page.
        || default.get::<Array<'_>>("AS").is_some_and(|usage| usage.raw_iter().next().is_some())
}

/// ISO 32000-1, 12.7.8: a dynamic form asks for rendering by a program that knows XFA.
fn is_xfa(catalogue: &Dict<'_>) -> bool {
    let has_form = catalogue.get::<Dict<'_>>("AcroForm").is_some_and(|form| form.contains_key("XFA"));
    has_form && catalogue.get::<bool>("NeedsRendering").unwrap_or(false)
}
