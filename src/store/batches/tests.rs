//! Batches in a database of each kind: lines are sent and answered once, and what was under way is told apart.

use super::*;
use crate::database::Home;

fn batch(id: &str, owner: &[u8]) -> NewBatch {
    NewBatch {
        id: id.to_owned(),
        owner: owner.to_vec(),
        kind: BatchKind::OpenAi,
        created_at: 10,
        expires_at: 100,
        request: "{}".to_owned(),
        times: "{}".to_owned(),
        bytes: 7,
    }
}

fn new_line(number: i64) -> NewLine {
    NewLine { number, custom_id: format!("c{number}"), body: format!("b{number}") }
}

async fn in_progress(batches: &Batches, id: &str, lines: i64) {
    batches.create(batch(id, b"me")).await.unwrap();
    batches.add_lines(id, (1..=lines).map(new_line).collect()).await.unwrap();
    let states = (BatchState::Validating, BatchState::InProgress);
    assert!(batches.moved(id, states, "{}", lines).await.unwrap());
}

#[tokio::test]
async fn lines_are_sent_and_answered_once() {
    for home in Home::each() {
        let batches = Batches::of(Arc::new(home.open().await), "p");
        in_progress(&batches, "b", 4).await;
        let waiting = batches.waiting("b", 1, 2).await.unwrap();
        let line =
            |number: i64, text: &str| BatchLine { number, custom_id: format!("c{number}"), text: text.to_owned() };
        assert_eq!(waiting, [2, 3].map(|number| WaitingLine { number, bytes: 2 }));
        assert_eq!(batches.body("b", 2).await.unwrap().as_deref(), Some("b2"));
        assert!(batches.sending("b", 1).await.unwrap());
        assert!(!batches.sending("b", 1).await.unwrap(), "it was sent");
        assert_eq!(batches.body("b", 1).await.unwrap(), None, "it waits no more");
        assert!(batches.answered("b", 1, "yes".to_owned(), true).await.unwrap());
        assert!(!batches.answered("b", 1, "again".to_owned(), true).await.unwrap());
        assert!(batches.sending("b", 2).await.unwrap() && batches.waits_again("b", 2).await.unwrap());
        assert!(batches.sending("b", 2).await.unwrap());
        // What was under way is given up; what waits stays.
        assert_eq!(batches.give_up("b", LineState::Sent, "unknown").await.unwrap(), 1);
        let counts = LineCounts { waiting: 2, done: 1, failed: 1, ..LineCounts::default() };
        assert_eq!(batches.line_counts("b").await.unwrap(), counts);
        let row = batches.find("b").await.unwrap().unwrap();
        assert_eq!((row.total, row.completed, row.failed), (4, 1, 1));
        assert_eq!(batches.outcomes("b", LineState::Failed, 0, 9).await.unwrap(), [line(2, "unknown")]);
        // One that is to end sends nothing more.
        let states = (BatchState::InProgress, BatchState::Cancelling);
        assert!(batches.moved("b", states, "{}", 4).await.unwrap());
        assert!(!batches.sending("b", 3).await.unwrap() && batches.waiting("b", 0, 9).await.unwrap().is_empty());
        let end =
            || BatchEnd { state: BatchState::Cancelled, at: 20, times: "{}".to_owned(), outcome: "files".to_owned() };
        assert!(!batches.remove("b", b"me").await.unwrap(), "it has not ended");
        assert!(batches.ended("b", end()).await.unwrap() && !batches.ended("b", end()).await.unwrap());
        assert_eq!(batches.line_counts("b").await.unwrap(), LineCounts::default());
        let row = batches.get("b", b"me", BatchKind::OpenAi).await.unwrap().unwrap();
        assert_eq!((row.state, row.ended_at, row.outcome.as_deref()), (BatchState::Cancelled, Some(20), Some("files")));
        assert_eq!(batches.get("b", b"me", BatchKind::Anthropic).await.unwrap(), None);
        batches.forget_before(20).await.unwrap();
        assert!(!batches.remove("b", b"other").await.unwrap() && batches.remove("b", b"me").await.unwrap());
    }
}

