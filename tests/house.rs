//! The architecture test: what Cargo and clippy cannot hold, each rule with what to do instead.
//!
//! Reads the sources as text; it compiles and runs nothing of them. Every rule is a plain function from a file to
//! complaints, and the last test feeds each of them a file that breaks it, so that no rule can fall asleep.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Non-test lines a source file may have. Files near 100 to 200 read best.
const MOST_LINES: usize = 400;
/// Lines a front door may have.
const MOST_DOOR_LINES: usize = 150;
/// Anything larger is no source; samples and fetched weights have their own places.
const MOST_FILE_BYTES: u64 = 1_000_000;

/// A file of the checkout, its path from the root with forward slashes.
struct File {
    path: String,
    text: String,
}

impl File {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn is_source(&self) -> bool {
        self.path.starts_with("src/") && self.path.ends_with(".rs")
    }

    /// A file that is compiled for tests only.
    fn is_test(&self) -> bool {
        self.name() == "tests.rs" || self.path.contains("/tests/") || self.path.starts_with("tests/")
    }

    /// The lines before the tests: `#[cfg(test)]` with a body ends them, `#[cfg(test)] mod tests;` does not.
    fn shipped_lines(&self) -> Vec<&str> {
        let lines: Vec<&str> = self.text.lines().collect();
        let end =
            lines.windows(2).position(|pair| pair[0].trim() == "#[cfg(test)]" && !pair[1].trim_end().ends_with(';'));
        lines[..end.unwrap_or(lines.len())].to_vec()
    }

    /// The shipped lines without comments, numbered from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.shipped_lines().into_iter().enumerate();
        lines.filter_map(|(index, line)| {
            let code = line.split("//").next().unwrap_or("");
            (!code.trim().is_empty()).then_some((index + 1, code))
        })
    }

    /// A complaint for each code line that holds one of `words`.
    fn naming(&self, words: &[&str], instead: &str) -> Vec<String> {
        self.code()
            .filter_map(|(number, code)| {
                let word = words.iter().find(|word| code.contains(*word))?;
                Some(format!("{}:{number} has `{word}`: {instead}", self.path))
            })
            .collect()
    }
}

type Rule = fn(&File) -> Vec<String>;

/// Crates that compute and do nothing else.
const PURE: [&str; 2] = ["core/", "layout/"];

fn core_is_pure(file: &File) -> Vec<String> {
    // An example is a program of its own, which may look at a clock.
    let is_example = file.path.contains("/examples/");
    let is_pure = PURE.iter().any(|folder| file.path.strip_prefix("src/").is_some_and(|path| path.starts_with(folder)));
    if !is_pure || !file.is_source() || file.is_test() || is_example {
        return Vec::new();
    }
    let outside = "std::fs std::net std::env SystemTime::now Instant::now rand::";
    file.naming(
        &outside.split(' ').collect::<Vec<_>>(),
        "core and layout have no files, network, environment, clock or chance of their own; take the value as an argument \
         and let the caller outside get it",
    )
}

fn files_are_short(file: &File) -> Vec<String> {
    let lines = file.shipped_lines().len();
    if !file.is_source() || lines <= MOST_LINES {
        return Vec::new();
    }
    vec![format!(
        "{} has {lines} lines, {MOST_LINES} are allowed: find the second idea in it and give that a file of its own",
        file.path
    )]
}

fn modules_say_what_they_are(file: &File) -> Vec<String> {
    if !file.is_source() || file.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![format!(
        "{} does not open with `//!`: say in 2 to 6 lines what it is, what it deliberately does not do, and what calls it",
        file.path
    )]
}

fn front_doors_are_small(file: &File) -> Vec<String> {
    let lines = file.shipped_lines().len();
    if !file.is_source() || file.name() != "mod.rs" || lines <= MOST_DOOR_LINES {
        return Vec::new();
    }
    vec![format!(
        "{} has {lines} lines, {MOST_DOOR_LINES} are allowed: a front door holds docs, `mod`, `pub use` and the type the \
         folder is named for; move the rest into rooms",
        file.path
    )]
}

