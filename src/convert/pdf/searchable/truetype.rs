//! The TrueType file of a font with a single glyph that paints nothing.
//!
//! As the OpenType specification (1.9) has it, with no more tables than a font in a PDF must have. It is the same for
//! every page; what its glyph means is said in the PDF.

/// Units of a square of the font's size.
const UNITS_PER_EM: u16 = 1000;
/// How far the glyph reaches under the baseline, above it, and to the right.
pub(super) const DESCENT: i16 = -200;
pub(super) const ASCENT: i16 = 800;
pub(super) const WIDTH: i16 = 500;
/// The glyph's number.
pub(super) const GLYPH: u16 = 1;
const GLYPHS: u16 = 2;

/// The TrueType file: an empty glyph for what is missing, and [`GLYPH`].
pub(super) fn file() -> Vec<u8> {
    let glyph = glyph();
    let end = u16::try_from(glyph.len() / 2).expect("a glyph of two points is short");
    let (mut places, mut metrics, mut map) = (Table::default(), Table::default(), Table::default());
    places.u16s([0, 0, end]);
    metrics.u16s([WIDTH.cast_unsigned(), 0, WIDTH.cast_unsigned(), 0]);
    // Version, one subtable for Windows and all of Unicode, 12 bytes from here: format 12, with one group. Readers of
    // PDFs go by the other map; they only want this one to be there.
    map.u16s([0, 1, 3, 10]).u32s([12]).u16s([12, 0]).u32s([28, 0, 1, 0x20, 0x20, GLYPH.into()]);
    file_of(&[
        (b"cmap", map.0),
        (b"glyf", glyph),
        (b"head", head()),
        (b"hhea", horizontal_header()),
        (b"hmtx", metrics.0),
        (b"loca", places.0),
        (b"maxp", profile()),
        (b"post", post()),
    ])
}

/// Two contours of a single point each, which have an extent and nothing to paint. PDFium takes upright glyphs without
/// an extent for text that is not there.
fn glyph() -> Vec<u8> {
    let mut table = Table::default();
    table.i16s([2, 0, DESCENT, WIDTH, ASCENT]);
    // The last point of each contour; no instructions; both points are on the curve.
    table.u16s([0, 1, 0, 0x0101]).i16s([0, WIDTH, DESCENT, ASCENT - DESCENT]);
    table.0
}

/// Numbers, the high byte first.
#[derive(Debug, Default)]
struct Table(Vec<u8>);

impl Table {
    fn u16s(&mut self, values: impl IntoIterator<Item = u16>) -> &mut Self {
        self.0.extend(values.into_iter().flat_map(u16::to_be_bytes));
        self
    }

    fn i16s(&mut self, values: impl IntoIterator<Item = i16>) -> &mut Self {
        self.0.extend(values.into_iter().flat_map(i16::to_be_bytes));
        self
    }

    fn u32s(&mut self, values: impl IntoIterator<Item = u32>) -> &mut Self {
        self.0.extend(values.into_iter().flat_map(u32::to_be_bytes));
        self
    }
}

fn head() -> Vec<u8> {
    let mut table = Table::default();
    // Version, revision, checksum of the file (left out), magic.
    table.u32s([0x0001_0000, 0x0001_0000, 0, 0x5f0f_3cf5]);
    // Flags, units, made and changed at the beginning of time.
    table.u16s([0, UNITS_PER_EM]).u32s([0, 0, 0, 0]);
    table.i16s([0, DESCENT, WIDTH, ASCENT]);
    // Plain style, readable from 8 pixels on, mixed directions, short offsets.
    table.u16s([0, 8]).i16s([2, 0, 0]);
    table.0
}

fn horizontal_header() -> Vec<u8> {
    let mut table = Table::default();
    table.u32s([0x0001_0000]).i16s([ASCENT, DESCENT, 0]);
    // Widest advance, then bearings, extent, caret (upright), four reserved and the format of the metrics.
    table.i16s([WIDTH, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]).u16s([GLYPHS]);
    table.0
}

fn profile() -> Vec<u8> {
    let mut table = Table::default();
    // Two points, two contours, no components; one zone; no instructions.
    table.u32s([0x0001_0000]).u16s([GLYPHS, 2, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    table.0
}

fn post() -> Vec<u8> {
    let mut table = Table::default();
    // Version 3, without names.
    table.u32s([0x0003_0000, 0]).i16s([-100, 50]).u32s([0, 0, 0, 0, 0]);
    table.0
}

fn file_of(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = u16::try_from(tables.len()).expect("a handful of tables");
    let largest = u16::try_from(count.ilog2()).expect("a logarithm of a handful");
    let range = 16 << largest;
    let mut file = Table::default();
    file.u32s([0x0001_0000]).u16s([count, range, largest, count * 16 - range]);
    let mut offset = 12 + tables.len() * 16;
    for (tag, table) in tables {
        file.0.extend_from_slice(*tag);
        let length = u32::try_from(table.len()).expect("a font of 65,534 glyphs is small");
        file.u32s([checksum(table), u32::try_from(offset).expect("a font is small"), length]);
        offset += table.len().next_multiple_of(4);
    }
    for (_, table) in tables {
        file.0.extend_from_slice(table);
        file.0.resize(file.0.len().next_multiple_of(4), 0);
    }
    file.0
}

fn checksum(table: &[u8]) -> u32 {
    table.chunks(4).fold(0_u32, |sum, bytes| {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table<'f>(file: &'f [u8], tag: &[u8; 4]) -> &'f [u8] {
        let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let tables = usize::from(u16::from_be_bytes([file[4], file[5]]));
        let entry = (0..tables).map(|index| 12 + index * 16).find(|&at| &file[at..at + 4] == tag).unwrap();
        let table = &file[number(entry + 8)..][..number(entry + 12)];
        assert_eq!(number(entry + 4) as u32, checksum(table), "checksum of {tag:?}");
        table
    }

    #[test]
    fn the_glyph_has_an_extent_and_nothing_to_paint() {
        let file = file();
        let places = table(&file, b"loca");
        assert_eq!(places[..4], [0; 4]);
        let glyph = table(&file, b"glyf");
        assert_eq!(usize::from(u16::from_be_bytes([places[4], places[5]])) * 2, glyph.len());
        let numbers: Vec<i16> = glyph.chunks(2).map(|two| i16::from_be_bytes([two[0], two[1]])).collect();
        assert_eq!(numbers[..5], [2, 0, DESCENT, WIDTH, ASCENT]);
        // Each contour ends with the point it begins with.
        assert_eq!(numbers[5..7], [0, 1]);
    }

    #[test]
    fn tables_are_as_long_as_their_versions_say() {
        let file = file();
        for (tag, length) in [(b"head", 54), (b"hhea", 36), (b"maxp", 32), (b"post", 32), (b"hmtx", 8), (b"cmap", 40)] {
            assert_eq!(table(&file, tag).len(), length, "{}", String::from_utf8_lossy(tag));
        }
    }
}
