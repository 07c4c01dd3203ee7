//! `mediary mcp`: the Model Context Protocol over standard input and output, for the program that starts this one.
//!
//! Its tools ask the server that runs here, or at an address; where none does, a gateway in this process, which ends with it.
//! Standard output belongs to the protocol; the log goes to standard error.

mod clients;
mod far;
mod here;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use rmcp::ServiceExt as _;
use rmcp::transport::async_rw::AsyncRwTransport;

use super::own_server::own_server;
use super::{Context, complain};
use crate::http::stop_signal;
use crate::mcp::{Door, Server};
use clients::ConfigArgs;
use far::FarDoor;

/// How long work is waited for whose client has left.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Offer tools to an agent over standard input and output, by the Model Context Protocol
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
    mediary mcp config claude-desktop   show what to write into the client's configuration\n  \
    mediary mcp                         what the client then starts by itself\n  \
    mediary mcp --server http://10.0.0.5:8001\n\n\
    Tools ask the server that runs here, else a gateway in this process. MEDIARY_API_KEY is the key that it is asked with.\n\
    Over HTTP a server offers the same at /mcp."
)]
pub(super) struct McpArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// The address of the server, instead of the one that runs here
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    Config(ConfigArgs),
}

impl McpArgs {
    pub(super) fn run(self, context: &Context) -> ExitCode {
        if let Some(Action::Config(command)) = self.action {
            return command.run(context);
        }
        match speak(context, self.server.as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }
}

fn speak(context: &Context, address: Option<&str>) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
    let ended = match own_server(context, address)? {
        Some(server) => runtime.block_on(speak_with(Arc::new(FarDoor::of(server)))),
        None => here::with_gateway(context, &runtime, |door| runtime.block_on(speak_with(door))),
    };
    // A read of standard input that waits for a client cannot be called back.
    runtime.shutdown_timeout(LAST_WORK);
    ended
}

/// Answers until standard input ends, or the process is told to.
async fn speak_with(door: Arc<dyn Door>) -> Result<(), String> {
    let speaking = async {
        let streams = AsyncRwTransport::new_server(tokio::io::stdin(), tokio::io::stdout());
        // A file in base64 may be long, and what is longer than usual would be dropped without a word: its server judges it.
        match Server::here(door).serve(streams.with_max_line_length(usize::MAX)).await {
            Ok(speaking) => speaking.waiting().await.map(|_| ()).map_err(|error| error.to_string()),
            // A client that leaves before it has said anything wants nothing.
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            // Why is told with what came, which may be a prompt.
            Err(_) => Err("what comes on standard input is not the Model Context Protocol".to_owned()),
        }
    };
    tokio::select! {
        ended = speaking => ended,
        () = stop_signal() => Ok(()),
    }
}
