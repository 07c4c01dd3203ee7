//! Batches from their first line to their files, with a door that answers as it is told: what is sent once, what is sent again,
//! and what is given up.

use std::path::Path;
use std::sync::Mutex;

use mediary_core::Blob;
use mediary_core::provider::BoxFuture;
use mediary_store::{BatchKind, BatchState};
use tempfile::TempDir;

use super::super::NewFile;
use super::*;
use crate::config::Config;

/// What the door does with a line, by what it asks.
type Answering = dyn Fn(&str, usize) -> Act + Send + Sync;

enum Act {
    /// Answers with this status; it may have been billed.
    Answer(u16),
    /// The same, and it may not have been.
    AnswerFree(u16),
    /// Refuses for now.
    Later(u16),
    /// Says nothing from when it may be billed on.
    Hang,
    /// Says nothing before.
    HangFree,
}

struct Stage {
    asked: Mutex<Vec<String>>,
    /// Of these, whose mark is written down.
    marked: Mutex<Vec<String>>,
    answer: Box<Answering>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Stage")
    }
}

impl Stage {
    fn of(answer: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { asked: Mutex::default(), marked: Mutex::default(), answer: Box::new(answer) })
    }

    fn marked(&self, letter: char) -> usize {
        self.marked.lock().unwrap().iter().filter(|word| word.starts_with(letter)).count()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A line is a word, which is its name as well.
#[derive(Debug)]
struct Words(Arc<Stage>);

impl Door for Words {
    fn answer(&self, call: LineCall) -> BoxFuture<'static, LineAnswer> {
        let mut asked = self.0.asked.lock().unwrap();
        let before = asked.iter().filter(|word| **word == call.body).count();
        asked.push(call.body.clone());
        let act = (self.0.answer)(&call.body, before);
        let stage = self.0.clone();
        Box::pin(async move {
            // As a request's body, until it is answered.
            let _held = call.held;
            let answer = |status, retry_after| LineAnswer {
                status,
                request_id: "r".to_owned(),
                retry_after,
                body: call.body.clone().into(),
            };
            if !matches!(act, Act::AnswerFree(_) | Act::HangFree) && call.announced.announce().await.is_err() {
                return answer(499, None);
            }
            stage.marked.lock().unwrap().push(call.body.clone());
            match act {
                Act::Answer(status) | Act::AnswerFree(status) => answer(status, None),
                Act::Later(status) => answer(status, Some(Duration::from_millis(1))),
                Act::Hang | Act::HangFree => std::future::pending().await,
            }
        })
    }

    fn read_line(&self, _endpoint: &str, text: &str) -> Result<ReadLine, LineFault> {
        Ok(ReadLine { custom_id: text.to_owned(), body: text.to_owned() })
    }

    fn written(&self, _kind: BatchKind, _id: &str, custom_id: &str, outcome: &LineOutcome) -> String {
        match outcome {
            LineOutcome::Answered { status, .. } => format!("{custom_id} {status}"),
            LineOutcome::GivenUp { code, .. } => format!("{custom_id} {code}"),
        }
    }
}

/// A server's batches, as one process has them.
struct Server {
    batches: Arc<Batches>,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    fn on(folder: &Path, stage: &Arc<Stage>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let batches = runtime.block_on(async {
            let config = Config::default();
            let database = Arc::new(Database::open(&folder.join("store")).await.unwrap());
            let files =
                KeptFiles::start(database.clone(), &config, Some(folder.join("content"))).await.unwrap().unwrap();
            let admission = Admission::new(&config.admission, 1 << 20);
            let batches = Batches::start(database, files, Arc::default(), admission, config.batches).await.unwrap();
            let door: Arc<dyn Door> = Arc::new(Words(stage.clone()));
            batches.work(&door);
            batches
        });
        Self { batches, runtime }
    }

    /// Ends as a process does that is killed.
    fn killed(self) {
        self.runtime.shutdown_timeout(Duration::from_secs(60));
    }

