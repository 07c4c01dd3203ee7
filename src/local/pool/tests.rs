//! Queues that fill, engines that panic, callers that leave. Gates instead of sleeps.

#![expect(clippy::disallowed_methods, reason = "a test waits for every task it starts")]

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use std::sync::atomic::AtomicUsize;

use super::*;

/// Does what the job says; reports each start, and waits at the gate when told to.
struct Puppet {
    started: SyncSender<&'static str>,
    gate: Arc<Mutex<Receiver<()>>>,
}

enum Order {
    Answer(&'static str),
    Panic,
    WaitAtGate(&'static str),
    WaitForCancel,
}

impl Engine for Puppet {
    type Job = Order;
    type Output = &'static str;

    fn run(&mut self, job: Order, cancel: &Cancel) -> Result<&'static str, Failure> {
        match job {
            Order::Answer(word) => {
                let _ = self.started.try_send(word);
                Ok(word)
            }
            Order::Panic => panic!("as ordered"),
            Order::WaitAtGate(word) => {
                self.started.send(word).unwrap();
                self.gate.lock().unwrap().recv().unwrap();
                Ok(word)
            }
            Order::WaitForCancel => {
                self.started.send("waiting").unwrap();
                while !cancel.is_cancelled() {
                    std::thread::yield_now();
                }
                self.started.send("stopped").unwrap();
                Err(Failure::client_gone())
            }
        }
    }
}

struct Stage {
    pool: Arc<Pool<Puppet>>,
    started: Receiver<&'static str>,
    gate: SyncSender<()>,
    loads: Arc<AtomicUsize>,
}

fn stage(queue: usize) -> Stage {
    let (started_sender, started) = sync_channel(16);
    let (gate, gate_receiver) = sync_channel(16);
    let gate_receiver = Arc::new(Mutex::new(gate_receiver));
    let loads = Arc::new(AtomicUsize::new(0));
    let counter = loads.clone();
    let settings = PoolSettings { name: "puppet".into(), queue, retry_after: Duration::from_secs(2) };
    let pool = Pool::start(settings, move || {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(Puppet { started: started_sender.clone(), gate: gate_receiver.clone() })
    });
    Stage { pool: Arc::new(pool.unwrap()), started, gate, loads }
}

#[tokio::test]
async fn the_engine_is_loaded_by_the_first_job_and_kept() {
    let stage = stage(4);
    assert_eq!(stage.loads.load(Ordering::SeqCst), 0);
    assert_eq!(stage.pool.run(Order::Answer("one")).await, Ok("one"));
    assert_eq!(stage.pool.run(Order::Answer("two")).await, Ok("two"));
    assert_eq!(stage.loads.load(Ordering::SeqCst), 1);
    assert_eq!(stage.pool.depth(), 0);
}

#[tokio::test]
async fn a_panic_costs_one_job_and_the_engine_is_loaded_again() {
    let stage = stage(4);
    let failure = stage.pool.run(Order::Panic).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Broken);
    assert_eq!(stage.pool.run(Order::Answer("after")).await, Ok("after"));
    assert_eq!(stage.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_full_queue_refuses_and_says_when_to_come_back() {
    let stage = stage(2);
    let pool = stage.pool.clone();
    let first = tokio::spawn(async move { pool.run(Order::WaitAtGate("first")).await });
    let pool = stage.pool.clone();
    let second = tokio::spawn(async move { pool.run(Order::Answer("second")).await });
    while stage.pool.depth() < 2 {
        tokio::task::yield_now().await;
    }
    let refusal = stage.pool.run(Order::Answer("third")).await.unwrap_err();
    assert_eq!(refusal.kind, FailureKind::Busy { retry_after: Duration::from_secs(2) });
    stage.gate.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok("first"));
    assert_eq!(second.await.unwrap(), Ok("second"));
    assert_eq!(stage.pool.run(Order::Answer("third")).await, Ok("third"));
}

#[tokio::test]
async fn a_caller_that_leaves_stops_the_running_job() {
    let stage = stage(4);
    let pool = stage.pool.clone();
    let caller = tokio::spawn(async move { pool.run(Order::WaitForCancel).await });
    let started = tokio::task::spawn_blocking(move || {
        assert_eq!(stage.started.recv().unwrap(), "waiting");
        stage.started
    });
    let started = started.await.unwrap();
    caller.abort();
    let word = tokio::task::spawn_blocking(move || started.recv().unwrap()).await.unwrap();
    assert_eq!(word, "stopped");
}

#[tokio::test]
async fn a_caller_that_leaves_the_queue_is_never_served() {
    let stage = stage(4);
    let pool = stage.pool.clone();
    let first = tokio::spawn(async move { pool.run(Order::WaitAtGate("first")).await });
    let pool = stage.pool.clone();
    let impatient = tokio::spawn(async move { pool.run(Order::Answer("impatient")).await });
    while stage.pool.depth() < 2 {
        tokio::task::yield_now().await;
    }
    impatient.abort();
    assert!(impatient.await.unwrap_err().is_cancelled());
    stage.gate.send(()).unwrap();
    first.await.unwrap().unwrap();
    stage.pool.run(Order::Answer("last")).await.unwrap();
    let seen: Vec<&str> = stage.started.try_iter().collect();
    assert_eq!(seen, ["first", "last"]);
}

#[tokio::test]
async fn a_failed_load_is_told_and_tried_again() {
    let mut attempts = 0;
    let settings = PoolSettings { name: "shy".into(), queue: 1, retry_after: Duration::from_secs(1) };
    let pool = Pool::<Puppet>::start(settings, move || {
        attempts += 1;
        Err(Failure::new(FailureKind::NotInstalled, format!("attempt {attempts}")))
    })
    .unwrap();
    assert_eq!(pool.run(Order::Answer("x")).await.unwrap_err().detail, "attempt 1");
    assert_eq!(pool.run(Order::Answer("x")).await.unwrap_err().detail, "attempt 2");
}
