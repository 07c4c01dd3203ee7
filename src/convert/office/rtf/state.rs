//! What holds within a group: where text goes, in which encoding, and what the paragraph is.

use encoding_rs::{Encoding, WINDOWS_1252};

/// Where the text of a group goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// Into the document.
    Body,
    /// Nowhere.
    Nowhere,
    /// The mark of an item.
    Mark,
    /// The code of a field.
    Code,
    /// A footnote.
    Note,
    /// A picture's data, in hexadecimal digits.
    Picture,
    /// An object's data, in such digits too.
    Object,
    /// The tables of fonts, and of styles.
    Fonts,
    Styles,
    /// Above or below the text.
    Margin,
}

impl Destination {
    /// Whether what comes are hexadecimal digits of some data.
    pub(super) fn is_data(self) -> bool {
        matches!(self, Self::Picture | Self::Object)
    }
}

/// What holds within a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) destination: Destination,
    pub(super) encoding: &'static Encoding,
    /// How many bytes after `\u` repeat it for old readers.
    pub(super) skip: usize,
    pub(super) is_hidden: bool,
    pub(super) is_in_table: bool,
    pub(super) outline: Option<u8>,
    pub(super) style: i32,
    pub(super) font: i32,
    pub(super) level: u8,
    pub(super) is_listed: bool,
    /// How far in the paragraph stands, and how far its first line from there, in twentieths of a point.
    pub(super) left: i32,
    pub(super) first: i32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            destination: Destination::Body,
            encoding: WINDOWS_1252,
            skip: 1,
            is_hidden: false,
            is_in_table: false,
            outline: None,
            style: 0,
            font: 0,
            level: 0,
            is_listed: false,
            left: 0,
            first: 0,
        }
    }
}

impl State {
    /// `\pard`: what is said of the paragraph is unsaid.
    pub(super) fn plain_paragraph(&mut self) {
        (self.is_in_table, self.outline, self.style, self.level, self.is_listed) = (false, None, 0, 0, false);
        (self.left, self.first) = (0, 0);
    }
}

/// The encoding of a Windows code page.
pub(super) fn of_code_page(number: i32) -> &'static Encoding {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        65_001 => "utf-8".to_owned(),
        10_000 => "macintosh".to_owned(),
        number => format!("windows-{number}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

/// The encoding of a font's character set.
pub(super) fn of_character_set(number: i32) -> Option<&'static Encoding> {
    Some(of_code_page(match number {
        0 => 1252,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    }))
}
