//! The documentation says what the house says of itself: routes, statuses, headers, providers, tiers, recipes, fields,
//! metrics; and its links lead somewhere.
//!
//! Its table of the configuration is compared beside the configuration, its commands are tried in `docs_commands`.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use mediary::protocol::process::FIELDS;
use serde_json::Value;

use super::client::Answer;
use super::docs_pages::{API, DOCUMENTS, MEMORY, OPERATIONS, PAGES, Page, README, REALTIME, ROUTING};
use super::server::{checkout, shared};

/// A front page is read in one go.
const MOST_README_LINES: usize = 200;

/// Markdown beside the documentation, whose links are to lead somewhere too.
const OTHER_PAGES: [&str; 3] = ["benches/README.md", "samples/README.md", "CHANGELOG.md"];

/// Persons who stand for things. A target, a provider, a client or a caller has a name of its own.
const RIDDLES: [&str; 7] = ["nobody", "somebody", "everybody", "anybody", "whoever", "who answers", "who is called"];

/// The list of an answer under a name.
fn list(answer: &Answer, name: &str) -> Vec<Value> {
    answer.ok()[name].as_array().expect("it is a list").clone()
}

/// Every route and method that describes itself.
fn operations() -> Vec<(String, Value)> {
    let described = shared().get("/openapi.json").ok();
    let paths = described["paths"].as_object().expect("there are paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().into_iter().flatten().map(|(_, operation)| (path.clone(), operation.clone()))
    });
    operations.collect()
}

#[test]
fn every_page_is_known_and_the_front_page_is_short_and_leads_to_all() {
    let files = std::fs::read_dir(checkout().join("docs")).unwrap();
    let files = files.map(|file| format!("docs/{}", file.unwrap().file_name().into_string().unwrap()));
    let files: BTreeSet<String> = files.filter(|file| file.ends_with(".md")).collect();
    assert_eq!(files, PAGES.into_iter().filter(|page| *page != README).map(str::to_owned).collect());
    let readme = Page::read(README);
    let lines = readme.text.lines().count();
    assert!(lines <= MOST_README_LINES, "{lines} lines; move what only some readers need to docs/");
    for page in &files {
        assert!(readme.links().contains(&page.as_str()), "the README does not lead to {page}");
    }
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    for page in PAGES.into_iter().chain(OTHER_PAGES).map(Page::read) {
        let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
        for link in page.links().into_iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let path = if path.is_empty() { PathBuf::from(&page.path) } else { without_dots(&folder.join(path)) };
            assert!(checkout().join(&path).exists(), "{}: `{link}` leads to no file", page.path);
            if let Some(anchor) = anchor {
                let anchors = Page::read(path.to_str().expect("paths are plain")).anchors();
                assert!(anchors.iter().any(|known| known == anchor), "{}: `{link}` leads to no heading", page.path);
            }
        }
    }
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

#[test]
fn every_provider_is_there_with_its_variables_and_where_to_get_a_key() {
    let page = Page::read(ROUTING);
    // There is no key here, so all of them are off and say what would set them up.
    let providers = list(&shared().get("/v1/providers"), "data");
    let providers: Vec<&Value> = providers.iter().filter(|provider| provider["key_url"].is_string()).collect();
    assert!(providers.len() >= 7, "{providers:?}");
    for provider in providers {
        let row = page.row(&format!("| {} |", provider["name"].as_str().unwrap()));
        let variables = provider["key_env"].as_array().cloned().unwrap_or_default();
        for variable in variables.iter().filter_map(Value::as_str) {
            assert!(row.contains(&format!("`{variable}`")), "`{variable}` is not in: {row}");
        }
        let url = provider["key_url"].as_str().unwrap();
        assert!(row.contains(&format!("<{url}>")), "{url} is not in: {row}");
    }
}

#[test]
fn every_tier_is_there_with_its_spanish_name_and_its_purpose() {
    let page = Page::read(ROUTING);
    for tier in list(&shared().get("/v1/routing/profiles"), "data") {
        let row = page.row(&format!("| `{}`", tier["id"].as_str().unwrap()));
        assert!(row.contains(tier["purpose"].as_str().unwrap()), "{tier} is not in: {row}");
        if let Some(alias) = tier["alias"].as_str() {
            assert!(row.contains(&format!("`{alias}`")), "`{alias}` is not in: {row}");
        }
    }
}

