//! Browsers: a Chromium of this machine, or a camofox server that the operator names. Pages are opened, seen and acted on.
//!
//! Whatever a Chromium asks for goes through a proxy of ours in front of it, which resolves names and judges addresses as
//! the fetcher does, so that no page and no redirect leads it to where clients may not go. It is spoken to over a pipe: a
//! port would be open to every account of the machine. Who may use which page is the gateway's affair.

mod act;
mod camofox;
mod chromium;
mod guard;
mod page;
mod pipe;
mod script;
mod seen;

pub use act::{Action, Direction};
pub use camofox::Camofox;
pub use chromium::{Chromium, ChromiumSettings};
pub use seen::{PageLink, SeenPage, TabName};
