//! What engines are at, over the whole process.
//!
//! The libraries that engines call take themselves apart when the process exits, whichever threads are still in them: a
//! program that was told to stop while a model was loaded crashed instead of ending. So it rests before it exits.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

static COUNT: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// Something that an engine does or has been told to do, from when it is told to when it is done.
#[derive(Debug)]
pub struct AtWork(());

impl AtWork {
    pub(super) fn begin() -> Self {
        *count() += 1;
        Self(())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        *count() -= 1;
        ENDED.notify_all();
    }
}

fn count() -> MutexGuard<'static, usize> {
    COUNT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until no engine of this process is at work, for so long at most; whether none is.
pub fn rest(most: Duration) -> bool {
    let waited = ENDED.wait_timeout_while(count(), most, |count| *count > 0);
    *waited.unwrap_or_else(PoisonError::into_inner).0 == 0
}
