//! Jobs: each step is taken in its order only, and each owner sees their own.

use super::*;
use crate::database::Home;

async fn jobs(home: &Home) -> Jobs {
    Jobs::of(Arc::new(home.open().await), "one")
}

fn job(id: &str, owner: &[u8]) -> NewJob {
    NewJob {
        id: id.to_owned(),
        owner: owner.to_vec(),
        kind: "video",
        created_at: 5,
        request: "{}".to_owned(),
        input: Some(vec![1, 2]),
        webhook: Some((format!("msg_{id}"), "http://a.example".to_owned())),
    }
}

fn completed() -> Ended {
    Ended { at: 9, result: Some("r".to_owned()), told: "told".to_owned(), ..Ended::default() }
}

#[tokio::test]
async fn a_job_is_one_servers_until_that_says_so_no_more() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let [one, two] = ["one", "two"].map(|name| Jobs::of(database.clone(), name));
        let ids = |taken: Vec<OpenJob>| taken.into_iter().map(|open| open.id).collect::<Vec<_>>();
        one.create(job("a", b"k")).await.unwrap();
        one.create(job("b", b"k")).await.unwrap();
        assert!(two.take_left(60).await.unwrap().is_empty(), "it is one's");
        assert!(!two.submitting("a", "t").await.unwrap() && one.submitting("a", "t").await.unwrap());
        assert!(one.take_left(60).await.unwrap().is_empty(), "they are renewed, not taken anew");
        assert!(two.take_left(100).await.unwrap().is_empty());
        // One was killed.
        assert_eq!(ids(two.take_left(130).await.unwrap()), ["a", "b"]);
        assert!(!one.submitting("b", "t").await.unwrap() && two.submitting("b", "t").await.unwrap());
        assert!(one.take_left(131).await.unwrap().is_empty());
        // Two stops, and says so.
        two.leave_all().await.unwrap();
        assert_eq!(ids(one.take_left(132).await.unwrap()), ["a", "b"]);
        // A server that is alone takes all at once.
        assert_eq!(ids(two.take_all(133).await.unwrap()), ["a", "b"]);
        one.ended("a", completed()).await.unwrap();
        assert_eq!(ids(one.take_all(134).await.unwrap()), ["b"]);
        let due = one.due_webhooks(134, 9).await.unwrap();
        assert!(one.takes_webhook(&due[0], 200).await.unwrap() && !two.takes_webhook(&due[0], 200).await.unwrap());
        assert_eq!(two.due_webhooks(134, 9).await.unwrap(), [], "it is being sent");
    }
}

#[tokio::test]
async fn a_job_goes_from_state_to_state() {
    for home in Home::each() {
        let jobs = jobs(&home).await;
        jobs.create(job("a", b"k")).await.unwrap();
        assert!(!jobs.running("a", "t", "[]").await.unwrap(), "nothing was sent yet");
        assert!(jobs.submitting("a", "t1").await.unwrap());
        assert!(jobs.queued_again("a", "[1]").await.unwrap());
        assert!(jobs.submitting("a", "t2").await.unwrap());
        assert!(jobs.running("a", "t3", "[1]").await.unwrap());
        assert!(jobs.progressed("a", 40).await.unwrap());
        let row = jobs.get("a", b"k").await.unwrap().unwrap();
        assert_eq!((row.state, row.progress, row.ticket.as_deref()), (JobState::Running, 40, Some("t3")));
        assert_eq!((row.tried.as_str(), jobs.input("a").await.unwrap()), ("[1]", Some(vec![1, 2])));
        assert_eq!(jobs.due_webhooks(100, 9).await.unwrap(), []);
        assert!(jobs.ended("a", completed()).await.unwrap());
        assert!(!jobs.ended("a", completed()).await.unwrap(), "it ends once");
        let row = jobs.get("a", b"k").await.unwrap().unwrap();
        assert_eq!((row.state, row.progress, row.completed_at), (JobState::Completed, 100, Some(9)));
        assert_eq!((row.result.as_deref(), row.error, row.ticket.as_deref()), (Some("r"), None, Some("t3")));
        assert_eq!(jobs.input("a").await.unwrap(), None);
        assert!(!jobs.queued_again("a", "[]").await.unwrap() && !jobs.progressed("a", 1).await.unwrap());
    }
}

#[tokio::test]
async fn a_failure_keeps_how_far_it_was() {
    for home in Home::each() {
        let jobs = jobs(&home).await;
        jobs.create(job("a", b"")).await.unwrap();
        let error = Some(("code".to_owned(), "words".to_owned()));
        assert!(jobs.ended("a", Ended { result: None, error: error.clone(), ..completed() }).await.unwrap());
        let row = jobs.find("a").await.unwrap().unwrap();
        assert_eq!((row.state, row.progress, row.error), (JobState::Failed, 0, error));
        assert!(row.state.is_over() && jobs.take_all(1).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn owners_see_their_own_in_pages() {
    for home in Home::each() {
        let jobs = jobs(&home).await;
        for number in 1..=5 {
            jobs.create(job(&format!("k{number}"), b"k")).await.unwrap();
            jobs.create(job(&format!("o{number}"), b"other")).await.unwrap();
        }
        let ids = |rows: Vec<JobRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(jobs.list(b"k", None, 2, true).await.unwrap()), ["k5", "k4"]);
        assert_eq!(ids(jobs.list(b"k", Some("k4"), 9, true).await.unwrap()), ["k3", "k2", "k1"]);
        assert_eq!(ids(jobs.list(b"k", Some("k2"), 2, false).await.unwrap()), ["k3", "k4"]);
        assert_eq!(jobs.get("o1", b"k").await.unwrap(), None);
        assert!(!jobs.remove("o1", b"k").await.unwrap() && jobs.remove("o1", b"other").await.unwrap());
        assert_eq!(jobs.take_all(1).await.unwrap().len(), 9);
    }
}

#[tokio::test]
async fn webhooks_wait_for_the_end_and_are_sent_until_heard() {
    for home in Home::each() {
        let jobs = jobs(&home).await;
        jobs.create(job("a", b"")).await.unwrap();
        assert_eq!(jobs.next_webhook_at().await.unwrap(), None);
        jobs.ended("a", completed()).await.unwrap();
        assert_eq!(jobs.next_webhook_at().await.unwrap(), Some(9));
        let due = jobs.due_webhooks(9, 9).await.unwrap();
        assert_eq!((due[0].id.as_str(), due[0].body.as_str(), due[0].attempts), ("msg_a", "told", 0));
        jobs.webhook_again("msg_a", 50).await.unwrap();
        assert_eq!(jobs.due_webhooks(49, 9).await.unwrap(), []);
        assert_eq!(jobs.due_webhooks(50, 9).await.unwrap()[0].attempts, 1);
        jobs.webhook_is_done("msg_a").await.unwrap();
        assert_eq!(jobs.next_webhook_at().await.unwrap(), None);
        jobs.forget_before(9).await.unwrap();
        assert!(jobs.find("a").await.unwrap().is_some());
        jobs.forget_before(10).await.unwrap();
        assert!(jobs.find("a").await.unwrap().is_none());
    }
}
