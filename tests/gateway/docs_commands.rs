//! The examples of the documentation, tried as far as they can be without a provider and without writing anything.
//!
//! Questions are asked of a server with one provider that is never called, documents are read, chats are planned instead
//! of sent. Of `mediary` and `make` the subcommands, flags and targets exist; JSON and TOML can be read.

use std::collections::BTreeSet;

use super::cli::mediary;
use super::client::{Multipart, Request};
use super::docs_pages::{CONFIGURATION, Page};
use super::requests::all_taking;
use super::server::{TestServer, checkout, shared};

/// What is not tried before the engines are there.
const UNTRIED: [&str; 20] = [
    "/v1/chat/completions/fork",
    "/v1/diligence/compare",
    "/v1/models/verify",
    "/v1/embeddings",
    "/v1/audio/transcriptions",
    "/v1/audio/translations",
    "/v1/audio/speech",
    "/v1/images/generations",
    "/v1/videos",
    "/v1/files",
    "/v1/threads",
    "/v1/batches",
    "/v1/projects",
    "/v1/search/web",
    "/v1/pages/read",
    "/v1/youtube/transcript",
    "/v1/browser/open",
    "/v1/google/connect",
    "/v1/reminders",
    "/v1/sync/obsidian",
];

/// Chats in other formats than OpenAI's usual one.
const OTHER_CHATS: [&str; 5] =
    ["/v1/messages", "/v1/responses", "/v1/completions", "/api/chat", "/v1beta/models/auto:generateContent"];

/// Where the examples' server listens.
const HERE: &str = "http://127.0.0.1:8001";

/// The commands in blocks of shell: lines that end in `\` or `|` go on in the next, as does a quoted text.
fn commands(page: &Page) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for block in page.blocks().into_iter().filter(|block| block.language == "sh") {
        let mut lines = block.code.lines().filter(|line| !line.starts_with('#'));
        while let Some(first) = lines.next() {
            let mut command = first.to_owned();
            while command.ends_with('\\') || command.ends_with('|') || command.matches('\'').count() % 2 == 1 {
                command.push('\n');
                command.push_str(lines.next().expect("the command goes on"));
            }
            let words = words(&command);
            all.extend((!words.is_empty()).then_some(words));
        }
    }
    all
}

/// The words of a command as a shell takes them apart; nothing is expanded. A `#` behind a space begins a comment.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut is_word = false;
    for c in command.replace("\\\n", " ").chars() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (Some(_), _) => word.push(c),
            (None, '\'' | '"') => (quote, is_word) = (Some(c), true),
            (None, '#') if !is_word => return words,
            (None, _) if c.is_whitespace() => {
                words.extend(is_word.then(|| std::mem::take(&mut word)));
                is_word = false;
            }
            (None, _) => {
                word.push(c);
                is_word = true;
            }
        }
    }
    words.extend(is_word.then_some(word));
    words
}

/// What a command asks for with curl.
#[derive(Debug, Default)]
struct Curl {
    url: String,
    headers: Vec<(String, String)>,
    form: Vec<(String, String)>,
    body: Option<String>,
}

impl Curl {
    /// `None` if the command has no curl in it.
    fn of(command: &[String]) -> Option<Self> {
        let start = command.iter().position(|word| word == "curl")?;
        let mut curl = Self::default();
        let mut words = command[start + 1..].iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().expect("the flag has a value").clone();
            let pair = |text: String, mark: &str| {
                let (name, value) = text.split_once(mark).expect("a name and a value");
                (name.to_owned(), value.to_owned())
            };
            match word.as_str() {
                "-s" | "-si" | "-sN" => {}
                "-o" => drop(value()),
                "-H" => curl.headers.push(pair(value(), ": ")),
                "-F" => curl.form.push(pair(value(), "=")),
                "-d" | "--data-binary" => curl.body = Some(value()),
                url => {
                    assert!(url.starts_with(HERE) && curl.url.is_empty(), "what is `{url}` in {command:?}?");
                    curl.url = url[HERE.len()..].to_owned();
                }
            }
        }
        Some(curl)
    }

    fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or(&self.url)
    }

    /// The request that curl would send; a chat is only planned.
    fn request(&self) -> Request {
        if OTHER_CHATS.contains(&self.path()) {
            let asked = self.body.as_deref().map(bytes).unwrap_or_default();
            let asked: serde_json::Value = serde_json::from_slice(&asked).expect("it is JSON");
            let envelope = serde_json::json!({ "endpoint": self.path(), "request": asked });
            return Request::new("POST", "/v1/plan").body("application/json", envelope.to_string());
        }
        let url = self.url.replace("/v1/chat/completions", "/v1/plan");
        let kind = self.headers.iter().find(|(name, _)| name == "Content-Type").map(|(_, value)| value.as_str());
        let mut request = match (&self.body, self.form.is_empty()) {
            (Some(body), _) => Request::new("POST", url).body(kind.unwrap_or("application/octet-stream"), bytes(body)),
            (None, false) => {
                let parts =
                    self.form.iter().fold(Multipart::default(), |parts, (name, value)| match value.strip_prefix('@') {
                        Some(file) => parts.file(file, "application/octet-stream", &bytes(value)),
                        None => parts.field(name, value),
                    });
                parts.request_to(self.path())
            }
            (None, true) => Request::new("GET", url),
        };
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "Content-Type") {
            request = request.header(&name.to_lowercase(), value);
        }
        request
    }
}

