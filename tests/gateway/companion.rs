//! The program as a companion: a server in the background, the descriptions by which it is started, the doctor, updates.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::cli::mediary;
use super::server::{sample, wait_until};
use super::site::{Page, Site};

/// A home of its own, in a folder whose name has what shells mind.
struct Home(TempDir);

/// Ends the server of a home when a test fails on the way.
impl Drop for Home {
    fn drop(&mut self) {
        let _ended = self.command(&["stop", "--timeout", "5"]).output();
    }
}

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("there is a place for temporary files"));
        fs::create_dir_all(home.place()).expect("the folder is ours");
        home
    }

    fn place(&self) -> PathBuf {
        self.0.path().join("it's a \"home\"")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = mediary(arguments);
        command.env("MEDIARY_HOME", self.place()).env("HOME", self.0.path()).env("TMPDIR", self.0.path());
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program was built")
    }

    /// What a command prints in JSON, and its exit code.
    fn json(&self, arguments: &[&str]) -> (Value, Option<i32>) {
        let output = self.run(&[arguments, &["--json"]].concat());
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let value = serde_json::from_str(&told);
        (
            value.unwrap_or_else(|error| unreachable!("{arguments:?}: {error} in {told}{:?}", output.stderr)),
            output.status.code(),
        )
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("what is printed is UTF-8")
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).expect("what is said is UTF-8")
    }
}

