//! The command line as people and pipes use it: what it prints where, and what its exit codes tell.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::audio_pieces::recording;
use super::audio_transcriptions::{ear, hears};
use super::score::{collapsed, word_f1};
use super::server::{checkout, sample, truth};
use super::upstream::Upstream;

/// The program in the checkout, with nothing of this process's environment, and a home of its own: that of the user who
/// runs the tests holds what a server of theirs keeps.
pub(crate) fn mediary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediary"));
    command.args(arguments).current_dir(checkout()).env_clear();
    command.env("MEDIARY_ENGINES__PADDLEOCR__PROVIDER", "cpu").env("HOME", env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::null());
    command
}

/// What a finished command left behind.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

fn done(output: Output) -> Done {
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn run(arguments: &[&str]) -> Done {
    done(mediary(arguments).output().expect("the program was built"))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

#[test]
fn a_document_is_printed_and_nothing_else() {
    let Done { code, out, err } = run(&["ocr", "--output", "text", "samples/invoice.pdf"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(word_f1(&truth("invoice.txt"), &out), 1.0, "{out}");
    assert!(out.ends_with('\n') && !out.ends_with("\n\n"), "{out:?}");
    let Done { code, out, err } = run(&["ocr", "samples/sign.png"]);
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "Platform 9 closes at 21:45\n", ""));
}

#[test]
fn an_older_result_outlives_a_run_that_reads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let result = folder.path().join("result.md");
    std::fs::write(&result, "kept").unwrap();
    let done = run(&["ocr", "samples/no-such-file.pdf", "-o", path(&result)]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert_eq!(std::fs::read_to_string(&result).unwrap(), "kept");
}

#[test]
fn a_document_in_xml_stands_alone() {
    let done = run(&["ocr", "--output", "alto", "samples/sign.png"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.starts_with("<?xml") && done.out.contains("CONTENT=\"Platform\""), "{}", done.out);
    let done = run(&["ocr", "--output", "hocr", "samples/sign.png", "samples/sign.gif"]);
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{}", done.err);
    assert!(done.err.contains("one file each"), "{}", done.err);
}

#[test]
fn several_files_get_headings() {
    let done = run(&["ocr", "samples/sign.png", "samples/note.txt"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let expected =
        format!("# samples/sign.png Platform 9 closes at 21:45 # samples/note.txt {}", collapsed(&truth("note.txt")));
    assert_eq!(collapsed(&done.out), expected);
    assert!(!run(&["ocr", "--output", "text", "samples/sign.png", "samples/note.txt"]).out.contains('#'));
}

#[test]
fn a_folder_is_read_file_by_file_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("b.txt", b"the second");
    put("a.txt", b"the first");
    put("c.png", &sample("sign.png"));
    put(".hidden", b"not for reading");
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let done = run(&["ocr", path(folder.path())]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let places = ["the first", "the second", "Platform 9"].map(|text| done.out.find(text).expect(text));
    assert!(places.is_sorted(), "{}", done.out);
    assert!(!done.out.contains("not for reading"));
    let empty = tempfile::tempdir().unwrap();
    let done = run(&["ocr", path(empty.path())]);
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(done.err.contains("there are no files in the folder"), "{}", done.err);
}

#[test]
fn standard_input_is_read_and_a_file_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("text.md");
    let mut child = mediary(&["ocr", "-", "-o", path(&target)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&sample("sign.webp")).unwrap();
    let Done { code, out, err } = done(child.wait_with_output().unwrap());
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "", ""));
    assert_eq!(std::fs::read_to_string(target).unwrap(), "Platform 9 closes at 21:45\n");
    let done = run(&["ocr", "samples/note.txt", "-o", path(&folder.path().join("no/such/folder"))]);
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("cannot write"), "{}", done.err);
}

#[test]
fn structure_is_printed_as_json() {
    let done = run(&["ocr", "--output", "json", "--detail", "words", "--pages", "1", "samples/invoice.pdf"]);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    let body: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(body["status"], "success");
    assert_eq!(body["pages"][0]["blocks"][0]["lines"][0]["words"][0]["text"], "Tidewater");
    let done = run(&["ocr", "--output", "json", "samples/note.txt", "samples/absent.pdf"]);
    assert_eq!(done.code, Some(3));
    let body: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&body["object"], &body["data"][1]["status"]), (&"list".into(), &"failed".into()));
}

