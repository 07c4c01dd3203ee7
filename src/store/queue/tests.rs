//! The queue on a real broker: work is given out to one at a time, again when nothing is heard of it, and done once.

use async_nats::jetstream::consumer::pull;
use bytes::Bytes;
use mediary_servers::Nats;

use super::streams::NODES;
use super::*;

const LEASE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);

async fn queue(broker: &Nats, backlog: u32) -> Queue {
    named(broker, "mediary", bounds(LEASE, backlog)).await
}

async fn named(broker: &Nats, name: &str, bounds: QueueBounds) -> Queue {
    Queue::open(&broker.url().parse().unwrap(), name, bounds).await.unwrap()
}

fn bounds(lease: Duration, backlog: u32) -> QueueBounds {
    QueueBounds { lease, backlog, done_bytes: 16 << 20 }
}

#[tokio::test]
async fn work_is_done_once_whoever_comes_first() {
    let Some(broker) = Nats::start() else { return };
    let (one, other) = (queue(&broker, 3).await, queue(&broker, 3).await);
    let body = Bytes::from_static(b"do it");
    assert_eq!(one.hand_out("b.1.0", body.clone()).await.unwrap(), HandedOut::New);
    assert_eq!(one.hand_out("b.1.0", body.clone()).await.unwrap(), HandedOut::Before);
    let leased = other.take(PATIENCE).await.unwrap().expect("there is some");
    assert_eq!((leased.name(), leased.body()), ("b.1.0", body.clone()));
    assert!(other.mark("b.1.0", "other").await.unwrap() && !one.mark("b.1.0", "one").await.unwrap());
    assert!(other.mark("b.1.0", "other").await.unwrap(), "it is still its own");
    let mut expected = one.expect("b.1.0").await.unwrap();
    assert!(one.result("b.1.0").await.unwrap().is_none());
    assert!(other.keep_result("b.1.0", "done".into()).await.unwrap());
    assert!(!other.keep_result("b.1.0", "again".into()).await.unwrap(), "the first stays");
    leased.is_done().await.unwrap();
    assert_eq!(expected.came().await.unwrap(), "done");
    assert_eq!(one.result("b.1.0").await.unwrap(), Some("done".into()));
    // No more is taken than there may be.
    for number in 2..5 {
        assert_eq!(one.hand_out(&format!("b.{number}.0"), body.clone()).await.unwrap(), HandedOut::New);
    }
    assert_eq!(one.hand_out("b.5.0", body).await.unwrap(), HandedOut::Full);
    one.forget("b").await.unwrap();
    assert!(one.result("b.1.0").await.unwrap().is_none());
}

#[tokio::test]
async fn what_comes_late_is_neither_sent_nor_kept() {
    let Some(broker) = Nats::start() else { return };
    let (server, node) = (queue(&broker, 9).await, queue(&broker, 9).await);
    for name in ["b.1.0", "b.2.0", "c.1.0"] {
        server.hand_out(name, Bytes::new()).await.unwrap();
    }
    let held = [(); 2].map(|()| node.take(PATIENCE));
    for work in held {
        assert!(work.await.unwrap().is_some());
    }
    // A line was answered by another try of it: the one that is held is not sent any more.
    server.forget_result("b.1").await.unwrap();
    assert!(!node.mark("b.1.0", "node").await.unwrap());
    assert!(!node.mark("b.1.part3.0", "node").await.unwrap() && node.mark("b.10.0", "node").await.unwrap());
    // So is none of a batch that has ended, and what came of it is not kept.
    server.forget("b").await.unwrap();
    assert!(!node.mark("b.2.0", "node").await.unwrap());
    assert!(!node.keep_result("b.2.0", "late".into()).await.unwrap());
    let long = vec![0; node.most_bytes() + 1];
    assert!(!node.keep_result("b.3.0", long.into()).await.unwrap());
    let mut done = server.done.clone();
    assert_eq!(done.info().await.unwrap().state.messages, 0, "nothing is left of it");
    assert!(node.mark("c.1.0", "node").await.unwrap() && node.keep_result("c.1.0", "done".into()).await.unwrap());
}

#[tokio::test]
async fn what_stands_still_is_made_anew_and_leaves_work_to_those_that_are_at_it() {
    let Some(broker) = Nats::start() else { return };
    let queue = queue(&broker, 9).await;
    queue.hand_out("a", Bytes::new()).await.unwrap();
    let held = queue.take(PATIENCE).await.unwrap().expect("there is some");
    // It answers, and gives out nothing of what there is.
    queue.work.delete_consumer(NODES).await.unwrap();
    let still = pull::Config {
        durable_name: Some(NODES.to_owned()),
        filter_subject: "mediary.work.nothing".to_owned(),
        ack_wait: LEASE,
        ..pull::Config::default()
    };
    queue.work.create_consumer(still).await.unwrap();
    queue.forget_consumer();
    let (mut empty, mut taken) = (0, Vec::new());
    while taken.len() < 2 {
        match queue.take(LEASE / 4).await {
            Ok(Some(work)) => taken.push(work),
            Ok(None) | Err(_) => empty += 1,
        }
        if empty == 1 && taken.is_empty() {
            queue.hand_out("b", Bytes::new()).await.unwrap();
        }
    }
    assert!(empty > 1, "it stood still");
    let mut names: Vec<&str> = taken.iter().map(LeasedWork::name).collect();
    names.sort_unstable();
    assert_eq!((names, taken[0].times(), taken[1].times()), (vec!["a", "b"], 1, 1));
    // What had it before is still heard: as long as it says so, and when it is done.
    drop(taken);
    for _ in 0..6 {
        held.extend().await.unwrap();
        if let Some(again) = queue.take(LEASE / 3).await.unwrap() {
            assert_eq!(again.name(), "b");
            again.is_done().await.unwrap();
        }
    }
    held.is_done().await.unwrap();
    let mut work = queue.work.clone();
    assert_eq!(work.info().await.unwrap().state.messages, 0, "all is done");
}

