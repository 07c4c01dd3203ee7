//! Notes that are written by themselves, soon after something was said. A vault that is away costs a warning, and catches up.

use std::sync::Arc;
use std::time::Duration;

use super::super::{NoThread, Threads};

/// So long it is waited for more, since turns seldom come alone.
const PAUSE: Duration = Duration::from_secs(1);
/// When a vault is looked for again that was away.
const AGAIN: Duration = Duration::from_secs(30);

/// Writes notes by themselves until the server stops.
pub(in crate::gateway::threads) async fn follow(threads: Arc<Threads>) {
    let Some(vault) = threads.vault.as_ref().filter(|vault| vault.settings.continuous) else { return };
    while !threads.stopping.is_cancelled() {
        let news = threads.news.notified();
        let Some(synced) = threads.stopping.run_until_cancelled(Box::pin(threads.sync_all(vault))).await else {
            return;
        };
        let again = match synced {
            Ok(report) => {
                if report.written > 0 {
                    tracing::debug!(notes.written = report.written, "threads were written as notes");
                }
                None
            }
            Err(NoThread::VaultAway) => Some(AGAIN),
            Err(error) => {
                tracing::warn!(error.detail = %error, "threads are not written as notes");
                Some(AGAIN)
            }
        };
        let waited = async {
            match again {
                Some(again) => tokio::time::sleep(again).await,
                None => {
                    news.await;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        if threads.stopping.run_until_cancelled(waited).await.is_none() {
            return;
        }
    }
}