fn names_are_nouns_of_the_trade(file: &File) -> Vec<String> {
    let drawers = "util utils helper helpers common manager managers support misc";
    let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path);
    if !file.is_source() && !file.path.starts_with("tests/") {
        return Vec::new();
    }
    stem.split('/')
        .filter(|part| drawers.split(' ').any(|drawer| drawer == *part))
        .map(|part| format!("{}: `{part}` is a drawer, not a room: name it for what it holds", file.path))
        .collect()
}

fn only_http_chooses_status_codes(file: &File) -> Vec<String> {
    if !file.is_source() || file.is_test() || file.path.starts_with("src/http/") {
        return Vec::new();
    }
    file.naming(&["StatusCode"], "return a failure of your own and let src/http/ choose the status")
}

fn only_config_reads_the_environment(file: &File) -> Vec<String> {
    let build_script = file.name() == "build.rs";
    if !file.is_source() || build_script || file.path.starts_with("src/config/") {
        return Vec::new();
    }
    file.naming(&["env::var", "env::{var"], "take a `config::Environment` or a checked value as an argument")
}

fn only_the_attempt_loop_calls_providers(file: &File) -> Vec<String> {
    if !file.is_source() || file.is_test() || file.path.starts_with("src/gateway/routing/") {
        return Vec::new();
    }
    file.naming(&["provider.call("], "hand the router a `Work` and let its one loop do the calling")
}

fn things_are_named(file: &File) -> Vec<String> {
    if !file.is_source() || file.is_test() {
        return Vec::new();
    }
    // Spelt in capitals, so that this file may hold its own rule.
    let riddles = "NOBODY SOMEBODY EVERYBODY ANYBODY WHOEVER SOMEONE".split(' ').map(str::to_lowercase);
    let riddles: Vec<String> = riddles.collect();
    let mut found = Vec::new();
    for (number, line) in (1..).zip(file.shipped_lines()) {
        let line = line.to_lowercase();
        if let Some(riddle) = riddles.iter().find(|riddle| line.contains(*riddle)) {
            found.push(format!(
                "{}:{number} has `{riddle}`: a target, a provider, a client or an engine has a name of its own",
                file.path
            ));
        }
    }
    found
}

fn exceptions_have_reasons(file: &File) -> Vec<String> {
    if !file.path.ends_with(".rs") || file.name() == "house.rs" {
        return Vec::new();
    }
    file.naming(
        &["#[allow(", "#![allow("],
        "write `#[expect(lint, reason = \"…\")]`, which also complains when it is no longer needed",
    )
}

fn nothing_names_one_registry_or_machine(file: &File) -> Vec<String> {
    // Cargo writes the lock file and its registry's name itself.
    if file.name() == "Cargo.lock" {
        return Vec::new();
    }
    // Spelt with a plus and put together here, so that this file may hold its own rule.
    let hosts = "crates+io pypi+org pythonhosted+org npmjs+org npmjs+com anaconda+org proxy.golang+org";
    let hosts: Vec<String> = hosts.split(' ').map(|host| host.replace('+', ".")).collect();
    let folders = ["root", "work", "tmp"].map(|folder| format!("/{folder}/"));
    let mut found = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let place = format!("{}:{number}", file.path);
        if let Some(host) = hosts.iter().find(|host| line.contains(*host)) {
            found.push(format!("{place} names the registry {host}: leave registries to the user's own cargo and pip"));
        }
        if let Some(folder) = folders.iter().find(|folder| names_folder(line, folder)) {
            found.push(format!(
                "{place} names {folder}, a path of one machine: use a path from the checkout, an argument or a temporary folder"
            ));
        }
    }
    found
}

/// Whether `folder` stands in `line` as an absolute path, not as the end of a longer one.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-~*})/".contains(c))
    })
}

