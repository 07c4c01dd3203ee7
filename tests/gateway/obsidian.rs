//! Threads as notes in a vault: written once, safe on every system, and never over what a person has made of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mediary::config::Config;
use serde_json::{Value, json};

use super::chat_words::says;
use super::images_words::encoded;
use super::server::{TestServer, sample, wait_until};
use super::threads::{keeping, says_in, send};
use super::upstream::Upstream;

fn with_vault<'a>(vault: &'a Path, edit: impl FnOnce(&mut Config) + 'a) -> impl FnOnce(&mut Config) + 'a {
    move |config| {
        config.obsidian.vault = Some(vault.to_owned());
        edit(config);
    }
}

fn sync(server: &TestServer) -> Value {
    send(server, "POST", "/v1/sync/obsidian", &json!({})).ok()
}

/// What a sync says, in short.
fn counts(report: &Value) -> [u64; 5] {
    ["written", "unchanged", "kept_edits", "deleted", "failed"].map(|name| report[name].as_u64().expect("it is there"))
}

/// The notes in a vault, by their names.
fn notes(vault: &Path) -> BTreeMap<String, String> {
    let all =
        fs::read_dir(vault.join("Mediary")).expect("it is there").flatten().filter(|entry| entry.path().is_file());
    let named = all.map(|entry| {
        (entry.file_name().into_string().expect("it is there"), fs::read_to_string(entry.path()).expect("it is there"))
    });
    named.collect()
}

fn ups(count: usize) -> Upstream {
    Upstream::doing((0..count).map(|number| says(&format!("Answer {number}."))))
}

#[test]
fn a_second_sync_writes_nothing_and_what_is_new_goes_into_the_note() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    fs::create_dir(&vault).unwrap();
    let up = ups(9);
    let server = keeping(folder.path(), &up, with_vault(&vault, |_| ()));
    says_in(&server, "a", "A plan: what/now?").ok();
    says_in(&server, "b", "Other things").ok();
    let picture = json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{}", encoded(&sample("sign.png"))) } });
    let shown = json!([{ "role": "user", "content": [{ "type": "text", "text": "Other things" }, picture] }]);
    let answer = server.chat(json!({ "thread_id": "c", "messages": shown }));
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(counts(&sync(&server)), [4, 0, 0, 0, 0], "three notes and a picture");
    assert_eq!(counts(&sync(&server)), [0, 3, 0, 0, 0]);
    let all = notes(&vault);
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(names, ["A plan what now.md", "Other things (2).md", "Other things.md"]);
    let note = &all["A plan what now.md"];
    assert!(note.contains("title: \"A plan: what/now?\"") && note.contains("Answer 0."), "{note}");
    let with_picture = all.values().find(|note| note.contains("![[")).expect("one shows it");
    let file = with_picture.split_once("![[").unwrap().1.split_once("]]").unwrap().0;
    assert_eq!(fs::read(vault.join("Mediary/attachments").join(file)).unwrap(), sample("sign.png"));
    says_in(&server, "a", "And then?").ok();
    assert_eq!(counts(&sync(&server)), [1, 2, 0, 0, 0]);
    assert!(notes(&vault)["A plan what now.md"].contains("And then?"));
    drop(server);
    let server = keeping(folder.path(), &up, with_vault(&vault, |_| ()));
    assert_eq!(counts(&sync(&server)), [0, 3, 0, 0, 0], "nor after a restart");
}

#[test]
fn what_a_person_has_changed_renamed_or_deleted_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    fs::create_dir(&vault).unwrap();
    let up = ups(9);
    let server = keeping(folder.path(), &up, with_vault(&vault, |_| ()));
    for id in ["edited", "renamed", "deleted"] {
        says_in(&server, id, &format!("This is {id}")).ok();
    }
    assert_eq!(counts(&sync(&server)), [3, 0, 0, 0, 0]);
    let place = |name: &str| -> PathBuf { vault.join("Mediary").join(name) };
    let edited = format!("{}\nMy own words.\n", fs::read_to_string(place("This is edited.md")).unwrap());
    fs::write(place("This is edited.md"), &edited).unwrap();
    fs::create_dir(place("Box")).unwrap();
    fs::rename(place("This is renamed.md"), place("Box/Mine.md")).unwrap();
    fs::remove_file(place("This is deleted.md")).unwrap();
    assert_eq!(counts(&sync(&server)), [0, 2, 1, 1, 0]);
    for id in ["edited", "renamed", "deleted"] {
        says_in(&server, id, "More of it").ok();
    }
    let report = sync(&server);
    assert_eq!(counts(&report), [2, 0, 1, 1, 0], "{report:#}");
    let detail = &report["details"][0];
    assert_eq!((&detail["thread_id"], &detail["outcome"]), (&json!("edited"), &json!("kept_edit")));
    assert_eq!(detail["detail"], "what was said since is in This is edited (continued).md");
    assert_eq!(fs::read_to_string(place("This is edited.md")).unwrap(), edited, "byte for byte");
    let second = fs::read_to_string(place("This is edited (continued).md")).unwrap();
    assert!(second.contains("More of it") && !second.contains("Answer 0."), "{second}");
    assert!(fs::read_to_string(place("Box/Mine.md")).unwrap().contains("More of it"));
    assert!(!place("This is deleted.md").exists());
    assert_eq!(counts(&sync(&server)), [0, 2, 1, 1, 0]);
    // What comes then goes into the second one.
    says_in(&server, "edited", "Even more").ok();
    assert_eq!(counts(&sync(&server)), [1, 1, 1, 1, 0]);
    assert!(fs::read_to_string(place("This is edited (continued).md")).unwrap().contains("Even more"));
    let restored = send(&server, "POST", "/v1/sync/obsidian", &json!({ "restore": true })).ok();
    assert_eq!(counts(&restored), [1, 2, 1, 0, 0]);
    assert!(place("This is deleted.md").exists());
}