    /// Makes a batch of a file of these words.
    fn made(&self, words: &str, seconds: i64) -> String {
        self.runtime.block_on(async {
            let blob = Blob::in_memory(words.replace(' ', "\n").into_bytes());
            let new = NewFile {
                id: None,
                owner: Vec::new(),
                blob,
                name: "lines".to_owned(),
                mime: String::new(),
                purpose: "batch".to_owned(),
                life: None,
            };
            let file = self.batches.files().keep(new).await.unwrap();
            let asked = BatchAsked { input_file: Some(file.id), endpoint: "/v1/x".to_owned(), ..BatchAsked::default() };
            let (kind, lines) = (BatchKind::OpenAi, BatchLines::InFile);
            let wish = BatchWish { owner: Vec::new(), kind, asked, seconds, lines };
            self.batches.create(wish).await.unwrap().id
        })
    }

    fn batch(&self, id: &str) -> Batch {
        self.runtime.block_on(self.batches.get(id, b"", BatchKind::OpenAi)).unwrap()
    }

    fn wait(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let end = std::time::Instant::now() + Duration::from_secs(120);
        while !holds() {
            assert!(std::time::Instant::now() < end, "it was waited for too long: {what}");
            self.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(2)).await });
        }
    }

    /// The batch once it has ended, and what came of its lines, sorted.
    fn ended(&self, id: &str) -> (Batch, Vec<String>, Vec<String>) {
        self.wait("the batch ends", || self.batch(id).state.is_over());
        let batch = self.batch(id);
        let read = |file: &Option<String>| {
            let Some(file) = file else { return Vec::new() };
            let (_, mut found) = self.runtime.block_on(self.batches.files().open(file, b"")).unwrap();
            let mut text = String::new();
            std::io::Read::read_to_string(&mut found.stored.reader, &mut text).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let (output, error) = (read(&batch.outcome.output_file), read(&batch.outcome.error_file));
        (batch, output, error)
    }
}

fn counts(batch: &Batch) -> (i64, i64, i64) {
    (batch.total, batch.completed, batch.failed)
}

#[test]
fn what_is_refused_for_now_is_sent_again_and_what_is_refused_is_an_error() {
    let folder = TempDir::new().unwrap();
    let stage = Stage::of(|word, before| match (word, before) {
        ("late", 0..3) => Act::Later([429, 503, 402][before]),
        ("wrong", _) => Act::Answer(400),
        ("free", _) => Act::AnswerFree(201),
        _ => Act::Answer(200),
    });
    let server = Server::on(folder.path(), &stage);
    let id = server.made("a late wrong free", 3_600);
    let (batch, output, error) = server.ended(&id);
    assert_eq!((batch.state, counts(&batch)), (BatchState::Completed, (4, 3, 1)));
    assert_eq!(
        (output, error),
        (vec!["a 200".into(), "free 201".into(), "late 200".into()], vec!["wrong 400".to_owned()])
    );
    assert_eq!(stage.asked().iter().filter(|word| *word == "late").count(), 4);
    assert_eq!(stage.asked().len(), 7);
    server.killed();
}

#[test]
fn lines_are_in_memory_only_where_there_is_room_for_them() {
    let folder = TempDir::new().unwrap();
    let stage = Stage::of(|_, _| Act::Hang);
    let server = Server::on(folder.path(), &stage);
    let admission = server.batches.admission.clone();
    let others = admission.holding(admission.bytes.all()).unwrap();
    let words: Vec<String> = (0..10).map(|number| format!("{}{number}", "h".repeat(2_999))).collect();
    let id = server.made(&words.join(" "), 3_600);
    server.wait("its lines wait", || server.batch(&id).state == BatchState::InProgress);
    assert!(stage.asked().is_empty(), "other requests hold all the room");
    drop(others);
    server.wait("four are at it", || stage.marked('h') == 4);
    assert_eq!(admission.in_use().bytes, 4 * 3 * 1024, "those count as requests do, and the others are not there yet");
    server.killed();
    assert_eq!(admission.in_use().bytes, 0);
}

