//! Structs, key lists, defaults and the documentation, held against each other.
//!
//! A key that is added in one place only fails here.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::check;
use crate::config::providers::{ModelEntry, ProviderEntry};
use crate::config::reference::OPEN_ROWS;
use crate::config::schema::{self, Raw};
use crate::config::{Bytes, Config, Host};

#[test]
fn an_empty_file_gives_the_defaults_of_the_design() {
    let config = Config::default();
    assert_eq!(config.server.host.socket_address(config.server.port).to_string(), "127.0.0.1:8001");
    assert!(matches!(config.server.host, Host::Ip(_)));
    assert!(config.server.api_keys.is_empty() && config.server.public_url.is_none());
    assert_eq!(config.server.shutdown_grace, Duration::from_secs(10));
    assert_eq!(config.limits.document.bytes, Bytes::mega(100));
    assert_eq!(config.limits.document.page_time, Duration::from_secs(20));
    assert_eq!((config.fetch.allow.to_string().as_str(), config.fetch.total), ("", Duration::from_secs(120)));
    assert_eq!((config.engines.paddleocr.workers, config.engines.paddleocr.queue), (2, 64));
}

#[test]
fn the_key_lists_and_the_structs_name_the_same_keys() {
    let listed: Vec<&str> = schema::all().map(|key| key.path).collect();
    let in_structs: BTreeSet<String> = Raw::default().flattened().into_iter().map(|(path, _)| path).collect();
    assert_eq!(listed.iter().map(|path| (*path).to_owned()).collect::<BTreeSet<_>>(), in_structs);
    assert_eq!(listed.len(), in_structs.len(), "a key is listed twice");
    let reference = Config::reference();
    for (path, default) in Raw::default().flattened() {
        assert!(reference.contains(&format!("| `{path}` | `{default}` | ")), "{path}");
    }
    assert_eq!(reference.lines().count(), listed.len() + 2 + OPEN_ROWS.len());
}

#[test]
fn the_rows_about_providers_name_the_fields_of_their_entries() {
    let fields = |prefix: &str, error: toml::de::Error| -> BTreeSet<String> {
        let names = error.message().split('`').skip(3).step_by(2);
        names.map(|name| format!("{prefix}{name}")).collect()
    };
    let provider = toml::from_str::<ProviderEntry>("nothing = 1").unwrap_err();
    let model = toml::from_str::<ModelEntry>("nothing = 1").unwrap_err();
    let mut expected = fields("providers[].", provider);
    expected.extend(fields("providers[].models[].", model));
    expected.insert("aliases.NAME".to_owned());
    assert!(expected.len() > 30, "{expected:?}");
    let listed: BTreeSet<String> = OPEN_ROWS.iter().map(|(path, ..)| (*path).to_owned()).collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_default_can_be_written_in_a_file_as_the_table_shows_it() {
    let file: String =
        Raw::default().flattened().into_iter().map(|(path, value)| format!("{path} = {value}\n")).collect();
    check(&[(&file, "", "")]);
}

#[test]
fn the_documentation_shows_the_reference() {
    const PAGE: &str = "docs/configuration.md";
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).expect("it is in the checkout");
    let (begin, end) = ("<!-- config:begin -->", "<!-- config:end -->");
    let shown = page.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).map(|(shown, _)| shown.trim());
    let reference = Config::reference();
    assert_eq!(shown, Some(reference.trim()), "{PAGE} must hold this table between {begin} and {end}:\n\n{reference}");
}