#[test]
fn hostile_titles_stay_in_the_vault() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    fs::create_dir(&vault).unwrap();
    let up = ups(1);
    let server = keeping(folder.path(), &up, with_vault(&vault, |_| ()));
    let titles = [
        "../..",
        "CON",
        "/etc/passwd",
        "a\\..\\b",
        &"🦀".repeat(300),
        "\u{202e}gpj.exe",
        "same",
        "SAME",
        ".hidden",
        "nul.txt",
    ];
    for (number, title) in titles.iter().enumerate() {
        let made = send(&server, "POST", "/v1/threads", &json!({ "id": format!("t{number}"), "title": title }));
        assert_eq!(made.status, 201, "{made}");
    }
    let report = sync(&server);
    assert_eq!(counts(&report), [10, 0, 0, 0, 0], "{report:#}");
    let names: Vec<String> = notes(&vault).into_keys().collect();
    let crabs = format!("{}.md", "🦀".repeat(30));
    for name in ["t0.md", "_CON.md", "etc passwd.md", "a .. b.md", "gpj.exe.md", "hidden.md", "_nul.txt.md", &crabs] {
        assert!(names.iter().any(|known| known == name), "{name} is not among {names:?}");
    }
    let same: Vec<String> =
        names.iter().map(|name| name.to_lowercase()).filter(|name| name.starts_with("same")).collect();
    assert_eq!(same.len(), 2);
    assert_ne!(same[0], same[1], "no two are one on a system that minds no case");
    let others: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(others.len(), 2, "nothing is written beside the vault: {others:?}");
    assert_eq!(counts(&sync(&server)), [0, 10, 0, 0, 0]);
}

#[test]
fn a_vault_that_is_not_to_be_had_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let up = ups(2);
    let server = keeping(folder.path(), &up, |_| ());
    send(&server, "POST", "/v1/sync/obsidian", &json!({})).refused(403, "no_vault", "[obsidian] vault");
    drop(server);
    let vault = folder.path().join("vault");
    let server = keeping(folder.path(), &up, with_vault(&vault, |_| ()));
    says_in(&server, "t", "Hello").ok();
    send(&server, "POST", "/v1/sync/obsidian", &json!({})).refused(503, "vault_away", "once it is there");
    send(&server, "POST", "/v1/sync/obsidian", &json!({ "all": true })).refused(400, "invalid_request", "all");
    fs::create_dir(&vault).unwrap();
    assert_eq!(counts(&sync(&server)), [1, 0, 0, 0, 0]);
    // An empty folder in its place is a disk that is not there, and no one's wish.
    fs::remove_dir_all(&vault).unwrap();
    fs::create_dir(&vault).unwrap();
    send(&server, "POST", "/v1/sync/obsidian", &json!({})).refused(503, "vault_away", "restore");
    assert!(!vault.join("Mediary").exists());
    assert_eq!(send(&server, "POST", "/v1/sync/obsidian", &json!({ "restore": true })).ok()["written"], 1);
    drop(server);
    let server =
        keeping(folder.path(), &up, with_vault(&vault, |config| config.obsidian.keys = vec!["other".to_owned()]));
    send(&server, "POST", "/v1/sync/obsidian", &json!({})).refused(403, "no_vault", "[obsidian] keys");
}

#[test]
fn notes_are_written_by_themselves_where_that_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    fs::create_dir(&vault).unwrap();
    let up = ups(2);
    let server = keeping(folder.path(), &up, with_vault(&vault, |config| config.obsidian.continuous = true));
    says_in(&server, "t", "Hello there").ok();
    let note = vault.join("Mediary/Hello there.md");
    wait_until("the note is there", || note.exists());
    says_in(&server, "t", "And more").ok();
    wait_until("it goes on", || fs::read_to_string(&note).is_ok_and(|text| text.contains("And more")));
    assert_eq!(counts(&sync(&server))[0], 0);
}