#[test]
fn what_may_have_been_billed_when_the_server_was_killed_is_not_sent_again() {
    let folder = TempDir::new().unwrap();
    let first = Stage::of(|word, _| if word.starts_with('h') { Act::Hang } else { Act::Answer(200) });
    let server = Server::on(folder.path(), &first);
    // Four lines of a key go on at once, which is what is left when these hang.
    let id = server.made("a h1 h2 h3 h4 b c d", 3_600);
    server.wait("four hang", || first.marked('h') == 4);
    server.wait("the first is written down", || server.batch(&id).completed == 1);
    server.killed();
    let second = Stage::of(|_, _| Act::Answer(200));
    let server = Server::on(folder.path(), &second);
    let (batch, output, error) = server.ended(&id);
    assert_eq!((batch.state, counts(&batch)), (BatchState::Completed, (8, 4, 4)));
    assert_eq!(output, ["a 200", "b 200", "c 200", "d 200"]);
    assert_eq!(error, ["h1", "h2", "h3", "h4"].map(|word| format!("{word} unknown_outcome")));
    let mut again = second.asked();
    again.sort();
    assert_eq!(again, ["b", "c", "d"], "nothing was sent twice");
    server.killed();
}

#[test]
fn what_was_not_billed_is_done_again() {
    let folder = TempDir::new().unwrap();
    let first = Stage::of(|_, _| Act::HangFree);
    let server = Server::on(folder.path(), &first);
    let id = server.made("a b", 3_600);
    server.wait("both are asked", || first.asked().len() == 2);
    server.killed();
    let second = Stage::of(|_, _| Act::AnswerFree(200));
    let server = Server::on(folder.path(), &second);
    let (batch, output, _) = server.ended(&id);
    assert_eq!((counts(&batch), second.asked().len()), ((2, 2, 0), 2));
    assert_eq!(output, ["a 200", "b 200"]);
    server.killed();
}

#[test]
fn a_batch_that_is_cancelled_or_late_says_so_of_each_line() {
    let folder = TempDir::new().unwrap();
    let open = Arc::new(Mutex::new(false));
    let opened = open.clone();
    let stage = Stage::of(move |word, _| match word {
        "slow" if !*opened.lock().unwrap() => Act::Later(503),
        _ => Act::Answer(200),
    });
    let server = Server::on(folder.path(), &stage);
    let late = server.made("x y", 0);
    let (batch, output, error) = server.ended(&late);
    assert_eq!((batch.state, counts(&batch), batch.outcome.expired), (BatchState::Expired, (2, 0, 2), 2));
    assert_eq!((output, error), (vec![], vec!["x batch_expired".to_owned(), "y batch_expired".to_owned()]));
    let id = server.made("slow", 3_600);
    server.wait("it is asked", || stage.asked().iter().any(|word| word == "slow"));
    let cancel = || server.runtime.block_on(server.batches.cancel(&id, b"", BatchKind::OpenAi));
    assert!(matches!(cancel().unwrap().state, BatchState::Cancelling | BatchState::Cancelled));
    let (batch, output, error) = server.ended(&id);
    assert_eq!((batch.state, counts(&batch), batch.outcome.cancelled), (BatchState::Cancelled, (1, 0, 1), 1));
    assert_eq!((output, error), (vec![], vec!["slow batch_cancelled".to_owned()]));
    assert!(matches!(cancel(), Err(NoBatch::Unfit(_))), "it has ended");
    server.killed();
}

#[test]
fn a_stop_waits_for_lines_under_way_and_leaves_the_rest_to_the_next_start() {
    let folder = TempDir::new().unwrap();
    let stage = Stage::of(|_, _| Act::Answer(200));
    let server = Server::on(folder.path(), &stage);
    let words: Vec<String> = (0..400).map(|number| format!("w{number}")).collect();
    let id = server.made(&words.join(" "), 3_600);
    server.wait("it has begun", || !stage.asked().is_empty());
    server.runtime.block_on(server.batches.settle(Duration::from_secs(60)));
    let so_far = server.batch(&id);
    assert_eq!(so_far.completed, i64::try_from(stage.asked().len()).unwrap(), "each that was asked was answered");
    server.killed();
    let server = Server::on(folder.path(), &stage);
    let (batch, output, error) = server.ended(&id);
    assert_eq!((counts(&batch), output.len(), error.len()), ((400, 400, 0), 400, 0));
    assert_eq!(stage.asked().len(), 400, "each was asked once");
    server.killed();
}
