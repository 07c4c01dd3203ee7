//! The package client: pip, run as a process to download exactly one archive.
//!
//! pip, because it goes through whatever index, mirror, proxy, credentials and certificates the user has set up, where
//! an HTTP client of ours would know none of them. It is told to download and nothing else: no dependencies, nothing
//! installed, nothing compiled. What it brings is trusted only after the checksums of the card (`archive`).

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::{Form, Package, PullFailed, Source};

/// How often the growing download is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How many of pip's last lines a failure shows.
const SHOWN_LINES: usize = 15;

/// The command that runs Python: a program and the arguments before our own.
#[derive(Debug, Clone)]
pub struct Python(pub Vec<OsString>);

impl Default for Python {
    fn default() -> Self {
        Self(vec!["python3".into()])
    }
}

impl Python {
    fn pip(&self) -> Command {
        let (program, arguments) = self.0.split_first().expect("a command has a program");
        let mut command = Command::new(program);
        command.args(arguments).args(["-m", "pip"]).stdin(Stdio::null());
        command
    }
}

/// A pip that was found to work.
#[derive(Debug)]
pub struct Pip {
    python: Python,
    resumes: bool,
}

impl Pip {
    /// Asks pip for its version; the error says how to install what is missing.
    pub fn find(python: &Python) -> Result<Self, PullFailed> {
        let missing = |missing: &str| PullFailed::NoPip { missing: missing.to_owned(), advice: install_advice() };
        let answer = match python.pip().arg("--version").output() {
            Ok(answer) => answer,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing("python3 is not installed")),
            Err(error) => return Err(missing(&format!("python3 cannot be run ({error})"))),
        };
        if !answer.status.success() {
            return Err(missing("python3 is installed without pip"));
        }
        let version = parse_version(&String::from_utf8_lossy(&answer.stdout));
        Ok(Self { python: python.clone(), resumes: version.is_some_and(|version| version >= (25, 1)) })
    }

    /// Downloads one archive into `run`, an empty folder that belongs to this call, and says where it is. `received`
    /// is told how many bytes have arrived, several times a second.
    pub(super) fn download(
        &self,
        source: &Source,
        package: &Package,
        run: &Path,
        received: &mut dyn FnMut(u64),
    ) -> Result<PathBuf, PullFailed> {
        let (temporary, kept, stand_in) = (run.join("tmp"), run.join("archive"), run.join("stand-in"));
        for dir in [&temporary, &kept, &stand_in] {
            fs::create_dir_all(dir).map_err(PullFailed::disk("create", dir))?;
        }
        let mut command = self.python.pip();
        command.args(arguments(source, package, self.resumes)).arg("-d").arg(&kept);
        command.arg(format!("{}=={}", source.package, source.version));
        // Its own folder for temporary files: that is where a download grows and can be watched. The other setting
        // keeps a user's rule against installing outside virtual environments from stopping a mere download.
        command.env("TMPDIR", &temporary).env("PIP_REQUIRE_VIRTUALENV", "0");
        if let Some(module) = &source.build_backend {
            write_stand_in(source, module, &stand_in)?;
            command.env("PYTHONPATH", &stand_in);
        }
        run_watched(command, source, run, received)?;
        only_file(&kept)?.ok_or_else(|| PullFailed::Pip {
            package: named(source),
            output: "    it ended well, but left no archive".to_owned(),
            advice: "Try again; if it stays so, look at `python3 -m pip config list`.".to_owned(),
        })
    }
}

/// What names a package in messages.
pub(super) fn named(source: &Source) -> String {
    format!("{} {}", source.package, source.version)
}

fn arguments(source: &Source, package: &Package, resumes: bool) -> Vec<String> {
    let fixed = "download --quiet --no-input --disable-pip-version-check --progress-bar off --no-deps";
    let mut arguments: Vec<String> = fixed.split(' ').map(str::to_owned).collect();
    if resumes {
        arguments.extend(["--resume-retries".to_owned(), "5".to_owned()]);
    }
    match source.form {
        // Naming Python and platform makes the choice of wheel independent of the Python that runs pip.
        Form::Wheel => {
            arguments.extend(["--only-binary=:all:", "--python-version", "3.11"].map(str::to_owned));
            for platform in &package.pip_platforms {
                arguments.extend(["--platform".to_owned(), platform.clone()]);
            }
        }
        // A package of npm never comes here.
        Form::Sdist | Form::Npm => {
            arguments.extend(["--no-build-isolation", "--ignore-requires-python"].map(str::to_owned));
            arguments.extend(["--no-binary".to_owned(), source.package.clone()]);
        }
    }
    arguments
}

/// pip asks every source archive for its metadata, by running the archive's build backend: that would fetch the
/// backend, and a compiler with it, and run foreign code. This module of the same name answers the question instead,
/// with the two facts that pip compares with what it was asked for.
fn write_stand_in(source: &Source, module: &str, dir: &Path) -> Result<(), PullFailed> {
    let Source { package, version, .. } = source;
    let folder = format!("{}-{version}.dist-info", package.replace('-', "_"));
    let text = format!(
        "import os\n\n\
         def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):\n    \
             folder = os.path.join(metadata_directory, '{folder}')\n    \
             os.makedirs(folder)\n    \
             with open(os.path.join(folder, 'METADATA'), 'w') as file:\n        \
                 file.write('Metadata-Version: 2.1\\nName: {package}\\nVersion: {version}\\n')\n    \
             return '{folder}'\n"
    );
    let path = dir.join(format!("{module}.py"));
    fs::write(&path, text).map_err(PullFailed::disk("write", &path))
}

