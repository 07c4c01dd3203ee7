//! The command line: one file per subcommand, this one for what they share.

mod check_config;
mod folders;
mod image;
mod import;
mod inputs;
mod models;
mod ocr;
mod plan;
mod player;
mod programs;
mod providers;
mod reload;
mod serve;
mod speak;
mod transcribe;
mod verify;
mod worker;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Environment, Loaded, Overrides, Source};
use crate::gateway::{Pipelines, Recipe};
use crate::models::{Locations, Models};
use crate::providers::Providers;

/// One local endpoint for every medium: chat with the models of any provider; documents become text on this machine
#[derive(Debug, Parser)]
#[command(
    name = "mediary",
    version,
    after_help = "Examples:\n  \
    mediary models pull           fetch native libraries and weights, once\n  \
    mediary ocr scan.pdf          print the text of a scan; needs no key\n  \
    mediary serve                 serve chat and OCR on 127.0.0.1:8001\n  \
    mediary plan request.json     show which target would get a request, spending nothing\n  \
    mediary providers             show which providers are on, which are off, and why\n  \
    mediary check-config          show which settings hold, and what is wrong with them\n\n\
    A provider is on as soon as its key is in the environment, for example GEMINI_API_KEY.\n\
    `mediary COMMAND --help` has more examples."
)]
struct Arguments {
    /// The configuration file, instead of the one that would be found
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How much to log: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Ocr(ocr::Ocr),
    Transcribe(transcribe::Transcribe),
    Speak(speak::Speak),
    Image(image::Image),
    Models(models::ModelsArgs),
    Plan(plan::Plan),
    Providers(providers::ProvidersArgs),
    Verify(verify::Verify),
    CheckConfig(check_config::CheckConfig),
    Import(import::Import),
    #[command(hide = true)]
    Worker(worker::Worker),
}

/// What a subcommand is given.
struct Context {
    overrides: Overrides,
    environment: Environment,
    cwd: PathBuf,
}

/// Runs the program.
#[must_use]
pub fn main(environment: Environment) -> ExitCode {
    let arguments = Arguments::parse();
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(error) => return complain(&format!("the current folder cannot be read: {error}")),
    };
    let overrides = Overrides { config_file: arguments.config, log_level: arguments.log_level, ..Overrides::default() };
    let context = Context { overrides, environment, cwd };
    match arguments.command {
        Command::Serve(command) => command.run(context),
        Command::Ocr(command) => command.run(&context),
        Command::Transcribe(command) => command.run(&context),
        Command::Speak(command) => command.run(&context),
        Command::Image(command) => command.run(&context),
        Command::Plan(command) => command.run(&context),
        Command::Providers(command) => command.run(&context),
        Command::Verify(command) => command.run(&context),
        Command::Import(command) => command.run(&context),
        Command::Worker(command) => command.run(&context),
        Command::Models(command) => context
            .models(None)
            .map_or_else(|error| complain(&error), |models| models::run(&command, &models, worker::tune)),
        Command::CheckConfig(command) => command
            .run(&context.overrides, &context.environment, &context.cwd, &mut io::stdout(), &mut io::stderr())
            .unwrap_or(ExitCode::FAILURE),
    }
}

/// Says what is wrong and gives the exit code of a failure.
fn complain(message: &str) -> ExitCode {
    // If standard error is closed, the exit code still tells.
    let _ = writeln!(io::stderr(), "mediary: {message}");
    ExitCode::FAILURE
}

impl Context {
    fn load(&self) -> Result<Loaded, String> {
        Config::load(&self.overrides, &self.environment, &self.cwd).map_err(|error| error.to_string())
    }

    /// The models, with cards beside the configuration file if there are any.
    fn models(&self, source: Option<&Source>) -> Result<Models, String> {
        let config_dir = source.and_then(|source| self.config_dir(source));
        let locations = Locations { home: self.environment.path("MEDIARY_HOME"), cwd: self.cwd.clone(), config_dir };
        Models::open(&locations).map_err(|error| error.to_string())
    }

    /// How documents are read, by the recipe beside the configuration file if there is one.
    fn recipe(&self, source: &Source) -> Result<Recipe, String> {
        Recipe::load(self.config_dir(source).as_deref()).map_err(|error| error.to_string())
    }

    /// The providers that can be called.
    fn providers(&self, config: &Config, source: &Source) -> Result<Providers, String> {
        Providers::assemble(config, &self.environment, self.config_dir(source).as_deref())
            .map_err(|error| error.to_string())
    }

    /// How one medium becomes another, by the recipes beside the configuration file where there are such.
    fn pipelines(&self, source: &Source) -> Result<Pipelines, String> {
        Pipelines::load(self.config_dir(source).as_deref()).map_err(|error| error.to_string())
    }
}
