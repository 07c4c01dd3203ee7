//! A permit for what is in memory, opaque here: it is given back when the last user of that memory lets go of it.
//!
//! Rooms and waiting are the gateway's affair. A picture and a blob carry what was taken for them, so that a permit goes
//! wherever the memory goes: into a blocking closure, an engine's job, a call that outlives its client.

use std::fmt;
use std::sync::Arc;

/// A permit that is given back when its last copy is dropped. The default holds nothing.
#[derive(Clone, Default)]
pub struct Hold(Option<Arc<dyn Send + Sync>>);

impl Hold {
    /// Keeps what `guard` stands for.
    #[must_use]
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(guard)))
    }

    /// Whether something is given back with it.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_some() { "Hold" } else { "Hold(nothing)" })
    }
}
