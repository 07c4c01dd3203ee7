//! What engines want is fetched by an administrator's request, and the server starts anew in its place.

use std::fs;
use std::io::{Cursor, Write};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::chat_words::says;
use super::cli_serve::Served;
use super::keys_admin::{PASSWORD, logs_in, sends};
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::Upstream;

/// A wheel with one file.
fn wheel(path: &str, contents: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("it is in memory");
    zip.write_all(contents).expect("it is in memory");
    zip.finish().expect("it is in memory").into_inner()
}

/// Puts a card `tiny` beside the configuration, and in a folder a `python3` whose pip knows its package alone, once a shelf
/// is there.
fn stocked(place: &Place) -> String {
    let contents = b"weights";
    let wheel = wheel("p/a", contents);
    let card = format!(
        "name = \"tiny\"\nkind = \"weights\"\npurpose = \"Tests\"\nlicence = \"MIT\"\n[source]\npackage = \"tiny-models\"\n\
         version = \"1.0\"\nform = \"wheel\"\n[platforms.any]\npip_platforms = []\narchive_bytes = {}\n\
         [[platforms.any.files]]\npath = \"p/a\"\nname = \"a\"\nsize_bytes = {}\nsha256 = \"{:x}\"\n",
        wheel.len(),
        contents.len(),
        Sha256::digest(contents)
    );
    let cards = place.path("models").join("local");
    fs::create_dir_all(&cards).expect("the folder is ours");
    fs::write(cards.join("tiny.toml"), card).expect("the folder is ours");
    fs::write(place.path("wheel"), wheel).expect("the folder is ours");
    let (shelf, programs) = (place.path("shelf"), place.path("programs"));
    fs::create_dir_all(&programs).expect("the folder is ours");
    let script = format!(
        "#!/bin/sh\nif [ \"$3\" = --version ]; then echo 'pip 25.1 from here'; exit 0; fi\n\
         case \"$*\" in *tiny-models*) ;; *) echo 'only one package is here' >&2; exit 1;; esac\n\
         while [ $# -gt 0 ]; do [ \"$1\" = -d ] && into=$2; shift; done\ncp '{}' \"$into/tiny.whl\"\n",
        shelf.display()
    );
    fs::write(place.path("script"), script).expect("the folder is ours");
    // Written by another process: what another thread starts meanwhile cannot hold it open.
    let mut install = Command::new("install");
    install.args(["-m", "755"]).arg(place.path("script")).arg(programs.join("python3"));
    assert!(install.status().expect("it is everywhere").success());
    format!("{}:/usr/bin:/bin", programs.display())
}

fn pieces(served: &Served, admin: &str) -> Value {
    served.get("/api/admin/engines", admin).ok()
}

fn tiny(pieces: &Value) -> &Value {
    pieces["data"].as_array().expect("a list").iter().find(|piece| piece["name"] == "tiny").expect("its card is there")
}

#[test]
fn an_administrator_installs_what_is_missing_and_starts_the_server_anew() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    place.told(&["admin", "password"], &format!("{PASSWORD}\n"));
    let path = stocked(&place);
    let home = place.path("home");
    let environment = [("PATH", path.as_str()), ("MEDIARY_HOME", home.to_str().expect("plain names"))];
    let mut served = place.serve(&environment);
    let address = served.address.clone();
    // Those who are no administrators neither install nor restart.
    for line in ["POST /api/admin/engines", "POST /api/admin/restart"] {
        assert_eq!(sends(&served, line, "", &Value::Null).status, 401, "{line}");
    }
    assert_eq!(served.get("/api/admin/engines", "").status, 401);
    let admin = logs_in(&served);
    let before = pieces(&served, &admin);
    assert_eq!((&tiny(&before)["state"], &before["wants_restart"]), (&json!("missing"), &json!(false)));
    assert!(before["missing_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{before}");
    // Nothing is on the shelf yet: each piece says why it did not come, and it can be tried again.
    let installs = |served: &Served| {
        let begun = sends(served, "POST /api/admin/engines", &admin, &Value::Null);
        assert_eq!(begun.status, 202, "{begun}");
        wait_until("it has ended", || pieces(served, &admin)["is_running"] == false);
        pieces(served, &admin)
    };
    let failed = installs(&served);
    assert_eq!((&tiny(&failed)["state"], &failed["wants_restart"]), (&json!("failed"), &json!(false)));
    fs::rename(place.path("wheel"), place.path("shelf")).expect("the folder is ours");
    let installed = installs(&served);
    assert_eq!((&tiny(&installed)["state"], &installed["wants_restart"]), (&json!("installed"), &json!(true)));
    let other = installed["data"].as_array().expect("a list").iter().find(|piece| piece["name"] == "pdfium");
    let why = other.expect("its card is there")["why"].as_str().expect("it says why").to_owned();
    assert!(why.contains("only one package is here"), "{why}");
    assert_eq!(fs::read(home.join("weights/tiny/a")).expect("it is there"), b"weights");
    // It starts anew in its place: the same process, the same address, nothing under way lost.
    assert_eq!(sends(&served, "POST /api/admin/restart", &admin, &Value::Null).status, 202);
    assert!(served.logged("serving on").contains(&address));
    let admin = logs_in(&served);
    let after = pieces(&served, &admin);
    assert_eq!((&tiny(&after)["state"], &after["wants_restart"]), (&json!("installed"), &json!(false)));
    let chat = json!({ "model": "a/m", "messages": [{ "role": "user", "content": "Hello" }] });
    assert_eq!(sends(&served, "POST /v1/chat/completions", "", &chat).said(), "Hello.");
    let (code, _, log) = served.ended_by(rustix::process::Signal::TERM);
    assert_eq!(code, Some(0), "{log}");
}
