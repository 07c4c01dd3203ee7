//! Chats from a client's side: asking, reading streams as they come, and servers with scripted providers.

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;

use mediary::config::{Config, Environment, Overrides};
use mediary_convert::av::Ffmpeg;
use serde_json::{Map, Value, json};

use super::client::{Answer, Request};
use super::server::TestServer;
use super::upstream::Upstream;

/// Lays the fields of one object over those of another.
pub(crate) fn over(below: Value, fields: Value) -> Value {
    let (Value::Object(mut below), Value::Object(fields)) = (below, fields) else { unreachable!("both are objects") };
    below.extend(fields);
    Value::Object(below)
}

impl Upstream {
    /// The key that its entry gives it.
    pub(crate) fn key_of(id: &str) -> String {
        format!("sk-{id}-0123456789abcdef")
    }

    /// Its entry in the configuration: OpenAI's dialect, one key, one model `m`, and `fields` over that.
    pub(crate) fn entry(&self, id: &str, fields: Value) -> Value {
        let usual = json!({
            "id": id, "dialect": "openai", "base_url": format!("http://{}/v1", self.address),
            "api_keys": [Self::key_of(id)], "models": [{ "id": "m" }],
        });
        over(usual, fields)
    }

    /// Its entry, as a provider that is not on this machine: its address is not known as loopback.
    pub(crate) fn far_entry(&self, id: &str, fields: Value) -> Value {
        let base_url = format!("http://0.0.0.0:{}/v1", self.address.port());
        self.entry(id, over(json!({ "base_url": base_url }), fields))
    }

    /// Its entry with these fields in its model `m`.
    pub(crate) fn with_model(&self, id: &str, fields: Value) -> Value {
        self.entry(id, json!({ "models": [over(json!({ "id": "m" }), fields)] }))
    }
}

/// A server with these providers, asked in this order unless they say otherwise.
pub(crate) fn serving(providers: &[Value], edit: impl FnOnce(&mut Config)) -> TestServer {
    TestServer::with(|config| {
        configure(config, providers);
        edit(config);
    })
}

/// The same with an ffmpeg.
pub(crate) fn with_ffmpeg(ffmpeg: Ffmpeg, providers: &[Value]) -> TestServer {
    TestServer::with_ffmpeg(ffmpeg, |config| configure(config, providers))
}

/// The same without further settings.
pub(crate) fn with_providers(providers: &[Value]) -> TestServer {
    serving(providers, |_| ())
}

/// Puts providers into a configuration, read as if they had been written into its file.
pub(crate) fn configure(config: &mut Config, providers: &[Value]) {
    let place = |(index, provider): (usize, &Value)| over(json!({ "priority": index + 1 }), provider.clone());
    let providers: Vec<Value> = providers.iter().enumerate().map(place).collect();
    let file: toml::Table = serde_json::from_value(json!({ "providers": providers })).expect("it has a TOML form");
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let text = file.to_string();
    std::fs::write(folder.path().join("mediary.toml"), &text).expect("it can be written");
    let loaded = Config::load(&Overrides::default(), &Environment::default(), folder.path());
    config.providers = loaded.unwrap_or_else(|error| unreachable!("{error}\n{text}")).config.providers;
}

/// A request with these fields over a greeting to the model `m`.
pub(crate) fn asking(fields: Value) -> Request {
    let greeting = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] });
    Request::new("POST", "/v1/chat/completions").body("application/json", over(greeting, fields).to_string())
}

/// A conversation of these texts, the user's first.
pub(crate) fn turns(texts: &[&str]) -> Value {
    let message = |(index, text): (usize, &&str)| json!({ "role": if index % 2 == 0 { "user" } else { "assistant" }, "content": text });
    texts.iter().enumerate().map(message).collect()
}

impl TestServer {
    /// Asks with these fields over a greeting.
    pub(crate) fn chat(&self, fields: Value) -> Answer {
        asking(fields).send(self)
    }

    /// The same with a header.
    pub(crate) fn chat_with(&self, header: (&str, &str), fields: Value) -> Answer {
        asking(fields).header(header.0, header.1).send(self)
    }
}

impl Answer {
    /// What a whole answer or a stream says.
    #[track_caller]
    pub(crate) fn said(&self) -> String {
        assert_eq!(self.status, 200, "{self}");
        if self.header("content-type") == Some("application/json") {
            return self.json()["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned();
        }
        let text = |chunk: &Value| chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned();
        self.chunks().iter().map(text).collect()
    }

    /// The data of a stream's events, its end included.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<&str> {
        assert_eq!(self.header("content-type"), Some("text/event-stream"), "{self}");
        let events = self.text().split("\n\n").filter(|event| !event.is_empty() && !event.starts_with(':'));
        events.map(|event| event.strip_prefix("data: ").unwrap_or_else(|| unreachable!("no event: {event}"))).collect()
    }