fn health(told: &Value) -> bool {
    let address =
        told["url"].as_str().expect("it has an address").strip_prefix("http://").expect("it begins so").to_owned();
    let mut connection = std::net::TcpStream::connect(&address).expect("the server listens where it says");
    connection
        .write_all(format!("GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes())
        .expect("it reads");
    super::client::answer(connection, "GET").status == 200
}

#[test]
fn a_server_is_started_shown_restarted_and_stopped() {
    let home = Home::new();
    let (told, code) = home.json(&["status"]);
    assert_eq!((told["state"].as_str(), code), (Some("stopped"), Some(3)));
    let (started, code) = home.json(&["start", "--port", "0"]);
    assert_eq!(
        (started["state"].as_str(), started["was_running"].as_bool(), code),
        (Some("running"), Some(false), Some(0))
    );
    assert!(health(&started));
    let (again, _) = home.json(&["start", "--port", "0"]);
    assert_eq!((&again["was_running"], &again["pid"]), (&Value::Bool(true), &started["pid"]));

    let (told, code) = home.json(&["status"]);
    assert_eq!((told["state"].as_str(), code), (Some("running"), Some(0)));
    assert_eq!((&told["pid"], &told["url"]), (&started["pid"], &started["url"]));
    // A server that does not answer soon is not waited for.
    wait_until("it says what is under way", || home.json(&["status"]).0["requests_under_way"] == 0);
    assert!(told["version"].is_string() && told["uptime_seconds"].is_u64(), "{told}");
    assert!(home.text(&["status"]).starts_with("serving on http://127.0.0.1:"));
    let open = home.text(&["open"]);
    assert_eq!(open.trim(), started["url"].as_str().unwrap(), "there is no display");

    let log = home.text(&["logs"]);
    assert!(log.contains("INFO  serving on http://127.0.0.1:") && !log.contains('{'), "{log}");
    let lines = home.text(&["logs", "--json", "-n", "1"]);
    assert!(serde_json::from_str::<Value>(lines.trim()).is_ok(), "{lines}");

    let (restarted, _) = home.json(&["restart"]);
    assert_ne!(restarted["pid"], started["pid"]);
    assert!(health(&restarted));
    let (stopped, code) = home.json(&["stop"]);
    assert_eq!((stopped["outcome"].as_str(), &stopped["pid"], code), (Some("stopped"), &restarted["pid"], Some(0)));
    assert!(home.text(&["logs"]).lines().any(|line| line.contains("stopped")), "it ended in order");
    assert_eq!(home.json(&["stop"]).0["outcome"], "was_not_running");
    assert!(home.refused(&["open"]).contains("mediary start"));
}

#[test]
fn what_runs_when_it_is_stopped_is_answered_first_and_shown_before() {
    let home = Home::new();
    let (started, _) = home.json(&["start", "--port", "0"]);
    let address = started["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let file = sample("note.txt");
    let head = format!(
        "POST /v1/ocr/process HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        file.len()
    );
    let mut connection = std::net::TcpStream::connect(address).unwrap();
    connection.write_all(&[head.as_bytes(), &file[..1]].concat()).unwrap();
    wait_until("it is under way", || home.json(&["status"]).0["requests_under_way"] == 1);
    let stopping = home.command(&["stop", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    // It listens no longer, and has not ended.
    wait_until("it stops", || home.text(&["logs", "--json"]).contains("running requests may finish"));
    connection.write_all(&file[1..]).unwrap();
    assert_eq!(super::client::answer(connection, "POST").status, 200);
    let told: Value = serde_json::from_slice(&stopping.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(told["outcome"], "stopped");
}

#[test]
fn a_server_that_does_not_end_in_time_is_killed() {
    let home = Home::new();
    let (started, _) = home.json(&["start", "--port", "0"]);
    let pid = Pid::from_raw(i32::try_from(started["pid"].as_i64().unwrap()).unwrap()).unwrap();
    // It is asleep, and hears nothing.
    kill_process(pid, Signal::STOP).unwrap();
    let (told, code) = home.json(&["stop", "--timeout", "0"]);
    assert_eq!((told["outcome"].as_str(), code), (Some("killed"), Some(0)));
    assert_eq!(home.json(&["status"]).1, Some(3));
}

#[test]
fn a_leftover_names_no_process_that_would_be_signalled() {
    let home = Home::new();
    let run = home.place().join("run");
    fs::create_dir_all(&run).unwrap();
    let mut foreign: Child = Command::new("sleep").arg("600").spawn().unwrap();
    let leftover = serde_json::json!({
        "pid": foreign.id(), "address": "127.0.0.1:1", "version": "0", "began_at": 0, "config": "",
        "log": null, "arguments": ["serve"], "folder": "/",
    });
    fs::write(run.join("mediary.pid"), leftover.to_string()).unwrap();
    assert_eq!(home.json(&["status"]).0["state"], "stopped");
    assert_eq!(home.json(&["stop", "--timeout", "0"]).0["outcome"], "was_not_running");
    assert!(foreign.try_wait().unwrap().is_none(), "another program was ended");
    let (started, _) = home.json(&["start", "--port", "0"]);
    assert_eq!(started["was_running"], false, "the leftover is in no way");
    assert_eq!(home.json(&["stop"]).0["pid"], started["pid"]);
    foreign.kill().unwrap();
    foreign.wait().unwrap();
}

#[test]
fn a_server_that_does_not_start_says_why() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = home.refused(&["start", "--port", &port]);
    assert!(said.contains("did not start") && said.contains("cannot listen on") && said.contains("--port"), "{said}");
    assert_eq!(home.json(&["status"]).1, Some(3));
    let said = home.refused(&["start", "--host", "0.0.0.0", "--port", "0"]);
    assert!(
        said.contains("MEDIARY_API_KEY") && !said.contains("cannot listen on"),
        "only what this one logged: {said}"
    );
}

#[test]
fn a_home_that_cannot_be_written_to_is_no_hindrance() {
    let home = Home::new();
    // A file where the folder would be: that holds for root as well.
    fs::write(home.place().join("run"), "").unwrap();
    let (started, code) = home.json(&["start", "--port", "0"]);
    assert_eq!(code, Some(0), "{started}");
    assert!(started["log"].as_str().unwrap().starts_with(home.0.path().to_str().unwrap()), "{started}");
    assert_eq!(home.json(&["status"]).0["pid"], started["pid"]);
    assert_eq!(home.json(&["stop"]).0["outcome"], "stopped");
}

#[test]
fn a_server_that_was_started_by_hand_is_shown_and_stopped_too() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--port", "0"]);
    let mut served = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("it serves", || home.json(&["status"]).0["state"] == "running");
    assert_eq!(home.json(&["status"]).0["pid"], served.id());
    assert!(home.refused(&["logs"]).contains("not started by `mediary start`"));
    assert_eq!(home.json(&["stop"]).0["outcome"], "stopped");
    assert_eq!(served.wait().unwrap().code(), Some(0));
}

#[test]
fn a_description_of_the_service_is_shown_written_and_removed() {
    let home = Home::new();
    let unit = home.0.path().join(".config/systemd/user/mediary.service");
    let shown = home.text(&["service", "install", "--manager", "systemd", "--print"]);
    assert!(shown.contains("ExecStart=") && shown.contains(" serve") && !unit.exists(), "{shown}");
    assert!(
        shown.contains("Environment=\"MEDIARY_HOME=") && shown.contains("systemctl --user enable --now"),
        "{shown}"
    );
    assert_eq!(home.json(&["service", "status", "--manager", "systemd"]).1, Some(3));
    let (told, _) = home.json(&["service", "install", "--manager", "systemd", "--desktop"]);
    assert_eq!((&told["files"][0]["state"], &told["files"][1]["state"]), (&"written".into(), &"written".into()));
    assert!(fs::read_to_string(&unit).unwrap().contains(env!("CARGO_BIN_EXE_mediary")));
    assert!(home.0.path().join(".local/share/applications/mediary.desktop").exists());
    let (told, code) = home.json(&["service", "status", "--manager", "systemd"]);
    assert_eq!((&told["files"][0]["state"], code), (&"current".into(), Some(0)));
    fs::write(&unit, "[Unit]\n").unwrap();
    assert_eq!(home.json(&["service", "status", "--manager", "systemd"]).0["files"][0]["state"], "differs");
    let (told, _) = home.json(&["service", "uninstall", "--manager", "systemd", "--desktop"]);
    assert!(told["next"][0].as_str().unwrap().contains("disable --now") && !unit.exists(), "{told}");
    let plist = home.text(&["service", "install", "--manager", "launchd", "--print"]);
    assert!(plist.contains("<key>ProgramArguments</key>") && plist.contains("launchctl bootstrap"), "{plist}");
}

/// The row of a subject.
fn row<'a>(findings: &'a Value, subject: &str) -> &'a Value {
    let rows = findings.as_array().expect("a list");
    rows.iter().find(|row| row["subject"] == subject).unwrap_or_else(|| unreachable!("{subject} in {findings}"))
}

#[test]
fn the_doctor_says_what_is_amiss_and_what_to_do() {
    let home = Home::new();
    let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = port().local_addr().unwrap().port().to_string();
    let doctor = |port: &str, more: &[(&str, &str)]| {
        let mut command = home.command(&["doctor", "--json"]);
        let output = command.env("MEDIARY_SERVER__PORT", port).envs(more.iter().copied()).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| unreachable!("{output:?}"));
        (told, output.status.code())
    };
    let (told, code) = doctor(&free, &[]);
    assert_eq!((row(&told, "port")["state"].as_str(), code), (Some("ok"), Some(0)), "{told}");
    assert_eq!(
        (&row(&told, "providers")["state"], &row(&told, "store")["state"]),
        (&"warn".into(), &"ok".into()),
        "{told}"
    );
    assert_eq!(row(&told, "clock")["state"], "ok");
    assert!(row(&told, "ffmpeg")["do"].is_string(), "there is no search path: {told}");

    let taken = port();
    let (told, code) = doctor(&taken.local_addr().unwrap().port().to_string(), &[]);
    assert_eq!((row(&told, "port")["state"].as_str(), code), (Some("bad"), Some(1)));
    // The port of a start that is planned is looked at instead.
    let told = home.json(&["doctor", "--port", &free]).0;
    assert!(row(&told, "port")["says"].as_str().unwrap().contains(&free), "{told}");
    let (told, _) = doctor(&free, &[("HTTPS_PROXY", "http://proxy.test:3128")]);
    assert!(row(&told, "proxy")["do"].as_str().unwrap().contains("NO_PROXY"), "{told}");
    let (told, code) = doctor("many", &[]);
    assert_eq!((row(&told, "configuration")["state"].as_str(), code), (Some("bad"), Some(1)));

    // A server of this home has the port, and a key that another master key sealed.
    let (started, _) = home.json(&["start", "--port", "0"]);
    let (_, taken) = started["url"].as_str().unwrap().rsplit_once(':').unwrap();
    let (told, _) = doctor(taken, &[]);
    assert!(row(&told, "port")["says"].as_str().unwrap().contains("our server's"), "{told}");
    let key = "gsk-0123456789-0123456789";
    let mut adding = home.command(&["keys", "add", "groq"]).stdin(Stdio::piped()).spawn().unwrap();
    adding.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    assert!(adding.wait().unwrap().success());
    let other = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let (told, code) = doctor(&free, &[("MEDIARY_MASTER_KEY", other)]);
    assert_eq!((row(&told, "keys")["state"].as_str(), code), (Some("bad"), Some(1)), "{told}");
    assert!(!told.to_string().contains("0123456789-"), "{told}");
}

#[test]
fn completions_are_there_for_every_shell() {
    let home = Home::new();
    for (shell, word) in [
        ("bash", "complete"),
        ("zsh", "#compdef mediary"),
        ("fish", "complete -c mediary"),
        ("powershell", "Register-"),
        ("elvish", "edit:"),
    ] {
        let script = home.text(&["completions", shell]);
        assert!(script.contains(word) && script.contains("doctor"), "{shell}");
    }
}

/// A copy of the program that may be replaced.
fn copied(home: &Home) -> PathBuf {
    let folder = home.0.path().join("bin with a space");
    fs::create_dir_all(&folder).expect("the folder is ours");
    let program = folder.join("mediary");
    // The same file under another name, where the file system has such a thing.
    let built = env!("CARGO_BIN_EXE_mediary");
    fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).expect("the folder is ours");
    program
}

