//! What the store promises: whole files by their hash, within bounds, for whoever has a token and while it holds.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::{Duration, SystemTime};

use mediary_core::{ContentHash, MediaFormat};

use super::*;

const DAY: Duration = Duration::from_hours(24);

fn store(most_bytes: u64) -> (tempfile::TempDir, DiskContent) {
    let parent = tempfile::tempdir().unwrap();
    let store = DiskContent::open(parent.path().join("content"), most_bytes, DAY).unwrap();
    (parent, store)
}

fn put(store: &DiskContent, bytes: &[u8]) -> Kept {
    let mut writer = store.begin().unwrap();
    bytes.chunks(7).for_each(|chunk| writer.write(chunk).unwrap());
    writer.finish().unwrap()
}

fn read(store: &DiskContent, hash: &ContentHash) -> Option<Vec<u8>> {
    let mut found = store.open(hash).unwrap()?;
    let mut bytes = Vec::new();
    found.reader.read_to_end(&mut bytes).unwrap();
    assert_eq!(found.len_bytes, bytes.len() as u64);
    Some(bytes)
}

/// Files in the folder, without the key.
fn files(parent: &tempfile::TempDir) -> usize {
    std::fs::read_dir(parent.path().join("content")).unwrap().count() - 1
}

#[test]
fn files_are_found_by_the_hash_of_their_bytes() {
    let (parent, store) = store(1_000_000);
    let kept = put(&store, b"a picture");
    assert_eq!(kept, Kept { hash: ContentHash::of(b"a picture"), len_bytes: 9 });
    assert_eq!(put(&store, b"a picture"), kept);
    assert_eq!(read(&store, &kept.hash).unwrap(), b"a picture");
    assert_eq!(read(&store, &ContentHash::of(b"another")), None);
    let mut found = store.open(&kept.hash).unwrap().unwrap();
    found.reader.seek(SeekFrom::Start(2)).unwrap();
    let mut rest = String::new();
    found.reader.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), files(&parent)), ("picture", 1));
}

#[test]
fn an_unfinished_file_leaves_nothing() {
    let (parent, store) = store(1_000_000);
    let mut writer = store.begin().unwrap();
    writer.write(b"half a pict").unwrap();
    assert_eq!(files(&parent), 1);
    drop(writer);
    assert_eq!(files(&parent), 0);
}

#[test]
fn the_oldest_make_way_and_a_file_that_cannot_fit_is_refused() {
    let (parent, store) = store(100);
    let first = put(&store, &[1; 40]);
    let path = parent.path().join("content").join(first.hash.to_string());
    let earlier = SystemTime::now() - Duration::from_mins(1);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(earlier).unwrap();
    let second = put(&store, &[2; 40]);
    let third = put(&store, &[3; 40]);
    let there = [first, second, third].map(|kept| read(&store, &kept.hash).is_some());
    assert_eq!(there, [false, true, true]);
    let mut writer = store.begin().unwrap();
    let refused = (0..11).find_map(|_| writer.write(&[4; 10]).err());
    assert!(matches!(refused, Some(ContentFailed::TooLarge { most_bytes: 100 })), "{refused:?}");
    drop(writer);
    assert_eq!(read(&store, &put(&store, &[5; 90]).hash).unwrap(), [5; 90]);
}

#[test]
fn what_two_write_at_once_counts_together() {
    let (_parent, store) = store(100);
    let (mut one, mut other) = (store.begin().unwrap(), store.begin().unwrap());
    one.write(&[1; 60]).unwrap();
    assert!(matches!(other.write(&[2; 60]), Err(ContentFailed::TooLarge { .. })));
    drop(one);
    other.write(&[2; 60]).unwrap();
    other.finish().unwrap();
}

#[test]
fn what_is_too_old_is_swept_away_and_the_rest_is_not() {
    let (parent, store) = store(1_000_000);
    let kept = put(&store, b"old");
    let foreign = parent.path().join("content/notes.txt");
    std::fs::write(&foreign, "not ours").unwrap();
    store.sweep_at(SystemTime::now() + DAY - Duration::from_mins(1)).unwrap();
    assert!(read(&store, &kept.hash).is_some());
    store.sweep_at(SystemTime::now() + DAY + Duration::from_mins(1)).unwrap();
    assert_eq!(read(&store, &kept.hash), None);
    assert!(foreign.exists());
}

#[test]
fn tokens_open_what_they_were_signed_for_and_nothing_else() {
    let (parent, store) = store(1_000_000);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    for format in [MediaFormat::Png, MediaFormat::Mp4, MediaFormat::Markdown] {
        let link = ContentLink { hash: ContentHash::of(b"it"), format, expires: now + DAY };
        let token = store.token(&link).unwrap();
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{token}");
        assert_eq!(store.read_token(&token, now).unwrap(), Ok(link));
        assert_eq!(store.read_token(&token, now + DAY).unwrap(), Err(BadToken::Expired));
        // Every letter counts, but for the two bits that the last may have too many.
        for index in 0..token.len() - 1 {
            let letter = if token.as_bytes()[index] == b'A' { "B" } else { "A" };
            let mut forged = token.clone();
            forged.replace_range(index..=index, letter);
            assert_eq!(store.read_token(&forged, now).unwrap(), Err(BadToken::Unknown), "{index}");
        }
        // Another process with the same folder knows it, a store of another key does not.
        let same = DiskContent::open(parent.path().join("content"), 1_000_000, DAY).unwrap();
        assert_eq!(same.read_token(&token, now).unwrap(), Ok(link));
        let other = DiskContent::open(parent.path().join("other"), 1_000_000, DAY).unwrap();
        assert_eq!(other.read_token(&token, now).unwrap(), Err(BadToken::Unknown));
    }
    for token in ["", "A", "key", "../key", &"A".repeat(80), &"A".repeat(100_000)] {
        assert_eq!(store.read_token(token, now).unwrap(), Err(BadToken::Unknown));
    }
}
