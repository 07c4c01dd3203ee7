//! Redis or Valkey: nothing of it outlives the server.

use std::os::unix::net::UnixStream;

use crate::owned::{self, Owned};
use crate::skip;

/// A running Redis.
#[derive(Debug)]
pub struct Redis {
    server: Owned,
}

impl Redis {
    /// A new one, which ends when it is dropped; `None`, and a loud line, where there is none.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::started().map_err(|why| skip("Redis", &why)).ok()
    }

    fn started() -> Result<Self, String> {
        let programs = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
            .into_iter()
            .flat_map(|folder| ["redis-server", "valkey-server"].map(|name| format!("{folder}/{name}")));
        let program = programs.into_iter().find(|program| std::path::Path::new(program).is_file());
        let program = program.ok_or("it is not installed")?;
        let (folder, user) = owned::folder("mediary-redis-")?;
        let socket = folder.join("redis.sock");
        let path = socket.display().to_string();
        let arguments = [&program, "--port", "0", "--unixsocket", &path, "--save", "", "--appendonly", "no"];
        let server = Owned::start(folder, user, &arguments)?;
        server.wait_until(|| UnixStream::connect(&socket).is_ok())?;
        Ok(Self { server })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.server.folder.join("redis.sock").display())
    }
}
