//! A trailer for documents that have lost theirs.
//!
//! PDFium finds the objects of a file without a cross-reference table by itself; what it cannot do without is a trailer
//! that names the catalogue. One is written behind the last object, for another try, and before it the objects that stood
//! packed in streams.

use std::io::Read;

use flate2::read::ZlibDecoder;

/// No more than this is unpacked.
const MOST_UNPACKED: u64 = 128 << 20;

/// The file with its packed objects unpacked and a trailer that names its catalogue; `None` where none is found.
pub(super) fn with_trailer(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut found = Found { left: MOST_UNPACKED, ..Found::default() };
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], b" obj").map(|at| at + from) {
        from = at + 4;
        let Some(name) = name_before(&bytes[..at]) else { continue };
        let end = find(&bytes[from..], b"endobj").map_or(bytes.len(), |end| from + end);
        let object = &bytes[from..end];
        let (dictionary, data) = match find(object, b"stream") {
            Some(stream) => (&object[..stream], Some(&object[stream + 6..])),
            None => (object, None),
        };
        found.take(name, dictionary);
        if let Some(data) = data.filter(|_| has_type(dictionary, b"/ObjStm")) {
            for (number, object) in unpacked(dictionary, data, &mut found.left).unwrap_or_default() {
                found.take((number, 0), &object);
                found.packed.push((number, at, object));
            }
        } else {
            found.plain.push((name.0, at));
        }
    }
    let (number, generation) = found.catalogue?;
    let mut mended = bytes.to_vec();
    for (number, at, object) in &found.packed {
        // What was written anew later counts.
        if !found.plain.iter().any(|(other, place)| other == number && place > at) {
            mended.extend_from_slice(format!("\n{number} 0 obj\n").as_bytes());
            mended.extend_from_slice(object);
            mended.extend_from_slice(b"\nendobj\n");
        }
    }
    let size = found.greatest.checked_add(1)?;
    let trailer = format!("\ntrailer\n<< /Root {number} {generation} R /Size {size} >>\nstartxref\n0\n%%EOF\n");
    mended.extend_from_slice(trailer.as_bytes());
    Some(mended)
}

/// What a file holds.
#[derive(Default)]
struct Found {
    /// Of several the last is the newest.
    catalogue: Option<(u32, u16)>,
    greatest: u32,
    /// Objects that stand for themselves, by number and place.
    plain: Vec<(u32, usize)>,
    /// Objects that stood packed, by number, each with the place of its stream.
    packed: Vec<(u32, usize, Vec<u8>)>,
    /// So much may still be unpacked.
    left: u64,
}

impl Found {
    fn take(&mut self, (number, generation): (u32, u16), dictionary: &[u8]) {
        self.greatest = self.greatest.max(number);
        if has_type(dictionary, b"/Catalog") {
            self.catalogue = Some((number, generation));
        }
    }
}

/// ISO 32000-1, 7.5.7: numbers and offsets of the objects, then the objects.
fn unpacked(dictionary: &[u8], data: &[u8], left: &mut u64) -> Option<Vec<(u32, Vec<u8>)>> {
    let (count, first) = (number_of(dictionary, b"/N")?, number_of(dictionary, b"/First")?);
    let data = data.strip_prefix(b"\r\n").or_else(|| data.strip_prefix(b"\n")).unwrap_or(data);
    let bytes = match find(dictionary, b"/Filter") {
        None => data[..find(data, b"endstream").unwrap_or(data.len())].to_vec(),
        Some(_) => {
            let mut bytes = Vec::new();
            // What is damaged at its end has objects before it.
            let _unpacked_to_the_end = ZlibDecoder::new(data).take(*left).read_to_end(&mut bytes);
            bytes
        }
    };
    *left = left.saturating_sub(bytes.len() as u64);
    let head = std::str::from_utf8(bytes.get(..first)?).ok()?;
    let numbers: Vec<usize> = head.split_ascii_whitespace().map_while(|number| number.parse().ok()).collect();
    let pairs: Vec<(usize, usize)> =
        numbers.chunks_exact(2).take(count).map(|pair| (pair[0], first.saturating_add(pair[1]))).collect();
    let ends = pairs.iter().skip(1).map(|(_, start)| *start).chain([bytes.len()]);
    let objects = pairs.iter().zip(ends).filter_map(|((number, start), end)| {
        let object = bytes.get(*start..end.max(*start).min(bytes.len()))?;
        Some((u32::try_from(*number).ok()?, object.to_vec()))
    });
    Some(objects.collect())
}

