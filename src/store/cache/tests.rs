//! What callers may rely on. Times are made up; nothing here waits.

use std::fs::{self, File};
use std::path::PathBuf;
use std::thread;

use mediary_core::ContentHash;
use tempfile::TempDir;

use super::entry::{UNFINISHED, file_bytes};
use super::*;

struct Fixture {
    cache: DiskCache,
    _folder: TempDir,
}

fn fixture(max_bytes: u64) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    Fixture { cache: DiskCache::open(folder.path().join("made/here"), max_bytes).unwrap(), _folder: folder }
}

fn key(name: &str) -> CacheKey {
    CacheKey::of([name.as_bytes()])
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

impl Fixture {
    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&self.cache.folder).unwrap().map(|item| item.unwrap().path()).collect();
        files.sort();
        files
    }

    fn total_bytes(&self) -> u64 {
        self.files().iter().map(|file| file.metadata().unwrap().len()).sum()
    }

    fn has(&self, name: &str) -> bool {
        self.cache.path(&key(name)).exists()
    }
}

#[test]
fn what_was_put_is_found_and_nothing_else() {
    let Fixture { cache, _folder } = &fixture(100_000);
    for value in [&b""[..], b"one", &[0; 10_000]] {
        cache.put(&key("a"), value).unwrap();
        assert_eq!(cache.get(&key("a")).as_deref(), Some(value));
    }
    assert_eq!(cache.get(&key("b")), None);
    let other = DiskCache::open(cache.folder(), 100_000).unwrap();
    assert_eq!(other.get(&key("a")), Some(vec![0; 10_000]), "another process does not see it");
}

#[test]
fn a_key_is_its_parts_and_their_borders() {
    let parts = |parts: &[&str]| CacheKey::of(parts.iter().map(|part| part.as_bytes()));
    assert_eq!(parts(&["ab", "c"]), parts(&["ab", "c"]));
    assert_ne!(parts(&["ab", "c"]), parts(&["a", "bc"]));
    assert_ne!(parts(&["ab"]), parts(&["ab", ""]));
    let hash = ContentHash::of(b"ab");
    assert_eq!(CacheKey::from(hash).file_name(), hash.to_string());
}

#[test]
fn no_key_leaves_the_folder() {
    let fixture = fixture(100_000);
    let names =
        ["", ".", "..", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "C:\\a", "nul", "a\0b", "é", "\u{202e}"];
    for name in names {
        fixture.cache.put(&key(name), name.as_bytes()).unwrap();
    }
    for name in names {
        assert_eq!(fixture.cache.get(&key(name)).as_deref(), Some(name.as_bytes()), "{name:?}");
    }
    assert_eq!(fixture.files().len(), names.len());
    assert!(fixture.files().iter().all(|file| CacheKey::is_file_name(file.file_name().unwrap().to_str().unwrap())));
}

#[test]
fn the_least_recently_used_goes_first() {
    let value = [7; 1000];
    // Room for five; of six, the one that was neither put nor got for the longest time has to go.
    let fixture = fixture(5 * file_bytes(&value) + 10);
    for (second, name) in (0..).zip(["a", "b", "c", "d", "e"]) {
        fixture.cache.put_at(&key(name), &value, at(second)).unwrap();
    }
    assert!(fixture.cache.get_at(&key("a"), at(10)).is_some());
    fixture.cache.put_at(&key("f"), &value, at(11)).unwrap();
    let left: Vec<&str> = ["a", "b", "c", "d", "e", "f"].into_iter().filter(|name| fixture.has(name)).collect();
    assert_eq!(left, ["a", "d", "e", "f"], "b has to go, and c so that the next does not have to look again");
}

#[test]
fn the_bound_holds_after_every_put() {
    for max_bytes in [0, 10, 300, 5_000, 40_000] {
        let fixture = fixture(max_bytes);
        for number in 0_usize..300 {
            let value = vec![1; number * 37 % 1200];
            fixture.cache.put_at(&key(&number.to_string()), &value, at(number as u64)).unwrap();
            assert!(fixture.total_bytes() <= max_bytes, "{max_bytes}: {}", fixture.total_bytes());
        }
        let is_used = fixture.total_bytes() * 2 > max_bytes;
        assert!(is_used || max_bytes < 1_000, "{max_bytes}: only {} are used", fixture.total_bytes());
    }
}

