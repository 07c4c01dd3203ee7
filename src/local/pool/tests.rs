//! Queues that fill, engines that panic, callers that leave. Gates instead of sleeps.
//!
//! The toy engine here is all that a local engine has to be: a `run` over tasks.

#![expect(clippy::disallowed_methods, reason = "a test waits for every task it starts")]

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use mediary_core::engine::Emit;
use mediary_core::provider::ReplyStream;
use mediary_core::task::{Embed, EmbedInput, ReplyEvent};

use super::*;

/// Does what its input says; reports each start, and waits at the gate when told to.
struct Puppet {
    started: SyncSender<String>,
    gate: Arc<Mutex<Receiver<()>>>,
}

impl Engine for Puppet {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Embed(embed) = &job.task else { return Err(crate::other_task("puppet", &job.task)) };
        let EmbedInput::Text(order) = &embed.inputs[0] else { panic!("orders are texts") };
        match order.as_str() {
            "panic" => panic!("as ordered"),
            "wait for cancel" => {
                self.started.send("waiting".to_owned()).unwrap();
                while !job.cancel.is_cancelled() {
                    std::thread::yield_now();
                }
                let told = emit(ReplyEvent::Vector { index: 0, vector: vec![1.0] });
                assert_eq!(told, ControlFlow::Break(()), "nothing can be told to a caller that has left");
                self.started.send("stopped".to_owned()).unwrap();
                job.cancel.check()
            }
            "flood" => {
                let mut told = 0;
                while emit(ReplyEvent::Vector { index: told, vector: vec![0.0] }).is_continue() {
                    told += 1;
                    // One place is kept for the end.
                    if told as usize == serve::EVENTS - 1 {
                        self.started.send("full".to_owned()).unwrap();
                    }
                }
                self.started.send(told.to_string()).unwrap();
                job.cancel.check()
            }
            order => {
                self.started.send(order.to_owned()).unwrap();
                if order.starts_with("gate") {
                    self.gate.lock().unwrap().recv().unwrap();
                }
                let _ = emit(ReplyEvent::Vector { index: 0, vector: vec![order.len() as f32] });
                Ok(())
            }
        }
    }
}

struct Stage {
    pool: Arc<Pool>,
    started: Receiver<String>,
    gate: SyncSender<()>,
    loads: Arc<AtomicUsize>,
}

fn settings(name: &str, queue: usize) -> PoolSettings {
    PoolSettings { name: name.into(), queue, retry_after: Duration::from_secs(2) }
}

fn stage(queue: usize) -> Stage {
    let (started_sender, started) = sync_channel(16);
    let (gate, gate_receiver) = sync_channel(16);
    let gate_receiver = Arc::new(Mutex::new(gate_receiver));
    let loads = Arc::new(AtomicUsize::new(0));
    let counter = loads.clone();
    let pool = Pool::start(settings("puppet", queue), move || {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Puppet { started: started_sender.clone(), gate: gate_receiver.clone() }))
    });
    Stage { pool: Arc::new(pool.unwrap()), started, gate, loads }
}

fn order(text: &str) -> Task {
    Task::Embed(Embed { inputs: vec![EmbedInput::Text(text.to_owned())], ..Embed::default() })
}

fn queue(pool: &Pool, text: &str) -> Result<EngineReply, Failure> {
    pool.call(&ModelName::new("puppet"), &order(text), None)
}

/// The length of the order, as the engine tells it, once the reply has come to its end.
async fn outcome(reply: Result<EngineReply, Failure>) -> Result<f32, Failure> {
    let mut reply = reply?;
    let mut told = None;
    while let Some(frame) = poll_fn(|context| reply.poll_frame(context)).await {
        for event in frame?.events {
            let ReplyEvent::Vector { vector, .. } = event else { panic!("no such event was ordered: {event:?}") };
            told = Some(vector[0]);
        }
    }
    Ok(told.expect("a reply without a failure has told something"))
}

#[tokio::test]
async fn the_engine_is_loaded_by_the_first_job_and_kept() {
    let stage = stage(4);
    assert_eq!(stage.loads.load(Ordering::SeqCst), 0);
    assert_eq!(outcome(queue(&stage.pool, "one")).await, Ok(3.0));
    assert_eq!(outcome(queue(&stage.pool, "three")).await, Ok(5.0));
    assert_eq!(stage.loads.load(Ordering::SeqCst), 1);
    assert_eq!(stage.pool.depth(), 0);
}

