//! How characters are set, from what their fonts are called and say of themselves.
//!
//! Descriptors are often wrong or missing, names seldom: `ABCDEF+NimbusRomNo9L-Medi` is a bold Times. A font is looked
//! at once for each page; what a line's words are set in is asked at the first character of each, of those that one text
//! object draws once.

use std::cell::RefCell;
use std::collections::HashMap;

use mediary_core::document::{Face, Run};
use pdfium_render::prelude::*;

use super::frame::TextKey;

/// Sizes that differ by less than this, in points, are one.
const SIZE_STEP_PT: f32 = 0.1;
/// What stands in the names of bold fonts, in lower case.
const BOLD: [&str; 8] = ["bold", "black", "heavy", "demi", "cmbx", "sfbx", "cmb1", "ultra"];
/// What stands in the names of slanted fonts, in lower case.
const ITALIC: [&str; 7] = ["ital", "obli", "slant", "cmti", "sfti", "cmsl", "kursiv"];
/// What stands in the names of typewriter fonts, in lower case.
const FIXED: [&str; 8] = ["mono", "courier", "typewriter", "consol", "cmtt", "sftt", "menlo", "lmtt"];

/// The fonts of a page that have been looked at, by name, and how the text is set that was asked for last.
#[derive(Debug, Default)]
pub(super) struct Faces {
    known: RefCell<HashMap<String, Face>>,
    last: RefCell<Option<(TextKey, Face)>>,
}

impl Faces {
    /// How a character is set.
    pub(super) fn of(&self, char: &PdfPageTextChar<'_>) -> Face {
        let key = char.text_object().ok().and_then(|text| TextKey::of(&text));
        if let Some((last, face)) = &*self.last.borrow()
            && Some(*last) == key
        {
            return face.clone();
        }
        let face = self.looked_at(char);
        self.last.replace(key.map(|key| (key, face.clone())));
        face
    }

    fn looked_at(&self, char: &PdfPageTextChar<'_>) -> Face {
        let name = char.font_name();
        let size_pt = (char.scaled_font_size().value.abs() / SIZE_STEP_PT).round() * SIZE_STEP_PT;
        let colour = char.fill_color().map_or([0; 3], |colour| [colour.red(), colour.green(), colour.blue()]);
        let mut known = self.known.borrow_mut();
        if let Some(face) = known.get(&name) {
            return Face { size_pt, colour, ..face.clone() };
        }
        let mut face = named(&name);
        face.is_bold |= char.font_is_bold_reenforced();
        face.is_italic |= char.font_is_italic();
        face.is_fixed_pitch |= char.font_is_fixed_pitch();
        known.insert(name, face.clone());
        Face { size_pt, colour, ..face }
    }
}

/// What a font's name says.
fn named(name: &str) -> Face {
    // `ABCDEF+` marks a part of a font.
    let name = match name.split_once('+') {
        Some((tag, rest)) if tag.len() == 6 => rest,
        _ => name,
    };
    let lower = name.to_lowercase();
    let has = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
    let family = name.split(['-', ',']).next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    Face {
        family: family.to_owned(),
        // Nimbus calls its bold `Medi`; what others call `Medium` is not.
        is_bold: has(&BOLD) || (lower.contains("-medi") && !lower.contains("-medium")),
        is_italic: has(&ITALIC),
        is_fixed_pitch: has(&FIXED),
        ..Face::default()
    }
}

/// The runs of a line whose words end at the given places, each set as told.
pub(super) fn runs(words: impl Iterator<Item = (usize, Face)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (end, face) in words {
        match runs.last_mut() {
            Some(run) if run.face == face => run.end = end,
            _ => runs.push(Run { end, face }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fonts_tell_how_they_look() {
        let rows = [
            ("ABCDEF+NimbusRomNo9L-Medi", "NimbusRomNo", true, false, false),
            ("NimbusRomNo9L-ReguItal", "NimbusRomNo", false, true, false),
            ("CMBX12", "CMBX", true, false, false),
            ("BAAAAA+LiberationSans-Bold", "LiberationSans", true, false, false),
            ("Arial,BoldItalic", "Arial", true, true, false),
            ("Roboto-Medium", "Roboto", false, false, false),
            ("DejaVuSansMono", "DejaVuSansMono", false, false, true),
            ("", "", false, false, false),
        ];
        for (name, family, is_bold, is_italic, is_fixed_pitch) in rows {
            let face = named(name);
            // Names of families end in digits now and then, which say nothing.
            assert!(face.family.starts_with(family), "{name}: {face:?}");
            let found = (face.is_bold, face.is_italic, face.is_fixed_pitch);
            assert_eq!(found, (is_bold, is_italic, is_fixed_pitch), "{name}");
        }
    }

    #[test]
    fn words_set_alike_are_one_run() {
        let bold = Face { is_bold: true, ..Face::default() };
        let words = [(3, bold.clone()), (7, bold.clone()), (12, Face::default())];
        let expected = vec![Run { end: 7, face: bold }, Run { end: 12, face: Face::default() }];
        assert_eq!(runs(words.into_iter()), expected);
    }
}
