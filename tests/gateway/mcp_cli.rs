//! `mediary mcp` as the process that a client starts: over standard input and output, with a server and without one.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::chat_talk::with_providers;
use super::chat_words::says;
use super::cli::mediary;
use super::mcp_talk::{OLDER, STATELESS, older, unfenced, words};
use super::server::{checkout, wait_until};
use super::upstream::{Act, Upstream};

/// A process that a client has started. It is killed if the test fails.
struct Started {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    /// No server is at home here.
    _home: TempDir,
}

impl Drop for Started {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Started {
    fn with(arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("there is a temporary folder");
        let mut command = mediary(&[&["mcp"], arguments].concat());
        // A home without models, but for those that the checkout has.
        command
            .env("XDG_DATA_HOME", home.path())
            .env("XDG_STATE_HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path());
        command
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("the program was built");
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().expect("it has a pipe"));
        Self { child, to, from, _home: home }
    }

    fn tell(&mut self, message: &Value) {
        let to = self.to.as_mut().expect("it is open");
        writeln!(to, "{message}").expect("it reads");
    }

    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).expect("it writes UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|error| unreachable!("{error} in {line}"))
    }

    fn ask(&mut self, message: &Value) -> Value {
        self.tell(message);
        let answer = self.hear();
        assert_eq!((&answer["id"], &answer["error"]), (&message["id"], &Value::Null), "{answer:#}");
        answer["result"].clone()
    }

    fn shake_hands(&mut self) {
        let capabilities =
            json!({ "protocolVersion": OLDER, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let told = self.ask(&older(0, "initialize", &capabilities));
        assert_eq!((&told["protocolVersion"], &told["serverInfo"]["name"]), (&json!(OLDER), &json!("mediary")));
        self.tell(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    }

    /// Ends its standard input; gives its exit code.
    fn end(mut self) -> Option<i32> {
        self.to = None;
        self.child.wait().expect("it was started").code()
    }
}

#[test]
fn without_a_server_a_gateway_in_the_process_reads_files_of_this_machine() {
    let mut started = Started::with(&[]);
    started.shake_hands();
    let path = checkout().join("samples").join("sign.png").display().to_string();
    let call = |id: u32, arguments: Value| {
        older(id, "tools/call", &json!({ "name": "read_document", "arguments": arguments }))
    };
    let read = started.ask(&call(1, json!({ "path": path, "max_chars": 8 })));
    let told = words(&read);
    let (text, more) = unfenced(&told, &read["structuredContent"]);
    assert!(text == "Platform" && more.starts_with("\n\n[Cut after 8"), "{read:#}");
    // What is kept is kept for as long as the process lives.
    let uri = read["structuredContent"]["file"]["uri"].clone();
    let whole = started.ask(&older(2, "resources/read", &json!({ "uri": uri })));
    assert_eq!(whole["contents"][0]["text"].as_str().map(str::trim), Some("Platform 9 closes at 21:45"));
    let missing = started.ask(&call(3, json!({ "path": "/no/such/file" })));
    assert!(words(&missing).contains("absolute path"), "{missing:#}");
    assert_eq!(started.end(), Some(0));
}

#[test]
fn a_server_that_runs_does_the_work_and_a_call_that_is_taken_back_ends_there() {
    let up = Upstream::doing([says("Four."), Act::Silence]);
    let server = with_providers(&[up.entry("up", json!({}))]);
    let mut started = Started::with(&["--server", &format!("http://{}", server.address)]);
    started.shake_hands();
    let call = |id: u32| {
        older(id, "tools/call", &json!({ "name": "ask_model", "arguments": { "prompt": "2 + 2?", "model": "m" } }))
    };
    assert_eq!(words(&started.ask(&call(1))), "Four.");
    started.tell(&call(2));
    wait_until("the provider is asked", || up.calls() == 2);
    started.tell(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 2 } }));
    up.was_left();
    drop(server);
    let gone = started.ask(&call(3));
    assert!(gone["isError"] == true && words(&gone).contains("mediary status"), "{gone:#}");
    assert_eq!(started.end(), Some(0));
}

#[test]
fn the_stateless_protocol_needs_no_handshake() {
    let server = with_providers(&[]);
    let mut started = Started::with(&["--server", &format!("http://{}", server.address)]);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let found = started.ask(&older(1, "server/discover", &json!({ "_meta": meta })));
    assert!(found["supportedVersions"].as_array().is_some_and(|all| all.contains(&json!(STATELESS))), "{found:#}");
    let call = json!({ "name": "stats", "arguments": {}, "_meta": meta });
    assert_eq!(words(&started.ask(&older(2, "tools/call", &call))), "No target was called yet.");
    assert_eq!(started.end(), Some(0));
}

#[test]
fn a_clients_configuration_is_printed_alone() {
    let told = |arguments: &[&str]| {
        let output = mediary(&[&["mcp", "config"], arguments].concat()).output().expect("the program was built");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (serde_json::from_slice::<Value>(&output.stdout).expect("it is JSON alone"), said)
    };
    let (desktop, said) = told(&["claude-desktop"]);
    let entry = &desktop["mcpServers"]["mediary"];
    assert_eq!((&entry["command"], &entry["args"]), (&json!(env!("CARGO_BIN_EXE_mediary")), &json!(["mcp"])));
    assert!(said.contains("claude_desktop_config.json"), "{said}");
    let (cursor, said) = told(&["cursor", "--http", "--server", "http://10.0.0.5:8001/"]);
    assert_eq!(cursor["mcpServers"]["mediary"]["url"], "http://10.0.0.5:8001/mcp");
    assert!(said.contains("mediary clients create"), "{said}");
    let (object, _) = told(&["windsurf", "--json"]);
    assert!(object["place"].as_str().is_some_and(|place| place.contains("mcp_config.json")), "{object:#}");
    let refused = mediary(&["mcp", "config", "claude-desktop", "--http"]).output().expect("the program was built");
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("leave --http out"));
}
