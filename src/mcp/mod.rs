//! The Model Context Protocol: what agents and their programs are offered as tools and files of this server.
//!
//! A tool is a thin layer: its arguments become a request to one of this server's own routes, and the answer becomes its result.
//! So limits, keys, routing, the log and the words of errors are those of any other request. The requests go through a
//! [`Door`], which is the router itself or a server elsewhere; this folder knows no status, no socket and no engine. The two
//! ways in, over HTTP and over standard input, are in `http/mcp` and `cli/mcp`; the library `rmcp` speaks the protocol in
//! both of its eras.
//!
//! Large results are kept as files, and named by their ids: what a tool gives goes through a model's context.

mod arguments;
mod desk;
mod door;
mod fence;
mod files;
mod form;
mod media;
mod outcome;
mod progress;
mod running;
mod server;
mod threads;
mod tools;
mod trouble;

pub use door::{Answer, Call, Door};
pub use running::{Caller, Running};
pub use server::Server;
