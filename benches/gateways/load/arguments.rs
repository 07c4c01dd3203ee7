//! The command line of the load.

use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;

/// What to send where, and how often.
pub struct Arguments {
    /// `--address HOST:PORT`.
    pub address: String,
    /// `--path PATH`.
    pub path: String,
    /// `--header "NAME: VALUE"`, any number of them.
    pub headers: Vec<(String, String)>,
    /// `--body FILE`, sent with every request.
    pub body: Bytes,
    /// `--connections N`.
    pub connections: usize,
    /// `--requests N`: at most so many, all connections together, after the warm-up.
    pub requests: usize,
    /// `--seconds S`: for at most so long, after the warm-up.
    pub limit: Duration,
    /// `--warmup N`: so many on each connection that do not count.
    pub warmup: usize,
    /// `--bytes N`: how much `copy` copies.
    pub bytes: usize,
}

impl Arguments {
    /// Reads pairs of a name and a value.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Self {
            address: String::new(),
            path: "/v1/chat/completions".to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
            connections: 1,
            requests: usize::MAX,
            limit: Duration::MAX,
            warmup: 0,
            bytes: 0,
        };
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} wants a value"))?;
            match name.as_str() {
                "--address" => read.address = value,
                "--path" => read.path = value,
                "--header" => read.headers.push(header(&value)?),
                "--body" => read.body = std::fs::read(&value).map_err(|error| format!("{value}: {error}"))?.into(),
                "--connections" => read.connections = number(&name, &value)?,
                "--requests" => read.requests = number(&name, &value)?,
                "--seconds" => read.limit = Duration::from_secs_f64(number(&name, &value)?),
                "--warmup" => read.warmup = number(&name, &value)?,
                "--bytes" => read.bytes = number(&name, &value)?,
                _ => return Err(format!("{name} means nothing")),
            }
        }
        Ok(read)
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(": ").ok_or_else(|| format!("`{text}` is not `NAME: VALUE`"))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn number<N: FromStr>(name: &str, value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("{name} wants a number, not `{value}`"))
}