fn run_watched(
    mut command: Command,
    source: &Source,
    run: &Path,
    received: &mut dyn FnMut(u64),
) -> Result<(), PullFailed> {
    let failed = |output: &str| PullFailed::Pip {
        package: named(source),
        output: last_lines(output),
        advice: advice_for(output, source),
    };
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(&error.to_string()))?;
    let mut stderr = child.stderr.take().expect("stderr was asked to be a pipe");
    let (said, heard) = mpsc::channel();
    // The end of pip's stderr is also the sign that it is done; waiting for it is what paces the looks at the disk.
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        // What could be read before an error is still the best explanation there is.
        let _ = stderr.read_to_end(&mut text);
        let _ = said.send(String::from_utf8_lossy(&text).into_owned());
    });
    let output = loop {
        match heard.recv_timeout(LOOK_EVERY) {
            Ok(output) => break output,
            Err(RecvTimeoutError::Timeout) => received(largest_file_bytes(run)),
            Err(RecvTimeoutError::Disconnected) => break String::new(),
        }
    };
    let status = child.wait().map_err(|error| failed(&error.to_string()))?;
    // The reader has sent its text and has nothing left to do, so this neither waits nor fails.
    let _ = reader.join();
    if status.success() { Ok(()) } else { Err(failed(&output)) }
}

/// The size of the largest file: pip writes the archive, and for its cache a second copy at the same time.
fn largest_file_bytes(dir: &Path) -> u64 {
    // Files come and go while pip works, so whatever cannot be looked at counts as nothing.
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => largest_file_bytes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).max().unwrap_or(0)
}

/// The one file of a folder, if there is one.
pub(super) fn only_file(dir: &Path) -> Result<Option<PathBuf>, PullFailed> {
    let mut entries = fs::read_dir(dir).map_err(PullFailed::disk("read", dir))?;
    entries.next().transpose().map(|entry| entry.map(|entry| entry.path())).map_err(PullFailed::disk("read", dir))
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("pip ")?.split([' ', '.']).map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

pub(super) fn last_lines(output: &str) -> String {
    let mut lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    // pip says the same of every attempt, differing only in the address of an object.
    let retrying = |line: &str| line.starts_with("WARNING: Retrying");
    lines.dedup_by(|later, earlier| retrying(later) && retrying(earlier));
    let shown: Vec<String> = lines.iter().rev().take(SHOWN_LINES).rev().map(|line| format!("    {line}")).collect();
    if shown.is_empty() { "    it said nothing".to_owned() } else { shown.join("\n") }
}

fn advice_for(output: &str, source: &Source) -> String {
    if output.contains("No space left") {
        return "Make room on the disk, then run the same command again.".to_owned();
    }
    let network = ["NewConnectionError", "ConnectionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "SSLError"];
    if network.iter().any(|word| output.contains(word)) {
        return "Check the network (pip's proxy, index and certificates: `python3 -m pip config list`), then run the \
                same command again: packages that have arrived are not fetched twice."
            .to_owned();
    }
    if output.contains("No matching distribution") {
        return format!(
            "The package index that pip is set up for (`python3 -m pip config list`) does not offer {} for this \
             platform.",
            named(source)
        );
    }
    "Run the same command again once that is mended: packages that have arrived are not fetched twice.".to_owned()
}

fn install_advice() -> String {
    if cfg!(target_os = "macos") {
        "install Python 3, for example with `brew install python3`, and try again".to_owned()
    } else if Path::new("/usr/bin/apt-get").exists() {
        "install it with `sudo apt-get install -y python3-pip` and try again".to_owned()
    } else {
        "install Python 3 and pip with the package manager of this system and try again".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_whatever_pip_prints() {
        let rows = [
            ("pip 23.0.1 from /usr/lib/python3/dist-packages/pip (python 3.11)", Some((23, 0))),
            ("pip 25.1 from elsewhere (python 3.13)", Some((25, 1))),
            ("pip 26", None),
            ("something else", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_version(text), expected, "{text}");
        }
    }

    #[test]
    fn a_missing_python_or_pip_is_named_together_with_what_to_do() {
        let rows = [
            (vec!["mediary-test-no-such-python"], "python3 is not installed"),
            (vec!["sh", "-c", "exit 1"], "python3 is installed without pip"),
        ];
        for (command, expected) in rows {
            let python = Python(command.into_iter().map(OsString::from).collect());
            let message = Pip::find(&python).unwrap_err().to_string();
            assert!(message.starts_with(expected) && message.contains("install"), "{message}");
        }
    }

    #[test]
    fn the_shown_output_is_short_and_says_repeated_things_once() {
        let retries = "WARNING: Retrying (at 0x1)\n\nWARNING: Retrying (at 0x2)\nERROR: No\n";
        assert_eq!(last_lines(retries), "    WARNING: Retrying (at 0x1)\n    ERROR: No");
        let long: String = (0..100).map(|line| format!("{line}\n")).collect();
        assert_eq!(last_lines(&long).lines().count(), SHOWN_LINES);
        assert!(last_lines(&long).ends_with("    99"));
        assert_eq!(last_lines(" \n"), "    it said nothing");
    }

    #[test]
    fn the_advice_fits_what_pip_complained_about() {
        let source =
            Source { package: "pkg".to_owned(), version: "1.0".to_owned(), form: Form::Wheel, build_backend: None };
        let rows = [
            ("OSError: [Errno 28] No space left on device", "Make room"),
            ("WARNING: Retrying … NewConnectionError(…)\nERROR: No matching distribution found", "Check the network"),
            ("ERROR: No matching distribution found for pkg==1.0", "does not offer pkg 1.0"),
            ("ERROR: something new", "Run the same command again"),
        ];
        for (output, expected) in rows {
            let advice = advice_for(output, &source);
            assert!(advice.contains(expected), "{output}: {advice}");
        }
    }
}
