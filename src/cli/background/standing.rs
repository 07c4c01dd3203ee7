//! Whether a server is there, from outside: what its file says, whether its lock is held, what it answers.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::Context;
use super::folders;

/// How long a server may take to say how it stands.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a server says of itself, in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Facts {
    pub(in crate::cli) pid: u32,
    /// Where it listens; `None`: not yet.
    pub(in crate::cli) address: Option<String>,
    pub(in crate::cli) version: String,
    /// When it began, in seconds since 1970.
    pub(in crate::cli) began_at: u64,
    /// The configuration file, or that there is none.
    pub(in crate::cli) config: String,
    /// Where its log is; `None`: on its terminal, or with what started it.
    pub(in crate::cli) log: Option<PathBuf>,
    /// What it was started with, and where, to be started so again.
    pub(in crate::cli) arguments: Vec<String>,
    pub(in crate::cli) folder: PathBuf,
}

/// What a server answers that is asked how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    /// Requests that are worked on.
    pub(super) requests_under_way: u64,
}

/// How a server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Standing {
    /// None holds a lock.
    None,
    /// One holds its lock, and has not said yet who it is.
    Beginning,
    /// It is there; where it has an address, it serves.
    There(Facts),
}

/// The server of this home, and the folder in which it says so.
pub(in crate::cli) fn stand(context: &Context) -> (Standing, Option<PathBuf>) {
    for folder in folders::all(context).into_iter().filter(|folder| folders::is_ours(folder)) {
        match of_folder(&folder) {
            Standing::None => {}
            there => return (there, Some(folder)),
        }
    }
    (Standing::None, None)
}

/// The server that says in this folder that it is there.
pub(super) fn of_folder(folder: &Path) -> Standing {
    let Ok(mut file) = File::open(folder.join(folders::LOCKED)) else { return Standing::None };
    match file.try_lock_shared() {
        // It was held by none; and is again when this file is closed.
        Ok(()) | Err(TryLockError::Error(_)) => return Standing::None,
        Err(TryLockError::WouldBlock) => {}
    }
    let mut text = String::new();
    let read = file.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str(&text).ok());
    read.map_or(Standing::Beginning, Standing::There)
}

/// What the server of a folder answers. `None`: it does not, or there is no way to ask it.
pub(super) fn asked(folder: &Path) -> Option<Answer> {
    let mut socket = UnixStream::connect(folder.join(folders::SOCKET)).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    socket.set_write_timeout(Some(PATIENCE)).ok()?;
    socket.write_all(b"\n").ok()?;
    let mut text = String::new();
    socket.take(4_096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

impl Facts {
    /// How its address is opened in a browser: a server on all addresses is at home on this machine.
    pub(in crate::cli) fn url(&self) -> Option<String> {
        let address: std::net::SocketAddr = self.address.as_ref()?.parse().ok()?;
        Some(match (address.ip().is_unspecified(), address.is_ipv6()) {
            (true, true) => format!("http://[::1]:{}", address.port()),
            (true, false) => format!("http://127.0.0.1:{}", address.port()),
            (false, _) => format!("http://{address}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_its_lock_is_a_leftover() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(of_folder(place.path()), Standing::None);
        let facts = Facts {
            pid: 1,
            address: Some("0.0.0.0:80".to_owned()),
            version: "9".to_owned(),
            began_at: 5,
            config: "none".to_owned(),
            log: None,
            arguments: Vec::new(),
            folder: PathBuf::from("there"),
        };
        let path = place.path().join(folders::LOCKED);
        std::fs::write(&path, serde_json::to_string(&facts).unwrap()).unwrap();
        assert_eq!(of_folder(place.path()), Standing::None, "of a process that is gone");
        let held = File::open(&path).unwrap();
        held.lock().unwrap();
        assert_eq!(of_folder(place.path()), Standing::There(facts.clone()));
        assert_eq!(facts.url().unwrap(), "http://127.0.0.1:80");
        std::fs::write(&path, "{").unwrap();
        assert_eq!(of_folder(place.path()), Standing::Beginning, "it is written at this moment");
        drop(held);
        assert_eq!(of_folder(place.path()), Standing::None);
    }
}
