//! Classification of arbitrary bytes with arbitrary claims: never a panic, and always the same answer.
//!
//! An input is a line with the claimed media type, a line with the claimed name (both empty: no claim), then the bytes.

#![no_main]

mod seeds;

use libfuzzer_sys::fuzz_target;
use mediary_core::{Blob, Claim, ContentHash, Media, MediaKind, Unclassifiable, classify};

fuzz_target!(init: seeds::write("classification", classification_seeds()), |input: &[u8]| {
    let mut lines = input.splitn(3, |byte| *byte == b'\n').map(|part| part.to_vec());
    let mut claimed = || String::from_utf8_lossy(&lines.next().unwrap_or_default()).into_owned();
    let (mime, file_name) = (claimed(), claimed());
    let bytes = lines.next().unwrap_or_default();
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    check(&bytes, Claim { mime: some(&mime), file_name: some(&file_name) });
});

fn check(bytes: &[u8], claim: Claim<'_>) {
    let hash = ContentHash::of(bytes);
    let found = classify(Blob::in_memory(bytes.to_vec()), claim);
    match &found {
        Ok(media) => {
            assert_eq!((media.blob.len_bytes(), media.blob.hash()), (bytes.len() as u64, hash));
            assert_eq!(media.blob.read_all().expect("the bytes are in memory"), bytes);
        }
        Err(refusal) => {
            assert_eq!(*refusal == Unclassifiable::Empty, bytes.is_empty());
            assert!(!refusal.to_string().is_empty());
        }
    }

    let found = found.map(|media| media.format);
    let again = |blob, claim| classify(blob, claim).map(|media: Media| media.format);
    assert_eq!(again(Blob::in_memory(bytes.to_vec()), claim), found, "the second time");
    let spooled = Blob::spooled(bytes.len() as u64, hash, bytes, bytes.to_vec());
    assert_eq!(again(spooled, claim), found, "as if spooled");

    // Claims matter among texts only.
    let unclaimed = again(Blob::in_memory(bytes.to_vec()), Claim::default());
    if !matches!(found, Ok(format) if format.kind() == MediaKind::Text) {
        assert_eq!(unclaimed, found, "without the claim {claim:?}");
    }
}

fn classification_seeds() -> Vec<Vec<u8>> {
    let claims = [("", ""), ("text/plain", "a.txt"), ("application/pdf", "a.pdf"), ("image/png", "a.csv")];
    let files = seeds::samples().into_iter().chain([Vec::new(), b"junk %PDF-1.4".to_vec()]);
    let seed = |(number, file): (usize, Vec<u8>)| {
        let (mime, name) = claims[number % claims.len()];
        [mime.as_bytes(), b"\n", name.as_bytes(), b"\n", &file].concat()
    };
    files.enumerate().map(seed).collect()
}
