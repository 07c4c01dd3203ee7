//! From layers of written values to one checked configuration.
//!
//! Defaults, file, environment and flags are lists of the same shape; each value is expanded and type-checked where it
//! stands, then the later list wins key by key, then the sections are checked. Only `Config` calls this.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use mediary_core::plan::Aliases;
use mediary_remote::ProxyRules;
use toml::{Table, Value};

use super::check::{self, Change, Check, Written};
use super::environment::{Environment, expand};
use super::overrides::{self, Overrides};
use super::problem::{ConfigError, Origin, Problem};
use super::schema::{self, Raw};
use super::{Config, discover, file, proxies, reference};

impl Config {
    /// Finds, reads, merges and checks the configuration; flags win over the environment, the environment over the file.
    ///
    /// `cwd` is where `./mediary.toml` is looked for and what relative paths start from.
    ///
    /// # Errors
    /// Every problem found, each with its place, not only the first.
    pub fn load(flags: &Overrides, env: &Environment, cwd: &Path) -> Result<Loaded, ConfigError> {
        load(flags, env, cwd)
    }

    /// A Markdown table of all keys (key, default, meaning), as `docs/configuration.md` shows it.
    pub fn reference() -> String {
        reference::table()
    }
}

/// A configuration, and where it came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The checked values.
    pub config: Config,
    /// The file that was read, if any.
    pub source: Source,
    /// The keys whose values differ from the defaults, in the order of the reference.
    pub changes: Vec<Change>,
}

/// Whether a file was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// This one was read.
    File(PathBuf),
    /// None was named or found.
    Defaults,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Defaults => f.write_str("no file, defaults"),
        }
    }
}

type Settled = BTreeMap<&'static str, Written>;

pub(super) fn load(flags: &Overrides, env: &Environment, cwd: &Path) -> Result<Loaded, ConfigError> {
    let mut problems = Vec::new();
    let mut layers = default_layer();
    let mut source = Source::Defaults;
    let (mut providers, mut aliases, mut further) = (Vec::new(), Aliases::new(), Vec::new());
    match discover::file(flags, env, cwd) {
        Ok(None) => {}
        Ok(Some(found)) => {
            let contents = file::read(&found.shown, &found.text, env, &mut problems);
            layers.extend(contents.leaves);
            (providers, aliases, further) = (contents.providers, contents.aliases, contents.changes);
            source = Source::File(found.shown);
        }
        Err(problem) => problems.push(problem),
    }
    layers.extend(overrides::variables(env, &mut problems));
    layers.extend(flags.layer());
    let proxies = proxies::read(env, &mut problems);

    let (config, settled) = settle(layers, env, problems)?;
    let changes = changes(&settled).into_iter().chain(further).collect();
    Ok(Loaded { config: Config { providers, aliases, proxies, ..config }, source, changes })
}

pub(super) fn defaults() -> Config {
    settle(default_layer(), &Environment::default(), Vec::new()).expect("the defaults pass their own checks").0
}

impl Default for Config {
    /// What an empty file and an empty environment give.
    fn default() -> Self {
        defaults()
    }
}

fn default_layer() -> Vec<Written> {
    let leaves = Raw::default().flattened();
    let known = leaves
        .into_iter()
        .filter_map(|(path, value)| Some(Written { key: schema::find(&path)?, value, origin: Origin::Default }));
    known.collect()
}

