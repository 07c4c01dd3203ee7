//! Where lines of batches are answered, and how many at once: by this server, or by nodes behind a broker.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mediary_core::plan::Privacy;
use mediary_store::Queue;

use crate::config::{self, Config};
use crate::gateway::batches::{Batches, Door};
use crate::gateway::queue::{Depot, QueueDoor};

/// How soon a broker that is away is asked again, …
const SOONEST: Duration = Duration::from_secs(1);
/// … and at most how long afterwards.
const LATEST: Duration = Duration::from_secs(30);

/// Has batches worked on, here or by nodes where there is a broker: as soon as it is there, which a server does not wait for.
/// Never ends.
pub(super) async fn work(batches: Option<Arc<Batches>>, config: &Config, here: io::Result<Arc<dyn Door>>) {
    if let Some(batches) = batches {
        match here {
            Ok(here) => batches.work(&behind_queue(config, here).await),
            Err(error) => tracing::error!(error.detail = %error, "no batch can be worked on"),
        }
    }
    std::future::pending::<()>().await;
}

/// The door behind which nodes are, or this one, where there is no broker.
async fn behind_queue(config: &Config, here: Arc<dyn Door>) -> Arc<dyn Door> {
    let Some(address) = &config.queue.url else { return here };
    if config.routing.privacy == Privacy::Local {
        tracing::info!("nothing leaves this machine (routing.privacy), so lines of batches are answered on it");
        return here;
    }
    let mut wait = SOONEST;
    loop {
        let opened = Queue::open(address, &config.queue.name, config.queue.bounds).await;
        let opened = opened.map_err(|error| error.to_string()).and_then(|queue| {
            let depot = Depot::new(config.store.content.as_ref(), queue.most_bytes());
            depot.map(|depot| (queue, depot)).map_err(|error| error.to_string())
        });
        match opened {
            Ok((queue, depot)) => {
                tracing::info!(queue.place = %address, "lines of batches are handed out to nodes");
                return Arc::new(QueueDoor::new(Arc::new(queue), depot, here));
            }
            Err(why) => tracing::warn!(queue.place = %address, error.detail = why, "batches wait for the broker"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LATEST);
    }
}

/// How much of the server batches may take: where nodes answer their lines, so many are handed out at once.
pub(super) fn batches_of(config: &Config) -> config::Batches {
    let usual = config.batches.clone();
    match config.queue.url {
        Some(_) => config::Batches { at_once: config.queue.at_once, at_once_per_key: config.queue.at_once, ..usual },
        None => usual,
    }
}
