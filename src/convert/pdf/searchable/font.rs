//! The font of a page's invisible text: for every character a code, a width and a meaning, and the same glyph.
//!
//! Text that is never painted needs a font all the same, or readers look for one of their own and warn. Codes are
//! numbered from 1 in the order of Unicode, so that any character can be written and few take few bytes.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Chunk, Filter, Name, Rect, Ref, Str};

use super::truetype;

/// The share of the height that lies under the baseline.
pub(super) const DESCENT: f32 = 0.2;
/// Codes have two bytes; 0 stands for what is missing.
const MOST_CHARACTERS: usize = 65_535;

const NAME: Name<'_> = Name(b"MediaryInvisible");
const IDENTITY: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The characters of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InvisibleFont {
    codes: BTreeMap<char, u16>,
}

impl InvisibleFont {
    /// How many objects it is written as.
    pub(super) const OBJECTS: i32 = 6;

    pub(super) fn of(characters: impl IntoIterator<Item = char>) -> Self {
        let mut codes: BTreeMap<char, u16> = characters.into_iter().map(|character| (character, 0)).collect();
        while codes.len() > MOST_CHARACTERS {
            codes.pop_last();
        }
        for (code, number) in codes.values_mut().zip(1..) {
            *code = number;
        }
        Self { codes }
    }

    /// The code of a character; 0 for one that is not in the font.
    pub(super) fn code(&self, character: char) -> u16 {
        self.codes.get(&character).copied().unwrap_or(0)
    }

    /// How wide a character is, in thousandths of the size.
    pub(super) fn width(character: char) -> u16 {
        width(character)
    }

    /// The objects of the font, one in each chunk, the font itself first. They take the numbers from `first` on.
    pub(super) fn objects(&self, first: i32, pack: impl Fn(Vec<u8>) -> (Vec<u8>, Option<Filter>)) -> [Chunk; 6] {
        let [font, descendant, descriptor, program, meaning, map] =
            [0, 1, 2, 3, 4, 5].map(|next| Ref::new(first + next));
        let widths = self.codes.keys().map(|&character| f32::from(width(character)));
        let file = truetype::file();
        let length = i32::try_from(file.len()).unwrap_or(i32::MAX);
        let (file, file_filter) = pack(file);
        let (meanings, meanings_filter) = pack(self.meanings());
        let (glyphs, glyphs_filter) = pack(self.glyph_map());
        [
            chunk(|chunk| {
                let mut object = chunk.type0_font(font);
                object.base_font(NAME).encoding_predefined(Name(b"Identity-H"));
                object.descendant_font(descendant).to_unicode(meaning);
            }),
            chunk(|chunk| {
                let mut object = chunk.cid_font(descendant);
                object.subtype(CidFontType::Type2).base_font(NAME).system_info(IDENTITY).font_descriptor(descriptor);
                object.default_width(500.0).cid_to_gid_map_stream(map);
                object.widths().consecutive(1, widths);
            }),
            chunk(|chunk| {
                let [low, wide, high] = [truetype::DESCENT, truetype::WIDTH, truetype::ASCENT].map(f32::from);
                let mut object = chunk.font_descriptor(descriptor);
                object.name(NAME).flags(FontFlags::SYMBOLIC).bbox(Rect::new(0.0, low, wide, high)).italic_angle(0.0);
                object.ascent(high).descent(low).cap_height(700.0).stem_v(80.0).font_file2(program);
            }),
            chunk(|chunk| {
                let mut object = chunk.stream(program, &file);
                object.pair(Name(b"Length1"), length);
                file_filter.map(|filter| object.filter(filter));
            }),
            chunk(|chunk| {
                let mut object = chunk.stream(meaning, &meanings);
                meanings_filter.map(|filter| object.filter(filter));
            }),
            chunk(|chunk| {
                let mut object = chunk.stream(map, &glyphs);
                glyphs_filter.map(|filter| object.filter(filter));
            }),
        ]
    }

    /// What the codes mean, as a ToUnicode map.
    fn meanings(&self) -> Vec<u8> {
        let mut map: UnicodeCmap = UnicodeCmap::new(Name(b"Adobe-Identity-UCS"), IDENTITY);
        for (&character, &code) in &self.codes {
            map.pair(code, character);
        }
        map.finish().into_vec()
    }

    /// The glyph of every code, as the font's map has it: the same one for all.
    fn glyph_map(&self) -> Vec<u8> {
        let glyphs = self.codes.values().map(|_| truetype::GLYPH);
        [0].into_iter().chain(glyphs).flat_map(u16::to_be_bytes).collect()
    }
}

fn chunk(write: impl FnOnce(&mut Chunk)) -> Chunk {
    let mut chunk = Chunk::new();
    write(&mut chunk);
    chunk
}

/// Roughly as wide as in print, so that part of a word is marked where it stands. Words are stretched to their boxes.
fn width(character: char) -> u16 {
    match character {
        'i' | 'j' | 'l' | 'I' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | '’' => 250,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '"' => 330,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' | '…' => 850,
        'A'..='Z' | 'À'..='Þ' | 'А'..='Я' | '&' => 680,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1000,
        '\u{fe30}'..='\u{fe6f}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{3ffff}' => 1000,
        _ => 520,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_a_code_of_its_own_and_no_other() {
        let font = InvisibleFont::of("banana 東京 🎉".chars());
        let codes: Vec<u16> = " abn京東🎉x".chars().map(|character| font.code(character)).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 0]);
    }

    #[test]
    fn codes_mean_their_characters_beyond_the_first_plane_too() {
        let map = InvisibleFont::of("é🎉".chars()).meanings();
        let map = String::from_utf8(map).unwrap();
        assert!(map.contains("<0001> <00E9>") && map.contains("<0002> <D83CDF89>"), "{map}");
    }

    #[test]
    fn every_code_has_the_one_glyph() {
        assert_eq!(InvisibleFont::of("abc".chars()).glyph_map(), [0, 0, 0, 1, 0, 1, 0, 1]);
    }
}
