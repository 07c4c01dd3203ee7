//! Which configuration file is read.
//!
//! The first of: `--config`, `$MEDIARY_CONFIG`, `mediary.toml` in the current folder, the user's configuration
//! directory. A file that was named must exist; the others may be missing. Files are not merged: only one is read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::overrides::Overrides;
use super::problem::Origin;
use super::problem::Problem;

const FILE_NAME: &str = "mediary.toml";

/// A file's text, and its path as messages show it.
pub(super) struct Found {
    pub(super) shown: PathBuf,
    pub(super) text: String,
}

/// Finds and reads the file; `None` when there is none.
///
/// # Errors
/// A named file that does not exist, or any that cannot be read as UTF-8.
pub(super) fn file(flags: &Overrides, env: &Environment, cwd: &Path) -> Result<Option<Found>, Problem> {
    let flag = flags.config_file.clone().map(|path| (path, Origin::Flag("--config")));
    let variable = || {
        let origin = Origin::Variable("MEDIARY_CONFIG".to_owned());
        env.path("MEDIARY_CONFIG").map(|path| (path, origin))
    };
    if let Some((path, origin)) = flag.or_else(variable) {
        return read(cwd, path, origin)?.map_or_else(Err, |found| Ok(Some(found)));
    }
    for path in [Some(PathBuf::from(FILE_NAME)), user_file(env)].into_iter().flatten() {
        let origin = Origin::File(path.clone());
        if let Ok(found) = read(cwd, path, origin)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The file in the user's configuration directory.
fn user_file(env: &Environment) -> Option<PathBuf> {
    // The XDG specification has relative paths ignored.
    let xdg = env.path("XDG_CONFIG_HOME").filter(|directory| directory.is_absolute());
    let home = || {
        let home = env.path("HOME")?;
        Some(if cfg!(target_os = "macos") { home.join("Library/Application Support") } else { home.join(".config") })
    };
    let directory = xdg.or_else(home)?;
    Some(directory.join("mediary").join(FILE_NAME))
}

/// The inner error is a missing file, which is a problem only if it was named.
fn read(cwd: &Path, shown: PathBuf, origin: Origin) -> Result<Result<Found, Problem>, Problem> {
    let problem = |why: &str| Problem { origin, key: None, message: format!("cannot read {}: {why}", shown.display()) };
    match std::fs::read_to_string(cwd.join(&shown)) {
        Ok(text) => Ok(Ok(Found { shown, text })),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(Err(problem("there is no such file"))),
            ErrorKind::InvalidData => Err(problem("it is not UTF-8 text")),
            _ => Err(problem(&error.to_string())),
        },
    }
}
