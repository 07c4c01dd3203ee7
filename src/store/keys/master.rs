//! The master keys of a machine: the one in use, and while it is replaced, the one that comes next.
//!
//! Each is a file of its own, readable by its owner alone and never in the database; or a variable, where the operator
//! has a place for secrets. A new key is on the disk before anything is sealed with it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::seal::MasterKey;

/// What the key that comes next is called while it replaces the one in use.
const NEXT: &str = "next";

/// No master key can be had.
#[derive(Debug, Error)]
pub enum NoMasterKey {
    /// The variable holds none.
    #[error("{0} holds no master key: it takes 64 hexadecimal digits, or 32 bytes in base64")]
    Variable(&'static str),
    /// The file holds none.
    #[error(
        "{} holds no master key; put back the one that was there, or remove the file and the keys that it sealed", .0.display()
    )]
    File(PathBuf),
    /// Others could read it.
    #[error("{} can be read by other users; `chmod 600` it", .0.display())]
    Exposed(PathBuf),
    /// The file could not be read or written.
    #[error("cannot {doing} {}: {source}; set MEDIARY_MASTER_KEY, or name another file with [store] master_key_file", path.display())]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Where master keys are.
#[derive(Debug, Clone)]
pub enum MasterPlace {
    /// In a file; it is made when the first key is kept.
    File(PathBuf),
    /// In variables, of which the second holds the key that comes next.
    Variables(String, Option<String>),
}

/// The master keys as they were found.
#[derive(Debug, Clone, Default)]
pub struct MasterKeys {
    /// The one in use.
    pub current: Option<MasterKey>,
    /// The one that replaces it.
    pub next: Option<MasterKey>,
}

impl MasterKeys {
    /// All of them, the one in use first.
    pub(super) fn all(&self) -> impl Iterator<Item = &MasterKey> {
        self.current.iter().chain(&self.next)
    }

    /// Opens what one of them has sealed for a place.
    pub(crate) fn open(&self, sealed: &[u8], place: &str) -> Option<String> {
        self.all().find_map(|master| master.open(sealed, place))
    }
}

impl MasterPlace {
    /// The master keys that are there.
    ///
    /// # Errors
    /// When what is there is none, is open to others, or cannot be read.
    pub fn read(&self) -> Result<MasterKeys, NoMasterKey> {
        match self {
            Self::File(path) => Ok(MasterKeys { current: of_file(path)?, next: of_file(&beside(path))? }),
            Self::Variables(current, next) => {
                let of = |text: &str, name| MasterKey::parse(text).ok_or(NoMasterKey::Variable(name));
                let next = next.as_deref().map(|next| of(next, "MEDIARY_MASTER_KEY_NEXT")).transpose()?;
                Ok(MasterKeys { current: Some(of(current, "MEDIARY_MASTER_KEY")?), next })
            }
        }
    }

    /// Makes the first master key. One that is there already stays.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn make(&self) -> Result<MasterKey, NoMasterKey> {
        match self {
            Self::File(path) => made(path),
            Self::Variables(..) => self.read()?.current.ok_or(NoMasterKey::Variable("MEDIARY_MASTER_KEY")),
        }
    }

    /// The key that comes next: the one that is there already, else a new one.
    ///
    /// # Errors
    /// When it cannot be written, or has to be given by a variable and is not.
    pub(super) fn make_next(&self) -> Result<MasterKey, NoMasterKey> {
        match self {
            Self::File(path) => made(&beside(path)),
            Self::Variables(..) => self.read()?.next.ok_or(NoMasterKey::Variable("MEDIARY_MASTER_KEY_NEXT")),
        }
    }

    /// The next key is in use from now on.
    ///
    /// # Errors
    /// When its file cannot be renamed.
    pub(super) fn promote(&self) -> Result<(), NoMasterKey> {
        let Self::File(path) = self else { return Ok(()) };
        let failed = |source| NoMasterKey::Disk { doing: "replace", path: path.clone(), source };
        fs::rename(beside(path), path).map_err(failed)?;
        flush_folder(path).map_err(failed)
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(NEXT);
    name.into()
}

fn of_file(path: &Path) -> Result<Option<MasterKey>, NoMasterKey> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => return Err(NoMasterKey::File(path.to_owned())),
        Err(source) => return Err(NoMasterKey::Disk { doing: "read", path: path.to_owned(), source }),
    };
    if is_exposed(path) {
        return Err(NoMasterKey::Exposed(path.to_owned()));
    }
    MasterKey::parse(&text).map(Some).ok_or_else(|| NoMasterKey::File(path.to_owned()))
}

/// The key of a file, which is made with a new one if it is not there.
fn made(path: &Path) -> Result<MasterKey, NoMasterKey> {
    if let Some(key) = of_file(path)? {
        return Ok(key);
    }
    let failed = |source| NoMasterKey::Disk { doing: "write", path: path.to_owned(), source };
    let key = MasterKey::generate().map_err(failed)?;
    // Written whole under another name, so that a half-written one is never taken for the key.
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = (|| {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = private(&draft)?;
        writeln!(file, "{}", key.written())?;
        file.sync_all()?;
        // A link fails where another program was faster; its key is the one.
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked.and_then(|()| flush_folder(path)),
        }
    })();
    let _removed = fs::remove_file(&draft);
    written.map_err(failed)?;
    of_file(path)?.ok_or_else(|| failed(io::Error::from(ErrorKind::NotFound)))
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_path: &Path) -> bool {
    false
}

/// A new name in a folder is on the disk when the folder is.
fn flush_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
