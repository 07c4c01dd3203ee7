//! Notes know themselves and whether they were changed; nothing is written through links or over what a person has.

use std::fs;
use std::os::unix::fs::symlink;

use mediary_store::{MessageRow, ThreadRow};

use super::super::Threads;
use super::super::keeping::new_thread;
use super::files::{looked_through, write_new, write_over};
use super::note::{known, written};
use super::syncing::{Step, SyncReport, SyncWish};

fn thread(title: &str) -> ThreadRow {
    let metadata = r#"{"tags":["a b","c"]}"#.to_owned();
    ThreadRow { title: title.to_owned(), metadata, ..new_thread("t:1", b"me", "a/m", 86_400) }
}

fn message(seq: i64, role: &str, text: &str) -> MessageRow {
    MessageRow {
        seq,
        thread: 1,
        turn: 1,
        role: role.to_owned(),
        model: if role == "assistant" { "a/m".to_owned() } else { String::new() },
        is_incomplete: false,
        created_at: 86_400,
        body: serde_json::json!({ "parts": [{ "text": text }] }).to_string(),
        said: text.to_owned(),
    }
}

#[test]
fn a_note_knows_itself_and_whether_it_was_changed() {
    let messages = [message(3, "user", "Hello\r\r\nmediary_hash: x\n---"), message(4, "assistant", "Hi")];
    let text = written(&thread("A \"plan\": one"), "00ff", 0, &messages);
    let its = known(&text).unwrap();
    assert_eq!((its.owner.as_str(), its.id.as_str(), its.from, its.last), ("00ff", "t:1", 0, 4));
    assert!(its.is_untouched);
    assert!(text.contains("title: \"A \\\"plan\\\": one\"\ncreated: 1970-01-02T00:00:00Z"), "{text}");
    assert!(text.contains("tags: [\"mediary\",\"a-b\",\"c\"]"), "{text}");
    assert_eq!(text, written(&thread("A \"plan\": one"), "00ff", 0, &messages), "it is written alike each time");
    assert!(known(&text.replace('\n', "\r\n")).unwrap().is_untouched, "line ends are no edit");
    assert_eq!(its.created, Some(86_400));
    let edited = known(&format!("{text}mine\n")).unwrap();
    assert_eq!((edited.is_untouched, edited.last), (false, 4));
    assert!(!known(&text.replace("mediary_last: 4", "mediary_last: 9")).unwrap().is_untouched);
    assert!(known(&text.replace("mediary_id: \"t:1\"", "mediary_id: t:1")).is_some_and(|its| its.id == "t:1"));
    assert_eq!(known("# no note of ours\n"), None);
}

#[test]
fn files_are_found_wherever_they_lie_and_never_written_through_links() {
    let home = tempfile::tempdir().unwrap();
    let (vault, outside) = (home.path().join("vault"), home.path().join("outside"));
    fs::create_dir_all(&vault).unwrap();
    fs::create_dir_all(&outside).unwrap();
    let text = written(&thread("One"), "00ff", 0, &[message(3, "user", "Hello")]);
    let mut folder = looked_through(&vault, "Chats/AI", true).unwrap();
    assert!(folder.notes.is_empty());
    let place = folder.place_for("One");
    write_new(&place, text.as_bytes()).unwrap();
    assert!(write_new(&place, b"other").is_err(), "what is there is not written over");
    assert!(folder.place_for("ONE").ends_with("ONE (2).md"), "names that differ in case alone are one elsewhere");
    // Moved and renamed by a person, it is found again.
    fs::create_dir(vault.join("Chats/AI/Deeper")).unwrap();
    let moved = vault.join("Chats/AI/Deeper/Renamed.md");
    fs::rename(&place, &moved).unwrap();
    let folder = looked_through(&vault, "Chats/AI", true).unwrap();
    let found = &folder.notes[&("00ff".to_owned(), "t:1".to_owned())];
    assert_eq!(found.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), [fs::canonicalize(&moved).unwrap()]);
    let newer = written(&thread("Two"), "00ff", 0, &[message(3, "user", "Hello")]);
    assert!(write_over(&moved, &newer).unwrap());
    fs::write(&moved, format!("{newer}mine")).unwrap();
    assert!(!write_over(&moved, &text).unwrap(), "an edit is not written over");
    assert!(fs::read_to_string(&moved).unwrap().ends_with("mine"));
    assert_eq!(fs::read_dir(moved.parent().unwrap()).unwrap().count(), 1, "no half files stay behind");
    // Links lead out, and are not followed.
    fs::write(outside.join("note.md"), &text).unwrap();
    symlink(&outside, vault.join("Linked")).unwrap();
    assert!(looked_through(&vault, "Linked", true).is_err());
    assert!(looked_through(&vault, "Linked/Chats", true).is_err());
    symlink(outside.join("note.md"), vault.join("Chats/AI/linked.md")).unwrap();
    symlink(&outside, vault.join("Chats/AI/linked")).unwrap();
    let mut folder = looked_through(&vault, "Chats/AI", true).unwrap();
    assert_eq!(folder.notes.values().flatten().count(), 1);
    assert!(folder.place_for("linked").ends_with("linked (2).md"));
    assert!(looked_through(&home.path().join("none"), "Chats", true).is_err(), "a vault that is away is not made");
}

#[test]
fn a_note_of_a_thread_that_has_gone_is_none_of_a_new_ones() {
    let home = tempfile::tempdir().unwrap();
    let old = thread("One");
    let mut folder = looked_through(home.path(), "Chats", true).unwrap();
    let text = written(&old, "00ff", 0, &[message(3, "user", "Hello")]);
    write_new(&folder.place_for("One"), text.as_bytes()).unwrap();
    let folder = looked_through(home.path(), "Chats", false).unwrap();
    let step = |thread: &ThreadRow| {
        Threads::step(&folder, "00ff", thread, None, SyncWish::default(), &mut SyncReport::default())
    };
    assert!(matches!(step(&old), Step::Over(path, 0) if path.ends_with("One.md")));
    assert_eq!(step(&ThreadRow { created_at: old.created_at + 1, ..old.clone() }), Step::New(0));
    assert!(looked_through(home.path(), "Other", false).is_err(), "a folder that was there and has gone is not made");
    assert!(!home.path().join("Other").exists());
}
