//! Where lines of batches are answered, and how many at once: by this server, or by nodes behind a broker.

use std::sync::Arc;

use mediary_store::Queue;

use crate::config::{self, Config};
use crate::gateway::batches::Door;
use crate::gateway::queue::{Depot, QueueDoor};
use crate::http::{self, Current};

/// Where lines of batches are answered: here, or by nodes, where there is a broker.
pub(super) async fn door(config: &Config, current: Current) -> Result<Arc<dyn Door>, String> {
    let here = http::door(current).map_err(|error| format!("cannot work on batches: {error}"))?;
    let Some(address) = &config.queue.url else { return Ok(here) };
    let queue =
        Queue::open(address, config.queue.lease, config.queue.backlog).await.map_err(|error| error.to_string())?;
    let depot = Depot::new(config.store.content.as_ref(), queue.most_bytes()).map_err(|error| error.to_string())?;
    tracing::info!(queue.place = %address, "lines of batches are handed out to nodes");
    Ok(Arc::new(QueueDoor::new(Arc::new(queue), depot, here)))
}

/// How much of the server batches may take: where nodes answer their lines, so many are handed out at once.
pub(super) fn batches_of(config: &Config) -> config::Batches {
    let usual = config.batches.clone();
    match config.queue.url {
        Some(_) => config::Batches { at_once: config.queue.at_once, at_once_per_key: config.queue.at_once, ..usual },
        None => usual,
    }
}