#[tokio::test]
async fn work_of_a_process_that_is_gone_is_given_out_again_and_that_of_one_that_lives_is_not() {
    let Some(broker) = Nats::start() else { return };
    let (one, other) = (queue(&broker, 9).await, queue(&broker, 9).await);
    one.hand_out("a", Bytes::new()).await.unwrap();
    let held = one.take(PATIENCE).await.unwrap().expect("there is some");
    // Said for longer than the lease that it is worked on.
    for _ in 0..6 {
        held.extend().await.unwrap();
        assert!(other.take(LEASE / 3).await.unwrap().is_none(), "it is another's");
    }
    drop(held);
    let again = other.take(PATIENCE).await.unwrap().expect("it is given out again");
    assert_eq!(again.name(), "a");
    again.give_back().await.unwrap();
    let again = one.take(PATIENCE).await.unwrap().expect("it was given back");
    again.is_done().await.unwrap();
    // A consumer that was lost is made anew.
    one.context.delete_consumer_from_stream(NODES, "MEDIARY_WORK").await.unwrap();
    other.hand_out("b", Bytes::new()).await.unwrap();
    let mut taken = None;
    while taken.is_none() {
        taken = one.take(LEASE).await.unwrap_or_default();
    }
    assert_eq!(taken.map(|work| work.name().to_owned()), Some("b".to_owned()));
}

#[tokio::test]
async fn another_lease_and_another_backlog_are_in_force_at_the_next_start() {
    let Some(broker) = Nats::start() else { return };
    let before = queue(&broker, 1).await;
    assert!(before.take(LEASE / 10).await.unwrap().is_none());
    let now = named(&broker, "mediary", bounds(7 * LEASE, 2)).await;
    assert!(now.take(LEASE / 10).await.unwrap().is_none());
    let consumer = now.work.consumer_info(NODES).await.unwrap();
    assert_eq!(consumer.config.ack_wait, 7 * LEASE);
    for name in ["b.1.0", "b.2.0"] {
        assert_eq!(now.hand_out(name, Bytes::new()).await.unwrap(), HandedOut::New, "{name}");
    }
    assert_eq!(now.hand_out("b.3.0", Bytes::new()).await.unwrap(), HandedOut::Full);
}

#[tokio::test]
async fn work_is_taken_back_unless_it_may_have_been_billed() {
    let Some(broker) = Nats::start() else { return };
    let queue = queue(&broker, 9).await;
    for name in ["b.1.0", "b.2.0"] {
        queue.hand_out(name, Bytes::new()).await.unwrap();
    }
    let taken = queue.take(PATIENCE).await.unwrap().expect("there is some");
    assert!(queue.mark(taken.name(), "a node").await.unwrap());
    assert!(!queue.take_back("b.1.0").await.unwrap(), "a node has it");
    assert!(queue.take_back("b.2.0").await.unwrap() && queue.take_back("b.2.0").await.unwrap());
    assert!(queue.take(LEASE / 10).await.unwrap().is_none(), "it is not given out any more");
    assert!(!queue.mark("b.2.0", "a node").await.unwrap(), "nor sent by what took it just before");
}

#[tokio::test]
async fn what_is_longer_than_a_message_is_kept_in_pieces() {
    let Some(broker) = Nats::start() else { return };
    let (one, other) = (queue(&broker, 9).await, queue(&broker, 9).await);
    let length = one.most_bytes() * 2 + 5;
    let long: Bytes = (0..length).map(|at| (at % 251) as u8).collect::<Vec<_>>().into();
    let mut expected = one.expect("b.1.0").await.unwrap();
    assert!(other.keep_result("b.1.0", long.clone()).await.unwrap());
    assert!(!one.keep_result("b.1.0", "again".into()).await.unwrap(), "the first stays");
    assert!(expected.came().await.unwrap() == long);
    assert!(one.result("b.1.0").await.unwrap() == Some(long));
    one.forget_result("b.1.0").await.unwrap();
    assert_eq!(one.result("b.1.0").await.unwrap(), None);
    let mut done = one.done.clone();
    assert_eq!(done.info().await.unwrap().state.messages, 0, "nothing is left of it");
    // What is never fetched is bounded, and nothing of it is dropped for something else.
    let full = named(&broker, "small", QueueBounds { done_bytes: 1_000, ..bounds(LEASE, 9) }).await;
    assert!(full.keep_result("b.1.0", vec![0; 700].into()).await.unwrap());
    assert!(full.keep_result("b.2.0", vec![0; 700].into()).await.is_err());
    assert!(full.result("b.1.0").await.unwrap().is_some());
    full.forget_result("b.1.0").await.unwrap();
    assert!(full.keep_result("b.2.0", vec![0; 700].into()).await.unwrap());
}

#[tokio::test]
async fn queues_of_other_names_share_a_broker() {
    let Some(broker) = Nats::start() else { return };
    let (one, other) = (queue(&broker, 9).await, named(&broker, "other-1", bounds(LEASE, 9)).await);
    one.hand_out("b.1.0", Bytes::from_static(b"one")).await.unwrap();
    assert!(other.take(LEASE / 10).await.unwrap().is_none(), "it is another queue's");
    assert_eq!(other.hand_out("b.1.0", Bytes::from_static(b"other")).await.unwrap(), HandedOut::New);
    let taken = other.take(PATIENCE).await.unwrap().expect("there is some");
    assert_eq!((taken.name(), taken.body(), taken.times()), ("b.1.0", Bytes::from_static(b"other"), 1));
}
