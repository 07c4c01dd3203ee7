//! What an operator writes against what comes out, as tables.
//!
//! Each row is a file, an environment and what is expected: the changed values with their origins, or the exact
//! messages. The parts with their own arithmetic (sizes, hosts, origins, `${VAR}`) have their tables beside them.

mod layers;
mod providers;
mod reference;
mod refusals;

use super::{Config, ConfigError, Environment, Loaded, Overrides};

/// Loads `file` as `./mediary.toml` of an otherwise empty folder; `env` is a list of `NAME=value`, one per line.
fn load(file: &str, env: &str, flags: &Overrides) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mediary.toml"), file).unwrap();
    Config::load(flags, &environment(env), folder.path())
}

fn environment(lines: &str) -> Environment {
    let mut env = Environment::default();
    for line in lines.lines() {
        let (name, value) = line.split_once('=').unwrap();
        env.set(name, value);
    }
    env
}

/// The changes, one per line: `key = value # origin`; or the problems, one per line.
fn outcome(loaded: Result<Loaded, ConfigError>) -> String {
    let changes = match loaded {
        Err(error) => return error.to_string(),
        Ok(loaded) => loaded.changes,
    };
    let lines: Vec<String> =
        changes.iter().map(|change| format!("{} = {} # {}", change.key, change.value, change.origin)).collect();
    lines.join("\n")
}

fn check(rows: &[(&str, &str, &str)]) {
    for (file, env, expected) in rows {
        let found = outcome(load(file, env, &Overrides::default()));
        assert_eq!(found, *expected, "\nfile:\n{file}\nenvironment:\n{env}");
    }
}
