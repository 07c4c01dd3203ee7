//! `mediary serve` as a process: it starts, says where, answers, and ends when it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::cli::mediary;
use super::client::answer;
use super::server::{PATIENCE, sample, wait_until};

/// A served process; killed if the test fails.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
    /// The code with which the administration is set up, if it was printed.
    code: String,
    log: BufReader<std::process::ChildStderr>,
    /// What it keeps, which is not in the store of whoever runs the tests.
    _store: TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn serve(arguments: &[&str], environment: &[(&str, &str)]) -> Served {
    begun(mediary(&[&["serve", "--port", "0"], arguments].concat()), environment)
}

/// The same where no file may grow beyond so many blocks of 512 bytes, as if the disk were full.
pub(crate) fn serve_with_little_room(blocks: u64, arguments: &[&str], environment: &[(&str, &str)]) -> Served {
    let server = mediary(&[&["serve", "--port", "0"], arguments].concat());
    let mut command = Command::new("/bin/sh");
    // To pass the bound is an error then, and not the end of the process.
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]).arg(server.get_program());
    command.args(server.get_args()).env_clear().stdin(Stdio::null());
    command.envs(server.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(server.get_current_dir().expect("it has one"));
    begun(command, environment)
}

fn begun(mut command: Command, environment: &[(&str, &str)]) -> Served {
    let store = tempfile::tempdir().expect("there is a temporary folder");
    // Made by the server, for its user alone.
    command.env("MEDIARY_STORE__DIR", store.path().join("store"));
    command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program was built");
    let log = BufReader::new(child.stderr.take().expect("it has a pipe"));
    let mut served = Served { child, address: String::new(), code: String::new(), log, _store: store };
    while served.address.is_empty() {
        let mut line = String::new();
        assert_ne!(served.log.read_line(&mut line).expect("the log is UTF-8"), 0, "it ended before it served");
        let entry: Value = serde_json::from_str(&line).unwrap_or_else(|error| unreachable!("{error} in {line}"));
        if let Some(code) = entry["admin.code"].as_str() {
            code.clone_into(&mut served.code);
        }
        served.address = entry["server.address"].as_str().unwrap_or_default().to_owned();
    }
    served
}

impl Served {
    pub(crate) fn request(&self, request: &[u8]) -> super::client::Answer {
        let mut connection = TcpStream::connect(&self.address).expect("the server listens where it says");
        connection.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        connection.write_all(request).expect("the server reads");
        answer(connection, "POST")
    }

    /// The code with which the administration is set up, as it was printed at the start.
    pub(crate) fn code(&self) -> String {
        assert!(!self.code.is_empty(), "no code was printed");
        self.code.clone()
    }

    /// Sends a request and reads until these words have come; the answer goes on until the connection is dropped.
    pub(crate) fn open(&self, request: &[u8], words: &str) -> TcpStream {
        let mut connection = TcpStream::connect(&self.address).expect("the server listens where it says");
        connection.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        connection.write_all(request).expect("the server reads");
        let (mut read, mut buffer) = (Vec::new(), [0; 4_096]);
        while !String::from_utf8_lossy(&read).contains(words) {
            let length = connection.read(&mut buffer).expect("the server writes");
            assert_ne!(length, 0, "it ended with {}", String::from_utf8_lossy(&read));
            read.extend_from_slice(&buffer[..length]);
        }
        connection
    }

    pub(crate) fn get(&self, path: &str, headers: &str) -> super::client::Answer {
        self.request(
            format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}\r\n", self.address).as_bytes(),
        )
    }

    /// Reads the log on to the first line that has these words.
    pub(crate) fn logged(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.log.read_line(&mut line).expect("the log is UTF-8"),
                0,
                "it ended before it said `{words}`"
            );
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Sends a signal and waits for the end: the exit code, what was printed and what was logged until then.
    pub(crate) fn ended_by(mut self, signal: Signal) -> (Option<i32>, String, String) {
        let id = i32::try_from(self.child.id()).expect("ids are small");
        kill_process(Pid::from_raw(id).expect("ids are not zero"), signal).expect("it runs");
        let (mut out, mut log) = (String::new(), String::new());
        self.log.read_to_string(&mut log).expect("the log is UTF-8");
        self.child.stdout.take().expect("it has a pipe").read_to_string(&mut out).expect("UTF-8");
        (self.child.wait().expect("it is ours").code(), out, log)
    }
}