/// A body as it is written, or the file that is named by it.
fn bytes(text: &str) -> Vec<u8> {
    match text.strip_prefix('@') {
        Some(file) => std::fs::read(checkout().join(file)).unwrap_or_else(|error| unreachable!("{file}: {error}")),
        None => text.as_bytes().to_vec(),
    }
}

#[test]
fn every_curl_is_answered() {
    let planning = all_taking();
    let mut tried = 0;
    for page in Page::all() {
        for command in commands(&page) {
            let Some(curl) = Curl::of(&command) else { continue };
            // What another command pipes in is not made here.
            let is_untried = UNTRIED.iter().any(|route| command.iter().any(|word| word.contains(route)));
            if is_untried || curl.body.as_deref() == Some("@-") {
                continue;
            }
            let is_done_here = ["/v1/ocr", "/v1/embeddings"].iter().any(|route| curl.path().starts_with(route));
            let server: &TestServer = if is_done_here { shared() } else { &planning };
            let answer = curl.request().send(server);
            assert_eq!(answer.status, 200, "{}: {command:?}\n{answer}", page.path);
            tried += 1;
        }
    }
    assert!(tried > 20, "only {tried} were found");
}

#[test]
fn every_use_of_the_program_is_one_it_knows() {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for page in Page::all() {
        for command in commands(&page) {
            let Some(start) = command.iter().position(|word| word == "mediary") else { continue };
            let arguments: Vec<&str> =
                command[start + 1..].iter().map(String::as_str).take_while(|word| *word != "|").collect();
            let subcommand: Vec<&str> = match arguments.as_slice() {
                [first @ ("models" | "keys" | "clients" | "admin" | "mcp"), deeper, ..] => vec![first, deeper],
                [first, ..] => vec![first],
                [] => vec![],
            };
            let help = mediary(&[&subcommand[..], &["--help"]].concat()).output().expect("the program was built");
            let help = String::from_utf8(help.stdout).expect("help is UTF-8");
            let usage = format!("mediary {}", subcommand.join(" "));
            assert!(help.contains(&usage), "{}: {command:?}", page.path);
            for flag in arguments.iter().filter(|word| word.len() > 1 && word.starts_with('-')) {
                assert!(help.contains(flag), "{}: there is no {flag} in {command:?}", page.path);
            }
            known.insert(subcommand.join(" "));
        }
    }
    for subcommand in ["ocr", "serve", "plan", "check-config", "models", "models pull"] {
        assert!(known.contains(subcommand), "`mediary {subcommand}` is shown nowhere");
    }
}

#[test]
fn every_command_of_make_is_a_target() {
    let makefile = std::fs::read_to_string(checkout().join("Makefile")).unwrap();
    for page in Page::all() {
        let shown = page.text.split('`').chain(page.text.lines()).filter_map(|text| text.strip_prefix("make "));
        for target in shown.filter_map(|rest| rest.split_whitespace().next()).filter(|target| *target != "#") {
            assert!(makefile.contains(&format!("\n{target}:")), "{}: there is no `make {target}`", page.path);
        }
    }
}

#[test]
fn every_configuration_can_be_used_and_every_json_be_read() {
    let folder = tempfile::tempdir().unwrap();
    for page in Page::all() {
        for block in page.blocks() {
            match block.language.as_str() {
                "json" => drop(serde_json::from_str::<serde_json::Value>(&block.code).expect(&block.code)),
                "toml" if page.path == CONFIGURATION => {
                    let file = folder.path().join("mediary.toml");
                    std::fs::write(&file, &block.code).unwrap();
                    let file = file.to_str().expect("temporary folders have plain names");
                    let mut check = mediary(&["check-config", file]);
                    let checked = check.env("MEDIARY_API_KEY", "a-long-one").output().expect("the program was built");
                    let complaint = String::from_utf8_lossy(&checked.stderr).into_owned();
                    assert!(checked.status.success(), "{complaint}\n{}", block.code);
                }
                "toml" => drop(block.code.parse::<toml::Table>().expect(&block.code)),
                "sh" | "python" => {}
                other => unreachable!("{}: a block in `{other}`", page.path),
            }
        }
    }
}

#[test]
fn a_command_is_taken_apart() {
    let taken = words("curl -s -H 'A: b' -d '{\"a\": \"#\"}' \\\n  \"http://x\"  # said");
    assert_eq!(taken, ["curl", "-s", "-H", "A: b", "-d", "{\"a\": \"#\"}", "http://x"]);
    assert!(words("# only said").is_empty());
}
