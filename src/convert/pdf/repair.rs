//! A trailer for documents that have lost theirs.
//!
//! PDFium finds the objects of a file without a cross-reference table by itself; what it cannot do without is a trailer
//! that names the catalogue. One is written behind the last object, for another try.

/// The file with a trailer that names its catalogue; `None` where none is found.
pub(super) fn with_trailer(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut catalogue, mut size) = (None, 0);
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], b" obj").map(|at| at + from) {
        from = at + 4;
        let Some((number, generation)) = name_before(&bytes[..at]) else { continue };
        size = size.max(number.checked_add(1)?);
        let end = find(&bytes[from..], b"endobj").map_or(bytes.len(), |end| from + end);
        let stream = find(&bytes[from..end], b"stream").map_or(end, |stream| from + stream);
        if is_catalogue(&bytes[from..stream]) {
            // Of several the last is the newest.
            catalogue = Some((number, generation));
        }
    }
    let (number, generation) = catalogue?;
    let trailer = format!("\ntrailer\n<< /Root {number} {generation} R /Size {size} >>\nstartxref\n0\n%%EOF\n");
    Some([bytes, trailer.as_bytes()].concat())
}

fn is_catalogue(object: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = find(&object[from..], b"/Type").map(|at| at + from + 5) {
        let name = object[at..].trim_ascii_start();
        if name.starts_with(b"/Catalog") {
            return true;
        }
        from = at;
    }
    false
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
}
