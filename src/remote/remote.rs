//! Calls to one provider.

/// A provider.
#[derive(Debug)]
pub struct Remote;

/// A reply.
#[derive(Debug)]
pub struct Reply;
