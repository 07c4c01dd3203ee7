//! NATS with JetStream: nothing of it outlives the server.

use std::net::{SocketAddr, TcpListener, TcpStream};

use crate::owned::{self, Owned};
use crate::skip;

/// A running NATS.
#[derive(Debug)]
pub struct Nats {
    _server: Owned,
    address: SocketAddr,
}

impl Nats {
    /// A new one, which ends when it is dropped; `None`, and a loud line, where there is none.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::started().map_err(|why| skip("NATS", &why)).ok()
    }

    fn started() -> Result<Self, String> {
        let programs = ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
        let programs = programs.map(|folder| format!("{folder}/nats-server"));
        let program = programs.iter().find(|program| std::path::Path::new(program).is_file());
        let program = program.ok_or("it is not installed")?;
        let (folder, user) = owned::folder("mediary-nats-")?;
        // It has no sockets of files. The port was free a moment ago; where another program was quicker, the log says so.
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let address = free.map_err(|error| format!("no port is free: {error}"))?;
        let (port, store) = (address.port().to_string(), folder.join("store").display().to_string());
        let arguments = [program, "--addr", "127.0.0.1", "--port", &port, "--jetstream", "--store_dir", &store];
        let server = Owned::start(folder, user, &arguments)?;
        server.wait_until(|| TcpStream::connect(address).is_ok())?;
        Ok(Self { _server: server, address })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }
}