/// The number behind a name.
fn number_of(dictionary: &[u8], name: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(dictionary, name).find_map(|at| {
        let after = &dictionary[at + name.len()..];
        let digits = after.trim_ascii_start();
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&digits[..count]).ok()?.parse().ok()
    })
}

fn has_type(object: &[u8], name: &[u8]) -> bool {
    memchr::memmem::find_iter(object, b"/Type").any(|at| object[at + 5..].trim_ascii_start().starts_with(name))
}

/// The number and generation that stand before ` obj`.
fn name_before(bytes: &[u8]) -> Option<(u32, u16)> {
    let digits = |bytes: &[u8]| bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let (rest, generation) = bytes.split_at(bytes.len() - digits(bytes));
    let rest = rest.strip_suffix(b" ")?;
    let object = &rest[rest.len() - digits(rest)..];
    Some((number(object)?.parse().ok()?, number(generation)?.parse().ok()?))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    #[test]
    fn the_catalogue_is_found_and_named() {
        let file = b"%PDF-1.4\n3 0 obj\n<< /Type /Pages /Kids [] >>\nendobj\n12 1 obj\n<</Pages 3 0 R/Type/Catalog>>\nendobj\n";
        let mended = with_trailer(file).unwrap();
        assert!(
            String::from_utf8_lossy(&mended).ends_with("trailer\n<< /Root 12 1 R /Size 13 >>\nstartxref\n0\n%%EOF\n")
        );
        assert_eq!(with_trailer(b"%PDF-1.4\n1 0 obj\n<< /Type /Page >>\nendobj\n"), None);
        assert_eq!(with_trailer(b" obj obj 99999999999 0 obj /Type /Catalog"), None);
    }

    /// A stream of a catalogue and a page tree.
    fn packed(objects: &str, is_deflated: bool) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(objects.as_bytes()).unwrap();
        let (filter, data) = match is_deflated {
            true => ("/Filter /FlateDecode ", encoder.finish().unwrap()),
            false => ("", objects.as_bytes().to_vec()),
        };
        let head = format!("%PDF-1.5\n9 0 obj\n<< /Type /ObjStm /N 2 /First 9 {filter}>>\nstream\n");
        [head.as_bytes(), &data, b"\nendstream\nendobj\n"].concat()
    }

    #[test]
    fn packed_objects_are_unpacked_unless_they_were_written_anew() {
        let objects = "1 0 2 33 <</Type /Catalog /Pages 2 0 R>>  <</Type /Pages /Kids []>>";
        for is_deflated in [true, false] {
            let file = packed(objects, is_deflated);
            let mended = with_trailer(&file).unwrap();
            let added = String::from_utf8_lossy(&mended[file.len()..]);
            assert!(added.contains("\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>"), "{added}");
            assert!(added.contains("\n2 0 obj\n<</Type /Pages /Kids []>>"), "{added}");
            assert!(added.contains("/Root 1 0 R /Size 10"), "{added}");
            let newer = [file.as_slice(), b"2 0 obj\n<</Type /Pages /Kids [3 0 R]>>\nendobj\n"].concat();
            let mended = with_trailer(&newer).unwrap();
            assert!(!String::from_utf8_lossy(&mended[newer.len()..]).contains("2 0 obj"));
        }
        assert_eq!(with_trailer(&packed("no numbers at all", true)), None);
    }
}
