//! What was found in another gateway's configuration, and the `mediary.toml` that it amounts to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mediary_core::capability::Tier;
use toml::{Table, Value};

use super::vendors;
use crate::config::insert;
use crate::providers::listed_models;

/// What targets that were called this are called here.
fn free(name: &str) -> String {
    if Tier::named(name).is_some() { format!("my-{name}") } else { name.to_owned() }
}

/// How a line begins that tells of something that could not be carried over.
pub(super) const LEFT: &str = "# Not carried over: ";

/// What a file amounts to.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// What it was.
    pub(super) from: &'static str,
    /// Settings by their dotted paths.
    settings: Vec<(&'static str, Value)>,
    /// Keys that callers of the gateway need.
    callers: Vec<Key>,
    providers: Vec<Provider>,
    aliases: BTreeMap<String, Vec<String>>,
    /// What could not be carried over, and what to do about it.
    notes: Vec<String>,
}

/// A key: written out, or named by a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// The value of this variable.
    Variable(String),
    /// As it is.
    Written(String),
}

impl Key {
    /// Out of a text that may name a variable: `${NAME}`, `os.environ/NAME`, or the key itself.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = |name: &&str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !name.is_empty() && name.chars().all(fits)
        };
        let braced = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let named = braced.or_else(|| text.strip_prefix("os.environ/")).filter(plain);
        match named {
            Some(name) => Some(Self::Variable(name.to_owned())),
            None => (!text.is_empty()).then(|| Self::Written(text.to_owned())),
        }
    }
}

/// A provider that is used.
#[derive(Debug, Default)]
pub(super) struct Provider {
    pub(super) id: String,
    /// Given for one that no catalog knows.
    pub(super) dialect: Option<&'static str>,
    pub(super) base_url: Option<String>,
    pub(super) priority: Option<i64>,
    keys: Vec<Key>,
    models: Vec<Table>,
}

impl Carried {
    pub(super) fn of(from: &'static str) -> Self {
        Self { from, ..Self::default() }
    }

    /// A setting of `mediary.toml`.
    pub(super) fn set(&mut self, path: &'static str, value: impl Into<Value>) {
        self.settings.push((path, value.into()));
    }

    /// A key for callers.
    pub(super) fn let_in(&mut self, key: Key) {
        self.callers.push(key);
    }

    /// Something that was left behind.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A name for targets, in their order. Where it is a tier's here, another is found and said.
    pub(super) fn alias(&mut self, name: &str, target: String) {
        let free = free(name);
        if free != name {
            self.note(format!("the name `{name}`, which is a tier's here: its targets stand under `{free}`"));
        }
        let targets = self.aliases.entry(free).or_default();
        if !targets.contains(&target) {
            targets.push(target);
        }
    }

    /// The targets of a name.
    pub(super) fn targets(&self, name: &str) -> Vec<String> {
        self.aliases.get(&free(name)).cloned().unwrap_or_default()
    }

    /// The provider of this id, which is made where there is none.
    pub(super) fn provider(&mut self, id: &str) -> &mut Provider {
        let known = self.providers.iter().position(|provider| provider.id == id);
        let at = known.unwrap_or_else(|| {
            self.providers.push(Provider { id: id.to_owned(), ..Provider::default() });
            self.providers.len() - 1
        });
        &mut self.providers[at]
    }

    /// The provider of an address: the one of this id where it has none yet or the same, else one beside it.
    pub(super) fn provider_at(&mut self, id: &str, base_url: Option<&str>) -> &mut Provider {
        let Some(base_url) = base_url else { return self.provider(id) };
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        let mut name = id.to_owned();
        let mut number = 2;
        while self
            .providers
            .iter()
            .any(|its| its.id == name && its.base_url.as_ref().is_some_and(|url| *url != base_url))
        {
            name = format!("{id}-{number}");
            number += 1;
        }
        let provider = self.provider(&name);
        provider.base_url = Some(base_url);
        if !vendors::is_known(&provider.id) {
            provider.dialect.get_or_insert("openai");
        }
        provider
    }

