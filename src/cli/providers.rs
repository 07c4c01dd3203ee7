//! `mediary providers`: which providers are on and with what, which are off and why, and what their terms say of gateways.
//!
//! Reads the configuration, the catalogs, the environment and what a server has kept of used quotas; calls no provider. Keys are shown by their last characters only.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use mediary_core::ContentHash;
use mediary_store::{KeptKeyState, Quotas};

use super::{Context, complain};
use crate::config::Config;
use crate::gateway::{KeyStanding, quota_left};
use crate::providers::{KeyState, ProviderKey, ProviderReport, ProviderSetup, Providers};

/// Show which providers are on, which are off and why, and what their terms say of gateways
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary providers\n  \
    mediary providers groq\n  \
    mediary providers --json")]
pub(super) struct ProvidersArgs {
    /// Show these alone, by their ids
    #[arg(value_name = "ID")]
    only: Vec<String>,
    /// Print a list in JSON
    #[arg(long)]
    json: bool,
}

impl ProvidersArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        let told = context.load().and_then(|loaded| {
            let providers = context.providers(&loaded.config, &loaded.source)?;
            self.told(reports(context, &loaded.config, &providers))
        });
        match told {
            // A reader that went away has seen enough.
            Ok(text) => io::stdout().write_all(text.as_bytes()).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS),
            Err(message) => complain(&message),
        }
    }

    fn told(&self, mut reports: Vec<ProviderReport>) -> Result<String, String> {
        if let Some(unknown) = self.only.iter().find(|id| reports.iter().all(|its| its.id != **id)) {
            return Err(format!("there is no provider `{unknown}`; `mediary providers` names them all"));
        }
        reports.retain(|its| self.only.is_empty() || self.only.contains(&its.id));
        if self.json {
            let text = serde_json::to_string_pretty(&reports).map_err(|error| error.to_string())?;
            return Ok(format!("{text}\n"));
        }
        let widest = reports.iter().map(|its| its.id.len()).max().unwrap_or_default();
        Ok(reports.iter().map(|its| entry(its, widest)).collect())
    }
}

/// What there is to say of all providers, with what is left of their free limits as far as a server has kept what was used.
fn reports(context: &Context, config: &Config, providers: &Providers) -> Vec<ProviderReport> {
    let used = context.store_place(config).map(|place| Quotas::peek(&place));
    let used = used.transpose().unwrap_or_else(|error| {
        // Everything else can be told without.
        let _closed = writeln!(io::stderr(), "mediary: what was used of free limits is not known: {error}");
        None
    });
    let (used, now) = (used.unwrap_or_default(), now_ms());
    let states = key_states(context, config).unwrap_or_else(|error| {
        let _closed = writeln!(io::stderr(), "mediary: how keys stood is not known: {error}");
        Vec::new()
    });
    let mut reports = providers.reports();
    for report in &mut reports {
        if let Some(setup) = providers.enabled.iter().find(|setup| setup.id.as_str() == report.id) {
            report.quota_left = quota_left(providers, setup, &used, now);
            report.key_states = setup.keys.iter().map(|key| state(setup, key, &states)).collect();
        }
    }
    reports
}

/// How keys stood when a server last told, where there is a database.
fn key_states(context: &Context, config: &Config) -> Result<Vec<KeptKeyState>, String> {
    if !context.store_place(config).is_some_and(|place| place.is_there()) {
        return Ok(Vec::new());
    }
    let kept = context.kept()?;
    kept.wait(kept.keys.states().all())
}

fn state(setup: &ProviderSetup, key: &ProviderKey, states: &[KeptKeyState]) -> KeyState {
    let fingerprint = ContentHash::of(key.expose().as_bytes()).to_string();
    let its = states.iter().find(|its| its.provider == setup.id.as_str() && its.key == fingerprint);
    let standing = its.and_then(|its| serde_json::from_str::<KeyStanding>(&its.state).ok()).unwrap_or_default();
    KeyState { key: key.secret.masked(), state: standing.health.name(), next_try: standing.next_try }
}

/// The time, in milliseconds since 1970.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A provider in a few lines: how it stands, what it has, what its terms say.
fn entry(its: &ProviderReport, widest: usize) -> String {
    let indent = widest + 2;
    let mut text = format!("{:widest$}  {}\n", its.id, its.line());
    for (what, rest) in its.details() {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{:indent$}{what}: {rest}", "");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Overrides};

    fn reports(file: &str, env: &Environment) -> Vec<ProviderReport> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mediary.toml"), file).unwrap();
        let config = Config::load(&Overrides::default(), env, folder.path()).unwrap().config;
        Providers::assemble(&config, env, Some(folder.path())).unwrap().reports()
    }

    #[test]
    fn a_provider_is_shown_with_its_masked_key_its_models_and_its_terms() {
        let env = Environment::from([("GROQ_API_KEY", "gsk_0123456789abcdefWXYZ"), ("XAI_API_KEY", "short")]);
        let only = |id: &str| ProvidersArgs { only: vec![id.to_owned()], json: false };
        let text = only("groq").told(reports("", &env)).unwrap();
        assert!(text.starts_with("groq  on, 1 key, "), "{text}");
        assert!(text.contains("keys: …WXYZ\n") && !text.contains("0123"), "{text}");
        assert!(text.contains("transcription") && text.contains("terms: private"), "{text}");
        let short = only("xai").told(reports("", &env)).unwrap();
        assert!(short.contains("keys: …\n") && !short.contains("short"), "{short}");
        let off = only("cohere").told(reports("", &env)).unwrap();
        assert!(off.starts_with("cohere  off, no key; set COHERE_API_KEY"), "{off}");
        assert!(off.contains("key from: https://") && off.contains("terms: limited: "), "{off}");
        assert!(only("nothing").told(reports("", &env)).unwrap_err().contains("no provider `nothing`"));
    }

    #[test]
    fn json_holds_every_provider_and_no_key() {
        let env = Environment::from([("GROQ_API_KEY", "gsk_0123456789abcdefWXYZ")]);
        let all = ProvidersArgs { only: Vec::new(), json: true };
        let text = all.told(reports("[[providers]]\nid = \"kilo\"\n", &env)).unwrap();
        assert!(!text.contains("0123456789"), "{text}");
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        let list = list.as_array().unwrap();
        let of = |id: &str| list.iter().find(|its| its["id"] == id).unwrap_or_else(|| panic!("{id}"));
        assert!(list.len() > 30, "{}", list.len());
        assert_eq!((&of("groq")["enabled"], &of("groq")["keys"][0]), (&true.into(), &"…WXYZ".into()));
        assert!(of("kilo")["enabled"] == true && of("kilo").get("keys").is_none(), "keyless needs no dummy key");
        assert!(of("llm7")["why"].as_str().unwrap().contains("[[providers]]"), "nor is it called unasked");
        for its in list {
            assert!(its["terms"]["proxies"].is_string() && its["checked"].is_string(), "{its}");
        }
    }
}
