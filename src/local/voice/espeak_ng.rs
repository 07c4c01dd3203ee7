//! The program espeak-ng as a child process: phonemes for the neural voices, speech for all other languages.
//!
//! It is started anew for every piece of text: that takes a hundredth of a second, and a crash or a hang costs that
//! piece alone. A text goes in by standard input, never as an argument, and what our own executable can put on the
//! process (limits on memory and time, no environment) it puts on before it becomes espeak-ng. Text has to be cleaned
//! before (`text::clean`): espeak-ng has marks of its own that would change the voice.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use mediary_core::{Failure, FailureKind};

/// The address space of a run; its data have a tenth of it.
const MEMORY_BYTES: &str = "268435456";
/// The processor time of a run. It speaks an hour in ten seconds.
const MOST_SECONDS: &str = "120";

/// An installed espeak-ng.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EspeakNg {
    program: PathBuf,
    /// Our own executable, which limits itself and becomes espeak-ng; `None`: espeak-ng is started as it is.
    launcher: Option<PathBuf>,
}

impl EspeakNg {
    /// The espeak-ng on a search path such as `$PATH`; `None`: there is none.
    #[must_use]
    pub fn find(search_path: Option<&OsStr>) -> Option<Self> {
        let name = format!("espeak-ng{}", std::env::consts::EXE_SUFFIX);
        let mut programs = std::env::split_paths(search_path?).map(|folder| folder.join(&name));
        programs.find(|program| program.is_file()).map(Self::at)
    }

    /// The espeak-ng of this path.
    #[must_use]
    pub fn at(program: PathBuf) -> Self {
        Self { program, launcher: None }
    }

    /// Started by our own executable, which puts limits on the process before it becomes espeak-ng.
    #[must_use]
    pub fn launched_by(self, program: PathBuf) -> Self {
        Self { launcher: Some(program), ..self }
    }

    /// The phonemes of each line in the International Phonetic Alphabet. A line is a clause without marks that end
    /// one, and is shorter than a kilobyte.
    pub(super) fn phonemes(&self, voice: &str, lines: &[&str]) -> Result<Vec<String>, Failure> {
        let told = self.transcribe(voice, &lines.join("\n"))?;
        if told.len() == lines.len() {
            return Ok(told);
        }
        // It saw ends where there are none; one at a time, they cannot be mixed up.
        lines.iter().map(|line| Ok(self.transcribe(voice, line)?.join(" "))).collect()
    }

    fn transcribe(&self, voice: &str, text: &str) -> Result<Vec<String>, Failure> {
        let mut run = self.start(&["-q", "--ipa", "-b", "1", "-v", voice], format!("{text}\n"))?;
        let lines: Result<Vec<String>, _> = BufReader::new(&mut run.output).lines().collect();
        let lines = lines.map_err(|error| broken(&error))?;
        run.end()?;
        Ok(lines.iter().map(|line| without_languages(line.trim())).collect())
    }

    /// The sound of a text, as it is made: a WAV header of 44 bytes, then samples of 16 bits, one channel.
    pub(super) fn speech(&self, voice: &str, words_a_minute: u32, text: String) -> Result<Run, Failure> {
        let speed = words_a_minute.to_string();
        self.start(&["--stdin", "--stdout", "-b", "1", "-v", voice, "-s", &speed], text)
    }

    fn start(&self, arguments: &[&str], text: String) -> Result<Run, Failure> {
        let mut command = match &self.launcher {
            None => Command::new(&self.program),
            Some(launcher) => {
                let mut command = Command::new(launcher);
                command.args(["worker", "confined", "--memory-bytes", MEMORY_BYTES, "--seconds", MOST_SECONDS, "--"]);
                command.arg(&self.program);
                command
            }
        };
        command.args(arguments).env_clear();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|error| {
                let advice = "install it anew with the package manager of this system";
                Failure::new(FailureKind::NotInstalled, format!("espeak-ng cannot be started: {error}; {advice}"))
            })?;
        let (stdin, output) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(output)) = (stdin, output) else {
            return Err(Failure::broken("espeak-ng was started without pipes"));
        };
        let run = Run { child, output };
        // It speaks while it still reads, so one thread alone could wait for itself. A pipe that breaks ends the thread;
        // why it broke is seen at the other end.
        let feeder = std::thread::Builder::new().name("espeak-ng".to_owned());
        feeder.spawn(move || drop(stdin.write_all(text.as_bytes()))).map_err(|error| broken(&error))?;
        Ok(run)
    }
}

/// A running espeak-ng; dropping it kills it.
#[derive(Debug)]
pub(super) struct Run {
    child: Child,
    output: ChildStdout,
}

impl Run {
    /// Waits for its end, after all of its output was read.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        let status = self.child.wait().map_err(|error| broken(&error))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::broken(format!("espeak-ng failed ({status}); check that `espeak-ng --voices` lists its voices")))
    }
}

impl Read for Run {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.output.read(buffer)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn broken(error: &io::Error) -> Failure {
    Failure::broken(format!("espeak-ng cannot be talked to: {error}"))
}

/// Words of another language are marked, `(en)hello(de)`; the marks are no phonemes.
fn without_languages(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('(') {
        plain.push_str(before);
        rest = after.split_once(')').map_or("", |(_, behind)| behind);
    }
    plain + rest
}
