//! `mediary completions SHELL`: what a shell needs to complete commands and flags.

use std::io;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary completions bash > ~/.local/share/bash-completion/completions/mediary\n  \
    mediary completions zsh > ~/.zfunc/_mediary\n  \
    mediary completions fish > ~/.config/fish/completions/mediary.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> ExitCode {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "mediary", &mut script);
        // A reader that went away has seen enough; the library would panic.
        io::Write::write_all(&mut io::stdout(), &script).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
    }
}