#[tokio::test]
async fn a_batch_is_one_servers_until_that_says_nothing_any_more() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let (one, other) = (Batches::of(database.clone(), "one"), Batches::of(database, "other"));
        in_progress(&one, "b", 1).await;
        let ids = |rows: Vec<BatchRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(one.take(30).await.unwrap()), ["b"]);
        assert!(other.take(80).await.unwrap().is_empty(), "it is another's");
        assert!(!other.sending("b", 1).await.unwrap());
        assert_eq!(ids(other.take(91).await.unwrap()), ["b"]);
        assert!(!one.sending("b", 1).await.unwrap() && other.sending("b", 1).await.unwrap());
        other.leave_all().await.unwrap();
        assert_eq!(ids(one.take(92).await.unwrap()), ["b"]);
        other.end_claims().await.unwrap();
        assert_eq!(ids(other.take(93).await.unwrap()), ["b"]);
        assert_eq!((one.open_of(b"me").await.unwrap(), one.open_of(b"other").await.unwrap()), ((1, 7), (0, 0)));
    }
}

#[tokio::test]
async fn batches_are_listed_in_pages_either_way() {
    for home in Home::each() {
        let batches = Batches::of(Arc::new(home.open().await), "p");
        for number in 1..=5 {
            batches.create(batch(&format!("b{number}"), b"me")).await.unwrap();
        }
        batches.create(batch("other", b"other")).await.unwrap();
        let listed = async |after: Option<&str>, before: Option<&str>| {
            let list = BatchList { after: after.map(str::to_owned), before: before.map(str::to_owned), limit: 2 };
            let (rows, has_more) = batches.list(b"me", BatchKind::OpenAi, &list).await.unwrap();
            (rows.into_iter().map(|row| row.id).collect::<Vec<_>>().join(" "), has_more)
        };
        assert_eq!(listed(None, None).await, ("b5 b4".to_owned(), true));
        assert_eq!(listed(Some("b4"), None).await, ("b3 b2".to_owned(), true));
        assert_eq!(listed(Some("b2"), None).await, ("b1".to_owned(), false));
        assert_eq!(listed(None, Some("b2")).await, ("b4 b3".to_owned(), true));
    }
}

#[tokio::test]
async fn lines_are_in_one_job_and_come_back_from_it() {
    for home in Home::each() {
        let batches = Batches::of(Arc::new(home.open().await), "p");
        in_progress(&batches, "b", 4).await;
        let job = |id: &str| HandedJob {
            id: id.to_owned(),
            target: "far/m".to_owned(),
            key_print: None,
            provider_id: None,
            total: 3,
            created_at: 20,
            is_ended: false,
        };
        let numbers = |lines: Vec<WaitingLine>| lines.into_iter().map(|line| line.number).collect::<Vec<_>>();
        assert!(batches.hand_over("b", &job("j"), &[1, 2, 3]).await.unwrap());
        assert_eq!(numbers(batches.waiting_anew("b", 0, 9).await.unwrap()), [4]);
        assert!(!batches.sending("b", 1).await.unwrap(), "it is at a provider's");
        batches.has_begun("j", "theirs").await.unwrap();
        batches.is_to_end("j").await.unwrap();
        let known = HandedJob { provider_id: Some("theirs".to_owned()), is_ended: true, ..job("j") };
        assert_eq!(batches.handed_jobs("b").await.unwrap(), [known]);
        // One is answered, one refused, and of one nothing is heard.
        assert_eq!(batches.handed_line("b", "j", 1).await.unwrap().unwrap().text, "b1");
        assert!(batches.answered("b", 1, "yes".to_owned(), true).await.unwrap());
        assert!(batches.handed_line("b", "j", 1).await.unwrap().is_none(), "it was taken in");
        assert!(batches.handed_line("b", "other", 2).await.unwrap().is_none());
        assert!(batches.comes_back("b", 2).await.unwrap() && !batches.comes_back("b", 2).await.unwrap());
        batches.job_is_over("b", "j").await.unwrap();
        assert!(batches.handed_jobs("b").await.unwrap().is_empty());
        assert_eq!(numbers(batches.waiting("b", 0, 9).await.unwrap()), [2, 3, 4]);
        assert_eq!(numbers(batches.waiting_anew("b", 0, 9).await.unwrap()), [4], "a line is handed over once");
        // What was never sent is as if it had not been.
        assert!(batches.hand_over("b", &job("k"), &[4]).await.unwrap());
        batches.job_never_was("b", "k").await.unwrap();
        assert_eq!(numbers(batches.waiting_anew("b", 0, 9).await.unwrap()), [4]);
        let states = (BatchState::InProgress, BatchState::Cancelling);
        assert!(batches.moved("b", states, "{}", 4).await.unwrap());
        assert!(!batches.hand_over("b", &job("l"), &[4]).await.unwrap(), "it is to end");
        assert_eq!(
            batches.line_counts("b").await.unwrap(),
            LineCounts { waiting: 3, done: 1, ..LineCounts::default() }
        );
    }
}