    /// The chunks of a stream that ended as it should.
    #[track_caller]
    pub(crate) fn chunks(&self) -> Vec<Value> {
        let mut events = self.events();
        assert_eq!(events.pop(), Some("[DONE]"), "{self}");
        let chunk = |event: &str| -> Value { serde_json::from_str(event).expect("chunks are JSON") };
        let chunks: Vec<Value> = events.into_iter().map(chunk).collect();
        assert!(chunks.iter().all(|chunk| chunk["error"].is_null()), "{self}");
        chunks
    }

    /// The error that ends a stream which began well, and what was said before. Such a stream claims no completion.
    #[track_caller]
    pub(crate) fn broken_off(&self) -> (String, Map<String, Value>) {
        assert_eq!(self.status, 200, "{self}");
        let mut events: Vec<Value> =
            self.events().iter().map(|event| serde_json::from_str(event).unwrap_or(Value::Null)).collect();
        let last = events.pop().and_then(|last| last.get("error")?.as_object().cloned());
        let last = last.unwrap_or_else(|| unreachable!("no error at its end: {self}"));
        assert!(events.iter().all(|chunk| chunk["choices"][0]["finish_reason"].is_null()), "it claims an end: {self}");
        let text = |chunk: &Value| chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned();
        (events.iter().map(text).collect(), last)
    }

    /// Everything that went over the wire but for the framing.
    pub(crate) fn raw(&self) -> String {
        let headers: Vec<String> = self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{}\n\n{}", headers.join("\n"), String::from_utf8_lossy(&self.body))
    }

    /// What was called in vain, and how each failed: `a/m timed_out, b/m bad_key`.
    pub(crate) fn tried(&self) -> String {
        let body = self.json();
        let tried = body["error"]["tried"].as_array().cloned().unwrap_or_default();
        let one = |one: &Value| {
            format!("{} {}", one["target"].as_str().unwrap_or("?"), one["failure"].as_str().unwrap_or("?"))
        };
        tried.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// Asserts how long the client is told to wait. A second may have passed already.
    #[track_caller]
    pub(crate) fn retry_after(&self, seconds: u64) {
        let told = self.header("retry-after").and_then(|value| value.parse::<u64>().ok());
        assert!(told.is_some_and(|told| told == seconds || told + 1 == seconds), "{told:?} is not {seconds}: {self}");
    }
}

/// A client that reads a stream as it comes. Dropping it closes its connection.
pub(crate) struct Listener(BufReader<TcpStream>);

impl Listener {
    /// Asks for a stream and reads nothing yet.
    pub(crate) fn ask(server: &TestServer, fields: Value) -> Self {
        Self::ask_on(server.connect(), server, fields)
    }

    /// The same on a connection that may have served other requests.
    pub(crate) fn ask_on(mut connection: TcpStream, server: &TestServer, fields: Value) -> Self {
        let request = asking(over(json!({ "stream": true }), fields));
        connection.write_all(&request.bytes(server)).expect("the server reads");
        Self(BufReader::new(connection))
    }

    /// The stream that answers any request.
    pub(crate) fn to(server: &TestServer, request: &Request) -> Self {
        let mut connection = server.connect();
        connection.write_all(&request.bytes(server)).expect("the server reads");
        Self(BufReader::new(connection))
    }

    /// The data of the events up to one of this type.
    pub(crate) fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let line = self.next().unwrap_or_else(|| unreachable!("the stream ended before `{kind}`: {all:#?}"));
            let Some(data) = line.strip_prefix("data: ") else { continue };
            let data: Value = serde_json::from_str(data).expect("events are JSON");
            let is_it = data["type"] == kind;
            all.push(data);
            if is_it {
                return all;
            }
        }
    }

    /// The next line of an event or a comment; `None` at the end. Each is written in a piece, so what frames the pieces
    /// stands on lines of its own.
    pub(crate) fn next(&mut self) -> Option<String> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.0.read_line(&mut line).expect("the stream comes to its end") == 0 {
                return None;
            }
            let line = line.trim_end();
            if line.starts_with("data: ") || line.starts_with(": ") {
                return Some(line.to_owned());
            }
            if line == "0" {
                return None;
            }
        }
    }

    /// Reads up to an event that holds these words.
    pub(crate) fn read_until(&mut self, words: &str) {
        while !self.next().unwrap_or_else(|| unreachable!("the stream ended before `{words}`")).contains(words) {}
    }
}