    /// The file. With `keys`, those that are known are written out.
    pub(super) fn written(&self, keys: bool) -> String {
        let mut notes = self.notes.clone();
        let mut table = Table::new();
        for (path, value) in &self.settings {
            insert(&mut table, path, value.clone());
        }
        if !self.callers.is_empty() {
            let shown = shown(&self.callers, "MEDIARY_API_KEY", keys, &mut notes);
            insert(&mut table, "server.api_keys", shown);
        }
        let providers = self.providers.iter().map(|provider| Value::Table(provider.written(keys, &mut notes)));
        let providers: Vec<Value> = providers.collect();
        if !providers.is_empty() {
            table.insert("providers".to_owned(), Value::Array(providers));
        }
        if !self.aliases.is_empty() {
            let one_or_all = |targets: &Vec<String>| match targets.as_slice() {
                [one] => Value::from(one.as_str()),
                all => Value::from(all.to_vec()),
            };
            let aliases = self.aliases.iter().map(|(name, targets)| (name.clone(), one_or_all(targets)));
            table.insert("aliases".to_owned(), Value::Table(aliases.collect()));
        }
        let mut text = format!("# What {} amounts to.\n", self.from);
        for note in &notes {
            // Writing to a text does not fail.
            let _ = writeln!(text, "{LEFT}{}", note.replace('\n', " "));
        }
        text.push('\n');
        text.push_str(&toml::to_string(&table).unwrap_or_default());
        text
    }
}

impl Provider {
    /// A further key, if it is not one of its own already.
    pub(super) fn add_key(&mut self, key: Option<Key>) {
        self.keys.extend(key.filter(|key| !self.keys.contains(key)));
    }

    /// A model that is used; what a catalog knows of it need not be said. `says` is what is to be said otherwise.
    pub(super) fn add_model(&mut self, id: &str, says: Table) {
        let is_listed = self.base_url.is_none() && listed_models(&self.id).iter().any(|listed| listed == id);
        let at = self.models.iter().position(|model| model.get("id").and_then(Value::as_str) == Some(id));
        if let Some(at) = at {
            self.models[at].extend(says);
        } else if !is_listed || !says.is_empty() {
            let mut model = Table::new();
            model.insert("id".to_owned(), Value::from(id));
            model.extend(says);
            self.models.push(model);
        }
    }

    fn written(&self, keys: bool, notes: &mut Vec<String>) -> Table {
        let mut table = Table::new();
        table.insert("id".to_owned(), Value::from(self.id.as_str()));
        if let Some(dialect) = self.dialect {
            table.insert("dialect".to_owned(), Value::from(dialect));
        }
        if let Some(base_url) = &self.base_url {
            table.insert("base_url".to_owned(), Value::from(base_url.as_str()));
        }
        if let Some(priority) = self.priority {
            table.insert("priority".to_owned(), Value::from(priority));
        }
        if !self.keys.is_empty() {
            let name = vendors::key_variable(&self.id);
            table.insert("api_keys".to_owned(), shown(&self.keys, &name, keys, notes));
        }
        if !self.models.is_empty() {
            table.insert("models".to_owned(), Value::Array(self.models.iter().cloned().map(Value::Table).collect()));
        }
        table
    }
}

/// Keys as they are printed; those that are not written out get a variable of their own, which a note names.
fn shown(keys: &[Key], variable: &str, written: bool, notes: &mut Vec<String>) -> Value {
    let many = keys.len() > 1;
    let one = |(at, key): (usize, &Key)| match key {
        Key::Variable(name) => format!("${{{name}}}"),
        Key::Written(key) if written => key.clone(),
        Key::Written(_) => {
            let name = if many { format!("{variable}_{}", at + 1) } else { variable.to_owned() };
            notes.push(format!("a key that is written out; set {name} to it, or ask for it with --keys"));
            format!("${{{name}}}")
        }
    };
    Value::from(keys.iter().enumerate().map(one).collect::<Vec<String>>())
}
