//! A program that plays sounds, found on the search path, and one sound being played by it.
//!
//! Players that read standard input are given a sound while it is made; the others its file once it is whole.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use super::Context;

/// Players, the best first: their names, their arguments, and whether they read standard input.
const PLAYERS: [(&str, &[&str], bool); 4] = [
    ("ffplay", &["-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"], true),
    ("aplay", &["-q", "-"], true),
    ("paplay", &[], false),
    ("afplay", &[], false),
];

/// A player. All of them take WAV.
pub(super) struct Player {
    program: PathBuf,
    arguments: &'static [&'static str],
    reads_input: bool,
}

impl Player {
    /// The first that is installed.
    ///
    /// # Errors
    /// When none is; those that would do are named.
    pub(super) fn find(context: &Context) -> Result<Self, String> {
        let folders: Vec<PathBuf> =
            context.search_path().iter().flat_map(|path| std::env::split_paths(path).collect::<Vec<_>>()).collect();
        for (name, arguments, reads_input) in PLAYERS {
            let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
            if let Some(program) = folders.iter().map(|folder| folder.join(&name)).find(|program| program.is_file()) {
                return Ok(Self { program, arguments, reads_input });
            }
        }
        let names = PLAYERS.map(|(name, ..)| name).join(", ");
        Err(format!("no player is installed; install one of {names}, or write to a file with -o"))
    }

    /// Begins to play.
    ///
    /// # Errors
    /// When the player cannot be started, or there is no room for a file.
    pub(super) fn play(&self) -> io::Result<Playing> {
        let mut command = Command::new(&self.program);
        command.args(self.arguments);
        if self.reads_input {
            let mut child = command.stdin(Stdio::piped()).spawn()?;
            let input = child.stdin.take();
            return Ok(Playing::Piped { child, input });
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("speech.wav");
        let file = File::create(&path)?;
        command.arg(path);
        Ok(Playing::Filed { command, file, _folder: folder })
    }
}

/// A sound that is played.
pub(super) enum Playing {
    /// While it is made.
    Piped { child: Child, input: Option<ChildStdin> },
    /// Once it is whole.
    Filed { command: Command, file: File, _folder: TempDir },
}

impl Playing {
    /// Waits until all of it was played.
    ///
    /// # Errors
    /// When the player fails.
    pub(super) fn finish(self) -> Result<(), String> {
        let status = match self {
            Self::Piped { mut child, input } => {
                drop(input);
                child.wait()
            }
            Self::Filed { mut command, file, _folder } => {
                drop(file);
                command.status()
            }
        };
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("the player failed ({status}); write to a file with -o")),
            Err(error) => Err(format!("the player cannot be run: {error}")),
        }
    }
}

impl Write for Playing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Piped { input: Some(input), .. } => input.write(bytes),
            Self::Piped { input: None, .. } => Err(io::ErrorKind::BrokenPipe.into()),
            Self::Filed { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Piped { input: Some(input), .. } => input.flush(),
            Self::Piped { input: None, .. } => Ok(()),
            Self::Filed { file, .. } => file.flush(),
        }
    }
}