#[test]
fn a_server_serves_until_it_is_told_to_stop() {
    for signal in [Signal::TERM, Signal::INT] {
        let served = serve(&[], &[]);
        assert!(served.address.starts_with("127.0.0.1:"), "{}", served.address);
        assert_eq!(served.get("/health", "").ok()["status"], "ok");
        let file = sample("sign.png");
        let head = format!(
            "POST /v1/ocr/process HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            file.len()
        );
        let read = served.request(&[head.as_bytes(), &file].concat());
        assert_eq!(read.content(), "Platform 9 closes at 21:45");
        let (code, out, log) = served.ended_by(signal);
        assert_eq!((code, out.as_str()), (Some(0), ""), "{log}");
        assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
        assert!(log.contains("/v1/ocr/process") && log.contains("stopped"), "{log}");
    }
}

#[test]
fn the_log_names_requests_but_not_what_was_in_them() {
    let served = serve(&["--log-level", "trace"], &[("MEDIARY_API_KEY", "sk-very-secret")]);
    let key = "x-api-key: sk-very-secret\r\nx-request-id: visit-7\r\n";
    assert_eq!(served.get("/v1/models", key).status, 200);
    let body = "a text that is confidential";
    let request = format!(
        "POST /v1/ocr/process?password=hunter2 HTTP/1.1\r\nhost: localhost\r\n{key}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(served.request(request.as_bytes()).content(), body);
    let (code, _, log) = served.ended_by(Signal::TERM);
    assert_eq!(code, Some(0));
    assert!(log.contains("visit-7"), "{log}");
    for secret in ["sk-very-secret", "hunter2", "confidential"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[test]
fn a_key_from_the_environment_is_asked_for() {
    let served = serve(&[], &[("MEDIARY_API_KEY", "sk-of-mine")]);
    assert_eq!(served.get("/v1/models", "").status, 401);
    assert_eq!(served.get("/v1/models", "authorization: Bearer sk-of-mine\r\n").status, 200);
    assert_eq!(served.ended_by(Signal::TERM).0, Some(0));
}

#[test]
fn an_open_server_without_a_key_is_refused() {
    let output = mediary(&["serve", "--host", "0.0.0.0", "--port", "0"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("MEDIARY_API_KEY=") && message.contains("127.0.0.1"), "{message}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let store = tempfile::tempdir().unwrap();
    let output =
        mediary(&["serve", "--port", &port]).env("MEDIARY_STORE__DIR", store.path().join("store")).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains(&port) && message.contains("--port"), "{message}");
}

#[test]
fn an_upload_leaves_no_file_behind_whether_it_ends_or_breaks_off() {
    let folder = tempfile::tempdir().unwrap();
    let entries = |path: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(path).map_or(Vec::new(), |all| all.map(|entry| entry.unwrap().path()).collect())
    };
    // Each process has a folder of its own, with a lock beside its files.
    let folders = || entries(folder.path());
    let is_empty = || folders().iter().all(|folder| entries(folder).iter().all(|file| file.ends_with("lock")));
    // The file of an upload has no name; that it is there shows in what the process holds open.
    let holds_file = |served: &Served| {
        let open = entries(Path::new(&format!("/proc/{}/fd", served.child.id())));
        open.iter()
            .filter_map(|entry| std::fs::read_link(entry).ok())
            .any(|file| file.starts_with(folder.path()) && file.to_string_lossy().ends_with("(deleted)"))
    };
    let start = || serve(&[], &[("TMPDIR", folder.path().to_str().unwrap())]);
    let served = start();
    let head =
        "POST /v1/ocr/process HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 5000000\r\n\r\n";
    let half_sent = |served: &Served| {
        let mut connection = TcpStream::connect(&served.address).unwrap();
        connection.write_all(&[head.as_bytes(), &vec![b'a'; 3_000_000]].concat()).unwrap();
        wait_until("the upload is spooled", || holds_file(served));
        assert!(is_empty(), "it has a name: {:?}", folders());
        connection
    };
    drop(half_sent(&served));
    wait_until("the half upload is let go of", || !holds_file(&served));
    let whole = served.request(&[head.as_bytes(), &vec![b'a'; 5_000_000]].concat());
    assert_eq!(whole.content().len(), 5_000_000);
    wait_until("the whole upload is let go of", || !holds_file(&served));
    assert_eq!(served.ended_by(Signal::TERM).0, Some(0));
    assert_eq!(folders(), Vec::<PathBuf>::new(), "the folder goes with its process");
    // A process that is killed leaves an empty folder; the next one removes it.
    let killed = start();
    let _connection = half_sent(&killed);
    killed.ended_by(Signal::KILL);
    assert!(is_empty(), "{:?}", folders());
    let next = start();
    assert_eq!(folders().len(), 1, "{:?}", folders());
    assert_eq!(next.ended_by(Signal::TERM).0, Some(0));
}
