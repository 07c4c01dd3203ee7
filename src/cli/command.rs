//! What can be said on the command line: every subcommand, and what carries it out.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{
    Context, admin, background, backup, batch, check_config, clients, complain, completions, doctor, google, image,
    import, keys, mcp, models, node, ocr, open, plan, providers, reminders, serve, service, speak, transcribe, update,
    usage, verify, worker,
};

/// One local endpoint for every medium: chat with the models of any provider; documents become text on this machine
#[derive(Debug, Parser)]
#[command(
    name = "mediary",
    version,
    after_help = "Examples:\n  \
    mediary models pull           fetch native libraries and weights, once\n  \
    mediary ocr scan.pdf          print the text of a scan; needs no key\n  \
    mediary serve                 serve chat and OCR on 127.0.0.1:8001\n  \
    mediary start                 the same in the background\n  \
    mediary plan request.json     show which target would get a request, spending nothing\n  \
    mediary providers             show which providers are on, which are off, and why\n  \
    mediary keys add groq         add a key of a provider, for a server that runs as well\n  \
    mediary clients create app    make a key of a client, with limits of its own\n  \
    mediary check-config          show which settings hold, and what is wrong with them\n  \
    mediary doctor                look at all that a server needs, and say what to do\n\n\
    A provider is on as soon as its key is in the environment, for example GEMINI_API_KEY.\n\
    `mediary COMMAND --help` has more examples."
)]
pub(super) struct Arguments {
    /// The configuration file, instead of the one that would be found
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// How much to log: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub(super) log_level: Option<String>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Serve(serve::Serve),
    Ocr(ocr::Ocr),
    Transcribe(transcribe::Transcribe),
    Speak(speak::Speak),
    Image(image::Image),
    Batch(batch::Batch),
    Node(node::NodeArgs),
    Mcp(mcp::McpArgs),
    Models(models::ModelsArgs),
    Plan(plan::Plan),
    Providers(providers::ProvidersArgs),
    Verify(verify::Verify),
    Keys(keys::KeysArgs),
    Clients(clients::ClientsArgs),
    Admin(admin::AdminArgs),
    Usage(usage::Usage),
    Google(google::GoogleArgs),
    Reminders(reminders::RemindersArgs),
    Backup(backup::Backup),
    CheckConfig(check_config::CheckConfig),
    Import(import::Import),
    Start(background::Start),
    Stop(background::Stop),
    Restart(background::Restart),
    Status(background::Status),
    Logs(background::Logs),
    Service(service::ServiceArgs),
    Doctor(doctor::Doctor),
    Open(open::Open),
    Update(update::Update),
    Completions(completions::Completions),
    #[command(hide = true)]
    Worker(worker::Worker),
}

impl Command {
    /// Does what was said.
    pub(super) fn run(self, context: Context) -> ExitCode {
        match self {
            Self::Serve(command) => command.run(context),
            Self::Ocr(command) => command.run(&context),
            Self::Transcribe(command) => command.run(&context),
            Self::Batch(command) => command.run(&context),
            Self::Node(command) => command.run(&context),
            Self::Mcp(command) => command.run(&context),
            Self::Speak(command) => command.run(&context),
            Self::Image(command) => command.run(&context),
            Self::Plan(command) => command.run(&context),
            Self::Providers(command) => command.run(&context),
            Self::Verify(command) => command.run(&context),
            Self::Keys(command) => command.run(&context),
            Self::Clients(command) => command.run(&context),
            Self::Admin(command) => command.run(&context),
            Self::Usage(command) => command.run(&context),
            Self::Google(command) => command.run(&context),
            Self::Reminders(command) => command.run(&context),
            Self::Backup(command) => command.run(&context),
            Self::Import(command) => command.run(&context),
            Self::Start(command) => command.run(&context),
            Self::Stop(command) => command.run(&context),
            Self::Restart(command) => command.run(&context),
            Self::Status(command) => command.run(&context),
            Self::Logs(command) => command.run(&context),
            Self::Service(command) => command.run(&context),
            Self::Doctor(command) => command.run(context),
            Self::Open(command) => command.run(&context),
            Self::Update(command) => command.run(&context),
            Self::Completions(command) => command.run(),
            Self::Worker(command) => command.run(&context),
            Self::Models(command) => context
                .models(None)
                .map_or_else(|error| complain(&error), |models| models::run(&command, &models, worker::tune)),
            Self::CheckConfig(command) => command
                .run(&context.overrides, &context.environment, &context.cwd, &mut io::stdout(), &mut io::stderr())
                .unwrap_or(ExitCode::FAILURE),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// The output of a server or a node is its log, which is JSON where it is not for a terminal; completions are for a shell.
    const FOR_NO_PROGRAM: [&str; 3] = ["serve", "node", "completions"];

    fn check(command: &clap::Command, path: &str, is_json: bool) -> usize {
        let is_json = is_json || command.get_arguments().any(|argument| argument.get_id() == "json");
        let below: Vec<&clap::Command> = command.get_subcommands().filter(|one| one.get_name() != "help").collect();
        if below.is_empty() || is_json {
            assert!(is_json, "`{path}` has no --json");
            return 1;
        }
        below.iter().map(|one| check(one, &format!("{path} {}", one.get_name()), is_json)).sum()
    }

    #[test]
    fn every_command_that_prints_something_has_json() {
        let all = Arguments::command();
        let visible = all.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "help");
        let checked = visible.filter(|one| !FOR_NO_PROGRAM.contains(&one.get_name()));
        let count: usize = checked.map(|one| check(one, one.get_name(), false)).sum();
        assert!(count >= 23, "{count}");
    }
}