const RULES: &[Rule] = &[
    core_is_pure,
    files_are_short,
    modules_say_what_they_are,
    front_doors_are_small,
    names_are_nouns_of_the_trade,
    only_http_chooses_status_codes,
    only_config_reads_the_environment,
    only_the_attempt_loop_calls_providers,
    things_are_named,
    exceptions_have_reasons,
    nothing_names_one_registry_or_machine,
];

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let files: Vec<File> = paths().into_iter().filter_map(read).collect();
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the walk does not reach the sources");
    let complaints = files.iter().flat_map(|file| RULES.iter().flat_map(|rule| rule(file)));
    settle(&complaints.collect::<Vec<_>>());
}

#[test]
fn no_room_has_two_doors() {
    let paths: BTreeSet<String> = paths().into_iter().map(|(path, _)| path).collect();
    settle(&two_doors(&paths));
}

fn two_doors(paths: &BTreeSet<String>) -> Vec<String> {
    let doubled = paths.iter().filter_map(|path| {
        let folder = path.strip_suffix("/mod.rs")?;
        let twin = format!("{folder}.rs");
        paths.contains(&twin).then(|| {
            format!("{path} and {twin} are the same module: keep the mod.rs and move the other's content into rooms")
        })
    });
    doubled.collect()
}

#[test]
fn crates_know_only_the_floor_below_them() {
    let mut complaints = Vec::new();
    for (path, _) in paths() {
        let folder = path.strip_prefix("src/").and_then(|path| path.strip_suffix("/Cargo.toml"));
        if let Some(folder) = folder.filter(|folder| !folder.contains('/')) {
            let manifest = fs::read_to_string(root().join(&path)).unwrap();
            complaints.extend(floor(folder, &dependencies(&manifest)));
        }
    }
    settle(&complaints);
}

fn floor(folder: &str, dependencies: &BTreeSet<String>) -> Vec<String> {
    let (allowed, instead) = match folder {
        "core" => ("", "core stands on nothing of ours; put the type into core"),
        _ => ("mediary-core", "sisters meet in gateway/ only; put the shared type into core, or join them there"),
    };
    let worldly = "tokio axum hyper hyper-util tower http rand getrandom uuid chrono time tempfile";
    let mut complaints = Vec::new();
    for name in dependencies {
        // The servers that tests talk to are of no floor.
        if name.starts_with("mediary") && name != allowed && name != "mediary-servers" {
            complaints.push(format!("src/{folder}/Cargo.toml depends on {name}: {instead}"));
        }
        let is_pure = PURE.contains(&format!("{folder}/").as_str());
        if is_pure && worldly.split(' ').any(|worldly| worldly == name) {
            complaints.push(format!(
                "src/{folder}/Cargo.toml depends on {name}: {folder} neither waits nor reaches out; do it on a floor above \
                 and hand {folder} the result"
            ));
        }
    }
    complaints
}

/// The packages a manifest names in any of its dependency tables, also those for one platform or for tests.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    fn collect(table: &toml::Table, names: &mut BTreeSet<String>) {
        for (name, value) in table {
            let Some(below) = value.as_table() else {
                continue;
            };
            if name.ends_with("dependencies") {
                for (name, details) in below {
                    let package = details.get("package").and_then(toml::Value::as_str);
                    names.insert(package.unwrap_or(name).to_owned());
                }
            } else {
                collect(below, names);
            }
        }
    }
    let mut names = BTreeSet::new();
    collect(&manifest.parse().expect("Cargo has read it already"), &mut names);
    names
}

/// One of each kind that is added again and again.
struct Specimen {
    kind: &'static str,
    /// Where it lives.
    own: &'static str,
    /// By which words it is known elsewhere.
    words: &'static [&'static str],
    /// The other files that know it, as `lib.rs` has them.
    known_by: &'static [&'static str],
}

