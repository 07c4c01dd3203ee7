//! Lines of batches on many machines: a server hands them out over a queue, and nodes answer them.
//!
//! `door` is what a server's batches are answered at where `[queue]` names a broker; `node` is what takes lines from it and
//! has each answered at its own process's door. A line has a name, by which it is handed out, marked before it may be billed,
//! and answered once, however often it is given out. What does not fit into a message of the broker goes by way of object
//! storage.

mod door;
mod node;
mod wire;

pub use door::QueueDoor;
pub use node::Node;
pub use wire::Depot;
