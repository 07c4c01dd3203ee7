//! A server's presence: a file of its own that it holds a lock on, and a socket on which it says how it stands.
//!
//! The lock goes with the process, however that ends. The log of a server in the background is turned over from here.

use std::fs::{File, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use super::super::Context;
use super::folders::{self, LOCKED, SOCKET};
use super::log_file::{EVERY, LogFile};
use super::standing::{Answer, Facts};
use crate::config::Source;
use crate::telemetry::metrics;

/// That a server is there, for as long as this lives.
#[derive(Debug)]
pub(in crate::cli) struct Presence {
    file: File,
    folder: PathBuf,
    facts: Facts,
    log: Option<LogFile>,
}

impl Presence {
    /// Says that this process is the server of this home. `None`: there is no folder for that, or another one is; a server
    /// that was started by hand goes without.
    ///
    /// # Errors
    /// When a server in the background cannot be the one.
    pub(in crate::cli) fn announced(
        context: &Context,
        source: &Source,
        arguments: Vec<String>,
        in_background: bool,
    ) -> Result<Option<Self>, String> {
        let all = folders::all(context);
        let Some(folder) = folders::first_of_use(&all) else {
            return if in_background { Err(nowhere(&all)) } else { Ok(None) };
        };
        let path = folder.join(LOCKED);
        let opened = File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        let locked = opened.and_then(|file| match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        });
        let file = match locked {
            Ok(Some(file)) => file,
            Ok(None) if in_background => return Err("a server runs here already; `mediary status` shows it".to_owned()),
            Err(error) if in_background => return Err(format!("{} cannot be locked: {error}", path.display())),
            Ok(None) | Err(_) => return Ok(None),
        };
        let log = in_background.then(|| folder.join(folders::LOG));
        let facts = Facts {
            pid: std::process::id(),
            address: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            began_at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            config: source.to_string(),
            log: log.clone(),
            arguments,
            folder: context.cwd.clone(),
        };
        let mut presence = Self { file, folder: folder.clone(), facts, log: log.map(LogFile::at) };
        match presence.write() {
            Ok(()) => Ok(Some(presence)),
            Err(error) if in_background => Err(format!("{} cannot be written: {error}", path.display())),
            Err(_) => Ok(None),
        }
    }

    /// It serves at this address.
    pub(in crate::cli) fn serves_at(&mut self, address: SocketAddr) {
        self.facts.address = Some(address.to_string());
        if let Err(error) = self.write() {
            tracing::warn!(error.detail = %error, "`mediary status` is not told where this server is");
        }
    }

    fn write(&mut self) -> std::io::Result<()> {
        let text = serde_json::to_string(&self.facts)?;
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())
    }

    /// Says how the server stands to what asks, and turns its log over; never ends.
    pub(in crate::cli) async fn tell(&self) {
        let path = self.folder.join(SOCKET);
        // Of a server that is gone: this one holds the lock.
        let _gone = std::fs::remove_file(&path);
        // A path may be too long for a socket; everything else is told by the file.
        let socket = UnixListener::bind(&path).ok();
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                _ = ticks.tick() => if let Some(log) = &self.log {
                    log.turn_if_full();
                },
                asker = next(socket.as_ref()) => if let Ok(asker) = asker {
                    // It has a moment for its one byte; another asker waits that long.
                    let _late = tokio::time::timeout(EVERY, answer(asker)).await;
                },
            }
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // What is left is nothing to the next one, which takes the lock.
        let _gone = std::fs::remove_file(self.folder.join(SOCKET));
        let _kept = self.file.set_len(0);
    }
}

async fn next(socket: Option<&UnixListener>) -> std::io::Result<UnixStream> {
    match socket {
        Some(socket) => socket.accept().await.map(|(asker, _)| asker),
        None => std::future::pending().await,
    }
}

async fn answer(mut asker: UnixStream) -> std::io::Result<()> {
    asker.read_u8().await?;
    let answer = Answer { requests_under_way: metrics::requests_under_way() };
    asker.write_all(serde_json::to_string(&answer)?.as_bytes()).await?;
    asker.shutdown().await
}

/// That there is no folder in which a server could say that it is there.
pub(super) fn nowhere(all: &[PathBuf]) -> String {
    let names: Vec<String> = all.iter().map(|folder| folder.display().to_string()).collect();
    format!("no folder can be written to of {}; name one with MEDIARY_HOME", names.join(", "))
}
