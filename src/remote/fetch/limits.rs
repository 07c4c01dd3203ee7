//! What a passed limit says: which one, and what to do.

use std::time::Duration;

use mediary_core::{Failure, FailureKind};

/// The file is larger than is taken in.
pub(super) fn too_large(max_bytes: u64) -> Failure {
    Failure::too_large(format!(
        "the file at that address is larger than {max_bytes} bytes; give a smaller one, or raise [limits] upload_bytes"
    ))
}

/// The whole took too long.
pub(super) fn too_slow(total: Duration) -> Failure {
    let detail = format!(
        "fetching the file took longer than {} s; send the file itself, or raise [fetch] seconds",
        total.as_secs_f32()
    );
    Failure::new(FailureKind::TimedOut, detail)
}

/// Nothing came for too long.
pub(super) fn stalled(host: &str, idle: Duration) -> Failure {
    let detail =
        format!("`{host}` sent nothing for {} s; try again, or raise [fetch] idle_seconds", idle.as_secs_f32());
    Failure::new(FailureKind::TimedOut, detail)
}