fn hashed(path: &Path) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(fs::read(path).expect("it is there")).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn another_program_takes_this_ones_place_only_if_it_is_the_one_that_was_stated_and_runs() {
    let home = Home::new();
    let program = copied(&home);
    let length = |path: &Path| fs::metadata(path).unwrap().len();
    let before = length(&program);
    let new = home.0.path().join("new");
    fs::write(&new, "#!/bin/sh\necho mediary 9.9.9\n").unwrap();
    let update = |from: &Path, sha256: &str| {
        let mut command = home.command(&[]);
        let program = program.clone();
        let ours = command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        let ours: Vec<_> = ours.collect();
        command = Command::new(program);
        command.env_clear().envs(ours).args(["update", "--json", "--from"]).arg(from).args(["--sha256", sha256]);
        command.output().unwrap()
    };
    let said = update(&new, &"0".repeat(64));
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stderr).contains(&hashed(&new)), "{said:?}");
    let broken = home.0.path().join("broken");
    fs::write(&broken, "#!/bin/sh\nexit 3\n").unwrap();
    let said = update(&broken, &hashed(&broken));
    assert!(String::from_utf8_lossy(&said.stderr).contains("nothing is changed"), "{said:?}");
    assert_eq!(length(&program), before);
    assert_eq!(fs::read_dir(program.parent().unwrap()).unwrap().count(), 1, "nothing is left over");

    let said = update(&new, &hashed(&new));
    let told: Value = serde_json::from_slice(&said.stdout).unwrap_or_else(|_| unreachable!("{said:?}"));
    assert_eq!(told["new_version"], "9.9.9");
    assert_eq!(hashed(&program), hashed(&new));
    assert_eq!(fs::metadata(&program).unwrap().permissions().mode() & 0o777, 0o755);
    let previous = PathBuf::from(told["previous"].as_str().unwrap());
    assert_eq!(length(&previous), before);
    let again = Command::new(&previous).arg("--version").output().unwrap();
    assert!(again.status.success(), "the old one still runs");
}

#[test]
fn an_update_is_fetched_from_where_the_configuration_allows_and_says_what_there_is() {
    let home = Home::new();
    let program = copied(&home);
    let script = "#!/bin/sh\necho mediary 9.9.9\n";
    let site = Site::new(vec![("/mediary", Page::file("application/octet-stream", script))]);
    let wanted = home.0.path().join("wanted");
    fs::write(&wanted, script).unwrap();
    let update = |allow: &str| {
        let mut command = Command::new(&program);
        command.env_clear().env("MEDIARY_HOME", home.place()).env("HOME", home.0.path());
        command.env("MEDIARY_FETCH__ALLOW", allow).current_dir(home.0.path());
        command.args(["update", "--from", &site.url("/mediary"), "--sha256", &hashed(&wanted)]);
        command.output().unwrap()
    };
    let said = update("");
    assert!(!said.status.success(), "an address of this machine is not followed unasked: {said:?}");
    let said = update("127.0.0.1");
    assert!(said.status.success(), "{said:?}");
    assert_eq!(hashed(&program), hashed(&wanted));

    let told = home.text(&["update"]);
    assert!(told.contains("no server of releases is configured") && told.contains("--sha256"), "{told}");
}
