//! `mediary mcp config CLIENT`: what is written into the configuration of a client, and where.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::super::background::{Standing, stand, tell};
use super::super::{Context, complain, worker};

/// What stands in place of a key.
const A_KEY: &str = "YOUR_MEDIARY_KEY";

/// Show what to write into a client's configuration
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary mcp config claude-desktop\n  \
    mediary mcp config cursor --http\n  \
    mediary mcp config claude-code --http --json\n\n\
    The configuration goes to standard output, where it belongs to standard error.")]
pub(super) struct ConfigArgs {
    /// Which client
    #[arg(value_enum)]
    client: Client,
    /// Have it ask a server that runs, at /mcp, instead of starting a process of its own
    #[arg(long)]
    http: bool,
    /// The address of that server, instead of the one that runs here
    #[arg(long, value_name = "URL", requires = "http")]
    server: Option<String>,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Client {
    ClaudeDesktop,
    ClaudeCode,
    Cursor,
    Windsurf,
}

impl Client {
    /// Where its configuration is.
    fn place(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => {
                "claude_desktop_config.json, which Settings > Developer > Edit Config opens: in ~/Library/Application \
                 Support/Claude on a Mac, in %APPDATA%\\Claude on Windows, in ~/.config/Claude on Linux"
            }
            Self::ClaudeCode => ".mcp.json in the folder of a project",
            Self::Cursor => "~/.cursor/mcp.json, or .cursor/mcp.json in the folder of a project",
            Self::Windsurf => "~/.codeium/windsurf/mcp_config.json",
        }
    }

    /// A server at an address, as it writes one. `None`: it can only start processes.
    fn remote(self, url: &str, has_keys: bool) -> Option<Value> {
        let mut entry = match self {
            Self::ClaudeDesktop => return None,
            Self::ClaudeCode => json!({ "type": "http", "url": url }),
            Self::Cursor => json!({ "url": url }),
            Self::Windsurf => json!({ "serverUrl": url }),
        };
        if has_keys {
            entry["headers"] = json!({ "Authorization": format!("Bearer {A_KEY}") });
        }
        Some(entry)
    }
}

impl ConfigArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        match self.entry(context) {
            Ok(entry) => self.show(&json!({ "mcpServers": { "mediary": entry } })),
            Err(message) => complain(&message),
        }
    }

    fn entry(&self, context: &Context) -> Result<Value, String> {
        let config = context.load()?.config;
        // A server elsewhere wants a key, as far as can be known from here.
        let has_keys = !config.server.api_keys.is_empty() || self.server.is_some();
        if self.http {
            let here = match stand(context) {
                (Standing::There(facts), _) => facts.url(),
                (Standing::Beginning | Standing::None, _) => None,
            };
            let address = self.server.clone().or(here);
            let address = address.unwrap_or_else(|| format!("http://127.0.0.1:{}", config.server.port));
            let url = format!("{}/mcp", address.trim_end_matches('/'));
            return self.client.remote(&url, has_keys).ok_or_else(|| {
                "Claude Desktop's file names no servers by their addresses: leave --http out, or add the address as a \
                 connector in its settings"
                    .to_owned()
            });
        }
        let program = worker::program()?;
        let mut arguments = Vec::new();
        if let Some(file) = &context.overrides.config_file {
            arguments.extend(["--config".to_owned(), context.cwd.join(file).display().to_string()]);
        }
        arguments.push("mcp".to_owned());
        let mut entry = json!({ "command": program.display().to_string(), "args": arguments });
        if let Some(home) = context.environment.path("MEDIARY_HOME") {
            entry["env"] = json!({ "MEDIARY_HOME": home.display().to_string() });
        }
        Ok(entry)
    }

    fn show(&self, configuration: &Value) -> ExitCode {
        let place = self.client.place();
        if self.json {
            let told = json!({ "place": place, "configuration": configuration });
            return tell(&told, String::new(), true, ExitCode::SUCCESS);
        }
        let mut words = format!("Write this into {place}, and start the client anew.");
        if configuration.to_string().contains(A_KEY) {
            words.push_str(&format!(
                " In place of {A_KEY} goes a key of this server: `mediary clients create` makes one."
            ));
        }
        // Beside what may go into a file.
        let _closed = writeln!(io::stderr(), "{words}");
        tell(configuration, String::new(), true, ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_names_a_server_in_its_own_way() {
        let rows = [
            (Client::ClaudeDesktop, Value::Null),
            (Client::ClaudeCode, json!({ "type": "http", "url": "http://a/mcp" })),
            (Client::Cursor, json!({ "url": "http://a/mcp" })),
            (Client::Windsurf, json!({ "serverUrl": "http://a/mcp" })),
        ];
        for (client, expected) in rows {
            assert_eq!(client.remote("http://a/mcp", false).unwrap_or_default(), expected);
            let with_key = client.remote("http://a/mcp", true).unwrap_or_default();
            assert_eq!(with_key["headers"]["Authorization"].is_string(), !expected.is_null());
        }
    }
}