#[test]
fn exit_codes_tell_what_was_read() {
    let rows: [(&[&str], i32, &str); 9] = [
        (&["ocr", "samples/note.txt"], 0, ""),
        (&["ocr", "samples/absent.pdf"], 1, "samples/absent.pdf: cannot be opened"),
        (&["ocr", "Cargo.lock", "samples/note.txt"], 0, ""),
        (&["ocr", "samples/note.txt", "samples/absent.pdf"], 3, "samples/absent.pdf: cannot be opened"),
        (&["ocr", "samples/absent.pdf", "absent.png"], 1, "absent.png: cannot be opened"),
        (&["ocr"], 2, "Usage"),
        (&["ocr", "--no-such-flag", "samples/note.txt"], 2, "--no-such-flag"),
        (&["ocr", "--pages", "0", "samples/invoice.pdf"], 2, "counted from 1"),
        (&["ocr", "--output", "doc", "samples/invoice.pdf"], 2, "`output` is markdown, text"),
    ];
    for (arguments, code, words) in rows {
        let done = run(arguments);
        assert_eq!(done.code, Some(code), "{arguments:?}: {}", done.err);
        assert!(done.err.contains(words), "{arguments:?}: {}", done.err);
        assert_eq!(done.err.is_empty(), code == 0, "{arguments:?}: {}", done.err);
        assert_eq!(done.out.is_empty(), code == 1 || code == 2, "{arguments:?}: {}", done.out);
    }
}