#[test]
fn a_new_one_of_each_kind_touches_the_files_that_are_written_down() {
    let specimens = [
        Specimen {
            kind: "an OpenAI-compatible provider",
            own: "models/providers/",
            words: &["groq.toml"],
            known_by: &["src/providers/catalog.rs"],
        },
        Specimen {
            kind: "a dialect",
            own: "src/remote/gemini/",
            // The protocol of the same name has words of its own.
            words: &["gemini::Gemini;", "Self::Gemini", "gemini::upload"],
            // Its files are uploaded beforehand, in pieces, which no other dialect does.
            known_by: &["src/remote/handover.rs", "src/remote/lib.rs", "src/remote/names.rs", "src/remote/uploads.rs"],
        },
        Specimen {
            kind: "a protocol",
            own: "src/protocol/openai/",
            words: &["EMBEDDINGS"],
            known_by: &["src/http/tasks/mod.rs", "src/http/tasks/spoken.rs"],
        },
        Specimen {
            kind: "a task",
            own: "src/gateway/tasks/embed.rs",
            words: &["Task::Embed"],
            known_by: &[
                "src/core/plan/demand.rs",
                "src/gateway/answer_cache/cache.rs",
                "src/gateway/answer_cache/canon.rs",
                "src/gateway/probes/question.rs",
                "src/gateway/redaction/task.rs",
                "src/gateway/routing/billing.rs",
                "src/gateway/routing/covering.rs",
                "src/gateway/routing/sending.rs",
                "src/gateway/tasks/cached.rs",
                "src/gateway/tasks/explain.rs",
                "src/gateway/tasks/mod.rs",
                "src/gateway/tasks/rerank.rs",
                "src/local/embed/e5.rs",
                "src/local/embed/engine.rs",
                "src/protocol/gemini/embed.rs",
                "src/protocol/ollama/embed.rs",
                "src/protocol/openai/embeddings.rs",
                "src/remote/anthropic/mod.rs",
                "src/remote/automatic1111/mod.rs",
                "src/remote/cloudflare/mod.rs",
                "src/remote/comfyui/mod.rs",
                "src/remote/edge/mod.rs",
                "src/remote/gemini/mod.rs",
                "src/remote/huggingface/mod.rs",
                "src/remote/minimax/mod.rs",
                "src/remote/mistral/mod.rs",
                "src/remote/ollama/mod.rs",
                "src/remote/openai/mod.rs",
                "src/remote/remote/provider.rs",
                "src/remote/responses/mod.rs",
                "src/remote/xai/mod.rs",
            ],
        },
        Specimen {
            kind: "a local engine",
            own: "src/local/embed/",
            words: &["MiniLm", "minilm_"],
            known_by: &["src/gateway/engines.rs", "src/gateway/installed.rs", "src/local/lib.rs"],
        },
    ];
    let files: Vec<File> =
        paths().into_iter().filter_map(read).filter(|file| file.is_source() && !file.is_test()).collect();
    let mut complaints = Vec::new();
    for Specimen { kind, own, words, known_by } in specimens {
        let knows = |file: &&File| {
            let is_example = file.path.contains("/examples/");
            !is_example && !file.path.starts_with(own) && !file.naming(words, "").is_empty()
        };
        let found: Vec<&str> = files.iter().filter(knows).map(|file| file.path.as_str()).collect();
        if found != known_by {
            complaints.push(format!(
                "{kind} is known by {found:?} instead of {known_by:?}: put what they know into {own}, or correct this list \
                 and the table in src/lib.rs"
            ));
        }
    }
    settle(&complaints);
}

#[test]
fn no_weights_lie_among_the_sources() {
    let large = paths().into_iter().filter(|(path, full)| {
        let bytes = fs::metadata(full).map_or(0, |metadata| metadata.len());
        bytes > MOST_FILE_BYTES && !path.starts_with("samples/")
    });
    let complaints = large.map(|(path, _)| {
        format!("{path} is larger than {MOST_FILE_BYTES} bytes: weights and libraries are fetched by `make setup`, samples lie in samples/")
    });
    settle(&complaints.collect::<Vec<_>>());
}