#[test]
fn the_folder_is_not_looked_through_at_every_put() {
    let Fixture { cache, _folder } = &fixture(1_000_000);
    let mut looks = 0;
    for number in 0..1_000_u64 {
        let before = *cache.room_bytes.lock().unwrap();
        cache.put_at(&key(&number.to_string()), &[0; 948], at(number)).unwrap();
        looks += usize::from(*cache.room_bytes.lock().unwrap() + 1000 != before);
    }
    assert!((1..=10).contains(&looks), "{looks}");
}

#[test]
fn a_value_of_more_than_a_quarter_is_not_kept() {
    let value = vec![1; 1000];
    let fixture = fixture(4 * file_bytes(&value));
    fixture.cache.put(&key("a"), &value).unwrap();
    assert!(fixture.has("a"));
    fixture.cache.put(&key("a"), &[2; 1001]).unwrap();
    assert_eq!(fixture.cache.get(&key("a")), None, "the former value is not the key's any more");
}

#[test]
fn a_damaged_file_is_a_miss_and_is_removed() {
    type Damage = fn(Vec<u8>) -> Vec<u8>;
    let damages: [(&str, Damage); 8] = [
        ("empty", |_| Vec::new()),
        ("cut in the header", |bytes| bytes[..20].to_vec()),
        ("cut in the value", |bytes| bytes[..bytes.len() - 1].to_vec()),
        ("longer", |bytes| [bytes, vec![0]].concat()),
        ("another version", |bytes| [&bytes[..8], &[9], &bytes[9..]].concat()),
        ("another time", |bytes| [&bytes[..13], &[bytes[13] ^ 1], &bytes[14..]].concat()),
        ("another value", |bytes| [&bytes[..bytes.len() - 1], &[9]].concat()),
        ("foreign", |_| b"<html>".repeat(100)),
    ];
    let fixture = fixture(100_000);
    let path = fixture.cache.path(&key("a"));
    for (case, damage) in damages {
        fixture.cache.put(&key("a"), b"value").unwrap();
        fs::write(&path, damage(fs::read(&path).unwrap())).unwrap();
        assert_eq!(fixture.cache.get(&key("a")), None, "{case}");
        assert!(!path.exists(), "{case}");
    }
    fixture.cache.put(&key("b"), b"value").unwrap();
    fs::rename(fixture.cache.path(&key("b")), &path).unwrap();
    assert_eq!(fixture.cache.get(&key("a")), None, "under another's name");
}

#[test]
fn a_value_that_is_too_old_is_a_miss_and_is_removed() {
    let Fixture { cache, _folder } = fixture(100_000);
    let cache = cache.with_max_age(Duration::from_secs(60));
    let rows = [(100, 100, true), (100, 160, true), (100, 161, false), (100, 99, false)];
    for (put, got, is_hit) in rows {
        cache.put_at(&key("a"), b"value", at(put)).unwrap();
        assert_eq!(cache.get_at(&key("a"), at(got)).is_some(), is_hit, "put {put}, got {got}");
        assert_eq!(cache.path(&key("a")).exists(), is_hit, "put {put}, got {got}");
    }
    // To be used does not make a value younger.
    cache.put_at(&key("a"), b"value", at(100)).unwrap();
    assert!(cache.get_at(&key("a"), at(150)).is_some());
    assert!(cache.get_at(&key("a"), at(170)).is_none());
}