#[test]
fn every_recipe_is_named() {
    let page = Page::read(ROUTING);
    for treatment in list(&shared().get("/v1/capabilities"), "treatments") {
        let name = treatment["recipe"].as_str().unwrap();
        assert!(page.text.contains(&format!("`{name}`")), "`{name}` is not named");
    }
}

#[test]
fn every_route_that_is_named_exists_and_every_route_is_described() {
    let exists = |path: &str| {
        let answer = shared().get(path);
        answer.status != 404 || answer.error().0 != "unknown_route"
    };
    for page in Page::all() {
        for path in page.words_from("/v1/", "/_{}:-").filter(|path| *path != "/v1") {
            assert!(exists(path), "{}: there is no route {path}", page.path);
        }
    }
    let api = Page::read(API);
    for (path, _) in operations() {
        assert!(api.text.contains(&format!("{path}`")), "{API} does not name {path}");
    }
}

#[test]
fn every_status_and_every_parameter_of_a_route_is_described() {
    let (api, documents) = (Page::read(API), Page::read(DOCUMENTS));
    let (realtime, memory) = (Page::read(REALTIME), Page::read(MEMORY));
    for (path, operation) in operations() {
        let statuses = operation["responses"].as_object().expect("there are answers").keys();
        for status in statuses.filter(|status| status.as_str() >= "400") {
            api.row(&format!("| {status} |"));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (name, place) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
            let named = match place {
                "header" => [&api, &realtime].iter().any(|page| page.text.contains(&format!("| `{name}"))),
                "query" => {
                    let row = format!("| `{name}` |");
                    [&api, &documents, &realtime, &memory].iter().any(|page| page.text.contains(&row))
                }
                _ => true,
            };
            assert!(named, "`{name}` of {path} is not described");
        }
    }
    for field in FIELDS {
        documents.row(&format!("| `{field}` |"));
    }
}

#[test]
fn every_engine_of_this_process_is_described() {
    let pages = Page::read(DOCUMENTS).text + &Page::read(API).text;
    for model in list(&shared().get("/v1/models?provider=local"), "data") {
        let id = model["id"].as_str().unwrap();
        assert!(pages.contains(&format!("`{id}`")), "{id} is not named");
    }
}

#[test]
fn every_metric_is_described() {
    let names = std::fs::read_to_string(checkout().join("src/telemetry/metrics.rs")).unwrap();
    let names: BTreeSet<&str> = names.split('"').filter(|text| is_metric(text)).collect();
    assert!(names.len() > 5, "{names:?}");
    let page = Page::read(OPERATIONS);
    let described: BTreeSet<&str> = page.text.split('`').filter(|text| is_metric(text)).collect();
    assert_eq!(described, names);
}

fn is_metric(text: &str) -> bool {
    text.starts_with("mediary_") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[test]
fn every_kind_of_failure_has_a_row() {
    let names = std::fs::read_to_string(checkout().join("src/core/failure/kind.rs")).unwrap();
    let names: Vec<&str> = names.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() > 15, "{names:?}");
    let page = Page::read(ROUTING);
    let rows: String = page.text.lines().filter(|line| line.starts_with("| `")).collect();
    for name in names {
        assert!(rows.contains(&format!("`{name}`")), "{name} is not described");
    }
}

#[test]
fn every_file_that_is_named_exists() {
    for page in Page::all() {
        for start in ["samples/", "pipelines/", "models/providers", "models/local", "tests/", "benches/", "src/"] {
            // What stands in capitals stands for names of the reader's own.
            let files = page.words_from(start, "/_.-").filter(|file| !file.chars().any(char::is_uppercase));
            for file in files {
                assert!(checkout().join(file).exists(), "{}: there is no {file}", page.path);
            }
        }
    }
}

#[test]
fn things_are_named_as_things() {
    for page in Page::all() {
        let text = page.text.to_lowercase();
        for riddle in RIDDLES {
            assert!(!text.contains(riddle), "{} says `{riddle}`: name the target, provider or client", page.path);
        }
    }
}