#[test]
fn every_rule_notices_what_it_forbids() {
    let long = "src/a.rs ".to_owned() + &"//! Long.\n".repeat(MOST_LINES + 1);
    let door = "src/a/mod.rs ".to_owned() + &"//! Door.\n".repeat(MOST_DOOR_LINES + 1);
    let registry = ["a.md see https://crates", ".io"].concat();
    let machine = ["a.md see /wo", "rk/main"].concat();
    notices(core_is_pure, "src/core/a.rs use std::fs;");
    notices(core_is_pure, "src/core/media/a.rs Instant::now()");
    notices(core_is_pure, "src/layout/a.rs rand::random()");
    notices(files_are_short, &long);
    notices(modules_say_what_they_are, "src/a.rs use a;");
    notices(front_doors_are_small, &door);
    notices(names_are_nouns_of_the_trade, "src/util.rs -");
    notices(names_are_nouns_of_the_trade, "tests/common/mod.rs -");
    notices(only_http_chooses_status_codes, "src/a.rs StatusCode::OK");
    notices(only_config_reads_the_environment, "src/a.rs env::var(A)");
    notices(only_the_attempt_loop_calls_providers, "src/gateway/a.rs member.provider.call(call)");
    notices(things_are_named, "src/a.rs // Nobody waits.");
    notices(exceptions_have_reasons, "tests/a.rs #[allow(dead_code)]");
    notices(nothing_names_one_registry_or_machine, &registry);
    notices(nothing_names_one_registry_or_machine, &machine);

    passes(core_is_pure, "src/core/a.rs // Not std::fs.");
    passes(core_is_pure, "src/core/a.rs #[cfg(test)]\nmod t {\nstd::fs");
    passes(core_is_pure, "src/local/a.rs use std::fs;");
    passes(only_http_chooses_status_codes, "src/http/a.rs StatusCode");
    passes(only_config_reads_the_environment, "src/config/a.rs env::var");
    passes(only_the_attempt_loop_calls_providers, "src/gateway/routing/a.rs provider.call(call)");
    passes(things_are_named, "src/a.rs // No client waits.");
    passes(nothing_names_one_registry_or_machine, "a.md models/work/ a.b/tmp/c");

    let doors = ["src/a.rs", "src/a/mod.rs"].map(str::to_owned);
    assert_eq!(two_doors(&doors.into()).len(), 1);
    let manifest = "[dependencies]\nm.package = \"mediary-local\"\n[target.'cfg(unix)'.dependencies]\ntokio = \"1\"\n";
    assert_eq!(floor("convert", &dependencies(manifest)).len(), 1);
    assert_eq!(floor("core", &dependencies(manifest)).len(), 2);
    assert_eq!(floor("layout", &dependencies(manifest)).len(), 2);
}

/// `row` is a path, a space and the file's text.
fn complaints(rule: Rule, row: &str) -> Vec<String> {
    let (path, text) = row.split_once(' ').expect("a path and a text");
    let (path, text) = (path.to_owned(), text.to_owned());
    rule(&File { path, text })
}

fn notices(rule: Rule, row: &str) {
    assert!(!complaints(rule, row).is_empty(), "not noticed: {row}");
}

fn passes(rule: Rule, row: &str) {
    assert_eq!(complaints(rule, row), Vec::<String>::new());
}

fn settle(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read((path, full): (String, PathBuf)) -> Option<File> {
    // What is not text has no lines to judge.
    let text = fs::read_to_string(full).ok()?;
    Some(File { path, text })
}

/// Every file of the checkout that git would track: all but `.git` and what .gitignore names from the root.
fn paths() -> Vec<(String, PathBuf)> {
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap_or_default();
    let ignored: Vec<&str> = ignored
        .lines()
        .filter_map(|line| line.trim().strip_prefix('/'))
        .map(|line| line.trim_end_matches('/'))
        .chain([".git", "target", "models/weights"])
        .collect();
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the checkout can be read") {
            let entry = entry.expect("the checkout can be read");
            let full = entry.path();
            let path = full.strip_prefix(root()).expect("the walk starts at the root");
            let path = path.to_string_lossy().replace('\\', "/");
            let kind = entry.file_type().expect("the checkout can be read");
            if ignored.contains(&path.as_str()) {
                continue;
            } else if kind.is_dir() {
                folders.push(full);
            } else if kind.is_file() {
                found.push((path, full));
            }
        }
    }
    found.sort();
    found
}
