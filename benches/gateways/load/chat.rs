//! Plain requests: how long each took from before it was sent to the last byte of its answer.

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::client::Client;
use crate::measured::micros;

/// Keeps all connections busy until enough was sent or enough time has passed.
pub async fn measure(arguments: &Arguments) -> Result<Value, String> {
    let warm = try_join_all((0..arguments.connections).map(|_| warm(arguments))).await?;
    let left = Cell::new(arguments.requests);
    let begin = Instant::now();
    let runs = warm.into_iter().map(|client| run(client, arguments.limit, begin, &left));
    let runs = try_join_all(runs).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let reopened: usize = runs.iter().map(|run| run.reopened).sum();
    let times: Vec<Duration> = runs.into_iter().flat_map(|run| run.times).collect();
    let requests = times.len();
    Ok(json!({ "requests": requests, "seconds": seconds, "per_second": requests as f64 / seconds,
        "reopened": reopened, "times": micros(times) }))
}

struct Run {
    times: Vec<Duration>,
    reopened: usize,
}

async fn warm(arguments: &Arguments) -> Result<Client<'_>, String> {
    let mut client = Client::connect(arguments).await?;
    for _ in 0..arguments.warmup {
        once(&mut client).await?;
    }
    Ok(client)
}

async fn run(mut client: Client<'_>, limit: Duration, begin: Instant, left: &Cell<usize>) -> Result<Run, String> {
    let mut times = Vec::new();
    while left.get() > 0 && begin.elapsed() < limit {
        left.set(left.get() - 1);
        times.push(once(&mut client).await?);
    }
    Ok(Run { times, reopened: client.reopened })
}

async fn once(client: &mut Client<'_>) -> Result<Duration, String> {
    let begin = Instant::now();
    let mut body = client.post().await?.into_body();
    while let Some(frame) = body.frame().await {
        frame.map_err(|error| format!("the answer broke off: {error}"))?;
    }
    Ok(begin.elapsed())
}
