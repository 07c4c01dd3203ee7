//! The README holds what the house says of itself: providers and their variables, tiers, recipes, routes, requests.
//!
//! Its table of the configuration is compared beside the configuration, its commands are for people to try.

use std::collections::BTreeSet;

use serde_json::Value;

use super::client::Answer;
use super::server::{checkout, shared};

fn readme() -> String {
    std::fs::read_to_string(checkout().join("README.md")).expect("the README belongs to the checkout")
}

/// The rows of tables, in which words stand that belong together.
fn rows(readme: &str) -> Vec<&str> {
    readme.lines().filter(|line| line.starts_with('|')).collect()
}

/// The list of an answer under a name.
fn list(answer: &Answer, name: &str) -> Vec<Value> {
    answer.ok()[name].as_array().expect("it is a list").clone()
}

#[test]
fn every_provider_is_there_with_its_variables_and_where_to_get_a_key() {
    let readme = readme();
    // Nobody has a key here, so all of them are off and say what would set them up.
    let providers = list(&shared().get("/v1/providers"), "data");
    assert!(providers.len() >= 7, "{providers:?}");
    for provider in providers {
        let name = provider["name"].as_str().unwrap();
        let start = format!("| {name} |");
        let row = rows(&readme).into_iter().find(|row| row.starts_with(&start));
        let row = row.unwrap_or_else(|| unreachable!("no row begins with `{start}`"));
        let variables = provider["key_env"].as_array().cloned().unwrap_or_default();
        for variable in variables.iter().filter_map(Value::as_str) {
            assert!(row.contains(&format!("`{variable}`")), "`{variable}` is not in: {row}");
        }
        let url = provider["key_url"].as_str().unwrap();
        assert!(row.contains(&format!("<{url}>")), "{url} is not in: {row}");
    }
}

#[test]
fn every_tier_is_there_with_its_spanish_name() {
    let readme = readme();
    for tier in list(&shared().get("/v1/routing/profiles"), "data") {
        let start = format!("| `{}`", tier["id"].as_str().unwrap());
        let row = rows(&readme).into_iter().find(|row| row.starts_with(&start));
        let row = row.unwrap_or_else(|| unreachable!("no row begins with `{start}`"));
        if let Some(alias) = tier["alias"].as_str() {
            assert!(row.contains(&format!("`{alias}`")), "`{alias}` is not in: {row}");
        }
    }
}

#[test]
fn every_recipe_is_named() {
    let readme = readme();
    for treatment in list(&shared().get("/v1/capabilities"), "treatments") {
        let name = treatment["recipe"].as_str().unwrap();
        assert!(readme.contains(&format!("`{name}`")), "`{name}` is not named");
    }
}

#[test]
fn every_route_that_is_named_exists_and_every_route_is_named() {
    let readme = readme();
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || "/_{}:-".contains(c);
    let named: BTreeSet<&str> = readme
        .match_indices("/v1/")
        .map(|(at, _)| readme[at..].split(|c| !is_of_path(c)).next().unwrap_or_default().trim_end_matches(['/', ':']))
        .collect();
    assert!(named.contains("/v1/chat/completions") && named.len() > 10, "{named:?}");
    for path in &named {
        let answer = shared().get(path);
        assert!(answer.status != 404 || answer.error().0 != "unknown_route", "there is no route {path}");
    }
    let described = shared().get("/openapi.json").ok();
    for path in described["paths"].as_object().unwrap().keys().filter(|path| path.starts_with("/v1/")) {
        let stem = path.split("/{").next().unwrap_or(path);
        // Pictures have addresses that answers give, so nobody has to know them.
        assert!(path.starts_with("/v1/ocr/images") || named.contains(stem), "{path} is not named");
    }
}

#[test]
fn every_file_that_is_sent_exists() {
    let readme = readme();
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
    let files: BTreeSet<&str> = readme
        .match_indices("samples/")
        .map(|(at, _)| readme[at..].split(|c| !is_of_path(c)).next().unwrap_or_default().trim_end_matches(['.', '/']))
        .collect();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        assert!(checkout().join(file).exists(), "there is no {file}");
    }
}
