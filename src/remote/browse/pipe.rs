//! The pipe to a Chromium: commands and answers of its DevTools protocol, each a JSON text that ends with a zero.
//!
//! Two things are done without being asked: dialogs are declined, since a page waits for them, and windows that a page opens by
//! itself are closed, since there would be no end to them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Longer messages are a page's attempt to fill our memory.
const MOST_BYTES: usize = 64 << 20;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

type Answer = Result<Value, String>;
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Answer>>>>;

/// A pipe. Dropping it closes it.
#[derive(Debug)]
pub(super) struct Pipe {
    next: AtomicU64,
    waiting: Waiting,
    to_browser: mpsc::UnboundedSender<String>,
    _at_work: JoinSet<()>,
}

impl Pipe {
    /// Speaks over these ends.
    pub(super) fn over(
        from_browser: impl AsyncRead + Send + Unpin + 'static,
        to_browser: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        let waiting = Waiting::default();
        let (commands, commanded) = mpsc::unbounded_channel();
        let mut at_work = JoinSet::new();
        at_work.spawn(write(to_browser, commanded));
        at_work.spawn(read(from_browser, waiting.clone(), commands.clone()));
        // What is not asked for by a client has numbers of its own.
        Self { next: AtomicU64::new(1_000), waiting, to_browser: commands, _at_work: at_work }
    }

    /// Has the browser do something; `session`: on which page.
    pub(super) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value, Failure> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        locked(&self.waiting).insert(id, tell);
        let forget = Forget { waiting: &self.waiting, id };
        if self.to_browser.send(command(id, session, method, params)).is_err() {
            return Err(gone());
        }
        let answer = timeout(PATIENCE, told).await;
        drop(forget);
        match answer {
            Err(_) => Err(Failure::new(FailureKind::TimedOut, format!("the browser did not answer {method} in time"))),
            Ok(Err(_)) => Err(gone()),
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(complaint))) => Err(refused(&complaint)),
        }
    }

    /// Whether the browser is there.
    pub(super) fn is_open(&self) -> bool {
        !self.to_browser.is_closed()
    }
}

/// A call that nothing waits for any more is forgotten.
struct Forget<'a> {
    waiting: &'a Waiting,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        locked(self.waiting).remove(&self.id);
    }
}

fn locked(waiting: &Waiting) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Answer>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gone() -> Failure {
    Failure::new(FailureKind::Lost, "the browser has ended; open the page again")
}

/// What a browser complains of is mostly that a page is gone.
fn refused(complaint: &str) -> Failure {
    let is_gone =
        ["No target", "Session with given id not found", "not attached", "Target closed", "Cannot find context"]
            .iter()
            .any(|words| complaint.contains(words));
    if is_gone {
        return Failure::new(FailureKind::Unknown, "this page is closed; open it again");
    }
    let shown: String = complaint.chars().filter(|c| !c.is_control()).take(200).collect();
    Failure::new(FailureKind::Unacceptable, format!("the browser does not do that: {shown}"))
}

fn command(id: u64, session: Option<&str>, method: &str, params: Value) -> String {
    let mut message = json!({ "id": id, "method": method });
    message["params"] = params;
    if let Some(session) = session {
        message["sessionId"] = session.into();
    }
    message.to_string()
}

async fn write(mut to_browser: impl AsyncWrite + Unpin, mut commands: mpsc::UnboundedReceiver<String>) {
    while let Some(command) = commands.recv().await {
        let written = async {
            to_browser.write_all(command.as_bytes()).await?;
            to_browser.write_all(&[0]).await?;
            to_browser.flush().await
        };
        if written.await.is_err() {
            break;
        }
    }
}

