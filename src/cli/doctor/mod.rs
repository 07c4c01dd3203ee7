//! `mediary doctor`: looks at everything that a server needs, and says what to do about what is amiss.
//!
//! Calls no provider and changes nothing but for a folder that it tries to write to. The network is asked for the time
//! only with `--online`.

mod finding;
mod kept;
mod machine;
mod network;

use std::process::ExitCode;

use clap::Args;

use super::Context;
use super::background::tell;
use finding::{Finding, State};

/// Look at keys, engines, programs, port, disk, folders, clock and proxy, and say what to do about what is amiss
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary doctor\n  \
    mediary doctor --json\n  \
    mediary doctor --port 9000   before a start with that port
  \
    mediary doctor --online      also holds the clock against that of a provider\n\n\
    The exit code is 1 when something is bad.")]
pub(super) struct Doctor {
    /// Ask a provider what time it is
    #[arg(long)]
    online: bool,
    /// The port to look at, instead of the one in the configuration
    #[arg(long)]
    port: Option<u16>,
    /// Print a list in JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(&self, mut context: Context) -> ExitCode {
        context.overrides.port = self.port;
        let findings = self.findings(&context);
        let is_well = findings.iter().all(|finding| finding.state != State::Bad);
        let code = if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        let text = finding::table(&findings);
        tell(&findings, text, self.json, code)
    }

    fn findings(&self, context: &Context) -> Vec<Finding> {
        let loaded = match context.load() {
            Ok(loaded) => loaded,
            Err(error) => return vec![Finding::bad("configuration", error, "mend it; mediary check-config reads it")],
        };
        let (config, source) = (&loaded.config, &loaded.source);
        let mut all = vec![Finding::ok("configuration", source.to_string())];
        all.extend(kept::findings(context, config, source));
        all.push(machine::engines(context, source));
        all.extend(machine::programs(context));
        all.push(network::port(context, config));
        let folders = machine::folders(context, config);
        all.extend(machine::room(&folders));
        all.extend(folders.iter().map(machine::writable));
        all.push(network::clock(context, config, source, self.online));
        all.extend(network::proxy(context, config));
        all
    }
}
