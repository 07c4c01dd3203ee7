//! `mediary update`: another version of the program in the place of this one, from a file or an address, held against a
//! checksum that the user states.
//!
//! There is no server that releases are fetched from. The program is never missing on the way: the new one takes its
//! name in one step, and the old one stays beside it as `.previous`.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use mediary_core::Failure;
use mediary_remote::{FetchPolicy, Fetcher};
use serde::Serialize;

use super::background::tell;
use super::{Context, complain, worker};

/// No program of ours is nearly as large.
const MOST_BYTES: u64 = 1_000_000_000;
/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// Show the version and where it comes from, or put another in its place
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary update\n  \
    mediary update --from ./mediary-new --sha256 SHA256\n  \
    mediary update --from https://example.org/mediary --sha256 SHA256\n\n\
    The program before it stays beside it as `.previous`; a server that runs goes on with what it is until\n\
    `mediary restart`.")]
pub(super) struct Update {
    /// The new program: a file, or an address with http or https
    #[arg(long, value_name = "FILE|URL", requires = "sha256")]
    from: Option<String>,
    /// Its SHA-256, in 64 hexadecimal digits
    #[arg(long, requires = "from")]
    sha256: Option<String>,
    /// Print an object in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Told {
    version: String,
    program: PathBuf,
    /// How it came to be there, as far as can be told.
    installed: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<PathBuf>,
}

impl Update {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        match self.told(context) {
            Ok(told) => {
                let text = text(&told);
                tell(&told, text, self.json, ExitCode::SUCCESS)
            }
            Err(message) => complain(&message),
        }
    }

    fn told(&self, context: &Context) -> Result<Told, String> {
        let program = worker::program()?;
        // A link stays one: what it leads to is replaced.
        let program = program.canonicalize().unwrap_or(program);
        let mut told = Told {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            installed: installed(&program),
            program,
            new_version: None,
            previous: None,
        };
        if let (Some(from), Some(sha256)) = (&self.from, &self.sha256) {
            let (version, previous) = replace(context, &told.program, from, sha256)?;
            (told.new_version, told.previous) = (Some(version), Some(previous));
        }
        Ok(told)
    }
}

/// How a program came to where it is.
fn installed(program: &Path) -> &'static str {
    let has = |part: &str| program.components().any(|component| component.as_os_str() == part);
    if Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists() {
        "in a container: take another image"
    } else if has("target") && (has("debug") || has("release")) {
        "built in a checkout: build it anew there"
    } else if has(".cargo") {
        "by cargo install"
    } else if program.starts_with("/usr/bin") {
        "by a package of the system: update it there"
    } else {
        "as a file of its own"
    }
}

fn replace(context: &Context, program: &Path, from: &str, sha256: &str) -> Result<(String, PathBuf), String> {
    let wanted = sha256.trim().to_ascii_lowercase();
    if wanted.len() != 64 || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("--sha256 wants 64 hexadecimal digits".to_owned());
    }
    let folder = program.parent().ok_or("the program's folder is not known")?;
    let failed = |error: io::Error| {
        format!("{} cannot be written to: {error}; run this as its owner, or place the file yourself", folder.display())
    };
    // Beside the program, so that it takes its name in one step.
    let mut new = tempfile::Builder::new().prefix(".mediary-").tempfile_in(folder).map_err(failed)?;
    match from.starts_with("http://") || from.starts_with("https://") {
        true => fetched(context, from, new.as_file_mut())?,
        false => {
            let path = context.cwd.join(from);
            let copied = File::open(&path).and_then(|mut file| io::copy(&mut file, new.as_file_mut()));
            copied.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        }
    }
    let found = hash(new.path()).map_err(failed)?;
    if found != wanted {
        return Err(format!(
            "what came from {from} has the SHA-256 {found}, not the one that was stated; nothing is changed"
        ));
    }
    new.as_file().set_permissions(Permissions::from_mode(0o755)).map_err(failed)?;
    new.as_file().sync_all().map_err(failed)?;
    // A file that is open to be written on is not carried out.
    let new = new.into_temp_path();
    let version = version(&new)?;
    let previous = beside(program);
    let before = folder.join(format!(".mediary-{}.previous", std::process::id()));
    // The same file under another name; some file systems have no such thing.
    fs::hard_link(program, &before).or_else(|_| fs::copy(program, &before).map(drop)).map_err(failed)?;
    fs::rename(&before, &previous).map_err(failed)?;
    new.persist(program).map_err(|error| failed(error.error))?;
    Ok((version, previous))
}

fn beside(program: &Path) -> PathBuf {
    let mut name = program.as_os_str().to_owned();
    name.push(".previous");
    name.into()
}

fn fetched(context: &Context, url: &str, file: &mut File) -> Result<(), String> {
    let fetch = context.load()?.config.fetch;
    // The address is followed as those in requests are: to public ones, and where [fetch] allows it.
    let policy = FetchPolicy {
        allow: fetch.allow,
        max_bytes: MOST_BYTES,
        total: Duration::from_hours(1),
        connect: fetch.connect,
        idle: fetch.idle,
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let mut keep = |chunk: &[u8]| file.write_all(chunk).map_err(|error| Failure::broken(error.to_string()));
    runtime.block_on(Fetcher::new(policy).fetch(url, &mut keep)).map(drop).map_err(|failure| failure.to_string())
}

fn hash(path: &Path) -> io::Result<String> {
    use sha2::{Digest, Sha256};
    let mut file = File::open(path)?;
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            let digest: [u8; 32] = digest.finalize().into();
            return Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        digest.update(&buffer[..length]);
    }
}

/// What a program says that its version is, so that nothing takes this one's place that does not run here.
fn version(program: &Path) -> Result<String, String> {
    let no = |why: String| format!("the new program does not say its version here ({why}); nothing is changed");
    let mut child = Command::new(program)
        .arg("--version")
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| no(error.to_string()))?;
    let begun = Instant::now();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() < PATIENCE => {
                runtime.block_on(async { tokio::time::sleep(Duration::from_millis(20)).await });
            }
            Ok(None) | Err(_) => {
                let _gone = child.kill();
                let _gone = child.wait();
                return Err(no("it does not end".to_owned()));
            }
        }
    };
    let mut said = String::new();
    if let Some(out) = child.stdout.take() {
        // A version is short; what says more is no program of ours.
        out.take(4_096).read_to_string(&mut said).map_err(|error| no(error.to_string()))?;
    }
    let version = said.trim().strip_prefix("mediary ").filter(|_| status.success());
    version.map(str::to_owned).ok_or_else(|| no(status.to_string()))
}

fn text(told: &Told) -> String {
    let Told { version, program, installed, new_version, previous } = told;
    match (new_version, previous) {
        (Some(new), Some(previous)) => format!(
            "{} is mediary {new} now; {version} is kept as {}\n`mediary restart` takes it up where a server runs\n",
            program.display(),
            previous.display()
        ),
        _ => format!(
            "mediary {version}, {installed}: {}\nno server of releases is configured, so whether there is a newer one is \
             not known\n`mediary update --from FILE|URL --sha256 SHA256` puts another in its place\n",
            program.display()
        ),
    }
}