async fn read(from_browser: impl AsyncRead + Unpin, waiting: Waiting, commands: mpsc::UnboundedSender<String>) {
    let mut from_browser = BufReader::with_capacity(256 * 1024, from_browser);
    let mut own_ids = 1..1_000_u64;
    let mut message = Vec::new();
    loop {
        message.clear();
        match next(&mut from_browser, &mut message).await {
            Ok(true) => {}
            Ok(false) | Err(_) => break,
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(&message) else { continue };
        if let Some(id) = value["id"].as_u64() {
            let answer = match value.get_mut("error").map(Value::take) {
                Some(error) => Err(error["message"].as_str().unwrap_or("no reason").to_owned()),
                None => Ok(value["result"].take()),
            };
            if let Some(tell) = locked(&waiting).remove(&id) {
                let _left = tell.send(answer);
            }
        } else if let Some((session, method, params)) = unasked(&value) {
            let id = own_ids.next().unwrap_or_else(|| {
                own_ids = 2..1_000;
                1
            });
            if commands.send(command(id, session, method, params)).is_err() {
                break;
            }
        }
    }
    // Those that wait hear that it has ended.
    locked(&waiting).clear();
}

/// Reads up to the next zero; whether there was one.
async fn next(from: &mut (impl AsyncBufReadExt + Unpin), message: &mut Vec<u8>) -> std::io::Result<bool> {
    loop {
        let available = from.fill_buf().await?;
        if available.is_empty() {
            return Ok(false);
        }
        let end = memchr::memchr(0, available);
        let taken = end.unwrap_or(available.len());
        message.extend_from_slice(&available[..taken]);
        let used = taken + usize::from(end.is_some());
        from.consume(used);
        if end.is_some() {
            return Ok(true);
        }
        if message.len() > MOST_BYTES {
            return Err(std::io::Error::other("a message without end"));
        }
    }
}

/// What follows on an event without being asked for.
fn unasked(event: &Value) -> Option<(Option<&str>, &'static str, Value)> {
    match event["method"].as_str()? {
        "Page.javascriptDialogOpening" => {
            // A page that asks whether it may be left is left.
            let is_leaving = event["params"]["type"] == "beforeunload";
            Some((event["sessionId"].as_str(), "Page.handleJavaScriptDialog", json!({ "accept": is_leaving })))
        }
        "Target.targetCreated" => {
            let target = &event["params"]["targetInfo"];
            let opener = target["openerId"].as_str()?;
            (!opener.is_empty()).then(|| (None, "Target.closeTarget", json!({ "targetId": target["targetId"] })))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    fn run(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
    }

    async fn heard(from: &mut (impl AsyncRead + Unpin)) -> Value {
        let mut message = Vec::new();
        loop {
            match from.read_u8().await.unwrap() {
                0 => return serde_json::from_slice(&message).unwrap(),
                byte => message.push(byte),
            }
        }
    }

    #[test]
    fn answers_find_those_that_wait_and_dialogs_are_declined() {
        run(async {
            let (ours, theirs) = duplex(64);
            let (from_browser, to_browser) = tokio::io::split(ours);
            let (mut hears, mut says) = tokio::io::split(theirs);
            let pipe = Pipe::over(from_browser, to_browser);
            let browser = async {
                let asked = heard(&mut hears).await;
                assert_eq!((&asked["method"], &asked["sessionId"]), (&json!("Page.enable"), &json!("s1")));
                let dialog = json!({ "method": "Page.javascriptDialogOpening", "sessionId": "s1", "params": { "type": "alert" } });
                let popup = json!({ "method": "Target.targetCreated", "params": { "targetInfo": { "targetId": "t2", "openerId": "t1" } } });
                let answer = json!({ "id": asked["id"], "result": { "ok": 1 } });
                says.write_all(format!("{dialog}\0{popup}\0{answer}\0").as_bytes()).await.unwrap();
                let declined = heard(&mut hears).await;
                assert_eq!(
                    (&declined["method"], &declined["params"]["accept"]),
                    (&json!("Page.handleJavaScriptDialog"), &json!(false))
                );
                assert_eq!(heard(&mut hears).await["params"]["targetId"], "t2");
                let asked = heard(&mut hears).await;
                let error = json!({ "id": asked["id"], "error": { "message": "No target with given id found" } });
                says.write_all(format!("{error}\0").as_bytes()).await.unwrap();
                let _asked = heard(&mut hears).await;
                drop((hears, says));
            };
            let client = async {
                assert_eq!(pipe.call(Some("s1"), "Page.enable", json!({})).await.unwrap(), json!({ "ok": 1 }));
                let closed = pipe.call(None, "Target.closeTarget", json!({})).await.unwrap_err();
                assert_eq!(closed.kind, FailureKind::Unknown);
                let ended = pipe.call(None, "Browser.getVersion", json!({})).await.unwrap_err();
                assert_eq!(ended.kind, FailureKind::Lost);
            };
            tokio::join!(browser, client);
        });
    }
}