#[tokio::test]
async fn a_panic_costs_one_job_and_the_engine_is_loaded_again() {
    let stage = stage(4);
    assert_eq!(outcome(queue(&stage.pool, "panic")).await.unwrap_err().kind, FailureKind::Broken);
    assert_eq!(outcome(queue(&stage.pool, "after")).await, Ok(5.0));
    assert_eq!(stage.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn other_work_than_the_engines_is_refused() {
    let stage = stage(4);
    let chat = stage.pool.call(&ModelName::new("puppet"), &Task::Chat(Default::default()), None);
    assert!(outcome(chat).await.unwrap_err().detail.contains("does not do the task chat"));
}

#[tokio::test]
async fn a_full_queue_refuses_and_says_when_to_come_back() {
    let stage = stage(2);
    let first = queue(&stage.pool, "gate");
    let second = queue(&stage.pool, "second");
    let refusal = queue(&stage.pool, "third").unwrap_err();
    assert_eq!(refusal.kind, FailureKind::Busy { retry_after: Duration::from_secs(2) });
    stage.gate.send(()).unwrap();
    assert_eq!(outcome(first).await, Ok(4.0));
    assert_eq!(outcome(second).await, Ok(6.0));
    assert_eq!(outcome(queue(&stage.pool, "third")).await, Ok(5.0));
}

#[tokio::test]
async fn a_reserved_place_serves_several_jobs_and_is_given_back() {
    let stage = stage(1);
    let reservation = Reservation::new(stage.pool.enter().unwrap());
    assert!(matches!(queue(&stage.pool, "other").unwrap_err().kind, FailureKind::Busy { .. }));
    for _ in 0..2 {
        let reply = stage.pool.call(&ModelName::new("puppet"), &order("page"), Some(&reservation));
        assert_eq!(outcome(reply).await, Ok(4.0));
    }
    drop(reservation);
    assert_eq!(stage.pool.depth(), 0);
    assert_eq!(outcome(queue(&stage.pool, "other")).await, Ok(5.0));
}

#[tokio::test]
async fn a_caller_that_leaves_stops_the_running_job() {
    let stage = stage(4);
    let reply = queue(&stage.pool, "wait for cancel").unwrap();
    let started = tokio::task::spawn_blocking(move || {
        assert_eq!(stage.started.recv().unwrap(), "waiting");
        stage.started
    });
    let started = started.await.unwrap();
    drop(reply);
    let word = tokio::task::spawn_blocking(move || started.recv().unwrap()).await.unwrap();
    assert_eq!(word, "stopped");
}

#[tokio::test]
async fn what_is_not_read_makes_the_engine_wait() {
    let stage = stage(4);
    let reply = queue(&stage.pool, "flood").unwrap();
    let started = tokio::task::spawn_blocking(move || {
        assert_eq!(stage.started.recv().unwrap(), "full");
        stage.started
    });
    let started = started.await.unwrap();
    drop(reply);
    let told = tokio::task::spawn_blocking(move || started.recv().unwrap()).await.unwrap();
    assert_eq!(told, (serve::EVENTS - 1).to_string());
}

#[tokio::test]
async fn a_caller_that_leaves_the_queue_is_never_served() {
    let stage = stage(4);
    let first = queue(&stage.pool, "gate");
    drop(queue(&stage.pool, "impatient").unwrap());
    stage.gate.send(()).unwrap();
    outcome(first).await.unwrap();
    outcome(queue(&stage.pool, "last")).await.unwrap();
    let seen: Vec<String> = stage.started.try_iter().collect();
    assert_eq!(seen, ["gate", "last"]);
}

#[tokio::test]
async fn a_failed_load_is_told_and_tried_again() {
    let mut attempts = 0;
    let pool = Pool::start(settings("shy", 1), move || {
        attempts += 1;
        Err(Failure::new(FailureKind::NotInstalled, format!("attempt {attempts}")))
    })
    .unwrap();
    assert_eq!(outcome(queue(&pool, "x")).await.unwrap_err().detail, "attempt 1");
    assert_eq!(outcome(queue(&pool, "x")).await.unwrap_err().detail, "attempt 2");
}

#[tokio::test]
async fn a_process_rests_when_its_engines_have_ended() {
    let stage = stage(4);
    let reply = queue(&stage.pool, "gate");
    assert!(!rest(Duration::ZERO), "one has a job");
    stage.gate.send(()).unwrap();
    outcome(reply).await.unwrap();
    drop(stage.pool);
    // Other tests' engines come to an end too.
    let rested = tokio::task::spawn_blocking(|| rest(Duration::from_secs(3600)));
    assert!(rested.await.unwrap());
}