fn settle(
    layers: Vec<Written>,
    env: &Environment,
    mut problems: Vec<Problem>,
) -> Result<(Config, Settled), ConfigError> {
    let mut settled = Settled::new();
    for written in layers {
        match expanded(written, env) {
            Ok(written) if Raw::fits(written.key.path, &written.value) => {
                settled.insert(written.key.path, written);
            }
            Ok(written) => problems.push(written.refused()),
            Err(problem) => problems.push(problem),
        }
    }
    let raw = as_raw(&settled);
    let mut check = Check::new(&settled, problems);
    let server = raw.server.check(&mut check);
    let limits = raw.limits.check(&mut check);
    let admission = raw.admission.check(&mut check);
    let fetch = raw.fetch.check(&mut check);
    let redaction = raw.redaction.check(&mut check);
    let routing = raw.routing.check(redaction, &mut check);
    let engines = raw.engines.check(&mut check);
    let cache = raw.cache.check();
    let response_cache = raw.response_cache.check(&mut check);
    let fusion = raw.fusion.check(&mut check);
    let content = raw.content.check(&mut check);
    let files = raw.files.check();
    let threads = raw.threads.check(&mut check);
    let obsidian = raw.obsidian.check(&mut check);
    let safety = raw.safety.check(&mut check);
    let store = raw.store.check(&mut check);
    let jobs = raw.jobs.check(&mut check);
    let batches = raw.batches.check(&mut check);
    let queue = raw.queue.check(&mut check);
    let search = raw.search.check(&mut check);
    let youtube = raw.youtube.check(&mut check);
    let browser = raw.browser.check(&mut check);
    let realtime = raw.realtime.check(&mut check);
    let mcp = raw.mcp.check();
    let registry = raw.registry.check();
    let log = raw.log.check(&mut check);
    let telemetry = raw.telemetry.check(&mut check);
    let probes = raw.probes.check(&mut check);
    let problems = check.into_problems();
    match (server, fetch, telemetry, search, youtube, browser) {
        (Some(server), Some(fetch), Some(telemetry), Some(search), Some(youtube), Some(browser))
            if problems.is_empty() =>
        {
            // What is no list of keys is filled in by the caller.
            let (providers, aliases, proxies) = (Vec::new(), Aliases::new(), ProxyRules::default());
            let keys_off = BTreeSet::new();
            Ok((
                Config {
                    server,
                    limits,
                    admission,
                    fetch,
                    proxies,
                    routing,
                    engines,
                    cache,
                    response_cache,
                    fusion,
                    content,
                    files,
                    threads,
                    obsidian,
                    safety,
                    store,
                    jobs,
                    batches,
                    queue,
                    search,
                    youtube,
                    browser,
                    realtime,
                    mcp,
                    registry,
                    log,
                    telemetry,
                    probes,
                    providers,
                    aliases,
                    keys_off,
                },
                settled,
            ))
        }
        _ => Err(ConfigError { problems }),
    }
}

fn as_raw(settled: &Settled) -> Raw {
    let mut table = Table::new();
    for (path, written) in settled {
        schema::insert(&mut table, path, written.value.clone());
    }
    table.try_into().expect("values that fit one by one fit together")
}

/// Replaces `${VAR}` in a text or in the texts of a list. A key of a list, or one that is written as by default, that is to
/// be kept secret and whose variable is missing does not exist; elsewhere a missing variable is a mistake.
fn expanded(mut written: Written, env: &Environment) -> Result<Written, Problem> {
    // The shell has had its turn with flags.
    if matches!(written.origin, Origin::Flag(_)) {
        return Ok(written);
    }
    let may_be_missing = written.key.secret && (written.value.is_array() || is_default(&written));
    let texts = match &written.value {
        Value::Array(items) => items.clone(),
        single => vec![single.clone()],
    };
    let mut out = Vec::new();
    for text in texts {
        let Value::String(text) = text else {
            out.push(text);
            continue;
        };
        let path = written.key.path;
        let new = expand(&text, env).map_err(|_| {
            let message = format!("`{path}` holds a \"${{\" that is not of the form ${{NAME}}");
            written.problem(message)
        })?;
        match new.missing.first() {
            // What was written on purpose is meant to be there, if it is not one of several.
            Some(_) if may_be_missing => continue,
            Some(name) => {
                let message = format!("`{path}` needs the environment variable {name}, which is not set");
                return Err(written.problem(message));
            }
            None => {}
        }
        if let (Origin::Default, Some(name)) = (&written.origin, new.used.first()) {
            written.origin = Origin::Variable((*name).to_owned());
        }
        out.push(Value::String(new.text.into_owned()));
    }
    written.value = match written.value {
        Value::Array(_) => Value::Array(out),
        Value::String(_) => out.pop().unwrap_or_else(|| Value::String(String::new())),
        single => single,
    };
    Ok(written)
}

/// Compares by meaning, not by spelling: `"0.2 GB"` is no change from `"200 MB"`.
fn changes(settled: &Settled) -> Vec<Change> {
    let by_path = |raw: &Raw| raw.flattened().into_iter().collect::<BTreeMap<_, _>>();
    let values = by_path(&as_raw(settled));
    let mut defaults = by_path(&Raw::default());
    // Some defaults name a variable; without it there is nothing.
    for value in defaults.values_mut() {
        match value {
            Value::Array(items) => items.retain(|item| !names_a_variable(item)),
            text if names_a_variable(text) => *text = Value::String(String::new()),
            _ => {}
        }
    }
    schema::all()
        .filter(|key| values.get(key.path) != defaults.get(key.path))
        .filter_map(|key| {
            Some(Change {
                key: key.path,
                value: check::show(key, values.get(key.path)?),
                origin: settled.get(key.path)?.origin.clone(),
            })
        })
        .collect()
}

/// Whether a key has the value that it has by itself.
fn is_default(written: &Written) -> bool {
    let default = || Raw::default().flattened().into_iter().find(|(path, _)| path == written.key.path);
    written.origin == Origin::Default || default().is_some_and(|(_, value)| value == written.value)
}

fn names_a_variable(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("${"))
}
