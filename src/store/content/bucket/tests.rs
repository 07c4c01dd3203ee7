//! The content store on a real S3-compatible store: the promises of a folder, kept by a bucket, and what follows when it is
//! away.

use std::io::{Read as _, Seek as _, SeekFrom};

use mediary_core::MediaFormat;
use mediary_servers::Buckets;

use super::super::Kept;
use super::*;

const DAY: Duration = Duration::from_hours(24);
const MEGA: u64 = 1 << 20;

fn place(buckets: &Buckets, address: &str) -> BucketPlace {
    BucketPlace {
        address: address.parse().unwrap(),
        endpoint: Some(buckets.endpoint()),
        region: "us-east-1".to_owned(),
        key_id: "AKIATEST".to_owned(),
        secret_key: "hunter2".to_owned(),
        session_token: None,
    }
}

fn store(buckets: &Buckets, address: &str, most_bytes: u64) -> BucketContent {
    BucketContent::open(place(buckets, address), most_bytes, DAY).unwrap()
}

/// A store with a bucket of its own; `None`: there is nothing to test with.
fn begun() -> Option<Buckets> {
    let buckets = Buckets::start()?;
    buckets.make("pictures");
    Some(buckets)
}

fn put(store: &BucketContent, bytes: &[u8]) -> Kept {
    let mut writer = store.begin().unwrap();
    bytes.chunks(100_000).for_each(|chunk| writer.write(chunk).unwrap());
    writer.finish().unwrap()
}

fn read(store: &BucketContent, hash: &ContentHash) -> Option<Vec<u8>> {
    let mut found = store.open(hash).unwrap()?;
    let mut bytes = Vec::new();
    found.reader.read_to_end(&mut bytes).unwrap();
    assert_eq!(found.len_bytes, bytes.len() as u64);
    Some(bytes)
}

/// Bytes of which no two pieces are alike.
fn film(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at / 7 % 251) as u8 ^ (at >> 16) as u8).collect()
}

#[test]
fn files_are_found_by_the_hash_of_their_bytes_also_by_another_server() {
    let Some(buckets) = begun() else { return };
    let one = store(&buckets, "s3://pictures/mediary/content", 100 * MEGA);
    let other = store(&buckets, "s3://pictures/mediary/content", 100 * MEGA);
    let kept = put(&one, b"a picture");
    assert_eq!(kept, Kept { hash: ContentHash::of(b"a picture"), len_bytes: 9 });
    assert_eq!(put(&other, b"a picture"), kept);
    assert_eq!(read(&other, &kept.hash).unwrap(), b"a picture");
    assert_eq!(read(&one, &ContentHash::of(b"another")), None);
    assert_eq!(read(&store(&buckets, "s3://pictures/elsewhere", MEGA), &kept.hash), None);
    assert_eq!(read(&one, &put(&one, b"").hash).unwrap(), b"");
}

#[test]
fn a_long_file_goes_in_parts_and_is_read_from_anywhere() {
    let Some(buckets) = begun() else { return };
    let store = store(&buckets, "s3://pictures", 100 * MEGA);
    let bytes = film(17 * MEGA as usize + 5);
    let kept = put(&store, &bytes);
    assert_eq!(kept.hash, ContentHash::of(bytes.as_slice()));
    let mut found = store.open(&kept.hash).unwrap().unwrap();
    assert_eq!(found.len_bytes, bytes.len() as u64);
    for at in [16 * MEGA, 3, 8 * MEGA - 2, bytes.len() as u64 - 4] {
        let mut piece = [0; 4];
        found.reader.seek(SeekFrom::Start(at)).unwrap();
        found.reader.read_exact(&mut piece).unwrap();
        assert_eq!(piece, bytes[at as usize..at as usize + 4], "{at}");
    }
    assert_eq!(read(&store, &kept.hash).unwrap(), bytes);
    // No parts are left of it, nor of one that was not finished.
    drop({
        let mut writer = store.begin().unwrap();
        writer.write(&bytes).unwrap();
        writer
    });
    let uploads = buckets.listed("pictures", "uploads");
    assert!(!uploads.contains("<Upload>"), "{uploads}");
}

#[test]
fn the_oldest_make_way_and_a_file_that_cannot_fit_is_refused() {
    let Some(buckets) = begun() else { return };
    let store = store(&buckets, "s3://pictures/x", 100);
    let first = put(&store, &[1; 60]);
    let second = put(&store, &[2; 60]);
    assert_eq!([first, second].map(|kept| read(&store, &kept.hash).is_some()), [false, true]);
    let mut writer = store.begin().unwrap();
    let refused = (0..11).find_map(|_| writer.write(&[4; 10]).err());
    assert!(matches!(refused, Some(ContentFailed::TooLarge { most_bytes: 100 })), "{refused:?}");
}

#[test]
fn what_is_too_old_is_swept_away_and_what_is_not_ours_stays() {
    let Some(buckets) = begun() else { return };
    let store = store(&buckets, "s3://pictures/x", MEGA);
    let nested = self::store(&buckets, "s3://pictures/x/y", MEGA);
    let (kept, its) = (put(&store, b"old"), put(&nested, b"another server's"));
    let link = ContentLink { hash: kept.hash, format: MediaFormat::Png, expires: SystemTime::now() + DAY };
    let token = store.token(&link).unwrap();
    store.sweep_at(SystemTime::now() + DAY - Duration::from_mins(1)).unwrap();
    assert!(read(&store, &kept.hash).is_some());
    store.sweep_at(SystemTime::now() + DAY + Duration::from_mins(1)).unwrap();
    assert_eq!(read(&store, &kept.hash), None);
    assert!(read(&nested, &its.hash).is_some());
    let anew = self::store(&buckets, "s3://pictures/x", MEGA);
    assert!(anew.read_token(&token, SystemTime::now()).unwrap().is_ok(), "its key stays");
}

#[test]
fn servers_that_share_a_bucket_know_one_anothers_tokens() {
    let Some(buckets) = begun() else { return };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let link = ContentLink { hash: ContentHash::of(b"it"), format: MediaFormat::Mp4, expires: now + DAY };
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let made: Vec<_> =
            (0..4).map(|_| scope.spawn(|| store(&buckets, "s3://pictures", MEGA).token(&link).unwrap())).collect();
        made.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let same = store(&buckets, "s3://pictures", MEGA);
    for token in &tokens {
        assert_eq!(same.read_token(token, now).unwrap(), Ok(link), "of several that begin at once one makes the key");
    }
    assert_eq!(same.read_token(&tokens[0], now + DAY).unwrap(), Err(BadToken::Expired));
    let other = store(&buckets, "s3://pictures/other", MEGA);
    assert_eq!(other.read_token(&tokens[0], now).unwrap(), Err(BadToken::Unknown));
}

#[test]
fn a_bucket_that_is_not_there_or_away_is_told_without_its_key() {
    let Some(buckets) = begun() else { return };
    let store = store(&buckets, "s3://nowhere/x", MEGA);
    let finished = |store: &BucketContent| {
        let mut writer = store.begin().unwrap();
        writer.write(b"a picture").unwrap();
        writer.finish().unwrap_err().to_string()
    };
    let missing = finished(&store);
    assert!(missing.contains("s3://nowhere/x") && missing.contains("no such bucket"), "{missing}");
    let there = self::store(&buckets, "s3://pictures", MEGA);
    drop(buckets);
    let away = finished(&there);
    assert!(away.contains("cannot be reached") && !away.contains("hunter2") && !away.contains("AKIATEST"), "{away}");
    assert!(matches!(there.open(&ContentHash::of(b"it")), Err(ContentFailed::Bucket { .. })));
}