#[test]
fn looking_through_the_folder_clears_what_is_too_old_or_abandoned() {
    let fixture = fixture(100_000);
    let folder = fixture.cache.folder().to_owned();
    let foreign = folder.join("notes.txt");
    let place = |name: &str, time: SystemTime| {
        let path = folder.join(name);
        fs::write(&path, [0; 100]).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        path
    };
    place("notes.txt", at(0));
    let abandoned = place(&format!("x{UNFINISHED}"), at(0));
    let in_work = place(&format!("y{UNFINISHED}"), at(3600));
    fixture.cache.put_at(&key("old"), b"value", at(100)).unwrap();
    let fresh = DiskCache::open(&folder, 100_000).unwrap().with_max_age(Duration::from_secs(3600));
    fresh.put_at(&key("new"), b"value", at(3701)).unwrap();
    assert!(!abandoned.exists() && in_work.exists() && foreign.exists());
    assert!(!fixture.has("old") && fixture.has("new"));
}

#[test]
fn a_folder_that_is_gone_is_an_error_for_put_and_a_miss_for_get() {
    let fixture = fixture(100_000);
    fixture.cache.put(&key("a"), b"value").unwrap();
    fs::remove_dir_all(fixture.cache.folder()).unwrap();
    assert_eq!(fixture.cache.get(&key("a")), None);
    for _ in 0..2 {
        let failed = fixture.cache.put(&key("a"), b"value").unwrap_err().to_string();
        assert!(failed.contains("folder"), "{failed}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        assert!(matches!(DiskCache::open(&path, 100), Err(CacheFailed::Disk { .. })), "{}", path.display());
    }
}

#[test]
fn a_folder_in_the_place_of_a_value_does_no_harm() {
    let fixture = fixture(100_000);
    fs::create_dir(fixture.cache.path(&key("a"))).unwrap();
    assert_eq!(fixture.cache.get(&key("a")), None);
    assert!(fixture.cache.put(&key("a"), b"value").is_err());
    assert_eq!(fixture.files().len(), 1, "the unfinished file stayed");
    fixture.cache.put(&key("b"), b"value").unwrap();
}

#[cfg(unix)]
#[test]
fn only_this_user_may_look() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let fixture = fixture(100_000);
    fixture.cache.put(&key("a"), b"value").unwrap();
    assert_eq!(mode(fixture.cache.folder()), 0o700);
    assert_eq!(mode(&fixture.cache.path(&key("a"))), 0o600);
    for open in [0o755, 0o770, 0o701] {
        fs::set_permissions(fixture.cache.folder(), fs::Permissions::from_mode(open)).unwrap();
        let refused = DiskCache::open(fixture.cache.folder(), 100).unwrap_err();
        assert!(matches!(refused, CacheFailed::Exposed(_)), "{open:o}: {refused}");
        assert_eq!(mode(fixture.cache.folder()), open, "a folder named by mistake was changed");
    }
}

#[test]
fn threads_and_processes_see_whole_values_only() {
    // Less than half of what all keys together would take.
    const MAX_BYTES: u64 = 20_000;
    let fixture = fixture(MAX_BYTES);
    // Each with a cache of its own: what two processes do, since nothing but the folder is shared.
    let others: Vec<DiskCache> = (0..2).map(|_| DiskCache::open(fixture.cache.folder(), MAX_BYTES).unwrap()).collect();
    thread::scope(|scope| {
        for thread in 0..6_usize {
            let cache = &others[thread % 2];
            scope.spawn(move || {
                for round in 0..200_usize {
                    let name = ((thread * 7 + round) % 20).to_string();
                    cache.put(&key(&name), &vec![round as u8; 500 + round * 10]).unwrap();
                    let name = ((thread * 3 + round) % 20).to_string();
                    if let Some(value) = cache.get(&key(&name)) {
                        let round = usize::from(value[0]);
                        assert_eq!(value, vec![round as u8; 500 + round * 10]);
                    }
                }
            });
        }
    });
    // Neither knows what the other is writing, hence not quite the bound.
    assert!((1..=MAX_BYTES * 2).contains(&fixture.total_bytes()), "{}", fixture.total_bytes());
    let are_values = |file: &PathBuf| CacheKey::is_file_name(file.file_name().unwrap().to_str().unwrap());
    assert!(fixture.files().iter().all(are_values), "{:?}", fixture.files());
}