#[test]
fn the_password_may_come_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("locked.pdf");
    std::fs::write(&file, super::pdf::Pdf::of_texts(&["behind the lock"]).encrypted("key")).unwrap();
    let refused = run(&["ocr", path(&file)]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.contains("encrypted"), "{}", refused.err);
    assert_eq!(run(&["ocr", "--password", "key", path(&file)]).out, "behind the lock\n");
    let output = mediary(&["ocr", path(&file)]).env("MEDIARY_PDF_PASSWORD", "key").output().unwrap();
    assert_eq!(done(output).out, "behind the lock\n");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child =
        mediary(&["ocr", "samples/invoice.pdf"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = done(child.wait_with_output().unwrap());
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
}

#[test]
fn models_are_listed_for_programs() {
    let done = run(&["models", "--json"]);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    let body: Value = serde_json::from_str(&done.out).unwrap();
    for name in ["onnxruntime", "paddleocr", "pdfium"] {
        let found = body["models"].as_array().unwrap().iter().find(|model| model["name"] == name);
        assert_eq!(found.expect(name)["state"], "installed");
    }
    assert_eq!(run(&["models", "pull", "padleocr"]).code, Some(2));
    assert!(run(&["models", "verify", "padleocr"]).err.contains("Did you mean `paddleocr`?"));
}

#[test]
fn a_configuration_is_checked_without_starting_anything() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mediary.toml");
    std::fs::write(&file, "[server]\nport = 9000\n").unwrap();
    let good = run(&["check-config", path(&file)]);
    assert_eq!((good.code, good.err.as_str()), (Some(0), ""));
    assert!(good.out.contains("server.port = 9000") && good.out.ends_with("ok\n"), "{}", good.out);
    std::fs::write(&file, "[server]\nprot = 9000\n").unwrap();
    for arguments in [
        &["check-config", path(&file)][..],
        &["--config", path(&file), "serve"],
        &["--config", path(&file), "ocr", "samples/note.txt"],
    ] {
        let bad = run(arguments);
        assert_eq!((bad.code, bad.out.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(bad.err.contains("mediary.toml:2:1: unknown key `prot`"), "{}", bad.err);
        assert!(bad.err.contains("did you mean `port`?"), "{}", bad.err);
    }
}

/// The subcommands that a help text lists, but `help`.
fn commands_of(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

/// No comment on the code stands where a user looks for what a command does.
fn about_is_for_people(help: &str) {
    let about = help.lines().next().unwrap_or_default();
    assert!(!about.is_empty() && !about.starts_with("Usage:"), "it does not say what it is for: {help}");
    assert!(!help.contains("Arguments of") && !about.contains('`'), "{help}");
}

#[test]
fn help_shows_examples_and_no_inner_workings() {
    let help = run(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.out.contains("mediary ocr scan.pdf") && !help.out.contains("worker"), "{}", help.out);
    for subject in ["chat", "OCR", "models", "weights", "provider", "documents"] {
        assert!(help.out.contains(subject), "{subject} is not named: {}", help.out);
    }
    let top = vec![
        "serve",
        "ocr",
        "transcribe",
        "speak",
        "image",
        "batch",
        "node",
        "mcp",
        "models",
        "plan",
        "providers",
        "verify",
        "keys",
        "clients",
        "admin",
        "usage",
        "google",
        "reminders",
        "backup",
        "check-config",
        "import",
        "start",
        "stop",
        "restart",
        "status",
        "logs",
        "service",
        "doctor",
        "open",
        "update",
        "completions",
    ];
    assert_eq!(commands_of(&help.out), top);
    for command in top {
        let help = run(&[command, "--help"]);
        assert!(help.code == Some(0) && help.out.contains("Examples:"), "{command}: {}", help.out);
        for below in commands_of(&help.out) {
            let help = run(&[command, below, "--help"]);
            assert_eq!(help.code, Some(0), "{command} {below}: {}", help.err);
            about_is_for_people(&help.out);
        }
        about_is_for_people(&help.out);
    }
    about_is_for_people(&help.out);
    assert_eq!(run(&["--version"]).out, format!("mediary {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run(&[]).code, Some(2));
}

#[test]
fn several_texts_want_a_folder() {
    let done = run(&["speak", "One.", "Two."]);
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(done.err.contains("2 texts") && done.err.contains("folder"), "{}", done.err);
}

#[test]
fn what_is_no_recording_in_a_folder_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "Buy milk.\n").unwrap();
    let notes = folder.path().join("notes.txt");
    let named = run(&["transcribe", path(&notes)]);
    assert!(named.code == Some(1) && named.err.contains("this is text"), "{}", named.err);
    let alone = run(&["transcribe", path(folder.path())]);
    assert!(alone.code == Some(1) && alone.err.contains("is passed over"), "{}", alone.err);
    assert!(alone.err.contains("none of these files"), "{}", alone.err);
    std::fs::write(folder.path().join("junk.bin"), [0xfe; 64]).unwrap();
    for name in ["one.wav", "two.wav"] {
        std::fs::write(folder.path().join(name), recording(1)).unwrap();
    }
    let up = Upstream::doing([hears("Yes.")]);
    let file: toml::Table = serde_json::from_value(json!({ "providers": [ear(&up, "ear", json!({}))] })).unwrap();
    let place = tempfile::tempdir().unwrap();
    let config = place.path().join("mediary.toml");
    std::fs::write(&config, file.to_string()).unwrap();
    let heard = run(&["--config", path(&config), "transcribe", "--model", "ear/m", path(folder.path())]);
    assert_eq!(heard.code, Some(0), "{}", heard.err);
    let headed = |name: &str| format!("==> {} <==\nYes.\n", path(&folder.path().join(name)));
    assert_eq!(heard.out, headed("one.wav") + &headed("two.wav"));
    assert_eq!((heard.err.matches("is passed over").count(), up.calls()), (2, 2), "{}", heard.err);
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
#[test]
fn what_converts_files_of_strangers_reaches_no_network() {
    let reaching = "import socket; socket.create_connection(('127.0.0.1', 9))";
    let confined = ["worker", "confined", "--memory-bytes", "2000000000", "--seconds", "20", "--"];
    let done = run(&[&confined[..], &["/usr/bin/python3", "-c", reaching]].concat());
    assert!(done.code == Some(1) && done.err.contains("PermissionError"), "{}", done.err);
    let done = run(&[&confined[..], &["/usr/bin/python3", "-c", "print(6 * 7)"]].concat());
    assert_eq!((done.code, done.out.as_str()), (Some(0), "42\n"), "{}", done.err);
}
