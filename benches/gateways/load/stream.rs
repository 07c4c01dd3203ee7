//! Streams, one after the other: when the first token came, how many came, how far apart they were.
//!
//! A token is an event whose delta holds text. Tokens that arrive together have no gap between them, as a reader would
//! not see any. A stream without `[DONE]` is a failure.

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use memchr::memmem::Finder;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::client::Client;
use crate::measured::micros;

/// Reads streams until enough were read or enough time has passed.
pub async fn measure(arguments: &Arguments) -> Result<Value, String> {
    let mut client = Client::connect(arguments).await?;
    for _ in 0..arguments.warmup {
        read(&mut client).await?;
    }
    let (begin, mut streams) = (Instant::now(), Vec::new());
    while streams.len() < arguments.requests && begin.elapsed() < arguments.limit {
        streams.push(read(&mut client).await?);
    }
    let seconds = begin.elapsed().as_secs_f64();
    let tokens: usize = streams.iter().map(|stream| stream.tokens).sum();
    let firsts: Vec<Duration> = streams.iter().filter_map(|stream| stream.first).collect();
    let gaps: Vec<Duration> = streams.iter().flat_map(|stream| stream.gaps.iter().copied()).collect();
    Ok(json!({ "requests": streams.len(), "seconds": seconds, "tokens": tokens, "reopened": client.reopened,
        "first": micros(firsts), "gaps": micros(gaps) }))
}

#[derive(Default)]
struct Read {
    first: Option<Duration>,
    tokens: usize,
    gaps: Vec<Duration>,
}

async fn read(client: &mut Client<'_>) -> Result<Read, String> {
    let text = Finder::new(b"\"content\":");
    let (mut read, mut lines, mut done) = (Read::default(), Vec::new(), false);
    let begin = Instant::now();
    let mut last: Option<Instant> = None;
    let mut body = client.post().await?.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| format!("the stream broke off: {error}"))?;
        let now = Instant::now();
        let Ok(data) = frame.into_data() else { continue };
        lines.extend_from_slice(&data);
        let whole = memchr::memrchr(b'\n', &lines).map_or(0, |end| end + 1);
        let before = read.tokens;
        for line in lines[..whole].split(|byte| *byte == b'\n') {
            read.tokens += usize::from(text.find(line).is_some_and(|place| has_text(&line[place + 10..])));
            done |= line.starts_with(b"data: [DONE]");
        }
        lines.drain(..whole);
        if read.tokens > before {
            read.first.get_or_insert(now - begin);
            read.gaps.extend(last.map(|last| now - last));
            last = Some(now);
        }
    }
    if done { Ok(read) } else { Err(format!("the stream ended without [DONE] after {} tokens", read.tokens)) }
}

/// Whether a value is a text with something in it.
fn has_text(value: &[u8]) -> bool {
    let value = value.trim_ascii_start();
    value.first() == Some(&b'"') && value.get(1).is_some_and(|byte| *byte != b'"')
}
