//! Keys of providers in the store: added, left out and sealed anew while a server runs, and never seen but by their provider.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::chat_talk::over;
use super::chat_words::{fails, says};
use super::cli::mediary;
use super::cli_serve::{Served, serve, serve_with_little_room};
use super::server::wait_until;
use super::upstream::Upstream;

const FIRST: &str = "sk-first-0123456789-AAAA";
const SECOND: &str = "sk-second-0123456789-BBBB";

/// A folder with a configuration, in which everything is kept.
pub(crate) struct Place(TempDir);

impl Place {
    /// A place where these providers are configured.
    pub(crate) fn with(providers: &[Value]) -> Self {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let place = Self(folder);
        place.configure(providers);
        place
    }

    /// From the next server on, these providers are configured.
    pub(crate) fn configure(&self, providers: &[Value]) {
        let file: toml::Table = serde_json::from_value(json!({ "providers": providers })).expect("it has a TOML form");
        fs::write(self.path("mediary.toml"), file.to_string()).expect("the folder is ours");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(path: &Path) -> &str {
        path.to_str().expect("temporary folders have plain names")
    }

    /// A server here.
    pub(crate) fn serve(&self, environment: &[(&str, &str)]) -> Served {
        self.served(environment, serve)
    }

    /// A server here that finds hardly any room left on the disk.
    pub(crate) fn serve_with_little_room(&self, environment: &[(&str, &str)]) -> Served {
        let files = fs::read_dir(self.path("store")).expect("there is a store").flatten();
        let largest = files.filter_map(|file| Some(file.metadata().ok()?.len())).max().unwrap_or(0);
        self.served(environment, |arguments, environment| {
            serve_with_little_room(largest / 512 + 64, arguments, environment)
        })
    }

    fn served(&self, environment: &[(&str, &str)], serve: impl Fn(&[&str], &[(&str, &str)]) -> Served) -> Served {
        let (config, store) = (self.path("mediary.toml"), self.path("store"));
        // The log is not read here, and a pipe that is full would hold the server up.
        let ours = [("MEDIARY_STORE__DIR", Self::text(&store)), ("MEDIARY_LOG", "error,mediary::http::serve=info")];
        serve(&["--config", Self::text(&config)], &[&ours[..], environment].concat())
    }

    /// A command here, with this on its standard input.
    pub(crate) fn run(&self, arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> Output {
        let mut command = mediary(arguments);
        command
            .args(["--config", Self::text(&self.path("mediary.toml"))])
            .env("MEDIARY_STORE__DIR", self.path("store"));
        command.envs(environment.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program was built");
        // A command that needs nothing may be gone already.
        let _ = child.stdin.take().expect("it has a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("it is ours")
    }

    /// What a command prints that ends well.
    pub(crate) fn told(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input, &[]);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
        assert!(output.status.success(), "{arguments:?}: {}", text(output.stderr));
        text(output.stdout)
    }

    /// Adds a key of the provider `a` and gives its id.
    fn adds(&self, key: &str, label: &str) -> String {
        let told = self.told(&["keys", "add", "a", "--label", label], &format!("{key}\n"));
        assert!(!told.contains(&key[..10]), "{told}");
        told.split(' ').next().expect("it begins with the id").to_owned()
    }

    fn listed(&self) -> Vec<Value> {
        let told = self.told(&["keys", "list", "--json"], "");
        assert!(!told.contains("0123456789"), "{told}");
        serde_json::from_str(&told).expect("a list")
    }
}

/// The provider `a`, which wants a key and has none.
pub(crate) fn keyless(up: &Upstream) -> Value {
    let mut entry = over(up.entry("a", json!({})), json!({ "auth": "bearer" }));
    entry.as_object_mut().expect("an entry").remove("api_keys");
    entry
}

fn asked(served: &Served) -> super::client::Answer {
    let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

#[test]
fn a_key_is_used_as_soon_as_it_is_added_and_no_longer_than_it_is_there() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[keyless(&up)]);
    let served = place.serve(&[]);
    assert_eq!(asked(&served).status, 503, "it has no key");
    let first = place.adds(FIRST, "mine");
    wait_until("the key is used", || asked(&served).status == 200);
    assert_eq!(up.last().key(), FIRST);
    let second = place.adds(SECOND, "");
    wait_until("both are used in turn", || {
        asked(&served);
        up.last().key() == SECOND
    });
    place.told(&["keys", "disable", &second], "");
    place.told(&["keys", "label", &first, "work"], "");
    let unused = || {
        let before = up.calls();
        (0..4).for_each(|_| assert_eq!(asked(&served).status, 200));
        up.seen()[before..].iter().all(|seen| seen.key() == FIRST)
    };
    wait_until("the second is left out", unused);
    wait_until("a server tells how its keys stand", || place.listed()[0]["state"] == "healthy");
    let listed = place.listed();
    assert_eq!(
        (&listed[0]["id"], &listed[0]["label"], &listed[0]["key"]),
        (&json!(first), &json!("work"), &json!("…AAAA"))
    );
    assert_eq!((&listed[1]["state"], &listed[1]["source"]), (&json!("disabled"), &json!("store")));
    place.told(&["keys", "remove", &first], "");
    wait_until("no key is left", || asked(&served).status == 503);
    let refused = place.run(&["keys", "remove", &first], "", &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no key `pk_"), "{refused:?}");
}

#[test]
fn keys_are_read_after_a_restart_and_a_rotation_and_with_the_right_master_key_only() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[keyless(&up)]);
    place.adds(FIRST, "");
    let master = place.path("master.key");
    let served = place.serve(&[]);
    assert_eq!(asked(&served).status, 200);
    let before = fs::read_to_string(&master).expect("it is beside the configuration");
    assert!(place.told(&["keys", "rotate-master"], "").starts_with("1 keys are sealed"));
    let after = fs::read_to_string(&master).expect("it is beside the configuration");
    assert_ne!(before, after);
    assert_eq!(asked(&served).status, 200);
    drop(served);
    let served = place.serve(&[]);
    assert_eq!((asked(&served).status, up.last().key()), (200, FIRST));
    drop(served);

    // With another master key the server starts, says so, sends nothing and loses nothing.
    let calls = up.calls();
    fs::write(&master, before).expect("the folder is ours");
    let mut served = place.serve(&[]);
    assert_eq!((asked(&served).status, up.calls()), (503, calls));
    let listed = place.listed();
    assert_eq!(listed[0]["state"], "undecipherable");
    assert!(listed[0]["wants_master_key"].is_string(), "{listed:?}");
    place.adds(SECOND, "replaced");
    wait_until("another key takes its place", || asked(&served).status == 200);
    assert_eq!(up.last().key(), SECOND);
    assert!(up.seen()[calls..].iter().all(|seen| seen.key() == SECOND), "what is sealed was sent");
    drop(served);
    served = place.serve(&[("MEDIARY_MASTER_KEY", after.trim())]);
    assert_eq!(asked(&served).status, 200);
    assert_eq!(up.last().key(), FIRST, "its own master key opens it");
}

#[test]
fn keys_of_the_environment_stay_what_they_are_and_come_first() {
    let up = Upstream::doing([fails(401, "no such key", None), says("Hello.")]);
    let configured = over(keyless(&up), json!({ "api_keys": ["${A_KEY}"] }));
    let place = Place::with(&[configured]);
    place.adds(FIRST, "");
    let served = place.serve(&[("A_KEY", SECOND)]);
    assert_eq!(asked(&served).status, 200);
    let keys: Vec<String> = up.seen().iter().map(|seen| seen.key().to_owned()).collect();
    assert_eq!(keys, [SECOND, FIRST], "a key that is refused ends nothing while others are left");
    let output = place.run(&["keys", "list"], "", &[("A_KEY", SECOND)]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("configuration") && told.contains("store"), "{told}");
}

#[test]
fn what_is_no_key_or_of_no_provider_is_refused() {
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[keyless(&up)]);
    let refused = |arguments: &[&str], input: &str, why: &str| {
        let output = place.run(arguments, input, &[]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(why), "{arguments:?}: {told}");
    };
    refused(&["keys", "add", "nowhere"], "sk-0123456789\n", "there is no provider `nowhere`");
    refused(&["keys", "add", "a"], "\n", "that is no key");
    refused(&["keys", "add", "a"], "two words\n", "that is no key");
    place.adds(FIRST, "");
    refused(&["keys", "add", "a"], &format!("{FIRST}\n"), "is kept already, as pk_");
}
