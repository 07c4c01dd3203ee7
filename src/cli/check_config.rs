//! `mediary check-config [FILE]`: says which configuration would be used, and whether it is right.
//!
//! Prints what differs from the defaults and where it was set, and which providers are on or off and why; it starts nothing and opens no port. Secrets are never printed.
//! The command line calls it with the same flags and environment that `serve` would get.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use crate::config::{Config, Environment, Overrides, Source};
use crate::providers::Providers;

/// Check the configuration; print what differs from the defaults and which providers are on
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  mediary check-config
  mediary check-config deploy/mediary.toml
  MEDIARY_SERVER__PORT=9000 mediary check-config")]
pub(super) struct CheckConfig {
    /// The file to check; without it, the one that `mediary serve` would read
    pub file: Option<PathBuf>,
    /// Print an object in JSON
    #[arg(long)]
    pub json: bool,
}

impl CheckConfig {
    /// Writes the verdict to `out` or the problems to `err`; exit code 0 or 1.
    ///
    /// # Errors
    /// Only if `out` or `err` cannot be written to.
    pub(super) fn run(
        &self,
        flags: &Overrides,
        env: &Environment,
        cwd: &Path,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> io::Result<ExitCode> {
        let mut flags = flags.clone();
        if self.file.is_some() {
            flags.config_file.clone_from(&self.file);
        }
        let loaded = match Config::load(&flags, env, cwd) {
            Ok(loaded) => loaded,
            Err(error) => {
                writeln!(err, "{error}")?;
                return Ok(ExitCode::from(1));
            }
        };
        let config_dir = match &loaded.source {
            Source::File(file) => file.parent().map(|dir| cwd.join(dir)),
            Source::Defaults => None,
        };
        // Which soft parameters a dialect knows is no matter here.
        let providers = match Providers::assemble(&loaded.config, env, config_dir.as_deref()) {
            Ok(providers) => providers,
            Err(error) => {
                writeln!(err, "{error}")?;
                return Ok(ExitCode::from(1));
            }
        };
        if self.json {
            let changes = loaded
                .changes
                .iter()
                .map(|change| json!({ "key": change.key, "value": change.value, "origin": change.origin.to_string() }));
            let changes: Vec<_> = changes.collect();
            let (source, providers) = (loaded.source.to_string(), providers.reports());
            let told = json!({ "source": source, "changes": changes, "providers": providers });
            writeln!(out, "{told:#}")?;
            return Ok(ExitCode::SUCCESS);
        }
        writeln!(out, "# {}", loaded.source)?;
        for change in &loaded.changes {
            writeln!(out, "{} = {}  # {}", change.key, change.value, change.origin)?;
        }
        for its in providers.reports() {
            writeln!(out, "# provider {}: {}", its.id, its.line())?;
            for (what, rest) in its.details().iter().filter(|_| its.enabled) {
                writeln!(out, "# provider {}: {what}: {rest}", its.id)?;
            }
        }
        writeln!(out, "ok")?;
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exit code, standard output, standard error.
    fn run(file: &str, env: &Environment) -> (ExitCode, String, String) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mediary.toml"), file).unwrap();
        let command = CheckConfig { file: None, json: false };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = command.run(&Overrides::default(), env, folder.path(), &mut out, &mut err).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (code, text(out), text(err))
    }

    #[test]
    fn changed_values_are_listed_with_their_origin_and_secrets_hidden() {
        let env = Environment::from([("MEDIARY_API_KEY", "sk-very-secret"), ("MEDIARY_LIMITS__DOCUMENT__PAGES", "7")]);
        let (code, out, err) =
            run("[server]\nhost = \"0.0.0.0\"\nport = 8001\n[limits]\nupload_bytes = \"0.6 GB\"\n", &env);
        let changes: String = out.split_inclusive('\n').take_while(|line| !line.starts_with("# provider ")).collect();
        assert!(out.ends_with("\nok\n"), "{out}");
        assert_eq!(
            changes,
            "# mediary.toml\n\
             server.host = \"0.0.0.0\"  # mediary.toml:2:8\n\
             server.api_keys = 1 × ***  # $MEDIARY_API_KEY\n\
             limits.document.pages = 7  # $MEDIARY_LIMITS__DOCUMENT__PAGES\n"
        );
        assert_eq!(err, "");
        assert_eq!(code, ExitCode::SUCCESS);
    }

    #[test]
    fn providers_are_listed_as_on_or_off_without_their_keys() {
        let env = Environment::from([("GROQ_API_KEY", "gsk-very-secret"), ("MINE", "sk-very-secret")]);
        let file = "[[providers]]\nid = \"gemini\"\napi_keys = [\"${MINE}\", \"${NONE}\", \"other-secret\"]\n\
                    [[providers]]\nid = \"openai\"\nenabled = false\n";
        let (code, out, err) = run(file, &env);
        assert_eq!((code, err.as_str()), (ExitCode::SUCCESS, ""));
        assert!(out.contains("providers = \"gemini\"  # mediary.toml:1:1\n"), "{out}");
        for line in [
            "# provider gemini: on, 2 keys, ",
            "# provider groq: on, 1 key, ",
            "# provider mistral: off, no key; set MISTRAL_API_KEY\n",
            "# provider openai: off, switched off by `enabled = false`\n",
        ] {
            assert!(out.contains(line), "{line}\n{out}");
        }
        assert!(!out.contains("secret"), "{out}");
    }

    #[test]
    fn proxies_are_shown_without_their_passwords() {
        let env = Environment::from([
            ("GROQ_API_KEY", "k"),
            ("MISTRAL_API_KEY", "k"),
            ("GEMINI_API_KEY", "k"),
            ("https_proxy", "http://ann:very-secret@proxy.example:3128"),
            ("NO_PROXY", "api.mistral.ai"),
        ]);
        let file = "[[providers]]\nid = \"gemini\"\nproxy = \"socks5://bob:other-secret@[::1]:9050\"\n\
                    [[providers]]\nid = \"openai\"\nproxy = \"none\"\napi_keys = [\"k\"]\n\
                    [[providers]]\nid = \"mine\"\ndialect = \"openai\"\nbase_url = \"https://127.0.0.1:9000/v1\"\n";
        let (code, out, err) = run(file, &env);
        assert_eq!((code, err.as_str()), (ExitCode::SUCCESS, ""));
        let through = |id: &str| {
            let line = out.lines().find(|line| line.starts_with(&format!("# provider {id}: on"))).unwrap();
            line.split_once("through ").map(|(_, proxy)| proxy)
        };
        assert_eq!(through("groq"), Some("http://proxy.example:3128"));
        assert_eq!(through("gemini"), Some("socks5h://[::1]:9050"));
        assert_eq!([through("mistral"), through("openai"), through("mine")], [None; 3]);
        assert!(!out.contains("secret"), "{out}");

        let (_, _, err) = run("[[providers]]\nid = \"gemini\"\nproxy = \"ftp://ann:very-secret@proxy\"\n", &env);
        assert!(
            err.contains("mediary.toml:3:9: `proxy` must be the address of a proxy") && !err.contains("secret"),
            "{err}"
        );
    }

    #[test]
    fn problems_go_to_standard_error_with_exit_code_one() {
        let (code, out, err) = run("[server]\nprot = 1\n", &Environment::default());
        assert_eq!(out, "");
        assert_eq!(err, "mediary.toml:2:1: unknown key `prot` in [server]; did you mean `port`?\n");
        assert_eq!(code, ExitCode::from(1));
    }
}
