//! Text that was taken out of a medium, in sections; it is quoted to models and remembered by its bytes.

use mediary_core::document::Hidden;

/// Text that was taken out of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extract {
    pub(super) sections: Vec<Section>,
    /// What read it.
    pub(super) by: String,
    /// Why text that it carries was left out.
    pub(super) hidden: Vec<Hidden>,
    /// How many pages were read, where there are such.
    pub(super) pages: Option<u32>,
    /// Whether another attempt would give the same; what is not settled is not remembered.
    pub(super) settled: bool,
}

/// A section of an extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) struct Section {
    /// What it is, in words of ours: `page 3`.
    pub(in crate::gateway) title: Option<String>,
    /// What stands there.
    pub(in crate::gateway) text: String,
}

impl Section {
    pub(in crate::gateway) fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: Some(title.into()), text: text.into() }
    }
}

impl Extract {
    /// A text in one piece.
    pub(super) fn plain(text: String, by: impl Into<String>) -> Self {
        Self {
            sections: vec![Section { title: None, text }],
            by: by.into(),
            hidden: Vec::new(),
            pages: None,
            settled: true,
        }
    }

    /// How much room it takes when it is remembered.
    pub(super) fn bytes(&self) -> u64 {
        let sections = self.sections.iter();
        let texts = sections.map(|section| section.text.len() + section.title.as_ref().map_or(0, String::len) + 64);
        (texts.sum::<usize>() + self.by.len() + 128) as u64
    }
}
